"""A pass leaves no heap of rows about passes of long ago, also while there is no network."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

from offline_store.chain import timestamp
from offline_store.connection import open_encrypted
from offline_store.journal import open_journal
from offline_store.keys import KeyFiles
from sync.client.outcomes import Later, NoAnswer
from sync.enrolment import enrol
from sync.passes import open_worker
from sync.protocol.sealing import seal_body
from sync.terminal_keys import load_signer
from sync.trust import read_trust

STORE_KEY = bytes(range(32))


class NoNetwork:
    def __call__(self, request):
        return NoAnswer("unreachable")

    def close(self):
        """There is no line to close."""


def test_rows_about_runs_of_long_ago_go_although_the_centre_cannot_be_reached(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    data = tmp_path / "terminal"
    data.mkdir(mode=0o700)
    keys = KeyFiles(data / "keys", allow_file=True, warn=lambda _: None)
    keys.create("store", STORE_KEY)
    enrol(
        data, terminal="T0001", code=hall.code("T0001").to_text(), keys=keys, send=hall.ask, now=hall.clock.now,
        suite=hall.authority.suite,
    )  # fmt: skip
    trust = read_trust(data)
    open_journal(
        data, terminal="T0001", key=STORE_KEY, sign=load_signer(keys, trust.terminal_key_fingerprint).sign,
        seal=lambda plain, info: seal_body(plain, info, trust.centre_key), now=hall.clock.now,
        suite=hall.authority.suite, enrolled_epoch=trust.least_epoch,
    ).journal.close()  # fmt: skip
    with closing(open_worker(data, keys, lambda _: NoNetwork())) as worker:
        worker.job("upload", "schedule")
        with closing(open_encrypted(data / "journal.db", STORE_KEY)) as journal:
            for days in (32, 31, 29):
                long_ago = timestamp(datetime.now(UTC) - timedelta(days=days))
                for _ in range(3):
                    journal.execute(
                        "INSERT INTO runs(job, started_by, started_at, items) VALUES ('upload', 'schedule', ?, 0)",
                        (long_ago,),
                    )
            assert worker.job("results", "schedule").outcome == Later("unreachable")
            assert journal.rows("SELECT job, count(*) FROM runs GROUP BY job") == [("results", 1), ("upload", 4)]
