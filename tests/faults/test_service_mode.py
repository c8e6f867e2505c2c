"""A technician takes the devices from a terminal that serves, uses them with other tools, and gives them back."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest


@pytest.fixture
def enter(hall):
    """Starts `kiosk service enter` and gives (process, the next thing it says)."""
    started = []

    def start():
        process = subprocess.Popen(
            [hall.program("kiosk"), "service", "enter", "--data", str(hall.data), "--json"],
            stdout=subprocess.PIPE,
            env=hall.environment,
        )
        started.append(process)
        return process, lambda: json.loads(process.stdout.readline())["service"]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        process.stdout.close()


def vendor_mode(hall):
    return [each["header"] for each in hall.chain() if each["header"].get("event") == "vendor-mode"]


def test_the_devices_are_free_for_other_tools_and_come_back_when_the_command_is_killed(hall, enter):
    process, says = enter()
    assert [says(), says()] == ["enterPending", "active"]
    assert hall.kiosk.until("C99").body["reason"] == "设备维护中，暂停服务"
    # the lines were held exclusively; now another program reads the module's number and the card
    line = hall.world.environment["HARDWARE_SIM_ID_READER"]
    read = hall.command("kiosk", "read-id", "--device", line, "--seconds", "0.5", "--json")
    assert read.returncode == 1, read.stdout + read.stderr
    assert json.loads(read.stdout)["error"]["code"] == "no_document"
    hall.insert()
    hall._reader_holds_a_card("User")
    card = hall.command("kiosk", "read-card", "--data", str(hall.data), "--json")
    assert card.returncode == 0, card.stdout + card.stderr
    hall.happen("remove card")
    process.send_signal(signal.SIGKILL)
    hall.at_standby()
    hall.until_recorded(lambda header: header.get("state") == "left")
    assert [each["state"] for each in vendor_mode(hall)] == ["entered", "left"]
    assert vendor_mode(hall)[-1]["why"] == "gone"
    assert not [each for each in hall.chain() if each["kind"] == "session-opened"]
    hall.serves_a_person()


def test_a_session_is_waited_for_and_leaving_by_another_command_tells_both(hall, enter):
    hall.to_record()
    process, says = enter()
    assert says() == "enterPending"
    assert hall.kiosk.screen.page == "C08"
    hall.press("finish")
    hall.kiosk.until("C13")
    hall.happen("remove card")
    assert says() == "active"
    left = hall.command("kiosk", "service", "leave", "--data", str(hall.data), "--json")
    assert left.returncode == 0, left.stderr
    assert [json.loads(line)["service"] for line in left.stdout.splitlines()] == ["exitPending", "inactive"]
    assert [says(), says()] == ["exitPending", "inactive"]
    assert process.wait(10) == 0
    assert vendor_mode(hall)[-1]["why"] == "asked"
    hall.serves_a_person()


def test_ended_by_the_keyboard_it_is_a_good_end(hall, enter):
    process, says = enter()
    assert [says(), says()] == ["enterPending", "active"]
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    hall.at_standby()


def test_a_second_technician_is_refused(hall, enter):
    _, says = enter()
    assert [says(), says()] == ["enterPending", "active"]
    second = hall.command("kiosk", "service", "enter", "--data", str(hall.data))
    assert second.returncode == 1
    assert "another technician" in second.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming somebody else takes root")
def test_somebody_else_than_the_owner_may_not(hall, tmp_path):
    # the directory itself is closed to others; were it open, the socket would still be
    done = hall.command(
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        hall.program("kiosk"),
        "service",
        "enter",
        "--data",
        str(hall.data),
    )
    assert done.returncode in (1, 3)
    assert "owner" in done.stderr or "no terminal runs" in done.stderr
    assert vendor_mode(hall) == []


def test_without_a_terminal_there_is_nothing_to_ask(hall, tmp_path):
    done = hall.command("kiosk", "service", "enter", "--data", str(tmp_path))
    assert done.returncode == 3
    assert "nothing holds them" in done.stderr
