"""The pad itself: what it obeys, what its keys send in which mode, and what people and faults do to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from hardware_sim.line_troubles import LineTroubles, Trouble
from hardware_sim.pin_pad import cipher
from hardware_sim.pin_pad.entry import CODES, TIMED_OUT, Entry, Key, Progress
from hardware_sim.pin_pad.frames import Heard, Malformed, Request, RequestReader, frame
from hardware_sim.pin_pad.keys import MASTER_KEYS, WORKING_KEYS, KeyStore
from hardware_sim.pin_pad.settings import DES, TRIPLE_DES, Keypad, Settings
from hardware_sim.pin_pad.status import (
    BAD_PARAMETER,
    FINE,
    FINE_BATTERY_LOW,
    FINE_WITHOUT_MASTER,
    INVALID,
    INVALID_WITHOUT_MASTER,
    SELF_TEST,
    SELF_TEST_FAULTS,
    TIME_OUT,
    RefusedError,
)

VERSION, SERIAL = b"KMY3501A V3.02  ", b"20240017"
RATE = 9600
LONGEST_DATA = 0xFF - 1
"""LEN is one byte and counts the command too."""
REMARKS_KEPT = 100
_SECONDS = 0.03
_CHECKSUM_AT = -2
"""The last character of the checksum stands before `03`."""
_WHILE_TYPING = frozenset((0x30, 0x31, 0x38, 0x45))

Said = list[tuple[float, bytes]]


class PinPad:
    """One pad on one line. `feed` is its wire; every other public method is a hand from outside.

    Time passes with every call; `due` is when it wants to be fed (with nothing) because something ends by itself.
    """

    def __init__(self, *, pace: float = 1.0, master_key: bytes | None = None) -> None:
        """`master_key` is loaded as number 0, as in a secure room before delivery; without it the pad comes empty."""
        self._pace = pace
        self._requests = RequestReader()
        self._keys = KeyStore()
        if master_key is not None:
            self._keys.load_master(0, master_key)
        self._settings = Settings()
        self._entry: Entry | None = None
        self._troubles = LineTroubles()
        self._busy_until = float("-inf")
        self._powered = True
        self._tampered = False
        self._battery_low = False
        self._self_test_fault: int | None = None
        self._remarks: deque[str] = deque(maxlen=REMARKS_KEPT)
        self._commands: dict[int, Callable[[bytes, float], bytes]] = {
            0x30: lambda data, _: self._constant(data, VERSION),
            0x31: self._reset,
            0x32: self._load_master,
            0x33: self._load_working,
            0x34: self._account,
            0x35: self._start_entry,
            0x36: lambda data, _: cipher.encrypt(self._key(), self._blocks(data)),
            0x37: lambda data, _: cipher.decrypt(self._key(), self._blocks(data)),
            0x38: lambda data, _: self._constant(data, SERIAL),
            0x41: self._mac,
            0x42: self._pin_block,
            0x43: self._choose,
            0x45: self._switch_keypad,
            0x46: self._mode,
        }

    # the wire

    def feed(self, data: bytes, now: float) -> Said:
        """Bytes from the host at `now` (seconds); answers as (seconds from now, bytes)."""
        if not self._powered:
            return []
        said = self._time_passes(now)
        for heard in self._requests.hear(data, now):
            said += self._send(*self._answer(heard, now), now=now)
        return said

    @property
    def due(self) -> float | None:
        """When an entry that is being typed times out."""
        return self._entry.deadline if self._entry is not None and self._powered else None

    # hands

    def press(self, key: Key, now: float) -> Said:
        """A key goes down and up."""
        if not self._powered or self._self_test_fault is not None:
            return []
        said = self._time_passes(now)
        event = b""
        if self._entry is not None and self._entry.progress is Progress.TYPING:
            event = self._entry.press(key, now)
        elif self._settings.keypad.open:
            event = key.value.encode("ascii") if key.is_digit else CODES[key]
        return said + self._event(event, now)

    def tamper(self) -> None:
        """The case is opened: keys and digits are gone at once, and no key can be loaded while it is open."""
        self._tampered = True
        self._forget_entry()
        self._keys.wipe()
        self._settings = Settings()

    def close_case(self) -> None:
        """A technician closes it; the keys stay gone."""
        self._tampered = False

    def load_demo_key(self, key: bytes) -> None:
        """Master key 0 again, as in the secure room."""
        self._keys.load_master(0, key)

    def set_battery_low(self, low: bool) -> None:
        self._battery_low = low

    def fail_self_test(self, fault: int | None) -> None:
        """0 … 7: every command answers F0 … F7 and no key works; None: healthy."""
        if fault is not None and not 0 <= fault < SELF_TEST_FAULTS:
            raise ValueError(f"a self-test fault is 0 to {SELF_TEST_FAULTS - 1}")
        self._self_test_fault = fault

    def disturb(self, trouble: Trouble, *, count: int | None = None, keep: int = 0) -> None:
        """Spoil answers until told otherwise, or the next `count` ones; silence also swallows key events."""
        self._troubles.begin(trouble, count=count, keep=keep)

    def slow_down(self, seconds: float) -> None:
        self._troubles.slow_seconds = seconds

    def recover(self) -> None:
        """End every trouble; what was wiped stays wiped."""
        self._troubles.end()
        self._self_test_fault, self._battery_low, self._tampered = None, False, False

    def power_off(self) -> None:
        """Silence. Keys are kept by the battery, everything else is gone."""
        self._powered = False
        self._forget_entry()
        self._settings = Settings()
        self._requests.forget()
        self._busy_until = float("-inf")

    def power_on(self) -> None:
        self._powered = True

    # what can be seen from outside

    @property
    def powered(self) -> bool:
        return self._powered

    @property
    def tampered(self) -> bool:
        return self._tampered

    @property
    def battery_low(self) -> bool:
        return self._battery_low

    @property
    def self_test_fault(self) -> int | None:
        return self._self_test_fault

    @property
    def keys(self) -> KeyStore:
        """To look at, never at a key itself."""
        return self._keys

    @property
    def keypad(self) -> Keypad:
        return self._settings.keypad

    @property
    def entry(self) -> Progress | None:
        """How far the PIN entry has come; None without one."""
        return self._entry.progress if self._entry is not None else None

    @property
    def typed(self) -> int:
        """Digits typed so far."""
        return len(self._entry.digits) if self._entry is not None else 0

    @property
    def troubles(self) -> LineTroubles:
        return self._troubles

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a strict pad did not like, oldest first; commands by number, never their data."""
        return tuple(self._remarks)

    # inside: line and time

    def _time_passes(self, now: float) -> Said:
        entry = self._entry
        if entry is None or entry.deadline is None or now < entry.deadline:
            return []
        if entry.progress is not Progress.TYPING:
            return []
        entry.end(Progress.TIMED_OUT)
        return self._event(TIMED_OUT, now)

    def _event(self, event: bytes, now: float) -> Said:
        if not event or self._troubles.trouble is Trouble.SILENCE:
            return []
        begins = max(now, self._busy_until)
        self._busy_until = begins + len(event) * 10 / RATE
        return [(self._busy_until - now, event)]

    def _send(self, status: int, data: bytes, *, now: float) -> Said:
        answer = self._troubles.spoil(frame(status, data), checksum_at=_CHECKSUM_AT)
        if not answer:
            return []
        begins = max(now, self._busy_until)
        work = _SECONDS * self._pace + self._troubles.slow_seconds
        self._busy_until = begins + work + len(answer) * 10 / RATE
        return [(self._busy_until - now, answer)]

    # inside: obeying

    def _answer(self, heard: Heard, now: float) -> tuple[int, bytes]:
        if self._self_test_fault is not None:
            return SELF_TEST + self._self_test_fault, b""
        if isinstance(heard, Malformed):
            self._remarks.append(f"frame: {heard.why}")
            return BAD_PARAMETER, b""
        try:
            data = self._obey(heard, now)
        except RefusedError as refused:
            self._remarks.append(f"command {heard.command:02X}: {refused.why}")
            return refused.status, b""
        if not self._keys.valid:
            return FINE_WITHOUT_MASTER, data
        return FINE_BATTERY_LOW if self._battery_low else FINE, data

    def _obey(self, request: Request, now: float) -> bytes:
        act = self._commands.get(request.command)
        if act is None:
            raise self._invalid("no such command")
        if self.entry is Progress.TYPING and request.command not in _WHILE_TYPING:
            raise self._invalid("a PIN is being entered")
        return act(request.data, now)

    def _invalid(self, why: str) -> RefusedError:
        return RefusedError(INVALID if self._keys.valid else INVALID_WITHOUT_MASTER, why)

    @staticmethod
    def _wrong(why: str) -> RefusedError:
        return RefusedError(BAD_PARAMETER, why)

    def _constant(self, data: bytes, answer: bytes) -> bytes:
        if data:
            raise self._wrong("takes no parameters")
        return answer

    def _reset(self, data: bytes, _now: float) -> bytes:
        if data not in (b"", b"8"):
            raise self._wrong("only 38 may follow")
        self._forget_entry()
        self._settings = Settings()
        if data:
            self._keys.wipe()
        return b""

    def _load_master(self, data: bytes, _now: float) -> bytes:
        if self._tampered:
            raise self._invalid("the case is open")
        if not data or data[0] >= MASTER_KEYS or len(data) - 1 not in cipher.KEY_SIZES:
            raise self._wrong("number 00 to 0F and a key of 8 or 16 bytes")
        self._keys.load_master(data[0], data[1:])
        return b""

    def _load_working(self, data: bytes, _now: float) -> bytes:
        if not self._keys.valid:
            raise self._invalid("no master key")
        if len(data) - 2 not in cipher.KEY_SIZES or data[0] >= MASTER_KEYS or data[1] >= WORKING_KEYS:
            raise self._wrong("two numbers and a key of 8 or 16 bytes")
        if not self._keys.load_working(data[0], data[1], data[2:]):
            raise self._wrong("no such master key, or one too short for this key")
        return b""

    def _account(self, data: bytes, _now: float) -> bytes:
        if len(data) != cipher.ACCOUNT_DIGITS or not data.isdigit():
            raise self._wrong("12 digits in ASCII")
        self._settings.account = data
        return b""

    def _start_entry(self, data: bytes, now: float) -> bytes:
        entry = Entry.asked_for(data, now)
        if entry is None:
            raise self._wrong("length 04 to 0C, echo 00 or 01, fill, prompt, time-out")
        self._key()
        self._forget_entry()
        self._entry = entry
        # after a PIN the keys are dead: a plain keypad must be asked for anew
        self._settings.keypad = Keypad.OFF
        return b""

    def _mac(self, data: bytes, _now: float) -> bytes:
        if not data or len(data) > LONGEST_DATA:
            raise self._wrong(f"1 to {LONGEST_DATA} bytes")
        return cipher.mac(self._key(), data)

    def _pin_block(self, data: bytes, _now: float) -> bytes:
        if data:
            raise self._wrong("takes no parameters")
        entry, account = self._entry, self._settings.account
        if entry is not None and entry.progress is Progress.TIMED_OUT:
            raise RefusedError(TIME_OUT, "the entry timed out")
        if entry is None or entry.progress is not Progress.ENTERED:
            raise self._invalid("no PIN was entered")
        if account is None:
            raise self._invalid("no account number")
        try:
            block = cipher.pin_block(entry.digits, account)
        except ValueError:
            raise self._wrong("fewer digits than a PIN has") from None
        sealed = cipher.encrypt(self._key(), block)
        self._forget_entry()
        return sealed

    def _choose(self, data: bytes, _now: float) -> bytes:
        if not self._keys.valid:
            raise self._invalid("no master key")
        if len(data) != 2 or self._keys.working(data[0], data[1]) is None:
            raise self._wrong("no such working key")
        self._settings.chosen = (data[0], data[1])
        return b""

    def _switch_keypad(self, data: bytes, _now: float) -> bytes:
        if len(data) != 1 or data[0] not in [each.value for each in Keypad]:
            raise self._wrong("01 to 04")
        self._forget_entry()
        self._settings.keypad = Keypad(data[0])
        return b""

    def _mode(self, data: bytes, _now: float) -> bytes:
        if len(data) != 2 or data[0] not in (0x00, 0x01, 0x06):
            raise self._wrong("00, 01 or 06 and a value")
        if data[0] == 0x00:
            if data[1] not in (DES, TRIPLE_DES):
                raise self._wrong("20 is DES, 30 is 3DES")
            self._settings.algorithm = data[1]
        else:
            # the sheet names no values: taken, and the one kind this pad makes stays (format 0, X9.9)
            self._remarks.append(f"command 46: kind {data[0]:02X} {data[1]:02X} changes nothing here")
        return b""

    # inside: keys and digits

    def _key(self) -> bytearray:
        """The chosen working key, if it fits the algorithm."""
        if not self._keys.valid:
            raise self._invalid("no master key")
        if self._settings.chosen is None:
            raise self._invalid("no working key was chosen")
        key = self._keys.working(*self._settings.chosen)
        if key is None:
            raise self._invalid("the chosen working key is gone")
        if len(key) != (8 if self._settings.algorithm == DES else 16):
            raise self._wrong("the chosen working key does not fit the algorithm")
        return key

    def _blocks(self, data: bytes) -> bytes:
        if not data or len(data) % cipher.BLOCK or len(data) > LONGEST_DATA:
            raise self._wrong("whole blocks of 8 bytes")
        return data

    def _forget_entry(self) -> None:
        if self._entry is not None:
            self._entry.wipe()
        self._entry = None
