"""Making a terminal goes wrong: one clear sentence, an exit code, and nothing that looks like a terminal."""

from __future__ import annotations

import itertools
import json
import socket

import pytest

_numbers = itertools.count(100)


def code_for(hall, number):
    done = hall.command("kiosk-gateway", "enrol", number, "--data", str(hall.world.gateway), "--json")
    return json.loads(done.stdout)["code"]


def nobody_listens():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def technician(standing, provisioning, tmp_path):
    """technician(number, code, gateway) -> exit code, the error's document, and what was said."""

    def type_it(number, code, gateway=""):
        done = standing.command("kiosk", *provisioning(tmp_path / "terminal", number, code, gateway))
        return done.returncode, json.loads(done.stdout).get("error"), done.stderr

    type_it.data = tmp_path / "terminal"
    type_it.hall = standing
    return type_it


@pytest.mark.parametrize(
    ("fault", "why", "exit_code", "says", "next_step"),
    [
        ("used", "enrolment-code-used", 1, "used before", "new code"),
        ("mistyped", "code-mistyped", 2, "typing error", "type the code again"),
        ("for another", "enrolment-code-other-terminal", 1, "another terminal", "a code of this terminal's number"),
        ("gateway down", "no-answer", 3, "does not answer", "the code stays good"),
        ("address unfit", "address", 2, "address", "--gateway"),
        ("number unfit", "settings", 2, "terminal", "--help"),
    ],
)
def test_a_refusal_says_why_and_what_to_do_and_leaves_no_half_terminal(
    technician, fault, why, exit_code, says, next_step
):
    number, gateway = f"P{next(_numbers)}", ""
    code = code_for(technician.hall, number)
    if fault == "used":
        other = technician(number, code)
        assert other[0] == 0, other
        for name in ("keys", "trust"):
            (technician.data / name).rename(technician.data.parent / name)
        for file in technician.data.rglob("*"):
            if file.is_file():
                file.unlink()
    elif fault == "mistyped":
        code = code[:-1] + ("A" if code[-1] != "A" else "B")
    elif fault == "for another":
        code = code_for(technician.hall, "P999")
    elif fault == "gateway down":
        gateway = nobody_listens()
    elif fault == "address unfit":
        gateway = "foo"
    elif fault == "number unfit":
        number = "terminal-1"
    returned, error, said = technician(number, code, gateway)
    assert returned == exit_code
    assert error["code"] == why
    assert says in error["sentence"]
    assert next_step in error["next"]
    assert ("new code" in error["next"]) == (fault == "used")
    assert error["sentence"] in said
    assert "Traceback" not in said
    assert not (technician.data / "terminal.toml").exists()
    assert not (technician.data / "journal.db").exists()
    assert not list(technician.data.rglob("*.new*"))
    assert not list((technician.data / "trust").glob("*"))
    if fault == "used":
        # nothing stands in the way of a good code
        done = technician(number, code_for(technician.hall, number))
        assert done[0] == 0, done[2]
        assert (technician.data / "terminal.toml").exists()
