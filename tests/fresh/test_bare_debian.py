"""Both README commands, in a bare Debian 12 tree, from a clone, with nothing but git, make and python3 in it.

Needs root, mmdebstrap and the network; takes up to half an hour. `make fresh` runs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ENTER = Path(__file__).with_name("enter.sh")
HOST_NETWORK = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
"""How this machine reaches its package servers; copied as it is and nowhere named."""

pytestmark = pytest.mark.fresh


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    """A bare tree with a clone of the committed project in /home/project."""
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        pytest.skip("needs root and the Debian package mmdebstrap")
    place = Path(tempfile.mkdtemp(prefix="bare-debian-"))
    root = place / "tree"
    include = "--include=ca-certificates,git,make,python3"
    subprocess.run(["mmdebstrap", "-q", "--variant=apt", include, "bookworm", str(root)], check=True)
    for file in (*HOST_NETWORK, *map(str, Path("/etc/apt/apt.conf.d").glob("*proxy*"))):
        if Path(file).exists():
            shutil.copy(file, root / file.lstrip("/"))
    subprocess.run(["git", "clone", "-q", str(PROJECT), str(root / "home/project")], check=True)
    yield root
    shutil.rmtree(place)


def run_in(tree: Path, *command: str) -> float:
    """Run a command in the clone; seconds it took. Its output goes where pytest shows it."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    for name in ("PIP_CERT", "SSL_CERT_FILE", "PIP_DEFAULT_TIMEOUT"):
        if name in os.environ:
            environment[name] = os.environ[name]
    began = time.monotonic()
    subprocess.run(
        [str(ENTER), str(tree), "env", "-C", "/home/project", *command], check=True, env=environment, timeout=3600
    )
    return time.monotonic() - began


def test_make_run_without_a_display_leaves_the_tour(tree: Path) -> None:
    """The first command of the README."""
    seconds = run_in(tree, "make", "run")
    tour = tree / "home/project/build/tour"
    left = sorted(path.name for path in tour.iterdir())
    print(f"make run in a bare tree: {seconds:.0f} s; left {', '.join(left)}")
    assert len([name for name in left if name.endswith(".png") and name[:2].isdigit()]) >= 10
    assert {"certificate.pdf", "receipt.txt", "receipt.png", "gateway-record.json"} <= set(left)


def test_make_test_passes_on_its_own(tree: Path) -> None:
    """The second command. It must not lean on the first: the environment is taken away before."""
    shutil.rmtree(tree / "home/project/.venv", ignore_errors=True)
    shutil.rmtree(tree / "home/project/build/setup", ignore_errors=True)
    seconds = run_in(tree, "make", "test")
    print(f"make test in a bare tree: {seconds:.0f} s")


def test_set_up_twice_needs_no_network(tree: Path) -> None:
    """Once set up, both commands' set-up starts in seconds with the network away."""
    seconds = run_in(tree, "unshare", "-n", "make", "setup-test")
    print(f"set-up again without a network: {seconds:.0f} s")
