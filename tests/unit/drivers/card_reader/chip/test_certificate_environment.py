"""Third-generation extras: the SM2 key, the certificates, the environment's own PIN."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from drivers.card_reader.certificate_environment import (
    Certificates,
    on_curve,
    public_key,
    read_certificates,
    read_public_key,
    verify_certificate_pin,
)
from drivers.card_reader.pin import PinLocked, PinVerified, PinWrong
from drivers.errors import CardGone, CardMalformed, CardUnsupported, Refused
from drivers.lanes import Done

# GB/T 32918.5: the generator of the curve.
X = bytes.fromhex("32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7")
Y = bytes.fromhex("BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0")
ENVIRONMENT = "PKI.社会保障".encode("gbk")
SELECTS = ["00A404000C504B492EC9E7BBE1B1A3D5CF", "00A404000C53532E434552542E41444631"]
SIGNING = bytes.fromhex("3082012C") + bytes(range(256)) + bytes(44)
ENCRYPTION = bytes.fromhex("308180") + b"\x05" * 128


@pytest.fixture
def with_certificates(hall):
    def build(key=b"\x00\x40" + X + Y, signing=SIGNING, encryption=ENCRYPTION, **options):
        h = hall(**options)
        application = "SS.CERT.ADF1"
        h.chip.extra[ENVIRONMENT] = lambda apdu: b"\x6f\x00"
        h.chip.extra[application.encode()] = lambda apdu: b"\x6f\x00"
        for ef, data in ((0x12, key), (0x18, signing), (0x19, encryption)):
            if data is not None:
                h.chip.extra[application, ef] = lambda apdu, data=data: data
        return h

    return build


@pytest.mark.parametrize(
    "data", [b"\x00\x40" + X + Y, b"\x04" + X + Y, X + Y, X + Y + b"\x00\x00"], ids=["head", "point", "bare", "tail"]
)
def test_the_key_is_the_point_that_lies_on_the_curve_wherever_it_stands(data):
    key = public_key(data)
    assert (key.x, key.y) == (X, Y)
    assert key.uncompressed == b"\x04" + X + Y
    assert X.hex() not in repr(key)


@pytest.mark.parametrize("data", [b"", bytes(64), b"\x00\x40" + Y + X, X + Y[:-1] + b"\x00", b"\xff" * 66])
def test_what_is_no_point_of_the_curve_is_no_key(data):
    with pytest.raises(CardMalformed) as caught:
        public_key(data)
    assert caught.value.facts["shape"] == "no point of the curve"


def test_the_curves_own_point_is_on_it_and_its_neighbours_are_not():
    assert on_curve(X, Y)
    assert not on_curve(X, bytes(32))
    assert not on_curve(b"\xff" * 32, Y)


@pytest.mark.parametrize("manner", ["at once", "by 61xx"])
def test_the_public_key_is_read_as_the_sheet_says(with_certificates, manner):
    h = with_certificates(manner=manner)
    assert h.run(read_public_key(h.facts.atr)).value.x == X
    asked = [command for command in h.chip.seen if not command.startswith("00C0")]
    assert asked == [*SELECTS, "00A40200020012", "00B0000042"]


def test_both_certificates_are_read_to_their_own_length(with_certificates):
    h = with_certificates(signing=SIGNING + b"\xff" * 40)
    assert h.run(read_certificates(h.facts.atr)) == Done(Certificates(SIGNING, ENCRYPTION))
    assert "3082" not in repr(h.run(read_certificates(h.facts.atr)).value)


@pytest.mark.parametrize("certificate", [SIGNING, ENCRYPTION, bytes.fromhex("3010") + bytes(16)])
def test_a_length_in_front_of_a_certificate_must_agree_with_its_own(with_certificates, certificate):
    counted = len(certificate).to_bytes(2, "big") + certificate
    h = with_certificates(signing=counted + bytes(9))
    assert h.run(read_certificates(h.facts.atr)).value.signing == certificate
    h = with_certificates(signing=(len(certificate) + 1).to_bytes(2, "big") + certificate + bytes(9))
    assert h.run(read_certificates(h.facts.atr)).error.facts["shape"] == "not DER"


def test_a_certificate_the_card_does_not_have_is_none(with_certificates):
    h = with_certificates(signing=bytes(64), encryption=None)
    assert h.run(read_certificates(h.facts.atr)) == Done(Certificates(None, None))


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b"\x31\x82\x01\x00", "not DER"),
        (b"\x30\x80\x00\x00", "not DER"),
        (b"\x30\x83\x01\x00\x00", "not DER"),
        (b"\x30\x82\xff\xff", "too long"),
        (b"\x30\x82\x01\x00" + bytes(40), "Refused"),
    ],
)
def test_a_certificate_that_is_none_is_refused(with_certificates, data, shape):
    h = with_certificates(signing=data)
    error = h.run(read_certificates(h.facts.atr)).error
    if shape == "Refused":
        assert type(error) is CardMalformed or error.facts["sw"] == "6B00"
    else:
        assert type(error) is CardMalformed
        assert error.facts == {"file": "ADF1/EF0018", "shape": shape, "length": error.facts["length"]}


def test_an_older_card_has_no_certificates(hall):
    h = hall(version="2.00")
    for operation in (read_public_key, read_certificates):
        error = h.run(operation(h.facts.atr)).error
        assert type(error) is CardUnsupported
        assert error.facts == {"what": "certificates", "value": "none"}


def ascii_key(digits):
    """A rule of this test's card: the digits as text, zeros behind."""
    return bytearray(bytes(digit + 0x30 for digit in digits).ljust(16, b"\x00"))


def proof(challenge, pin):
    encryptor = Cipher(SM4(pin.encode().ljust(16, b"\x00")), modes.ECB()).encryptor()  # noqa: S305  one block
    return (encryptor.update(challenge) + encryptor.finalize()).hex().upper()


def test_the_environments_pin_is_proved_by_the_challenge_and_sent_once(with_certificates):
    h = with_certificates()
    challenge = bytes(range(16))
    h.chip.answers["0084000010"] = challenge.hex() + "9000"
    right = "0020018110" + proof(challenge, "654321")
    h.chip.answers |= {right: "9000", "00200181": "63C4"}
    handle = h.handle("654321")
    assert h.run(verify_certificate_pin(h.facts.atr, handle, ascii_key)) == Done(PinVerified())
    assert handle.count == 0
    assert h.run(verify_certificate_pin(h.facts.atr, h.handle("123456"), ascii_key)) == Done(PinWrong(4))
    assert sum(command.startswith("00200181") for command in h.chip.seen) == 2


@pytest.mark.parametrize("word", ["63C0", "6983"])
def test_the_last_wrong_pin_locks_the_environment(with_certificates, word):
    h = with_certificates()
    h.chip.answers["00200181"] = word
    assert h.run(verify_certificate_pin(h.facts.atr, h.handle("1234"), ascii_key)) == Done(PinLocked())


def test_another_answer_to_the_pin_is_a_refusal_and_no_second_try(with_certificates):
    h = with_certificates()
    h.chip.answers["00200181"] = "6A88"
    assert type(h.run(verify_certificate_pin(h.facts.atr, h.handle("1234"), ascii_key)).error) is Refused
    assert sum(command.startswith("00200181") for command in h.chip.seen) == 1


@pytest.mark.parametrize("start", ["00A4", "0084", "0020"])
def test_a_card_pulled_at_the_environments_pin_leaves_the_handle_empty(with_certificates, start):
    h = with_certificates()
    h.chip.cut = (start, "before")
    handle = h.handle("1234")
    assert type(h.run(verify_certificate_pin(h.facts.atr, handle, ascii_key)).error) is CardGone
    assert handle.count == 0
