"""What is typed at the console about staff: accounts, roles, locks, and the audit chain."""

from __future__ import annotations

import json
import resource
import sqlite3
from contextlib import closing
from dataclasses import replace

import pyotp
import pytest
from typer.testing import CliRunner

from sync.gateway.cli import app
from sync.gateway.house import open_house
from sync.gateway.staff.roles import RIGHTS


class Console:
    """The command as it is typed, in this process: a second for each word would be too much."""

    def __init__(self, data):
        self.data = data

    def command(self, *words, expect=0, typed=None):
        done = CliRunner().invoke(app, [*words, "--data", str(self.data)], input=typed)
        assert done.exit_code == expect, done.output
        return done.output

    def answer(self, *words, expect=0):
        return json.loads(self.command(*words, "--json", expect=expect))


@pytest.fixture
def house(tmp_path):
    house = Console(tmp_path / "data")
    house.command("init")
    return house


def test_an_account_is_made_with_secrets_that_are_shown_once(house):
    made = house.answer("staff", "add", "li.na", "--role", "operator", "--role", "clerk")
    assert (made["name"], made["roles"]) == ("li.na", ["clerk", "operator"])
    totp = pyotp.parse_uri(made["otpauth"])
    assert (totp.name, len(totp.byte_secret())) == ("li.na", 20)
    (listed,) = house.answer("staff", "list")
    assert (listed["state"], listed["must_change"]) == ("open", True)
    stored = b"".join(path.read_bytes() for path in house.data.rglob("*") if path.is_file())
    for secret in (made["password"].encode(), totp.secret.encode(), totp.byte_secret()):
        assert secret not in stored
    assert (house.data / "keys" / "staff.key").stat().st_mode & 0o077 == 0
    said = house.command("staff", "add", "wang.wu", "--role", "clerk")
    assert "otpauth://totp/" in said
    assert "█" in said, "the code to scan"


def test_a_password_typed_at_the_console_is_changed_at_the_next_sign_in_for_who_typed_it_is_not_known(house):
    typed = "Lamp-Harbour-2026\nLamp-Harbour-2026\n"
    said = house.command("staff", "add", "li.na", "--role", "clerk", "--type-password", typed=typed)
    assert "Lamp-Harbour" not in said
    assert house.answer("staff", "list")[0]["must_change"] is True
    with sqlite3.connect(house.data / "gateway.db") as store:
        store.execute("UPDATE staff_account SET must_change = 0")
    store.close()
    said = house.command("staff", "reset-password", "li.na", "--type-password", typed=typed)
    assert "to be changed at the next sign-in" in said
    assert house.answer("staff", "list")[0]["must_change"] is True
    house.command("staff", "add", "li.nb", "--role", "clerk", "--type-password", typed="short\nshort\n", expect=2)


def test_what_may_not_be_is_refused_in_a_sentence(house):
    house.command("staff", "add", "li.na", "--role", "security-administrator")
    assert "already" in house.command("staff", "add", "li.na", "--role", "clerk", expect=1)
    conflict = house.command("staff", "add", "x1", "--role", "audit-administrator", "--role", "clerk", expect=2)
    assert "two people" in conflict
    house.command(
        "staff", "roles", "li.na", "--role", "system-administrator", "--role", "security-administrator", expect=2
    )
    for name in ("Li.Na", "l", "a b", "a/../b", "x" * 33, "'; --"):
        house.command("staff", "add", name, "--role", "clerk", expect=2)
    house.command("staff", "add", "li.nb", "--role", "emperor", expect=2)
    house.command("staff", "roles", "li.na", expect=2)
    for words in (("lock",), ("unlock",), ("reset-totp",), ("reset-password",), ("roles", "--role", "clerk")):
        house.command("staff", words[0], "nobody", *words[1:], expect=1)
    for words in (("adopt", "张三 110199198803120233"), ("revoke", "T0404", "--reason", "stolen"), ("show", "T0404")):
        house.command("terminal", *words, expect=1)
    assert house.answer("staff", "audit", "verify") == {"whole": True, "rows": 2}, "nobody's name is in it"
    (house.data / "keys" / "staff.key").write_bytes(b"short")
    assert "staff.key" in house.command("staff", "reset-totp", "li.na", expect=3)


def test_locks_roles_and_resets_stand_in_the_audit_chain(house):
    first = house.answer("staff", "add", "li.na", "--role", "clerk")
    house.command("staff", "lock", "li.na")
    assert house.answer("staff", "list")[0]["state"] == "locked"
    house.command("staff", "unlock", "li.na")
    house.command("staff", "roles", "li.na", "--role", "operator")
    again = house.answer("staff", "reset-totp", "li.na")
    assert again["otpauth"] != first["otpauth"]
    assert house.answer("staff", "reset-password", "li.na")["password"] != first["password"]
    (listed,) = house.answer("staff", "list")
    assert (listed["roles"], listed["state"]) == (["operator"], "open")
    acts = [row["act"] for row in exported(house)]
    assert acts == [
        "gateway-made", "staff-added", "staff-locked", "staff-unlocked", "staff-roles", "staff-totp-reset",
        "staff-password-reset", "audit-exported",
    ]  # fmt: skip
    table = {row["role"]: set(row["rights"]) for row in house.answer("staff", "roles")}
    assert table == {role: set(rights) for role, rights in RIGHTS.items()}


def exported(house, name="export"):
    file = house.data.parent / f"{name}.ndjson"
    house.command("staff", "audit", "export", str(file))
    assert file.stat().st_mode & 0o077 == 0
    *rows, head = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (head["n"], head["head"]) == (rows[-1]["n"], rows[-1]["hash"])
    return rows


def test_an_export_that_does_not_fit_on_the_disk_leaves_no_file_and_no_row(house):
    house.command("staff", "add", "li.na", "--role", "clerk")
    with closing(open_house(house.data).store) as store, store.transaction():
        row = replace(store.staff.last_audit(), n=3, subject="x" * 300_000)
        store.staff.add_audit(replace(row, hash=b"3" * 32))
    file, (soft, hard) = house.data.parent / "export.ndjson", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        said = house.command("staff", "audit", "export", str(file), expect=3)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be written: File too large" in said
    assert not file.exists()
    with closing(open_house(house.data).store) as store, store.transaction():
        assert store.staff.last_audit().n == 3
    assert len(exported(house)) == 4, "it can be asked for again"


def tamper(house, sql):
    with sqlite3.connect(house.data / "gateway.db") as store:
        store.executescript("DROP TRIGGER staff_audit_stays; DROP TRIGGER staff_audit_remains;" + sql)
    store.close()


def verified(house, *words):
    answer = house.answer("staff", "audit", "verify", *words, expect=1)
    return (answer["row"], answer["fault"])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE staff_audit SET actor = 'wang.wu' WHERE n = 2", (2, "content")),
        ("UPDATE staff_audit SET suite = 'sm' WHERE n = 2", (2, "content")),
        ("UPDATE staff_audit SET suite = 'none' WHERE n = 2", (2, "content")),
        ("DELETE FROM staff_audit WHERE n = 2", (2, "gap")),
        ("DELETE FROM staff_audit WHERE n = 1", (1, "gap")),
        ("UPDATE staff_audit SET prev = zeroblob(32) WHERE n = 3", (3, "link")),
    ],
)
def test_a_changed_a_missing_and_an_unlinked_row_are_found(house, sql, expected):
    for name in ("li.na", "wang.wu", "sun.ba"):
        house.command("staff", "add", name, "--role", "clerk")
    assert house.answer("staff", "audit", "verify") == {"whole": True, "rows": 4}
    tamper(house, sql)
    assert verified(house) == expected


def test_a_chain_that_was_cut_at_its_end_or_written_anew_shows_against_an_earlier_export(house, tmp_path):
    house.command("staff", "add", "li.na", "--role", "clerk")
    exported(house)
    file = tmp_path / "export.ndjson"
    house.command("staff", "lock", "li.na")
    assert house.answer("staff", "audit", "verify", "--against", str(file))["whole"] is True
    tamper(house, "DELETE FROM staff_audit WHERE n > 2")
    assert house.answer("staff", "audit", "verify")["whole"] is True
    assert verified(house, "--against", str(file)) == (3, "head")
    # more rows after the cut hide nothing
    house.command("staff", "unlock", "li.na")
    assert verified(house, "--against", str(file)) == (3, "head")


def test_an_export_that_nobody_signed_is_no_witness(house, tmp_path):
    house.command("staff", "add", "li.na", "--role", "clerk")
    exported(house)
    file = tmp_path / "export.ndjson"
    assert "cannot be made" in house.command("staff", "audit", "export", str(file), expect=3)
    whole = file.read_text(encoding="utf-8")
    for bad in (
        whole.replace('"n": 3', '"n": 4'),
        "",
        "not json\n",
        whole[:-40],
        "[1]\n",
        whole.replace('"intl"', '"x"'),
    ):
        file.write_text(bad, encoding="utf-8")
        house.command("staff", "audit", "verify", "--against", str(file), expect=3)
    house.command("staff", "audit", "verify", "--against", str(tmp_path / "none"), expect=3)
