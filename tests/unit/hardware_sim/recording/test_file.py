"""The file: what is wrong with it is told with line, field, what stands there, and what to do."""

from pathlib import Path
from typing import Any

import pytest

from hardware_sim.meaning import Direction
from hardware_sim.recording.decoders import DECODERS
from hardware_sim.recording.file import RecordingError, read_recording
from hardware_sim.recording.wire_log import HAND, KEPT, SHOWN_BYTES, WireLog

HEADER = '{"recording":1,"seed":1,"pace":0,"a4_uri":"ipp://x/"}'
GOOD = '{"at":1,"device":"pin-pad","direction":"to","hex":"02"}'


@pytest.mark.parametrize(
    ("lines", "where", "words"),
    [
        ([], "line 1", "empty"),
        (["hello"], "line 1", "not JSON"),
        (["[1]"], "line 1", "a list of 1, not an object"),
        (['{"recording":2,"seed":1,"pace":0,"a4_uri":"x"}'], "line 1, recording", "a whole number"),
        (['{"recording":1}'], "line 1, seed", "Field required"),
        ([HEADER, "{"], "line 2", "not JSON"),
        ([HEADER, '{"at":1}'], "line 2, device", "Field required"),
        ([HEADER, GOOD.replace("pin-pad", "toaster")], "line 2, device", "a text of 7 characters"),
        ([HEADER, GOOD.replace('"02"', '"2"')], "line 2, hex", "a text of 1 characters"),
        ([HEADER, GOOD.replace('"02"', "[]")], "line 2, hex", "a list of 0"),
        ([HEADER, GOOD, '{"end":2}', GOOD], "line 4", "after the end"),
        ([HEADER, '{"at":1,"do":7}'], "line 2, do", "a whole number"),
    ],
)
def test_a_bad_file_is_told_with_the_place(tmp_path: Path, lines: list[str], where: str, words: str) -> None:
    file = tmp_path / "bad.ndjson"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(RecordingError) as wrong:
        read_recording(file)
    assert wrong.value.where == where
    assert words in wrong.value.problem
    assert wrong.value.remedy.endswith(".")


def test_a_file_that_is_none_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "binary"):
        with pytest.raises(RecordingError, match="the file"):
            read_recording(tmp_path / name)


def test_a_recording_is_written_line_by_line_for_its_owner_alone(session: Any) -> None:
    session.ask("pin-pad", b"\x02013031\x03")
    lines = session.file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert session.file.stat().st_mode & 0o777 == 0o600
    session.end()
    assert session.recorder.lines == 2


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_log_numbers_what_passed_and_forgets_the_oldest() -> None:
    log = WireLog(Watch())
    tap = log.tap("barcode-reader", DECODERS["barcode-reader"]())
    for _ in range(KEPT + 10):
        tap(Direction.FROM_DEVICE, b"x\r")
    log.did("remove card")
    entries = log.since(0)
    assert [entry.number for entry in entries] == list(range(12, KEPT + 12))
    assert (entries[-1].direction, entries[-1].piece.en) == (HAND, "remove card")
    assert [entry.number for entry in log.since(KEPT + 10)] == [KEPT + 11]
    assert len(log.since(0, 5)) == 5


def test_the_log_shows_the_beginning_of_what_is_long_and_a_listener_gets_all() -> None:
    log = WireLog(Watch())
    heard = []
    log.listen(heard.append)
    log.tap("a4-printer", DECODERS["a4-printer"]())(Direction.TO_DEVICE, bytes(5000))
    (entry,) = log.since(0)
    assert (len(entry.piece.data), entry.size) == (SHOWN_BYTES, 5000)
    assert len(heard[0].piece.data) == 5000


def test_half_a_frame_is_given_up_at_its_own_time_when_something_follows_later() -> None:
    watch = Watch()
    log = WireLog(watch)
    tap = log.tap("id-reader", DECODERS["id-reader"]())
    watch.now = 1.0
    tap(Direction.TO_DEVICE, b"\xaa\xaa\xaa\x96")
    assert log.since(0) == []
    watch.now = 9.0
    tap(Direction.TO_DEVICE, bytes.fromhex("AAAAAA9669000311FFED"))
    assert [(entry.at, entry.piece.en) for entry in log.since(0)] == [(1.0, "not finished"), (9.0, "module state")]
