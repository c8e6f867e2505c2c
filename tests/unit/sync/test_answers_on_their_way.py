"""An answer of the centre that comes late: what happened on the terminal meanwhile is not undone by it."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from sync.client import jobs
from sync.client.outcomes import Done, Later, Stopped
from sync.client.session import Session
from sync.gateway.refusals import problem
from sync.protocol.exchange import JSON, Response
from sync.protocol.messages import ChainReceipt, Expected, RecordQuery, parse
from sync.terminal_keys import load_signer
from sync.trust import read_trust
from tests.unit.sync.real_disk import STORE_KEY, RealDisk


class Terminal(RealDisk):
    """A disk whose line it is itself; `meanwhile` happens before an answer arrives."""

    def __init__(self, hall, folder):
        super().__init__(hall, folder)
        self.meanwhile = lambda request, answer: answer

    def break_off(self):
        """The journal cannot go on: the terminal begins a new epoch."""
        with self.journal(replace_because="test"):
            pass

    def once(self, path, then):
        """Have `then` happen while the first answer to that path is on its way."""

        def meanwhile(request, answer):
            if request.path.partition("?")[0] != path:
                return answer
            self.meanwhile = lambda request, answer: answer
            return then(answer) or answer

        self.meanwhile = meanwhile

    def __call__(self, request):
        return self.meanwhile(request, self.hall.ask(request))

    def close(self):
        """There is no line to close."""

    def line(self):
        return self

    def job(self, name):
        with self.worker() as worker:
            return worker.job(name, "operator").outcome

    @property
    def delivery(self):
        return closing(Delivery(self.folder, STORE_KEY))


@pytest.fixture
def terminal(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    terminal = Terminal(hall, tmp_path / "terminal")
    terminal.make()
    terminal.accept("A1")
    assert terminal.sync() == {}
    terminal.accept("A2")
    return terminal


def processed(hall):
    hall.process()
    found = hall.store.all("SELECT content FROM act WHERE type = 'record-query'")
    return sorted(RecordQuery.model_validate_json(row[0]).item for row in found)


def moved_aside_meanwhile(terminal, answer=None):
    def then(_):
        terminal.break_off()
        return answer

    return then


@pytest.mark.parametrize("answered", ["received", "a gap", "a fork"])
def test_a_journal_moved_aside_while_its_upload_is_answered_goes_on_in_service(terminal, hall, answered):
    lost = Expected(epoch=1, seq=2, head=bytes(32))
    answers = {
        "received": None,
        "a gap": problem(409, "gap", "Missing.", expected=lost, epoch=1, seq=3),
        "a fork": problem(409, "fork", "Another entry.", epoch=1, seq=3),
    }
    terminal.once("/v1/chain", moved_aside_meanwhile(terminal, answers[answered]))
    assert terminal.job("upload") == Later("epoch-differs")
    assert terminal.out_of_service is None
    assert terminal.sync() == {}
    assert processed(hall) == ["A1", "A2"]
    assert terminal.out_of_service is None


def test_a_fork_said_of_the_epoch_before_does_not_follow_the_terminal_into_an_operators_new_one(
    terminal, hall, tmp_path
):
    copy = Terminal(hall, tmp_path / "copy")
    shutil.copytree(terminal.folder, copy.folder)
    copy.accept("B2")
    assert terminal.sync() == {}

    def enrolled_again(_):
        copy.enrol(again=True)
        with copy.journal():
            pass

    copy.once("/v1/chain", enrolled_again)
    assert copy.job("upload") == Later("epoch-differs")
    assert copy.out_of_service is None


def test_a_head_asked_for_before_the_new_epoch_was_uploaded_makes_no_old_disk_of_it(terminal):
    asked = terminal.hall.ask

    def slow(request):
        if request.path.startswith("/v1/chain/head"):
            # the terminal starts, and another process is quicker with its upload
            terminal.hall.ask = asked
            terminal.break_off()
            assert terminal.sync() == {}
        return asked(request)

    terminal.hall.ask = slow
    assert terminal.job("head") == Later("epoch-differs")
    assert terminal.out_of_service is None


def states(delivery):
    rows = [delivery.state_of(1, seq) for seq in range(1, 10)]
    return {row.state for row in rows if row is not None}


def test_an_answer_about_the_head_that_was_overtaken_makes_nothing_wait_again(terminal, hall):
    def another_pass(_):
        terminal.sync()
        processed(hall)
        terminal.sync()

    terminal.once("/v1/chain/head", another_pass)
    assert terminal.job("head") == Later("overtaken")
    assert terminal.job("head") == Done()
    with terminal.delivery as delivery:
        assert states(delivery) == {"processed"}
        assert delivery.delete_old_bodies(timestamp(datetime.now(UTC) + timedelta(days=30))) == 2


def test_a_gap_that_was_filled_by_another_process_makes_nothing_wait_again(terminal, hall):
    with terminal.delivery as delivery:
        head = delivery.acknowledged_head()

    def another_pass(_):
        terminal.sync()
        processed(hall)
        terminal.sync()
        expected = Expected(epoch=1, seq=head.seq + 1, head=head.hash)
        return problem(409, "gap", "Missing.", expected=expected, epoch=1, seq=head.seq + 1)

    terminal.once("/v1/chain", another_pass)
    assert terminal.job("upload") == Later("overtaken")
    with terminal.delivery as delivery:
        assert states(delivery) == {"processed"}


def test_a_receipt_for_another_epoch_stops_the_upload_and_is_no_fork(terminal):
    def of_another_epoch(answer):
        receipt = parse(ChainReceipt, answer.body)
        changed = receipt.model_copy(update={"expected": receipt.expected.model_copy(update={"epoch": 2})})
        return Response(200, {"content-type": JSON}, changed.to_wire())

    terminal.once("/v1/chain", of_another_epoch)
    assert terminal.job("upload") == Stopped("receipt-for-another")
    assert terminal.out_of_service is None


def test_a_centre_that_lost_the_end_of_the_chain_is_still_told_again(terminal, hall):
    with terminal.delivery as delivery:
        signer = load_signer(terminal.keys, read_trust(terminal.folder).terminal_key_fingerprint)
        session = Session("T0001", signer, terminal, hall.clock.now, os.urandom)
        first = delivery.pending(limit=1, max_bytes=1)[0].entry
        assert terminal.sync() == {}
        expected = Expected(epoch=1, seq=first.seq, head=first.prev)
        terminal.once("/v1/chain/head", lambda _: Response(200, {"content-type": JSON}, expected.to_wire()))
        assert session.run(jobs.head(delivery, hall.clock.now)) == Done()
        assert next(item.entry.seq for item in delivery.pending(limit=9, max_bytes=1 << 20)) == first.seq
