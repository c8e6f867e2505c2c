"""What a step of the session may look at besides its own state: settings, the other regions, the item machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.catalogue.entries import Entry
from kiosk.catalogue.item import Case, ItemMachine
from kiosk.custody import Custody
from kiosk.devices import Devices
from kiosk.events import Device
from kiosk.identity import Level
from kiosk.sessions.state import Session
from kiosk.settings import Settings

PRINTS_ON = {"receipt": Device.RECEIPT_PRINTER, "paper": Device.DOCUMENT_PRINTER}


@dataclass(frozen=True, slots=True)
class Rules:
    """Fixed for the life of the process. `boot` makes session ids of this run unlike those of any other."""

    settings: Settings
    entries: Mapping[str, Entry]
    machines: Mapping[str, ItemMachine]
    boot: str


@dataclass(frozen=True, slots=True)
class Around:
    """The other regions as they are now."""

    custody: Custody
    devices: Devices
    printing: frozenset[str] = frozenset()
    """Sessions with a print on its way."""

    def unaccounted(self, session: str | None) -> bool:
        """A card lies in the reader, or something of this session is still being printed."""
        return not self.custody.clear or session in self.printing


def why_not(entry: Entry, devices: Devices) -> str | None:
    """Fault code of the first thing the item needs and cannot have; None if it can be offered.

    A device nobody has heard of yet does not forbid: the first real use will tell. A PIN pad that is not fitted is one.
    """
    by_pin = (Device.PIN_PAD,) if entry.level >= Level.L2 else ()
    return next((fault for device in (*entry.needs, *by_pin) if (fault := devices.fault(device))), None)


def case_of(rules: Rules, session: Session, around: Around, item: str) -> Case:
    """What the machine of an item may know now."""
    if session.id is None:
        raise RuntimeError("an item is served only inside a session")
    entry = rules.entries[item]
    device = PRINTS_ON.get(entry.medium)
    return Case(
        session=session.id,
        entry=entry,
        identity=session.identity,
        preferences=session.preferences,
        terminal=rules.settings.terminal,
        place=rules.settings.place,
        verify_url=rules.settings.centre.verify_url,
        timeouts=rules.settings.timeouts,
        print_fault=around.devices.fault(device) if device else None,
        closed={code: fault for code, each in rules.entries.items() if (fault := why_not(each, around.devices))},
        handed_on=session.handed_on,
    )


def enough(session: Session, entry: Entry) -> bool:
    """Whether the person is identified well enough for the item."""
    return session.identity.level >= entry.level


def needs_pin(item: str | None, rules: Rules) -> bool:
    """After reading: ask for the PIN unless the chosen item is content with the card."""
    return item is None or rules.entries[item].level >= Level.L2
