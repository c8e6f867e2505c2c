"""The certificate environment of third-generation cards (sheet, section 11): public key, certificates, its own PIN.

These operations go on with a powered card and select the environment themselves; the SSSE must be selected again
afterwards. Signing is not here: the sheet has no command for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from construct import Byte, Bytes, Check, Computed, Const, ExprAdapter, FocusedSeq, Int16ub, Struct, Switch, obj_, this
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from drivers.card_reader.authentication import challenge_of
from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import read_binary, select_by_name, select_file
from drivers.card_reader.facts import Atr
from drivers.card_reader.identity import channel_of
from drivers.card_reader.layouts import parsed
from drivers.card_reader.pin import PinLocked, PinVerified, PinWrong
from drivers.errors import CardMalformed, CardUnsupported, Refused
from drivers.operation import Operation, SecretExchange, Slot
from drivers.pin_buffer import PinHandle

ENVIRONMENT: Final = "PKI.社会保障".encode("gbk")
APPLICATION: Final = b"SS.CERT.ADF1"

_PUBLIC_KEY, _SIGNING, _ENCRYPTION = 0x0012, 0x0018, 0x0019
_KEY_LENGTH = 0x42
_COORDINATE = 32
_MOST_CERTIFICATE = 0x1000
"""No certificate of a card comes near; a longer one is a broken length."""

_DER_BYTES, _COUNT_BYTES = 4, 2
_HEAD = _COUNT_BYTES + _DER_BYTES

_NO_FILE, _LOCKED = 0x6A82, 0x6983
_KEY_BYTES = 16

# GB/T 32918.5, the recommended curve.
_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93

_DER_HEAD = Struct(
    Const(b"\x30"),
    "first" / Byte,
    "total"
    / Switch(
        this.first,
        {
            0x81: FocusedSeq("length", "length" / ExprAdapter(Byte, obj_ + 3, obj_ - 3), Byte),
            0x82: ExprAdapter(Int16ub, obj_ + 4, obj_ - 4),
        },
        default=FocusedSeq("length", "length" / Computed(this._.first + 2), Bytes(2)),
    ),
    Check(lambda fields: fields.first <= 0x82 and fields.first != 0x80),
)
"""The first 4 bytes of a certificate: a SEQUENCE of definite length; ``total`` counts head and content."""

PinResult: TypeAlias = PinVerified | PinWrong | PinLocked

PinToKey: TypeAlias = Callable[[bytearray], bytearray]
"""Digits (one value 0–9 a byte) to the 16 bytes of the SM4 key that proves them. The sheet does not give this rule, and
a wrong one costs a try: whoever knows the card's maker hands it in. It may not keep what it gets."""


@dataclass(frozen=True, slots=True)
class Sm2PublicKey:
    """A point of the SM2 curve (GB/T 32918), each coordinate 32 bytes, big-endian."""

    x: bytes = field(repr=False)
    y: bytes = field(repr=False)

    @property
    def uncompressed(self) -> bytes:
        """``04 ‖ x ‖ y``, 65 bytes."""
        return b"\x04" + self.x + self.y


@dataclass(frozen=True, slots=True)
class Certificates:
    """DER, as the card has them; None: it has none. Whether they hold is for others to say."""

    signing: bytes | None = field(repr=False)
    encryption: bytes | None = field(repr=False)


def on_curve(x: bytes, y: bytes) -> bool:
    """Is it a point of the SM2 curve? y² = x³ − 3x + b over the field of p."""
    left, right = int.from_bytes(x, "big"), int.from_bytes(y, "big")
    return left < _P and right < _P and (right * right - left * (left * left - 3) - _B) % _P == 0


def public_key(data: bytes) -> Sm2PublicKey:
    """The point in EF0012. CardMalformed: no point of the curve in it.

    The sheet gives 66 bytes for a point of 64 and not what the other two are: the curve itself tells where it is.
    """
    for start in range(len(data) - 2 * _COORDINATE, -1, -1):
        x = data[start : start + _COORDINATE]
        y = data[start + _COORDINATE : start + 2 * _COORDINATE]
        if on_curve(x, y):
            return Sm2PublicKey(x, y)
    raise CardMalformed("card_reader", file="ADF1/EF0012", shape="no point of the curve", length=len(data))


def read_public_key(atr: Atr) -> Operation[Sm2PublicKey]:
    """EF0012, the signing key. CardUnsupported (what="certificates"): no such environment on this card."""
    card = channel_of(atr)
    yield from _select(card)
    yield from card.ask(select_file(_PUBLIC_KEY))
    return public_key((yield from card.ask(read_binary(0, _KEY_LENGTH))))


def read_certificates(atr: Atr) -> Operation[Certificates]:
    """EF0018 and EF0019. CardMalformed: not DER. CardUnsupported as above."""
    card = channel_of(atr)
    yield from _select(card)
    signing = yield from _certificate(card, _SIGNING)
    encryption = yield from _certificate(card, _ENCRYPTION)
    return Certificates(signing, encryption)


def verify_certificate_pin(atr: Atr, handle: PinHandle, pin_to_key: PinToKey) -> Operation[PinResult]:
    """Prove the environment's own PIN, once: SM4 over the card's challenge. It is not the PIN of section 7.

    ``handle`` is empty afterwards. The tries left cannot be asked for: the sheet has no command for it.
    """
    card = channel_of(atr)
    try:
        yield from _select(card)
        challenge = yield from challenge_of(card, _KEY_BYTES)
        request = SecretExchange(Slot.USER, lambda: _pin_command(handle, challenge, pin_to_key))
        response = yield from card.send_secret("verify certificate PIN", request)
    finally:
        handle.clear()
    if response.sw == OK:
        return PinVerified()
    if response.sw == _LOCKED or response.tries_left == 0:
        return PinLocked()
    if response.tries_left is None:
        raise card.refusal("verify certificate PIN", response)
    return PinWrong(response.tries_left)


def _select(card: Channel) -> Operation[None]:
    for command in (
        select_by_name(ENVIRONMENT, "certificate environment"),
        select_by_name(APPLICATION, "certificate application"),
    ):
        response = yield from card.send(command)
        if response.sw == _NO_FILE:
            raise CardUnsupported("card_reader", what="certificates", value="none")
        if response.sw != OK:
            raise card.refusal(command.name, response)


def _certificate(card: Channel, ef: int) -> Operation[bytes | None]:
    place = f"ADF1/EF{ef:04X}"
    try:
        yield from card.ask(select_file(ef))
    except Refused as error:
        if error.facts["sw"] == f"{_NO_FILE:04X}":
            return None
        raise
    data = yield from card.ask(read_binary(0, _HEAD))
    if not any(data):
        return None
    start, length = _bounds(data, place)
    while len(data) < length:
        piece = yield from card.ask(read_binary(len(data), min(0x100, length - len(data))))
        if not piece:
            break
        data += piece
    if len(data) < length:
        raise CardMalformed("card_reader", file=place, shape="cut off", length=len(data))
    return data[start:length]


def _pin_command(handle: PinHandle, challenge: bytes, pin_to_key: PinToKey) -> bytearray:
    """``0020 0181 10 <16 bytes>``: the challenge, enciphered with what the PIN becomes."""
    digits = handle.open()
    key = pin_to_key(digits)
    command = bytearray(5 + len(challenge))
    command[:5] = bytes((0x00, 0x20, 0x01, 0x81, len(challenge)))
    # One block, with a challenge nobody chose: ECB is the card's own rule.
    encryptor = Cipher(SM4(bytes(key)), modes.ECB()).encryptor()  # noqa: S305
    command[5:] = encryptor.update(challenge) + encryptor.finalize()
    digits[:] = bytes(len(digits))
    key[:] = bytes(len(key))
    return command


def _bounds(head: bytes, place: str) -> tuple[int, int]:
    """Where the certificate begins and ends in its file, from the first bytes of it.

    The sheet does not say whether its length stands in front: two bytes that agree with the certificate's own length
    are one, and anything else is malformed.
    """
    bare = _der_length(head[:_DER_BYTES])
    counted = _der_length(head[_COUNT_BYTES:])
    if bare is not None:
        start, end = 0, bare
    elif counted is not None and counted == int.from_bytes(head[:_COUNT_BYTES], "big"):
        start, end = _COUNT_BYTES, _COUNT_BYTES + counted
    else:
        raise CardMalformed("card_reader", file=place, shape="not DER", length=len(head))
    if end > _MOST_CERTIFICATE:
        raise CardMalformed("card_reader", file=place, shape="too long", length=end)
    return start, end


def _der_length(head: bytes) -> int | None:
    """Of a whole SEQUENCE, from its first 4 bytes (X.690, 8.1.3); None: it is none."""
    try:
        total: int = parsed(_DER_HEAD, head, "certificate").total
    except CardMalformed:
        return None
    return total
