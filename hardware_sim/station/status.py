"""The status document: what `hardware-sim status --json` prints and the dock shows. Names no person but by key."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonaLabel(_Part):
    """A persona as buttons show it."""

    key: str
    category: str


class CardReaderStatus(_Part):
    """The user's card reader. `card` is a persona's key, "foreign" or None; `pin_tries_left` is None without a PIN."""

    available: bool
    card: str | None
    powered: bool
    pin_tries_left: int | None
    troubles: dict[str, Any]
    psam: bool
    pcscd: int | None


class IdReaderStatus(_Part):
    """`place` is how far the reading came; `module` 90 fine, 60 self-test failed, 66 not authorised."""

    plugged: bool
    card: str | None
    place: str
    module: str
    trouble: str
    slow_seconds: float
    rate: int
    reads: int


class ReceiptPrinterStatus(_Part):
    """Sensors, what is under way, and what came out. `remarks` is what a strict printer did not like."""

    plugged: bool
    powered: bool
    cover_open: bool
    paper_low: bool
    paper_out: bool
    cutter_error: bool
    jam: bool
    switched_offline: bool
    receipts_in_mouth: int
    uncut: bool
    waiting_bytes: int
    remarks: list[str]
    printed: int
    newest: list[str]


class PinPadStatus(_Part):
    """`keypad` off, on, silent, system; `entry` typing, entered, cancelled, timed-out or None; `self_test` F0 … F7."""

    plugged: bool
    powered: bool
    keypad: str
    entry: str | None
    typed: int
    master_keys: list[int]
    working_keys: int
    tampered: bool
    battery_low: bool
    self_test: str | None
    trouble: str
    slow_seconds: float
    remarks: list[str]


class BarcodeReaderStatus(_Part):
    """`lamp`: the program's trigger is on; `lit`: it can be seen. `rate` is None on USB, where any will do."""

    plugged: bool
    powered: bool
    make: str
    mode: str
    terminator: str
    lamp: bool
    lit: bool
    trouble: str
    slow_seconds: float
    rate: int | None
    scans: int
    remarks: list[str]


class JobStatus(_Part):
    """An IPP job by number; `state` in the words of RFC 8011."""

    number: int
    state: str
    impressions: int
    of: int


class A4PrinterStatus(_Part):
    uri: str
    powered: bool
    silent: bool
    state: str
    reasons: list[str]
    sheets: int
    toner: int
    jobs: list[JobStatus]
    printed: int
    newest: list[str]


class StationStatus(_Part):
    """Everything, as it is at this moment."""

    pid: int
    state_dir: str
    recording: str | None
    personas: list[PersonaLabel]
    card_reader: CardReaderStatus
    id_reader: IdReaderStatus
    pin_pad: PinPadStatus
    barcode_reader: BarcodeReaderStatus
    receipt_printer: ReceiptPrinterStatus
    a4_printer: A4PrinterStatus
