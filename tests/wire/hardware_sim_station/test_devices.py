"""A station from outside: the commands people type, and the devices as other programs meet them."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest
import serial

from hardware_sim.id_reader.frames import answer
from hardware_sim.ipp_printer.codec import Group, GroupTag, Message, Tag, attribute, decode, encode
from hardware_sim.people import persona
from hardware_sim.pin_pad.frames import frame


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "did not come about"
        time.sleep(0.05)


def opensc(station: Any, *words: str) -> subprocess.CompletedProcess[str]:
    """A PC/SC client that is not ours."""
    return subprocess.run(
        ["opensc-tool", *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, **station.environment()},
    )


def ask_reader(path: str, *frames: str) -> list[bytes]:
    """Send frames to the ID reader one after another and read each answer by its length field."""
    answers = []
    with serial.Serial(path, 115200, timeout=5) as port:
        for frame in frames:
            port.write(bytes.fromhex(frame))
            head = port.read(7)
            answers.append(head + port.read(int.from_bytes(head[5:7], "big")))
    return answers


FIND, SELECT, READ = "AAAAAA9669 0003 2001 22", "AAAAAA9669 0003 2002 21", "AAAAAA9669 0003 3001 32"


def test_the_greeting_says_what_is_up_and_how_to_use_it(station: Any) -> None:
    for words in (
        "id-reader.tty",
        "receipt-printer.tty",
        "pin-pad.tty",
        "barcode-reader.tty",
        "ipp://127.0.0.1:",
        "hardware-sim env",
        "hardware-sim down",
    ):
        assert words in station.greeting


def test_env_prints_lines_a_shell_can_read(station: Any) -> None:
    lines = station.command("env").stdout
    assert json.loads(station.command("env", "--json").stdout) == station.environment()
    shown = subprocess.run(
        ["sh", "-c", f'{lines}\nprintf %s "$PCSCLITE_CSOCK_NAME $HARDWARE_SIM_ID_READER"'],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown == f"{station.folder}/pcscd.sock {station.folder}/id-reader.tty"
    assert station.environment()["HARDWARE_SIM_A4_PRINTER"] == (station.folder / "a4-printer.uri").read_text().strip()


def test_other_programs_see_two_named_readers_and_a_card_that_comes_and_goes(station: Any) -> None:
    readers = opensc(station, "--list-readers").stdout
    assert "Kiosk User 00 00" in readers
    assert "Kiosk PSAM 00 00" in readers
    user = next(line for line in readers.splitlines() if "Kiosk User 00 00" in line).split()[0]
    assert opensc(station, "--reader", user, "--atr").returncode != 0
    station.do("insert card worker")
    eventually(lambda: opensc(station, "--reader", user, "--atr").returncode == 0)
    assert station.status()["card_reader"]["card"] == "worker"
    station.do("remove card")
    eventually(lambda: opensc(station, "--reader", user, "--atr").returncode != 0)
    assert station.status()["card_reader"]["card"] is None


def test_a_card_is_swapped_for_another_in_one_moment(station: Any) -> None:
    station.do("insert card worker")
    station.do("swap card pensioner")
    assert station.status()["card_reader"]["card"] == "pensioner"
    station.do("swap foreign-card")
    assert station.status()["card_reader"]["card"] == "foreign"
    station.do("remove card")


def test_troubles_of_a_card_are_shown_and_go_with_it(station: Any) -> None:
    station.do("insert card worker upside-down")
    station.do("pull card after 7")
    station.do("card slow 0.5")
    assert station.status()["card_reader"]["troubles"] == {"mute": True, "pull_after": 7, "slow": 0.5}
    station.do("card ok")
    assert station.status()["card_reader"]["troubles"] == {}
    station.do("remove card")


def test_a_card_keeps_its_pin_counter_while_the_station_lives(station: Any) -> None:
    station.do("insert card rare-name")
    assert station.status()["card_reader"]["pin_tries_left"] == 6
    station.do("card lock-pin")
    station.do("swap card pensioner")
    assert station.status()["card_reader"]["pin_tries_left"] == 6
    station.do("swap card rare-name")
    assert station.status()["card_reader"]["pin_tries_left"] == 0
    station.do("remove card")


@pytest.mark.parametrize("key", ["worker", "rare-name"])
def test_an_id_card_that_is_laid_down_can_be_read(station: Any, key: str) -> None:
    path = station.environment()["HARDWARE_SIM_ID_READER"]
    assert ask_reader(path, FIND) == [answer(0x80)]
    station.do(f"place id {key}")
    frame = ask_reader(path, FIND, SELECT, READ)[2]
    assert len(frame) == 1295
    assert frame[14:44].decode("utf-16-le").rstrip() == persona(key).name
    assert station.status()["id_reader"]["place"] == "read"
    station.do("remove id")


def test_an_id_card_that_leaves_during_a_step_is_gone_for_everybody(station: Any) -> None:
    path = station.environment()["HARDWARE_SIM_ID_READER"]
    station.do("place id worker")
    station.do("lift id during read")
    assert ask_reader(path, FIND, SELECT, READ)[2] == answer(0x41)
    assert station.status()["id_reader"]["card"] is None
    assert station.command("do", "remove id").returncode == 1


def test_an_unplugged_reader_is_gone_and_comes_back_under_its_path(station: Any) -> None:
    path = station.environment()["HARDWARE_SIM_ID_READER"]
    station.do("id-reader unplug")
    assert not Path(path).exists()
    assert station.status()["id_reader"]["plugged"] is False
    station.do("id-reader plug")
    assert ask_reader(path, FIND) == [answer(0x80)]


def test_a_receipt_is_in_its_folder_before_the_printer_says_it_is_printed(station: Any) -> None:
    before = station.status()["receipt_printer"]["printed"]
    with serial.Serial(station.environment()["HARDWARE_SIM_RECEIPT_PRINTER"], 115200, timeout=5) as port:
        port.write(b"\x1b@\x1c&" + "社会保障\n".encode("gb18030") + b"\x1dVB\x40\x1dr\x01")
        assert port.read(1) == b"\x00"
        newest = station.folder / "receipts" / f"{before + 1:03d}.txt"
        assert newest.read_text(encoding="utf-8") == "社会保障\n"
        assert newest.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    shown = station.status()["receipt_printer"]
    assert (shown["printed"], shown["receipts_in_mouth"]) == (before + 1, before + 1)
    assert shown["newest"] == [str(newest), str(newest.with_suffix(".png"))]
    station.do("take receipt")
    again = station.command("do", "take receipt")
    assert (again.returncode, again.stderr) == (1, "There is no receipt in the mouth of the printer.\n")


def test_what_happens_to_the_receipt_printer_is_told_on_its_line(station: Any) -> None:
    with serial.Serial(station.environment()["HARDWARE_SIM_RECEIPT_PRINTER"], 115200, timeout=5) as port:
        port.write(b"\x1da\x0e")
        assert port.read(4) == bytes.fromhex("10000000")
        station.do("receipt-printer paper-out")
        assert port.read(4) == bytes.fromhex("18000F00")
        station.do("receipt-printer clear")
        assert port.read(4) == bytes.fromhex("10000000")
        station.do("receipt-printer power-off")
        station.do("receipt-printer power-on")


def test_a_pin_pad_times_an_entry_out_although_nobody_speaks_to_it(station: Any) -> None:
    with serial.Serial(station.environment()["HARDWARE_SIM_PIN_PAD"], 9600, timeout=5) as port:
        for request in (frame(0x33, bytes(10)), frame(0x43, bytes(2)), frame(0x35, bytes.fromhex("0601010001"))):
            port.write(request)
            assert port.read(8) == frame(0x04)
        station.do("pin-pad press 4")
        assert port.read(1) == b"*"
        assert station.status()["pin_pad"]["entry"] == "typing"
        assert port.read(1) == b"\x00"
    shown = station.status()["pin_pad"]
    assert (shown["entry"], shown["typed"], shown["master_keys"]) == ("timed-out", 0, [0])


def test_a_code_held_before_the_reader_comes_out_of_its_tty(station: Any) -> None:
    with serial.Serial(station.environment()["HARDWARE_SIM_BARCODE_READER"], 9600, timeout=5) as port:
        station.do("barcode-reader terminator crlf")
        station.do("scan 社会 保障")
        assert port.read_until(b"\r\n").decode() == "社会 保障\r\n"
        station.do("scan gbk 社会 保障")
        assert port.read_until(b"\r\n").decode("gbk") == "社会 保障\r\n"
        station.do("scan gs1 (10)LOT(21)A7")
        assert port.read_until(b"\r\n") == b"10LOT\x1d21A7\r\n"
        station.do("barcode-reader mode host")
        refused = station.command("do", "scan x")
        assert (refused.returncode, "waits for the program's trigger" in refused.stderr) == (1, True)
        port.write(b"\x1b1")
        eventually(lambda: station.status()["barcode_reader"]["lamp"])
        station.do("scan x")
        assert port.read_until(b"\r\n") == b"x\r\n"
    assert station.command("do", "scan gs1 123").returncode == 1
    assert station.command("do", "scan gbk 𠮷").returncode == 1
    station.do("barcode-reader make newland")


@pytest.mark.parametrize("device", ["id-reader", "receipt-printer", "pin-pad", "barcode-reader"])
def test_every_serial_device_can_be_unplugged_and_comes_back_under_its_path(station: Any, device: str) -> None:
    link = station.folder / f"{device}.tty"
    station.do(f"unplug {device}")
    assert not link.is_symlink()
    assert station.status()[device.replace("-", "_")]["plugged"] is False
    station.do(f"plug {device}")
    assert link.exists()
    assert station.status()[device.replace("-", "_")]["plugged"] is True


def test_a_page_is_in_its_folder_byte_for_byte_before_the_job_is_complete(station: Any, tmp_path: Path) -> None:
    uri = station.environment()["HARDWARE_SIM_A4_PRINTER"]
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(tmp_path / "page.pdf")
    document = (tmp_path / "page.pdf").read_bytes()
    head = (
        attribute("attributes-charset", Tag.CHARSET, "utf-8"),
        attribute("attributes-natural-language", Tag.LANGUAGE, "en"),
        attribute("printer-uri", Tag.URI, uri),
    )

    def post(operation: int, *more: Any, data: bytes = b"") -> Message:
        body = encode(Message((2, 0), operation, 1, (Group(GroupTag.OPERATION, head + more),), data))
        url = "http" + uri.removeprefix("ipp")
        return decode(httpx.post(url, content=body, headers={"Content-Type": "application/ipp"}).content)

    made = post(0x0002, data=document)
    assert made.code == 0

    def complete() -> bool:
        job = post(0x0009, attribute("job-id", Tag.INTEGER, 1)).group(GroupTag.JOB)
        state = job.find("job-state") if job is not None else None
        return state is not None and state.first == 9

    eventually(complete)
    assert (station.folder / "pages" / "001.pdf").read_bytes() == document
    shown = station.status()["a4_printer"]
    assert shown["jobs"] == [{"number": 1, "state": "completed", "impressions": 1, "of": 1}]
    assert shown["printed"] == 1
    station.do("a4-printer power-off")
    with pytest.raises(httpx.ConnectError):
        post(0x000B)
    station.do("a4-printer power-on")
    assert post(0x000B).code == 0
    assert station.status()["a4_printer"]["jobs"] == []


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["do", "remove card"], 1, "There is no card in the user reader."),
        (["do", "insert card nobody"], 1, "Known are: pensioner, rare-name, worker."),
        (["do", "isnert card worker"], 2, "Did you mean: insert card <persona>"),
        (["do", "card slow fast"], 2, "is a number"),
        (["do"], 2, "Missing argument"),
        (["dance"], 2, "No such command"),
    ],
)
def test_each_answer_has_its_exit_code_and_one_sentence(station: Any, words: list[str], code: int, says: str) -> None:
    done = station.command(*words)
    assert done.returncode == code
    assert says in done.stderr


def test_words_may_be_given_one_by_one(station: Any) -> None:
    for words in (["place", "id", "worker"], ["remove", "id"]):
        assert station.command("do", *words).returncode == 0


def test_status_for_people_names_every_device(station: Any) -> None:
    shown = station.command("status").stdout
    as_json = json.loads(station.command("status", "--json").stdout)
    assert as_json == {name: value for name, value in station.status().items() if name != "ok"}
    for device in ("card-reader", "id-reader", "pin-pad", "barcode-reader", "receipt-printer", "a4-printer"):
        assert f"{device}\n" in shown


def test_answers_can_be_had_as_json(station: Any) -> None:
    done = station.command("do", "--json", "remove card")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"ok": False, "error": "There is no card in the user reader.", "usage": False}
    table = json.loads(station.command("do", "help", "--json").stdout)
    assert {"say": "remove card", "zh": "拔卡", "en": "take the card out"} in table


def test_nothing_personal_is_in_the_status(station: Any) -> None:
    station.do("insert card worker")
    station.do("place id worker")
    shown = station.command("status", "--json").stdout
    person = persona("worker")
    for secret in (person.name, person.id_number, person.card.number, person.address, person.card.pin):
        assert secret not in shown
    station.do("remove id")
    station.do("remove card")
