"""The pad's commands as operations, one each: what a technician and the key ceremony need, and the pad's status.

Entering a PIN is in ``drivers.pin_pad.entry``. Keys are numbered as in the pad; key material in clear comes in a
bytearray and is overwritten here (the wire's own copy is out of reach: the promise is the shortest life, not none).
"""

from collections.abc import Callable
from typing import Final

from construct import Bytes, ConstructError, Struct, Terminated

from drivers.errors import Timeout
from drivers.operation import Operation
from drivers.pin_pad import commands
from drivers.pin_pad.commands import BLOCK, Cipher, Command, Keypad, ModePlace
from drivers.pin_pad.faults import PinPadBatteryLow, PinPadKeysInvalid, PinPadSelfTestFailed
from drivers.pin_pad.frames import LONGEST_DATA
from drivers.pin_pad.line import PadLine
from drivers.pin_pad.pin_block import Account, EncryptedPinBlock
from drivers.status import DeviceState, PinPadStatus

DEVICE: Final = "pin_pad"
# the family's usual answer to *version*; other answers are text alone
_VERSION_AND_COUNTERS: Final = Struct("version" / Bytes(16), "serial" / Bytes(8), "charging" / Bytes(2), Terminated)
_LONGEST_CIPHER: Final = LONGEST_DATA // BLOCK * BLOCK
_KEY_SIZES: Final = (BLOCK, 2 * BLOCK)


class PinPad:
    """One pad on one line (9600 8N1). Remembers no key and no digit.

    Operations end with errors of ``drivers.errors`` and ``drivers.pin_pad.faults``: PinPadKeysInvalid,
    PinPadSelfTestFailed, PinPadBatteryLow, Refused (facts ``command``, ``sw``), Timeout, ProtocolError, and the link's.
    """

    def __init__(self, clock: Callable[[], float], device: str = DEVICE) -> None:
        """``clock`` gives monotonic seconds; ``device`` is the name in errors."""
        self.line = PadLine(clock, device)

    def version(self) -> Operation[str]:
        """Make and firmware as the pad tells them: ASCII text, or hex where it is none."""
        answer = yield from self.line.ask(commands.VERSION)
        try:
            return _told(_VERSION_AND_COUNTERS.parse(answer.data).version)
        except ConstructError:
            return _told(answer.data)

    def serial_number(self) -> Operation[str]:
        """The serial number: ASCII text, or hex of a binary one."""
        answer = yield from self.line.ask(commands.SERIAL_NUMBER)
        return _told(answer.data)

    def status(self) -> Operation[PinPadStatus]:
        """How the pad is. Silence is OFFLINE, with keys and battery as unknown as they are; damage is an error.

        Keys that were valid and are so no longer, without a wiping reset of ours, are POTENTIAL_FRAUD.
        """
        try:
            yield from self.line.ask(commands.VERSION)
        except Timeout as silence:
            if "command" not in silence.facts:  # the lane's: our time is over
                raise
            return PinPadStatus(device=DeviceState.OFFLINE)
        except (PinPadKeysInvalid, PinPadSelfTestFailed, PinPadBatteryLow):
            pass  # that is an answer too, and stands in the condition
        return self.line.condition

    def reset(self, *, wipe_keys: bool = False) -> Operation[None]:
        """Self-test and start anew; ``wipe_keys`` destroys every key in the pad, for good."""
        try:
            yield from self.line.ask(commands.RESET, commands.WIPE_KEYS if wipe_keys else b"")
        finally:
            if wipe_keys:
                self.line.forget_keys()

    def load_master_key(self, number: int, key: bytearray) -> Operation[bytes]:
        """Load a key of 8 or 16 bytes in clear: in the secure room only. ``key`` is overwritten, come what may.

        Result: the pad's check value, empty where it gives none.
        """
        try:
            data = _number(number) + _key(key)
        finally:
            key[:] = bytes(len(key))
        answer = yield from self.line.ask(commands.LOAD_MASTER_KEY, data)
        return answer.data

    def load_working_key(self, master: int, working: int, encrypted: bytes) -> Operation[bytes]:
        """Load a key of 8 or 16 bytes that is encrypted under the master key. Result as ``load_master_key``."""
        data = _number(master) + _number(working) + _key(encrypted)
        answer = yield from self.line.ask(commands.LOAD_WORKING_KEY, data)
        return answer.data

    def choose_keys(self, master: int, working: int) -> Operation[None]:
        """The keys for what follows: PIN block, MAC, encryption."""
        yield from self.line.ask(commands.CHOOSE_KEYS, _number(master) + _number(working))

    def set_cipher(self, cipher: Cipher) -> Operation[None]:
        """DES or 3DES."""
        yield from self._set(ModePlace.CIPHER, cipher.value)

    def set_pin_block_kind(self, kind: int) -> Operation[None]:
        """The kind of PIN block, one byte by the pad's own table."""
        yield from self._set(ModePlace.PIN_BLOCK, kind)

    def set_mac_kind(self, kind: int) -> Operation[None]:
        """The kind of MAC, one byte by the pad's own table."""
        yield from self._set(ModePlace.MAC, kind)

    def account_number(self, account: Account) -> Operation[None]:
        """The account the next PIN block is bound to."""
        yield from self.line.ask(commands.ACCOUNT, account.digits.encode("ascii"))

    def start_pin_entry(
        self, *, length: int, seconds: int, echo: int = 1, fill: int = 1, prompt: int = 0
    ) -> Operation[None]:
        """Let a bank PIN be typed: keys come as stars from now on. ``length`` 4 to 12 digits, ``seconds`` 1 to 255."""
        if not 4 <= length <= 12 or not 1 <= seconds <= 255:
            raise ValueError("4 to 12 digits within 1 to 255 seconds")
        yield from self.line.ask(commands.START_PIN, bytes((length, echo, fill, prompt, seconds)))

    def pin_block(self) -> Operation[EncryptedPinBlock]:
        """Fetch the block of the PIN that was typed; Refused with ``sw`` 0080 when its time ran out."""
        answer = yield from self.line.ask(commands.FETCH_PIN_BLOCK)
        return EncryptedPinBlock(answer.data)

    def mac(self, data: bytes) -> Operation[bytes]:
        """The MAC of 1 to 254 bytes under the chosen key, 8 bytes. ValueError: another size."""
        if not 1 <= len(data) <= LONGEST_DATA:
            raise ValueError("a MAC is made over 1 to 254 bytes")
        answer = yield from self.line.ask(commands.MAC, data)
        return answer.data

    def encrypt(self, data: bytes) -> Operation[bytes]:
        """Encrypt whole blocks of 8 bytes, at most 31, under the chosen key. ValueError: another size."""
        return (yield from self._ciphered(commands.ENCRYPT, data))

    def decrypt(self, data: bytes) -> Operation[bytes]:
        """Decrypt whole blocks of 8 bytes, at most 31, under the chosen key. ValueError: another size."""
        return (yield from self._ciphered(commands.DECRYPT, data))

    def keypad(self, mode: Keypad) -> Operation[None]:
        """Switch the keys on or off outside a PIN entry."""
        yield from self.line.ask(commands.KEYPAD, bytes([mode.value]))

    def _set(self, place: ModePlace, value: int) -> Operation[None]:
        yield from self.line.ask(commands.MODE, bytes((place.value, value)))

    def _ciphered(self, command: Command, data: bytes) -> Operation[bytes]:
        if not data or len(data) % BLOCK or len(data) > _LONGEST_CIPHER:
            raise ValueError("whole blocks of 8 bytes, at most 31")
        answer = yield from self.line.ask(command.answering(len(data)), data)
        return answer.data


def _number(number: int) -> bytes:
    return bytes((number,))  # ValueError: not 0 to 255


def _key(key: bytes | bytearray) -> bytes:
    if len(key) not in _KEY_SIZES:
        raise ValueError("a key has 8 or 16 bytes")
    return bytes(key)


def _told(data: bytes) -> str:
    text = data.decode("latin-1")
    return text.strip() if text.isascii() and text.isprintable() and text.strip() else data.hex().upper()
