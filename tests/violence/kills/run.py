"""kill -9 of terminal, sync and gateway at random points of busy runs; a program: it forks, so it must have one thread.

    run.py FOLDER SEED TERMINAL_KILLS SYNC_KILLS GATEWAY_KILLS

Everything is imported before the first fork, so that a process costs what it does and not what it loads. The three
processes are the production's: the actor with its stores (in virtual time, one person after the other), the sync
process and the gateway with its listeners. Says one JSON object at the end: counts, and what was broken.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from busy_terminal import APPLIED, ITEMS, BusyTerminal
from night.cast import Cast, gather
from night.id_readers import PORT
from night.still import OneStencil

import sync.process
from kiosk.app.directory import DataDirectory
from kiosk.app.provisioning import provision
from kiosk.certificates.press import Press, PressSettings
from kiosk.certificates.sealing import Seal
from kiosk.fonts import Fonts, development_directory
from kiosk.fonts.build import Sources, build
from kiosk.settings import Keys
from offline_store.chain import ChainEntry
from offline_store.journal import read_journal
from sync.gateway.enrolling import issue_code
from sync.gateway.house import make_house, open_house, publish, write_draft
from sync.gateway.listeners import Ports
from sync.gateway.server import serve
from sync.seal_key import load_seal_key

LIVES_OF_A_TERMINAL = 100
"""Then the next one, for each life begins with a look at the whole chain."""
_ANSWERED = [item for item in ITEMS if item not in ("SI-04", APPLIED)]
"""Items whose act is on the screen once it is recorded; a certificate is there when its paper is, and an application
has an entry before it, whose place is its number."""
_DRAINING_SECONDS = 300.0


class BrokenError(Exception):
    """Something that was promised is not so."""


@dataclass
class Place:
    """One terminal's data directory, and what it said."""

    root: Path
    number: str
    press: OneStencil
    shown: list[str] = field(default_factory=list)
    kills: int = 0


class World:
    """The three processes of one hall, each forked from here and killed from here."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = Random(seed)
        directory = development_directory()
        assert directory is not None
        self.fonts: Fonts = build(directory, Sources(), lambda line: None)
        self.cast: Cast = gather(seed, Random(seed), datetime.now(UTC).date())
        self.places: list[Place] = []
        self.kills: Counter[str] = Counter()
        self.lives = 0
        self._children: dict[int, str] = {}
        self._hear, self._say = os.pipe()
        os.set_blocking(self._hear, False)
        self._rest = b""
        house = make_house(folder / "gateway", gateway_url="http://127.0.0.1:1")
        write_draft(house.folder, self.cast.rows, lambda done: None)
        publish(house, datetime.now(UTC))
        house.store.close()
        self.port = 0

    # processes

    def fork(self, name: str, work: Callable[[], object]) -> int:
        """A child that does this until it is killed; its errors are kept."""
        pid = os.fork()
        if pid:
            self._children[pid] = name
            return pid
        log = os.open(self.folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            work()
        finally:
            # also after an error: nothing of the parent's may be tidied up by a child
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    def kill(self, pid: int) -> None:
        """SIGKILL. Had it ended by itself, that is a fault."""
        name = self._children.pop(pid)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):
            raise BrokenError(f"{name} ended by itself: {(self.folder / f'{name}.log').read_text()[-2000:]}")

    def end_all(self) -> None:
        """Nobody is left behind."""
        for pid in list(self._children):
            with contextlib.suppress(BrokenError):
                self.kill(pid)

    def gateway(self) -> int:
        """Up, and answering when this returns."""
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)

        def work() -> None:
            house = open_house(self.folder / "gateway")
            ports = Ports("127.0.0.1", self.port, 0, 0)
            serve(house, places=ports, ready_file=ready, told=lambda listening: None, per_second=10_000)

        pid = self.fork("gateway", work)
        self._until(ready.exists, 30.0, "the gateway did not come up")
        self.port = json.loads(ready.read_text())["port"]
        return pid

    def terminal(self, place: Place) -> int:
        """One life of the busy terminal."""
        self.lives += 1
        number = self.lives
        chance = Random(self.chance.getrandbits(64))

        def work() -> None:
            BusyTerminal(
                place.root, self.cast, self.fonts, place.press, number=number, chance=chance, say=self._say
            ).serve_for_ever()

        return self.fork("terminal", work)

    def sync(self, place: Place) -> int:
        """`kiosk sync run`."""
        data = DataDirectory(place.root)
        keys = data.key_files(data.load_settings(), quiet=True)
        return self.fork("sync", lambda: sync.process.run(place.root, keys=keys, gateway_url=self.url))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # terminals

    def new_place(self) -> Place:
        """Provisioned and supplied with a snapshot; the gateway must be up."""
        number = f"T{len(self.places) + 1:03}"
        root = self.folder / number
        house = open_house(self.folder / "gateway")
        with house.store.transaction():
            code = issue_code(number, house.authority, house.store, datetime.now(UTC)).to_text()
        house.store.close()
        data = DataDirectory(root)
        trust = provision(
            data, number, self.url, code, {"id_reader": PORT}, demonstration=True, keys_in=Keys(allow_file=True),
            now=lambda: datetime.now(UTC), random=os.urandom,
        )  # fmt: skip
        keys = data.key_files(data.load_settings(), quiet=True)
        chain = (trust.x509_intermediate, trust.x509_root)
        seal = Seal(load_seal_key(keys).sign, trust.seal_certificate, chain)
        settings = PressSettings(seal, trust.compact_seal_certificate, trust.verify_url, trust.demo)
        place = Place(root, number, OneStencil(Press(settings, self.fonts)))
        self.places.append(place)
        self.drain(place)
        return place

    def drain(self, place: Place) -> None:
        """Passes of sync until the centre has answered for everything."""
        data = DataDirectory(place.root)
        keys = data.key_files(data.load_settings(), quiet=True)

        def all_answered() -> bool:
            backlog = sync.process.now(place.root, keys=keys, gateway_url=self.url).backlog
            return backlog.pending == 0 and backlog.awaiting_result == 0

        self._until(all_answered, _DRAINING_SECONDS, f"{place.number} never got rid of what it has", 0.2)

    # what is said

    def hear(self, place: Place, lines: int, seconds: float) -> int:
        """Read what the terminal says, until so many lines or so long."""
        heard, deadline = 0, time.monotonic() + seconds
        while heard < lines and (left := deadline - time.monotonic()) > 0:
            if select.select([self._hear], [], [], left)[0]:
                heard += self._take(place)
        return heard

    def _take(self, place: Place) -> int:
        try:
            data = self._rest + os.read(self._hear, 1 << 16)
        except BlockingIOError:
            return 0
        *whole, self._rest = data.split(b"\n")
        for line in whole:
            said: dict[str, Any] = json.loads(line)
            if "shown" in said:
                place.shown.append(said["shown"])
            elif said != {"epoch": 1}:
                raise BrokenError(f"{place.number} began epoch {said['epoch']}")
        return len(whole)

    def hear_all(self, place: Place) -> None:
        """What was said before the kill and not yet read."""
        while self._take(place):
            continue

    def _until(self, there: Callable[[], bool], seconds: float, otherwise: str, pause: float = 0.01) -> None:
        deadline = time.monotonic() + seconds
        while not there():
            if time.monotonic() > deadline:
                raise BrokenError(otherwise)
            time.sleep(pause)

    # the kills

    def kill_terminals(self, times: int) -> None:
        """The centre and sync work; the terminal dies."""
        gateway = self.gateway()
        while times:
            place = self.new_place()
            beside = self.sync(place)
            for _ in range(min(times, LIVES_OF_A_TERMINAL)):
                pid = self.terminal(place)
                if self.chance.random() < 0.2:
                    # while it opens its stores
                    self.hear(place, 1, self.chance.random() * 0.3)
                else:
                    self.hear(place, self.chance.randint(2, 8), 20.0)
                    time.sleep(self.chance.random() * 0.05)
                self._killed(pid, "terminal", place)
                times -= 1
            self.kill(beside)
        self.kill(gateway)

    def kill_syncs(self, times: int) -> None:
        """The terminal works, the centre works; sync dies."""
        gateway = self.gateway()
        while times:
            place = self.new_place()
            busy = self.terminal(place)
            for _ in range(min(times, LIVES_OF_A_TERMINAL)):
                pid = self.sync(place)
                self.hear(place, 1_000, self.chance.random() * 0.5)
                self._killed(pid, "sync", place)
                times -= 1
            self.kill(busy)
            self.hear_all(place)
            place.kills += 1
        self.kill(gateway)

    def kill_gateways(self, times: int) -> None:
        """Terminal and sync work; the centre dies."""
        while times:
            gateway = self.gateway()
            place = self.new_place()
            busy, beside = self.terminal(place), self.sync(place)
            for _ in range(min(times, LIVES_OF_A_TERMINAL)):
                self.hear(place, 1_000, 0.05 + self.chance.random() * 0.6)
                self._killed(gateway, "gateway", place)
                times -= 1
                gateway = self.gateway()
            self.kill(busy)
            self.kill(beside)
            self.hear_all(place)
            place.kills += 1
            self.kill(gateway)

    def _killed(self, pid: int, what: str, place: Place) -> None:
        self.kill(pid)
        self.hear_all(place)
        self.kills[what] += 1
        place.kills += what == "terminal"

    # the reckoning

    def reckon(self) -> dict[str, int]:
        """Everything is sent; then centre, journals and what was shown are compared."""
        gateway = self.gateway()
        for place in self.places:
            # a life that only opens the stores and settles what the last one left
            self.kill_when_open(place)
            self.drain(place)
        self.kill(gateway)
        with contextlib.closing(sqlite3.connect(self.folder / "gateway" / "gateway.db")) as centre:
            counts = Counter[str]()
            for place in self.places:
                counts.update(compared(place, centre))
        return dict(counts)

    def kill_when_open(self, place: Place) -> None:
        pid = self.terminal(place)
        self.hear(place, 1, 60.0)
        self._killed(pid, "terminal", place)


def compared(place: Place, centre: sqlite3.Connection) -> dict[str, int]:
    """Counts of one terminal; BrokenError for the first thing that is not as it was promised."""
    data = DataDirectory(place.root)
    with data.key_files(data.load_settings(), quiet=True).load("store", length=32) as key:
        journal = read_journal(place.root, key.material)
        if not journal.verify().whole:
            raise BrokenError(f"{place.number}: the chain is not whole")
        ours = {(entry.epoch, entry.seq): entry for entry in journal.entries()}
        journal.close()
    rows = centre.execute(
        "SELECT c.epoch, c.seq, c.hash, coalesce(r.state, 'received') FROM chain c"
        " LEFT JOIN result r USING (terminal, epoch, seq) WHERE c.terminal = ?",
        (place.number,),
    ).fetchall()
    theirs = {(epoch, seq): (digest, state) for epoch, seq, digest, state in rows}
    if len(theirs) != len(rows) or {place: entry.hash for place, entry in ours.items()} != {
        at: digest for at, (digest, _) in theirs.items()
    }:
        raise BrokenError(f"{place.number}: {len(ours)} entries here, {len(rows)} at the centre")
    odd = Counter(state for _, state in theirs.values() if state != "accepted")
    if odd:
        raise BrokenError(f"{place.number}: not accepted: {dict(odd)}")
    acts = [row[0] for row in centre.execute("SELECT seq FROM act WHERE terminal = ?", (place.number,))]
    if len(acts) != len(set(acts)):
        raise BrokenError(f"{place.number}: an act was processed twice")
    applied = applications(place, ours, centre)
    shown = {number for number in place.shown if not number.startswith("RS-") and place_of(number) is not None}
    for number in shown - applied:
        if place_of(number) not in acts:
            raise BrokenError(f"{place.number}: {number} was shown, and the centre has no act of it")
    papers = set(place.shown) - shown
    registered = {row[0] for row in centre.execute("SELECT number FROM register WHERE terminal = ?", (place.number,))}
    if papers - registered:
        raise BrokenError(f"{place.number}: {sorted(papers - registered)[:3]} was shown, and is in no register")
    recorded = sum(
        1 for entry in ours.values() if entry.kind == "act" and json.loads(entry.header).get("item") in _ANSWERED
    )
    if recorded - len(shown - applied) > place.kills + 1:
        raise BrokenError(f"{place.number}: {recorded} answers recorded, {len(shown)} shown, {place.kills} kills")
    return {
        "entries": len(rows),
        "acts": recorded,
        "shown": len(shown - applied),
        "certificates": len(registered),
        "cases": len(applied),
        "cases_shown": len(shown & applied),
    }


def applications(place: Place, ours: dict[tuple[int, int], ChainEntry], centre: sqlite3.Connection) -> set[str]:
    """The numbers of the applications recorded here; each has opened one case at the centre, and none else has."""
    headers = {at: json.loads(entry.header) for at, entry in ours.items() if entry.kind == "act"}
    recorded = {
        at: header["number"]
        for at, header in headers.items()
        if (header["item"], header["outcome"]) == (APPLIED, "recorded")
    }
    if len(set(recorded.values())) != len(recorded):
        raise BrokenError(f"{place.number}: an application was recorded twice")
    cases = Counter(centre.execute("SELECT epoch, seq FROM opened_case WHERE terminal = ?", (place.number,)))
    if cases != Counter(list(recorded)):
        raise BrokenError(f"{place.number}: {len(recorded)} applications here, {cases.total()} cases at the centre")
    return set(recorded.values())


def place_of(number: str) -> int | None:
    """The seq in a local number; None for a certificate's."""
    parts = number.split("-")
    return int(parts[3]) if len(parts) == 5 else None


def main(folder: Path, seed: int, terminals: int, syncs: int, gateways: int) -> int:
    begun = time.monotonic()
    folder.mkdir(parents=True)
    world = World(folder, seed)
    failure, counts = "", {}
    try:
        world.kill_terminals(terminals)
        world.kill_syncs(syncs)
        world.kill_gateways(gateways)
        counts = world.reckon()
    except BrokenError as broken:
        failure = str(broken)
    finally:
        world.end_all()
    kills = {name: world.kills[name] for name in ("terminal", "sync", "gateway")}
    seconds = round(time.monotonic() - begun, 1)
    print(json.dumps({"seed": seed, "kills": kills, **counts, "seconds": seconds, "failure": failure}))
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:6])))
