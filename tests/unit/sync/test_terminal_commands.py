"""`kiosk-gateway terminal`: what it says to programs and people, and what its exit codes mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from sync.gateway.cli import app
from sync.gateway.house import make_house
from sync.protocol.heartbeat import MAX_ORDERS


@pytest.fixture
def run(hall, tmp_path):
    """A house beside the hall, whose store is the hall's own file."""
    folder = tmp_path / "house"
    make_house(folder).store.close()
    for end in ("", "-wal", "-shm"):
        (folder / f"gateway.db{end}").unlink(missing_ok=True)
        if (hall.folder / f"gateway.db{end}").exists():
            (folder / f"gateway.db{end}").symlink_to(hall.folder / f"gateway.db{end}")

    def command(*words, code=0, group=("terminal",)):
        done = CliRunner().invoke(app, [*group, *words, "--data", str(folder)], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in words else done.output

    return command


def test_a_terminal_is_listed_shown_taken_back_and_refused_from_then_on(hall, run):
    terminal = hall.terminal()
    (listed,) = run("list", "--json")
    assert (listed["terminal"], listed["state"]) == ("T0001", "valid")
    done = run("revoke", "T0001", "--reason", "stolen", "--json")
    assert (done["certificates"], done["state"]) == (1, "revoked")
    assert terminal.get("/v1/results?after=0").status == 401
    shown = run("show", "T0001", "--json")
    assert [(row["state"], row["reason"]) for row in shown["certificates"]] == [("revoked", "stolen")]
    assert [row["code"] for row in shown["alarms"]] == ["certificate-revoked"]
    assert shown["forked"] == []
    assert run("revoke", "T0001", "--reason", "stolen", "--json")["certificates"] == 0
    assert "before" in run("revoke", "T0001", "--reason", "stolen")


def test_a_number_nobody_has_is_answered_with_no(run):
    run("show", "T0009", code=1)
    run("revoke", "T0009", "--reason", "retired", code=1)
    assert run("list", "--json") == []


def test_a_reason_is_one_of_three(hall, run):
    hall.terminal()
    run("revoke", "T0001", "--reason", "tired", code=2)
    run("revoke", "T0001", code=2)


def test_there_is_nothing_to_adopt_where_nothing_forked(hall, run):
    hall.terminal()
    assert run("adopt", "T0001", "--json") == {"terminal": "T0001", "accepted": 0, "refused": 0}
    assert "epoch 0" in run("show", "T0001")


def test_orders_do_not_pile_up_at_a_terminal_that_does_not_answer_but_a_lock_always_goes_out(hall, run):
    hall.terminal()
    for _ in range(MAX_ORDERS):
        run("T0001", "refresh", group=("order",))
    said = run("T0001", "refresh", group=("order",), code=1)
    assert "T0001 has not answered 16 orders yet: wait until" in said
    assert run("T0001", "lock", "--json", group=("order",))["command"] == "lock"


def test_an_operator_sees_whether_the_clock_is_why_requests_are_refused_and_until_when(hall, run):
    terminal = hall.terminal()
    hall.clock.at = begun = datetime.now(UTC)
    said = run("--json", group=("clock",))
    assert (said["refused_now"], said["refused"]) == (False, [])
    for _ in range(48):
        assert terminal.get("/v1/results?after=0").status == 200
        hall.clock.forward(minutes=59)
    said = run("--json", group=("clock",), code=1)
    assert said["refused_now"]
    (stretch,) = said["refused"]
    first, last = (datetime.fromisoformat(stretch[name]) for name in ("from", "until"))
    assert abs((first - begun).total_seconds()) < 2
    assert 19 * 3600 < (last - first).total_seconds() < 23 * 3600
    assert "Set the clock right" in run(group=("clock",), code=1)
