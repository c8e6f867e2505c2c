"""The ports of a machine with the simulated devices on real ttys: who is on each, asked side by side."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import tty
from pathlib import Path

import pytest

from drivers.discovery.find import find_devices
from drivers.discovery.port import Busy, Found, Gone, NotPermitted, Silent
from drivers.discovery.probes import Kind
from drivers.links.serial import SerialLink, SerialSettings
from drivers.operation import Write

AS_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
NAMES = ("id-reader", "receipt-printer", "pin-pad", "barcode-reader")


@pytest.fixture(scope="module")
def station(request):
    """The folder of a running `hardware-sim up`."""
    folder = Path(tempfile.mkdtemp(prefix="dd-"))
    folder.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "hardware_sim.cli", "up", "--no-cards", "--pace", "0", "--state", str(folder)],
        cwd=request.config.rootpath,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert any(line.strip() == "ready" for line in process.stdout)
    yield folder
    process.terminate()
    process.wait(20)
    process.stdout.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def silent_port(tmp_path):
    """A tty with nobody behind it."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield os.ttyname(slave)
    os.close(slave)
    os.close(master)


def test_every_port_says_who_is_there_or_why_nobody_can_tell(station, silent_port):
    ports = {name: str(station / f"{name}.tty") for name in NAMES}
    answers = find_devices([*ports.values(), silent_port, "/dev/kiosk-no-such-port"])
    kinds = {answer.port: (answer.kind, answer.make) for answer in answers if isinstance(answer, Found)}
    assert kinds == {
        ports["id-reader"]: (Kind.ID_READER, "SAM_V"),
        ports["receipt-printer"]: (Kind.RECEIPT_PRINTER, "ESC/POS"),
        ports["pin-pad"]: (Kind.PIN_PAD, "KMY350"),
        ports["barcode-reader"]: (Kind.BARCODE_READER, "newland"),
    }
    assert answers[-2:] == (Silent(silent_port), Gone("/dev/kiosk-no-such-port", "no such tty"))
    assert not list((station / "receipts").glob("*")), "a question printed something"


def test_a_port_that_another_program_holds_is_busy_and_not_disturbed(station):
    port = str(station / "id-reader.tty")
    holder = SerialLink("holder", SerialSettings(port))
    holder.perform(Write(b""), 1.0)
    # the system keeps a second opener out also when it is root: the lock is pyserial's own
    try:
        assert find_devices([port]) == (Busy(port),)
    finally:
        holder.close()
    (found,) = find_devices([port], wanted=frozenset({Kind.ID_READER}))
    assert isinstance(found, Found)
    assert found.facts["module"] == "05.03-20240101-0000012345-0678901234"


@pytest.mark.skipif(os.geteuid() != 0, reason="root may open everything; becoming nobody takes root")
def test_a_port_this_user_may_not_open_says_so(request, silent_port):
    os.chmod(silent_port, 0o600)
    program = (
        "import json, sys; from drivers.discovery.find import find_devices;"
        "print(json.dumps([type(a).__name__ for a in find_devices(sys.argv[1:])]))"
    )
    told = subprocess.run(
        [
            "setpriv",
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            sys.executable,
            "-c",
            program,
            silent_port,
        ],
        cwd=request.config.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == [NotPermitted.__name__]
