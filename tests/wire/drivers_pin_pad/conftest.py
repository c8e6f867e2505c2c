"""Our PIN pad driver and the simulated pad, which share no code, on a real tty; and a person's fingers."""

import queue
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from drivers.lanes import Failed, Outcome, ThreadLane
from drivers.links.serial import SerialLink, SerialSettings
from drivers.pin_pad.entry import ClearPin, KeyPair, enter_bank_pin, enter_card_pin
from drivers.pin_pad.pad import PinPad
from drivers.pin_pad.pin_block import Account
from hardware_sim.meaning import Direction
from hardware_sim.pin_pad import pad as simulated
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.keys import DEMO_MASTER_KEY
from hardware_sim.wires.pty import PtyWire

Fingers = Callable[[], None]


def CANCEL() -> None:  # noqa: N802  stands for an act of the program among those of the fingers
    """The terminal no longer wants the entry."""


class Des:
    """Two-key 3DES and DES of this test's own, to make keys and to open blocks."""

    def __init__(self, key: bytes) -> None:
        self._key = TripleDES(key * 3 if len(key) == 8 else key + key[:8])

    def encrypt(self, data: bytes) -> bytes:
        worker = Cipher(self._key, modes.ECB()).encryptor()  # noqa: S305  as the pad
        return worker.update(data) + worker.finalize()

    def decrypt(self, data: bytes) -> bytes:
        worker = Cipher(self._key, modes.ECB()).decryptor()  # noqa: S305  as the pad
        return worker.update(data) + worker.finalize()

    def mac(self, data: bytes) -> bytes:
        """The last block of CBC over the data filled with zeros (ANSI X9.9)."""
        worker = Cipher(self._key, modes.CBC(bytes(8))).encryptor()
        return (worker.update(data + bytes(-len(data) % 8)) + worker.finalize())[-8:]


class Bench:
    """The pad on its tty, the driver on its lane, and hands."""

    working_key = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
    short_key = bytes.fromhex("0123456789ABCDEF")
    master = Des(DEMO_MASTER_KEY)
    account = Account.of_card("6210980000000000013")

    def __init__(self, folder: Path) -> None:
        self.sent_by_pad = bytearray()
        self.heard_by_pad = bytearray()
        self.wire: PtyWire[simulated.PinPad] = PtyWire(
            simulated.PinPad(pace=0, master_key=DEMO_MASTER_KEY),
            folder / "pin-pad.tty",
            rate=lambda _: simulated.RATE,
            due=lambda pad: pad.due,
            tap=self._overhear,
        )
        self.lane = ThreadLane("pin_pad", SerialLink("pin_pad", SerialSettings(str(self.wire.path), baud=9600)))
        self.driver = PinPad(time.monotonic)

    def _overhear(self, direction: Direction, data: bytes) -> None:
        (self.sent_by_pad if direction is Direction.FROM_DEVICE else self.heard_by_pad).extend(data)

    def begin(
        self,
        operation: Generator[Any, Any, Any],
        deadline: float = 60.0,
        on_progress: Callable[[str], None] | None = None,
    ) -> tuple[Any, Callable[[], Any]]:
        """Start an operation. Answer: its ticket, and a function that waits for its end."""
        outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
        ticket = self.lane.submit(operation, outcomes.put, deadline=deadline, on_progress=on_progress)

        def wait() -> Any:
            outcome = outcomes.get(timeout=deadline + 30)
            if isinstance(outcome, Failed):
                raise outcome.error
            return outcome.value

        return ticket, wait

    def run(self, operation: Generator[Any, Any, Any], deadline: float = 60.0) -> Any:
        return self.begin(operation, deadline)[1]()

    def hand(self, act: Callable[[simulated.PinPad], Any]) -> None:
        """Do something to the pad."""
        self.wire.tell(lambda pad, _: act(pad) and None)

    def press(self, *keys: str) -> None:
        """Press keys, digits one by one; what they send goes over the line in order."""
        for key in [one for word in keys for one in (word if word.isdigit() else [word])]:
            self.wire.tell(lambda pad, now, key=key: pad.press(Key(key), now))  # type: ignore[misc]

    def say(self, data: bytes) -> None:
        """Bytes on the line that the pad never meant."""
        self.wire.tell(lambda _pad, _now: [(0.0, data)])

    def keypad(self) -> simulated.Keypad:
        return self.wire.look(lambda pad: pad.keypad)

    def typing(
        self, operation: Generator[Any, Any, Any], *fingers: Fingers | str, deadline: float = 60.0
    ) -> tuple[Any, list[str]]:
        """Run an entry; as soon as the pad is ready the fingers do their work. Result and the steps that were told."""
        steps: list[str] = []
        ready: queue.Queue[None] = queue.Queue()

        def told(step: str) -> None:
            steps.append(step)
            if len(steps) == 1:
                ready.put(None)

        ticket, wait = self.begin(operation, deadline, told)
        ready.get(timeout=30)
        for finger in fingers:
            if finger is CANCEL:
                ticket.cancel()
            elif isinstance(finger, str):
                self.press(finger)
            else:
                finger()
        return wait(), steps

    def load_keys(self) -> None:
        """Working keys 0 (double length) and 1 (single length) under the pad's master key 0."""
        for number, key in enumerate((self.working_key, self.short_key)):
            self.run(self.driver.load_working_key(0, number, self.master.encrypt(key)))

    def card_pin(self, seconds: float = 20.0, **how: Any) -> Any:
        return enter_card_pin(self.driver, ClearPin.SOCIAL_SECURITY_CARD, seconds, **how)

    def bank_pin(self, seconds: float = 20.0, **how: Any) -> Any:
        return enter_bank_pin(self.driver, self.account, KeyPair(0, 0), seconds, **how)

    def close(self) -> None:
        ended = self.lane.stop()
        self.wire.close()
        assert ended


@pytest.fixture
def des() -> type[Des]:
    return Des


@pytest.fixture
def cancel() -> Fingers:
    return CANCEL


@pytest.fixture
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="pp-") as name:
        bench = Bench(Path(name))
        yield bench
        bench.close()
