"""The words devices are spoken of with: faults, requests and states."""

from enum import Enum

import pytest

from drivers import status
from drivers.errors import DeviceError, Refused, all_codes
from drivers.operation import Exchange, Post, Slot, Write
from drivers.status import CardReaderStatus, DeviceState, PrinterStatus, StatusCell, StatusChanged


def every_fault():
    found, waiting = [], [DeviceError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting.extend(kind.__subclasses__())
    return found


def test_every_fault_has_a_code_of_its_own_and_says_what_it_is():
    faults = every_fault()
    assert len(all_codes()) == len(faults) > 20
    assert all(kind.__doc__ and kind.code == kind.code.lower() for kind in faults)


def test_a_fault_tells_its_device_its_code_and_its_facts():
    error = Refused("card_reader", command="verify", sw="6983")
    assert str(error) == "card_reader: refused (command=verify, sw=6983)"
    assert str(DeviceError("printer")) == "printer: device_error"
    with pytest.raises(TypeError):
        error.facts["sw"] = "9000"


@pytest.mark.parametrize(
    "words",
    [kind for kind in vars(status).values() if isinstance(kind, type) and issubclass(kind, Enum) and kind is not Enum],
)
def test_every_state_can_be_unknown_and_not_supported(words):
    assert {"unknown", "notSupported"} <= {word.value for word in words}


def test_a_status_is_unknown_until_somebody_looked():
    assert CardReaderStatus().device is PrinterStatus().device is DeviceState.UNKNOWN


def test_an_event_comes_only_on_change():
    cell = StatusCell("receipt_printer", PrinterStatus())
    online = PrinterStatus(device=DeviceState.ONLINE)
    assert cell.update(PrinterStatus()) is None
    assert cell.update(online) == StatusChanged("receipt_printer", PrinterStatus(), online)
    assert cell.update(online) is None
    assert cell.current == online


def test_a_request_shows_its_kind_and_size_but_not_what_is_in_it():
    secret = b"\x00\x20\x00\x00\x03\x12\x34\x56"
    for request in (Exchange(Slot.USER, secret), Write(secret), Post("/ipp/print", secret, "application/ipp")):
        assert "12" not in repr(request)
        assert "8 bytes" in repr(request)
