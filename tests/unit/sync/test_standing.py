"""Whether the terminal may serve anybody follows from what the centre says of its key."""

from __future__ import annotations

import os
from contextlib import closing

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.journal import open_journal
from sync.client import jobs
from sync.client.outcomes import Done, Stopped
from sync.client.session import Session
from sync.standing import judge

STORE_KEY = bytes(range(32))


class Terminal:
    """An enrolled terminal's journal, and its standing after each job."""

    def __init__(self, hall, folder):
        self.hall = hall
        self.enrolled = hall.terminal("T0001")
        with closing(
            open_journal(
                folder, terminal="T0001", key=STORE_KEY, sign=self.enrolled.signer.sign, seal=lambda plain, info: plain,
                now=hall.clock.now, suite=hall.authority.suite,
            ).journal
        ):  # fmt: skip
            self.delivery = Delivery(folder, STORE_KEY)

    def head(self):
        now = self.hall.clock.now
        session = Session("T0001", self.enrolled.signer, self.hall.ask, now, os.urandom)
        outcome = session.run(jobs.head(self.delivery, now))
        judge(self.delivery, "head", outcome, timestamp(now()))
        return outcome

    @property
    def out_of_service(self):
        found = self.delivery.out_of_service()
        return None if found is None else found.code


@pytest.fixture
def terminal(hall, tmp_path):
    terminal = Terminal(hall, tmp_path / "terminal")
    yield terminal
    terminal.delivery.close()


def test_a_terminal_whose_certificate_is_over_serves_nobody_until_the_centre_answers_it_again(hall, terminal):
    assert terminal.head() == Done()
    assert terminal.out_of_service is None
    hall.clock.forward(days=366)
    assert terminal.head() == Stopped("certificate-expired")
    assert terminal.out_of_service == "certificate-expired"
    terminal.enrolled = hall.terminal("T0001")
    assert terminal.head() == Done()
    assert terminal.out_of_service is None
