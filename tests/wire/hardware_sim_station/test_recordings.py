"""Recordings and scenarios as people use them: commands on a running station, files, and a driver on a served tty."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import serial

from hardware_sim.id_reader.frames import answer
from hardware_sim.pin_pad.frames import frame

STATE, FIND = bytes.fromhex("AAAAAA9669000311FFED"), bytes.fromhex("AAAAAA9669000320 0122")
COMMAND = [sys.executable, "-m", "hardware_sim.cli"]


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, check=False)


def talk(station: Any) -> None:
    environment = station.environment()
    with serial.Serial(environment["HARDWARE_SIM_ID_READER"], 115200, timeout=5) as port:
        port.write(STATE)
        assert port.read(11) == answer(0x90)
        station.do("place id worker")
        port.write(FIND)
        assert port.read(15) == answer(0x9F, bytes(4))
    with serial.Serial(environment["HARDWARE_SIM_PIN_PAD"], 9600, timeout=5) as port:
        port.write(frame(0x45, b"\x02"))
        assert port.read(8) == frame(0x04)
        station.do("pin-pad type 4711")
        assert port.read(4) == b"4711"
    with serial.Serial(environment["HARDWARE_SIM_BARCODE_READER"], 9600, timeout=5) as port:
        station.do("scan hello")
        assert port.read(6) == b"hello\r"


def test_what_passed_is_kept_on_request_and_answered_the_same_by_fresh_devices(up: Any, folder: Path) -> None:
    station = up()
    file = folder / "a.ndjson"
    assert station.command("record", "start", str(file)).returncode == 0
    assert station.status()["recording"] == str(file)
    again = station.command("record", "start", str(folder / "b.ndjson"))
    assert (again.returncode, "under way" in again.stderr) == (1, True)
    talk(station)
    done = station.command("record", "stop", "--json")
    assert json.loads(done.stdout)["lines"] > 8
    assert station.command("record", "stop").returncode == 1
    assert station.command("record", "start", str(file)).returncode == 1, "nothing is written over"
    text = file.read_text(encoding="utf-8")
    assert "4711" not in text
    assert "34373131" not in text
    replayed = command("replay", str(file), "--json")
    assert replayed.returncode == 0, replayed.stdout
    report = json.loads(replayed.stdout)
    assert report["same"] is True
    assert {wire["device"] for wire in report["wires"]} == {"id-reader", "pin-pad", "barcode-reader"}
    broken = folder / "broken.ndjson"
    broken.write_text(text.replace("00009F", "000080"), encoding="utf-8")
    told = command("replay", str(broken))
    assert (told.returncode, "DIFFERENT" in told.stdout) == (1, True)
    assert command("replay", str(folder / "missing")).returncode == 2


def test_a_station_can_be_recorded_from_its_first_byte_to_its_last(folder: Path, up: Any) -> None:
    file = folder / "whole.ndjson"
    station = up("--no-cards", "--record", str(file), "--seed", "9")
    talk(station)
    assert station.command("down").returncode == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert (lines[0]["seed"], lines[0]["before"]) == (9, [])
    assert "end" in lines[-1]
    assert command("replay", str(file)).returncode == 0


def test_the_wires_can_be_watched_while_they_are_used(station: Any) -> None:
    before = station._ask({"wires": 0})["wires"]
    station.do("scan 社会保障")
    seen: list[dict[str, Any]] = []
    until = time.monotonic() + 10
    while len(seen) < 2:
        assert time.monotonic() < until
        seen = station._ask({"wires": before[-1]["number"] if before else 0})["wires"]
    last = seen[-1]
    assert (last["device"], last["direction"], last["zh"]) == ("barcode-reader", "from", "文本 «社会保障»")
    assert (last["hex"][:5], last["size"]) == ("E7 A4", 13)
    assert station._ask({"wires": last["number"]})["wires"] == []


def test_what_passes_between_reader_and_card_is_watched_and_kept_with_the_pin_blanked(up: Any, folder: Path) -> None:
    station = up("--cards", "--record", str(folder / "cards.ndjson"))
    station.do("insert card worker")
    script = "reset\n00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF\n00 20 00 00 03 98 76 54\n"
    environment = {**os.environ, **station.environment()}

    def scriptor() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["scriptor", "-r", "Kiosk User 00 00"],
            input=script,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment,
        )

    until = time.monotonic() + 15
    while (done := scriptor()).returncode != 0:
        # the reader looks for cards now and then
        assert time.monotonic() < until, done.stdout + done.stderr
        time.sleep(0.1)
    seen = [entry for entry in station._ask({"wires": 0})["wires"] if entry["device"] == "card-reader"]
    words = [entry["en"] for entry in seen if entry["direction"] == "to"]
    assert any(word.startswith("SELECT: social security") for word in words), words
    verify = next(entry for entry in seen if entry["en"].startswith("VERIFY"))
    assert verify["hex"] == "00 20 00 00 03 00 00 00"
    assert any(entry["en"] == "answer to reset" for entry in seen)
    assert station.command("record", "stop").returncode == 0
    text = (folder / "cards.ndjson").read_text(encoding="utf-8")
    assert "987654" not in text
    assert "0020000003000000" in text
    report = json.loads(command("replay", str(folder / "cards.ndjson"), "--json").stdout)
    assert report["same"] is True
    assert set(report["not_replayed"]) == {"card-reader", "psam-reader"}


def test_a_recorded_device_answers_a_driver_on_a_tty_of_its_own(up: Any, folder: Path) -> None:
    station = up("--no-cards", "--record", str(folder / "a.ndjson"))
    talk(station)
    station.command("down")
    link = folder / "served.tty"
    words = ["replay", str(folder / "a.ndjson"), "--serve", "id-reader", "--at", str(link)]
    with subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        while served.stdout.readline() != "ready\n":
            assert served.poll() is None
        with serial.Serial(str(link), 115200, timeout=5) as port:
            port.write(STATE)
            assert port.read(11) == answer(0x90)
            port.write(b"\x00")
            port.write(FIND)
            assert port.read(15) == answer(0x9F, bytes(4))
        os.kill(served.pid, signal.SIGTERM)
        _, errors = served.communicate(timeout=10)
    assert served.returncode == 0
    assert "never asked: 00" in errors
    assert not link.is_symlink()
    for words, code in ((["--serve", "a4-printer"], 2), (["--serve", "receipt-printer"], 1)):
        assert command("replay", str(folder / "a.ndjson"), *words).returncode == code


def test_a_scenario_is_played_to_a_station_at_its_times(station: Any, tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text(
        'title = "short"\npersona = "worker"\n[[steps]]\nat = 0\ndo = "place id {persona}"\n'
        '[[faults]]\nat = 0.2\ndo = "unplug pin-pad"\nlasts = 0.2\nthen = "plug pin-pad"\n'
        '[[steps]]\nat = 1\ndo = ["remove id", "remove id"]\n',
        encoding="utf-8",
    )
    done = station.command("scenario", "run", str(file), "--speed", "4", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["do"] for line in lines] == [
        "place id worker",
        "unplug pin-pad",
        "plug pin-pad",
        "remove id",
        "remove id",
    ]
    assert [line["ok"] for line in lines] == [True, True, True, True, False]
    assert all(line["said_at"] >= line["at"] for line in lines)
    assert done.returncode == 1
    plain = station.command("scenario", "run", str(file), "--speed", "100")
    assert (plain.returncode, "✗ There is no ID card" in plain.stdout) == (1, True)
    assert station.status()["pin_pad"]["plugged"] is True


def test_a_shipped_scenario_goes_through_on_a_station_with_cards(station: Any) -> None:
    done = station.command("scenario", "run", "card-pulled-at-pin", "--speed", "100")
    assert done.returncode == 0, done.stdout + done.stderr
    assert station.status()["card_reader"]["card"] is None


@pytest.mark.parametrize(("words", "code"), [(["run", "paper-runs-out"], 3), (["check", "missing.toml"], 2)])
def test_without_a_station_or_a_file_the_end_says_so(folder: Path, words: list[str], code: int) -> None:
    more = ["--state", str(folder)] if words[0] == "run" else []
    assert command("scenario", *words, *more).returncode == code


def test_check_tells_when_what_happens_and_what_is_wrong(tmp_path: Path) -> None:
    good = command("scenario", "check", "reader-comes-and-goes")
    assert good.returncode == 0
    assert len(re.findall(r"\d+\.\d\d s {2}unplug id-reader", good.stdout)) == 3
    bad = tmp_path / "bad.toml"
    bad.write_text('title = "x"\n[[steps]]\nat = 1\ndo = "jump"\n', encoding="utf-8")
    told = json.loads(command("scenario", "check", str(bad), "--json").stdout)
    assert (told["ok"], told["error"]["field"]) == (False, "steps.1.do")
    assert "bad-evening" in json.loads(command("scenario", "list", "--json").stdout)
