"""What a card remembers without power, as one JSON document, so that a station can keep it beside the persona.

It holds a PIN and personal data once a terminal has written them: it belongs into a private file, never into a log.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]
Tries = Annotated[int, Field(ge=0, le=15)]


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def __repr_args__(self) -> list[tuple[str | None, object]]:
        # A changed PIN and written records are in here.
        return []


class Proof(_Kept):
    """MAC and TAC of one transaction of the medical account, as hex, for GET TRANSACTION PROOF."""

    sequence: int = Field(ge=0, le=0xFFFF)
    mac: Annotated[Hex, Field(min_length=8, max_length=8)]
    tac: Annotated[Hex, Field(min_length=8, max_length=8)]


class Account(_Kept):
    """The medical account. Amounts in fen, b4 on the card; `self_paid` and `fund` are the sums of the insurance year.

    `year` is the year the insurance year began in, `starting_day` the day (MMDD) it begins on. `loads` and `purchases`
    are the numbers the next transactions get. `proofs` holds the last transaction of each type (1 load, 2 settlement).
    """

    balance: int = Field(ge=0, le=0xFFFFFFFF)
    self_paid: int = Field(default=0, ge=0, le=0xFFFFFFFF)
    fund: int = Field(default=0, ge=0, le=0xFFFFFFFF)
    year: int = Field(ge=0, le=9999)
    starting_day: str = Field(default="0101", pattern=r"^\d{4}$")
    loads: int = Field(default=0, ge=0, le=0xFFFF)
    purchases: int = Field(default=0, ge=0, le=0xFFFF)
    proofs: dict[int, Proof] = Field(default_factory=dict)


class CardMemory(_Kept):
    """Counters, what was written, and what was blocked.

    `pin_tries_left` 0 means locked. `auth_tries_left` holds, per "directory/key", the tries EXTERNAL AUTHENTICATION has
    left; a key that is missing here still has all of them. `pin` is a changed PIN as coded hex, "" when it was taken
    away, None as issued. `records` and `contents` are the files written to, by path ("SSSE/DF01/EF07"), whole, as hex.
    """

    pin_tries_left: Tries
    auth_tries_left: dict[str, Tries] = Field(default_factory=dict)
    pin: Annotated[Hex, Field(max_length=16)] | None = None
    certificate_tries_left: Tries | None = None
    records: dict[str, list[Annotated[Hex, Field(min_length=2)]]] = Field(default_factory=dict)
    contents: dict[str, Hex] = Field(default_factory=dict)
    account: Account | None = None
    transactions: int = Field(default=0, ge=0, le=0xFFFF)
    blocked: list[str] = Field(default_factory=list)
    card_blocked: bool = False

    def summary(self) -> dict[str, object]:
        """What may be shown: counters, blocks and which files were written; no PIN, no contents."""
        return {
            "pin_tries_left": self.pin_tries_left,
            "auth_tries_left": dict(self.auth_tries_left),
            "certificate_tries_left": self.certificate_tries_left,
            "pin_changed": self.pin is not None,
            "written": sorted([*self.records, *self.contents]),
            "balance": None if self.account is None else self.account.balance,
            "blocked": list(self.blocked),
            "card_blocked": self.card_blocked,
        }
