"""The outside of the private PC/SC service: what a station or a test calls."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from pydantic import BaseModel

from hardware_sim.cards.crypto import AlgorithmName, CardAlgorithm
from hardware_sim.cards.memory import CardMemory
from hardware_sim.cards.social_security_card import Interface
from hardware_sim.meaning import Direction
from hardware_sim.pcsc.errors import BenchGoneError, PcscUnavailableError, RefusedError
from hardware_sim.pcsc.requests import (
    CardSpec,
    FailWrites,
    ForeignCardSpec,
    Insert,
    LockPin,
    PsamSpec,
    Recall,
    Remove,
    Renew,
    Service,
    SetTroubles,
    Slot,
    SocialSecurityCardSpec,
    Status,
    TrafficSince,
)
from hardware_sim.pcsc.traffic import Passage
from hardware_sim.people import Persona, reissued

# The kernel's limit for the path of a Unix socket, with its closing zero.
_LONGEST_SOCKET_PATH: Final = 107
_ANSWER_SECONDS: Final = 30.0
_PACKAGE_ROOT: Final = Path(__file__).parents[2]

USER_READER: Final = "Kiosk User 00 00"
PSAM_READER: Final = "Kiosk PSAM 00 00"


@dataclass(frozen=True)
class Programs:
    """Where Debian puts what the bench needs."""

    unshare: Path = Path("/usr/bin/unshare")
    pcscd: Path = Path("/usr/sbin/pcscd")
    driver: Path = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")


class PcscBench:
    """A private pcscd with a user reader and a PSAM reader, and hands that put cards into them.

    Methods may be called from any thread. They raise RefusedError for what makes no sense now and BenchGoneError when
    the host process has ended.
    """

    def __init__(self, state_dir: Path, programs: Programs | None = None) -> None:
        self._state_dir = state_dir.absolute()
        self._programs = programs or Programs()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._buffer = b""

    @property
    def socket_path(self) -> Path:
        """The Unix socket clients of PC/SC connect to."""
        return self._state_dir / "pcscd.sock"

    @property
    def environment(self) -> dict[str, str]:
        """What a program under test needs in its environment."""
        return {"PCSCLITE_CSOCK_NAME": str(self.socket_path)}

    @property
    def pid(self) -> int | None:
        """The host process, or None when not started."""
        return self._process.pid if self._process else None

    def start(self, psam: AlgorithmName | None = "SM4") -> None:
        """Returns when both readers can be listed, with a PSAM in its reader. Raises PcscUnavailableError."""
        if self._process is not None:
            raise RefusedError("The bench has been started already.", "Stop it first.")
        self._check_machine()
        folder = self._state_dir / "pcsc"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = self._namespace_flags()
        ours, theirs = socket.socketpair()
        log = folder / "host.log"
        search_path = os.pathsep.join(filter(None, (str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH"))))
        with theirs, log.open("wb") as words:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    str(self._programs.unshare),
                    flags,
                    "--",
                    sys.executable,
                    "-P",
                    "-m",
                    "hardware_sim.pcsc.host",
                    str(theirs.fileno()),
                    str(self._state_dir),
                    str(self._programs.pcscd),
                    str(self._programs.driver),
                ],
                pass_fds=(theirs.fileno(),),
                env={**os.environ, "PYTHONPATH": search_path},
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
            )
        ours.settimeout(_ANSWER_SECONDS)
        self._control = ours
        self._buffer = b""
        try:
            self._answer(ours)
            if psam is not None:
                self.insert_psam(psam)
        except BenchGoneError:
            self.stop()
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise PcscUnavailableError(
                "no-start", f"The private PC/SC service did not start: {''.join(last) or 'no words'}.", f"See {log}."
            ) from None

    def stop(self) -> None:
        """End pcscd and the cards. Harmless when not started; leaves no process behind."""
        process, control = self._process, self._control
        self._process = self._control = None
        if control is not None:
            # The host ends when its control socket closes; no word is needed, and none can be lost.
            control.close()
        if process is None:
            return
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.socket_path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def insert(
        self,
        persona: Persona,
        *,
        version: str | None = None,
        algorithm: CardAlgorithm | None = None,
        interface: Interface = "contact",
        le_zero: Literal["6Cxx", "data"] | None = None,
        random_numbers: str = "",
        fresh: bool = False,
        memory: CardMemory | None = None,
        troubles: Mapping[str, Any] | None = None,
        swap: bool = False,
        fetching: bool = False,
    ) -> None:
        """Put the persona's card into the user reader; with `swap` instead of the one that is in, at once.

        `version` ("" or "1.00", "2.00", "2.01", "3.00") and `algorithm` give another card of the same person; each such
        card has a label (see `card_label`) and a memory of its own. A card that was in before remembers everything
        unless it is `fresh` or `memory` is given. `le_zero` and `fetching` are habits: a card that answers Le 00 with
        data or 6Cxx, a reader that sends GET RESPONSE by itself. `random_numbers` (hex) are repeated in place of real
        chance, so that a script can know every answer beforehand. `troubles` are fields of Troubles. Raises
        PersonaError for a version or algorithm that does not exist.
        """
        spec = SocialSecurityCardSpec(
            persona=reissued(persona, version=version, algorithm=algorithm),
            label=card_label(persona, version=version, algorithm=algorithm),
            memory=memory,
            fresh=fresh,
            interface=interface,
            le_zero=le_zero,
            random_numbers=random_numbers,
        )
        self._insert("user", spec, troubles, swap, fetching)

    def insert_foreign(self, *, troubles: Mapping[str, Any] | None = None, swap: bool = False) -> None:
        """Put a bank card into the user reader."""
        self._insert("user", ForeignCardSpec(), troubles, swap, fetching=False)

    def insert_psam(
        self,
        algorithm: AlgorithmName = "SM4",
        *,
        levels: int = 3,
        without: Sequence[int] = (),
        bad_mac2: Literal["63Cx", "9302"] = "63Cx",
        swap: bool = False,
    ) -> None:
        """Put a PSAM into its reader: its keys stand `levels` (1 to 3) above a card, and it lacks the ids `without`."""
        spec = PsamSpec(algorithm=algorithm, levels=levels, without=tuple(without), bad_mac2=bad_mac2)
        self._insert("psam", spec, None, swap, fetching=False)

    def remove(self, slot: Slot = "user") -> None:
        """Pull the card out, also in the middle of a command."""
        self._ask(Remove(slot=slot))

    def trouble(self, slot: Slot = "user", **troubles: Any) -> None:
        """Change troubles of the card that is in, the fields of Troubles by name."""
        self._ask(SetTroubles(slot=slot, troubles=troubles))

    def lock_pin(self) -> None:
        """Use up all tries of the PIN of the card that is in."""
        self._ask(LockPin())

    def renew(self, memory: CardMemory | None = None) -> None:
        """The card that is in is as issued again, or remembers `memory`, without being taken out."""
        self._ask(Renew(memory=memory))

    def fail_writes(self, count: int) -> None:
        """Worn memory: the next `count` commands of the card that is in which write answer 6581 and change nothing."""
        self._ask(FailWrites(count=count))

    def recall(self, label: str) -> CardMemory:
        """Everything the card of this label remembers: a PIN and personal data may be in it."""
        return CardMemory.model_validate(self._ask(Recall(label=label))["memory"])

    def traffic(self, since: int = 0) -> list[Passage]:
        """Commands and answers in both readers with a higher number than `since`, the newest 600 at most, oldest first.

        PINs are blanked. `hardware_sim.cards.meaning.CardDecoder` says what they mean.
        """
        return [
            Passage(
                number=told["number"],
                at=told["at"],
                slot=told["slot"],
                direction=Direction(told["direction"]),
                data=bytes.fromhex(told["data"]),
            )
            for told in self._ask(TrafficSince(number=since))["traffic"]
        ]

    def service(self, state: Literal["up", "down", "killed"]) -> None:
        """End pcscd or start it again; the cards stay in their readers."""
        self._ask(Service(state=state))

    def status(self) -> dict[str, Any]:
        """{"pcscd": pid or None, "slots": {"user": ..., "psam": ...}, "memories": {label: CardMemory.summary()}}.

        A slot is {"card": word or None, "interface": contact or contactless, "powered": bool, "busy": bool,
        "troubles": {...}, "notes": {"count": n, "newest": [...]}}; an empty one has no interface, troubles and notes.
        """
        return self._ask(Status())

    def _insert(
        self, slot: Slot, card: CardSpec, troubles: Mapping[str, Any] | None, swap: bool, fetching: bool
    ) -> None:
        self._ask(Insert(slot=slot, card=card, troubles=dict(troubles or {}), swap=swap, fetching=fetching))

    def _check_machine(self) -> None:
        for path, code, package in (
            (self._programs.unshare, "no-unshare", "util-linux"),
            (self._programs.pcscd, "no-pcscd", "pcscd"),
            (self._programs.driver, "no-vpcd", "vsmartcard-vpcd"),
        ):
            if not path.exists():
                raise PcscUnavailableError(code, f"{path} is missing.", f"Install it: apt-get install {package}.")
        if len(os.fsencode(self.socket_path)) > _LONGEST_SOCKET_PATH:
            raise PcscUnavailableError(
                "long-path",
                f"The path of the PC/SC socket is longer than {_LONGEST_SOCKET_PATH} bytes.",
                "Choose a shorter state directory.",
            )

    def _namespace_flags(self) -> str:
        # Root in a container may lack the right for the first form and still have the second.
        for flags in ("-mn", "-Urmn") if os.geteuid() == 0 else ("-Urmn",):
            probe = subprocess.run(  # noqa: S603
                [str(self._programs.unshare), flags, "--", sys.executable, "-c", ""], capture_output=True, check=False
            )
            if probe.returncode == 0:
                return flags
        raise PcscUnavailableError(
            "no-namespaces",
            "This system forbids private network and mount namespaces.",
            "Allow them (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0; "
            "in a container: --cap-add SYS_ADMIN) or run as root.",
        )

    def _ask(self, request: BaseModel) -> dict[str, Any]:
        with self._lock:
            control = self._control
            if control is None:
                raise BenchGoneError("The private PC/SC service is not running.", "Start it first.")
            try:
                control.sendall(request.model_dump_json().encode("utf-8") + b"\n")
            except OSError:
                raise _gone() from None
            return self._answer(control)

    def _answer(self, control: socket.socket) -> dict[str, Any]:
        while b"\n" not in self._buffer:
            try:
                data = control.recv(65536)
            except OSError:
                data = b""
            if not data:
                raise _gone()
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise RefusedError(answer["error"], "")
        return answer


def card_label(persona: Persona, *, version: str | None = None, algorithm: CardAlgorithm | None = None) -> str:
    """What `status` calls a card: the persona's key, and what is asked to be other than the persona says."""
    other = [persona.key]
    if version is not None and version != persona.card.version:
        other.append(f"version={version}")
    if algorithm is not None and algorithm != persona.card.algorithm:
        other.append(f"algorithm={algorithm}")
    return " ".join(other)


def _gone() -> BenchGoneError:
    return BenchGoneError("The private PC/SC service has ended.", "Look into pcsc/host.log and start it again.")
