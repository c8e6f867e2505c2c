"""The fault catalogue: one table of codes (UX guide, section 5) and the one place that turns an error into a code.

What people read about a fault stands in `texts/faults.toml` under `fault.<code>.title` and `.advice`; a test holds the
two together. `whose` says whose fault class it is, so that a machine's fault is never worded as a refusal of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers import errors
from kiosk.events import Device
from kiosk.screen import Notice, Tone
from kiosk.text import Text, text
from offline_store import errors as store_errors


class Whose(StrEnum):
    """Fault classes."""

    PERSON = "person"
    CARD = "card"
    DEVICE = "device"
    SERVICE = "service"
    NETWORK = "network"
    CENTRE = "centre"
    US = "us"


@dataclass(frozen=True, slots=True)
class FaultEntry:
    """One row: severity P1 (now) to P4 (info), whose it is, and what staff do next."""

    code: str
    whose: Whose
    severity: str
    staff: str


CATALOGUE: dict[str, FaultEntry] = {
    row.code: row
    for row in (
        FaultEntry("CR-01", Whose.CARD, "P4", "count per slot; three different cards in a row: check the reader"),
        FaultEntry("CR-02", Whose.CARD, "P4", "nothing"),
        FaultEntry("CR-03", Whose.CARD, "P4", "unlock at a counter with the person's ID"),
        FaultEntry("CR-04", Whose.CARD, "P4", "renew or enable at a counter"),
        FaultEntry("CR-07", Whose.DEVICE, "P2", "check reader, cable and the PC/SC service"),
        FaultEntry("CR-08", Whose.CARD, "P3", "card did not prove itself; keep the time and call the issuer"),
        FaultEntry("CR-09", Whose.PERSON, "P4", "nothing: the card was swapped during a session"),
        FaultEntry("PS-01", Whose.DEVICE, "P2", "check the PSAM: seated, right key levels"),
        FaultEntry("ID-01", Whose.PERSON, "P4", "nothing"),
        FaultEntry("ID-02", Whose.DEVICE, "P2", "ID reader does not answer or is not authorised: power, cable, port"),
        FaultEntry("PP-01", Whose.DEVICE, "P2", "PIN pad does not answer: power, cable, port; look for tampering"),
        FaultEntry("PP-02", Whose.DEVICE, "P1", "PIN pad lost its keys: was it opened? Close the terminal, report"),
        FaultEntry("QR-02", Whose.DEVICE, "P3", "barcode reader does not answer: power, cable, port"),
        FaultEntry("PN-01", Whose.CARD, "P4", "no PIN is set on the card: set one at a counter"),
        FaultEntry("PR-02", Whose.DEVICE, "P2", "put in receipt paper"),
        FaultEntry("PR-03", Whose.DEVICE, "P2", "close the cover, clear jam or cutter"),
        FaultEntry("PR-05", Whose.DEVICE, "P2", "receipt printer does not answer: power, cable, port"),
        FaultEntry("DP-01", Whose.DEVICE, "P2", "A4 printer: paper, toner, jam, network"),
        FaultEntry("DP-02", Whose.US, "P2", "certificates cannot be made: look at the papers process"),
        FaultEntry("NW-01", Whose.NETWORK, "P3", "check the line; what was recorded waits"),
        FaultEntry(
            "DT-01", Whose.CENTRE, "P3", "the offline data are missing or their lease is over: run kiosk sync now"
        ),
        FaultEntry("DT-02", Whose.CENTRE, "P4", "the person is not in this area's data"),
        FaultEntry("DT-03", Whose.CENTRE, "P4", "no enrolment in this area's data"),
        FaultEntry("SY-01", Whose.US, "P1", "disk full or journal not writable: see kiosk diagnose"),
        FaultEntry(
            "SY-02", Whose.US, "P1", "the centre does not take this disk for the terminal: see kiosk diagnose, sync"
        ),
        FaultEntry("SY-03", Whose.US, "P1", "wiped by order: nothing is left here, provision it anew with a new code"),
        FaultEntry("CK-01", Whose.US, "P2", "the clock stands before a time the centre signed: set it right"),
        FaultEntry("SW-01", Whose.US, "P1", "restarted after a fault of the program"),
        FaultEntry("LF-01", Whose.PERSON, "P3", "a card was left in the reader: collect and register it"),
    )
}


def notice(code: str, tone: Tone = Tone.WARNING, **facts: str | int | Text) -> Notice:
    """The notice a person reads for a fault code."""
    if code not in CATALOGUE:
        raise KeyError(f"fault {code} is not in the catalogue")
    return Notice(tone, text(f"fault.{code}.title", **facts), text(f"fault.{code}.advice", **facts), code)


_CARD_CODES: tuple[tuple[type[Exception], str], ...] = (
    (errors.ForeignCard, "CR-02"),
    (errors.NotGenuine, "CR-08"),
    (errors.CardBlocked, "CR-03"),
    (errors.CardExpired, "CR-04"),
    (errors.CardChanged, "CR-09"),
    (errors.SamMissing, "PS-01"),
    (errors.SamUnfit, "PS-01"),
    (errors.NoDevice, "CR-07"),
    (errors.ServiceGone, "CR-07"),
    (errors.DeviceBusy, "CR-07"),
    (errors.DeviceError, "CR-01"),
)

_BY_DEVICE: dict[Device, str] = {
    Device.CARD_READER: "CR-07",
    Device.RECEIPT_PRINTER: "PR-05",
    Device.DOCUMENT_PRINTER: "DP-01",
    Device.ID_READER: "ID-02",
    Device.PIN_PAD: "PP-01",
    Device.BARCODE_READER: "QR-02",
    Device.STORE: "SY-01",
    Device.SNAPSHOT: "DT-01",
    Device.PAPERS: "DP-02",
}


def card_fault(error: Exception) -> str:
    """The code for a fault while a card was read."""
    return next(code for kind, code in _CARD_CODES if isinstance(error, kind))


def fault_of(error: Exception, device: Device) -> str:
    """The code for a device that was asked for its health and could not say it."""
    return _BY_DEVICE[device]


def store_fault(error: Exception) -> str:
    """The code for a store that could not read or record; what is not a store's fault is a bug and raises."""
    match error:
        case store_errors.SnapshotUnavailable():
            return "DT-01"
        case store_errors.StoreError():
            return "SY-01"
    raise error
