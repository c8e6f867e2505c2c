"""A card and a PSAM that compute: written from the sheet for these tests, with the sheet's sample root key."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from drivers.card_reader import software_keys as keys
from drivers.card_reader.facts import Algorithm
from drivers.card_reader.files import catalogue
from drivers.card_reader.files.access import PIN
from drivers.card_reader.files.declaration import File, Kind
from drivers.card_reader.files.vectors import VECTORS
from drivers.card_reader.key_service import SHEET_PLAN, in_order
from drivers.card_reader.message_blocks import folded_mac
from drivers.card_reader.psam_keys import PsamKeys
from drivers.card_reader.sam import SamIndex
from drivers.card_reader.session import read_card
from drivers.errors import CardGone
from drivers.pin_buffer import PinBuffer

OK = b"\x90\x00"
ROOT = bytes.fromhex(keys.ROOT)
ATR = bytes.fromhex("3B6D00000081544C968684990100000001")
CONTACTLESS_ATR = bytes.fromhex("3B8D80010081544C96868499010000000198")
APPLICATIONS = {a.aid: a for a in catalogue.APPLICATIONS if a.aid is not None}
PLAN = SHEET_PLAN
for application in catalogue.APPLICATIONS:
    PLAN = PLAN.with_places(in_order(application) if application.name.startswith("DF") else {})
PLAN = PLAN.with_places({"UK_SSSE": replace(PLAN.place("RK_SSSE"), card=0x0B, psam=0x0B)})
KEY_NAMES = {place.card: name.rpartition(".")[2] for name, place in PLAN.places.items()}


def sw(word: int) -> bytes:
    return word.to_bytes(2, "big")


@dataclass
class Chip:
    """A third-generation card. ``cut``: (start of a command, "before" or "after" it takes effect): the wire breaks."""

    algorithm: Algorithm = Algorithm.SM4
    version: str = "3.00"
    manner: str = "at once"
    contactless: bool = False
    pin: str | None = "123456"
    tries: int = 3
    balance: int = 10_000
    day: str = "0101"
    cut: tuple[str, str] | None = None
    answers: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    extra: dict[bytes, Callable[[bytes], bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files: dict[str, Any] = {}
        for file in catalogue.FILES:
            records = [bytes.fromhex(record) for record in VECTORS[file.place].records]
            if file.kind is Kind.TRANSPARENT:
                self.files[file.place] = bytearray(records[0])
            elif file.kind is Kind.CYCLIC:
                self.files[file.place] = records + [bytes(file.size)] * (file.records - 1)
            else:
                self.files[file.place] = records
        issuer = self.files["SSSE/EF05"]
        issuer[2] = b"\x03\x04" + self.version.encode()
        self.key = bytes.fromhex(keys.LEVEL_KEYS[self.algorithm][2])
        self.sequence, self.powered, self.dead, self.blocked = 7, False, False, set()
        self.proofs: dict[tuple[int, int], tuple[bytes, bytes]] = {}
        self.sums = [0, 0]
        self.challenges = 0
        self._reset()

    def _reset(self) -> None:
        self.application, self.current, self.last = "MF", None, {}
        self.rights: set[str] = set()
        self.challenge, self.waiting, self.begun = b"", b"", None

    def power_on(self) -> bytes | None:
        self._reset()
        self.powered = True
        return CONTACTLESS_ATR if self.contactless else ATR

    def power_off(self) -> None:
        self.powered = False

    def seconds(self, apdu: bytes) -> float:
        return 0.0

    def transmit(self, apdu: bytes) -> bytes:
        command = apdu.hex().upper()
        self.seen.append(command)
        hit = self.cut is not None and command.startswith(self.cut[0])
        if hit and self.cut[1] == "before":
            raise CardGone("card_reader", slot="user")
        answer = self._answer(apdu, command)
        if hit:
            raise CardGone("card_reader", slot="user")
        return answer

    def _answer(self, apdu: bytes, command: str) -> bytes:
        for start, answer in self.answers.items():
            if command.startswith(start):
                return bytes.fromhex(answer)
        if self.dead:
            return sw(0x6A81)
        if apdu[:2] == b"\x00\xc0":
            data, self.waiting = self.waiting, b""
            return data + OK if len(data) == (apdu[4] or 256) else sw(0x6A86)
        if apdu[0] == 0xB0:
            return self._account(apdu)
        handler = {
            0xA4: self._select,
            0xB2: self._read_record,
            0xB0: self._read_binary,
            0xDC: self._update_record,
            0xD6: self._update_binary,
            0x20: self._verify,
            0x5E: self._change,
            0x24: self._set_pin,
            0x84: self._get_challenge,
            0x88: self._internal,
            0x82: self._external,
            0x1E: self._block,
            0x16: self._block,
            0xA8: self._bank_options,
        }.get(apdu[1])
        return sw(0x6D00) if handler is None else handler(apdu)

    def _out(self, apdu: bytes, data: bytes, *, case_4: bool = False) -> bytes:
        if case_4:
            if self.manner == "by 61xx" and not self.contactless:
                self.waiting = data
                return bytes((0x61, len(data) & 0xFF))
            return data + OK
        expected = apdu[4] or (len(data) if self.manner == "at once" else 0)
        return data + OK if expected == len(data) else bytes((0x6C, len(data) & 0xFF))

    def _body(self, apdu: bytes) -> bytes:
        return apdu[5 : 5 + apdu[4]]

    # --- selection and reading ---

    def _select(self, apdu: bytes) -> bytes:
        name = self._body(apdu)
        if apdu[2] == 0x02:
            self.current = int.from_bytes(name, "big") & 0xFF
            known = (
                f"{self.application}/EF{self.current:02X}" in self.files
                or (self.application, self.current) in self.extra
            )
            return OK if known else sw(0x6A82)
        if name in self.extra:
            answer = self.extra[name](apdu)
            self.application = name.decode("gbk", "ignore")
            return self._out(apdu, answer, case_4=True)
        application = APPLICATIONS.get(name)
        if application is None:
            return sw(0x6A82)
        if application.name in self.blocked:
            return sw(0x9303)
        if application.name != self.application:
            self.rights &= {PIN, "RK_SSSE"}
        self.application, self.current, self.begun = application.name, None, None
        fci = f"84{len(name):02X}{name.hex()}"
        if application.name == "SSSE":
            fci += f"A50988011E9F0C0386010{self.algorithm.value}"
        data = bytes.fromhex(fci)
        return self._out(apdu, b"\x6f" + bytes([len(data)]) + data, case_4=True)

    def _file(self, sfi: int) -> File | None:
        place = f"{self.application}/EF{sfi:02X}"
        return next((file for file in catalogue.FILES if file.place == place), None)

    def _may_read(self, file: File) -> bool:
        return file.access(int(self.version[0])).allows(frozenset(self.rights))

    def _read_record(self, apdu: bytes) -> bytes:
        p1, mode = apdu[2], apdu[3] & 7
        sfi = apdu[3] >> 3
        special = self.extra.get((self.application, sfi))
        if special is not None:
            data = special(apdu)
            return self._out(apdu, data) if data else sw(0x6A83)
        file = self._file(sfi)
        if file is None:
            return sw(0x6A82)
        if file.kind is Kind.TRANSPARENT:
            return sw(0x6981)
        if not self._may_read(file):
            return sw(0x6982)
        records = self.files[file.place]
        if mode == 5:
            return self._out(apdu, b"".join(records[p1 - 1 :]))
        if mode == 4:
            return self._out(apdu, records[p1 - 1]) if p1 <= len(records) else sw(0x6A83)
        start = self.last.get(sfi, -1) + 1 if mode == 2 else 0
        for place in range(start, len(records)):
            if records[place][0] == p1:
                self.last[sfi] = place if apdu[4] in (0, len(records[place])) else self.last.get(sfi, -1)
                return self._out(apdu, records[place])
        return sw(0x6A83)

    def _read_binary(self, apdu: bytes) -> bytes:
        special = self.extra.get((self.application, self.current))
        file = self._file(self.current or 0)
        if special is None and file is None:
            return sw(0x6986)
        if file is not None and not self._may_read(file):
            return sw(0x6982)
        data = special(apdu) if special is not None else bytes(self.files[file.place])
        offset = apdu[2] << 8 | apdu[3]
        if offset >= len(data):
            return sw(0x6B00)
        piece = data[offset : offset + (apdu[4] or 256)]
        return piece + OK if len(piece) == (apdu[4] or 256) else bytes((0x6C, len(piece)))

    # --- keys ---

    def _session(self) -> bytes:
        challenge, self.challenge = self.challenge, b""
        return keys.session_key(self.algorithm, self.key, challenge)

    def _get_challenge(self, apdu: bytes) -> bytes:
        self.challenges += 1
        self.challenge = bytes((self.challenges & 0xFF, *range(1, apdu[4])))
        return self.challenge + OK

    def _internal(self, apdu: bytes) -> bytes:
        body = self._body(apdu)
        session = keys.session_key(self.algorithm, self.key, body[:8])
        return self._out(apdu, keys.authentication_data(self.algorithm, session, body[8:16]), case_4=True)

    def _external(self, apdu: bytes) -> bytes:
        if not self.challenge:
            return sw(0x6984)
        body = self._body(apdu)
        if apdu[3] not in KEY_NAMES:
            return sw(0x6A88)
        if keys.authentication_data(self.algorithm, self._session(), body[8:]) != body[:8]:
            return sw(0x63C2)
        name = next(
            name.rpartition(".")[2]
            for name, place in PLAN.places.items()
            if place.card == apdu[3] and (apdu[3] < 0x80 or name.startswith(self.application))
        )
        self.rights.add(name)
        return OK

    def _mac_holds(self, apdu: bytes) -> bool:
        if not self.challenge:
            return False
        body = self._body(apdu)
        return keys.message_mac(self.algorithm, self._session(), apdu[:5] + body[:-4]) == body[-4:]

    # --- writing ---

    def _update_record(self, apdu: bytes) -> bytes:
        file = self._file(apdu[3] >> 3)
        if file is None:
            return sw(0x6A82)
        if apdu[0] == 0x04 and not self._mac_holds(apdu):
            return sw(0x6988)
        if apdu[0] == 0x00 and file.write.key not in self.rights:
            return sw(0x6982)
        data = self._body(apdu)[:-4] if apdu[0] == 0x04 else self._body(apdu)
        records = self.files[file.place]
        if file.kind is Kind.CYCLIC:
            if apdu[3] & 7 != 3 or len(data) != file.size:
                return sw(0x6A86)
            records[:] = [data, *records[:-1]]
            return OK
        for place, record in enumerate(records):
            if record[0] == apdu[2]:
                if len(record) != len(data):
                    return sw(0x6A85)
                records[place] = data
                return OK
        return sw(0x6A83)

    def _update_binary(self, apdu: bytes) -> bytes:
        file = self._file(self.current or 0)
        if file is None:
            return sw(0x6986)
        if not self._mac_holds(apdu):
            return sw(0x6988)
        data, offset = self._body(apdu)[:-4], apdu[2] << 8 | apdu[3]
        self.files[file.place][offset : offset + len(data)] = data
        return OK

    def _block(self, apdu: bytes) -> bytes:
        if not self._mac_holds(apdu):
            return sw(0x6988)
        if apdu[1] == 0x16:
            self.dead = True
        else:
            self.blocked.add(self.application)
        return OK

    # --- PIN ---

    def _packed(self, pin: str) -> str:
        return pin + "F" * (len(pin) % 2)

    def _verify(self, apdu: bytes) -> bytes:
        if self.tries == 0:
            return sw(0x6983)
        if apdu[4] == 0:
            return OK if self.pin is None else sw(0x63C0 | self.tries)
        if self.pin is not None and apdu[5:].hex().upper() == self._packed(self.pin):
            self.tries = 3
            self.rights.add(PIN)
            return OK
        self.tries -= 1
        return sw(0x63C0 | self.tries)

    def _change(self, apdu: bytes) -> bytes:
        if self.tries == 0:
            return sw(0x6983)
        old = "" if self.pin is None else self._packed(self.pin)
        body = self._body(apdu).hex().upper()
        if not body.startswith(old + "FF"):
            self.tries -= 1
            return sw(0x63C0 | self.tries)
        self.pin, self.tries = body[len(old) + 2 :].rstrip("F"), 3
        return OK

    def _set_pin(self, apdu: bytes) -> bytes:
        challenge = self.challenge
        if not self._mac_holds(apdu):
            return sw(0x6988)
        if apdu[3] == 1:
            session = keys.session_key(self.algorithm, self.key, challenge)
            sealed = self._body(apdu)[:-4]
            for pin in ("888888", "1234567", "654321"):
                plain = bytes.fromhex(self._packed(pin))
                if keys.enciphered_data(self.algorithm, session, plain) == sealed:
                    self.pin = pin
                    break
            else:
                return sw(0x6A80)
        self.tries = 3
        return OK

    # --- the medical account ---

    def _account(self, apdu: bytes) -> bytes:
        if self.application != "DF04":
            return sw(0x6D00)
        body = self._body(apdu)
        if self.pin is not None and PIN not in self.rights and apdu[1] in (0x28, 0x26):
            return sw(0x6982)
        match apdu[1], apdu[2]:
            case 0x28, 0x01:
                amount = int.from_bytes(body[1:5], "big")
                if amount > self.balance:
                    return sw(0x9401)
                self.begun = ("purchase", body)
                rest = b"".join(value.to_bytes(4, "big") for value in self.sums) + b"\x20\x26"
                return self._out(apdu, self.balance.to_bytes(4, "big") + rest + self._numbers(), case_4=True)
            case 0x28, 0x00:
                self.begun = ("load", body)
                mac1 = b"\x01\x02\x03\x04"
                return self._out(apdu, self.balance.to_bytes(4, "big") + self._numbers() + mac1, case_4=True)
            case 0x2C, _:
                if self.begun is None or self.begun[0] != "purchase":
                    return sw(0x6901)
                account, self_paid, fund = (int.from_bytes(self.begun[1][at : at + 4], "big") for at in (1, 5, 9))
                self.begun = None
                if body[-4:] != b"\x11\x22\x33\x44":
                    return sw(0x9302)
                self.balance -= account
                self.sums = [self.sums[0] + self_paid, self.sums[1] + fund]
                return self._out(apdu, self._done(2) + b"\x55\x66\x77\x88", case_4=True)
            case 0x2A, _:
                if self.begun is None or self.begun[0] != "load":
                    return sw(0x6901)
                self.balance += int.from_bytes(self.begun[1][1:5], "big")
                self.begun = None
                return self._out(apdu, self._done(1), case_4=True)
            case 0x26, _:
                data = [self.balance, *self.sums][apdu[3] - 1].to_bytes(4, "big")
                return self._out(apdu, data + (b"" if apdu[3] == 1 else b"\x20\x26"))
            case 0x2E, _:
                found = self.proofs.get((apdu[3], int.from_bytes(body, "big")))
                return sw(0x9406) if found is None else self._out(apdu, found[0] + found[1], case_4=True)
            case 0x56, 0x00:
                self.day = body.hex()
                return OK
            case 0x56, 0x01:
                return self._out(apdu, bytes.fromhex(self.day))
        return sw(0x6D00)

    def _numbers(self) -> bytes:
        return self.sequence.to_bytes(2, "big") + b"\x01\x03" + b"\xa1\xb2\xc3\xd4"

    def _done(self, kind: int) -> bytes:
        tac = bytes((0xCA, 0xFE, kind, self.sequence))
        self.proofs[kind, self.sequence] = (b"\x55\x66\x77\x88", tac)
        self.sequence += 1
        return tac

    def _bank_options(self, apdu: bytes) -> bytes:
        return self._out(apdu, self.extra[b"options"](apdu), case_4=True)


@dataclass
class Psam:
    """A PSAM with the sample root key under every id of the plan.

    kinds    usages it has (low five bits)
    folds    it answers MACs of 4 bytes; else the last block
    """

    algorithm: Algorithm = Algorithm.SM4
    levels: int = 3
    kinds: tuple[int, ...] = (8,)
    folds: bool = True
    wide_set_apart: bool = False
    card_mac: str = "55667788"
    answers: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    powered: bool = False
    info: dict[int, bytes] = field(default_factory=dict)

    def power_on(self) -> bytes | None:
        self.powered, self.session, self.chain, self.here = True, b"", b"", "MF"
        return bytes.fromhex("3B6800000102030405060708")

    def power_off(self) -> None:
        self.powered = False

    def seconds(self, apdu: bytes) -> float:
        return 0.0

    def transmit(self, apdu: bytes) -> bytes:
        command = apdu.hex().upper()
        self.seen.append(command)
        for start, answer in self.answers.items():
            if command.startswith(start):
                return bytes.fromhex(answer)
        body = apdu[5 : 5 + apdu[4]]
        match apdu[1]:
            case 0xA4:
                if body.startswith(b"sx"):
                    self.here = body[:3].decode()
                return OK
            case 0xEC:
                return OK
            case 0xDE:
                return self._deliver(apdu, body)
            case 0xFA:
                return self._cipher(apdu, body)
            case 0x70:
                if len(body) != 0x1C + 8 * self.levels:
                    return sw(0x6A80)
                return bytes.fromhex("00000009" + "11223344") + OK
            case 0x72:
                return OK if body.hex() == self.card_mac else sw(0x9302)
            case 0xB0:
                data = self.info.get(apdu[2] & 0x1F)
                if data is None:
                    return sw(0x6A82)
                return data + OK if len(data) == apdu[4] else bytes((0x6C, len(data)))
        return sw(0x6D00)

    def _deliver(self, apdu: bytes, body: bytes) -> bytes:
        block = self.algorithm.block
        if self.wide_set_apart and self.here != "sx2":
            return sw(0x6700)
        if apdu[2] >> 5 != self.levels:
            return sw(0x6A80)
        if (apdu[2] & 0x1F) not in self.kinds or apdu[3] not in {place.psam for place in PLAN.places.values()}:
            return sw(0x6A88)
        if len(body) != 8 * self.levels + block:
            return sw(0x6700)
        factors = [body[at : at + 8] for at in range(0, 8 * self.levels, 8)]
        key = keys.card_key(self.algorithm, ROOT, factors)
        self.session = keys.encipher(self.algorithm, key, body[-block:])
        return OK

    def _cipher(self, apdu: bytes, body: bytes) -> bytes:
        block = self.algorithm.block
        if not self.session:
            return sw(0x6901)
        if len(body) % block:
            return sw(0x6700)
        if apdu[2] in (0x00, 0x02):
            return keys.encipher(self.algorithm, self.session, body) + OK
        if apdu[2] in (0x05, 0x07):
            self.chain, body = body[:block], body[block:]
        done = keys.encipher(self.algorithm, self.session, body, start=self.chain)
        self.chain = done[-block:]
        if apdu[2] in (0x07, 0x03):
            return OK
        return (folded_mac(self.chain) if self.folds else self.chain) + OK


class Hall:
    """A bench with a computing card and PSAM, a card that was read, and the keys to go on with."""

    def __init__(self, new_bench: Any, chip: Chip, psam: Psam | None) -> None:
        self.bench = new_bench(chip, psam)
        self.chip, self.psam, self.index = chip, psam, SamIndex()

    def run(self, operation: Any) -> Any:
        return self.bench.run(operation)

    def read(self) -> Any:
        """Facts of the card, left powered."""
        outcome = self.run(read_card(date(2026, 5, 4), index=self.index, sam=self.psam is not None))
        self.facts = outcome.value
        self.chip.seen.clear()
        return self.facts

    def keys(self) -> PsamKeys:
        return PsamKeys(self.facts, self.index, PLAN)

    def mend(self) -> Any:
        """The wire is whole again and the card is read anew: the facts of the new session."""
        self.chip.cut = None
        self.chip.power_off()
        return self.read()

    def handle(self, digits: str) -> Any:
        buffer = PinBuffer()
        for digit in digits:
            buffer.press(int(digit))
        return buffer.hand_over()


@pytest.fixture
def new_chip() -> type[Chip]:
    return Chip


@pytest.fixture
def new_computing_psam() -> type[Psam]:
    return Psam


@pytest.fixture
def plan() -> Any:
    return PLAN


@pytest.fixture
def hall(new_bench: Any) -> Callable[..., Hall]:
    """``hall(**options of Chip, psam=Psam(...))``: a hall whose card was read."""

    def build(psam: Psam | None = None, **options: Any) -> Hall:
        chip = Chip(**options)
        built = Hall(new_bench, chip, psam or Psam(chip.algorithm))
        built.read()
        return built

    return build
