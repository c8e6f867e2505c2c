"""The PSAM: the worked vectors of the card sheet's section 9 and its errors."""

from typing import Any, Literal

import pytest

from hardware_sim.cards.crypto import FAMILIES, AlgorithmName
from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.psam import Psam
from hardware_sim.cards.psam_keys import SamKey, demo_keys
from hardware_sim.cards.psam_purchase import SamMemory

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


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_keys_one_two_or_three_levels_above_open_the_same_card(
    algorithm: AlgorithmName, levels: int, insert: Any
) -> None:
    hands = insert(card__algorithm=algorithm)
    hands.fetch("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
    sam = powered(algorithm, demo_keys(algorithm, levels))
    block = FAMILIES[algorithm].block
    factors = "".join((F3, F2, F1)[:levels])
    challenge = hands.send("0084000008")[:-4].ljust(2 * block, "0")
    for wrong in {1, 2, 3} - {levels}:
        tried = f"BFDE{wrong << 5 | 8:02X}0A{8 * wrong + block:02X}" + (F3 + F2 + F1)[: 16 * wrong] + challenge
        assert send(sam, tried) == "6A80"
    assert send(sam, f"BFDE{levels << 5 | 8:02X}0A{8 * levels + block:02X}{factors}{challenge}") == "9000"
    waiting = send(sam, f"80FA0000{block:02X}" + RAW.ljust(2 * block, "0"))
    auth = bytes.fromhex(send(sam, "00C00000" + waiting[2:]))[:-2]
    if algorithm == "SM4":
        auth = bytes(a ^ b for a, b in zip(auth[:8], auth[8:], strict=True))
    assert hands.send("0082000A10" + auth.hex() + RAW) == "9000"


def test_a_psam_can_lack_a_key_it_should_have() -> None:
    sam = powered("SM4", demo_keys(without=(0x0A,)))
    assert send(sam, f"BFDE680A28{F3}{F2}{F1}{FACTOR}{FILL}") == "6A88"
    assert send(sam, f"BFDE680828{F3}{F2}{F1}{FACTOR}{FILL}") == "9000"


SESSION = {"3DES": "9C4641499F33D5D7", "SM4": "186625CF2DCC0E19EA994BDED2FBACAC"}


def delivered(algorithm: AlgorithmName, usage: str = "68") -> Psam:
    sam = powered(algorithm)
    fill = "" if algorithm == "3DES" else FILL
    length = {"3DES": "20", "SM4": "28"}[algorithm]
    assert send(sam, f"BFDE{usage}08{length}{F3}{F2}{F1}{FACTOR}{fill}") == "9000"
    return sam


def fetched(sam: Psam, apdu: str) -> str:
    waiting = send(sam, apdu)
    return send(sam, "00C00000" + waiting[2:]) if waiting[:2] == "61" else waiting


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_a_mac_in_one_command_and_in_parts_is_the_same(algorithm: AlgorithmName) -> None:
    family = FAMILIES[algorithm]
    block, session_key = family.block, bytes.fromhex(SESSION[algorithm])
    message = bytes(range(4 * block))
    start = bytes(range(block, 0, -1))
    expected = family.shortened(family.mac_of_blocks(session_key, message, start)).hex().upper()
    whole = (start + message).hex()
    assert fetched(delivered(algorithm), f"80FA0500{5 * block:02X}{whole}") == expected + "9000"
    sam = delivered(algorithm)
    assert send(sam, f"80FA0700{2 * block:02X}{(start + message[:block]).hex()}") == "9000"
    assert send(sam, f"80FA0300{2 * block:02X}{message[block : 3 * block].hex()}") == "9000"
    assert fetched(sam, f"80FA0100{block:02X}{message[3 * block :].hex()}") == expected + "9000"
    assert send(sam, f"80FA0100{block:02X}{message[:block].hex()}") == "6901"


def test_encrypting_more_keeps_the_session_key_and_last_ends_it() -> None:
    sam = delivered("3DES")
    for _ in range(3):
        assert fetched(sam, f"80FA020008{RAW}") == "C7D9E4135EEAF94D9000"
    assert fetched(sam, f"80FA000008{RAW}") == "C7D9E4135EEAF94D9000"
    assert send(sam, f"80FA020008{RAW}") == "6901"


@pytest.mark.parametrize(("usage", "mode"), [("67", "05"), ("67", "07"), ("66", "00"), ("66", "02")])
def test_a_session_key_serves_only_what_it_was_delivered_for(usage: str, mode: str) -> None:
    assert send(delivered("3DES", usage), f"80FA{mode}0010{RAW}{RAW}") == "6901"


@pytest.mark.parametrize("usage", ["62", "69", "6C", "60"])
def test_keys_of_other_kinds_are_not_delivered(usage: str) -> None:
    assert send(powered("SM4"), f"BFDE{usage}0828{F3}{F2}{F1}{FACTOR}{FILL}") == "6A88"


def test_a_mac_that_was_interrupted_has_to_begin_again() -> None:
    sam = delivered("3DES")
    assert send(sam, f"80FA070010{RAW}{RAW}") == "9000"
    fetched(sam, f"80FA020008{RAW}")
    assert send(sam, f"80FA030008{RAW}") == "6901"
    assert send(sam, f"80FA070008{RAW}") == "6700"  # a start value and nothing behind it


def settled(algorithm: AlgorithmName, sam: Psam, hands: Any) -> tuple[str, str]:
    """A whole settlement between card and PSAM; the card's and the PSAM's last answers."""
    hands.fetch("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
    hands.fetch("00A4040006D15600000503")
    hands.send("0020000003123456")
    begun = hands.begin_purchase(100, 16, 32)
    sequence, version, code, random = begun[28:32], begun[32:34], begun[34:36], begun[36:44]
    amounts, moment = "000000640000001000000020", "20260301093000"
    told = f"{random}{sequence}{amounts}02{moment}{version}{code}{F3}{F2}{F1}"
    assert fetched(sam, DF01)[-4:] == "9000"
    answer = fetched(sam, f"80700100{len(told) // 2:02X}{told}")
    assert answer[-4:] == "9000"
    done = hands.fetch(f"B02C01000F{answer[:8]}{moment}{answer[8:16]}")
    return done, send(sam, f"8072000004{done[8:16]}")


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_a_settlement_goes_from_the_psam_to_the_card_and_back(algorithm: AlgorithmName, insert: Any) -> None:
    sam = powered(algorithm)
    done, checked = settled(algorithm, sam, insert(card__algorithm=algorithm))
    assert done[-4:] == "9000"
    assert checked == "9000"
    assert send(sam, "00B0990004") == "000000019000"
    assert send(sam, f"8072000004{done[8:16]}") == "6901"


def test_the_terminals_counter_outlives_power(insert: Any) -> None:
    sam = powered("SM4")
    settled("SM4", sam, insert())
    again = Psam("SM4", memory=SamMemory.model_validate_json(sam.memory.model_dump_json()))
    again.power_on()
    send(again, DF01)
    assert send(again, "00B0990004") == "000000019000"


@pytest.mark.parametrize(("habit", "answers"), [("63Cx", ["63C2", "63C1", "63C0", "6983"]), ("9302", ["9302"] * 4)])
def test_a_wrong_mac2_is_refused_in_one_of_the_two_known_ways(
    habit: Literal["63Cx", "9302"], answers: list[str]
) -> None:
    sam = Psam("SM4", bad_mac2=habit)
    sam.power_on()
    send(sam, DF01)
    found = []
    for _ in answers:
        told = f"1122334400000000006400000010000000200220260301093000{'0103'}{F3}{F2}{F1}"
        assert fetched(sam, f"80700100{len(told) // 2:02X}{told}")[-4:] == "9000"
        found.append(send(sam, "807200000400000000"))
    assert found == answers


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("8070010033" + "00" * 0x33, "6700"),
        ("807001001C" + "00" * 0x1C, "6700"),
        ("8070010034" + "00" * 26 + "0203" + "00" * 24, "6A88"),
        ("8070010034" + "00" * 26 + "0101" + "00" * 24, "6A88"),
        ("807001002C" + "00" * 26 + "0103" + "00" * 16, "6A80"),
        ("8070000034" + "00" * 52, "6A86"),
        ("807200000400000000", "6901"),
        ("8072000003000000", "6700"),
        ("807200010400000000", "6A86"),
    ],
)
def test_wrong_settlement_commands_get_their_status(apdu: str, status: str) -> None:
    assert send(powered("SM4"), apdu) == status


def test_the_files_of_the_application_are_read_inside_it_only() -> None:
    sam = Psam("SM4")
    sam.power_on()
    for sfi in (0x19, 0x1A, 0x1B, 0x1C):
        assert send(sam, f"00B0{0x80 | sfi:02X}0004") == "6A82"
    send(sam, DF01)
    for sfi, length in ((0x19, 4), (0x1A, 10), (0x1B, 10), (0x1C, 10)):
        assert send(sam, f"00B0{0x80 | sfi:02X}0000") == f"6C{length:02X}"


def test_purchases_are_refused_without_a_purchase_key_and_outside_the_application() -> None:
    told = f"80700100341122334400000000006400000010000000200220260301093000{'0103'}{F3}{F2}{F1}"
    assert send(powered("SM4", demo_keys(without=(0x01,))), told) == "6A88"
    sam = Psam("SM4")
    sam.power_on()
    assert send(sam, told) == "6A88"
