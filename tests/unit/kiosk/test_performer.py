"""What the performer promises beyond handing operations to lanes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from drivers.card_reader.facts import CardId
from drivers.errors import CardChanged
from drivers.lanes import VirtualLane
from drivers.links.memory import CardMemoryLink
from drivers.operation import PowerOn, Slot
from drivers.pin_buffer import PinBuffer
from drivers.scheduler import VirtualScheduler
from kiosk.effects import Append, AskPinTries, Effect, VerifyPin
from kiosk.events import Completed, DeliveryReported, Failed
from kiosk.performer import Performer, Wiring
from kiosk.settings import Timeouts
from offline_store.chain import Position

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA5098801 1E9F0C03860103".replace(" ", "")


class OtherCard:
    """Answers as a card with another id, and counts the PINs it is given."""

    def __init__(self) -> None:
        self.pins = 0

    def power_on(self) -> bytes:
        return bytes.fromhex("3B6D00000081544C968684990100000002")

    def power_off(self) -> None: ...

    def seconds(self, apdu: bytes) -> float:
        return 0.01

    def transmit(self, apdu: bytes) -> bytes:
        if apdu[1] == 0xA4:
            return bytes.fromhex(FCI + "9000")
        if apdu[1] == 0xB2:
            return bytes.fromhex("0110990100D15600000500000002FFFFFFFF9000")
        if apdu[1] == 0x20 and apdu[4]:
            self.pins += 1
        return bytes.fromhex("63C6")


class Books:
    """Keeps what was appended."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, dict[str, str], bytes | None]] = []

    def append(self, kind, header, body=None):
        self.entries.append((kind, dict(header), body))
        return Position(1, len(self.entries), bytes(32))


def performer(posted, card=None, books=None, wipe_pin=lambda: None):
    scheduler = VirtualScheduler()
    link = CardMemoryLink(scheduler, user=card)
    lane = VirtualLane("card-reader", scheduler, link)
    wiring = Wiring(
        units={},
        card=lane,
        receipt_printer=None,
        document_printer=None,
        pin_pad=None,
        books=books or Books(),
        records=None,
        papers=None,
        look_at_delivery=lambda: DeliveryReported(True, 0, None, None),
        poke=lambda: None,
        post=posted.append,
        wipe_pin=wipe_pin,
        tell_technician=lambda told: None,
        pseudonym_key=bytearray(32),
        timeouts=Timeouts(),
    )
    return Performer(wiring), scheduler, link


def handle():
    buffer = PinBuffer()
    for digit in (1, 2, 3, 4, 5, 6):
        buffer.press(digit)
    return buffer.hand_over()


def test_a_pin_is_never_shown_to_another_card_than_the_one_that_was_read(facts):
    posted, card = [], OtherCard()
    perform, scheduler, link = performer(posted, card)
    link._power_on(Slot.USER)
    perform._facts = replace(facts, card_id=CardId("990100", "00000001", "FFFFFFFF"))
    perform(Effect(1, "s", VerifyPin(handle())))
    scheduler.run_until_idle()
    assert isinstance(posted[-1], Failed)
    assert isinstance(posted[-1].error, CardChanged)
    assert card.pins == 0


def test_a_pin_without_a_card_that_was_read_goes_nowhere_and_is_wiped():
    posted, card = [], OtherCard()
    perform, scheduler, _ = performer(posted, card)
    pin = handle()
    perform(Effect(1, "s", VerifyPin(pin)))
    scheduler.run_until_idle()
    assert isinstance(posted[-1], Failed)
    assert pin.count == 0
    assert card.pins == 0


def test_the_subject_of_a_record_is_a_keyed_pseudonym():
    books = Books()
    perform, _, _ = performer([], books=books)
    perform(Effect(1, "s", Append("act", {"item": "SI-02"}, {"id_number": "110105198803120013"}, "110105198803120013")))
    kind, header, body = books.entries[0]
    assert kind == "act"
    assert len(header["subject"]) == 24
    assert "110105198803120013" not in json.dumps(header)
    assert json.loads(body)["id_number"] == "110105198803120013"


def test_the_same_person_has_the_same_pseudonym_here_and_another_elsewhere():
    perform, _, _ = performer([])
    assert perform.pseudonym("1") == perform.pseudonym("1") != perform.pseudonym("2")
    perform._w.pseudonym_key[0] = 1
    assert perform.pseudonym("1") != performer([])[0].pseudonym("1")


def test_an_append_completes_with_its_position():
    posted: list[object] = []
    perform, _, _ = performer(posted)
    perform(Effect(7, None, Append("audit", {"event": "x"})))
    assert posted == [Completed(7, None, Position(1, 1, bytes(32)))]


@pytest.mark.parametrize("action", [AskPinTries(), None], ids=["before the first try", "before the next try"])
def test_a_pin_page_begins_with_an_empty_pad_whatever_was_pressed_before_it(facts, action):
    posted, typed = [], PinBuffer()
    perform, scheduler, link = performer(posted, OtherCard(), wipe_pin=typed.clear)
    link.begin(PowerOn(Slot.USER), lambda answer: None)
    scheduler.run_until_idle()
    perform(Effect(1, "s", action or VerifyPin(handle())))
    typed.press(7)
    scheduler.run_until_idle()
    assert posted
    assert typed.count == 0
