"""A card and a PSAM written by hand from the worked examples of the sheet, and a lane to run operations on them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from drivers.card_reader.session import read_card
from drivers.errors import CardGone
from drivers.lanes import Outcome, VirtualLane
from drivers.links.memory import CardMemoryLink
from drivers.operation import Operation
from drivers.scheduler import VirtualScheduler

SELECT_SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
CHALLENGE = "1122334455667788"
RAW = "0102030405060708"
FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA5098801" + "1E9F0C038601"

ISSUER_RECORDS = {
    0x01: "0110990100D15600000500000001FFFFFFFF",
    0x02: "020133",
    0x03: "0304332E3030",
    0x04: "040C915600000299010099010001",
    0x05: "050420240101",
    0x06: "060420340101",
    0x07: "0709413030303030303131",
}
HOLDER_RECORDS = {
    0x08: "0812313130313035313934393132333130303258",
    0x09: "091EB2E2CAD4C8CB" + "00" * 24,
    0x4E: "4E14" + "00" * 20,
    0x0A: "0A0132",
    0x0B: "0B0101",
    0x0C: "0C03110105",
    0x0D: "0D0419491231",
}
PROOFS = {"3DES": "C7D9E4135EEAF94D", "SM4": "EC6473C40808C013"}
CIPHERED = {"3DES": "C7D9E4135EEAF94D", "SM4": "1C0E3A5D72908F08F06A49997A984F1B"}
LEVEL_3 = "868499010000000139393031303073783939303030307368"


@dataclass
class SheetCard:
    """A card with the sheet's sample files. ``manner`` is how it hands out data: at once, by 61xx, or by 6Cxx first."""

    algorithm: str = "SM4"
    manner: str = "at once"
    atr: bytes | None = bytes.fromhex("3B6D00000081544C968684990100000001")
    issuer: dict[int, str] = field(default_factory=lambda: dict(ISSUER_RECORDS))
    holder: dict[int, str] = field(default_factory=lambda: dict(HOLDER_RECORDS))
    fci: str | None = None
    proof: str | None = None
    pin: str | None = "123456"
    tries: int = 6
    answers: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    trusted: bool = False
    challenged: bool = False
    powered: bool = False
    delay: float = 0.0
    waiting: bytes = b""
    fail_at: int | None = None
    change_at: tuple[int, Callable[[bytes], bytes]] | None = None

    def power_on(self) -> bytes | None:
        self.trusted, self.powered = False, True
        return self.atr

    def power_off(self) -> None:
        self.powered = False

    def seconds(self, apdu: bytes) -> float:
        return self.delay

    def transmit(self, apdu: bytes) -> bytes:
        place = len(self.seen)
        self.seen.append(apdu.hex().upper())
        if place == self.fail_at:
            raise CardGone("card_reader", slot="user")
        answer = self._answer(apdu)
        if self.change_at is not None and self.change_at[0] == place:
            return self.change_at[1](answer)
        return answer

    def _answer(self, apdu: bytes) -> bytes:
        command = apdu.hex().upper()
        for start, answer in self.answers.items():
            if command.startswith(start):
                return bytes.fromhex(answer)
        if command.startswith("00C00000"):
            data, self.waiting = self.waiting, b""
            return data + b"\x90\x00" if data and apdu[4] == len(data) else b"\x6a\x86"
        if command.startswith(SELECT_SSSE):
            named = self.fci or FCI + {"3DES": "01", "SM4": "03"}[self.algorithm]
            return self._hand_out(apdu, bytes.fromhex(named), case_4=True)
        if command == "0084000008":
            self.challenged = True
            return bytes.fromhex(CHALLENGE) + b"\x90\x00"
        if command.startswith("00880000"):
            expected = "0088000010" + CHALLENGE + RAW
            right = self.proof or PROOFS[self.algorithm]
            data = right if command.startswith(expected) else "00" * 8
            return self._hand_out(apdu, bytes.fromhex(data), case_4=True)
        if command.startswith("0082000A"):
            challenged, self.challenged = self.challenged, False
            self.trusted = challenged and command == f"0082000A10{PROOFS[self.algorithm]}{RAW}"
            return b"\x90\x00" if self.trusted else b"\x63\xc2"
        if command.startswith("00B2"):
            return self._read(apdu)
        if command.startswith("0020"):
            return self._verify(apdu)
        return b"\x6d\x00"

    def _read(self, apdu: bytes) -> bytes:
        files = {0x28: self.issuer, 0x30: self.holder}
        if apdu[3] not in files:
            return b"\x6a\x82"
        version = self.issuer.get(0x03, "")
        if apdu[3] == 0x30 and version.startswith("030433") and not self.trusted:
            return b"\x69\x82"
        record = files[apdu[3]].get(apdu[2])
        return b"\x6a\x83" if record is None else self._hand_out(apdu, bytes.fromhex(record), case_4=False)

    def _hand_out(self, apdu: bytes, data: bytes, *, case_4: bool) -> bytes:
        if case_4 and self.manner == "by 61xx":
            self.waiting = data
            return bytes((0x61, len(data)))
        if not case_4 and (self.manner == "by 6Cxx" or apdu[4] not in (0, len(data))):
            if apdu[4] == len(data) and self.seen[-2:-1] and self.seen[-2][:8] == self.seen[-1][:8]:
                return data + b"\x90\x00"
            return bytes((0x6C, len(data)))
        return data + b"\x90\x00"

    def _verify(self, apdu: bytes) -> bytes:
        if self.tries == 0:
            return b"\x69\x83"
        if apdu[4] == 0:
            return b"\x90\x00" if self.pin is None else bytes((0x63, 0xC0 | self.tries))
        if self.pin is not None and apdu[5:].hex().upper().rstrip("F") == self.pin:
            return b"\x90\x00"
        self.tries -= 1
        return bytes((0x63, 0xC0 | self.tries))


@dataclass
class SheetPsam:
    """A PSAM that knows the worked example of section 9 (three levels, encrypt only: usage 67)."""

    algorithm: str = "SM4"
    manner: str = "at once"
    usage: str = "67"
    keys: tuple[str, ...] = ("08", "0A")
    cla: str = "BF"
    no_such_key: str = "6A88"
    answers: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    powered: bool = False
    delay: float = 0.0
    waiting: bytes = b""
    fail_at: int | None = None
    change_at: tuple[int, Callable[[bytes], bytes]] | None = None
    delivered: bool = False

    def power_on(self) -> bytes | None:
        self.powered = True
        return bytes.fromhex("3B6800000102030405060708")

    def power_off(self) -> None:
        self.powered = self.delivered = False

    def seconds(self, apdu: bytes) -> float:
        return self.delay

    def transmit(self, apdu: bytes) -> bytes:
        place = len(self.seen)
        self.seen.append(apdu.hex().upper())
        if place == self.fail_at:
            raise CardGone("card_reader", slot="sam")
        answer = self._answer(apdu.hex().upper())
        if self.change_at is not None and self.change_at[0] == place:
            return self.change_at[1](answer)
        return answer

    def _answer(self, command: str) -> bytes:
        for start, answer in self.answers.items():
            if command.startswith(start):
                return bytes.fromhex(answer)
        pad = "" if self.algorithm == "3DES" else "00" * 8
        if command == "00A4040006D15600000590":
            return b"\x90\x00"
        if command == "BFEC00000199":
            return b"\x90\x00" if self.cla == "BF" else b"\x6e\x00"
        if command[2:4] == "DE":
            if command[:2] != self.cla:
                return b"\x6e\x00"
            if command[4:6] != self.usage or command[6:8] not in self.keys:
                return bytes.fromhex(self.no_such_key)
            levels = int(self.usage, 16) >> 5
            data = LEVEL_3[: 16 * levels] + CHALLENGE + pad
            self.delivered = command[8:] == f"{len(data) // 2:02X}{data}"
            return b"\x90\x00" if self.delivered else b"\x67\x00"
        if command.startswith("80FA0000"):
            if not self.delivered:
                return b"\x69\x01"
            data = RAW + pad
            if command[8 : 10 + len(data)] != f"{len(data) // 2:02X}{data}":
                return b"\x67\x00"
            answer = bytes.fromhex(CIPHERED[self.algorithm])
            if self.manner == "by 61xx":
                self.waiting = answer
                return bytes((0x61, len(answer)))
            return answer + b"\x90\x00"
        if command.startswith("00C00000"):
            data, self.waiting = self.waiting, b""
            return data + b"\x90\x00"
        return b"\x6d\x00"


@dataclass
class Bench:
    """Two slots and a lane in virtual time."""

    user: SheetCard | None = field(default_factory=SheetCard)
    sam: SheetPsam | None = field(default_factory=SheetPsam)
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduler = VirtualScheduler()
        self.link = CardMemoryLink(self.scheduler, user=self.user, sam=self.sam)
        self.lane = VirtualLane("card_reader", self.scheduler, self.link)

    def run(self, operation: Operation[Any]) -> Outcome[Any]:
        outcomes: list[Outcome[Any]] = []
        self.lane.submit(operation, outcomes.append, deadline=60.0, on_progress=self.steps.append)
        self.scheduler.run_until_idle(limit=10_000)
        (outcome,) = outcomes
        return outcome


@pytest.fixture
def new_card() -> type[SheetCard]:
    return SheetCard


@pytest.fixture
def new_psam() -> type[SheetPsam]:
    return SheetPsam


@pytest.fixture
def new_bench() -> type[Bench]:
    return Bench


@pytest.fixture
def read() -> Callable[..., Operation[Any]]:
    """``read_card`` in May 2026 with the chance of the worked examples."""

    def chance(count: int) -> bytes:
        assert count == 8
        return bytes.fromhex(RAW)

    def operation(today: date = date(2026, 5, 4), **options: Any) -> Operation[Any]:
        return read_card(today, chance=chance, **options)

    return operation
