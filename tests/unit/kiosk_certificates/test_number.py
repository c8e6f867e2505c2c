"""The certificate number: built, read back, and safe against one wrong character."""

from datetime import date

import pytest

from kiosk.certificates.number import CertificateNumber, CertificateNumberError, parse_number

NUMBER = CertificateNumber("T001", date(2026, 11, 22), 3, 7)


def test_a_number_is_read_back_as_typed_in_any_case():
    text = str(NUMBER)
    assert text.startswith("ZM-T001-20261122-3-0007-")
    assert parse_number(f"  {text.lower()} ") == NUMBER


def test_a_terminal_with_dashes_and_a_long_counter_survive():
    number = CertificateNumber("HALL-07", date(2026, 1, 2), 12, 123456)
    assert parse_number(str(number)) == number


def test_every_single_wrong_character_is_noticed():
    text = str(NUMBER)
    for at, right in enumerate(text):
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if right != "-" and wrong != right:
                with pytest.raises(CertificateNumberError):
                    parse_number(text[:at] + wrong + text[at + 1 :])


@pytest.mark.parametrize(
    "typed", ["", "ZM", "ZM-T001", "T001-20261122-3-0007-K", "ZM--20261122-3-0007-K", "ZM-T001-2026-3-0007-K"]
)
def test_what_has_another_shape_is_said_to_be_incomplete(typed):
    with pytest.raises(CertificateNumberError) as caught:
        parse_number(typed)
    assert caught.value.wrong == "shape"


def test_two_journals_of_one_terminal_never_give_the_same_number():
    numbers = {
        str(CertificateNumber("T001", date(2026, 11, day), epoch, counter))
        for day in (1, 2)
        for epoch in (1, 2, 11)
        for counter in (1, 11, 111, 1111)
    }
    assert len(numbers) == 2 * 3 * 4
