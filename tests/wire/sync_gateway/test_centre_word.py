"""What the terminal process has a part in: the word about devices, support facts on order, the lock, the time."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

from kiosk.app.centre_word import CentreWord
from kiosk.devices import Health
from kiosk.events import Device
from offline_store.delivery import Delivery
from sync import process
from sync.client.http import HttpSender
from sync.orders import read_orders
from sync.passes import open_worker
from sync.trust import read_trust
from sync.wiping import begun

SINCE = "2026-11-22T08:30:00+08:00"


@contextmanager
def word_of(terminal):
    with terminal.keys.load("store", length=32) as key:
        word = CentreWord(terminal.data, key.material, read_trust(terminal.data))
        delivery = Delivery(terminal.data, key.material)
        try:
            yield word, delivery
        finally:
            word.close()
            delivery.close()


def beat(gateway, terminal):
    process.now(terminal.data, keys=terminal.keys)
    (row,) = [row for row in gateway.answer("fleet") if row["number"] == terminal.number]
    return row["heartbeat"]


def test_the_fleet_sees_a_devices_own_word_its_fault_and_since_when(gateway, terminal):
    health = {
        Device.CARD_READER: Health(True, None, "", SINCE),
        Device.RECEIPT_PRINTER: Health(True, "PR-02", "paper out", SINCE),
        Device.ID_READER: Health(True, "ID-01", "noDevice", SINCE),
        Device.PIN_PAD: Health(),
    }
    with word_of(terminal) as (word, _):
        word.tell(health, datetime.now(UTC))
        devices = {each["device"]: each for each in beat(gateway, terminal)["devices"]}
    assert devices["card-reader"]["state"] == "online"
    assert (devices["receipt-printer"]["state"], devices["receipt-printer"]["fault"]) == ("hardwareError", "PR-02")
    assert (devices["id-reader"]["state"], devices["id-reader"]["since"]) == ("noDevice", "2026-11-22T00:30:00.000Z")
    assert devices["pin-pad"]["state"] == "unknown"
    with word_of(terminal):
        assert beat(gateway, terminal).get("devices", []) == [], "after a start nothing is known"


def test_support_facts_come_as_an_audit_entry_once_and_say_nothing_of_a_person(gateway, terminal):
    gateway.command("order", terminal.number, "collect-diagnostics")
    process.now(terminal.data, keys=terminal.keys)
    with terminal.journal() as journal, word_of(terminal) as (word, delivery):
        for _ in range(2):
            word.collect(journal, delivery, "clean")
        (entry,) = [entry for entry in journal.entries() if entry.header_values().get("event") == "diagnostics"]
    facts = entry.header_values()
    assert set(facts) == {
        "event", "order", "release", "python", "system", "machine", "journal", "pending", "awaiting_result",
        "clock_offset", "devices", "jobs",
    }  # fmt: skip
    assert any(job.startswith("heartbeat done") for job in facts["jobs"])
    for _ in range(2):
        process.now(terminal.data, keys=terminal.keys)
    (order,) = gateway.answer("orders", terminal.number)
    assert order["state"] == "done"
    assert [row for row in gateway.records("--limit", "500") if row["terminal"] == terminal.number][-1][
        "kind"
    ] == "audit"


def test_the_lock_and_the_signed_time_reach_the_terminal_process(gateway, terminal):
    with word_of(terminal) as (word, _):
        assert (word.lock(), word.bound(), word.wipe_begins()) == (None, None, False)
        gateway.command("order", terminal.number, "lock", "--reason", "audit")
        process.now(terminal.data, keys=terminal.keys)
        assert word.lock().reason == "audit"
        assert abs(word.bound() - datetime.now(UTC)) < timedelta(minutes=5)
        assert not word.wipe_begins()
    assert "audit" in json.dumps(gateway.answer("orders", terminal.number))


def test_the_terminal_lets_go_only_when_the_centre_has_heard_that_the_wipe_begins(gateway, terminal):
    with terminal.journal() as journal:
        journal.append("session-opened", {"session": "s"})
        journal.append("session-closed", {"session": "s"})
    gateway.command("order", terminal.number, "wipe", "--reason", "stolen")
    worker = open_worker(terminal.data, terminal.keys, HttpSender)
    with word_of(terminal) as (word, _), closing(worker):
        for job in ("heartbeat", "upload", "salvage"):
            worker.job(job, "schedule")
        assert [opened.step for opened in read_orders(terminal.data).open] == ["wiping"]
        assert not word.wipe_begins(), "it would say SY-03 and neither serve nor be wiped while there is no network"
        assert begun(terminal.data) is None
        worker.job("heartbeat", "schedule")
        assert word.wipe_begins()
        assert begun(terminal.data) is not None
