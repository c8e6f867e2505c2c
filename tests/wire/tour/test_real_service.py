"""A terminal set to real service has nothing to do with a demonstration authority."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from kiosk.app.demo.world import World


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A gateway with a demonstration authority, and a terminal of profile demonstration."""
    before = dict(os.environ)
    with World(20, 3, lambda _: None) as made:
        yield made
    os.environ.clear()
    os.environ.update(before)


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    command = [sys.executable, "-m", "kiosk.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


def test_enrolment_at_a_demonstration_authority_is_refused_and_leaves_no_terminal(world, tmp_path):
    enrolled = world.run("kiosk-gateway", "enrol", "T002", "--data", str(world.gateway), "--json")
    address = json.loads((world.folder / "gateway-ready.json").read_text("utf-8"))["gateway_url"]
    where = ("--data", str(tmp_path / "t"), "--terminal", "T002", "--gateway", address)
    done = kiosk("provision", *where, "--code", json.loads(enrolled)["code"], "--allow-key-files", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "demonstration"
    assert not (tmp_path / "t" / "terminal.toml").exists()


def test_a_terminal_of_real_service_does_not_start_under_a_demonstration_authority(world):
    file = world.terminal / "terminal.toml"
    content = file.read_text("utf-8")
    file.write_text(content.replace('profile = "demonstration"', 'profile = "service"'), "utf-8")
    try:
        done = kiosk("run", "--data", str(world.terminal), "--window")
    finally:
        file.write_text(content, "utf-8")
    assert done.returncode == 3
    assert "demonstration" in done.stderr


def test_key_files_are_refused_without_the_word(world, tmp_path):
    done = kiosk(
        "provision", "--data", str(tmp_path), "--terminal", "T003", "--gateway", "http://localhost", "--code", "x"
    )
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []
