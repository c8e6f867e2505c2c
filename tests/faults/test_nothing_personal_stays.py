"""Planted names, numbers and PIN go through a session; afterwards they are in no file and no word of the terminal."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.searching import files_below, found_in, spellings


def test_nothing_of_a_person_is_left_in_files_logs_or_temporary_files(hall, canary, tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    hall.kiosk.stop()
    monkeypatch.setenv("TMPDIR", str(temporary))
    log = hall.kiosk.log
    hall.start()
    with (tmp_path / "sync.log").open("wb") as said:
        sync = subprocess.Popen(
            [hall.program("kiosk"), "sync", "run", "--data", str(hall.data)],
            stdout=said,
            stderr=said,
            env=hall.environment,
        )
    try:
        hall.at_standby()
        hall.to_pin("canary")
        hall.kiosk.tell(pin="111111")
        hall.kiosk.until("C05", where=lambda screen: screen.body["notice"])
        hall.kiosk.tell(pin=canary.pin)
        hall.kiosk.until("C07")
        receipts, pages = len(hall.receipts()), len(hall.pages())
        hall.kiosk.tell(choose="SI-02")
        hall.kiosk.look()
        hall.kiosk.until("C08", where=lambda screen: screen.body["can_print"])
        hall.press("uncover")
        hall.press("print")
        assert hall.kiosk.until("C12").body["kind"] == "done"
        hall.press("another")
        hall.kiosk.until("C07")
        hall.kiosk.tell(choose="SI-04")
        hall.kiosk.until("C10")
        hall.press("confirm")
        assert hall.kiosk.until("C12").body["kind"] == "done"
        assert (len(hall.receipts()), len(hall.pages())) == (receipts + 1, pages + 1)
        needles = spellings([canary.name, canary.number, canary.card, canary.pin, canary.address, canary.employer])
        # in the middle of the session: what is on the disk now would survive a power cut
        during = found_in([*files_below(hall.data), log, tmp_path / "sync.log"], needles)
        hall.press("finish")
        hall.kiosk.until("C13")
        hall.leave()
        assert hall.sync()["pending"] == 0
    finally:
        sync.terminate()
        sync.wait(20)
    for process in (hall.kiosk.process.pid,):
        words = Path(f"/proc/{process}/cmdline").read_bytes() + Path(f"/proc/{process}/environ").read_bytes()
        assert not [what for needle, what in needles.items() if needle in words]
    after = found_in([*files_below(hall.data), *files_below(temporary), log, tmp_path / "sync.log"], needles)
    assert during + after == []
    assert {"journal.db"} <= {file.name for file in files_below(hall.data)}
    # the search finds what is there: the paper has the name in full, and the centre the number
    assert (tmp_path / "sync.log").stat().st_size
    control = tmp_path / "control"
    control.write_text(f"{canary.name} {canary.pin}", "utf-8")
    assert len(found_in([control], needles)) == 2
    acts = [row["act"] for row in hall.records("--limit", "100000", "--reveal") if row["act"]]
    assert canary.number in {act["id_number"] for act in acts}
    shown = " ".join(str(screen.shown) for screen in hall.kiosk.screens)
    assert not [word for word in (canary.name, canary.number, canary.card, canary.pin) if word in shown], (
        "screens mask names and numbers, and a PIN is only counted"
    )
    assert hall.kiosk.stop() == 0
    assert found_in([*files_below(hall.data), *files_below(temporary), log], needles) == []
