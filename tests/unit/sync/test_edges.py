"""Small edges: which addresses are taken, how operators see records, where a house refuses to be built."""

from __future__ import annotations

import json
import re
import resource
import sqlite3
from contextlib import closing
from importlib.resources import files

import pytest
from typer import Exit

from offline_store.schema import PersonRow
from sync.client.http import GatewayAddressUnfit, checked_address
from sync.gateway.app import public_app, terminals_app
from sync.gateway.command import CANNOT_TELL, opened_house
from sync.gateway.core import handle
from sync.gateway.house import DRAFT, House, NoDraft, NoHouse, make_house, open_house, publish, write_draft
from sync.gateway.overview import masked_name, record
from sync.gateway.sqlite_database import StoreUnusable
from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.store import EnrolledTerminal, RecordRow, StoreUnavailable
from sync.protocol.exchange import Response
from sync.protocol.packages import TAKEN_BYTES
from sync.trust import NotEnrolled, TrustBroken, read_trust


@pytest.mark.parametrize("url", [
    "https://gateway.example", "https://gateway.example:8443/", "http://127.0.0.1:8440", "http://localhost:1",
    "http://[::1]:8440",
])  # fmt: skip
def test_https_anywhere_and_plain_http_on_loopback_are_taken(url):
    assert checked_address(url) == url.rstrip("/")


@pytest.mark.parametrize("url", [
    "http://gateway.example", "http://127.0.0.1.example", "ftp://x", "", "gateway.example", "https://",
    "https://user:secret@gateway.example", "https://gateway.example/?a=1", "https://gateway.example:port", "https://[::1",
    "https://:secret@gateway.example",
])  # fmt: skip
def test_every_other_address_is_refused_without_repeating_its_credentials(url):
    with pytest.raises(GatewayAddressUnfit) as caught:
        checked_address(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("name", "masked"), [
    ("张三", "张*"), ("周予安", "周*安"), ("欧阳子轩", "欧**轩"), ("阿依古丽·热合曼", "阿依古丽·***"),
    ("程𬭎", "程*"), ("王", "王"),
])  # fmt: skip
def test_names_are_masked_as_on_screens(name, masked):
    assert masked_name(name) == masked


def test_a_record_shows_personal_data_only_when_asked_to():
    act = '{"type":"certificate-issued","name":"周予安","id_number":"110199198803120233","facts":[["a","b"]]}'
    row = RecordRow("T0001", 1, 2, "certificate-issued", "t", "t", "accepted", None, act)
    assert record(row, reveal=False)["act"] == {
        "type": "certificate-issued", "name": "周*安", "id_number": "110***********0233", "facts": "1 lines",
    }  # fmt: skip
    assert record(row, reveal=True)["act"]["name"] == "周予安"


def test_a_house_is_made_once_and_opens_again_as_the_same_authority(tmp_path):
    made = make_house(tmp_path / "gateway", verify_url="https://verify.example/v")
    made.store.close()
    again = open_house(tmp_path / "gateway")
    assert again.authority.public_key == made.authority.public_key
    assert again.centre("http://a", "http://b/v").verify_url == "https://verify.example/v"
    assert again.centre("http://a", "http://b/v").gateway_url == "http://a"
    again.store.close()
    with pytest.raises(FileExistsError):
        make_house(tmp_path / "gateway")


def test_what_is_no_house_is_named(tmp_path):
    with pytest.raises(NoHouse, match="kiosk-gateway init"):
        open_house(tmp_path)
    with pytest.raises(StoreUnusable):
        SqliteStore(tmp_path)


@pytest.mark.parametrize("about", ["[]", "{}", '{"demo": true, "organisation": 5}', '{"suite": ["intl"]}', "not json"])
def test_a_house_whose_authority_is_not_whole_is_named(tmp_path, about):
    make_house(tmp_path / "gateway").store.close()
    (tmp_path / "gateway" / "keys" / "authority.json").write_text(about)
    with pytest.raises(NoHouse, match="cannot be used"):
        open_house(tmp_path / "gateway")


def test_a_file_from_before_steps_were_counted_gets_what_it_lacks(tmp_path):
    first = files("sync.gateway").joinpath("schema/001-terminals-and-chain.sql").read_text()
    with closing(sqlite3.connect(tmp_path / "gateway.db")) as old:
        old.executescript(first + ";PRAGMA user_version=1;INSERT INTO terminal VALUES ('T0001', NULL)")  # noqa: S608 - constants
        key = ("T0001", bytes(32), "f" * 64, b"seal", "2026-11-01T00:00:00.000Z")
        columns = "terminal, key, fingerprint, seal_key, enrolled_at"
        old.execute(f"INSERT INTO terminal_key ({columns}) VALUES (?, ?, ?, ?, ?)", key)  # noqa: S608 - constants
        old.commit()
    store = SqliteStore(tmp_path)
    assert ("001-terminals-and-chain",) in store.all("SELECT name FROM schema_step")
    certified = store.terminal_certificates.key("T0001", "f" * 64)
    assert certified is not None
    assert (certified.current, certified.not_after) == (True, "2027-11-01T00:00:00.000Z"), "as from its enrolment on"
    store.close()


def test_a_file_of_a_later_release_is_not_opened(tmp_path):
    store = SqliteStore(tmp_path, create=True)
    store.run("INSERT INTO schema_step VALUES ('999-of-tomorrow')")
    store.close()
    with pytest.raises(StoreUnusable, match="999-of-tomorrow"):
        SqliteStore(tmp_path)


@pytest.mark.parametrize("octets", [b"", b"no database " * 500, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_file_is_said_to_be_one(tmp_path, octets):
    SqliteStore(tmp_path, create=True).close()
    whole = (tmp_path / "gateway.db").read_bytes()
    (tmp_path / "gateway.db").write_bytes(octets or whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreUnusable, match="damaged"):
        SqliteStore(tmp_path)


def test_a_command_that_finds_the_store_busy_says_so_and_cannot_tell(tmp_path, capsys):
    make_house(tmp_path / "gateway").store.close()
    with pytest.raises(Exit) as ended, opened_house(tmp_path / "gateway"):
        raise StoreUnavailable("SQLITE_BUSY")
    assert ended.value.exit_code == CANNOT_TELL
    assert "try again" in capsys.readouterr().err


def test_nothing_is_published_before_there_is_a_population(hall):
    with pytest.raises(NoDraft, match="kiosk-gateway population"):
        publish(House(hall.folder, hall.authority, hall.store, "", ""), hall.clock.now())


def test_a_draft_that_was_cut_off_before_its_facts_is_not_published(hall):
    people = [PersonRow("110199198803120233", "李测试", "1", "01", "1988-03-12", "worker", "990100", None)]
    house = House(hall.folder, hall.authority, hall.store, "", "")
    write_draft(hall.folder, people, lambda done: None)
    facts = (hall.folder / f"{DRAFT}.json").read_bytes()
    first = publish(house, hall.clock.now())
    write_draft(hall.folder, people * 2, lambda done: None)
    (hall.folder / f"{DRAFT}.json").write_bytes(facts)
    with pytest.raises(NoDraft, match="kiosk-gateway population"):
        publish(house, hall.clock.now())
    assert hall.store.latest_snapshot().generation == first.generation


def test_a_draft_that_no_terminal_would_take_is_not_published(hall):
    people = [PersonRow("110199198803120233", "李测试", "1", "01", "1988-03-12", "worker", "990100", None)]
    write_draft(hall.folder, people, lambda done: None)
    facts = hall.folder / f"{DRAFT}.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "package_bytes": TAKEN_BYTES + 1}))
    with pytest.raises(NoDraft, match="more than a terminal takes"):
        publish(House(hall.folder, hall.authority, hall.store, "", ""), hall.clock.now())
    assert hall.store.latest_snapshot() is None


def test_a_directory_without_trust_and_one_with_damaged_trust_are_not_enrolled(tmp_path):
    with pytest.raises(NotEnrolled, match="not enrolled") as refused:
        read_trust(tmp_path)
    assert "kiosk provision" in refused.value.remedy
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "centre.json").write_text('{"format":"terminal-trust-1"}')
    with pytest.raises(TrustBroken, match="cannot be used") as refused:
        read_trust(tmp_path)
    assert "kiosk enrol" in refused.value.remedy
    assert "provision" not in refused.value.remedy


def test_a_transaction_that_fails_leaves_nothing(hall):
    code = hall.code("T0001")

    def fail_half_way():
        with hall.store.transaction():
            assert hall.store.use_nonce("f", "n", until=2, now=1)
            hall.store.enrol(EnrolledTerminal("T0001", b"k", "f", b"s", "t", None), code.code_id, b"answer")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with hall.store.transaction():
        assert hall.store.terminal("T0001") is None
        assert hall.store.code(code.code_id).used_by is None
        assert hall.store.use_nonce("f", "n", until=2, now=1)


def test_a_store_that_takes_nothing_now_is_answered_with_come_back_later(hall):
    terminal = hall.terminal("T0001")
    request = terminal.signed("GET", "/v1/results?after=0")
    impatient = SqliteStore(hall.folder, busy_seconds=0.01)
    with closing(sqlite3.connect(hall.folder / "gateway.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = handle(request, impatient, hall.clock, hall.centre)
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        other.execute("ROLLBACK")
    assert handle(request, impatient, hall.clock, hall.centre).status == 200
    impatient.close()


def test_a_disk_that_takes_no_more_for_this_user_alone_is_answered_with_come_back_later(hall):
    """Over quota SQLite says another word than on a full disk; so it does for a file as large as it may be."""
    terminal = hall.terminal("T0001")
    terminal.open_epoch()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = (hall.folder / "gateway.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (log, before[1]))
    try:
        refused = terminal.upload()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (refused.status, refused.headers["retry-after"]) == (503, "30")
    assert hall.store.records(10) == []
    assert terminal.upload().status == 200


def test_every_schema_the_openapi_document_speaks_of_is_in_it():
    for app in (terminals_app(lambda request: Response(204), {}), public_app(lambda request: Response(204))):
        document = app.openapi()
        spoken_of = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
        assert spoken_of
        assert spoken_of <= set(document["components"]["schemas"])
