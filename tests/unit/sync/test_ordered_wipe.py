"""The centre's order to wipe loses nothing that somebody was promised, and ends all the same."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from offline_store.errors import (
    KeyChipOther,
    KeyChipRefused,
    KeyChipUnavailable,
    KeyMissing,
    KeyUnfit,
    MachineChanged,
    StoreFull,
    StoreRefused,
    WrongKey,
)
from offline_store.journal import open_journal
from offline_store.rekeying import rekey
from offline_store.schema import Manifest
from offline_store.snapshot import build_generation
from sync.client.outcomes import Done, NoAnswer
from sync.gateway.beating import issue_order
from sync.gateway.refusals import problem
from sync.gateway.terminal_certificates import revocations
from sync.orders import read_orders
from sync.passes import open_worker
from sync.protocol.messages import RecordQuery
from sync.protocol.terminal_certificate import Signed
from sync.wiping import begun, carry_out, go_on, standing_mark
from tests.unit.sync.real_disk import Line, RealDisk, query

AT = "2026-11-22T00:30:00.000Z"
KEPT = ["journal.open", "terminal.toml", "wiped.json"]


class Kiosk(RealDisk):
    """An enrolled terminal's data directory."""

    def __init__(self, hall, folder):
        super().__init__(hall, folder)
        hall.clock.at = datetime.now(UTC)
        self.make()
        (folder / "terminal.toml").write_text('terminal = "T0001"\n')

    def accept(self, *items):
        """Acts of one session that people were told are accepted."""
        with self.journal() as journal:
            journal.append("session-opened", {"session": "s"})
            for item in items:
                journal.append("act", {"session": "s"}, query(item))
            journal.append("session-closed", {"session": "s"})

    def sync(self):
        """One pass; the words of what stopped."""
        with self.worker() as worker:
            return {run.job: run.detail for run in worker.all_jobs("operator").alarms}

    def order_wipe(self):
        with self.hall.store.transaction():
            hall = self.hall
            issue_order("T0001", "wipe", "stolen", store=hall.store, authority=hall.authority, now=hall.clock.now())

    def wipe(self):
        return carry_out(self.folder, self.keys, AT, pause=lambda _: None)

    @property
    def steps(self):
        return [opened.step for opened in read_orders(self.folder).open]

    @property
    def left(self):
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    def heard(self):
        """What the centre was told about the order."""
        (order,) = self.hall.store.heartbeats.orders("T0001", 9)
        return order.state, order.detail


def processed(hall):
    hall.process()
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as db:
        rows = db.execute("SELECT content FROM act").fetchall()
    return sorted(RecordQuery.model_validate_json(row[0]).item for row in rows)


@pytest.fixture
def kiosk(hall, tmp_path):
    kiosk = Kiosk(hall, tmp_path / "kiosk")
    kiosk.accept("A1")
    assert kiosk.sync() == {}
    return kiosk


def test_a_wipe_waits_for_the_session_that_is_open_and_takes_its_last_act_to_the_centre(hall, kiosk):
    kiosk.order_wipe()
    with kiosk.journal() as journal:
        journal.append("session-opened", {"session": "b"})
        kiosk.sync()
        assert (kiosk.steps, begun(kiosk.folder)) == (["draining"], None), "somebody is served"
        journal.append("act", {"session": "b"}, query("A2"))
        kiosk.sync()
        assert kiosk.steps == ["draining"], "nothing waits, but somebody is served"
        journal.append("act", {"session": "b"}, query("A3"))
        journal.append("session-closed", {"session": "b"})
    kiosk.sync()
    assert kiosk.wipe()
    assert processed(hall) == ["A1", "A2", "A3"]
    assert kiosk.left == KEPT


def test_a_session_that_a_stop_cut_off_keeps_no_wipe_from_ending(kiosk):
    with kiosk.journal() as journal:
        journal.append("session-opened", {"session": "b"})
    kiosk.order_wipe()
    kiosk.sync()
    assert kiosk.wipe()
    assert kiosk.left == KEPT


@pytest.mark.parametrize("place", ["a new one", "one that was wiped before"])
def test_what_was_recorded_after_the_wipe_was_due_is_sent_before_a_key_goes(hall, kiosk, place):
    if place != "a new one":
        mark = {"format": 1, "reason": "technician", "ordered_at": AT, "done_at": AT}
        (kiosk.folder / "wiped.json").write_text(json.dumps(mark))
    kiosk.order_wipe()
    kiosk.sync()
    assert begun(kiosk.folder) is not None
    kiosk.accept("A2")
    assert not kiosk.wipe()
    assert (kiosk.steps, begun(kiosk.folder), standing_mark(kiosk.folder)) == (["draining"], None, None)
    assert "store" in kiosk.keys.names()
    assert read_orders(kiosk.folder).lock is not None, "nobody is served meanwhile"
    kiosk.sync()
    assert kiosk.heard() == ("wiping", None)
    assert kiosk.wipe()
    assert processed(hall) == ["A1", "A2"]
    assert kiosk.left == KEPT


def test_a_journal_that_was_moved_aside_after_the_wipe_was_due_is_sent_first(hall, kiosk):
    kiosk.order_wipe()
    kiosk.sync()
    with kiosk.journal() as journal:
        journal.append("act", {"session": "b"}, query("A2"))
    with kiosk.journal(replace_because="test"):
        pass
    assert not kiosk.wipe()
    kiosk.sync()
    assert kiosk.wipe()
    assert processed(hall) == ["A1", "A2"]


def test_a_wipe_that_has_begun_to_destroy_keys_looks_at_nothing_more(kiosk):
    kiosk.order_wipe()
    kiosk.sync()
    kiosk.accept("A2")
    (kiosk.folder / "wiped.json").write_text('{"format":1,"reason":"ordered","ordered_at":"","done_at":null}')
    kiosk.keys.destroy("store")
    assert kiosk.wipe()
    assert kiosk.left == KEPT


def test_a_journal_that_cannot_be_read_any_more_is_wiped_all_the_same(kiosk):
    kiosk.order_wipe()
    kiosk.sync()
    (kiosk.folder / "journal.db").write_bytes(bytes(8192))
    assert go_on(kiosk.folder, kiosk.keys, AT).done
    assert kiosk.left == KEPT


def test_a_journal_under_a_key_that_is_gone_keeps_no_wipe_from_ending_and_is_named(hall, kiosk, capfd):
    put_aside_under_another_key(kiosk)
    assert kiosk.sync() == {"salvage": "salvage-wrong-key"}
    kiosk.order_wipe()
    kiosk.sync()
    assert kiosk.heard() == ("wiping", "salvage-wrong-key")
    (line,) = [json.loads(line) for line in capfd.readouterr().err.splitlines() if "wipe-gives-up" in line]
    assert (line["why"], line["moved_aside"], line["alarm"]) == ("salvage-wrong-key", ["broken-1"], True)
    assert kiosk.wipe()
    assert kiosk.left == KEPT


class Silent:
    """A key provider that once does not lend the stores' key."""

    def __init__(self, keys, error):
        self.keys = keys
        self.errors = [error]

    def __getattr__(self, name):
        return getattr(self.keys, name)

    def load(self, name, **wanted):
        if name == "store" and self.errors:
            raise self.errors.pop()
        return self.keys.load(name, **wanted)


@pytest.mark.parametrize(
    "fault", [KeyChipUnavailable, KeyChipRefused, MachineChanged, KeyUnfit, StoreRefused, StoreFull]
)
def test_a_key_that_cannot_be_had_now_says_nothing_about_what_waits_under_it(hall, kiosk, fault):
    kiosk.order_wipe()
    kiosk.sync()
    kiosk.accept("A2")
    with pytest.raises(fault):
        go_on(kiosk.folder, Silent(kiosk.keys, fault("store", "not now")), AT)
    assert (standing_mark(kiosk.folder), "store" in kiosk.keys.names()) == (None, True)
    assert go_on(kiosk.folder, kiosk.keys, AT) is None, "it is known again that something waits"
    kiosk.sync()
    assert kiosk.wipe()
    assert processed(hall) == ["A1", "A2"]


@pytest.mark.parametrize("fault", [KeyMissing, KeyChipOther])
def test_a_key_that_is_proved_to_be_gone_keeps_no_wipe_from_ending(kiosk, fault):
    kiosk.order_wipe()
    kiosk.sync()
    kiosk.accept("A2")
    assert go_on(kiosk.folder, Silent(kiosk.keys, fault("store", "gone")), AT).done
    assert kiosk.left == KEPT


def test_a_journal_that_another_key_does_not_open_is_given_up_only_if_its_head_says_so(kiosk):
    kiosk.order_wipe()
    kiosk.sync()
    head = kiosk.folder / "journal.head"
    noted = head.read_bytes()
    head.unlink()
    kiosk.keys.destroy("store")
    kiosk.keys.create("store", b"another key that was lost, later")
    with pytest.raises(WrongKey):
        go_on(kiosk.folder, kiosk.keys, AT)
    assert standing_mark(kiosk.folder) is None
    head.write_bytes(noted)
    assert go_on(kiosk.folder, kiosk.keys, AT).done


def put_aside_under_another_key(kiosk):
    """A journal that was written, and moved aside, under a key that nobody has any more."""
    with kiosk.journal(replace_because="test"):
        pass
    folder = kiosk.folder / "broken-1"
    for path in folder.glob("journal.db*"):
        path.unlink()
    other = kiosk.folder.with_name("other")
    open_journal(
        other, terminal="T0001", key=b"another key that was lost, later", sign=bytes, seal=lambda plain, info: plain,
        now=lambda: datetime.now(UTC), suite=kiosk.hall.authority.suite,
    ).journal.close()  # fmt: skip
    for name in ("journal.db", "journal.head"):
        (other / name).rename(folder / name)


# --- the key itself -------------------------------------------------------------------------------------------------


def test_a_worker_that_holds_the_key_of_before_a_change_of_it_ends(hall, kiosk):
    kiosk.accept("A2")
    with kiosk.worker() as worker:
        rekey(kiosk.folder, kiosk.keys)
        with pytest.raises(WrongKey):
            worker.job("upload", "schedule")
    assert kiosk.sync() == {}, "the next one has the right key"
    assert processed(hall) == ["A1", "A2"]


def test_a_snapshot_under_another_key_is_as_good_as_none_and_ends_nobody(kiosk, tmp_path):
    root = kiosk.folder / "snapshot"
    manifest = Manifest(3, "2026-11-01T00:00:00.000Z", "2027-11-01T00:00:00.000Z", "510100", "test", {})
    build_generation(root, b"another key that was lost, later", manifest, [])
    with kiosk.worker() as worker:
        assert isinstance(worker.job("heartbeat", "schedule").outcome, Done)
        assert worker.job("snapshot", "schedule").outcome == Done(), "the centre has none"
        assert worker.status().snapshot is None


# --- a terminal that was revoked ---


def revoke(hall):
    with hall.store.transaction():
        hall.store.terminal_certificates.revoke("T0001", hall.clock.now().isoformat().replace("+00:00", "Z"), "stolen")


def test_a_revoked_terminal_still_hears_that_it_is_to_wipe_itself_and_waits_for_nothing(hall, kiosk, capsys):
    kiosk.accept("A2", "A3")
    revoke(hall)
    kiosk.order_wipe()
    capsys.readouterr()
    stopped = kiosk.sync()
    assert {stopped["upload"], stopped["heartbeat"]} == {"certificate-revoked"}
    assert read_orders(kiosk.folder).lock is not None
    assert begun(kiosk.folder) is not None
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    beat = next(line for line in said if line.get("job") == "heartbeat")
    assert (beat["detail"], beat["items"], beat["pending"]) == ("certificate-revoked", 1, 4), "what goes with it"
    assert kiosk.wipe()
    assert kiosk.left == KEPT
    assert processed(hall) == ["A1"], "nothing of it is taken any more"
    assert kiosk.heard() == ("issued", None), "nothing that it says is kept"


def test_a_wipe_that_was_draining_ends_when_the_terminal_is_revoked(hall, kiosk):
    kiosk.order_wipe()
    with kiosk.journal() as journal:
        journal.append("session-opened", {"session": "b"})
        journal.append("act", {"session": "b"}, query("A2"))
        kiosk.sync()
        assert kiosk.steps == ["draining"]
        revoke(hall)
        journal.append("act", {"session": "b"}, query("A3"))
        with hall.store.transaction():
            hall.store.run("UPDATE terminal_order SET not_after = issued_at")
        assert kiosk.sync()["upload"] == "certificate-revoked", "also when no order is open at the centre any more"
        assert not kiosk.wipe(), "the terminal has not let go yet"
    assert kiosk.wipe()
    assert kiosk.left == KEPT


def test_a_revoked_terminal_is_told_nothing_but_a_wipe(hall, kiosk):
    revoke(hall)
    with hall.store.transaction():
        issue_order("T0001", "lock", "test", store=hall.store, authority=hall.authority, now=hall.clock.now())
    assert kiosk.sync()["heartbeat"] == "certificate-revoked"
    assert (read_orders(kiosk.folder).lock, kiosk.steps) == (None, [])


class Off(Line):
    """No network."""

    def __call__(self, request):
        return NoAnswer("unreachable")


class Liar(Line):
    """It stands between, has nobody's key, and says that the terminal was revoked, on these paths."""

    paths = ()

    def __call__(self, request):
        if request.route not in self.paths:
            return super().__call__(request)
        return problem(401, "certificate-revoked", "Says who?")


EVERYWHERE = ("/v1/chain", "/v1/chain/head", "/v1/heartbeat", "/v1/results", "/v1/terminal-revocations")


@pytest.mark.parametrize("paths", [("/v1/chain",), EVERYWHERE])
def test_a_refusal_that_nobody_signed_gives_up_nothing_that_was_accepted(hall, kiosk, paths, capfd):
    line = Liar(hall)
    kiosk.order_wipe()
    with kiosk.journal() as journal, closing(open_worker(kiosk.folder, kiosk.keys, lambda _: line)) as worker:
        journal.append("session-opened", {"session": "b"})
        worker.job("heartbeat", "schedule")
        assert kiosk.steps == ["draining"]
        journal.append("act", {"session": "b"}, query("A2"))
        line.paths = paths
        worker.all_jobs("schedule")
        journal.append("session-closed", {"session": "b"})
        worker.all_jobs("schedule")
        assert (kiosk.steps, begun(kiosk.folder)) == (["draining"], None)
        assert worker.status().wipe_waits_for == "terminal-revocations"
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    waits = [line for line in said if line["event"] == "wipe-waits"]
    assert {(line["why"], line["waits_for"], line["alarm"]) for line in waits} == {
        ("revocation-not-signed", "terminal-revocations", True)
    }
    assert not kiosk.wipe()
    assert begun(kiosk.folder) is None
    if paths != EVERYWHERE:
        assert kiosk.heard() == ("draining", "revocation-not-signed"), "somebody should look who says so"
    kiosk.sync()
    assert kiosk.wipe()
    assert processed(hall) == ["A1", "A2"]


def test_a_list_that_a_proxy_made_or_that_names_others_gives_up_nothing(hall, kiosk):
    kiosk.order_wipe()
    line = Liar(hall)
    line.paths = ("/v1/chain",)
    with kiosk.journal() as journal, closing(open_worker(kiosk.folder, kiosk.keys, lambda _: line)) as worker:
        journal.append("session-opened", {"session": "b"})
        journal.append("act", {"session": "b"}, query("A2"))
        worker.all_jobs("schedule")
        assert isinstance(worker.job("terminal-revocations", "schedule").outcome, Done), "it names nobody"
        path = kiosk.folder / "trust" / "terminal-revocations.json"
        revoke(hall)
        real = revocations(hall.store, hall.authority, hall.clock.now())
        path.write_bytes(Signed.model_validate_json(real).model_copy(update={"signature": bytes(64)}).to_wire())
        worker.job("upload", "schedule")
        assert kiosk.steps == ["draining"]
        assert begun(kiosk.folder) is None
        path.write_bytes(real)
        worker.job("upload", "schedule")
        assert begun(kiosk.folder) is not None


def test_a_revoked_terminal_with_the_signed_list_wipes_itself_without_a_network(hall, kiosk):
    kiosk.order_wipe()
    with kiosk.journal() as journal:
        journal.append("session-opened", {"session": "b"})
        journal.append("act", {"session": "b"}, query("A2"))
        kiosk.sync()
    kiosk.accept("A3")
    revoke(hall)
    real = revocations(hall.store, hall.authority, hall.clock.now())
    (kiosk.folder / "trust" / "terminal-revocations.json").write_bytes(real)
    with closing(open_worker(kiosk.folder, kiosk.keys, lambda _: Off(hall))) as worker:
        worker.job("upload", "schedule")
    assert kiosk.wipe()
    assert kiosk.left == KEPT


def test_a_revoked_terminal_asks_for_the_list_at_once_and_no_longer_than_it_needs(hall, kiosk):
    line = Liar(hall)
    line.paths = ("/v1/terminal-revocations",)
    kiosk.order_wipe()
    with closing(open_worker(kiosk.folder, kiosk.keys, lambda _: line)) as worker:
        revoke(hall)
        worker.job("heartbeat", "schedule")
        assert "terminal-revocations" in worker.orders.take_wanted()
        worker.job("terminal-revocations", "schedule")
        assert worker.orders.take_wanted() == (), "an answer that is no list is not asked for again at once"
        assert begun(kiosk.folder) is None
        line.paths = ()
        assert worker.job("terminal-revocations", "schedule").detail == "certificate-revoked"
        assert worker.status().wipe_waits_for is None
    assert kiosk.wipe()


class ChangedOnTheWay(Line):
    """An operator's new key comes in while a request is on its way."""

    kiosk = None

    def __call__(self, request):
        answer = super().__call__(request)
        kiosk, self.kiosk = self.kiosk, None
        if kiosk is not None:
            kiosk.enrol(again=True)
        return answer


def test_a_word_about_a_key_that_was_changed_meanwhile_begins_no_wipe(hall, kiosk):
    kiosk.accept("A2")
    kiosk.order_wipe()
    line = ChangedOnTheWay(hall)
    with kiosk.journal() as journal, closing(open_worker(kiosk.folder, kiosk.keys, lambda _: line)) as worker:
        journal.append("session-opened", {"session": "b"})
        worker.job("heartbeat", "operator")
        assert kiosk.steps == ["draining"]
        with hall.store.transaction():
            hall.store.terminal_certificates.revoke("T0001", AT, "retired")
        line.kiosk = kiosk
        assert worker.job("upload", "operator").detail == "key-changed"
        assert (kiosk.steps, begun(kiosk.folder)) == (["draining"], None)
