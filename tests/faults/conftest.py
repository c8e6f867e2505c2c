"""A whole terminal without a screen, in a process of its own, between simulated devices and a real gateway.

One world for all tests of a test process: bringing it up takes longer than any of them. `hall` gives each test the
terminal at standby, all devices well and nothing in them; a test may kill the terminal, the next one gets another.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hardware_sim import people
from hardware_sim.station.asking import ask
from kiosk.app.demo.world import World
from kiosk.app.directory import DataDirectory
from kiosk.app.keys import key_provider
from kiosk.fonts import development_directory
from offline_store.journal import read_journal

HERE = Path(__file__).parent
LIMIT = 30.0
TIMEOUTS = """
[timeouts]
goodbye = 0.3
poll_devices = 1
notice_fault = 1
paper_take = 1
card_remind1 = 1
card_remind2 = 2
print_limit = 25
"""
"""As long as they have to be and no longer; `print_limit` keeps the drivers' own limits above zero."""

CANARY_NAME, CANARY_ADDRESS, CANARY_EMPLOYER = "皇甫金丝雀", "星湖市翠羽区寒蝉胡同77号", "星湖市翠羽乐器厂"
CANARY_BODY, CANARY_CARD = "11019919790417089", "A7770007"
CANARY_PIN = "902741"


@dataclass
class Screen:
    """What was shown, as plain values."""

    shown: Mapping[str, Any]

    @property
    def page(self) -> str:
        return str(self.shown["page"])

    @property
    def body(self) -> Mapping[str, Any]:
        return self.shown["body"]

    @property
    def code(self) -> str:
        """The fault code on the page, if there is one."""
        notice = self.body.get("notice")
        return str((notice["code"] if notice else None) or self.body.get("code", ""))

    @property
    def things(self) -> dict[str, str]:
        return {thing["kind"]: thing["state"] for thing in self.body.get("things", ())}

    def tile(self, item: str) -> Mapping[str, Any]:
        tiles = self.body.get("tiles") or self.body.get("services") or ()
        return next(tile for tile in tiles if tile["item"] == item)


class Kiosk:
    """The process, its screens so far, and where the next wait begins to look."""

    def __init__(self, data: Path, environment: Mapping[str, str], before: tuple[str, ...] = ()) -> None:
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        self.screens: list[Screen] = []
        self._from = self._marked = 0
        self._more = threading.Condition()
        self._gone = False
        fonts = development_directory()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*before, sys.executable, str(HERE / "terminal_process.py"), str(data), str(fonts)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.screens.append(Screen(json.loads(line)))
                self._more.notify_all()
        with self._more:
            self._gone = True
            self._more.notify_all()

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    @property
    def screen(self) -> Screen:
        """The last one."""
        return self.screens[-1]

    def mark(self) -> None:
        """The next wait looks at what is shown from now on."""
        with self._more:
            self._from = self._marked = len(self.screens)

    def look(self) -> None:
        """The next wait begins with what is shown now."""
        with self._more:
            self._from = max(0, len(self.screens) - 1)

    def tell(self, **said: Any) -> None:
        """What a finger does."""
        assert self.process.stdin is not None
        self.mark()
        self.process.stdin.write(json.dumps(said).encode() + b"\n")
        self.process.stdin.flush()

    @property
    def marked(self) -> int:
        """How many screens had been shown at the last mark."""
        return self._marked

    def until(self, *pages: str, where: Callable[[Screen], Any] = lambda _: True, seconds: float = LIMIT) -> Screen:
        """The next screen of one of these pages (with this property); also one that is gone again meanwhile."""
        deadline = time.monotonic() + seconds
        with self._more:
            while True:
                while self._from < len(self.screens):
                    screen = self.screens[self._from]
                    if screen.page in pages and where(screen):
                        return screen
                    self._from += 1
                if self._gone or not self._more.wait(deadline - time.monotonic()):
                    raise AssertionError(self._not_shown(pages))

    def _not_shown(self, pages: tuple[str, ...]) -> str:
        last = self.screens[-1].shown if self.screens else "nothing"
        said = self.log.read_text("utf-8", errors="replace")[-2000:]
        how = "it has ended" if self._gone else "it runs"
        return f"page {pages} was expected, {how}; shown last: {last}\nstandard error: {said}"

    def stop(self) -> int:
        """A clean end; the exit code."""
        if self.running:
            self.tell(stop=True)
        return self._ended()

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def _ended(self) -> int:
        code = self.process.wait(LIMIT)
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        return code


@dataclass
class Hall:
    """The world, a terminal's data directory, and the terminal's process."""

    world: World
    data: Path
    kiosk: Kiosk = field(init=False)
    since: tuple[int, int] = (0, 0)

    def start(self, before: tuple[str, ...] = ()) -> Kiosk:
        self.kiosk = Kiosk(self.data, self.world.environment, before)
        return self.kiosk

    @property
    def running(self) -> bool:
        return hasattr(self, "kiosk") and self.kiosk.running

    @property
    def environment(self) -> dict[str, str]:
        """Of a program between the simulated devices."""
        return {**os.environ, **self.world.environment}

    # what happens around the terminal

    def happen(self, *what: str) -> None:
        """Tell the simulated devices; the next wait looks at what is shown afterwards."""
        if hasattr(self, "kiosk"):
            self.kiosk.mark()
        for each in what:
            answer = ask(self.world.simulator / "control.sock", {"do": each})
            assert answer["ok"], answer

    def devices(self) -> dict[str, Any]:
        answer = ask(self.world.simulator / "control.sock", {"status": True})
        assert answer["ok"], answer
        return answer

    def mend(self) -> None:
        """Every device well, nothing in it."""
        status = self.devices()
        if status["card_reader"]["pcscd"] is None:
            self.happen("pcsc up")
            self._reader_holds_a_card("PSAM")
        if status["card_reader"]["card"]:
            self.happen("remove card")
        if not status["card_reader"]["psam"]:
            self.happen("insert psam")
            self._reader_holds_a_card("PSAM")
        if status["id_reader"]["card"]:
            self.happen("remove id")
        self.happen("id-reader ok", "receipt-printer power-on", "receipt-printer plug", "receipt-printer clear")
        self.happen("a4-printer power-on", "a4-printer clear")

    def _reader_holds_a_card(self, reader: str) -> None:
        """The PC/SC service looks at its readers a few times a second; an outside client tells when it has seen it."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            listed = self.command("opensc-tool", "--list-readers").stdout
            if re.search(rf"^\d+\s+Yes\s.*{reader}", listed, re.M):
                return
        raise AssertionError(f"{reader} holds no card: {listed}")

    # what a person does

    def press(self, name: str) -> None:
        self.kiosk.tell(press=name)

    def insert(self, person: str = "worker") -> None:
        self.happen(f"insert card {person}")

    def to_pin(self, person: str = "worker") -> Screen:
        self.insert(person)
        return self.kiosk.until("C05")

    def to_menu(self, person: str = "worker", pin: str = "123456") -> Screen:
        self.to_pin(person)
        self.kiosk.tell(pin=pin)
        return self.kiosk.until("C07")

    def to_record(self, person: str = "worker", pin: str = "123456", item: str = "SI-02") -> Screen:
        self.to_menu(person, pin)
        self.kiosk.tell(choose=item)
        return self.kiosk.until("C08")

    def leave(self) -> None:
        """Take what there is to take, until the next person can come."""
        if self.devices()["card_reader"]["card"]:
            self.happen("remove card")
        self.at_standby()

    def at_standby(self, seconds: float = LIMIT, *, exits: bool = False) -> Screen:
        """Service is there again; with `exits` whatever is still shown is left."""
        deadline = time.monotonic() + seconds
        while self.kiosk.screens and self.kiosk.screen.page != "C00":
            body = self.kiosk.screen.body
            if self.kiosk.screen.page == "C13" and body["can_finish"]:
                self.press("finish")
            elif exits and self.kiosk.screen.shown["can_exit"]:
                self.press("exit")
            assert self.kiosk.running, self.kiosk.log.read_text("utf-8")[-2000:]
            assert time.monotonic() < deadline, f"no standby; shown is {self.kiosk.screen.shown}"
            time.sleep(0.05)
        if self.kiosk.screens:
            self.kiosk.look()
        return self.kiosk.until("C00", seconds=seconds)

    def serves_a_person(self) -> None:
        """Service goes on: somebody is identified and gets an answer."""
        self.at_standby()
        self.to_record()
        self.press("finish")
        self.kiosk.until("C13", where=lambda screen: "card" in screen.things)
        self.leave()

    # what was recorded

    def chain(self, *, all: bool = False) -> list[dict[str, Any]]:
        """Entries recorded during this test, oldest first."""
        data = DataDirectory(self.data)
        with key_provider(data.load_settings(), data, quiet=True).load("store", length=32) as key:
            reader = read_journal(self.data, key.material)
            try:
                entries = [dict(entry) for entry in reader.export()]
                assert reader.verify().whole
            finally:
                reader.close()
        return entries if all else [each for each in entries if (each["epoch"], each["seq"]) > self.since]

    def until_recorded(
        self, what: Callable[[dict[str, Any]], Any], after: tuple[int, int] | None = None
    ) -> tuple[int, int]:
        """The place, (epoch, seq), of the first entry with such a header, once it is there."""
        deadline = time.monotonic() + LIMIT
        while True:
            for each in self.chain():
                place = (each["epoch"], each["seq"])
                if what(each["header"]) and (after is None or place > after):
                    return place
            assert time.monotonic() < deadline, "it was not recorded"
            time.sleep(0.05)

    def until_reported(self, device: str, fault: str) -> tuple[int, int]:
        """The device has this fault ("none": it is well), and the terminal knows.

        The end of a recovery names the fault that was, and may still come while the next test has begun.
        """
        return self.until_recorded(
            lambda header: (header.get("event"), header.get("device"), header.get("fault")) == ("device", device, fault)
        )

    def prints(self) -> list[tuple[str, str]]:
        """(state, reason) of each step of each print recorded during this test."""
        return [
            (each["header"]["state"], each["header"].get("reason", ""))
            for each in self.chain()
            if each["kind"] == "print"
        ]

    def receipts(self) -> list[Path]:
        return sorted((self.world.simulator / "receipts").glob("*.txt"))

    def pages(self) -> list[Path]:
        return sorted((self.world.simulator / "pages").glob("*.pdf"))

    # commands

    @staticmethod
    def program(name: str) -> str:
        """One of our console scripts, or an outside program by its name."""
        ours = Path(sys.executable).with_name(name)
        return str(ours) if ours.exists() else name

    def command(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """One of our programs, or an outside one, between the simulated devices."""
        return subprocess.run(
            [self.program(program), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=self.environment,
        )

    def sync(self, *, code: int = 0) -> dict[str, Any]:
        """`kiosk sync now`."""
        done = self.command("kiosk", "sync", "now", "--data", str(self.data), "--json")
        assert done.returncode == code, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    @property
    def number(self) -> str:
        """Of this terminal, as its settings say."""
        found = re.search(r'^terminal = "(\w+)"', (self.data / "terminal.toml").read_text("utf-8"), re.M)
        assert found is not None
        return found[1]

    def records(self, *words: str) -> list[dict[str, Any]]:
        """What the centre holds of this terminal, in order."""
        done = self.command("kiosk-gateway", "records", "--data", str(self.world.gateway), "--json", *words)
        assert done.returncode == 0, done.stderr
        rows = [row for row in json.loads(done.stdout) if row["terminal"] == self.number]
        return sorted(rows, key=lambda row: (row["epoch"], row["seq"]))


@pytest.fixture(scope="session")
def personas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulator's people, one whose card is over, and one whose data can be searched for."""
    folder = tmp_path_factory.mktemp("people") / "personas"
    shutil.copytree(people.FOLDER, folder, ignore=shutil.ignore_patterns("__*"))
    worker = (folder / "worker.toml").read_text("utf-8")
    expired = worker.replace('key = "worker"', 'key = "expired"').replace("2034-01-01", "2025-01-01")
    (folder / "expired.toml").write_text(_other(expired, "11019919880312027", "A0000004"), "utf-8")
    canary = worker.replace('key = "worker"', 'key = "canary"')
    for theirs, planted in (
        ("周予安", CANARY_NAME),
        ("星湖市临湖区柳荫路18号3号楼502室", CANARY_ADDRESS),
        ("星湖市青禾机械有限公司", CANARY_EMPLOYER),
        ('pin = "123456"', f'pin = "{CANARY_PIN}"'),
        ("1988-03-12", "1979-04-17"),
        ("13900000001", "13977700777"),
    ):
        assert theirs in canary
        canary = canary.replace(theirs, planted)
    (folder / "canary.toml").write_text(_other(canary, CANARY_BODY, CANARY_CARD), "utf-8")
    return folder


def _other(persona: str, number: str, card: str) -> str:
    """Another person's numbers, with right check characters."""
    persona = persona.replace("110199198803120233", number + people.id_check_character(number))
    persona = persona.replace("A00000011", card + people.card_check_character(card))
    return persona.replace('serial = "00000001"', f'serial = "0000{card[-4:]}"')


@pytest.fixture(scope="session")
def world(personas: Path) -> Iterator[World]:
    """Devices, gateway and an enrolled terminal with its first data."""
    before = dict(os.environ)
    with World(12, 7, lambda _: None, personas=personas, pace=0.1) as world:
        _hasten(world.terminal)
        # what a terminal is told, it is told; the other tests of this process know nothing of it
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)
        yield world


def _hasten(data: Path) -> None:
    with (data / "terminal.toml").open("a", encoding="utf-8") as settings:
        settings.write(TIMEOUTS)


@pytest.fixture(scope="session")
def standing(world: World) -> Iterator[Hall]:
    """The one terminal that most tests share."""
    hall = Hall(world, world.terminal)
    yield hall
    if hall.running:
        assert hall.kiosk.stop() == 0


@pytest.fixture
def hall(standing: Hall) -> Hall:
    """The shared terminal at standby."""
    return _ready(standing)


def _ready(hall: Hall) -> Hall:
    if hall.running and hall.devices()["card_reader"]["pcscd"] is None:
        # a test that failed left it without its service
        hall.kiosk.kill()
    hall.mend()
    if hall.running:
        try:
            hall.at_standby(10, exits=True)
        except AssertionError:
            # a test that failed left it in the middle of something
            hall.kiosk.kill()
    if not hall.running:
        hall.start()
    hall.at_standby()
    # the printers are known to be well
    hall.kiosk.look()
    hall.kiosk.until("C00", where=lambda screen: all(tile["available"] for tile in screen.body["services"]))
    last = hall.chain(all=True)[-1]
    hall.since = (last["epoch"], last["seq"])
    return hall


Provisioning = Callable[..., list[str]]


@pytest.fixture(scope="session")
def provisioning(world: World) -> Provisioning:
    """provisioning(data, number, code, gateway, keys=) -> the words of `kiosk provision`, as a technician types."""

    def words(
        data: Path, number: str, code: str, gateway: str = "", *, keys: tuple[str, ...] = ("--allow-key-files",)
    ) -> list[str]:
        address = json.loads((world.folder / "gateway-ready.json").read_text("utf-8"))["gateway_url"]
        named = {
            "--data": str(data),
            "--terminal": number,
            "--gateway": gateway or address,
            "--code": code,
            "--receipt-printer": world.environment["HARDWARE_SIM_RECEIPT_PRINTER"],
            "--id-reader": world.environment["HARDWARE_SIM_ID_READER"],
            "--document-printer": world.environment["HARDWARE_SIM_A4_PRINTER"],
        }
        more = (*keys, "--demonstration", "--json")
        return ["provision", *(word for pair in named.items() for word in pair), *more]

    return words


@dataclass(frozen=True)
class Canary:
    """A person whose data stand out in any file."""

    name: str
    number: str
    card: str
    pin: str
    address: str
    employer: str


@pytest.fixture(scope="session")
def canary() -> Canary:
    """The planted person, as `insert card canary` has it."""
    number = CANARY_BODY + people.id_check_character(CANARY_BODY)
    card = CANARY_CARD + people.card_check_character(CANARY_CARD)
    return Canary(CANARY_NAME, number, card, CANARY_PIN, CANARY_ADDRESS, CANARY_EMPLOYER)


_numbers = itertools.count(100)


@pytest.fixture
def another(
    world: World, standing: Hall, provisioning: Provisioning, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Hall]]:
    """another(settings=, keys=) -> a terminal of its own with its first data, not started yet."""
    halls: list[Hall] = []

    def make(*, settings: str = TIMEOUTS, keys: tuple[str, ...] = ("--allow-key-files",)) -> Hall:
        number = f"T{next(_numbers)}"
        if standing.running:
            # two terminals at one reader would both see the card
            assert standing.kiosk.stop() == 0
        hall = Hall(world, tmp_path_factory.mktemp(number) / "terminal")
        done = hall.command("kiosk-gateway", "enrol", number, "--data", str(world.gateway), "--json")
        done = hall.command("kiosk", *provisioning(hall.data, number, json.loads(done.stdout)["code"], keys=keys))
        assert done.returncode == 0, done.stderr
        with (hall.data / "terminal.toml").open("a", encoding="utf-8") as file:
            file.write(settings)
        hall.sync()
        hall.mend()
        halls.append(hall)
        return hall

    yield make
    for hall in halls:
        if hall.running:
            hall.kiosk.kill()
