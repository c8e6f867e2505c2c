"""The two factors: passwords by scrypt, codes by TOTP, each code once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from sync.gateway.staff.passwords import STAND_IN, fit, generated, hashed, matches
from sync.gateway.staff.second_factor import SecretUnreadable, opened, sealed, set_up_address, step_of

AT = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)
SECRET = bytes(range(20))


def test_a_password_is_kept_by_scrypt_with_its_parameters_beside_it():
    stored = hashed("Lamp-Harbour-2026", bytes(16))
    assert stored.startswith("scrypt$15$8$1$")
    assert matches("Lamp-Harbour-2026", stored)
    assert not matches("Lamp-Harbour-2027", stored)
    # one that was stored with smaller parameters still opens (RFC 7914 section 12, second vector, cut to 32 octets)
    assert matches("password", "scrypt$10$8$16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI=")
    assert hashed("Lamp-Harbour-2026", b"1" * 16) != stored


def test_no_password_is_that_of_nobody():
    assert not matches("", STAND_IN)
    with pytest.raises(ValueError, match="unknown kind"):
        matches("x", "plain$1$8$1$AA==$AA==")


@pytest.mark.parametrize(
    "password", ["Short-1a", "only-small-letters", "ALLCAPITALS2026", "has-li.na-Inside-1", "x" * 201 + "A1"]
)
def test_what_is_short_or_of_one_kind_or_holds_the_name_is_not_taken(password):
    assert not fit(password, "li.na")


def test_a_password_that_was_made_here_is_fit_and_read_aloud_in_groups():
    for seed in range(50):
        made = generated(bytes((seed * 7 + n * 13) % 256 for n in range(64)))
        assert fit(made, "li.na")
        assert [len(group) for group in made.split("-")] == [5] * 5
        assert not set(made) & set("0O1lIi")


def test_a_code_is_known_by_its_step_with_one_step_of_tolerance():
    totp = pyotp.TOTP("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT")
    present = int(AT.timestamp()) // 30
    for away in (-2, -1, 0, 1, 2):
        code = totp.at(AT + timedelta(seconds=30 * away))
        assert step_of(code, SECRET, AT) == (present + away if abs(away) < 2 else None)
    assert step_of(totp.at(AT)[:3] + " " + totp.at(AT)[3:], SECRET, AT) == present
    for wrong in ("", "12345", "abcdef", "１２３４５６", totp.at(AT) + "0"):
        assert step_of(wrong, SECRET, AT) is None


def test_the_secret_lies_sealed_and_opens_for_its_account_alone():
    stored = sealed(SECRET, account="li.na", key=bytes(32), nonce=bytes(12))
    assert SECRET not in stored
    assert opened(stored, account="li.na", key=bytes(32)) == SECRET
    own = bytes(32)
    for account, key, octets in (
        ("li.nb", own, stored),
        ("li.na", b"1" * 32, stored),
        ("li.na", own, stored[:-1]),
        ("li.na", own, b""),
    ):
        with pytest.raises(SecretUnreadable):
            opened(octets, account=account, key=key)


def test_an_authenticator_scans_the_address():
    address = set_up_address(SECRET, "li.na", "kiosk-gateway")
    parsed = pyotp.parse_uri(address)
    assert (parsed.name, parsed.issuer, parsed.interval, parsed.digits) == ("li.na", "kiosk-gateway", 30, 6)
    assert parsed.at(AT) == pyotp.TOTP("AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT").at(AT)
