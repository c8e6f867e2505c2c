"""The journal is broken at start: another epoch begins, the broken one is kept aside, service goes on."""

from __future__ import annotations

import json
import os
import shutil

PAGE = 4096


def flip(file, *pages):
    """Bytes of some pages change, as a bad disk would do it."""
    with file.open("r+b") as opened:
        for page in pages:
            opened.seek(page * PAGE + 100)
            byte = opened.read(1)
            opened.seek(-1, os.SEEK_CUR)
            opened.write(bytes([byte[0] ^ 0xFF]))


def halve(file):
    os.truncate(file, file.stat().st_size // 2 // PAGE * PAGE)


DAMAGES = {
    "a flipped byte in the middle": lambda file: flip(file, file.stat().st_size // PAGE // 2),
    "cut in half": halve,
    "its first page is gone": lambda file: flip(file, 0),
    "the file is gone": lambda file: file.unlink(),
}


def verified(hall):
    done = hall.command("kiosk", "journal", "verify", "--data", str(hall.data), "--json")
    return done.returncode, json.loads(done.stdout.splitlines()[0])


def test_each_damage_begins_a_new_epoch_and_the_next_person_is_served(another):
    hall = another()
    hall.start().until("C00")
    hall.serves_a_person()
    epochs = [1]
    for damage, hurt in DAMAGES.items():
        assert hall.kiosk.stop() == 0
        for suffix in ("-wal", "-shm"):
            assert not (hall.data / f"journal.db{suffix}").exists()
        size = (hall.data / "journal.db").stat().st_size
        hurt(hall.data / "journal.db")
        hall.start().until("C00")
        hall.to_pin()
        hall.happen("remove card")
        hall.kiosk.until("C00")
        opened = hall.chain(all=True)
        assert opened[0]["kind"] == "epoch-opened", damage
        epochs.append(opened[0]["epoch"])
        event = opened[1]["header"]
        assert event["event"] == "new-epoch", damage
        if damage != "the file is gone":
            aside = [file for file in hall.data.rglob("journal*") if file.stat().st_size and "journal.db" in file.name]
            assert len(aside) > 1, f"{damage}: nothing was kept aside of {size} bytes"
    hall.serves_a_person()
    assert epochs == list(range(1, len(DAMAGES) + 2))
    code, document = verified(hall)
    assert (code, document["whole"], document["epoch"]) == (0, True, epochs[-1])
    assert hall.kiosk.stop() == 0


def test_what_a_broken_journal_still_holds_reaches_the_centre_once_and_what_is_lost_is_said(another):
    hall = another()
    hall.start().until("C00")
    hall.serves_a_person()
    assert hall.kiosk.stop() == 0
    assert hall.sync()["pending"] == 0
    at_the_centre = {(row["epoch"], row["seq"]) for row in hall.records()}
    hall.start().until("C00")
    hall.serves_a_person()
    recorded = {(each["epoch"], each["seq"]) for each in hall.chain(all=True)}
    assert hall.kiosk.stop() == 0
    halve(hall.data / "journal.db")
    hall.start().until("C00")
    hall.serves_a_person()
    begun = {(each["epoch"], each["seq"]) for each in hall.chain(all=True)}
    assert hall.kiosk.stop() == 0
    told = hall.sync(code=1)
    assert told["pending"] == 0, "the new epoch is not kept back by the old one"
    assert "salvage-incomplete" in told["jobs"]["salvage"]
    rows = [(row["epoch"], row["seq"]) for row in hall.records()]
    assert len(rows) == len(set(rows))
    assert at_the_centre | begun <= set(rows) <= recorded | begun
    # said once; the centre keeps its alarm
    assert hall.sync()["complete"]
    assert [(row["epoch"], row["seq"]) for row in hall.records()] == rows
    fleet = hall.command("kiosk-gateway", "fleet", "--data", str(hall.world.gateway), "--json")
    assert [row["alarms"] for row in json.loads(fleet.stdout) if row["number"] == hall.number] == [1]
    code, document = verified(hall)
    assert (code, document["whole"], document["epoch"]) == (0, True, 2)


def test_a_data_directory_put_back_from_an_older_copy_is_noticed(another, tmp_path):
    hall = another()
    hall.start().until("C00")
    hall.serves_a_person()
    assert hall.kiosk.stop() == 0
    older = tmp_path / "journal.db"
    shutil.copy(hall.data / "journal.db", older)
    hall.start().until("C00")
    hall.serves_a_person()
    assert hall.kiosk.stop() == 0
    shutil.copy(older, hall.data / "journal.db")
    hall.start().until("C00")
    hall.serves_a_person()
    assert {each["epoch"] for each in hall.chain(all=True)} == {2}
    assert hall.kiosk.stop() == 0
