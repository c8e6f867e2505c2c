"""Every command that changes something leaves a row of the audit chain, under a name that nobody can choose."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from offline_store.chain import ChainEntry
from sync.gateway.cli import app
from sync.gateway.house import open_house
from sync.gateway.staff.console import console_actor
from sync.gateway.store import EnrolledTerminal, RegisteredCertificate
from sync.protocol.messages import CertificateIssued

AT = "2026-11-22T00:00:00.000Z"
NUMBER = "ZM-T0001-20261122-1-0007-K"
RULE = """[package]
kind = "rules"
name = "retirement"
version = 1
valid_from = 2025-01-01
place = "000000"

[rule]
months = 12
"""


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the app and the words it is called by."""
    if not isinstance(group, TyperGroup):
        yield path, group
        return
    for name, command in group.commands.items():
        yield from commands(command, (*path, name))


@dataclass
class Gateway:
    """A data directory, looked at before and after each command."""

    folder: Path
    data: Path
    case: str = ""
    ran: set[tuple[str, ...]] = field(default_factory=set)

    def run(self, *words: str, own: bool = False, typed: str | None = None) -> None:
        """``own``: a person's own machine, without a gateway."""
        data = () if own else ("--data", str(self.data))
        done = CliRunner().invoke(app, [*words, *data], input=typed)
        assert done.exit_code == 0, (words, done.output)

    def rows(self) -> list[tuple[str, str]]:
        if not (self.data / "gateway.db").exists():
            return []
        with closing(sqlite3.connect(self.data / "gateway.db")) as db:
            return db.execute("SELECT act, actor FROM staff_audit ORDER BY n").fetchall()

    def contents(self) -> dict[str, object]:
        """All that is kept but the audit chain."""
        found: dict[str, object] = {}
        for path in sorted(self.data.rglob("*")):
            if path.is_file() and not path.name.startswith("gateway.db"):
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        if (self.data / "gateway.db").exists():
            with closing(sqlite3.connect(self.data / "gateway.db")) as db:
                tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                for table in set(tables) - {"staff_audit"}:
                    found[table] = sorted(map(repr, db.execute(f"SELECT * FROM {table}")))  # noqa: S608 - names out of the file
        return found


def furnish(gateway: Gateway) -> None:
    """A terminal with an act, its case, an alarm and a certificate, as if they had come in."""
    house = open_house(gateway.data)
    entry = ChainEntry("T0001", 1, 1, "act", AT, b"{}", bytes(32), None, bytes(32))
    with closing(house.store), house.store.transaction():
        house.store.enrol(EnrolledTerminal("T0001", b"k", "f", b"s", AT, None), b"code", b"")
        house.store.run(
            "INSERT INTO terminal_certificate (terminal, fingerprint, serial, not_before, not_after)"
            " VALUES ('T0001', 'f', '0A', ?, ?)",
            (AT, AT),
        )
        house.store.receive(entry, None, AT)
        gateway.case = house.store.cases.open(entry, "CRD-07", AT)
        house.store.add_result(entry, "accepted", None, AT, gateway.case)
        house.store.alarm("T0001", "fork", 1, 1, AT)
        house.store.register(
            RegisteredCertificate(NUMBER, "T0001", 1, 7, "SI-04", AT, AT, "ab" * 32, "cd" * 32, "00" * 8, "known", None)
        )


def two_persons(gateway: Gateway) -> None:
    (gateway.folder / "passphrase").write_text("three quiet words\n")
    (gateway.folder / "rule.toml").write_text(RULE)


def given(*words: str) -> Callable[[Gateway], tuple[str, ...]]:
    return lambda gateway: tuple(word.format(folder=gateway.folder, case=gateway.case) for word in words)


NOTHING, NOT_HERE = "changes nothing", "no gateway of its own"
PERSON = ("--passphrase-file", "{folder}/passphrase")
WALK: tuple[tuple[tuple[str, ...], Callable[[Gateway], tuple[str, ...]], str], ...] = (
    (("init",), given(), "gateway-made"),
    (("population",), given("--count", "30"), "population-drafted"),
    (("publish",), given(), "snapshot-published"),
    (("enrol",), given("T0002"), "enrolment-code"),
    (("fleet",), given(), NOTHING),
    (("alarms",), given("--all"), NOTHING),
    (("acknowledge",), given("1", "1"), "alarm-acknowledged"),
    (("register",), given(NUMBER), NOTHING),
    (("revoke",), given(NUMBER, "--reason", "paper-lost"), "certificate-revoked"),
    (("records",), given(), NOTHING),
    (("records",), given("--reveal"), "records-revealed"),
    (("order",), given("T0001", "wipe", "--reason", "stolen"), "terminal-ordered"),
    (("orders",), given("T0001"), NOTHING),
    (("clock",), given(), NOTHING),
    (("decide",), given("{case}", "approved"), "case-decided"),
    (("correct",), given("T0001", "1", "refused", "--reason", "mistaken"), "result-corrected"),
    (("terminal", "list"), given(), NOTHING),
    (("terminal", "show"), given("T0001"), NOTHING),
    (("terminal", "adopt"), given("T0001"), "fork-adopted"),
    (("terminal", "revoke"), given("T0001", "--reason", "stolen"), "terminal-revoked"),
    (("staff", "add"), given("li.na", "--role", "clerk"), "staff-added"),
    (("staff", "list"), given(), NOTHING),
    (("staff", "lock"), given("li.na"), "staff-locked"),
    (("staff", "unlock"), given("li.na"), "staff-unlocked"),
    (("staff", "roles"), given(), NOTHING),
    (("staff", "roles"), given("li.na", "--role", "operator"), "staff-roles"),
    (("staff", "reset-totp"), given("li.na"), "staff-totp-reset"),
    (("staff", "reset-password"), given("li.na"), "staff-password-reset"),
    (("staff", "audit", "verify"), given(), NOTHING),
    (("staff", "audit", "export"), given("{folder}/export"), "audit-exported"),
    (("packages", "key", "new"), given("li", "--out", "{folder}/li.key", *PERSON), NOT_HERE),
    (("packages", "key", "new"), given("wang", "--out", "{folder}/wang.key", *PERSON), NOT_HERE),
    (("packages", "init"), given("{folder}/li.key.pub", "{folder}/wang.key.pub"), "package-root-proposed"),
    (("packages", "status"), given(), NOTHING),
    (("packages", "propose"), given("{folder}/rule.toml"), "package-list-proposed"),
    (("packages", "export-for-signing"), given("{folder}/sign"), "packages-exported"),
    (("packages", "sign"), given("{folder}/sign", "--key", "{folder}/li.key", *PERSON), NOT_HERE),
    (("packages", "sign"), given("{folder}/sign", "--key", "{folder}/wang.key", *PERSON), NOT_HERE),
    (("packages", "import-signature"), given("{folder}/sign/signature-li.json"), "package-signature-taken"),
    (("packages", "import-signature"), given("{folder}/sign/signature-wang.json"), "package-signature-taken"),
    (("packages", "publish"), given(), "packages-published"),
    (("packages", "export-root"), given("{folder}/root.json"), "packages-exported"),
    (("packages", "root"), given("--new-online-keys"), "package-root-proposed"),
    (("packages", "withdraw"), given(), "packages-withdrawn"),
)
"""Each command with words that make it do its work, and the act that has to stand in the audit."""
THE_SERVICE = ("serve",)
"""No act of a person's: it only answers, and what people do through it has rows of its own."""


def test_every_command_that_changes_something_leaves_a_row_of_the_audit(tmp_path):
    known = dict(commands(get_command(app)))
    assert {path for path, _, _ in WALK} | {THE_SERVICE} == set(known), "a command without an example here"
    gateway = Gateway(tmp_path, tmp_path / "data")
    two_persons(gateway)
    me = f"console:{pwd.getpwuid(os.getuid()).pw_name}"
    for path, words, act in WALK:
        own = not any(parameter.name == "data" for parameter in known[path].params)
        assert own == (act == NOT_HERE), path
        before, rows = gateway.contents(), gateway.rows()
        gateway.run(*path, *words(gateway), own=own, typed="1\n1\n" if path[-1] == "sign" else None)
        new = gateway.rows()[len(rows) :]
        if act in (NOTHING, NOT_HERE):
            assert new == [], path
            assert gateway.contents() == before, path
        else:
            assert [row[0] for row in new] == [act], path
            assert new[0][1].startswith(me), path
        if path == ("init",):
            furnish(gateway)
    gateway.run("staff", "audit", "verify")


def test_what_a_command_could_not_do_stands_nowhere(tmp_path):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    furnish(gateway)
    before, rows = gateway.contents(), gateway.rows()
    taken = tmp_path / "taken"
    taken.write_text("")
    for words, code in (
        (("publish",), 1), (("order", "T0009", "wipe"), 1), (("order", "T0001", "wipe", "--reason", "two words"), 2),
        (("decide", "CRD-00", "approved"), 1), (("decide", gateway.case, "two words"), 2),
        (("correct", "T0001", "9", "accepted"), 1), (("correct", "T0001", "1", "accepted", "--decision", "no"), 1),
        (("revoke", NUMBER), 2), (("revoke", "ZM-1", "--reason", "paper-lost"), 1),
        (("packages", "export-root", str(taken)), 1), (("packages", "publish"), 1), (("acknowledge", "9", "1"), 1),
        (("acknowledge", "1"), 2), (("acknowledge", "1", "2"), 1),
    ):  # fmt: skip
        done = CliRunner().invoke(app, [*words, "--data", str(gateway.data)])
        assert done.exit_code == code, (words, done.output)
    assert (gateway.contents(), gateway.rows()) == (before, rows)


def facts(gateway: Gateway, *words: str) -> tuple[str, str]:
    gateway.run(*words)
    with closing(sqlite3.connect(gateway.data / "gateway.db")) as db:
        return db.execute("SELECT subject, reason FROM staff_audit ORDER BY n DESC LIMIT 1").fetchone()


def test_a_row_says_on_what_and_why(tmp_path):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    furnish(gateway)
    assert facts(gateway, "order", "T0001", "lock", "--reason", "stolen") == ("T0001", "lock stolen")
    assert facts(gateway, "revoke", NUMBER, "--reason", "issued-in-error") == (NUMBER, "issued-in-error")
    assert facts(gateway, "decide", gateway.case, "approved") == (gateway.case, "approved")
    words = ("correct", "T0001", "2", "accepted", "--decision", "rejected")
    assert facts(gateway, *words) == ("T0001 2", "accepted rejected corrected")
    assert facts(gateway, "records", "--reveal", "--limit", "1") == ("1", "")


def test_a_terminal_is_shown_with_which_of_its_alarms_somebody_has_looked_at(tmp_path):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    furnish(gateway)
    me = f"console:{pwd.getpwuid(os.getuid()).pw_name}"

    def told() -> tuple[str, Any]:
        words = ["terminal", "show", "T0001", "--data", str(gateway.data)]
        (line,) = (line for line in CliRunner().invoke(app, words).output.splitlines() if line.startswith("alarm"))
        return line, json.loads(CliRunner().invoke(app, [*words, "--json"]).output)["alarms"][0]

    line, facts = told()
    assert line.endswith("fork at 1/1  open")
    assert (facts["open"], facts["acknowledged_by"], facts["since_acknowledged"]) == (True, None, 1)
    gateway.run("acknowledge", "1", "1")
    line, facts = told()
    assert "acknowledged" in line
    assert line.endswith(me)
    assert (facts["open"], facts["acknowledged_by"], facts["since_acknowledged"]) == (False, me, 0)
    with closing(open_house(gateway.data).store) as store, store.transaction():
        for hour in range(3):
            store.alarm("T0001", "fork", 1, 1, f"2026-12-13T0{hour}:00:00.000Z")
    line, facts = told()
    assert line.startswith(f"alarm       2026-12-13T02:00:00.000Z, first {AT}, 4 times  fork at 1/1  acknowledged")
    assert line.endswith(f"{me}, 3 since then: open")
    assert (facts["open"], facts["times"], facts["since_acknowledged"]) == (True, 4, 3)


def test_nobody_acknowledges_what_happened_after_he_looked(tmp_path):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    furnish(gateway)
    with closing(open_house(gateway.data).store) as store, store.transaction():
        store.alarm("T0001", "fork", 1, 1, "2026-12-13T12:00:00.000Z")
    before = gateway.contents()
    done = CliRunner().invoke(app, ["acknowledge", "1", "1", "--data", str(gateway.data)])
    assert done.exit_code == 1
    assert "has happened 2 times by now, not 1" in done.output
    assert gateway.contents() == before
    gateway.run("acknowledge", "1", "2")
    listed = CliRunner().invoke(app, ["alarms", "--json", "--data", str(gateway.data)])
    assert json.loads(listed.output) == []


@pytest.mark.parametrize("name", ["[/x]·a", "[conceal]张三", "[link=file:///etc]张三[/link]", "[[", "\\[b]"])
def test_what_a_terminal_sent_is_shown_as_it_is_and_steers_no_screen(tmp_path, name):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    furnish(gateway)
    act = CertificateIssued(
        number=NUMBER, item="SI-04", id_number="11010119900101002X", name=name, facts=(), data_as_of=AT, issued_at=AT,
        expires_at=AT, pdf_sha256="ab" * 32, code_sha256="cd" * 32, seal_key_id="00",
    )  # fmt: skip
    entry = ChainEntry("T0001", 1, 2, "act", AT, b"{}", bytes(32), None, b"2" * 32)
    with closing(open_house(gateway.data).store) as store, store.transaction():
        store.receive(entry, None, AT)
        store.add_act(entry, "certificate-issued", act.to_wire())
    words = ["records", "--reveal", "--data", str(gateway.data)]
    done = CliRunner().invoke(app, words, env={"COLUMNS": "300"})
    assert done.exit_code == 0, done.output
    assert f" {name} " in done.output
    narrow = CliRunner().invoke(app, words, env={"COLUMNS": "60"}).output
    assert "…" not in narrow, "what does not fit is folded, not left out"


def test_a_population_gives_way_to_another_only_when_that_stands_in_the_audit(tmp_path):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    gateway.run("population", "--count", "30")
    with closing(sqlite3.connect(gateway.data / "gateway.db")) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON staff_audit BEGIN SELECT raise(ABORT, 'no row'); END")
    before = gateway.contents()
    words = ["population", "--count", "40", "--data", str(gateway.data)]
    assert CliRunner().invoke(app, words).exit_code != 0
    assert gateway.contents() == before
    with closing(sqlite3.connect(gateway.data / "gateway.db")) as db:
        db.execute("DROP TRIGGER full")
    gateway.run(*words[:3])
    assert gateway.contents() != before


def test_a_population_that_does_not_fit_on_the_disk_is_a_sentence_and_leaves_the_draft(tmp_path):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    gateway.run("population", "--count", "30")
    before, (soft, hard) = gateway.contents(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        done = CliRunner().invoke(app, ["population", "--count", "1000", "--data", str(gateway.data)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert done.exit_code == 3, done.output
    assert "The population cannot be written: File too large." in done.output
    assert gateway.contents() == before


def test_a_case_is_decided_once_and_a_wrong_decision_is_corrected(tmp_path):
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    furnish(gateway)
    gateway.run("decide", gateway.case, "approved")
    for word in ("rejected", "approved"):
        again = CliRunner().invoke(app, ["decide", gateway.case, word, "--data", str(gateway.data)])
        assert again.exit_code == 1
        assert "kiosk-gateway correct T0001 2 accepted --decision WORD" in again.output
    gateway.run("correct", "T0001", "2", "accepted", "--decision", "rejected")
    with closing(sqlite3.connect(gateway.data / "gateway.db")) as db:
        told = db.execute("SELECT n, decision, correction FROM result ORDER BY n").fetchall()
        assert told == [(1, None, None), (2, "approved", None), (3, "rejected", 2)]
        assert db.execute("SELECT decision FROM opened_case").fetchall() == [("rejected",)]
    again = CliRunner().invoke(app, ["decide", gateway.case, "approved", "--data", str(gateway.data)])
    assert "kiosk-gateway correct T0001 3 accepted" in again.output, "what counts now is corrected, not what did once"
    listed = CliRunner().invoke(app, ["records", "--json", "--data", str(gateway.data)])
    assert json.loads(listed.output)[0]["decision"] == "rejected"


@pytest.mark.parametrize("name", ["LOGNAME", "USER", "LNAME", "USERNAME"])
def test_the_environment_names_nobody(tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, "chief.inspector\nsecond line")
    gateway = Gateway(tmp_path, tmp_path / "data")
    gateway.run("init")
    assert all("chief" not in actor for _, actor in gateway.rows())


def test_who_types_is_whom_the_system_names_and_sudos_word_stands_beside(monkeypatch):
    me = pwd.getpwuid(os.getuid()).pw_name
    assert console_actor(os.getuid(), {"LOGNAME": "chief"}) == f"console:{me}"
    assert console_actor(os.getuid(), {"SUDO_UID": "1000"}) == f"console:{me} (SUDO_UID 1000)"
    nameless = next(uid for uid in range(60_000, 2**31) if uid not in {entry.pw_uid for entry in pwd.getpwall()})
    assert console_actor(nameless, {}) == f"console:uid-{nameless}"
    for strange in ("", "chief", "-1", "1000\n", "1" * 11, "²", " 1"):
        assert console_actor(os.getuid(), {"SUDO_UID": strange}) == f"console:{me}"
