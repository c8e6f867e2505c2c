"""`kiosk diagnose` names the suite of algorithms in use and what computes it, and sees when the centre's is another."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from rich.console import Console

from kiosk.diagnostics import shown
from kiosk.diagnostics.crypto import CryptoReading, crypto
from kiosk.diagnostics.findings import Found, Part
from kiosk.diagnostics.judging import report
from kiosk.diagnostics.machine_reading import read_crypto
from kiosk.diagnostics.report import Health, Report
from kiosk.settings import SettingsError, load
from offline_store.errors import KeyMissing
from offline_store.keys import KeyFiles, KeyPlace
from sync.protocol.suites import SUITE_NAMES, suite
from tests.trusting import PRIVATE_KEY, trusting


def key_files(data):
    return KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None)


def shown_in(language, document):
    told = report("T0001", "1.0", "2026-11-22T10:00:00+08:00", {Part.DISK: Found()}, {}, document)
    console = Console(file=io.StringIO(), width=116, color_system=None, highlight=False)
    console.print(shown.overview(told, language))
    return console.file.getvalue()


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_a_key_in_a_file_is_software_in_either_suite(tmp_path, name):
    trusting(tmp_path, name)
    key_files(tmp_path).create("terminal", PRIVATE_KEY)
    reading = read_crypto(tmp_path, name, lambda: key_files(tmp_path))
    assert reading == CryptoReading(name, name, "software")


@dataclass
class Module:
    """A provider whose signing key never leaves it."""

    signs: object
    place: KeyPlace = KeyPlace.TPM
    warning: None = None

    def load(self, name, *, length=None):
        raise KeyMissing(name, "there is no such key")

    def create(self, name, material):
        return False

    def replace(self, name, by):
        raise KeyMissing(by, "there is no such key")

    def destroy(self, name):
        return False

    def make_signer(self, name, suite):
        return False

    def signer(self, name):
        return self.signs if name == "terminal" else None


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_a_key_that_never_leaves_its_module_is_called_so(tmp_path, name):
    trusting(tmp_path, name)
    signer = suite(name).signer(PRIVATE_KEY)
    assert read_crypto(tmp_path, name, lambda: Module(signer)).back_end == "module"


def test_without_enrolment_or_key_the_rest_is_still_told(tmp_path):
    assert read_crypto(tmp_path, "sm", lambda: key_files(tmp_path)) == CryptoReading("sm", None, None)
    trusting(tmp_path, "sm")
    assert read_crypto(tmp_path, "sm", lambda: key_files(tmp_path)) == CryptoReading("sm", "sm", None)


def test_one_line_says_it_in_both_languages():
    document = crypto(CryptoReading("sm", "sm", "software"))
    assert "密码套件：商用密码 sm（SM2 · SM3 · SM4-GCM），软件实现" in shown_in("zh", document)
    assert "Crypto suite: sm (SM2 · SM3 · SM4-GCM), in software" in shown_in("en", document)
    assert "Crypto suite: intl (Ed25519 · SHA-256 · AES-256-GCM), by a key module" in shown_in(
        "en", crypto(CryptoReading("intl", "intl", "module"))
    )


def test_programs_read_it_in_the_document():
    document = crypto(CryptoReading("sm", "sm", None))
    told = report("T0001", "1.0", "2026-11-22T10:00:00+08:00", {}, {}, document)
    again = Report.model_validate_json(told.model_dump_json())
    assert again.crypto is not None
    assert (again.crypto.suite, again.crypto.back_end) == ("sm", None)
    assert (again.crypto.signature, again.crypto.digest, again.crypto.sealing) == ("sm2-sm3", "sm3", "SM2 SM4-GCM")
    assert told.verdict is Health.WELL


def test_another_suite_than_the_centres_is_ill_and_says_what_to_do():
    document = crypto(CryptoReading("intl", "sm", "software"))
    assert document.next is not None
    told = report("T0001", "1.0", "2026-11-22T10:00:00+08:00", {Part.DISK: Found()}, {}, document)
    assert told.verdict is Health.ILL
    text = shown_in("en", document)
    assert "set it to sm" in text
    assert "1 ill" in text


def test_the_settings_choose_and_know_two_suites(tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text('terminal = "T0001"\n', "utf-8")
    assert load(file).crypto.suite == "intl"
    file.write_text('terminal = "T0001"\n[crypto]\nsuite = "sm"\n', "utf-8")
    assert load(file).crypto.suite == "sm"
    file.write_text('terminal = "T0001"\n[crypto]\nsuite = "rsa"\n', "utf-8")
    with pytest.raises(SettingsError, match=r"crypto\.suite"):
        load(file)
