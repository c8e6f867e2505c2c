"""A disk that is carried away with everything on it: with a security chip nothing of it can be read elsewhere."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.app.directory import DataDirectory
from kiosk.app.keys import key_provider
from offline_store.connection import open_encrypted
from offline_store.errors import WrongKey
from tests.searching import files_below, found_in, spellings, spellings_of_octets
from tests.simulated_chip import SimulatedChip

LENT = ("store", "pseudonym", "terminal")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def chips(tmp_path: Path) -> Iterator[list[SimulatedChip]]:
    """The machine's own chip, and another one."""
    made: list[SimulatedChip] = []
    try:
        made += [SimulatedChip(tmp_path / "chip"), SimulatedChip(tmp_path / "another-chip")]
        yield made
    finally:
        for chip in made:
            chip.power_off()


def test_a_stolen_disk_tells_nothing_without_its_machine(another, canary, chips, tmp_path, monkeypatch):
    own, other = chips
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    hall = another(keys=("--tpm", own.tcti, "--tpm-pcrs", "0,7"))
    assert sorted(path.name for path in (hall.data / "keys").iterdir()) == [
        "pseudonym.tpm",
        "seal.tpm",
        "store.tpm",
        "terminal.tpm",
    ]
    hall.start()
    hall.at_standby()
    receipts, pages = len(hall.receipts()), len(hall.pages())
    hall.to_record("canary", canary.pin)
    hall.kiosk.look()
    hall.kiosk.until("C08", where=lambda screen: screen.body["can_print"])
    hall.press("uncover")
    hall.press("print")
    assert hall.kiosk.until("C12").body["kind"] == "done"
    hall.press("another")
    hall.kiosk.until("C07")
    # sealed by a key that never leaves the chip
    hall.kiosk.tell(choose="SI-04")
    hall.kiosk.until("C10")
    hall.press("confirm")
    assert hall.kiosk.until("C12").body["kind"] == "done"
    assert (len(hall.receipts()), len(hall.pages())) == (receipts + 1, pages + 1)
    verified = hall.command("kiosk", "certificate", "verify", str(hall.pages()[-1]), "--data", str(hall.data), "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    hall.press("another")
    hall.kiosk.until("C07")
    hall.kiosk.tell(choose="SI-02")
    hall.kiosk.until("C08")
    # in the middle of it all the power goes, and somebody carries the disk away
    hall.kiosk.kill()
    stolen = tmp_path / "stolen"
    shutil.copytree(hall.data, stolen / "data", symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
    shutil.copytree(temporary, stolen / "tmp")
    shutil.copy(hall.kiosk.log, stolen / "log")
    disk = files_below(stolen)
    names = {file.name for file in disk}
    assert {"journal.db", "journal.db-wal", "journal.head", "store.tpm", "terminal.toml", "centre.json"} <= names

    # nothing of the person, and none of the keys, is in any file
    needles = spellings([canary.name, canary.number, canary.card, canary.pin, canary.address, canary.employer])
    assert found_in(disk, needles) == []
    keys = {}
    data = DataDirectory(hall.data)
    provider = key_provider(data.load_settings(), data, quiet=True)
    for name in LENT:
        with provider.load(name) as buffer:
            keys[name] = bytes(buffer.material)
    assert found_in(disk, spellings_of_octets(keys)) == []

    # nor does anything open: with another chip, with this one in another state, with none
    settings = stolen / "data" / "terminal.toml"
    wanted = settings.read_text("utf-8")
    refusals = {}
    for way, tcti in (("another chip", other.tcti), ("no chip", "device:/dev/no-such-chip")):
        settings.write_text(wanted.replace(own.tcti, tcti), "utf-8")
        refusals[way] = refused(hall, stolen / "data", "journal verify", "sync now")
    settings.write_text(wanted, "utf-8")
    own.extend(0)
    refusals["another system on the same machine"] = refused(hall, stolen / "data", "sync status")
    assert refusals == {
        "another chip": {"KeyChipOther"},
        "no chip": {"KeyChipUnavailable"},
        "another system on the same machine": {"MachineChanged"},
    }
    settings.write_text(wanted.replace(f'tpm = "{own.tcti}"', "allow_file = true").replace("tpm_pcrs", "# "), "utf-8")
    assert refused(hall, stolen / "data", "journal verify") == {"KeyMissing"}
    for sealed in (stolen / "data" / "keys").iterdir():
        with pytest.raises(WrongKey):
            open_encrypted(stolen / "data" / "journal.db", sealed.read_bytes()[-32:])

    # at home it goes on: the same disk in its own machine, switched on again
    own.power_off()
    own.power_on()
    hall.start()
    # custody first: the card that the cut left inside
    hall.kiosk.until("C13")
    hall.leave()
    hall.serves_a_person()
    assert hall.kiosk.stop() == 0
    assert found_in([*files_below(hall.data), *files_below(temporary), hall.kiosk.log], needles) == []


def refused(hall, data: Path, *commands: str) -> set[str]:
    """Each of these commands needs a key and is refused; with what words."""
    told = set()
    for command in commands:
        done = hall.command("kiosk", *command.split(), "--data", str(data), "--json")
        assert done.returncode == 3, done.stdout + done.stderr
        error = json.loads(done.stdout)["error"]
        assert error["next"]
        told.add(error["code"])
    return told


def test_the_search_finds_what_is_there(tmp_path):
    words = ["皇甫金丝雀", "110199197904170890"]
    for number, needle in enumerate(spellings(words)):
        (tmp_path / str(number)).write_bytes(b"before" + needle + b"after")
    found = found_in(files_below(tmp_path), spellings(words))
    assert {hit.partition(":")[0] for hit in found} == {str(file) for file in files_below(tmp_path)}
    for front in ("", "x", "xy", "xyz"):
        kept = tmp_path / "kept"
        kept.write_bytes(base64.b64encode(f"{front}{words[0]} and more".encode()))
        assert found_in([kept], spellings(words))


def test_every_store_keeps_its_temporary_tables_in_memory_and_is_opened_through_one_door(tmp_path):
    with_key = open_encrypted(tmp_path / "store.db", bytes(range(32)), create=True)
    try:
        assert with_key.one("PRAGMA temp_store") == (2,)
        assert with_key.one("PRAGMA cipher_memory_security") == ("1",)
    finally:
        with_key.close()
    ours = [file for room in ("offline_store", "kiosk", "ui", "sync") for file in (ROOT / room).rglob("*.py")]
    doors = [
        file
        for file in ours
        if "gateway" not in file.parts and re.search(r"sqlcipher\.connect|sqlite3\.connect", file.read_text("utf-8"))
    ]
    assert [file.relative_to(ROOT).as_posix() for file in doors] == ["offline_store/connection.py"]
