"""People of the centre's core system, and terminals that ask about them: one by hand, one with a real journal."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta

from offline_store.delivery import Delivery
from offline_store.journal import open_journal
from offline_store.schema import CardRow, CaseRow, ContributionRow, PersonRow
from sync.asking import Questions
from sync.client.questions import Ages, questions
from sync.client.session import Session
from sync.gateway.answering import answer_open
from sync.gateway.connectors.core_system import CoreUnavailable
from sync.gateway.connectors.demo import DemoCore
from sync.protocol.messages import parse
from sync.protocol.questions import (
    AnswerStatement,
    CardStatusChange,
    ConfirmIdentity,
    Question,
)
from sync.protocol.statements import Statement, read_statement

STORE_KEY = bytes(range(32))
LI, CARD = "110199198803120233", "A00000011"
WANG = "110199194506150018"
PEOPLE = (
    PersonRow(LI, "李测试", "1", "01", "1988-03-12", "worker", "990100", None),
    PersonRow(WANG, "王测试", "1", "01", "1945-06-15", "pensioner", "990100", None),
    CardRow(CARD, LI, "normal", "2024-01-01", "2034-01-01", "990100", None, None),
    ContributionRow(LI, "110", "2026-10", "某公司", 500000, 40000, 80000, "paid"),
    CaseRow("EM-01-1", LI, "EM-01", "approved", "2026-10-01T00:00:00.000Z"),
)
WHO = ConfirmIdentity(id_number=LI, name="李测试", card_number=CARD)
LOSS = CardStatusChange(change="loss-report", id_number=LI, card_number=CARD, level=1)
RELEASE = CardStatusChange(change="release", id_number=LI, card_number=CARD, level=2)


@dataclass
class Counting:
    """The demonstration's core system; counts what it is asked, and can be away or cut off after doing."""

    demo: DemoCore
    asked: list[str] = field(default_factory=list)
    away: bool = False
    cut: bool = False

    def __getattr__(self, name):
        method = getattr(self.demo, name)

        def call(*words):
            self.asked.append(name)
            if self.away:
                raise CoreUnavailable("away")
            answer = method(*words)
            if self.cut:
                raise CoreUnavailable("cut")
            return answer

        return call


@dataclass
class Asker:
    """A terminal by hand."""

    hall: object
    core: Counting
    terminal: object

    def post(self, question):
        body = question if isinstance(question, bytes) else question.to_wire()
        return self.hall.ask(self.terminal.signed("POST", "/v1/questions", body))

    def get(self, question):
        return self.terminal.get(f"/v1/questions/{question}")

    def answer(self):
        return answer_open(self.hall.store, self.core, self.hall.authority.signing, 20, self.hall.clock)

    def say(self, response):
        signed = parse(Statement, response.body)
        return read_statement("answer", AnswerStatement, signed, self.hall.authority.public_key)

    def ask(self, asks, id=None):
        question = Question(id=id or os.urandom(8).hex() + "AAAAAA", deadline=30, asks=asks)
        assert self.post(question).status == 202
        self.answer()
        return self.say(self.get(question.id))


def q(asks=WHO, id="A" * 22, deadline=30):
    return Question(id=id, deadline=deadline, asks=asks)


class Kiosk:
    """A terminal with a real journal; `between` stands between it and the centre."""

    def __init__(self, asker, folder):
        self.asker, self.hall, self.folder = asker, asker.hall, folder
        self.behind, self.elapsed = timedelta(), 0.0
        signer = asker.terminal.signer
        self.journal = open_journal(
            folder, terminal="T0001", key=STORE_KEY, sign=signer.sign, seal=lambda plain, info: plain,
            now=self.now,
        ).journal  # fmt: skip
        self.delivery = Delivery(folder, STORE_KEY)
        self.questions = Questions(folder, STORE_KEY, (self.hall.authority.anchor,), self.now, os.urandom)
        self.ages = Ages(lambda: self.elapsed)
        self.requests, self.noted = [], []
        self.between = lambda request, ask: ask(request)
        self.session = Session(
            "T0001", signer, self.send, self.now, os.urandom, measured=lambda: self.delivery.clock_offset()
        )

    def now(self):
        """By the terminal's own clock."""
        return self.hall.clock.now() - self.behind

    def send(self, request):
        self.requests.append((request.method, request.path))
        return self.between(request, self.hall.ask)

    def run(self, key=None):
        job = questions(
            self.delivery.questions, "T0001", key or self.hall.authority.public_key, self.now,
            lambda row, state: self.noted.append((row.kind, state)), self.ages,
        )  # fmt: skip
        return self.session.run(job)

    def close(self):
        self.questions.close()
        self.delivery.close()
        self.journal.close()
