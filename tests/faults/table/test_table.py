"""The fault table: device x fault x place of the session, every pair there is.

Each ends in a named code of the fault catalogue, with nobody identified and the card given back or reported left, the
chain right, and service there again within a stated time of virtual seconds after the cause was taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from night.places import PLACES, technician_goes
from night.promises import LEFT_ALONE, NOTICED, RESTORED, a_way_out
from night.still import StillHall

from drivers.operation import Slot
from kiosk.custody import CardPlace
from kiosk.events import Device
from kiosk.faults import CATALOGUE
from kiosk.identity import NOBODY
from kiosk.screen import TakeThings
from kiosk.sessions.state import Maintenance

GIVEN_BACK = frozenset({CardPlace.ABSENT, CardPlace.OFFERED, CardPlace.LEFT})

FOUND: Mapping[str, str] = {"starting": "SW-01", "starting with a card in the slot": "SW-01", "maintenance": "LF-01"}
"""Places where nobody saw the card come: it is never read, whatever it is, and given back with this code."""


@dataclass(frozen=True)
class Fault:
    """`code` is what the device says, or, where `of_card`, the page and the end of the card's session; None: nobody is
    to be told."""

    happen: Callable[[StillHall], object]
    code: str | None
    of_card: bool = False

    def told_at(self, place: str) -> str | None:
        """The code that is to be seen there."""
        if not self.of_card or self.code is None:
            return self.code
        return FOUND.get(place, self.code)

    def ends_at(self, place: str) -> str | None:
        """Why the card's session ended there, as the chain says it; None: it had none."""
        return None if place in FOUND else self.code


def foreign(hall: StillHall) -> None:
    hall.night.bench.pull()
    hall.insert_bank_card()


def upside_down(hall: StillHall) -> None:
    hall.night.bench.pull()
    hall.insert_upside_down()


TABLE: Mapping[Device, Mapping[str, Fault]] = {
    Device.CARD_READER: {
        "card pulled": Fault(lambda hall: hall.night.bench.pull(), None),
        "card exchanged": Fault(StillHall.swap, None, of_card=True),
        "bank card": Fault(foreign, "CR-02", of_card=True),
        "upside down": Fault(upside_down, "CR-01", of_card=True),
        "card service dead": Fault(lambda hall: hall.night.bench.service_dies(), "CR-07"),
        "reader unplugged": Fault(lambda hall: hall.night.bench.unplug(Slot.USER), "CR-07"),
        "PSAM out": Fault(lambda hall: hall.night.bench.take_sam(), None),
        "PSAM reader unplugged": Fault(lambda hall: hall.night.bench.unplug(Slot.SAM), None),
        "readers the other way round": Fault(lambda hall: hall.night.bench.plug_the_other_way_round(), None),
    },
    Device.RECEIPT_PRINTER: {
        "power off": Fault(lambda hall: hall.night.receipts.power_off(), "PR-05"),
        "unplugged": Fault(lambda hall: hall.night.receipts.unplug(), "PR-05"),
        "paper out": Fault(lambda hall: hall.night.receipts.run_out(), "PR-02"),
        "paper low": Fault(lambda hall: hall.night.receipts.run_low(), None),
        "cover open": Fault(lambda hall: hall.night.receipts.open_cover(), "PR-03"),
        "jam": Fault(lambda hall: hall.night.receipts.jam(0), "PR-03"),
        "cutter": Fault(lambda hall: hall.night.receipts.break_cutter(), "PR-03"),
    },
    Device.DOCUMENT_PRINTER: {
        "power off": Fault(lambda hall: hall.night.documents.power_off(), "DP-01"),
        "off the network": Fault(lambda hall: hall.night.documents.leave_network(), "DP-01"),
        "paper out": Fault(lambda hall: hall.night.documents.paper_out(), "DP-01"),
        "toner out": Fault(lambda hall: hall.night.documents.toner_out(), "DP-01"),
        "cover open": Fault(lambda hall: hall.night.documents.open_cover(), "DP-01"),
        "jam": Fault(lambda hall: hall.night.documents.jam(), "DP-01"),
        "slow": Fault(lambda hall: hall.night.documents.slow_down(5.0), None),
    },
    Device.ID_READER: {
        "unplugged": Fault(lambda hall: hall.night.id_reader.unplug(), "ID-02"),
        "silent": Fault(lambda hall: hall.night.id_reader.fall_silent(), "ID-02"),
        "self-test failed": Fault(lambda hall: hall.night.id_reader.fail_its_test(), "ID-02"),
        "hangs": Fault(lambda hall: hall.night.id_reader.hang(), "ID-02"),
    },
    Device.PIN_PAD: {
        "power off": Fault(lambda hall: hall.night.key_pad.power_off(), "PP-01"),
        "unplugged": Fault(lambda hall: hall.night.key_pad.unplug(), "PP-01"),
        "silent": Fault(lambda hall: hall.night.key_pad.fall_silent(), "PP-01"),
        "self-test failed": Fault(lambda hall: hall.night.key_pad.fail_its_test(), "PP-01"),
    },
    Device.BARCODE_READER: {
        "power off": Fault(lambda hall: hall.night.scanner.power_off(), "QR-02"),
        "unplugged": Fault(lambda hall: hall.night.scanner.unplug(), "QR-02"),
        "silent": Fault(lambda hall: hall.night.scanner.fall_silent(), "QR-02"),
    },
}

ROWS = [(device, name) for device, faults in TABLE.items() for name in faults]


def known(device: Device, code: str) -> Callable[[StillHall], bool]:
    return lambda hall: hall.night.life is not None and hall.state.devices.fault(device) == code


def shown(code: str) -> Callable[[StillHall], bool]:
    """On the page that gives the card back."""

    def is_shown(hall: StillHall) -> bool:
        body = screen.body if (screen := hall.night.screen()) is not None else None
        return isinstance(body, TakeThings) and body.notice is not None and body.notice.code == code

    return is_shown


def all_well(hall: StillHall) -> bool:
    return hall.night.life is not None and all(map(hall.state.devices.usable, Device))


def told(hall: StillHall, device: Device, since: int) -> list[str]:
    """Fault codes of this device in the chain, since then."""
    chain = hall.night.invariants.chain
    chain.catch_up()
    return [
        str(header["fault"])
        for header in chain.headers[since:]
        if header.get("event") == "device" and header.get("device") == device.value
    ]


def ended(hall: StillHall, since: int) -> str | None:
    """Why the session ended that offered the card which is still in the slot; None: it had none."""
    chain = hall.night.invariants.chain
    chain.catch_up()
    new = zip(chain.entries[since:], chain.headers[since:], strict=True)
    why = {header["session"]: str(header["why"]) for entry, header in new if entry.kind == "session-closed"}
    whose = hall.state.custody.session
    return None if whose is None else why[whose]


@pytest.mark.parametrize(("device", "name"), ROWS, ids=lambda value: getattr(value, "value", value))
def test_each_fault_at_each_place_has_a_code_a_way_out_and_an_end(full_hall, device, name):
    fault = TABLE[device][name]
    assert fault.code is None or fault.code in CATALOGUE
    for place, (go, there) in PLACES.items():
        pair = f"{device.value}: {name}, while {place}"
        hall = full_hall()
        chain = hall.night.invariants.chain
        chain.catch_up()
        since = len(chain.headers)
        go(hall)
        assert there(hall.state), f"{pair}: the place was not reached"
        fault.happen(hall)
        hall.run(1.0)
        hall.release()
        if place == "maintenance":
            # the devices are the technician's, and nobody asks them until they are given back
            technician_goes(hall)
            hall.until(lambda state: not isinstance(state.session.phase, Maintenance))
        if (code := fault.told_at(place)) is not None:
            seen = shown(code) if fault.of_card else known(device, code)
            assert hall.comes_to(seen, NOTICED), f"{pair}: nobody noticed {code}"
        assert hall.comes_to(a_way_out, LEFT_ALONE), f"{pair}: no way out"
        assert hall.state.custody.card in GIVEN_BACK, f"{pair}: the card is {hall.state.custody.card}"
        assert hall.state.session.identity == NOBODY
        if fault.of_card and fault.code is not None:
            why = ended(hall, since)
            assert why == fault.ends_at(place), f"{pair}: the chain says that the session ended with {why}"
        hall.put_right()
        assert hall.comes_to(all_well, RESTORED), f"{pair}: not all well {RESTORED:.0f} s after it was mended"
        assert hall.comes_to(lambda here: here.at_rest, LEFT_ALONE), f"{pair}: no rest"
        codes = told(hall, device, since)
        if fault.code is not None and not fault.of_card:
            assert fault.code in codes, f"{pair}: the chain says {codes}"
        assert not codes or codes[-1] == "none", f"{pair}: the chain ends with {codes}"


def test_every_device_of_the_hall_has_its_faults():
    # parts of the program, not on a wire, have their own files in this folder
    assert set(TABLE) == set(Device) - {Device.STORE, Device.SNAPSHOT, Device.PAPERS}
