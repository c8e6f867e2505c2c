"""The facts of a check in a code on its print-out, so that a counter or another terminal need not ask them again.

Nothing of it is kept by the terminal: the paper holds it (privacy sheet, A.3). It names nobody: no name, no number of
a person. It is no proof of anything; whoever reads it treats every fact as declared unless he can look it up.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kiosk.benefits.fact import Fact
from kiosk.benefits.outcome import Outcome
from kiosk.benefits.vocabulary import FactKind, Word
from kiosk.benefits.wording import plain

PREFIX: Final = "KB1:"
_MOST_BYTES: Final = 16_384
_Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_Plain = bool | Annotated[int, Field(ge=0, lt=2**53)] | Annotated[str, Field(max_length=60)]


class CarriedFact(BaseModel):
    """A value as programs write it (counts and flags as they are, all else as text), its source and day."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    value: _Plain
    source: Literal["verified", "snapshot", "declared"]
    as_of: _Day


class Carried(BaseModel):
    """What a code says: which rule in which version was asked when and where, how it came out, and its facts."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    rule: Annotated[str, Field(pattern=r"^R-[A-Z0-9-]{1,40}$")]
    version: Annotated[str, Field(max_length=200)]
    place: Annotated[str, Field(pattern=r"^(CN|[0-9]{6})$")]
    as_of: _Day
    outcome: Annotated[str, Field(max_length=30)]
    number: Annotated[str, Field(max_length=64)]
    facts: Annotated[dict[Word, CarriedFact], Field(max_length=80)]


class CodeUnfit(Exception):  # noqa: N818 - named by the condition
    """A code that is none of these, or is damaged."""


def plain_fact(kind: FactKind, fact: Fact[Any]) -> CarriedFact:
    """A fact as programs write it."""
    value = plain(fact.value, kind.unit)
    written = value if isinstance(value, bool | int | str) else str(value)
    return CarriedFact(value=written, source=_source(fact), as_of=fact.as_of.isoformat())


def _source(fact: Fact[Any]) -> Literal["verified", "snapshot", "declared"]:
    words: Mapping[str, Literal["verified", "snapshot", "declared"]] = {
        "VERIFIED": "verified",
        "SNAPSHOT": "snapshot",
        "DECLARED": "declared",
    }
    return words[fact.source.name]


def code(outcome: Outcome, facts: Mapping[str, Fact[Any]], kinds: Mapping[str, FactKind], number: str) -> str:
    """The text of the code: KB1: and base64url of deflated JSON. Of `facts` those that the rule reads."""
    read = sorted(facts.keys() & outcome.facts.keys())
    carried = Carried(
        rule=outcome.rule.id,
        version=outcome.rule.merged.version,
        place=outcome.place,
        as_of=outcome.as_of.isoformat(),
        outcome=outcome.result.code,
        number=number,
        facts={name: plain_fact(kinds[name], facts[name]) for name in read},
    )
    packed = zlib.compress(carried.model_dump_json().encode(), 9)
    return PREFIX + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def read_code(text: str) -> Carried:
    """What a scanned code says. Raises CodeUnfit."""
    if not text.startswith(PREFIX) or len(text) > _MOST_BYTES:
        raise CodeUnfit("not a code of a check")
    body = text.removeprefix(PREFIX)
    try:
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        written = unpacker.decompress(packed, _MOST_BYTES)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise CodeUnfit("a code that is cut off or too long")
        return Carried.model_validate(json.loads(written))
    except (ValueError, zlib.error, RecursionError) as error:
        kind = "wrong fields" if isinstance(error, ValidationError) else "damaged"
        raise CodeUnfit(f"a code of a check: {kind}") from None
