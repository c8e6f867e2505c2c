"""One request of a browser as the pages see it: who is there, what was typed, in which language to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl

from sync.gateway.endpoint import Centre
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.door import Door
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import Element, h
from sync.gateway.staff.records import record
from sync.gateway.staff.roles import Right, rights_of
from sync.gateway.staff.sessions import Present, form_token
from sync.gateway.staff.signing_in import unconfirmed
from sync.gateway.staff.texts import Both
from sync.gateway.store import Store
from sync.protocol.exchange import Request, Response

MAX_FORM_BYTES = 16_384
MAX_FIELD_CHARACTERS = 1000
_FORM = "application/x-www-form-urlencoded"


class FormUnfit(Exception):  # noqa: N818 - named by the condition
    """A body that no form of ours sends."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page may look at. `held` is the id that forms are bound to: the session's, or that of the sign-in page."""

    request: Request
    form: Mapping[str, str] = field(repr=False)
    held: str = field(repr=False)
    who: Present | None
    now: datetime
    store: Store
    centre: Centre
    door: Door

    @property
    def name(self) -> str:
        """The account; only for pages that need somebody."""
        if self.who is None:
            raise RuntimeError("this page needs somebody")
        return self.who.account.name

    def unconfirmed(self) -> str | None:
        """Why the code in the form does not confirm an act, as a word; None if it does. Inside a transaction."""
        if self.who is None:
            raise RuntimeError("this page needs somebody")
        return unconfirmed(self.who, self.typed("code"), self.store.staff, self.door, self.now)

    def may(self, right: Right) -> bool:
        """Whether who is there has this right."""
        return self.who is not None and right in rights_of(self.who.account.roles)

    def record(self, act: Act, subject: str = "", *, result: Result = Result.DONE, reason: str = "") -> None:
        """A row of the audit chain about who is there; inside a transaction."""
        record(
            self.store.staff, self.door.suite, self.now, self.name, act, subject=subject, result=result, reason=reason
        )

    def typed(self, field_name: str) -> str:
        """What stands in a field of the form, without the spaces around it; empty if it is not there."""
        return self.form.get(field_name, "").strip()

    def asked(self, parameter: str) -> str:
        """A parameter of the address, cut to a field's length."""
        return self.request.query.get(parameter, "").strip()[:MAX_FIELD_CHARACTERS]

    def form_to(self, action: str, *content: Element | None) -> Element:
        """A form that this session may send."""
        token = h("input", type="hidden", name="token", value=form_token(self.held))
        return h("form", token, *content, method="post", action=action, autocomplete="off")


@dataclass(frozen=True, slots=True)
class Page:
    """One address. `right` None: for everybody who is signed in; `open_` True: for everybody."""

    path: str
    method: Literal["GET", "POST"]
    answer: Callable[[Visit], Shown | Response]
    right: Right | None = None
    open_: bool = False
    entry: Both | None = None
    """Its name in the menu, if it stands there."""
    under: str | None = None
    """The page that a form was sent from, for the menu and for whoever switches the language."""


def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a sent form. Raises FormUnfit for a strange body, a field given twice, or one too long."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise FormUnfit("no form")
    if len(request.body) > MAX_FORM_BYTES:
        raise FormUnfit("too long")
    try:
        fields = parse_qsl(
            request.body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=20,
            errors="strict",
            strict_parsing=True,
        )
    except ValueError as error:
        raise FormUnfit("not a form") from error
    form = dict(fields)
    if len(form) != len(fields) or any(len(value) > MAX_FIELD_CHARACTERS or "\0" in value for value in form.values()):
        raise FormUnfit("a field twice or too long")
    return form
