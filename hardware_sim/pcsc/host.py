"""The process inside the namespace: holds pcscd and the cards, and does what one control socket says.

    python -m hardware_sim.pcsc.host CONTROL_FD STATE_DIR PCSCD DRIVER

It ends when the control socket closes, so never later than its station, or by SIGTERM; the kernel ends pcscd with it.
"""

import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, assert_never

from pydantic import ValidationError

from hardware_sim.cards.crypto import AlgorithmName
from hardware_sim.cards.foreign_card import ForeignCard
from hardware_sim.cards.memory import CardMemory
from hardware_sim.cards.psam import Psam
from hardware_sim.cards.psam_keys import demo_keys
from hardware_sim.cards.psam_purchase import SamMemory
from hardware_sim.cards.social_security_card import SocialSecurityCard
from hardware_sim.cards.troubles import Troubles
from hardware_sim.pcsc.daemon import READERS, Daemon, DaemonError, prepare_folders, write_configuration
from hardware_sim.pcsc.namespace import bring_loopback_up
from hardware_sim.pcsc.requests import (
    REQUEST,
    CardSpec,
    FailWrites,
    ForeignCardSpec,
    Insert,
    LockPin,
    PsamSpec,
    Recall,
    Remove,
    Renew,
    Request,
    Service,
    SetTroubles,
    SocialSecurityCardSpec,
    Status,
    TrafficSince,
)
from hardware_sim.pcsc.slot import CardSlot, InsertedCard
from hardware_sim.pcsc.traffic import Passage, Traffic

Answer = dict[str, Any]


class _Refusal(Exception):  # noqa: N818
    """A request that cannot be done now; the message is one sentence and goes out as the answer."""


class Host:
    """The loop: control lines, the driver's bytes, held replies, pcscd's end."""

    def __init__(self, control: socket.socket, daemon: Daemon) -> None:
        self._selector = selectors.DefaultSelector()
        self._control = control
        self._buffer = b""
        self._daemon = daemon
        self._traffic = Traffic()
        self._slots = {
            reader.slot: CardSlot(reader.slot, reader.port, self._selector, self._traffic) for reader in READERS
        }
        # What cards remember while nobody powers them, by label, and PSAMs by algorithm.
        self._memories: dict[str, CardMemory] = {}
        self._sam_memories: dict[AlgorithmName, SamMemory] = {}
        self._running = True

    def run(self) -> None:
        """Until the control socket closes."""
        self._selector.register(self._control, selectors.EVENT_READ, None)
        try:
            self._service_up()
            self._say({"ok": True})
            while self._running:
                self._turn()
        finally:
            self._daemon.stop(kill=True)

    def _turn(self) -> None:
        due = [slot.due for slot in self._slots.values() if slot.due is not None]
        timeout = max(0.0, min(due) - time.monotonic()) if due else None
        for key, _ in self._selector.select(timeout):
            if isinstance(key.data, CardSlot):
                key.data.readable(key.fileobj)
            elif key.fd == self._daemon.pidfd:
                self._service_ended()
            elif key.fileobj is self._control:
                self._read_control()
        now = time.monotonic()
        for slot in self._slots.values():
            slot.tick(now)

    def _read_control(self) -> None:
        data = self._control.recv(65536)
        if not data:
            self._running = False
            return
        self._buffer += data
        while b"\n" in self._buffer:
            line, _, self._buffer = self._buffer.partition(b"\n")
            self._say(self._answer(line))

    def _say(self, answer: Answer) -> None:
        self._control.sendall(json.dumps(answer).encode("ascii") + b"\n")

    def _answer(self, line: bytes) -> Answer:
        try:
            return {"ok": True} | self._do(REQUEST.validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            return {"ok": False, "error": f"{place}: {first['msg']}."}
        except (_Refusal, DaemonError) as error:
            return {"ok": False, "error": str(error)}

    def _do(self, request: Request) -> Answer:
        match request:
            case Insert():
                self._insert(request)
            case Remove():
                self._card(request.slot)
                self._slots[request.slot].remove()
            case SetTroubles():
                card = self._card(request.slot)
                card.troubled.troubles = Troubles.model_validate(card.troubles.model_dump() | request.troubles)
            case LockPin():
                self._social_card().lock_pin()
            case Renew():
                card = self._card("user")
                self._memories[card.label] = self._social_card().renew(request.memory)
            case FailWrites():
                self._social_card().fail_writes(request.count)
            case Recall():
                memory = self._memories.get(request.label)
                if memory is None:
                    raise _Refusal(f"No card «{request.label}» was in a reader.")
                return {"memory": memory.model_dump(mode="json")}
            case Service():
                self._service(request.state)
            case TrafficSince():
                return {"traffic": [_told(passage) for passage in self._traffic.since(request.number)]}
            case Status():
                return self._status()
            case _:
                assert_never(request)
        return {}

    def _card(self, slot: str) -> InsertedCard:
        card = self._slots[slot].card
        if card is None:
            raise _Refusal(f"There is no card in the {slot} reader.")
        return card

    def _social_card(self) -> SocialSecurityCard:
        social = self._card("user").social
        if social is None:
            raise _Refusal("This card is no social security card: it has no PIN of ours.")
        return social

    def _insert(self, request: Insert) -> None:
        slot = self._slots[request.slot]
        if slot.card is not None and not request.swap:
            raise _Refusal(f"There is a card in the {request.slot} reader already.")
        troubles = Troubles.model_validate(request.troubles)
        card = self._make(request.card, fetching=request.fetching)
        card.troubled.troubles = troubles
        slot.insert(card)

    def _make(self, spec: CardSpec, *, fetching: bool) -> InsertedCard:
        match spec:
            case SocialSecurityCardSpec():
                return self._social(spec, fetching=fetching)
            case ForeignCardSpec():
                foreign = ForeignCard()
                return InsertedCard("foreign", foreign, foreign.notes, fetching=fetching)
            case PsamSpec():
                keys = demo_keys(spec.algorithm, spec.levels, without=spec.without)
                kept = self._sam_memories.setdefault(spec.algorithm, SamMemory())
                sam = Psam(spec.algorithm, keys=keys, bad_mac2=spec.bad_mac2, memory=kept)
                return InsertedCard("psam", sam, sam.notes, fetching=fetching)
            case _:
                assert_never(spec)

    def _social(self, spec: SocialSecurityCardSpec, *, fetching: bool) -> InsertedCard:
        label = spec.label or spec.persona.key
        memory = spec.memory or (None if spec.fresh else self._memories.get(label))
        try:
            social = SocialSecurityCard(
                spec.persona,
                memory=memory,
                interface=spec.interface,
                le_zero=spec.le_zero,
                chance=_chance(spec.random_numbers),
            )
        except ValueError as error:
            raise _Refusal(f"This card cannot be: {error}.") from None
        self._memories[label] = social.memory
        return InsertedCard(label, social, social.notes, fetching=fetching)

    def _service(self, state: str) -> None:
        if state == "up":
            if self._daemon.pid is None:
                self._service_up()
            return
        self._unwatch()
        # The slots let go first: pcscd waits for the answer of a slow card before it can end.
        for slot in self._slots.values():
            slot.service_changed(up=False)
        self._daemon.stop(kill=state == "killed")

    def _service_up(self) -> None:
        self._daemon.start()
        if self._daemon.pidfd is not None:
            self._selector.register(self._daemon.pidfd, selectors.EVENT_READ, None)
        for slot in self._slots.values():
            slot.service_changed(up=True)

    def _service_ended(self) -> None:
        self._unwatch()
        self._daemon.ended()
        for slot in self._slots.values():
            slot.service_changed(up=False)

    def _unwatch(self) -> None:
        if self._daemon.pidfd is not None:
            self._selector.unregister(self._daemon.pidfd)

    def _status(self) -> Answer:
        return {
            "pcscd": self._daemon.pid,
            "slots": {name: self._slot_status(slot) for name, slot in self._slots.items()},
            "memories": {label: memory.summary() for label, memory in self._memories.items()},
        }

    @staticmethod
    def _slot_status(slot: CardSlot) -> Answer:
        card = slot.card
        if card is None:
            return {"card": None, "powered": False, "busy": False}
        return {
            "card": card.label,
            "interface": card.interface,
            "powered": slot.powered,
            "busy": slot.busy,
            "troubles": card.troubles.model_dump(),
            "notes": {"count": card.notes.count, "newest": [vars(note) for note in card.notes.newest()]},
        }


def _told(passage: Passage) -> Answer:
    return {**vars(passage), "data": passage.data.hex()}


def _chance(random_numbers: str) -> Callable[[int], bytes]:
    """Real chance, or the given bytes over and over from their beginning for each random number."""
    if not random_numbers:
        return os.urandom
    known = bytes.fromhex(random_numbers)
    return lambda length: (known * (length // len(known) + 1))[:length]


def main(arguments: list[str]) -> int:
    """See the module's text."""
    control_fd, state_dir, pcscd, driver = arguments
    control = socket.socket(fileno=int(control_fd))
    control.set_inheritable(False)
    # Ctrl-C goes to the whole foreground group; the station decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = Path(state_dir) / "pcsc"
    bring_loopback_up()
    conf = write_configuration(folder, Path(driver))
    prepare_folders()
    daemon = Daemon(Path(pcscd), conf, Path(state_dir) / "pcscd.sock", folder / "pcscd.log")
    try:
        Host(control, daemon).run()
    except DaemonError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
