"""A TPM 2 in a process of its own (swtpm), for the tests of keys: started, switched off, and ended by its id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

_GET_CAPABILITY = bytes((0, 0, 0, 1))
_SUCCESS = bytes(4)
"""Of the control channel, swtpm_ioctls(3)."""


class SimulatedChip:
    """One chip; its seeds lie in `folder` and outlive the process, as a chip's outlive a power cut.

    Listens on loopback, on a pair of neighbouring ports of its own, as tpm2-tss wants them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self.power_on()

    @property
    def tcti(self) -> str:
        """How tpm2-tss reaches it; stays the same through `power_off` and `power_on`."""
        return f"swtpm:host=127.0.0.1,port={self._port}"

    def power_on(self) -> None:
        """Registers begin at zero."""
        assert self._process is None
        self._folder.mkdir(exist_ok=True)
        for _ in range(20):
            # it opens its ports itself: somebody may have taken one since we looked
            port = self._port or _free_pair()
            if self._started(port):
                self._port = port
                return
        raise AssertionError((self._folder / "log").read_text("utf-8"))

    def _started(self, port: int) -> bool:
        command = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self._folder}"]
        command += ["--server", f"type=tcp,port={port},bindaddr=127.0.0.1"]
        command += ["--ctrl", f"type=tcp,port={port + 1},bindaddr=127.0.0.1", "--flags", "not-need-init,startup-clear"]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            if _is_chip(port + 1) and process.poll() is None:
                self._process = process
                return True
            time.sleep(0.01)
        process.kill()
        process.wait()
        return False

    def power_off(self) -> None:
        """Nothing answers any more; what the chip keeps, it keeps."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def extend(self, register: int) -> None:
        """What other firmware would do: another value in a register (PCR)."""
        self.tool("tpm2_pcrextend", f"{register}:sha256={'5a' * 32}")

    def tool(self, name: str, *words: str) -> str:
        """One of tpm2-tools, an outside peer; its standard output."""
        done = subprocess.run(
            [name, "-T", self.tcti, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=dict(os.environ),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def holds(self) -> list[str]:
        """Handles of objects and sessions in the chip."""
        kinds = ("handles-transient", "handles-loaded-session", "handles-saved-session", "handles-persistent")
        return [line for kind in kinds for line in self.tool("tpm2_getcap", kind).splitlines() if line.strip()]


def _is_chip(control_port: int) -> bool:
    """Whether a chip answers there, and not somebody else who was given the port in between."""
    try:
        with socket.create_connection(("127.0.0.1", control_port), 1) as control:
            control.settimeout(1)
            control.sendall(_GET_CAPABILITY)
            return control.recv(4) == _SUCCESS
    except OSError:
        return False


def _free_pair() -> int:
    """A port whose neighbour above is free too."""
    for _ in range(100):
        with socket.socket() as server, socket.socket() as control:
            server.bind(("127.0.0.1", 0))
            port = int(server.getsockname()[1])
            try:
                control.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no two neighbouring ports are free")
