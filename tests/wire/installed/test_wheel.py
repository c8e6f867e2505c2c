"""The wheel that `pip install` makes of a working copy, and its programs far away from one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[3]
PACKAGES = ("kiosk", "drivers", "offline_store", "ui", "sync", "hardware_sim")
NEEDED = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def files_of_the_project(*more: str) -> list[str]:
    """What git follows of the six packages and still lies there; `more` are options of `git ls-files`."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", *more, "--", *PACKAGES, *NEEDED],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@dataclass
class Installed:
    """A folder with the project as pip installs it, and an empty one to work in."""

    site: Path
    away: Path

    def environment(self, **more: str) -> dict[str, str]:
        found = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return {**found, "PYTHONPATH": str(self.site), "PYTHONDONTWRITEBYTECODE": "1", **more}

    def run(self, *words: str, **more: str) -> str:
        done = subprocess.run(
            words, cwd=self.away, env=self.environment(**more), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def program(self, name: str, *words: str) -> str:
        return self.run(str(self.site / "bin" / name), *words)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    """Built from the project's files alone: what a working copy has made besides would hide what is forgotten."""
    source, wheels, site, away = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "site", "away"))
    for name in files_of_the_project("--cached", "--others", "--exclude-standard"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    alone = ["--no-deps", "--no-index"]
    subprocess.run(
        [*PIP, "wheel", *alone, "--no-build-isolation", "--wheel-dir", str(wheels), str(source)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = wheels.iterdir()
    subprocess.run([*PIP, "install", *alone, "--no-compile", "--target", str(site), str(wheel)], check=True)
    return Installed(site, away)


@pytest.fixture
def data(installed, tmp_path) -> Path:
    """A gateway's data directory that the installed program made."""
    folder = tmp_path / "gateway"
    said = json.loads(installed.program("kiosk-gateway", "init", "--data", str(folder), "--json"))
    assert said["made"] is True
    return folder


def test_every_file_of_the_packages_is_in_the_wheel(installed):
    wanted = [name for name in files_of_the_project() if name not in NEEDED]
    assert len([name for name in wanted if not name.endswith(".py")]) > 100
    forgotten = [name for name in wanted if not (installed.site / name).is_file()]
    assert forgotten == [], "setup.cfg, [options.package_data], does not name their kind"
    assert [name for name in wanted if (installed.site / name).read_bytes() != (ROOT / name).read_bytes()] == []


def test_what_runs_is_what_was_installed_and_not_the_working_copy(installed):
    ask = f"import {', '.join(PACKAGES)}; print(*({', '.join(f'{name}.__file__' for name in PACKAGES)}), sep='\\n')"
    told = installed.run(sys.executable, "-c", ask).split()
    assert told == [str(installed.site / name / "__init__.py") for name in PACKAGES]


def test_each_program_says_what_it_is_for(installed):
    metadata = ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    declared = metadata["options.entry_points"]["console_scripts"].split("\n")
    programs = sorted(line.partition("=")[0].strip() for line in declared if line)
    assert sorted(path.name for path in (installed.site / "bin").iterdir()) == programs
    for name in programs:
        assert "Usage" in installed.program(name, "--help")


def test_a_gateway_is_made_filled_and_served_with_both_its_pages(installed, data):
    personas = installed.site / "hardware_sim" / "personas"
    words = ["population", "--count", "10", "--personas", str(personas), "--data", str(data), "--json"]
    assert json.loads(installed.program("kiosk-gateway", *words))["personas"] == len(list(personas.glob("*.toml")))
    installed.program("kiosk-gateway", "publish", "--data", str(data))
    ready = data / "ready.json"
    serve = ["serve", "--port", "0", "--public-port", "0", "--staff-port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(
        [installed.site / "bin" / "kiosk-gateway", *serve, "--data", str(data)],
        cwd=installed.away, env=installed.environment(), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(3000):
            if ready.exists():
                break
            assert process.poll() is None, "the gateway ended"
            time.sleep(0.01)
        told = json.loads(ready.read_text())
        assert "<html" in requests.get(told["verify_url"], timeout=20).text
        assert "<html" in requests.get(told["staff_url"] + "/sign-in", timeout=20).text
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_an_installation_without_the_gateways_tables_says_so_and_makes_nothing(installed, tmp_path):
    shutil.copytree(installed.site / "sync", tmp_path / "sync")
    shutil.rmtree(tmp_path / "sync" / "gateway" / "schema")
    refused = subprocess.run(
        [sys.executable, "-m", "sync.gateway.cli", "init", "--data", str(tmp_path / "gateway")],
        cwd=installed.away, env=installed.environment(PYTHONPATH=f"{tmp_path}:{installed.site}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 3
    assert "not in this installation" in refused.stderr
    assert list((tmp_path / "gateway").iterdir()) == []


def test_the_rules_that_come_along_are_there(installed):
    assert json.loads(installed.program("kiosk", "benefits", "rules", "--json"))


def test_the_simulators_scenarios_are_there(installed):
    told = json.loads(installed.program("hardware-sim", "scenario", "list", "--json"))
    assert set(told) == {path.stem for path in (ROOT / "hardware_sim" / "scenarios").glob("*.toml")}


def test_a_page_is_drawn_from_the_installed_files(installed, tmp_path):
    words = ["-m", "ui.pictures", "--only", "C00-standby.zh.standard", "--fonts", str(ROOT / "build" / "fonts")]
    quiet = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    said = installed.run(sys.executable, *words, "--output", str(tmp_path), **quiet)
    assert "0 findings" in said
    assert [path.name for path in tmp_path.glob("*.png")] == ["C00-standby.zh.standard.png"]
