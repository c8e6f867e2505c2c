"""The snapshot: loaded whole or not at all, read in one transaction, dated, and gone when its lease ends."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import timestamp
from offline_store.connection import open_encrypted
from offline_store.errors import (
    CountsDiffer,
    LeaseExpired,
    NoSnapshot,
    RowRefused,
    StoreBroken,
    StoreBusy,
    StoreError,
    StoreRefused,
    WrongKey,
)
from offline_store.schema import (
    SNAPSHOT_ROWS,
    BenefitRow,
    CardRow,
    CaseRow,
    ContributionRow,
    EnrolmentRow,
    Manifest,
    PersonRow,
    RowError,
    SnapshotRow,
    columns,
    from_record,
    to_record,
)
from offline_store.snapshot import Fact, Snapshot, build_generation, mark_damaged, remove_old_generations
from offline_store.snapshot.tables import CREATE

KEY = bytes(range(32))
AS_OF = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
NOW = AS_OF + timedelta(hours=10)
WORKER, PENSIONER = "110105198803120013", "110105195001010026"

ROWS: list[SnapshotRow] = [
    PersonRow(WORKER, "张三", "1", "01", "1988-03-12", "worker", "110105", "13800000000"),
    PersonRow(PENSIONER, "李四", "2", "01", "1950-01-01", "pensioner", "110105", None),
    CardRow("A00000011", WORKER, "normal", "2024-01-01", "2034-01-01", "110105", "示例银行", "4321"),
    CardRow("A0000001X", WORKER, "cancelled", "2014-01-01", "2024-01-01", "110105", None, None),
    CardRow("A00000022", PENSIONER, "normal", "2020-01-01", "2030-01-01", "110105", None, None),
    EnrolmentRow(WORKER, "110", "110105", "active", "2012-07-01", "示例公司", 171),
    EnrolmentRow(WORKER, "310", "110105", "active", "2012-07-01", "示例公司", 171),
    *(
        ContributionRow(WORKER, kind, f"2026-{month:02}", "示例公司", 800000, 64000, 128000, "paid")
        for kind in ("110", "310")
        for month in range(1, 11)
    ),
    BenefitRow(PENSIONER, "pension", "2010-01", 356700, "paying", "8765", "2027-01-31"),
    CaseRow("C-2026-1", WORKER, "CRD-01", "in production", "2026-11-20T01:00:00.000Z"),
    CaseRow("C-2026-2", WORKER, "SI-12", "accepted", "2026-11-21T01:00:00.000Z"),
]


def manifest(generation: int = 1, rows: Iterable[SnapshotRow] = ROWS, **changes: Any) -> Manifest:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.TABLE] = counts.get(row.TABLE, 0) + 1
    made = Manifest(
        generation=generation,
        as_of=timestamp(AS_OF),
        expires=timestamp(AS_OF + timedelta(days=30)),
        area="110105",
        origin="演示中心",
        counts=counts,
        cursor="c-17",
    )
    return replace(made, **changes)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "snapshot"


@pytest.fixture
def loaded(root: Path) -> Snapshot:
    build_generation(root, KEY, manifest(), ROWS)
    return Snapshot(root, KEY)


def test_a_person_is_found_by_id_number_and_by_card_number(loaded: Snapshot) -> None:
    with loaded.open_session(NOW) as session:
        assert session.person(WORKER).value == ROWS[0]
        assert session.person_of_card("A00000022").value == ROWS[1]
        assert session.card("A00000011").value == ROWS[2]
        assert [card.number for card in session.cards(WORKER).value] == ["A00000011", "A0000001X"]


def test_every_table_reads_back_as_its_typed_rows(loaded: Snapshot) -> None:
    with loaded.open_session(NOW) as session:
        assert session.enrolments(WORKER).value == tuple(row for row in ROWS if isinstance(row, EnrolmentRow))
        assert session.contributions(WORKER).value == tuple(row for row in ROWS if isinstance(row, ContributionRow))
        assert session.benefits(PENSIONER).value == tuple(row for row in ROWS if isinstance(row, BenefitRow))
        assert [case.number for case in session.cases(WORKER).value] == ["C-2026-2", "C-2026-1"]
        assert session.case("C-2026-1").value.state == "in production"  # type: ignore[union-attr]


def test_contributions_are_narrowed_by_kind_and_months_both_included(loaded: Snapshot) -> None:
    with loaded.open_session(NOW) as session:
        rows = session.contributions(WORKER, kind="110", first="2026-03", last="2026-05").value
    assert [(row.kind, row.month) for row in rows] == [("110", "2026-03"), ("110", "2026-04"), ("110", "2026-05")]


def test_every_fact_has_an_origin_and_a_date_and_so_has_an_absence(loaded: Snapshot) -> None:
    nobody = "110105199901010016"
    with loaded.open_session(NOW) as session:
        assert session.person(nobody) == Fact(None, "演示中心", timestamp(AS_OF))
        assert session.contributions(nobody) == Fact((), "演示中心", timestamp(AS_OF))
        assert session.person(WORKER).as_of == timestamp(AS_OF)


def test_nobody_else_is_found_by_a_card_number_that_does_not_exist(loaded: Snapshot) -> None:
    with loaded.open_session(NOW) as session:
        assert session.person_of_card("A99999999").value is None


def test_without_a_snapshot_the_answer_is_a_typed_one(root: Path) -> None:
    with pytest.raises(NoSnapshot):
        Snapshot(root, KEY).open_session(NOW)


def test_the_lease_holds_to_its_last_moment_and_not_a_millisecond_longer(loaded: Snapshot) -> None:
    end = AS_OF + timedelta(days=30)
    loaded.open_session(end - timedelta(milliseconds=1)).close()
    with pytest.raises(LeaseExpired) as expired:
        loaded.open_session(end)
    assert expired.value.facts["expires"] == timestamp(end)
    assert loaded.manifest().expires == timestamp(end)


def test_a_clock_before_the_data_is_no_way_around_the_lease(loaded: Snapshot) -> None:
    with pytest.raises(LeaseExpired, match="clock"):
        loaded.open_session(AS_OF - timedelta(seconds=1))


def test_a_session_keeps_its_generation_while_a_new_one_is_loaded(loaded: Snapshot, root: Path) -> None:
    changed: list[SnapshotRow] = [replace(ROWS[0], name="张三丰"), *ROWS[1:]]
    session = loaded.open_session(NOW)
    build_generation(root, KEY, manifest(2), changed)
    assert remove_old_generations(root) == ()
    assert session.person(WORKER).value.name == "张三"  # type: ignore[union-attr]
    assert session.manifest.generation == 1
    with loaded.open_session(NOW) as later:
        assert later.person(WORKER).value.name == "张三丰"  # type: ignore[union-attr]
    session.close()
    assert remove_old_generations(root) == (1,)
    assert sorted(path.name for path in root.iterdir()) == ["current", "snapshot-2"]


def test_a_closed_session_lets_go_even_after_an_exception(loaded: Snapshot, root: Path) -> None:
    with pytest.raises(ArithmeticError), loaded.open_session(NOW):
        raise ArithmeticError
    build_generation(root, KEY, manifest(2), ROWS)
    assert remove_old_generations(root) == (1,)


def test_rows_may_come_in_any_order(root: Path) -> None:
    mixed = [*ROWS]
    random.Random(5).shuffle(mixed)
    built = build_generation(root, KEY, manifest(), iter(mixed))
    assert built.counts == {"person": 2, "card": 3, "enrolment": 2, "contribution": 20, "benefit": 1, "case_": 2}


@pytest.mark.parametrize(
    ("offered", "error"),
    [
        (ROWS[:-1], CountsDiffer),
        ([*ROWS, replace(ROWS[1], id_number="110105195001010034")], CountsDiffer),
        ([*ROWS[:-1], replace(ROWS[-1], id_number="110105199901010016")], CountsDiffer),
        ([*ROWS[:-1], ROWS[-2]], RowRefused),
    ],
    ids=["one row short", "one row too many", "a row of nobody", "the same row twice"],
)
def test_a_load_that_is_not_what_the_manifest_says_switches_nothing(
    loaded: Snapshot, root: Path, offered: list[SnapshotRow], error: type[StoreError]
) -> None:
    with pytest.raises(error):
        build_generation(root, KEY, manifest(2), offered)
    assert loaded.manifest().generation == 1
    assert sorted(path.name for path in root.iterdir()) == ["current", "snapshot-1"]


def test_a_source_that_breaks_off_switches_nothing(loaded: Snapshot, root: Path) -> None:
    def broken() -> Iterable[SnapshotRow]:
        yield from ROWS[:4]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        build_generation(root, KEY, manifest(2), broken())
    assert loaded.manifest().generation == 1
    assert not (root / "snapshot-2").exists()


@pytest.mark.parametrize("generation", [1, 2])
def test_an_older_or_equal_generation_is_refused(root: Path, generation: int) -> None:
    build_generation(root, KEY, manifest(2), ROWS)
    with pytest.raises(StoreRefused, match="not newer"):
        build_generation(root, KEY, manifest(generation), ROWS)


def test_a_load_goes_over_what_a_killed_load_left(root: Path) -> None:
    (root / "snapshot-3").mkdir(parents=True)
    (root / "snapshot-3" / "people.db").write_bytes(b"half")
    (root / "snapshot-3" / "people.db-wal").write_bytes(b"half")
    build_generation(root, KEY, manifest(3), ROWS)
    with Snapshot(root, KEY).open_session(NOW) as session:
        assert session.person(WORKER).value is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"as_of": "yesterday"},
        {"expires": "2026-12-21"},
        {"expires": "2026-11-21T15:00:00.000Z"},
        {"generation": 0},
        {"counts": {"people": 1}},
        {"counts": {"person": -1}},
        {"area": ""},
    ],
    ids=str,
)
def test_a_malformed_manifest_is_refused_before_anything_is_made(root: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(RowError):
        build_generation(root, KEY, manifest(**changes), ROWS)
    assert not root.exists()


def test_a_wrong_key_is_told_so(loaded: Snapshot, root: Path) -> None:
    with pytest.raises(WrongKey):
        Snapshot(root, bytes(32)).open_session(NOW)


def break_open(loaded: Snapshot, root: Path, flip: Callable[[Path, int, int], None], generation: int) -> None:
    """One bit of the present generation turns, and who opens it is told."""
    flip(root / f"snapshot-{generation}" / "people.db", 200, 0)
    with pytest.raises(StoreBroken):
        loaded.open_session(NOW)


def test_a_damaged_snapshot_is_broken_and_a_new_load_mends_it(
    loaded: Snapshot, root: Path, flip: Callable[[Path, int, int], None]
) -> None:
    break_open(loaded, root, flip, 1)
    build_generation(root, KEY, manifest(2), ROWS)
    with loaded.open_session(NOW) as session:
        assert session.person(WORKER).value is not None


def test_a_damaged_generation_can_be_loaded_again_under_its_own_number(loaded: Snapshot, root: Path) -> None:
    (root / "snapshot-1" / "people.db").write_bytes(b"x" * 8192)
    with pytest.raises(StoreBroken):
        loaded.open_session(NOW)
    mark_damaged(root)
    build_generation(root, KEY, manifest(1), ROWS)
    with loaded.open_session(NOW) as session:
        assert session.person(WORKER).value is not None


def test_a_generation_that_was_given_up_gives_nothing_and_lets_no_older_one_come(
    loaded: Snapshot, root: Path, flip: Callable[[Path, int, int], None]
) -> None:
    build_generation(root, KEY, manifest(2), ROWS)
    break_open(loaded, root, flip, 2)
    loaded.give_up()
    with pytest.raises(NoSnapshot, match="loaded anew"):
        loaded.open_session(NOW)
    with pytest.raises(StoreRefused, match="not newer"):
        build_generation(root, KEY, manifest(1), ROWS)
    build_generation(root, KEY, manifest(2), ROWS)
    with loaded.open_session(NOW) as session:
        assert session.person(WORKER).value is not None
    with pytest.raises(StoreRefused, match="not newer"):
        build_generation(root, KEY, manifest(2), ROWS)


def test_whoever_gives_a_generation_up_too_late_takes_nothing_from_the_next(
    loaded: Snapshot, root: Path, flip: Callable[[Path, int, int], None]
) -> None:
    break_open(loaded, root, flip, 1)
    build_generation(root, KEY, manifest(2), ROWS)
    loaded.give_up()
    with loaded.open_session(NOW) as session:
        assert session.manifest.generation == 2


@pytest.mark.parametrize("there", [None, b"{"])
def test_where_no_generation_is_said_to_be_present_there_is_none_to_give_up(root: Path, there: bytes | None) -> None:
    mark_damaged(root)
    root.mkdir()
    if there is not None:
        (root / "current").write_bytes(there)
    mark_damaged(root)
    assert [each.read_bytes() for each in root.iterdir()] == ([] if there is None else [there])


def test_a_generation_that_is_read_is_not_loaded_over(loaded: Snapshot, root: Path) -> None:
    with loaded.open_session(NOW) as session:
        mark_damaged(root)
        with pytest.raises(StoreBusy):
            build_generation(root, KEY, manifest(1), ROWS)
        assert session.person(WORKER).value is not None


def test_a_missing_generation_is_broken(loaded: Snapshot, root: Path) -> None:
    shutil.rmtree(root / "snapshot-1")
    with pytest.raises(StoreBroken, match="missing"):
        loaded.open_session(NOW)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"generation":"1","key_check":""}', b"\xff"])
def test_a_damaged_pointer_is_no_snapshot(loaded: Snapshot, root: Path, content: bytes) -> None:
    (root / "current").write_bytes(content)
    with pytest.raises(NoSnapshot):
        loaded.open_session(NOW)


def test_after_a_damaged_pointer_the_next_load_goes_on(loaded: Snapshot, root: Path) -> None:
    (root / "current").write_bytes(b"rubbish")
    build_generation(root, KEY, manifest(2), ROWS)
    with loaded.open_session(NOW) as session:
        assert session.manifest.generation == 2


def test_a_snapshot_of_another_schema_version_is_loaded_anew(loaded: Snapshot, root: Path) -> None:
    connection = open_encrypted(root / "snapshot-1" / "people.db", KEY)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NoSnapshot, match="schema"):
        loaded.open_session(NOW)


def test_no_file_of_the_snapshot_holds_a_plain_name_or_number(loaded: Snapshot, root: Path) -> None:
    needles = ["张三".encode(), "张三".encode("utf-16-le"), WORKER.encode(), b"A00000011", b"13800000000"]
    with loaded.open_session(NOW) as session:
        session.person(WORKER)
        searched = [path for path in root.rglob("*") if path.is_file()]
        assert len(searched) >= 2
        assert [path.name for path in searched for needle in needles if needle in path.read_bytes()] == []
    assert {path.stat().st_mode & 0o077 for path in root.rglob("*")} == {0}


def test_a_row_shows_nothing_of_a_person_in_its_repr() -> None:
    assert {repr(row) for row in ROWS} == {f"{row.__name__}(...)" for row in SNAPSHOT_ROWS.values()}


@pytest.mark.parametrize("row", ROWS[:7] + ROWS[-3:], ids=lambda row: row.TABLE)
def test_a_row_goes_through_its_record_and_back(row: SnapshotRow) -> None:
    assert from_record(to_record(row)) == row


def test_the_tables_have_the_columns_of_the_row_types() -> None:
    for table in SNAPSHOT_ROWS:
        (statement,) = [sql for sql in CREATE if sql.startswith(f"CREATE TABLE {table} ")]
        assert [name for name in columns(table) if f"{name} " not in statement] == []


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"id_number": "11010519880312001x"}, ("id_number",)),
        ({"birth_date": "1988-13-01"}, ("birth_date",)),
        ({"sex": "3"}, ("sex",)),
        ({"name": 5}, ("name",)),
        ({"nickname": "三"}, ("nickname",)),
        ({"table": "people"}, ("table",)),
        ({"table": None}, ("table",)),
    ],
    ids=str,
)
def test_a_record_with_a_bad_field_is_refused_by_name_without_its_value(
    change: dict[str, Any], fields: tuple[str, ...]
) -> None:
    with pytest.raises(RowError) as refused:
        from_record({**to_record(ROWS[0]), **change})
    assert refused.value.fields == fields
    assert "张三" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("value", [-1, 1.0, "100", None, True, 2**60])
def test_money_is_whole_fen_and_never_negative(value: object) -> None:
    record: dict[str, Any] = {**to_record(ROWS[7]), "base_fen": value}
    with pytest.raises(RowError):
        from_record(record)


def test_seeded_rubbish_is_a_row_error_and_nothing_else() -> None:
    chance = random.Random(8)
    rubbish = [None, "", "x", -1, 1.5, True, [], {}, b"", "2026-01-01", WORKER, 10**30]
    for _ in range(2000):
        record: dict[str, Any] = {**to_record(chance.choice(ROWS))}
        for _ in range(chance.randrange(1, 4)):
            record[chance.choice([*record, "more"])] = chance.choice(rubbish)
        try:
            from_record(record)
        except RowError as error:
            assert error.fields  # noqa: PT017 - most mutations are refused, a few are harmless
