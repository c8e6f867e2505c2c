"""One private pcscd inside the namespace: its reader configuration, start by socket activation, and end by pid."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware_sim.pcsc.namespace import cover_with_tmpfs, die_with_parent, is_listening

RUN_FOLDER: Final = Path("/run/pcscd")
USB_DRIVERS: Final = Path("/usr/lib/pcsc/drivers")
_FIRST_PASSED_FD: Final = 3
_START_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Reader:
    """A reader as pcscd shows it: `name` gets " 00 00" behind it. `port` is where its card connects; vpcd takes two."""

    slot: str
    name: str
    port: int


READERS: Final = (Reader("user", "Kiosk User", 35963), Reader("psam", "Kiosk PSAM", 35965))


class DaemonError(Exception):
    """pcscd did not start; the message is one sentence."""


def write_configuration(folder: Path, driver: Path) -> Path:
    """Make `folder`/reader.conf.d with a copy of the driver for each reader; returns the configuration folder.

    One copy each: the driver keeps its contexts in a static table indexed by slot, so two sections with one library
    would end in the same card.
    """
    conf = folder / "reader.conf.d"
    conf.mkdir(parents=True, exist_ok=True)
    sections = []
    for reader in READERS:
        library = folder / f"libifdvpcd-{reader.slot}.so"
        shutil.copyfile(driver, library)
        sections.append(
            f'FRIENDLYNAME "{reader.name}"\nDEVICENAME /dev/null:{reader.port}\n'
            f"LIBPATH {library}\nCHANNELID {reader.port}\n"
        )
    (conf / "kiosk").write_text("\n".join(sections), encoding="ascii")
    return conf


def prepare_folders() -> None:
    """Hide the machine's own pcscd and readers from ours, for this mount namespace.

    pcscd deletes /run/pcscd/pcscd.pid at its end, whoever wrote it, and would also open real USB readers.
    """
    try:
        RUN_FOLDER.mkdir(exist_ok=True)
    except PermissionError:
        cover_with_tmpfs(RUN_FOLDER.parent)
        RUN_FOLDER.mkdir()
    cover_with_tmpfs(RUN_FOLDER)
    if USB_DRIVERS.is_dir():
        cover_with_tmpfs(USB_DRIVERS)


class Daemon:
    """pcscd and its socket. `pid` and `pidfd` are None while it is down."""

    def __init__(self, program: Path, conf: Path, socket_path: Path, log: Path) -> None:
        self._arguments = _arguments(program, conf)
        self._socket_path = socket_path
        self._log = log
        self.pid: int | None = None
        self.pidfd: int | None = None

    def start(self) -> None:
        """Returns when both readers are there. Raises DaemonError."""
        self._socket_path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self._socket_path))
            listener.listen(16)
            self.pid = self._spawn(listener.fileno())
        self.pidfd = os.pidfd_open(self.pid)
        deadline = time.monotonic() + _START_SECONDS
        # The serial readers are made before the first client is served, so listening ports are enough to know.
        while not all(is_listening(reader.port) for reader in READERS):
            if os.waitid(os.P_PIDFD, self.pidfd, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                self.stop()
                raise DaemonError(f"pcscd ended at once; its words are in {self._log.name}.")
            if time.monotonic() > deadline:
                self.stop()
                raise DaemonError(f"pcscd did not open its readers within {_START_SECONDS:.0f} seconds.")
            time.sleep(0.005)

    def stop(self, *, kill: bool = False) -> None:
        """End pcscd and take its socket away; `kill` leaves it no time to say good-bye. Harmless when it is down."""
        if self.pid is None or self.pidfd is None:
            return
        signal.pidfd_send_signal(self.pidfd, signal.SIGKILL if kill else signal.SIGTERM)
        self._reap()

    def ended(self) -> None:
        """To be called when `pidfd` became readable: pcscd is gone by itself."""
        self._reap()

    def _reap(self) -> None:
        if self.pid is None or self.pidfd is None:
            return
        deadline = time.monotonic() + 3
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                # A driver that waits for a slow card keeps pcscd from ending; nothing here is worth waiting for.
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            time.sleep(0.005)
        os.close(self.pidfd)
        self.pid = self.pidfd = None
        self._socket_path.unlink(missing_ok=True)

    def _spawn(self, listener: int) -> int:
        pid = os.fork()
        if pid:
            return pid
        # In the child: only calls that cannot fail halfway, then exec. sd_listen_fds wants fd 3 and our own pid.
        try:
            die_with_parent()
            # Out of the terminal's group: Ctrl-C is for the station, which ends us in its own order.
            os.setsid()
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.dup2(listener, _FIRST_PASSED_FD)
            os.set_inheritable(_FIRST_PASSED_FD, True)
            environment = {"PATH": os.defpath, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
            os.execve(self._arguments[0], self._arguments, environment)  # noqa: S606
        finally:
            os._exit(127)


def _arguments(program: Path, conf: Path) -> list[str]:
    arguments = [str(program), "--foreground", "--error", "-c", str(conf)]
    # From 2.x on pcscd asks polkit, which is not there in a namespace; 1.9 does not know the switch.
    known = subprocess.run([str(program), "--help"], capture_output=True, text=True, check=False)  # noqa: S603
    if "--disable-polkit" in known.stdout + known.stderr:
        arguments.append("--disable-polkit")
    return arguments
