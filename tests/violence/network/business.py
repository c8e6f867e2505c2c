"""A terminal at work before a bad network, and the account that is drawn up afterwards.

Every act carries a word of its own, so that the account says which was lost and which was doubled. One act in seven is
of a type that the centre does not know: its result has to be a refusal.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

from offline_store.journal import Journal
from sync import process
from sync.client.http import HttpSender
from sync.client.outcomes import Done, Later
from sync.passes import open_worker
from sync.protocol.messages import RecordQuery
from tests.wire.sync_gateway.conftest import Gateway, Terminal

ID_NUMBER = "110199198803120233"


@dataclass
class Business:
    """What one terminal accepted: `expected` is the result each act has to get, by its place."""

    gateway: Gateway
    terminal: Terminal
    journal: Journal
    expected: dict[tuple[int, int], tuple[str, str | None]] = field(default_factory=dict)
    words: dict[tuple[int, int], str] = field(default_factory=dict)

    def accept(self, acts: int = 1) -> None:
        """People come by; what is appended was shown to them as accepted."""
        for _ in range(acts):
            number = len(self.expected) + 1
            word = f"SI-{number}"
            if number % 7 == 0:
                body, result = b'{"type":"unheard-of"}', ("refused", "act-type-unknown")
            else:
                body, result = self._query(word), ("accepted", None)
            position = self.journal.append("act", {"session": f"s{number}"}, body)
            self.expected[position.epoch, position.seq] = result
            self.words[position.epoch, position.seq] = word

    @staticmethod
    def _query(word: str) -> bytes:
        return RecordQuery(
            item=word, id_number=ID_NUMBER, data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
        ).to_wire()

    def sync(self, url: str) -> process.Summary:
        """`kiosk sync now` through a proxy."""
        return process.now(self.terminal.data, keys=self.terminal.keys, gateway_url=url)

    def sync_in_trouble(self, url: str, *, patience: float | None = None) -> process.Summary:
        """The same while something is wrong: no job may do more than say later, and why.

        `patience`: seconds until silence counts as no answer, where that is what the fault is about.
        """
        if patience is None:
            summary = self.sync(url)
        else:
            with closing(
                open_worker(self.terminal.data, self.terminal.keys, lambda _: HttpSender(url, read_seconds=patience))
            ) as worker:
                summary = worker.all_jobs("operator")
        for run in summary.runs:
            assert isinstance(run.outcome, Done | Later), f"{run.job}: {run.word} {run.detail}"
            assert isinstance(run.outcome, Done) or run.detail, f"{run.job} does not say why"
        return summary

    def check_rows(self, summary: process.Summary) -> None:
        """What an operator reads later is what happened."""
        rows = dict(process.status(self.terminal.data, keys=self.terminal.keys).last_runs)
        for run in summary.runs:
            row = rows[run.job]
            assert row is not None
            assert (row.outcome, row.detail) == (run.word, run.detail)

    def settle(self, url: str) -> None:
        """The net is whole again: one pass brings everything, and the results as soon as the centre has them."""
        summary = self.sync(url)
        assert summary.complete, [f"{run.job}: {run.word} {run.detail}" for run in summary.runs]
        backlog = summary.backlog
        assert backlog.pending == 0
        with closing(open_worker(self.terminal.data, self.terminal.keys, lambda _: HttpSender(url))) as worker:
            for _ in range(400):
                if backlog.awaiting_result == 0:
                    return
                time.sleep(0.02)
                assert isinstance(worker.job("results", "operator").outcome, Done)
                backlog = worker.status().backlog
        raise AssertionError(f"there is still {backlog}")

    def check(self) -> None:
        """At the centre: each act once, with the result it has to have, and nothing else. Here: nothing waits."""
        backlog = process.status(self.terminal.data, keys=self.terminal.keys).backlog
        assert (backlog.pending, backlog.awaiting_result) == (0, 0)
        number = self.terminal.number
        uri = f"file:{self.gateway.data / 'gateway.db'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as store:
            chain = store.execute("SELECT epoch, seq FROM chain WHERE terminal = ? AND kind = 'act'", (number,))
            places = [(epoch, seq) for epoch, seq in chain]
            results = store.execute(
                "SELECT r.epoch, r.seq, r.state, r.reason FROM result AS r JOIN chain AS c USING (terminal, epoch, seq)"
                " WHERE terminal = ? AND c.kind = 'act'",
                (number,),
            ).fetchall()
            acts = store.execute("SELECT epoch, seq, content FROM act WHERE terminal = ?", (number,)).fetchall()
            alarms = store.execute("SELECT code FROM alarm WHERE terminal = ?", (number,)).fetchall()
        assert sorted(places) == sorted(self.expected), "what the centre holds is what was accepted"
        assert set(Counter(row[:2] for row in results).values()) <= {1}, "none is processed twice"
        assert {row[:2]: row[2:] for row in results} == self.expected, "each has its result"
        accepted = {place for place, (state, _) in self.expected.items() if state == "accepted"}
        assert sorted(row[:2] for row in acts) == sorted(accepted), "each act is there once"
        for epoch, seq, content in acts:
            assert f'"{self.words[epoch, seq]}"'.encode() in content, "at its place is that very act"
        assert alarms == [], "a bad network is nobody's fault"
