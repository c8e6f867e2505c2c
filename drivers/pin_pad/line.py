"""One question and its answer on the pad's line, with no answer of an earlier question still on its way.

Source: the published notes on the KMY350 family. Nothing is sent twice: a key loaded twice or a second PIN entry is no
repeat but another act.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from drivers.errors import DeviceError, ProtocolError, Refused, Timeout
from drivers.operation import Operation, ReadUntil, Write
from drivers.pin_pad.commands import DONE, KEYPAD, SELF_TEST, VERSION, Command, Keypad, Status
from drivers.pin_pad.faults import PinPadBatteryLow, PinPadKeysInvalid, PinPadSelfTestFailed
from drivers.pin_pad.frames import Answer, Broken, Item, KeyByte, PadParser, request_frame
from drivers.status import BatteryState, DeviceState, EncryptionState, PinPadStatus

_TORN_SECONDS: Final = 0.5  # a character takes 1 ms at 9600 baud; a frame with such a gap in it is torn
_QUIET_SECONDS: Final = 0.2
_SETTLE_SECONDS: Final = 2.0
_DRAIN_READS: Final = 64


class PadLine:
    """Remembers whether the pad still owes an answer, and what its status bytes said of keys, battery and health."""

    def __init__(self, clock: Callable[[], float], device: str) -> None:
        """``clock`` gives monotonic seconds; ``device`` is the name in errors."""
        self.device = device
        self.condition = PinPadStatus()
        self._clock = clock
        self._parser = PadParser()
        self._items: deque[Item] = deque()
        # at start too: a process before us may have died between its command and the answer, with the keypad on
        self._owed = True

    def now(self) -> float:
        """Monotonic seconds."""
        return self._clock()

    def ask(self, command: Command, data: bytes = b"") -> Operation[Answer]:
        """Send a command once and take its answer. Errors: see ``judge``; Timeout (silence, or no answer to this;
        facts ``command``, ``discarded``), ProtocolError (only damaged frames came; fact ``shape``)."""
        if self._owed:
            yield from self._settle()
        yield from self._drain()
        answer = yield from self._exchange(command, data)
        self.judge(command, answer)
        return answer

    def item(self, seconds: float) -> Operation[Item | None]:
        """The next thing on the line, or None when nothing came for ``seconds``."""
        end = self._clock() + seconds
        while not self._items:
            if (left := end - self._clock()) <= 0:
                return None
            received: bytes = yield ReadUntil(min(left, _TORN_SECONDS) if self._parser.inside else left)
            if received:
                self._items.extend(self._parser.feed(received))
            elif (broken := self._parser.silence()) is not None:
                self._items.append(broken)
        return self._items.popleft()

    def let_off(self) -> Operation[None]:
        """Switch the keypad off without waiting: for tidying up. The next question settles first."""
        self._forget()
        self._owed = True
        yield Write(request_frame(KEYPAD.code, bytes([Keypad.OFF.value])))

    def forget_keys(self) -> None:
        """Whoever wiped the keys was us; that they are gone is no sign of fraud."""
        self.condition = PinPadStatus(DeviceState.ONLINE, EncryptionState.UNKNOWN, self.condition.battery)

    def judge(self, command: Command, answer: Answer) -> None:
        """Note what the status byte says, and raise what it means.

        PinPadSelfTestFailed (F0 to F7), PinPadKeysInvalid (B5, F6; A4 on a command that works with keys),
        PinPadBatteryLow (D5), Refused (facts ``command``, ``sw``) for the rest.
        """
        status = answer.status
        self.condition = _condition(self.condition, status)
        if status in DONE and not (status == Status.DONE_KEYS_INVALID and command.needs_keys):
            return
        sw = f"{status:04x}"
        if status in (Status.DONE_KEYS_INVALID, Status.REFUSED_KEYS_INVALID):
            raise PinPadKeysInvalid(self.device, command=command.name, sw=sw)
        if status == Status.REFUSED_BATTERY_LOW:
            raise PinPadBatteryLow(self.device, command=command.name, sw=sw)
        if status in SELF_TEST:
            raise PinPadSelfTestFailed(self.device, part=SELF_TEST[status], sw=sw)
        raise Refused(self.device, command=command.name, sw=sw)

    def _exchange(self, command: Command, data: bytes) -> Operation[Answer]:
        self._owed = True
        yield Write(request_frame(command.code, data))
        answer = yield from self._answer(command, command.seconds, lambda it: _answers(command, it))
        self._owed = False
        return answer

    def _answer(self, command: Command, seconds: float, wanted: Callable[[Answer], bool]) -> Operation[Answer]:
        """The first wanted answer within ``seconds``; other answers and keys go by."""
        end = self._clock() + seconds
        discarded = 0
        shape = ""
        while True:
            match (yield from self.item(end - self._clock())):
                case Answer() as answer if wanted(answer):
                    return answer
                case Answer():
                    discarded += 1
                case Broken(shape):
                    pass
                case KeyByte():
                    pass  # nobody asked for keys: whoever pressed one meant nothing of ours
                case None if shape:
                    raise ProtocolError(self.device, shape=f"frame: {shape}", command=command.name)
                case None:
                    raise Timeout(self.device, command=command.name, discarded=discarded)

    def _settle(self) -> Operation[None]:
        """Make sure that no answer of an earlier command is still on its way, and that the keypad is off.

        The pad answers in order. *Keypad off* is answered without data, *version* with data: an old answer of either
        kind is used up by one of the two or thrown away, and after the second answer and some quiet nothing is owed.
        """
        yield from self._drain()
        yield Write(request_frame(KEYPAD.code, bytes([Keypad.OFF.value])))
        refusal = yield from self._answer(KEYPAD, _SETTLE_SECONDS, lambda answer: not answer.data)
        yield Write(request_frame(VERSION.code))
        try:
            answer = yield from self._answer(VERSION, _SETTLE_SECONDS, VERSION.good_answer)
        except DeviceError:
            self.judge(KEYPAD, refusal)  # a pad that refuses everything says why
            raise
        self.judge(VERSION, answer)
        for _ in range(_DRAIN_READS):
            if (yield from self.item(_QUIET_SECONDS)) is None:
                self._owed = False
                return
        raise ProtocolError(self.device, shape="the line never falls silent")

    def _drain(self) -> Operation[None]:
        """Throw away what lies in the line's buffer, keys too: they were pressed before anybody asked."""
        self._forget()
        for _ in range(_DRAIN_READS):
            if not (yield ReadUntil(0.0)):
                return
        raise ProtocolError(self.device, shape="the line never falls silent")

    def _forget(self) -> None:
        self._items.clear()
        self._parser.silence()


def _answers(command: Command, answer: Answer) -> bool:
    return command.good_answer(answer) or command.bad_answer(answer)


def _condition(before: PinPadStatus, status: int) -> PinPadStatus:
    """What is known of the pad after one more status byte. A byte that does not speak of a part leaves it as it was."""
    device, keys, battery = DeviceState.ONLINE, before.encryption, before.battery
    if before.device is DeviceState.POTENTIAL_FRAUD:
        device = DeviceState.POTENTIAL_FRAUD
    match status:
        case Status.DONE:
            device, keys, battery = DeviceState.ONLINE, EncryptionState.READY, BatteryState.OPERATIONAL
        case Status.DONE_BATTERY_LOW | Status.REFUSED_BATTERY_LOW:
            battery = BatteryState.LOW
        case Status.DONE_KEYS_INVALID | Status.REFUSED_KEYS_INVALID | 0xF6:
            keys = EncryptionState.NOT_INITIALIZED
            if before.encryption is EncryptionState.READY:
                device = DeviceState.POTENTIAL_FRAUD  # keys do not vanish by themselves
        case 0xF5:
            device, battery = DeviceState.HARDWARE_ERROR, BatteryState.FAILURE
        case _ if status in SELF_TEST:
            device = DeviceState.HARDWARE_ERROR
    return PinPadStatus(device, keys, battery)
