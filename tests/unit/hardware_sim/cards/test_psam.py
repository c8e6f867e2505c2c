"""The PSAM: the worked vectors of the card sheet's section 9 and its errors."""

from typing import Any

import pytest

from hardware_sim.cards.crypto import FAMILIES, AlgorithmName
from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.psam import Psam
from hardware_sim.cards.psam_keys import SamKey

DF01 = "00A4040006D15600000590"
F3, F2, F1 = "8684990100000001", "3939303130307378", "3939303030307368"
FACTOR, RAW = "1122334455667788", "0102030405060708"
FILL = "0000000000000000"


def powered(algorithm: AlgorithmName, keys: tuple[SamKey, ...] | None = None) -> Psam:
    sam = Psam(algorithm, keys=keys)
    assert sam.power_on() is not None
    assert send(sam, DF01)[:2] == "61"
    return sam


def send(sam: Psam, apdu: str) -> str:
    return sam.transmit(bytes.fromhex(apdu)).hex().upper()


@pytest.mark.parametrize("cla", ["BF", "80"])
def test_three_levels_with_3des_give_the_worked_vector(cla: str) -> None:
    sam = powered("3DES")
    assert send(sam, f"{cla}DE670820{F3}{F2}{F1}{FACTOR}") == "9000"
    assert send(sam, f"80FA000008{RAW}") == "6108"
    assert send(sam, "00C0000008") == "C7D9E4135EEAF94D9000"


@pytest.mark.parametrize("cla", ["BF", "80"])
def test_three_levels_with_sm4_give_the_worked_vector(cla: str) -> None:
    sam = powered("SM4")
    assert send(sam, f"{cla}DE670828{F3}{F2}{F1}{FACTOR}{FILL}") == "9000"
    assert send(sam, f"80FA000010{RAW}{FILL}") == "6110"
    assert send(sam, "00C0000010") == "1C0E3A5D72908F08F06A49997A984F1B9000"


@pytest.mark.parametrize(
    ("algorithm", "deliver", "data", "expected"),
    [
        ("3DES", f"BFDE470818{F3}{F2}{FACTOR}", f"80FA000008{RAW}", "2AC4BBA607172F91"),
        ("SM4", f"BFDE470820{F3}{F2}{FACTOR}{FILL}", f"80FA000010{RAW}{FILL}", "FAC1F6B0DF852961"),
    ],
)
def test_a_psam_with_a_province_key_needs_two_levels(
    algorithm: AlgorithmName, deliver: str, data: str, expected: str
) -> None:
    sam = powered(algorithm, (SamKey(0x48, 0x08, DEMO_ROOT_KEY),))
    assert send(sam, deliver) == "9000"
    waiting = send(sam, data)
    answer = bytes.fromhex(send(sam, "00C00000" + waiting[2:]))[:-2]
    if algorithm == "SM4":
        answer = bytes(a ^ b for a, b in zip(answer[:8], answer[8:], strict=True))
    assert answer.hex().upper() == expected


def test_both_demonstration_keys_of_usage_68_are_there() -> None:
    sam = powered("SM4")
    for kid in ("08", "0A"):
        assert send(sam, f"BFDE68{kid}28{F3}{F2}{F1}{FACTOR}{FILL}") == "9000"


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        (f"BFDE480820{F3}{F2}{FACTOR}{FILL}", "6A80"),  # two levels for a key with three
        (f"BFDE280818{F3}{FACTOR}{FILL}", "6A80"),
        (f"BFDE680928{F3}{F2}{F1}{FACTOR}{FILL}", "6A88"),  # no such id
        (f"BFDE690828{F3}{F2}{F1}{FACTOR}{FILL}", "6A88"),  # kind load
        (f"BFDE680820{F3}{F2}{F1}{FACTOR}", "6700"),  # input as for DES
        (f"80FA000010{RAW}{FILL}", "6901"),
        (f"80FA050010{RAW}{FILL}", "6901"),
        ("BFEC000000", "6700"),
        ("BFEC0001013B", "6A86"),
        ("80FA040010" + RAW + FILL, "6A86"),
        ("80CA9F3600", "6D00"),
        ("90DE000000", "6E00"),
        ("00A4040006D15600000591", "6A82"),
        ("00B0000010", "6986"),
    ],
)
def test_wrong_commands_get_the_status_of_the_sheet_and_are_noted(apdu: str, status: str) -> None:
    sam = powered("SM4")
    assert send(sam, apdu) == status
    assert sam.notes.count == 1


def test_keys_are_reached_only_inside_the_application() -> None:
    sam = Psam("SM4")
    sam.power_on()
    assert send(sam, "BFEC000001" + "99") == "9000"
    assert send(sam, f"BFDE680828{F3}{F2}{F1}{FACTOR}{FILL}") == "6A88"
    assert send(sam, DF01)[:2] == "61"
    assert send(sam, f"BFDE680828{F3}{F2}{F1}{FACTOR}{FILL}") == "9000"


@pytest.mark.parametrize("forget", ["power", "select", "used", "another delivery failed"])
def test_a_session_key_is_used_once_and_ends_with_its_circumstances(forget: str) -> None:
    sam = powered("SM4")
    assert send(sam, f"BFDE680828{F3}{F2}{F1}{FACTOR}{FILL}") == "9000"
    if forget == "power":
        sam.power_on()
    elif forget == "select":
        send(sam, DF01)
    elif forget == "used":
        send(sam, f"80FA000010{RAW}{FILL}")
    else:
        assert send(sam, f"BFDE680928{F3}{F2}{F1}{FACTOR}{FILL}") == "6A88"
    assert send(sam, f"80FA000010{RAW}{FILL}") == "6901"


def test_half_a_block_is_refused() -> None:
    sam = powered("SM4")
    send(sam, f"BFDE680828{F3}{F2}{F1}{FACTOR}{FILL}")
    assert send(sam, f"80FA000008{RAW}") == "6700"


def test_card_information_and_terminal_number_can_be_read() -> None:
    sam = powered("SM4")
    assert send(sam, "00B0960006") == "9901000000019000"
    assert send(sam, "00B0960000") == "6C06"
    assert len(send(sam, "00B095000F")) == 2 * 17
    assert send(sam, "00A40000020016") == "9000"
    assert send(sam, "00B0000006") == "9901000000019000"
    assert send(sam, "00B0000600") == "6B00"


def test_the_sm4_set_has_its_own_environment_beside_the_main_one() -> None:
    environments: dict[AlgorithmName, str] = {"3DES": "6A82", "SM4": "6113"}
    for algorithm, found in environments.items():
        sam = Psam(algorithm)
        sam.power_on()
        assert send(sam, "00A404000F7378312E73682EC9E7BBE1B1A3D5CF") == "6113"
        assert send(sam, "00A404000F7378322E73682EC9E7BBE1B1A3D5CF") == found


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_what_a_psam_makes_opens_the_card_it_was_made_for(algorithm: AlgorithmName, insert: Any) -> None:
    hands = insert(card__algorithm=algorithm)
    hands.fetch("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
    block = FAMILIES[algorithm].block
    challenge = hands.send("0084000008")[:-4].ljust(2 * block, "0")
    sam = powered(algorithm)
    assert send(sam, f"BFDE680A{24 + block:02X}{F3}{F2}{F1}{challenge}") == "9000"
    waiting = send(sam, f"80FA0000{block:02X}" + RAW.ljust(2 * block, "0"))
    auth = bytes.fromhex(send(sam, "00C00000" + waiting[2:]))[:-2]
    if algorithm == "SM4":
        auth = bytes(a ^ b for a, b in zip(auth[:8], auth[8:], strict=True))
    assert hands.send("0082000A10" + auth.hex() + RAW) == "9000"
