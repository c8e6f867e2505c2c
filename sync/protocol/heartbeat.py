"""The heartbeat: how a terminal is, what the time is, and what the centre orders. No personal data either way.

Time and orders are statements of the authority: a terminal believes neither a Date field nor an order because it came
with an answer. An order names terminal, number and the moment after which it is void; numbers only rise, and each is
carried out once. A number is not below the unix milliseconds of its making, so that it rises over those of a centre
whose books were restored from a backup.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import Message, Number, Ordinal, Problem, Terminal, Time, Word
from sync.protocol.statements import Statement
from sync.protocol.suites import SuiteName

NONCE_BYTES: Final = 16
MAX_ORDERS: Final = 16

DeviceWord: TypeAlias = Literal[
    "online", "offline", "powerOff", "noDevice", "hardwareError", "userError", "deviceBusy", "fraudAttempt",
    "potentialFraud", "starting", "unknown", "notSupported",
]  # fmt: skip
"""XFS4IoT, Common.Status, property device; and the two words that stand for no answer."""
DEVICE_WORDS: Final[frozenset[str]] = frozenset(get_args(DeviceWord))

Command: TypeAlias = Literal["lock", "unlock", "refresh", "collect-diagnostics", "wipe"]
"""Take out of service, give back, fetch the snapshot now, write support facts into the journal, wipe the store."""
OrderState: TypeAlias = Literal["done", "failed", "expired", "draining", "wiping"]
"""How an order stands. Draining: a wipe waits until all that was recorded is received. Wiping: said just before it."""


class DeviceReport(Message):
    """One device: a word of XFS4IoT, the fault code people see, since when."""

    device: Word
    state: DeviceWord
    fault: Word | None = None
    since: Time


class OrderReport(Message):
    """What became of an order."""

    number: Ordinal
    state: OrderState
    reason: Word | None = None


class Heartbeat(Message):
    """POST /v1/heartbeat."""

    nonce: Annotated[Base64Bytes, Field(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    at: Time
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
    suite: SuiteName
    devices: Annotated[tuple[DeviceReport, ...], Field(max_length=32)]
    pending: Number
    oldest_pending: Time | None = None
    awaiting_result: Number
    clock_offset: Annotated[int, Field(gt=-(2**40), lt=2**40)] | None = None
    """Centre minus terminal, in milliseconds, as last measured."""
    free_bytes: Number
    snapshot: Number
    """The generation in use; 0 for none."""
    locked: bool
    orders: Annotated[tuple[OrderReport, ...], Field(max_length=MAX_ORDERS)] = ()


class TimeStatement(Message):
    """The centre's time, said to this terminal in answer to that nonce."""

    terminal: Terminal
    nonce: Annotated[Base64Bytes, Field(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    time: Time


class Order(Message):
    """An order to one terminal."""

    terminal: Terminal
    number: Ordinal
    command: Command
    reason: Word
    issued_at: Time
    not_after: Time


class NumberedOrder(BaseModel):
    """What a terminal reads of an order that it does not know: one of a later release."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    terminal: Terminal
    number: Ordinal


class HeartbeatAnswer(Message):
    """The time (a TimeStatement), and the orders that are still open, lowest number first (each an Order).

    When more are open than fit, a wipe and a lock are among them before any other.

    `every`: seconds until the next heartbeat; the more terminals there are, the longer.
    """

    time: Statement
    every: Annotated[int, Field(ge=10, le=3600)]
    orders: Annotated[tuple[Statement, ...], Field(max_length=MAX_ORDERS)] = ()


class RevokedHeartbeat(Problem):
    """The refusal of a heartbeat. To a key that was taken back the open orders to wipe are said all the same.

    `answer`: there are such orders, and the time for this very beat, under the authority's signature as in any answer.
    """

    answer: HeartbeatAnswer | None = None
