"""Packages on their whole way: proposed, signed by two persons, published, fetched by the real sync process."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from sync import process
from sync.packages import current_packages, package_status

SIGNER = [sys.executable, "-m", "sync.gateway.cli", "packages"]
RULE = """[package]
kind = "rules"
name = "retirement"
version = {version}
valid_from = 2025-01-01
place = "000000"

[rule]
months = {months}
"""


@pytest.fixture(scope="module")
def centre(gateway, tmp_path_factory):
    """The gateway, with two persons who have their keys in folders of their own."""
    return People(gateway, tmp_path_factory.mktemp("people"))


class People:
    def __init__(self, gateway, folder):
        self.gateway, self.folder = gateway, folder
        (folder / "passphrase").write_text("three quiet words\n")
        for name in ("li-hua", "wang-fang"):
            self.offline("key", "new", name, "--out", str(folder / f"{name}.key"))
        self.named()

    def named(self):
        """Both are in the root that is in force or waits, whatever was withdrawn before."""
        status = self.gateway.answer("packages", "status")
        if not status["persons"] and not status["waiting"]:
            keys = (str(self.folder / f"{name}.key.pub") for name in ("li-hua", "wang-fang"))
            self.gateway.answer("packages", "init", *keys)

    def offline(self, *words, typed="", expect=0):
        """A command on a machine without a gateway."""
        command = [*SIGNER, *words, "--passphrase-file", str(self.folder / "passphrase")]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, check=False)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def rule(self, version, months):
        path = self.folder / "rule.toml"
        path.write_text(RULE.format(version=version, months=months))
        return str(path)

    def exported(self):
        folder = self.folder / f"to-sign-{time.monotonic_ns()}"
        self.gateway.answer("packages", "export-for-signing", str(folder))
        return folder

    def signed(self, folder, name, typed):
        shown = self.offline("sign", str(folder), "--key", str(self.folder / f"{name}.key"), typed=typed)
        self.gateway.answer("packages", "import-signature", str(folder / f"signature-{name}.json"))
        return shown


def test_two_persons_sign_a_rule_and_terminals_have_it(centre, gateway, terminal):
    centre.named()
    gateway.answer("packages", "propose", centre.rule(1, 12))
    folder = centre.exported()
    shown = centre.signed(folder, "li-hua", "1\n1\n")
    assert "rules/retirement" in shown
    assert "+months = 12" in shown
    assert "still to sign: wang-fang" in gateway.command("packages", "publish", expect=1)
    centre.signed(folder, "wang-fang", "1\n1\n")
    assert gateway.answer("packages", "publish") == {"published": {"root": 1, "targets": 1}}

    # this terminal enrolled before there was a root: it believes nobody until it is told
    summary = process.now(terminal.data, keys=terminal.keys)
    (run,) = [run for run in summary.runs if run.job == "packages"]
    assert (run.word, run.detail) == ("done", "no-package-root")
    root = centre.folder / "root.json"
    gateway.answer("packages", "export-root", str(root))
    from sync.packages import lay_root

    lay_root(terminal.data, root.read_bytes())
    assert process.now(terminal.data, keys=terminal.keys).complete
    (package,) = current_packages(terminal.data)
    assert (package.kind, package.name, package.version, package.state) == ("rules", "retirement", 1, "in-force")
    assert b"months = 12" in package.path.read_bytes()

    # the next version, fetched by the process that runs for ever
    gateway.answer("packages", "propose", centre.rule(2, 13))
    folder = centre.exported()
    shown = centre.signed(folder, "wang-fang", "2\n")
    assert "-months = 12" in shown
    assert "+months = 13" in shown
    centre.signed(folder, "li-hua", "2\n")
    gateway.answer("packages", "publish")
    command = (
        "import sys; from pathlib import Path; from offline_store.keys import KeyFiles; from sync import process\n"
    )
    command += "d = Path(sys.argv[1]); k = KeyFiles(d / 'keys', allow_file=True, warn=lambda w: None)\n"
    command += "process.run(d, keys=k)"
    running = subprocess.Popen([sys.executable, "-c", command, str(terminal.data)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):
            if [one.version for one in current_packages(terminal.data)] == [2]:
                break
            assert running.poll() is None
            time.sleep(0.02)
    finally:
        running.terminate()
        assert running.wait(20) == 0
    assert [one.version for one in current_packages(terminal.data)] == [2]
    status = process.status(terminal.data, keys=terminal.keys)
    assert status.packages.state == "in-force"
    assert status.packages.list_version == 2

    # a terminal that enrols now is told the root with the rest
    later = type(terminal)(terminal.data.parent / "later", "W8001")
    later.enrol(gateway.url, gateway.answer("enrol", "W8001")["code"])
    assert package_status(later.data).root_laid
    with later.journal():
        pass
    process.now(later.data, keys=later.keys)
    assert [one.version for one in current_packages(later.data)] == [2]


def test_a_person_who_types_another_version_has_signed_nothing(centre, gateway):
    centre.named()
    gateway.answer("packages", "propose", centre.rule(9, 1))
    folder = centre.exported()
    said = centre.offline("sign", str(folder), "--key", str(centre.folder / "li-hua.key"), typed="yes\n" * 2, expect=1)
    assert "Not signed" in said
    assert not list(folder.glob("signature-*"))
    gateway.answer("packages", "withdraw")
    assert json.loads(gateway.command("packages", "status", "--json"))["waiting"] == []


def test_commands_say_what_is_wrong_and_what_to_do(centre, gateway, tmp_path):
    gateway.answer("packages", "withdraw")
    assert "Next" not in gateway.command("packages", "publish", expect=1)
    root = gateway.answer("packages", "status")["persons"]
    wanted = "propose FILE" if root else "packages init"
    assert wanted in gateway.command("packages", "export-for-signing", str(tmp_path / "x"), expect=1)
    centre.named()
    plain = tmp_path / "plain.toml"
    plain.write_text("a = 1\n")
    assert "[package]" in gateway.command("packages", "propose", str(plain), expect=2)
    plain.write_text(RULE.format(version=0, months=1))
    assert "rises with every change" in gateway.command("packages", "propose", str(plain), expect=2)
    assert "public key" in gateway.command("packages", "init", str(plain), str(plain), expect=2)
    wrong = tmp_path / "passphrase"
    wrong.write_text("not the right words")
    gateway.answer("packages", "propose", centre.rule(9, 1))
    said = gateway.command("packages", "propose", expect=1)
    assert "waits for signatures" in said
    assert "--replace" in said
    plain.write_text(RULE.format(version=9, months=1).partition("[rule]")[0])
    assert "only the table [package]" in gateway.command("packages", "propose", str(plain), expect=2)
    gateway.answer("packages", "propose", "--replace", centre.rule(9, 1))
    folder = centre.exported()
    version = gateway.answer("packages", "status")["waiting"][0]["version"]
    done = subprocess.run(
        [*SIGNER, "sign", str(folder), "--key", str(centre.folder / "li-hua.key"), "--passphrase-file", str(wrong)],
        input=f"{version}\n" * 2, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "passphrase" in done.stderr
    gateway.answer("packages", "withdraw")
