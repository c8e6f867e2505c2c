"""The card link against a PC/SC that does what a test says: roles, exclusive handles, and every result code."""

import re

import pytest
from smartcard import scard

from drivers.errors import (
    CardGone,
    CardMute,
    DeviceBusy,
    DeviceError,
    LinkLost,
    NoDevice,
    ServiceGone,
    Timeout,
)
from drivers.links.pcsc import PcscLink, ReaderRoles
from drivers.links.pcsc_faults import fault
from drivers.operation import (
    Exchange,
    FindReaders,
    FoundReaders,
    PowerOff,
    PowerOn,
    SecretExchange,
    Slot,
    Write,
)

QUESTION = bytes.fromhex("00A4040006D15600000590")
COMMAND = b"\x00\x84\x00\x00\x08"
CODES = sorted(name for name in dir(scard) if name.startswith(("SCARD_E_", "SCARD_F_", "SCARD_W_")))
APART = ReaderRoles(re.compile("User"), re.compile("PSAM"), QUESTION)
ALIKE = ReaderRoles(re.compile("Twin"), re.compile("Twin"), QUESTION)


class Chip:
    def __init__(self, atr=b"\x3b\x6d", sam=False):
        self.atr, self.sam, self.powered = atr, sam, False


class FakePcsc:
    """Readers with chips. ``fail`` maps the number of a call to the result code it ends with."""

    def __init__(self, readers, fail=None):
        self.readers = readers
        self.fail = fail or {}
        self.calls = []
        self.contexts, self.handles, self.failed = set(), {}, set()
        self.answer = b"\x90\x00"

    def _call(self, name, *facts):
        number = len(self.calls)
        self.calls.append((name, *facts))
        return self.fail.get(number, scard.SCARD_S_SUCCESS)

    def SCardEstablishContext(self, scope):  # noqa: N802
        hresult = self._call("establish")
        context = len(self.calls)
        if hresult == 0:
            self.contexts.add(context)
        return hresult, context

    def SCardReleaseContext(self, context):  # noqa: N802
        self.contexts.discard(context)
        return self._call("release")

    def SCardListReaders(self, context, groups):  # noqa: N802
        assert context in self.contexts
        hresult = self._call("list")
        if hresult == 0 and not self.readers:
            hresult = scard.SCARD_E_NO_READERS_AVAILABLE
        return hresult, list(self.readers)

    def SCardConnect(self, context, name, mode, protocols):  # noqa: N802
        assert context in self.contexts
        assert mode == scard.SCARD_SHARE_EXCLUSIVE
        hresult = self._call("connect", name)
        chip = self.readers[name]
        if hresult == 0 and chip is None:
            hresult = scard.SCARD_E_NO_SMARTCARD
        if hresult == 0 and name in [held for held, _ in self.handles.values()]:
            hresult = scard.SCARD_E_SHARING_VIOLATION
        handle = len(self.calls)
        if hresult == 0:
            chip.powered = True
            self.handles[handle] = (name, chip)
        return hresult, handle, scard.SCARD_PROTOCOL_T0

    def SCardReconnect(self, handle, mode, protocols, initialisation):  # noqa: N802
        assert mode == scard.SCARD_SHARE_EXCLUSIVE
        assert initialisation == scard.SCARD_UNPOWER_CARD
        return self._call("cold reset", self.handles[handle][0]), scard.SCARD_PROTOCOL_T0

    def SCardStatus(self, handle):  # noqa: N802
        name, chip = self.handles[handle]
        return self._call("status"), name, 0, scard.SCARD_PROTOCOL_T0, list(chip.atr)

    def SCardTransmit(self, handle, pci, command):  # noqa: N802
        assert handle not in self.failed, "a failed handle was used again"
        assert pci == scard.SCARD_PCI_T0
        name, chip = self.handles[handle]
        hresult = self._call("transmit", name, bytes(command))
        if hresult != 0:
            self.failed.add(handle)
        if bytes(command) == QUESTION:
            return hresult, list(b"\x61\x10" if chip.sam else b"\x6a\x82")
        return hresult, list(self.answer)

    def SCardDisconnect(self, handle, disposition):  # noqa: N802
        assert disposition == scard.SCARD_UNPOWER_CARD
        if handle in self.handles:
            self.handles.pop(handle)[1].powered = False
        return self._call("disconnect")


def link_to(readers, roles=APART, fail=None):
    api = FakePcsc(readers, fail)
    return PcscLink(roles, api), api


def session(link):
    """What a session does with the link: both slots, two commands each, power off."""
    for slot in (Slot.USER, Slot.SAM):
        link.perform(PowerOn(slot), 10.0)
    for slot in (Slot.USER, Slot.SAM) * 2:
        link.perform(Exchange(slot, COMMAND), 10.0)
    for slot in (Slot.USER, Slot.SAM):
        link.perform(PowerOff(slot), 10.0)


def two_readers():
    return {"Kiosk PSAM 00 00": Chip(b"\x3b\x01", sam=True), "Kiosk User 00 00": Chip(b"\x3b\x02")}


def test_each_slot_is_found_by_the_name_of_its_reader():
    link, api = link_to(two_readers())
    assert link.perform(PowerOn(Slot.USER), 1.0) == b"\x3b\x02"
    assert link.perform(PowerOn(Slot.SAM), 1.0) == b"\x3b\x01"
    assert all(call[1:] != (QUESTION,) for call in api.calls)
    assert not any(call[0] == "transmit" for call in api.calls)


@pytest.mark.parametrize("sam_first", [True, False])
@pytest.mark.parametrize("order", [(Slot.USER, Slot.SAM), (Slot.SAM, Slot.USER)])
def test_two_slots_of_one_reader_are_told_apart_by_their_cards_answers(sam_first, order):
    readers = {"Twin 00 00": Chip(b"\x3b\x01", sam=sam_first), "Twin 00 01": Chip(b"\x3b\x02", sam=not sam_first)}
    expected = {
        Slot.SAM: b"\x3b\x01" if sam_first else b"\x3b\x02",
        Slot.USER: b"\x3b\x02" if sam_first else b"\x3b\x01",
    }
    link, _ = link_to(readers, ALIKE)
    assert {slot: link.perform(PowerOn(slot), 1.0) for slot in order} == expected


def test_the_question_is_asked_once_and_not_of_every_card_after():
    readers = {"Twin 00 00": Chip(sam=True), "Twin 00 01": Chip()}
    link, api = link_to(readers, ALIKE)
    for _ in range(3):
        session(link)
    assert sum(call[-1] == QUESTION for call in api.calls) == 1


def test_a_reader_that_asked_is_powered_afresh_so_that_nothing_stays_selected():
    readers = {"Twin 00 00": Chip(), "Twin 00 01": Chip(sam=True)}
    link, api = link_to(readers, ALIKE)
    link.perform(PowerOn(Slot.USER), 1.0)
    names = [call[0] for call in api.calls]
    assert names.count("connect") == 3
    assert names.count("disconnect") == 2


def test_no_reader_an_empty_one_a_mute_one_and_a_taken_one_are_four_things():
    for readers, kind in (
        ({}, NoDevice),
        ({"Another": Chip()}, NoDevice),
        ({"User": None}, CardGone),
        ({"User": Chip(atr=b"")}, CardMute),
        ({"User 1": None, "User 2": Chip(atr=b"")}, CardMute),
    ):
        link, _ = link_to(readers)
        with pytest.raises(kind) as caught:
            link.perform(PowerOn(Slot.USER), 1.0)
        assert type(caught.value) is kind
    link, _ = link_to({"User": Chip()}, fail={2: scard.SCARD_E_SHARING_VIOLATION})
    with pytest.raises(DeviceBusy):
        link.perform(PowerOn(Slot.USER), 1.0)


def test_of_two_readers_for_the_person_the_one_with_a_card_is_taken():
    link, _ = link_to({"User 1": None, "User 2": Chip(b"\x3b\x09")})
    assert link.perform(PowerOn(Slot.USER), 1.0) == b"\x3b\x09"


@pytest.mark.parametrize("code", CODES)
def test_every_result_code_at_every_call_is_one_of_our_errors_and_a_failed_handle_is_never_used_again(code):
    link, api = link_to(two_readers())
    session(link)
    calls = len(api.calls)
    told = []
    for number in range(calls):
        link, api = link_to(two_readers(), fail={number: getattr(scard, code)})
        try:
            session(link)
        except DeviceError as error:
            told.append(error)
            for slot in set(Slot) - set(link._handles):
                with pytest.raises(CardGone):
                    link.perform(Exchange(slot, COMMAND), 1.0)
        link.close()
        assert api.contexts == set()
        assert not any(chip.powered for chip in api.readers.values())
    # All but the two disconnects, whose result cannot matter.
    assert len(told) == calls - 2
    assert all(error.facts.get("pcsc", code) in CODES for error in told)


def test_what_the_service_says_has_its_own_error_and_the_next_request_makes_a_new_context():
    for code in ("E_NO_SERVICE", "F_COMM_ERROR", "E_SERVICE_STOPPED", "E_INVALID_HANDLE"):
        link, api = link_to(two_readers(), fail={5: getattr(scard, f"SCARD_{code}")})
        link.perform(PowerOn(Slot.USER), 1.0)
        with pytest.raises(ServiceGone):
            link.perform(Exchange(Slot.USER, COMMAND), 1.0)
        assert link.perform(PowerOn(Slot.USER), 1.0) == b"\x3b\x02"
        assert [call[0] for call in api.calls].count("establish") == 2


def test_a_success_with_nothing_behind_it_means_the_card_was_pulled():
    for answer in (b"", b"\x90"):
        link, api = link_to(two_readers())
        link.perform(PowerOn(Slot.USER), 1.0)
        api.answer = answer
        with pytest.raises(CardGone):
            link.perform(Exchange(Slot.USER, COMMAND), 1.0)
        api.answer = b"\x90\x00"
        with pytest.raises(CardGone):
            link.perform(Exchange(Slot.USER, COMMAND), 1.0)
        assert [call[0] for call in api.calls].count("transmit") == 1


def test_a_secret_command_is_sent_once_and_overwritten_also_when_the_wire_fails():
    for fail in ({}, {5: scard.SCARD_W_REMOVED_CARD}):
        link, api = link_to(two_readers(), fail=fail)
        link.perform(PowerOn(Slot.USER), 1.0)
        command = bytearray.fromhex("0020000003123456")
        try:
            link.perform(SecretExchange(Slot.USER, lambda command=command: command), 1.0)
        except CardGone:
            assert fail
        assert [call[2].hex() for call in api.calls if call[0] == "transmit"] == ["0020000003123456"]
        assert not any(command)


def test_each_power_on_is_a_cold_reset_so_that_the_atr_is_that_of_the_card_which_is_in():
    link, api = link_to(two_readers())
    link.perform(PowerOn(Slot.USER), 1.0)
    assert [call[0] for call in api.calls] == ["establish", "list", "connect", "cold reset", "status"]


def test_power_on_while_powered_starts_from_nothing():
    link, api = link_to(two_readers())
    for _ in range(2):
        link.perform(PowerOn(Slot.USER), 1.0)
    assert [call[0] for call in api.calls].count("disconnect") == 1


def test_closing_unpowers_both_cards_and_is_harmless_twice():
    readers = two_readers()
    link, api = link_to(readers)
    for slot in Slot:
        link.perform(PowerOn(slot), 1.0)
    link.close()
    link.close()
    assert not any(chip.powered for chip in readers.values())
    assert api.contexts == set()


def test_kinds_of_result_codes():
    assert type(fault(scard.SCARD_W_REMOVED_CARD)) is CardGone
    assert type(fault(scard.SCARD_W_UNRESPONSIVE_CARD)) is CardMute
    assert type(fault(scard.SCARD_E_UNKNOWN_READER)) is NoDevice
    assert type(fault(scard.SCARD_E_TIMEOUT)) is Timeout
    assert type(fault(0x80101234)) is LinkLost
    assert fault(0x80101234).facts == {"pcsc": "80101234"}
    assert type(fault(scard.SCARD_W_REMOVED_CARD - (1 << 32))) is CardGone


def test_a_request_for_another_wire_is_a_bug():
    with pytest.raises(TypeError):
        link_to({})[0].perform(Write(b""), 1.0)


def found(readers, roles=APART):
    link, api = link_to(readers, roles)
    return link.perform(FindReaders(), 1.0), link, api


def test_asked_for_the_readers_the_cards_say_which_is_whose():
    answer, _, api = found(two_readers())
    assert answer == FoundReaders(("Kiosk User 00 00",), "Kiosk PSAM 00 00")
    # the name is true here: the person's card was not asked
    assert [call[1] for call in api.calls if call[0] == "transmit"] == ["Kiosk PSAM 00 00"]


@pytest.mark.parametrize("order", [(Slot.USER, Slot.SAM), (Slot.SAM, Slot.USER)])
def test_readers_plugged_the_other_way_round_are_used_by_what_lies_in_them(order):
    readers = {"Kiosk PSAM 00 00": Chip(b"\x3b\x02"), "Kiosk User 00 00": Chip(b"\x3b\x01", sam=True)}
    answer, link, _ = found({**readers, "Kiosk User 00 01": None})  # drivers show pairs of slots
    assert answer == FoundReaders(("Kiosk PSAM 00 00",), "Kiosk User 00 00")
    atrs = {Slot.USER: b"\x3b\x02", Slot.SAM: b"\x3b\x01"}
    assert {slot: link.perform(PowerOn(slot), 1.0) for slot in order} == atrs


def test_swapped_while_it_runs_the_roles_are_found_anew():
    _, link, api = found(two_readers())
    api.readers = {"Kiosk PSAM 00 00": Chip(b"\x3b\x02"), "Kiosk User 00 00": Chip(b"\x3b\x01", sam=True)}
    assert link.perform(FindReaders(), 1.0) == FoundReaders(("Kiosk PSAM 00 00",), "Kiosk User 00 00")
    assert link.perform(PowerOn(Slot.USER), 1.0) == b"\x3b\x02"


def test_a_psam_at_work_is_not_asked_where_it_is():
    _, link, api = found(two_readers())
    link.perform(PowerOn(Slot.SAM), 1.0)
    asked = len(api.calls)
    assert link.perform(FindReaders(), 1.0) == FoundReaders(("Kiosk User 00 00",), "Kiosk PSAM 00 00")
    assert [call[0] for call in api.calls[asked:]] == ["list"]
    assert link.perform(Exchange(Slot.SAM, COMMAND), 1.0) == b"\x90\x00"


@pytest.mark.parametrize(
    ("readers", "answer"),
    [
        ({}, FoundReaders((), None)),
        ({"Another": Chip()}, FoundReaders((), None)),
        ({"Kiosk User 00 00": None}, FoundReaders(("Kiosk User 00 00",), None)),
        ({"Kiosk PSAM 00 00": Chip(sam=True)}, FoundReaders((), "Kiosk PSAM 00 00")),
        ({"Kiosk User 00 00": Chip(sam=True)}, FoundReaders((), "Kiosk User 00 00")),
    ],
    ids=["none", "not ours", "empty", "only the PSAM's", "the PSAM in the only one"],
)
def test_what_is_missing_is_missing_in_the_answer(readers, answer):
    assert found(readers)[0] == answer
