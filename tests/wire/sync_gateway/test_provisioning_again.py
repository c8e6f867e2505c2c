"""`kiosk provision` typed for a directory that is a terminal already, or was begun for another number."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KIOSK = Path(sys.executable).with_name("kiosk")


class Technician:
    """At the machine of one data directory."""

    def __init__(self, data, gateway):
        self.data = data
        self.gateway = gateway

    def code(self, number):
        return self.gateway.answer("enrol", number)["code"]

    def provision(self, number, code, *more):
        words = ("provision", "--terminal", number, "--code", code, "--gateway", self.gateway.url)
        return self.kiosk(*words, "--allow-key-files", "--demonstration", *more)

    def kiosk(self, *words):
        words = [str(KIOSK), *words, "--data", str(self.data), "--json"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout.splitlines()[0])

    def files(self):
        return {path: path.read_bytes() for path in self.data.rglob("*") if path.is_file()}


@pytest.fixture
def technician(gateway, tmp_path):
    return Technician(tmp_path / "terminal", gateway)


@pytest.mark.parametrize("number", ["W7002", "W7001"], ids=["another number", "the same number"])
def test_a_live_terminal_is_not_made_anew_and_the_code_stays_good(technician, tmp_path, number):
    assert technician.provision("W7001", technician.code("W7001"))[0] == 0
    with (technician.data / "terminal.toml").open("a", encoding="utf-8") as file:
        file.write('[place]\nhall_zh = "星湖市政务大厅"\n')
    before = technician.files()
    code = technician.code(number)
    exit_code, said = technician.provision(number, code)
    assert (exit_code, said["error"]["code"]) == (2, "a-terminal")
    assert "kiosk enrol" in said["error"]["next"]
    assert "empty directory" in said["error"]["next"]
    assert technician.files() == before
    assert technician.kiosk("sync", "now")[1]["complete"]
    technician.data = tmp_path / "empty"
    assert technician.provision(number, code)[0] == 0


def test_the_root_of_packages_of_a_live_terminal_stays_whatever_provision_is_given(technician, tmp_path):
    assert technician.provision("W7003", technician.code("W7003"))[0] == 0
    before = technician.files()
    other = tmp_path / "root.json"
    other.write_bytes(b"{}")
    assert technician.provision("W7003", technician.code("W7003"), "--package-root", str(other))[0] == 2
    assert technician.files() == before


@pytest.mark.parametrize("left", ["terminal.toml", "journal.db", "journal.head"])
def test_whatever_is_left_of_a_terminal_keeps_another_out(technician, left):
    assert technician.provision("W7004", technician.code("W7004"))[0] == 0
    kept = (technician.data / left).read_bytes()
    shutil.rmtree(technician.data)
    technician.data.mkdir()
    (technician.data / left).write_bytes(kept)
    exit_code, said = technician.provision("W7005", "ABCD")
    assert (exit_code, said["error"]["code"]) == (2, "a-terminal")
    assert left in said["error"]["sentence"]


def test_what_was_begun_goes_on_with_the_same_code_and_under_no_other_number(technician):
    code = technician.code("W7006")
    assert technician.provision("W7006", code)[0] == 0
    for name in ("terminal.toml", "journal.db", "journal.head", "journal.open"):
        (technician.data / name).unlink()
    exit_code, said = technician.provision("W7007", technician.code("W7007"))
    assert (exit_code, said["error"]["code"]) == (2, "a-terminal")
    assert "--terminal W7006" in said["error"]["next"]
    assert technician.provision("W7006", code)[0] == 0


def test_enrol_says_of_each_refusal_what_it_is_and_what_to_do(technician, gateway):
    assert technician.provision("W7008", technician.code("W7008"))[0] == 0
    code = technician.code("W7008")
    mistyped = code[:-1] + ("A" if code[-1] != "A" else "B")
    exit_code, said = technician.kiosk("enrol", "--code", mistyped)
    assert (exit_code, said["error"]["code"]) == (2, "code-mistyped")
    assert said["error"]["next"] == "type the code again, group by group"
    settings = technician.data / "terminal.toml"
    wanted = settings.read_text("utf-8")
    settings.write_text(wanted.replace(gateway.url, "http://127.0.0.1:9"), "utf-8")
    exit_code, said = technician.kiosk("enrol", "--code", code)
    assert (exit_code, said["error"]["code"]) == (3, "no-answer")
    assert "the code stays good" in said["error"]["next"]
    settings.write_text(wanted, "utf-8")
    assert technician.kiosk("enrol", "--code", code)[0] == 0
