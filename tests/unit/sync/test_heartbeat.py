"""The heartbeat: the time counts when the centre signed it, an order when it is for this terminal, new and in time."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import timedelta

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.device_states import DeviceBoard
from offline_store.journal import open_journal
from offline_store.schema import DeviceStateRow
from sync.carrying_out import Orders
from sync.client.heartbeat import heartbeat
from sync.client.outcomes import Done, Stopped
from sync.client.session import Session
from sync.gateway.beating import TooManyOrders, interval, issue_order
from sync.gateway.cli_operations import fleet_line, with_heartbeat
from sync.gateway.heartbeat_store import StoredOrder
from sync.orders import FILE as ORDERS
from sync.orders import read_orders
from sync.protocol.exchange import JSON, Response
from sync.protocol.heartbeat import MAX_ORDERS, Heartbeat, HeartbeatAnswer, Order, TimeStatement
from sync.protocol.messages import parse
from sync.protocol.statements import Statement, make_statement, read_statement
from sync.trusted_time import FILE as TIME
from sync.trusted_time import TrustedTime
from sync.vitals import Vitals

STORE_KEY = bytes(range(32))


class _Trust:
    def __init__(self, terminal, authority_key):
        self.terminal, self.authority_key = terminal, authority_key


class Kiosk:
    """A terminal's sync side on a real data directory, against the gateway's core."""

    def __init__(self, hall, folder, number="T0001"):
        self.hall, self.folder = hall, folder
        self.enrolled = hall.terminal(number)
        self.offset = timedelta()
        self.journal = open_journal(
            folder, terminal=number, key=STORE_KEY, sign=self.enrolled.signer.sign, seal=lambda plain, info: plain,
            now=self.now,
        ).journal  # fmt: skip
        self.delivery = Delivery(folder, STORE_KEY)
        self.told = []
        self.orders = Orders(folder, self.now, self.drained, self.delivery.audit_names_order, self.told.append)
        (folder / "trust").mkdir()
        self.time = TrustedTime(folder, _Trust(number, hall.authority.public_key))
        self.vitals = Vitals(folder, self.delivery, self.orders, self.time, "intl", lambda: 7)
        self.between = lambda request, ask: ask(request)
        self.session = Session(
            number, self.enrolled.signer, lambda request: self.between(request, hall.ask), self.now, os.urandom
        )
        self.number = number

    def now(self):
        return self.hall.clock.now() - self.offset

    def drained(self):
        return self.delivery.backlog().pending == 0

    def beat(self):
        job = heartbeat(self.vitals, self.number, self.hall.authority.public_key, self.now, os.urandom)
        return self.session.run(job)

    def close(self):
        self.delivery.close()
        self.journal.close()


@pytest.fixture
def kiosk(hall, tmp_path):
    with closing(Kiosk(hall, tmp_path / "terminal")) as kiosk:
        yield kiosk


def order(hall, command, number="T0001"):
    with hall.store.transaction():
        return issue_order(number, command, "test", store=hall.store, authority=hall.authority, now=hall.clock.now())


def lock_of(folder):
    return read_orders(folder).lock


def states(hall):
    """(which of the orders, its state), in order."""
    return [(place, row.state) for place, row in enumerate(hall.store.heartbeats.orders("T0001", 99), 1)]


def details(hall):
    return [(row.state, row.detail) for row in hall.store.heartbeats.orders("T0001", 99)]


def with_orders(*signed):
    """An answer of the centre with these orders in place of its own."""

    def answer(request, ask):
        fresh = parse(HeartbeatAnswer, ask(request).body)
        return Response(200, {"content-type": JSON}, fresh.model_copy(update={"orders": signed}).to_wire())

    return answer


# --- how it is ------------------------------------------------------------------------------------------------------


def test_the_centre_keeps_the_latest_word_and_what_changed(kiosk, hall):
    with closing(DeviceBoard(kiosk.folder, STORE_KEY)) as board:
        board.tell(DeviceStateRow("card-reader", "online", None, "2026-11-22T00:00:00.000Z"))
        board.tell(DeviceStateRow("receipt-printer", "strange", "PR-02", "2026-11-22T00:00:00.000Z"))
        assert kiosk.beat() == Done(0, note="clock-offset 0 ms", every=30.0)
        assert kiosk.beat().items == 0
        board.tell(DeviceStateRow("card-reader", "noDevice", "CR-01", "2026-11-22T00:01:00.000Z"))
        kiosk.beat()
    changes = [(row.device, row.state, row.fault) for row in hall.store.heartbeats.changes("T0001", 9)]
    assert changes == [
        ("card-reader", "online", None), ("receipt-printer", "unknown", "PR-02"), ("card-reader", "noDevice", "CR-01"),
    ]  # fmt: skip
    hall.clock.forward(seconds=95)
    (row,) = [with_heartbeat(row, hall.store, hall.clock.now()) for row in hall.store.fleet()]
    assert (row["heartbeat"]["age"], row["heartbeat"]["pending"], row["heartbeat"]["snapshot"]) == (95, 1, 7)
    assert fleet_line(row)[-1] == "95 s ago, card-reader CR-01, receipt-printer PR-02"
    assert "nonce" not in json.dumps(row)


def test_a_terminal_that_never_said_anything_is_shown_as_such(hall):
    hall.terminal("T0009")
    (row,) = [with_heartbeat(row, hall.store, hall.clock.now()) for row in hall.store.fleet()]
    assert fleet_line(row)[-1] == "no heartbeat yet"


def test_heartbeats_take_no_more_of_the_gateway_when_the_fleet_grows():
    assert [interval(size) for size in (1, 900, 9_000, 50_000, 10**6)] == [30, 30, 300, 1666, 3600]


@pytest.mark.parametrize("change", [
    {"devices": ({"device": "x", "state": "broken", "since": "2026-11-22T00:00:00Z"},)}, {"name": "张三"},
    {"free_bytes": -1}, {"version": "1.0; DROP TABLE"}, {"suite": "none"}, {"nonce": "AA"},
])  # fmt: skip
def test_a_heartbeat_of_another_shape_is_refused(kiosk, hall, change):
    good = json.loads(kiosk.vitals.beat(bytes(16), kiosk.now()).to_wire())
    body = json.dumps({**good, **change}).encode()
    assert hall.ask(kiosk.enrolled.signed("POST", "/v1/heartbeat", body)).status == 400
    assert hall.store.heartbeats.latest("T0001") is None


# --- time -----------------------------------------------------------------------------------------------------------


def test_the_clocks_offset_is_measured_noted_and_said_with_the_next_beat(kiosk, hall):
    kiosk.offset = timedelta(seconds=4)
    assert kiosk.beat().note == "clock-offset 4000 ms"
    assert kiosk.delivery.clock_offset() == 4000
    kiosk.beat()
    assert parse(Heartbeat, hall.store.heartbeats.latest("T0001").content).clock_offset == 4000


def test_the_trusted_bound_is_the_latest_signed_time_and_never_goes_back(kiosk, hall):
    assert kiosk.time.bound() is None
    kiosk.beat()
    first = kiosk.time.bound()
    assert first == hall.clock.now()
    hall.clock.forward(days=-2)
    kiosk.beat()
    assert kiosk.time.bound() == first
    hall.clock.forward(days=3)
    kiosk.beat()
    assert kiosk.time.bound() == hall.clock.now()


def test_a_bound_that_somebody_wrote_himself_is_no_bound(kiosk, hall, tmp_path):
    kiosk.beat()
    file = kiosk.folder / "trust" / TIME
    signed = json.loads(file.read_bytes())
    later = TimeStatement(terminal="T0001", nonce=bytes(16), time="2099-01-01T00:00:00Z")
    stranger = hall.terminal("T0002")
    file.write_bytes(make_statement("time", later, stranger.signer).to_wire())
    assert kiosk.time.bound() is None
    file.write_bytes(json.dumps({**signed, "signature": "A" * 86}).encode())
    assert kiosk.time.bound() is None
    others = make_statement("time", later.model_copy(update={"terminal": "T0002"}), hall.authority.signing)
    file.write_bytes(others.to_wire())
    assert kiosk.time.bound() is None


@pytest.mark.parametrize("replayed", ["nonce", "terminal"])
def test_a_time_said_to_another_or_at_another_moment_is_not_believed(kiosk, hall, replayed):
    said = {"terminal": "T0001", "nonce": bytes(16), "time": "2030-01-01T00:00:00Z"}
    if replayed == "terminal":
        said["terminal"] = "T0002"

    def answer(request, ask):
        if replayed == "terminal":
            said["nonce"] = parse(Heartbeat, request.body).nonce
        time = make_statement("time", TimeStatement(**said), hall.authority.signing)
        return Response(200, {"content-type": JSON}, HeartbeatAnswer(time=time, every=30).to_wire())

    kiosk.between = answer
    assert kiosk.beat() == Stopped("statement-for-another")
    assert (kiosk.time.bound(), kiosk.delivery.clock_offset()) == (None, None)


# --- orders ---------------------------------------------------------------------------------------------------------


def test_a_lock_takes_the_terminal_out_of_service_and_an_unlock_gives_it_back(kiosk, hall):
    order(hall, "lock")
    assert kiosk.beat().items == 1
    assert lock_of(kiosk.folder).reason == "test"
    assert states(hall) == [(1, "issued")]
    kiosk.beat()
    assert states(hall) == [(1, "done")]
    assert parse(Heartbeat, hall.store.heartbeats.latest("T0001").content).locked
    order(hall, "unlock")
    kiosk.beat()
    assert lock_of(kiosk.folder) is None


def test_an_order_is_carried_out_once_however_often_it_is_sent(kiosk, hall):
    order(hall, "lock")
    kept = []
    kiosk.between = lambda request, ask: kept.append(ask(request)) or kept[-1]
    kiosk.beat()
    order(hall, "unlock")
    kiosk.beat()
    kiosk.between = with_orders(*parse(HeartbeatAnswer, kept[0].body).orders)
    assert kiosk.beat().items == 0
    assert lock_of(kiosk.folder) is None


@pytest.mark.parametrize("forged", ["unsigned", "by another", "for another", "as a time"])
def test_an_order_that_the_authority_did_not_give_to_this_terminal_is_not_carried_out(kiosk, hall, forged):
    good = Order(
        terminal="T0001", number=5, command="wipe", reason="r", issued_at="2026-11-22T00:00:00Z",
        not_after="2099-01-01T00:00:00Z",
    )  # fmt: skip
    stranger = hall.terminal("T0002").signer
    made = {
        "unsigned": Statement(suite=stranger.suite, statement=good.to_wire(), signature=bytes(64)),
        "by another": make_statement("order", good, stranger),
        "for another": make_statement("order", good.model_copy(update={"terminal": "T0002"}), hall.authority.signing),
        "as a time": make_statement("time", good, hall.authority.signing),
    }[forged]

    kiosk.between = with_orders(made)
    assert isinstance(kiosk.beat(), Stopped)
    assert (lock_of(kiosk.folder), kiosk.orders.book.open) == (None, ())


def test_an_order_that_comes_too_late_by_the_centres_time_is_void(kiosk, hall):
    order(hall, "lock")
    kept = []
    kiosk.between = lambda request, ask: kept.append(parse(HeartbeatAnswer, ask(request).body).orders) or ask(request)
    hall.clock.forward(hours=23)
    job = heartbeat(kiosk.vitals, "T0001", hall.authority.public_key, kiosk.now, os.urandom)
    next(job)
    job.close()
    late = [Statement.model_validate_json(row.statement) for row in hall.store.heartbeats.orders("T0001", 9)]
    hall.clock.forward(hours=2)

    def answer(request, ask):
        fresh = parse(HeartbeatAnswer, ask(request).body)
        assert fresh.orders == ()
        return Response(200, {"content-type": JSON}, fresh.model_copy(update={"orders": tuple(late)}).to_wire())

    kiosk.between = answer
    assert kiosk.beat().items == 1
    assert lock_of(kiosk.folder) is None
    assert kiosk.orders.book.reports[0].state == "expired"


def test_a_refresh_is_done_when_the_snapshot_job_has_ended_well(kiosk, hall):
    order(hall, "refresh")
    kiosk.beat()
    assert kiosk.orders.take_wanted() == ("snapshot",)
    kiosk.orders.go_on("upload", Done())
    kiosk.beat()
    assert states(hall) == [(1, "issued")]
    kiosk.orders.go_on("snapshot", Done(9))
    kiosk.beat()
    assert states(hall) == [(1, "done")]


def test_a_refresh_is_not_done_by_a_snapshot_that_was_under_way_when_it_was_ordered(kiosk, hall):
    kiosk.orders.begin()
    order(hall, "refresh")
    kiosk.beat()
    kiosk.orders.go_on("snapshot", Done(9))
    assert len(kiosk.orders.book.open) == 1
    kiosk.orders.begin()
    kiosk.orders.go_on("snapshot", Done(9))
    kiosk.beat()
    assert states(hall) == [(1, "done")]


def test_diagnostics_are_collected_when_the_journal_holds_them(kiosk, hall):
    number = order(hall, "collect-diagnostics").number
    kiosk.beat()
    assert [told.command for told in kiosk.told] == ["collect-diagnostics"]
    kiosk.orders.go_on("upload", Done())
    assert len(kiosk.orders.book.open) == 1
    kiosk.journal.append("audit", {"event": "diagnostics", "order": number, "free_bytes": 5})
    kiosk.orders.go_on("upload", Done())
    kiosk.beat()
    assert states(hall) == [(1, "done")]


def test_a_wipe_locks_at_once_drains_says_so_and_only_then_is_due(kiosk, hall):
    order(hall, "wipe")
    kiosk.beat()
    assert lock_of(kiosk.folder) is not None
    assert kiosk.orders.take_wanted() == ("upload", "salvage", "heartbeat")
    assert not kiosk.orders.wipe_due
    kiosk.beat()
    assert states(hall) == [(1, "draining")]
    kiosk.orders.go_on("upload", Done())
    assert not kiosk.orders.wipe_due, "something still waits"
    kiosk.delivery.mark_received(kiosk.journal.head, "2026-11-22T00:00:00.000Z")
    kiosk.orders.go_on("upload", Done())
    assert not kiosk.orders.wipe_due, "the centre has not heard it yet"
    kiosk.beat()
    assert states(hall) == [(1, "wiping")]
    assert kiosk.orders.wipe_due
    again = Orders(kiosk.folder, kiosk.now, kiosk.drained, lambda number: False, kiosk.told.append)
    assert again.wipe_due, "also after a crash"


@pytest.mark.parametrize("made_by", ["a stranger", "the centre for another beat"])
def test_a_wipe_is_not_due_when_somebody_else_says_that_the_centre_has_heard(kiosk, hall, made_by):
    order(hall, "wipe")
    kiosk.beat()
    kiosk.delivery.mark_received(kiosk.journal.head, "2026-11-22T00:00:00.000Z")
    kiosk.orders.go_on("upload", Done())
    assert [opened.step for opened in kiosk.orders.book.open] == ["wiping"]
    assert not kiosk.orders.wipe_due
    signer = hall.authority.signing if made_by == "the centre for another beat" else hall.terminal("T0002").signer

    def answer(request, ask):
        nonce = bytes(16) if made_by == "the centre for another beat" else parse(Heartbeat, request.body).nonce
        said = TimeStatement(terminal="T0001", nonce=nonce, time="2026-11-22T00:00:00Z")
        made = HeartbeatAnswer(time=make_statement("time", said, signer), every=30)
        return Response(200, {"content-type": JSON}, made.to_wire())

    kiosk.between = answer
    assert isinstance(kiosk.beat(), Stopped)
    assert not kiosk.orders.wipe_due
    kiosk.between = lambda request, ask: ask(request)
    kiosk.beat()
    assert kiosk.orders.wipe_due


def test_a_damaged_book_of_orders_locks_until_the_centre_speaks(kiosk, hall):
    (kiosk.folder / "trust" / ORDERS).write_bytes(b"{")
    assert lock_of(kiosk.folder).reason == "orders-damaged"
    number = order(hall, "unlock").number
    kiosk.beat()
    assert lock_of(kiosk.folder) is None
    assert read_orders(kiosk.folder).last == number


def test_an_order_of_a_centre_that_was_restored_from_a_backup_has_a_number_above_all_before_it(kiosk, hall):
    order(hall, "lock")
    kiosk.beat()
    order(hall, "unlock")
    kiosk.beat()
    kiosk.beat()
    with hall.store.transaction():
        # what a backup of before does not know
        hall.store.run("DELETE FROM terminal_order")
    hall.clock.forward(seconds=1)
    order(hall, "lock")
    kiosk.beat()
    assert lock_of(kiosk.folder) is not None
    kiosk.beat()
    assert states(hall) == [(1, "done")]


def test_an_order_whose_number_was_used_is_not_carried_out_and_the_centre_hears_of_it(kiosk, hall):
    order(hall, "unlock")
    kiosk.beat()
    kiosk.beat()
    with hall.store.transaction():
        hall.store.run("UPDATE terminal_order SET state = 'issued', detail = NULL")
    assert kiosk.beat().items == 0
    assert details(hall) == [("issued", None)]
    kiosk.beat()
    assert details(hall) == [("failed", "number-used")]
    assert kiosk.beat() == Done(0, note="clock-offset 0 ms", every=30.0)
    assert kiosk.orders.book.reports == ()


def later_release(hall, number, **more):
    """An order that this release does not know."""

    class Later(Order):
        command: str
        until: str | None = None

    now = hall.clock.now()
    made = Later(
        terminal="T0001", number=number, reason="test", issued_at=timestamp(now), **{"command": "restart", **more},
        not_after=timestamp(now + timedelta(hours=24)),
    )  # fmt: skip
    return make_statement("order", made, hall.authority.signing)


@pytest.mark.parametrize("more", [{}, {"command": "lock", "until": "tomorrow"}])
def test_an_order_of_a_later_release_fails_by_its_name_and_the_others_are_carried_out(kiosk, hall, more):
    now = hall.clock.now()
    first = order(hall, "lock")
    unknown = later_release(hall, first.number + 1, **more)
    void, signed = timestamp(now + timedelta(hours=24)), unknown.to_wire()
    stored = StoredOrder(
        "T0001", first.number + 1, "restart", "test", timestamp(now), void, signed, "issued", None, None
    )
    with hall.store.transaction():
        hall.store.heartbeats.issue(stored)
    assert kiosk.beat().items == 1
    assert (lock_of(kiosk.folder) is not None, kiosk.time.bound()) == (True, now)
    kiosk.beat()
    assert details(hall) == [("done", None), ("failed", "unknown-command")]
    kiosk.between = with_orders(unknown)
    assert kiosk.beat().items == 0
    assert kiosk.orders.book.open == ()


def test_an_order_that_nobody_signed_is_an_alarm_and_keeps_no_other_from_being_carried_out(kiosk, hall):
    order(hall, "lock")
    good = parse(Statement, hall.store.heartbeats.orders("T0001", 9)[0].statement)
    kiosk.between = with_orders(good.model_copy(update={"signature": bytes(64)}), good)
    assert kiosk.beat() == Stopped("statement-not-genuine", items=1)
    assert lock_of(kiosk.folder) is not None
    assert kiosk.time.bound() == hall.clock.now()


def test_a_lock_and_a_wipe_wait_behind_no_other_order_and_no_other_order_may_pile_up(kiosk, hall):
    for _ in range(MAX_ORDERS):
        order(hall, "refresh")
    with pytest.raises(TooManyOrders, match="T0001 has not answered 16 orders"):
        order(hall, "unlock")
    order(hall, "lock")
    order(hall, "wipe")
    numbers = []

    def seen(request, ask):
        answer = ask(request)
        signed = parse(HeartbeatAnswer, answer.body).orders
        numbers.append([parse(Order, each.statement).number for each in signed])
        return answer

    kiosk.between = seen
    kiosk.beat()
    assert lock_of(kiosk.folder) is not None
    assert [opened.step for opened in kiosk.orders.book.open if opened.order.command == "wipe"] == ["draining"]
    assert len(numbers[0]) == MAX_ORDERS
    assert numbers[0] == sorted(numbers[0])


def test_wipes_that_were_meant_for_the_machine_before_hide_no_order_from_the_present_one(hall):
    hall.terminal()
    for _ in range(MAX_ORDERS + 4):
        order(hall, "wipe")
        hall.clock.forward(seconds=1)
    present = hall.terminal(key="another machine's key")
    order(hall, "lock")
    order(hall, "refresh")
    beat = Heartbeat(
        nonce=bytes(16), at=timestamp(hall.clock.now()), version="1", suite=hall.authority.suite, devices=(), pending=0,
        awaiting_result=0, free_bytes=1, snapshot=0, locked=False,
    )  # fmt: skip
    answer = parse(HeartbeatAnswer, hall.ask(present.signed("POST", "/v1/heartbeat", beat.to_wire())).body)
    told = [read_statement("order", Order, said, hall.authority.public_key).command for said in answer.orders]
    assert told == ["lock", "refresh"]


def test_what_is_to_be_said_of_orders_is_never_pushed_out_by_orders_that_come_again(kiosk, hall):
    order(hall, "wipe")
    kiosk.beat()
    kiosk.delivery.mark_received(kiosk.journal.head, "2026-11-22T00:00:00.000Z")
    kiosk.orders.go_on("upload", Done())
    wipe = kiosk.orders.book.open[0].order
    assert not kiosk.orders.wipe_due
    for number in range(1, 2 * MAX_ORDERS):
        kiosk.orders.accept(wipe.model_copy(update={"number": number, "command": "refresh"}), expired=False)
    assert len(kiosk.orders.book.reports) == MAX_ORDERS
    assert not kiosk.orders.wipe_due
