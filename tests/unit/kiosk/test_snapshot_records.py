"""The person's rows as the terminal's performer reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.app.stores import SnapshotRecords
from offline_store.chain import timestamp
from offline_store.errors import NoSnapshot, StoreBroken
from offline_store.schema import CardRow, Manifest, PersonRow
from offline_store.snapshot import Snapshot, build_generation

KEY = bytes(range(32))
AS_OF = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
WORKER = "110105198803120013"
ROWS = [
    PersonRow(WORKER, "张三", "1", "01", "1988-03-12", "worker", "110105", None),
    CardRow("A00000011", WORKER, "normal", "2024-01-01", "2034-01-01", "110105", None, None),
]
MANIFEST = Manifest(
    1, timestamp(AS_OF), timestamp(AS_OF + timedelta(days=30)), "110105", "演示中心", {"person": 1, "card": 1}
)


@pytest.fixture
def records(tmp_path):
    build_generation(tmp_path / "snapshot", KEY, MANIFEST, ROWS)
    return SnapshotRecords(Snapshot(tmp_path / "snapshot", KEY), lambda: AS_OF + timedelta(hours=1))


def test_a_generation_with_a_damaged_page_is_given_up_and_the_next_load_brings_it_under_its_number(records, tmp_path):
    assert records.person(WORKER, "A00000011").person == ROWS[0]
    records.close()
    path = tmp_path / "snapshot" / "snapshot-1" / "people.db"
    content = bytearray(path.read_bytes())
    # every page but the first, which holds the tables' names and the manifest is found through
    for page in range(1, len(content) // 4096):
        content[page * 4096 + 200] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreBroken):
        records.person(WORKER, "A00000011")
    assert records.data_as_of() is None
    with pytest.raises(NoSnapshot):
        records.person(WORKER, "A00000011")
    build_generation(tmp_path / "snapshot", KEY, MANIFEST, ROWS)
    assert records.person(WORKER, "A00000011").person == ROWS[0]
