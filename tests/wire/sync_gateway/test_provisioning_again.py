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
        self.said = done.stderr
        said = json.loads(done.stdout.splitlines()[0])
        if "error" in said:
            assert "\nNext: " in done.stderr
        return done.returncode, said

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


@pytest.mark.parametrize("lost", ["broken", "gone"])
def test_a_terminal_whose_trust_is_broken_or_gone_is_mended_by_a_code_and_loses_nothing(technician, gateway, lost):
    number = {"broken": "W7010", "gone": "W7011"}[lost]
    assert technician.provision(number, technician.code(number))[0] == 0
    centre = technician.data / "trust" / "centre.json"
    if lost == "broken":
        centre.write_text("{", "utf-8")
    else:
        centre.unlink()
    for words in (("sync", "now"), ("sync", "status")):
        exit_code, said = technician.kiosk(*words)
        assert (exit_code, said["error"]["code"]) == (3, "not-enrolled")
        assert "kiosk enrol" in said["error"]["next"]
    causes = technician.kiosk("diagnose", "--device", "sync")[1]["parts"][0]
    assert causes["causes"] == ["trust_broken" if lost == "broken" else "not_enrolled"]
    assert "kiosk enrol" in causes["next"]["en"]
    exit_code, said = technician.kiosk("enrol", "--code", technician.code(number))
    assert exit_code == 0, said
    assert technician.kiosk("sync", "now")[1]["complete"]
    held = {row["epoch"] for row in gateway.records() if row["terminal"] == number}
    assert 1 in held


def test_a_pass_that_reaches_nobody_says_what_to_do(technician, gateway):
    assert technician.provision("W7014", technician.code("W7014"))[0] == 0
    settings = technician.data / "terminal.toml"
    settings.write_text(settings.read_text("utf-8").replace(gateway.url, "http://127.0.0.1:9"), "utf-8")
    exit_code, said = technician.kiosk("sync", "now")
    assert (exit_code, said["complete"]) == (3, False)
    assert "Next: check the network, and centre.gateway" in technician.said


def test_a_pass_that_the_centre_takes_for_no_terminal_of_its_own_sends_for_a_code(technician, gateway):
    assert technician.provision("W7015", technician.code("W7015"))[0] == 0
    gateway.command("terminal", "revoke", "W7015", "--reason", "retired")
    assert technician.kiosk("sync", "now")[0] == 1
    assert "kiosk enrol --code CODE" in technician.said


def test_a_directory_with_settings_alone_is_not_enrolled_again(technician):
    technician.data.mkdir()
    (technician.data / "terminal.toml").write_text('terminal = "W7012"\n[keys]\nallow_file = true\n', "utf-8")
    exit_code, said = technician.kiosk("enrol", "--code", technician.code("W7012"))
    assert (exit_code, said["error"]["code"]) == (3, "not-enrolled")


def test_a_terminal_without_its_key_is_not_sent_to_make_another(technician):
    assert technician.provision("W7013", technician.code("W7013"))[0] == 0
    (technician.data / "keys" / "store").unlink()
    exit_code, said = technician.kiosk("journal", "verify")
    assert (exit_code, said["error"]["code"]) == (3, "KeyMissing")
    assert said["error"]["next"].startswith("Put the key back")


@pytest.mark.parametrize(
    "words", [("keys", "reseal"), ("keys", "move-to-tpm"), ("settings",), ("diagnose",)], ids=" ".join
)
def test_a_directory_that_is_not_there_is_not_known_to_every_command(technician, words):
    exit_code, said = technician.kiosk(*words)
    assert (exit_code, said["error"]["code"]) == (3, "settings")
    assert "--data DIR" in said["error"]["next"]
