"""The loop and a pass that somebody starts by hand keep one order book: what one of them writes, the other keeps."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from sync.carrying_out import Orders
from sync.client.outcomes import Done
from sync.orders import read_orders
from sync.protocol.heartbeat import Order

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "trust").mkdir()
    return tmp_path


def made(folder, collected=lambda number: False, told=None):
    return Orders(folder, lambda: NOW, lambda: False, collected, [].append if told is None else told.append)


def order(number, command):
    return Order(
        terminal="T0001", number=number, command=command, reason="inspection",
        issued_at="2026-11-22T08:00:00Z", not_after="2026-11-23T08:00:00Z",
    )  # fmt: skip


def test_an_order_that_the_other_accepts_in_the_middle_of_a_report_is_kept_and_so_is_the_report(folder):
    other = made(folder)
    others_hand = threading.Thread(target=lambda: other.accept(order(2, "lock"), expired=False))

    def collected(number):
        # the loop has read the book, and will write what it made of it
        others_hand.start()
        others_hand.join(0.3)
        return True

    loop = made(folder, collected)
    made(folder).accept(order(1, "collect-diagnostics"), expired=False)
    loop.go_on("upload", Done())
    others_hand.join()
    book = read_orders(folder)
    assert book.last == 2
    assert book.lock is not None
    assert {(report.number, report.state) for report in book.reports} == {(1, "done"), (2, "done")}
    assert book.open == ()


def test_an_order_that_both_were_given_is_written_down_once(folder):
    told = []
    for each in (made(folder, told=told), made(folder, told=told)):
        each.accept(order(1, "collect-diagnostics"), expired=False)
    assert [opened.order.number for opened in read_orders(folder).open] == [1]
    assert len(told) == 1


def test_an_order_of_a_lower_number_than_the_last_is_never_accepted_again(folder):
    orders = made(folder)
    orders.accept(order(2, "unlock"), expired=False)
    assert not orders.accept(order(1, "lock"), expired=False)
    assert read_orders(folder).lock is None
    orders.accept(order(2, "lock"), expired=True)
    assert [(report.number, report.state) for report in read_orders(folder).reports] == [(2, "done"), (1, "failed")]


def test_a_wipe_gives_way_to_no_later_order_and_what_does_is_told(folder):
    orders = made(folder)
    orders.accept(order(1, "wipe"), expired=False)
    for number in range(2, 18):
        orders.accept(order(number, "refresh"), expired=False)
    book = read_orders(folder)
    assert [opened.order.number for opened in book.open] == [1, *range(3, 18)]
    assert (2, "failed", "too-many-orders") in {(told.number, told.state, told.reason) for told in book.reports}
