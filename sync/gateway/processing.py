"""Processing: what was received is opened, checked against its commitment, and put where it belongs.

Each item gets one result, accepted or refused with a reason; a refused one never blocks the next. An application opens
a case, which counts as submitted when the terminal signed it, however late it arrived. Sealed octets stay as they came,
so that a refusal can be looked at again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from offline_store.chain import ChainEntry, body_info, open_commitment, stated_suite, timestamp
from sync.gateway.store import PendingBody, RegisteredCertificate, Store
from sync.protocol.messages import (
    MAX_SEALED_BYTES,
    AnyAct,
    Application,
    CertificateIssued,
    Malformed,
    UnknownAct,
    parse_act,
)
from sync.protocol.suites import CannotOpen, Opener, SuiteName


@dataclass(frozen=True, slots=True)
class Processed:
    """How many items were accepted and how many refused."""

    accepted: int
    refused: int


class _Unfit(Exception):  # noqa: N818 - named by the condition
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def process_pending(store: Store, centre: Opener, limit: int, now: datetime) -> Processed:
    """Process up to `limit` items in order of receipt, in one transaction."""
    at = timestamp(now)
    accepted = refused = 0
    with store.transaction():
        for item in store.pending(limit):
            try:
                case_number = _process(store, item, centre, at)
            except _Unfit as unfit:
                store.add_result(item.entry, "refused", unfit.reason, at)
                refused += 1
            else:
                store.add_result(item.entry, "accepted", None, at, case_number)
                accepted += 1
    return Processed(accepted, refused)


def adopt(store: Store, terminal: str, centre: Opener, now: datetime) -> Processed:
    """Process what was kept of a terminal's forked branches, each entry once, because a person has said so.

    No result goes to the terminal, whose numbers are another branch's. An application is refused: its case is for a
    clerk to open, who sees both branches. Inside a transaction, with the row that says who did it.
    """
    at = timestamp(now)
    accepted = refused = 0
    for kept in store.rewinds.forked(terminal):
        if kept.state != "kept":
            continue
        try:
            act = _adopted(store, PendingBody(kept.entry, kept.sealed), centre)
        except _Unfit as unfit:
            store.rewinds.settle(kept.entry, "refused", unfit.reason, None, at)
            refused += 1
        else:
            store.rewinds.settle(kept.entry, "accepted", None, act, at)
            accepted += 1
    return Processed(accepted, refused)


def _adopted(store: Store, item: PendingBody, centre: Opener) -> tuple[str, bytes] | None:
    if item.entry.body_commitment is None:
        return None
    act, plain = _opened(item.entry, item.entry.body_commitment, _suite(store, item.entry), item.sealed, centre)
    if isinstance(act, Application):
        raise _Unfit("application-by-hand")
    if isinstance(act, CertificateIssued):
        _register(store, item.entry, act)
    return act.type, plain


def _suite(store: Store, entry: ChainEntry) -> SuiteName | None:
    opening = store.opening(entry.terminal, entry.epoch)
    return None if opening is None else stated_suite(opening)


def _process(store: Store, item: PendingBody, centre: Opener, at: str) -> str | None:
    """Put it where it belongs; answers the number of the case it opened."""
    if item.entry.body_commitment is None:
        if item.sealed is not None:
            raise _Unfit("body-not-committed")
        return None
    act, plain = _opened(item.entry, item.entry.body_commitment, _suite(store, item.entry), item.sealed, centre)
    if isinstance(act, CertificateIssued):
        _register(store, item.entry, act)
    store.add_act(item.entry, act.type, plain)
    return store.cases.open(item.entry, act.item, at) if isinstance(act, Application) else None


def _opened(
    entry: ChainEntry, commitment: bytes, suite: SuiteName | None, sealed: bytes | None, centre: Opener
) -> tuple[AnyAct, bytes]:
    if sealed is None:
        raise _Unfit("body-withheld")
    if len(sealed) > MAX_SEALED_BYTES:
        raise _Unfit("body-too-large")
    try:
        salted = centre.open(sealed, body_info(entry.terminal, entry.epoch, entry.seq, entry.kind))
    except CannotOpen:
        raise _Unfit("body-does-not-open") from None
    plain = open_commitment(salted, commitment, suite)
    if plain is None:
        raise _Unfit("body-not-as-committed")
    try:
        return parse_act(plain), plain
    except UnknownAct:
        raise _Unfit("act-type-unknown") from None
    except Malformed:
        raise _Unfit("act-malformed") from None


def _is_own_number(number: str, entry: ChainEntry) -> bool:
    """Whether this terminal gives out such numbers in this epoch: ZM-T001-20261102-1-0007-K.

    Prefix, terminal, day, epoch, counter, check character, as the terminal makes them. Without this one terminal could
    take the number of another's next certificate.
    """
    form = rf"ZM-{re.escape(entry.terminal)}-[0-9]{{8}}-{entry.epoch}-[0-9]{{4,16}}-[0-9A-Z]"
    return re.fullmatch(form, number) is not None


def _register(store: Store, entry: ChainEntry, act: CertificateIssued) -> None:
    if not _is_own_number(act.number, entry):
        raise _Unfit("certificate-number-foreign")
    if store.certificate(act.number) is not None:
        raise _Unfit("certificate-number-taken")
    store.register(
        RegisteredCertificate(
            number=act.number,
            terminal=entry.terminal,
            epoch=entry.epoch,
            seq=entry.seq,
            item=act.item,
            issued_at=act.issued_at,
            expires_at=act.expires_at,
            pdf_sha256=act.pdf_sha256,
            code_sha256=act.code_sha256,
            seal_key_id=act.seal_key_id,
            state="known",
            revoked_at=None,
        )
    )
