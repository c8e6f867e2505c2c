"""`kiosk enrol` against a served gateway: a new key, a new epoch, and what waited arrives under the old one."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from kiosk.app.directory import DataDirectory
from kiosk.app.enrolling_again import enrol_again
from kiosk.app.keys import key_provider
from kiosk.app.provisioning import ProvisioningRefused, provision
from kiosk.app.stores import TerminalStores
from kiosk.cli.tree import app
from kiosk.clock import SystemClock
from kiosk.settings import Keys
from offline_store.delivery import Delivery
from offline_store.errors import EpochUnknown, StoreBusy, WrongKey
from offline_store.standing import OutOfService
from sync import process
from sync.client.http import HttpSender
from sync.client.outcomes import Done
from sync.former_keys import FORMER_KEYS
from sync.passes import open_worker
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import suite
from sync.terminal_keys import load_signer
from sync.trust import read_trust, write_trust


def now():
    return datetime.now(UTC)


class Kiosk:
    """A provisioned terminal."""

    def __init__(self, root, gateway, number):
        self.gateway = gateway
        self.number = number
        self.data = DataDirectory(root)
        provision(
            self.data, number, gateway.url, self.code(), {}, keys_in=Keys(allow_file=True), demonstration=True,
            now=now, random=os.urandom,
        )  # fmt: skip
        self.settings = self.data.load_settings()
        self.keys = key_provider(self.settings, self.data, quiet=True)

    def code(self):
        return self.gateway.answer("enrol", self.number)["code"]

    def stores(self):
        return TerminalStores(self.data, self.settings, self.keys, SystemClock())

    def enrol_again(self, code=None):
        return enrol_again(self.data, self.settings, self.keys, code or self.code(), now=now, random=os.urandom)

    def sync(self):
        return process.now(self.data.root, keys=self.keys)


@pytest.fixture
def kiosk(gateway, tmp_path):
    return Kiosk(tmp_path / "kiosk", gateway, "W8001")


def test_a_new_code_gives_a_new_key_and_a_new_epoch_and_nothing_is_lost(gateway, kiosk):
    assert kiosk.sync().alarms == ()
    before = read_trust(kiosk.data.root).terminal_key_fingerprint
    stores = kiosk.stores()
    stores.books.append("audit", {"event": "waits"})
    stores.close()
    done = kiosk.enrol_again()
    assert (done.epoch, done.reason) == (2, "enrolled-again")
    trust = read_trust(kiosk.data.root)
    assert trust.terminal_key_fingerprint != before
    assert fingerprint(load_signer(kiosk.keys, trust.terminal_key_fingerprint).public_key) != before
    assert kiosk.sync().alarms == ()
    places = [(row["epoch"], row["kind"]) for row in gateway.records() if row["terminal"] == "W8001"]
    assert sorted(places) == sorted([(1, "epoch-opened"), (1, "audit"), (2, "epoch-opened"), (2, "audit")])


def test_while_the_terminal_runs_nothing_is_asked_and_the_code_stays_good(gateway, tmp_path):
    kiosk = Kiosk(tmp_path / "kiosk", gateway, "W8002")
    kiosk.sync()
    code = kiosk.code()
    running = kiosk.stores()
    with pytest.raises(StoreBusy):
        kiosk.enrol_again(code)
    running.close()
    assert kiosk.enrol_again(code).epoch == 2


def test_a_code_that_is_refused_leaves_the_terminal_as_it_was(gateway, tmp_path):
    kiosk = Kiosk(tmp_path / "kiosk", gateway, "W8003")
    kiosk.sync()
    before = read_trust(kiosk.data.root)
    with pytest.raises(ProvisioningRefused) as refused:
        kiosk.enrol_again(gateway.answer("enrol", "W8009")["code"])
    assert refused.value.code == "enrolment-code-other-terminal"
    assert read_trust(kiosk.data.root) == before
    assert kiosk.sync().alarms == ()
    assert kiosk.enrol_again().epoch == 2


LOST = {
    "damaged": lambda root: (root / "journal.db").write_bytes(os.urandom(8192)),
    "gone": lambda root: (root / "journal.db").unlink(),
}


@pytest.mark.parametrize("journal", LOST)
@pytest.mark.parametrize("head", ["damaged", "gone"])
def test_where_nothing_tells_the_last_epoch_the_command_brings_it_from_the_centre(gateway, tmp_path, journal, head):
    kiosk = Kiosk(tmp_path / "kiosk", gateway, f"W8{len(journal)}{len(head)}1")
    kiosk.sync()
    root = kiosk.data.root
    LOST[journal](root)
    (root / "journal.head").write_bytes(b"torn") if head == "damaged" else (root / "journal.head").unlink()
    if (journal, head) != ("gone", "gone"):
        with pytest.raises(EpochUnknown if journal == "gone" else WrongKey):
            kiosk.stores()
    words = ["enrol", "--data", str(root), "--code", kiosk.code(), "--json"]
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["epoch"] == 2
    stores = kiosk.stores()
    assert (stores.outcome.how, stores.books.epoch) == ("clean", 2)
    stores.books.append("audit", {"event": "goes-on"})
    stores.close()
    assert [run.job for run in kiosk.sync().alarms] in ([], ["salvage"])
    assert kiosk.sync().alarms == ()
    assert 2 in {row["epoch"] for row in gateway.records() if row["terminal"] == kiosk.number}


def test_a_key_that_the_head_file_proves_wrong_is_put_back_and_costs_no_code(gateway, tmp_path):
    kiosk = Kiosk(tmp_path / "kiosk", gateway, "W8301")
    kiosk.sync()
    code = kiosk.code()
    right = kiosk.data.keys / "store"
    kept = right.read_bytes()
    right.write_bytes(os.urandom(32))
    with pytest.raises(WrongKey):
        kiosk.enrol_again(code)
    right.write_bytes(kept)
    assert kiosk.enrol_again(code).reason == "enrolled-again"


def test_where_nothing_proves_the_epoch_a_new_code_begins_another_although_the_centre_has_nothing_of_it(
    gateway, tmp_path
):
    kiosk = Kiosk(tmp_path / "kiosk", gateway, "W8304")
    stores = kiosk.stores()
    stores.books.append("audit", {"event": "waits"})
    stores.close()
    assert kiosk.enrol_again().reason is None, "the centre has nothing of this epoch"
    (kiosk.data.root / "trust" / FORMER_KEYS).unlink()
    with kiosk.keys.load("store") as key, closing(Delivery(kiosk.data.root, key.material)) as delivery:
        delivery.take_out_of_service(OutOfService("epoch-not-opened", 1, 1, "2026-11-22T02:00:00.000Z"))
    done = kiosk.enrol_again()
    assert (done.epoch, done.reason) == (2, "epoch-not-opened")
    assert kiosk.sync().alarms == ()
    stores = kiosk.stores()
    assert (stores.books.epoch, stores.books.out_of_service()) == (2, None)
    stores.close()


def test_a_new_code_ends_a_fork_where_the_terminal_had_counted_further_than_the_centre_knows(gateway, tmp_path):
    kiosk = Kiosk(tmp_path / "kiosk", gateway, "W8302")
    kiosk.sync()
    root = kiosk.data.root
    for end in ("", "-wal", "-shm"):
        (root / f"journal.db{end}").unlink(missing_ok=True)
    stores = kiosk.stores()
    assert stores.books.epoch == 2
    stores.close()
    with kiosk.keys.load("store") as key, closing(Delivery(root, key.material)) as delivery:
        delivery.take_out_of_service(OutOfService("fork", 2, 1, "2026-11-22T02:00:00.000Z"))
    done = kiosk.enrol_again()
    assert (done.epoch, done.reason) == (3, "fork")
    stores = kiosk.stores()
    assert (stores.books.epoch, stores.books.out_of_service()) == (3, None)
    stores.close()


def test_a_start_after_a_clean_stop_in_the_middle_of_a_session_says_that_nobody_is_served_any_more(gateway, tmp_path):
    kiosk = Kiosk(tmp_path / "kiosk", gateway, "W8303")

    def begins(session):
        stores = kiosk.stores()
        try:
            if session:
                stores.books.append("session-opened", {"session": session})
            return [entry.header_values().get("how") for entry in stores.books.entries() if entry.kind == "audit"]
        finally:
            stores.close()

    assert begins(None) == []
    assert begins("a") == []
    assert begins(None) == ["clean"]
    assert begins(None) == ["clean"], "once"


def test_a_loop_that_runs_goes_to_the_address_and_believes_the_authority_that_the_terminal_trusts_now(gateway, kiosk):
    asked = []

    def sender_for(url):
        asked.append(url)
        return HttpSender(gateway.url)

    with closing(open_worker(kiosk.data.root, kiosk.keys, sender_for)) as worker:
        assert isinstance(worker.job("terminal-revocations", "operator").outcome, Done)
        assert worker.status().certificate.revocations_as_of is not None
        trust = read_trust(kiosk.data.root)
        stranger = suite("intl").signer(bytes(range(32))).public_key
        moved = {"gateway_url": "https://moved.example", "authority_key": stranger}
        write_trust(kiosk.data.root, trust.model_copy(update=moved))
        assert isinstance(worker.job("head", "operator").outcome, Done)
        assert asked == [gateway.url, "https://moved.example"]
        assert worker.status().certificate.revocations_as_of is None, "a stranger's list"
        write_trust(kiosk.data.root, trust)
        assert isinstance(worker.job("head", "operator").outcome, Done)
        assert worker.status().certificate.revocations_as_of is not None
    assert asked == [gateway.url, "https://moved.example", gateway.url]
