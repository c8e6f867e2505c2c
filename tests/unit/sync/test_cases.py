"""Cases and later results: the clerk counts from the capture, and the terminal learns what was decided and mended."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from typer.testing import CliRunner

from offline_store.chain import ChainEntry
from sync.gateway.cli import app
from sync.gateway.house import make_house
from sync.gateway.overview import record
from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.store import EnrolledTerminal
from sync.protocol.messages import Application, Results, parse

APPLIED = Application(
    item="CRD-07", id_number="110199198803120233", card_number="A00000011", local_number="T0001-1-2",
    content=(("原因", "遗失"),),
).to_wire()  # fmt: skip


def results(terminal, after=0):
    return parse(Results, terminal.get(f"/v1/results?after={after}").body).results


def applied(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    act = terminal.append("act", APPLIED)
    return terminal, act


def test_an_application_opens_a_case_whose_number_the_terminal_learns(hall):
    terminal, act = applied(hall)
    terminal.upload()
    assert hall.process() == (2, 0)
    opening, result = results(terminal)
    assert opening.case_number is None
    assert result.case_number == f"CRD-07-{act.at[:10].replace('-', '')}-{act.hash[:5].hex()}"
    assert (result.decision, result.correction) == (None, None)


def test_days_without_a_network_never_change_when_an_act_was_submitted(hall):
    terminal, act = applied(hall)
    hall.clock.forward(days=9)
    terminal.upload()
    hall.clock.forward(hours=5)
    hall.process()
    shown = record(hall.store.records(9)[1], reveal=False)
    assert shown["submitted_at"] == act.at
    assert shown["received_at"] > shown["submitted_at"]
    case = hall.store.cases.case(shown["case_number"])
    assert (case.submitted_at, case.received_at) == (act.at, shown["received_at"])
    assert case.opened_at > case.received_at
    assert shown["act"]["content"] == "1 lines"


def test_a_decision_comes_as_a_later_result_of_the_same_item(hall):
    terminal, act = applied(hall)
    terminal.upload()
    hall.process()
    number = results(terminal)[1].case_number
    with hall.store.transaction():
        case = hall.store.cases.case(number)
        assert hall.store.cases.decide(case, "approved", "2026-11-23T00:00:00.000Z") == 3
    (decided,) = results(terminal, after=2)
    assert (decided.seq, decided.decision, decided.case_number, decided.correction) == (
        act.seq, "approved", case.number, None,
    )  # fmt: skip
    assert decided.hash == act.hash
    assert record(hall.store.records(9)[1], reveal=False)["decision"] == "approved"


def test_a_correction_names_what_it_corrects_and_the_first_result_stays(hall):
    terminal, _ = applied(hall)
    terminal.upload()
    hall.process()
    with hall.store.transaction():
        wrong = hall.store.cases.result("T0001", 2)
        hall.store.cases.correct("T0001", wrong, "refused", "not-entitled", "2026-11-23T00:00:00.000Z")
        assert hall.store.cases.result("T0002", 2) is None
    first, later = results(terminal)[1:]
    assert (first.n, first.state) == (2, "accepted")
    assert (later.n, later.state, later.reason, later.correction) == (3, "refused", "not-entitled", 2)
    assert hall.store.records(9)[1].state == "refused"
    assert hall.store.fleet()[0].refused == 1


def test_a_gateway_that_lost_its_last_day_gives_the_same_case_the_same_number_again(hall):
    terminal, _ = applied(hall)
    terminal.upload()
    hall.process()
    number = results(terminal)[1].case_number
    with hall.store.transaction():
        for emptied in ("DELETE FROM opened_case", "DELETE FROM act", "DELETE FROM result"):
            hall.store.run(emptied)
        for seq in (1, 2):
            hall.store.run("INSERT INTO pending (terminal, epoch, seq) VALUES ('T0001', 1, ?)", (seq,))
    hall.process()
    assert results(terminal)[1].case_number == number


def test_results_and_acts_of_an_earlier_release_come_along(tmp_path):
    """The tables as 001 made them, with a row in each, opened by this release."""
    SqliteStore(tmp_path, create=True).close()
    with closing(sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)) as old:
        old.executescript(
            "DROP TABLE result; DROP TABLE act; DROP TABLE opened_case;"
            "DELETE FROM schema_step WHERE name = '009-cases-and-corrections';"
            "CREATE TABLE result (terminal TEXT NOT NULL, n INTEGER NOT NULL, epoch INTEGER NOT NULL,"
            " seq INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT, processed_at TEXT NOT NULL,"
            " PRIMARY KEY (terminal, n), UNIQUE (terminal, epoch, seq)) WITHOUT ROWID;"
            "CREATE TABLE act (terminal TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
            " type TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (terminal, epoch, seq));"
            "INSERT INTO terminal VALUES ('T0001', NULL);"
            "INSERT INTO chain VALUES ('T0001', 1, 1, 'act', '2026-01-01T00:00:00.000Z', x'7b7d', x'00', NULL, x'01',"
            " '2026-01-05T00:00:00.000Z');"
            "INSERT INTO result VALUES ('T0001', 1, 1, 1, 'accepted', NULL, '2026-01-05T00:00:01.000Z');"
            "INSERT INTO act VALUES ('T0001', 1, 1, 'record-query', '{}');"
        )
    with closing(SqliteStore(tmp_path)) as store:
        (row,) = store.records(9)
        assert (row.state, row.submitted_at, row.received_at) == (
            "accepted", "2026-01-01T00:00:00.000Z", "2026-01-05T00:00:00.000Z",
        )  # fmt: skip
        (result,) = store.results_after("T0001", 0, 9)
        assert (result.n, result.state, result.case_number, result.correction) == (1, "accepted", None, None)
        assert json.loads(row.act) == {}


def test_two_applications_whose_hashes_begin_alike_get_two_numbers_and_processing_goes_on(hall):
    terminal, first = applied(hall)
    second = terminal.append("act", APPLIED)
    terminal.upload()
    # a terminal that was taken over can look for two such hashes; here the store is told so
    alike = first.hash[:5] + bytes(27)
    with hall.store.transaction():
        hall.store.run("UPDATE chain SET hash = ? WHERE seq = ?", (alike, second.seq))
    assert hall.process() == (3, 0)
    numbers = [result.case_number for result in results(terminal)[1:]]
    assert numbers[0] == f"CRD-07-{first.at[:10].replace('-', '')}-{first.hash[:5].hex()}"
    assert numbers[1].startswith(numbers[0] + "0000")
    assert all(hall.store.cases.case(number) is not None for number in numbers)


def test_an_item_with_the_longest_name_leaves_its_terminal_a_feed_that_can_be_read(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    terminal.append("act", APPLIED.replace(b"CRD-07", b"I" * 64))
    terminal.upload()
    assert hall.process() == (2, 0)
    number = results(terminal)[1].case_number
    assert len(number) == 64
    assert hall.store.cases.case(number).item == "I" * 64


def test_a_decision_that_no_result_may_carry_is_not_taken(tmp_path):
    house = make_house(tmp_path / "gateway")
    entry = ChainEntry("T0001", 1, 1, "act", "2026-11-22T00:00:00.000Z", b"{}", bytes(32), None, bytes(32))
    with house.store.transaction():
        house.store.enrol(EnrolledTerminal("T0001", b"k", "f", b"s", entry.at, None), b"code", b"")
        house.store.receive(entry, None, entry.at)
        number = house.store.cases.open(entry, "CRD-07", entry.at)
        house.store.add_result(entry, "accepted", None, entry.at, number)
    house.store.close()
    for word, code in (("-approved", 2), ("a" * 65, 2), ("\u00e4", 2), ("", 2), ("not-approved", 0)):
        done = CliRunner().invoke(app, ["decide", "--data", str(house.folder), "--", number, word])
        assert done.exit_code == code, (word, done.output)
    with closing(sqlite3.connect(house.folder / "gateway.db")) as db:
        assert db.execute("SELECT decision FROM result ORDER BY n").fetchall() == [(None,), ("not-approved",)]
