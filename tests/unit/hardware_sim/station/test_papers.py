"""Papers and cards of the station: numbered files, and ID cards from personas."""

from pathlib import Path

import pytest

from hardware_sim import people
from hardware_sim.station.hall import id_card
from hardware_sim.station.papers import Tray


def test_papers_are_numbered_and_counted(tmp_path: Path) -> None:
    tray = Tray(tmp_path / "receipts")
    tray.keep({"txt": b"one", "png": b"picture"})
    tray.keep({"txt": b"two"})
    assert sorted(file.name for file in (tmp_path / "receipts").iterdir()) == ["001.png", "001.txt", "002.txt"]
    assert (tmp_path / "receipts" / "002.txt").read_bytes() == b"two"
    assert tray.count == 2
    assert [file.name for file in tray.newest] == ["002.txt"]


def test_a_new_station_goes_on_counting_and_destroys_nothing(tmp_path: Path) -> None:
    (tmp_path / "041.pdf").write_bytes(b"old")
    (tmp_path / "notes.txt").write_bytes(b"somebody's")
    tray = Tray(tmp_path)
    tray.keep({"pdf": b"new"})
    assert (tmp_path / "042.pdf").read_bytes() == b"new"
    assert (tmp_path / "041.pdf").read_bytes() == b"old"
    assert tray.count == 1


@pytest.mark.parametrize("key", people.persona_keys())
def test_every_persona_has_an_id_card_that_says_who_it_is(key: str) -> None:
    person = people.persona(key)
    card = id_card(person)
    assert card.text[0:30].decode("utf-16-le").rstrip() == person.name
    assert card.text[122:158].decode("utf-16-le") == person.id_number
    assert card.text[36:52].decode("utf-16-le") == f"{person.birth_date:%Y%m%d}"
    assert card.text[204:220].decode("utf-16-le").rstrip() in ("长期", f"{person.id_valid_to}".replace("-", ""))
