"""The technician's door: a socket for the directory's owner alone, and no word of its is lost or taken twice."""

from __future__ import annotations

import contextlib
import json
import queue
import stat

import pytest

from kiosk.app.service_door import SOCKET, ServiceDoor, knock
from kiosk.effects import TellTechnician
from kiosk.events import VendorModeReleased, VendorModeRequested


@pytest.fixture
def door(tmp_path):
    """(door, events, root)"""
    events, crashed = queue.Queue(), []
    opened = ServiceDoor(tmp_path, events.put, crashed.append)
    opened.start()
    yield opened, events, tmp_path
    opened.stop()
    assert crashed == []


def say(connection, **said):
    connection.sendall(json.dumps(said).encode() + b"\n")


def test_a_command_that_enters_and_ends_is_two_events(door):
    _, events, root = door
    with knock(root) as connection:
        say(connection, do="enter")
        assert events.get(timeout=10) == VendorModeRequested(1)
    assert events.get(timeout=10) == VendorModeReleased("gone", holder=1)


def test_a_command_that_asks_for_the_end_and_goes_is_one(door):
    opened, events, root = door
    with knock(root) as connection, connection.makefile("rb") as lines:
        say(connection, do="leave")
        assert events.get(timeout=10) == VendorModeReleased("asked", asker=1)
        opened.tell(TellTechnician((1,), "inactive"))
        assert json.loads(lines.readline()) == {"service": "inactive", "kept": []}
        assert lines.readline() == b""
    assert events.empty()


def test_what_changes_is_told_to_those_who_are_meant_and_still_there(door):
    opened, events, root = door
    with knock(root) as one, knock(root) as other, one.makefile("rb") as lines:
        say(one, do="enter")
        say(other, do="enter")
        visits = {events.get(timeout=10).visit for _ in range(2)}
        opened.tell(TellTechnician((*visits, 99), "active", ("id-reader",)))
        assert json.loads(lines.readline()) == {"service": "active", "kept": ["id-reader"]}


@pytest.mark.parametrize("said", [b"enter\n", b"[1]\n", b'{"do": "dance"}\n', b"\xff\xfe\n"])
def test_what_is_not_understood_is_answered_so_and_does_nothing(door, said):
    _, events, root = door
    with knock(root) as connection, connection.makefile("rb") as lines:
        connection.sendall(said)
        assert json.loads(lines.readline()) == {"error": "not-understood"}
    assert events.empty()


def test_a_line_without_an_end_is_cut_off(door):
    _, events, root = door
    with knock(root) as connection, connection.makefile("rb") as lines:
        connection.sendall(b"x" * 5_000)
        assert lines.readline() == b""
    assert events.empty()


def test_the_socket_is_its_owners_alone(door):
    _, _, root = door
    assert stat.S_IMODE((root / SOCKET).stat().st_mode) == 0o600


def test_somebody_else_who_reaches_the_socket_all_the_same_is_not_heard(tmp_path):
    events = queue.Queue()
    opened = ServiceDoor(tmp_path, events.put, pytest.fail)
    opened._owner += 1
    opened.start()
    try:
        with knock(tmp_path) as connection, connection.makefile("rb") as lines:
            # it is sent away without being heard, maybe before it has said a word
            with contextlib.suppress(BrokenPipeError):
                say(connection, do="enter")
            assert json.loads(lines.readline()) == {"error": "not-permitted"}
    finally:
        opened.stop()
    assert events.empty()


def test_a_socket_that_a_killed_process_left_is_in_nobodys_way(tmp_path):
    for _ in range(2):
        opened = ServiceDoor(tmp_path, lambda event: None, pytest.fail)
        opened.start()
        opened.stop()
        (tmp_path / SOCKET).touch()


def test_a_directory_deeper_than_a_sockets_address_can_name_has_a_door_too(tmp_path):
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    opened = ServiceDoor(deep, lambda event: None, pytest.fail)
    opened.start()
    knock(deep).close()
    opened.stop()


def test_without_a_terminal_there_is_no_door(tmp_path):
    with pytest.raises(FileNotFoundError):
        knock(tmp_path)
