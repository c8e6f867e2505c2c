"""The certificate environment and the financial application on the same chip."""

from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.crypto import FAMILIES
from hardware_sim.cards.payment_files import bank_number, luhn_digit
from hardware_sim.people import persona, persona_keys

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
PKI = "00A404000C504B492EC9E7BBE1B1A3D5CF"
ADF1 = "00A404000C53532E434552542E41444631"
PSE, PPSE = "00A404000E315041592E5359532E4444463031", "00A404000E325041592E5359532E4444463031"
DEBIT = "00A4040008A000000333010101"

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93


@pytest.fixture
def certificates(insert: Callable[..., Any]) -> Any:
    hands = insert()
    assert hands.fetch(PKI)[-4:] == "9000"
    assert hands.fetch(ADF1)[-4:] == "9000"
    return hands


def test_the_signing_key_is_a_point_on_the_curve(certificates: Any) -> None:
    assert certificates.send("00A40200020012") == "9000"
    key = bytes.fromhex(certificates.send("00B0000042")[:-4])
    assert key[:2].hex() == "0100"
    x, y = int.from_bytes(key[2:34], "big"), int.from_bytes(key[34:], "big")
    assert (y * y - (x**3 - 3 * x + B)) % P == 0


def test_both_certificate_files_hold_public_keys_of_sm2(certificates: Any) -> None:
    keys = set()
    for sfi in ("0018", "0019"):
        assert certificates.send(f"00A4020002{sfi}") == "9000"
        length = int(certificates.send("00B0000002")[:-4], 16)
        content = certificates.send(f"00B00002{length:02X}")[:-4]
        assert "2A811CCF5501822D" in content  # the OID of the SM2 curve
        keys.add(content)
    assert len(keys) == 2


def test_the_certificate_pin_is_proved_by_a_challenge_and_is_not_the_holders(certificates: Any) -> None:
    def prove(digits: str) -> str:
        challenge = bytes.fromhex(certificates.send("0084000010")[:-4])
        proof = FAMILIES["SM4"].encrypt(digits.encode().ljust(16, b"\0"), challenge)
        return str(certificates.send("0020018110" + proof.hex()))

    assert certificates.send("0020018100") == "63C6"
    assert prove("000000") == "63C5"
    assert prove("123456") == "9000"
    assert certificates.send("0020018100") == "63C6"
    assert [prove("000000") for _ in range(7)][-2:] == ["63C0", "6983"]
    certificates.fetch(SSSE)
    assert certificates.send("00200000") == "63C6"


def test_the_certificate_application_is_found_only_inside_its_environment(insert: Callable[..., Any]) -> None:
    hands = insert()
    assert hands.send(ADF1) == "6A82"
    hands.fetch(SSSE)
    assert hands.send(ADF1) == "6A82"


@pytest.mark.parametrize(("body", "digit"), [("7992739871", "3"), ("37828224631000", "5"), ("0", "0")])
def test_the_check_digit_of_a_bank_number_is_luhns(body: str, digit: str) -> None:
    assert luhn_digit(body) == digit


def test_each_person_has_a_bank_number_of_their_own_with_the_right_check_digit() -> None:
    numbers = {bank_number(persona(key)) for key in persona_keys()}
    assert len(numbers) == len(persona_keys())
    for number in numbers:
        assert len(number) == 19
        assert luhn_digit(number[:-1]) == number[-1]


def test_the_last_four_digits_are_read_over_contacts(insert: Callable[..., Any]) -> None:
    hands = insert()
    assert hands.fetch(PSE)[-10:] == "8801019000"
    waiting = hands.send("00B2010C00")
    assert waiting[:2] == "6C"
    entry = hands.fetch("00B2010C00")
    assert "4F08A000000333010101" in entry
    assert hands.fetch("00B2020C00") == "6A83"
    fci = hands.fetch(DEBIT)
    assert "9F38" not in fci
    options = hands.fetch("80A80000028300")
    assert options == "800E" + "7C00" + "080101001001010018010100" + "9000"
    track = hands.fetch("00B2010C00")
    number = bank_number(persona("worker"))
    assert track[:8] == "70135711"
    assert track[8:28] == number + "D"
    assert hands.fetch("00B2011400")[8:28] == number + "F"


def test_the_last_four_digits_are_read_over_the_air(insert: Callable[..., Any]) -> None:
    hands = insert(interface="contactless")
    assert hands.send(PSE) == "6A82"
    assert "BF0C" in hands.send(PPSE)
    assert "9F38099F66049F02069F3704" in hands.send(DEBIT)
    assert hands.send("80A80000028300") == "6700"
    assert hands.send("80A8000010830E" + "00" * 14) == "7712" + "82027C00" + "940C080101001001010018010100" + "9000"
    assert bank_number(persona("worker")) in hands.send("00B2010C00")


def test_the_contact_environment_is_not_in_the_air_and_the_other_way_round(insert: Callable[..., Any]) -> None:
    assert insert().send(PPSE) == "6A82"


def test_data_objects_of_the_payment_application_can_be_asked_for(insert: Callable[..., Any]) -> None:
    hands = insert()
    assert hands.send("80CA9F3600") == "6985"
    assert hands.send("80A80000028300") == "6985"
    hands.fetch(DEBIT)
    hands.fetch("80A80000028300")
    assert hands.fetch("80CA9F3600") == "9F360200019000"
    assert hands.fetch("80CA9F1300") == "9F130200009000"
    assert hands.fetch("80CA9F1700") == "9F1701039000"
    assert hands.fetch("80CA9F7900") == "9F79060000000000009000"
    assert hands.fetch("80CA9F7700") == "9F77060000001000009000"
    assert hands.fetch("80CA9F5000") == "6A88"
    assert hands.send("80A80100028300") == "6A86"
