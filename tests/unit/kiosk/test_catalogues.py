"""What stands in tables: texts, faults, items, settings. Each table is complete, and what uses it finds it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import kiosk
from drivers.errors import all_codes
from kiosk.app.rules import rules_for
from kiosk.catalogue.entries import entries
from kiosk.events import Device
from kiosk.faults import CATALOGUE, card_fault, fault_of, notice
from kiosk.local_number import LocalNumber, check_character
from kiosk.settings import Settings, SettingsError, load
from kiosk.text import bilingual, text, verbatim
from kiosk.texts import catalogue, places, render

SOURCES = list(Path(kiosk.__file__).parent.rglob("*.py"))
USED = re.compile(r'\btext\(\s*"([a-z][A-Za-z0-9_.-]*)"')


def test_every_text_the_core_uses_stands_in_the_catalogue():
    used = {id for path in SOURCES for id in USED.findall(path.read_text("utf-8"))}
    assert len(used) > 60
    assert used <= set(catalogue())


@pytest.mark.parametrize("id", sorted(catalogue()))
def test_both_languages_of_a_text_say_something_about_the_same_facts(id):
    sentences = catalogue()[id]
    assert sentences["zh"].strip()
    assert sentences["en"].strip()
    assert places(sentences["zh"]) == places(sentences["en"])


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_fault_says_what_happened_and_what_to_do_in_both_languages(code):
    shown = notice(code)
    for language in ("zh", "en"):
        assert render(shown.title, language)
        assert render(shown.advice, language)
    assert CATALOGUE[code].staff
    assert CATALOGUE[code].severity in {"P1", "P2", "P3", "P4"}


def test_every_fault_a_card_can_meet_has_a_code():
    for kind in all_codes().values():
        error = kind("card_reader", command="select", sw="6F00") if kind.__name__ == "Refused" else kind("card_reader")
        assert card_fault(error) in CATALOGUE


@pytest.mark.parametrize("device", list(Device))
def test_every_device_that_cannot_say_how_it_is_has_a_code(device):
    assert fault_of(RuntimeError(), device) in CATALOGUE


def test_every_item_has_a_machine_a_basis_and_texts():
    rules = rules_for(Settings(terminal="T001"), "boot")
    assert set(rules.machines) == set(entries())
    for entry in entries().values():
        assert entry.basis
        assert render(entry.title, "zh")
        assert len(render(entry.title, "zh")) <= 12
        assert render(entry.subtitle, "en")
        assert entry.official_basic_code == ""


def test_a_missing_fact_is_a_bug_and_raises():
    with pytest.raises(KeyError):
        render(text("pin.wrong"), "zh")


def test_values_and_sentences_from_data_need_no_catalogue():
    assert render(verbatim("0011"), "en") == "0011"
    assert render(bilingual("是", "yes"), "en") == "yes"


def test_a_mistyped_local_number_is_found():
    number = LocalNumber.of("T001", date(2026, 11, 22), 1, 42).text
    assert LocalNumber.parse(number.lower()).text == number
    for place, character in enumerate(number):
        if character.isalnum():
            other = "7" if character != "7" else "3"
            with pytest.raises(ValueError, match="local number"):
                LocalNumber.parse(number[:place] + other + number[place + 1 :])


def test_the_check_character_is_that_of_the_standard():
    # ISO 7064 MOD 37,36, worked by hand for "A12425GABC1234002" (the Global Release Identifier's own sample): M
    assert check_character("A12425GABC1234002") == "M"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("terminal = 1", "terminal"),
        ('terminal = "t1"', "terminal"),
        ('terminal = "T001"\nsurprise = 1', "surprise"),
        ('terminal = "T001"\n[timeouts]\nattract = -1', "timeouts.attract"),
        ('terminal = "T001"\n[panel]\ndiagonal_inch = 3', "panel.diagonal_inch"),
        ("terminal = ", "not TOML"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_its_file(tmp_path, content, field):
    file = tmp_path / "terminal.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match=re.escape(field)) as refused:
        load(file)
    assert str(file) in str(refused.value)
    assert "correct" in refused.value.remedy
    assert str(file) in refused.value.remedy
    assert "provision" not in refused.value.remedy


@pytest.mark.parametrize(
    "content", [b'terminal = "T001"\n\n[place\n', b'terminal = "T001"\n\ncity = "\xff"\n'], ids=["no TOML", "no text"]
)
def test_settings_that_are_not_toml_name_the_line(tmp_path, content):
    file = tmp_path / "terminal.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="line 3"):
        load(file)


def test_a_terminal_without_settings_says_what_to_do(tmp_path):
    with pytest.raises(SettingsError, match="does not exist") as refused:
        load(tmp_path / "terminal.toml")
    assert "kiosk provision" in refused.value.remedy
