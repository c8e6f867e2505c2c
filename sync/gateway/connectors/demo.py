"""A core system of the demonstration: it knows the invented population, and remembers what it was told to do.

What was done is in a file of its own (`demo-core.db`), as it would be in another machine: a card reported lost is lost
for every later question, and in the live record. Everything under one key is done once.

An e-card code of the demonstration is `demo_ecard_code`: good for five minutes, for one question.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from offline_store.chain import timestamp
from offline_store.schema import CardRow, CaseRow, PersonRow, SnapshotRow, to_record
from sync.gateway.connectors.demo_document import demo_page
from sync.gateway.connectors.draft_people import DraftPeople
from sync.protocol import cose
from sync.protocol.certificate_wire import Anchor
from sync.protocol.questions import (
    Answer,
    CardStatusAnswer,
    CardStatusChange,
    ConfirmEcardCode,
    ConfirmIdentity,
    DocumentAnswer,
    EcardAnswer,
    EcardHolder,
    FetchDocument,
    IdentityAnswer,
    LiveRecord,
    LiveRecordAnswer,
    PinResetAnswer,
    PinResetToken,
    Refusal,
)
from sync.protocol.sealed_document import seal_document

ORIGIN: Final = "demo-core-system"
FILE: Final = "demo-core.db"
TOKEN_SECONDS: Final = 300
_ECARD_MINUTES: Final = 5
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY, said TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS card (number TEXT PRIMARY KEY, status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS case_ (number TEXT PRIMARY KEY, id_number TEXT NOT NULL, item TEXT NOT NULL,
    at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ecard (code TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL);
"""
_SAID: Final[TypeAdapter[Answer | Refusal]] = TypeAdapter(Answer | Refusal)

_UNKNOWN_CARD: Final = Refusal(
    reason="card-unknown",
    words_zh="中心没有查到您名下的这张社会保障卡。",
    words_en="The centre has no such card under your name.",
)
_LEVEL: Final = Refusal(
    reason="level-too-low",
    words_zh="办理此业务需要更高级别的身份核验。",
    words_en="This needs a stronger proof of identity.",
)
_TOO_LATE: Final = Refusal(
    reason="too-late", words_zh="请求已超时，未办理。", words_en="The request came too late: nothing was done."
)


def demo_ecard_code(id_number: str, now: datetime) -> str:
    """The code that the invented person's phone shows in this minute."""
    return _ecard(id_number, int(now.timestamp()) // 60)


class DemoCore:
    """`CoreSystem` over the draft in `folder`. `anchor` and `signer` seal documents. One thread."""

    def __init__(self, folder: Path, draft: Path, anchor: Anchor, signer: cose.Signer) -> None:
        self._file = folder / FILE
        self._people = DraftPeople(draft)
        self._anchor = anchor
        self._signer = signer
        with self._writing() as database:
            if database.execute("SELECT 1 FROM secret").fetchone() is None:
                database.execute("INSERT INTO secret VALUES (?)", (secrets.token_bytes(32),))

    def confirm_identity(self, asks: ConfirmIdentity) -> IdentityAnswer:
        person, cards = self._known(asks.id_number)
        if person is None:
            return IdentityAnswer(verdict="cannot-be-said")
        same = person.name == asks.name and (asks.card_number is None or asks.card_number in cards)
        return IdentityAnswer(verdict="confirmed" if same else "differs")

    def confirm_ecard_code(self, key: str, asks: ConfirmEcardCode, now: datetime) -> EcardAnswer:
        def confirm(database: sqlite3.Connection) -> EcardAnswer:
            minute = int(now.timestamp()) // 60
            minutes = range(minute - _ECARD_MINUTES + 1, minute + 1)
            fresh = database.execute("INSERT OR IGNORE INTO ecard VALUES (?)", (asks.code,)).rowcount == 1
            if not fresh or not any(asks.code.startswith(_ecard_prefix(each)) for each in minutes):
                return EcardAnswer()
            holder = self._people.first(lambda row: asks.code in {_ecard(row.id_number, each) for each in minutes})
            if holder is None:
                return EcardAnswer()
            _, cards = self._known(holder.id_number)
            return EcardAnswer(
                holder=EcardHolder(id_number=holder.id_number, name=holder.name, card_number=next(iter(cards), None))
            )

        said = self._once(key, confirm)
        return said if isinstance(said, EcardAnswer) else EcardAnswer()

    def live_record(self, asks: LiveRecord, now: datetime) -> LiveRecordAnswer:
        return LiveRecordAnswer(
            as_of=timestamp(now),
            origin=ORIGIN,
            records=tuple(to_record(row) for row in self._rows(asks.id_number)),
        )

    def change_card_status(self, key: str, asks: CardStatusChange, now: datetime) -> CardStatusAnswer | Refusal:
        def change(database: sqlite3.Connection) -> CardStatusAnswer | Refusal:
            _, cards = self._known(asks.id_number)
            card = cards.get(asks.card_number)
            if card is None:
                return _UNKNOWN_CARD
            lost = asks.change == "loss-report"
            if asks.level < (1 if lost else 2):
                return _LEVEL
            if card.status != ("normal" if lost else "lost"):
                return Refusal(
                    reason=f"card-is-{card.status}",
                    words_zh="卡片的当前状态不能办理此业务。",
                    words_en="The card's present state does not allow this.",
                )
            item, status = ("CRD-07", "lost") if lost else ("CRD-08", "normal")
            number = _free_number(database, f"{item}-{now:%Y%m%d}-", hashlib.sha256(key.encode()).hexdigest())
            database.execute("INSERT OR REPLACE INTO card VALUES (?, ?)", (asks.card_number, status))
            database.execute("INSERT INTO case_ VALUES (?, ?, ?, ?)", (number, asks.id_number, item, timestamp(now)))
            return CardStatusAnswer(
                status="lost" if lost else "normal",
                case_number=number,
                words_zh=f"{'挂失' if lost else '解挂'}已生效，业务编号 {number}。",
                words_en=f"The card is {'reported lost' if lost else 'released'} from now on, case {number}.",
            )

        said = self._once(key, change)
        return said if isinstance(said, CardStatusAnswer | Refusal) else _TOO_LATE

    def pin_reset_token(self, key: str, asks: PinResetToken, now: datetime) -> PinResetAnswer | Refusal:
        def allow(database: sqlite3.Connection) -> PinResetAnswer | Refusal:
            _, cards = self._known(asks.id_number)
            card = cards.get(asks.card_number)
            if card is None:
                return _UNKNOWN_CARD
            if asks.level < 3:
                return _LEVEL
            if card.status != "normal":
                return Refusal(
                    reason=f"card-is-{card.status}",
                    words_zh="卡片不是正常状态，不能重置密码。",
                    words_en="The card is not in normal use: its PIN cannot be reset.",
                )
            (secret,) = database.execute("SELECT value FROM secret").fetchone()
            return PinResetAnswer(
                card_number=asks.card_number,
                token=hmac.digest(secret, key.encode(), "sha256")[:16],
                not_after=timestamp(now + timedelta(seconds=TOKEN_SECONDS)),
            )

        said = self._once(key, allow)
        return said if isinstance(said, PinResetAnswer | Refusal) else _TOO_LATE

    def fetch_document(self, asks: FetchDocument, now: datetime) -> DocumentAnswer | Refusal:
        for row in self._rows(asks.id_number):
            if isinstance(row, CaseRow) and row.number == asks.number:
                page = demo_page(("DEMO - NOT VALID", f"Decision in case {row.number}", row.item, row.state, row.at))
                title = f"办理结果 Decision {row.number}"
                seal = seal_document(
                    page, number=row.number, title=title, sealed_at=row.at, anchor=self._anchor, signer=self._signer
                )
                return DocumentAnswer(document=page, seal=seal)
        return Refusal(
            reason="document-unknown",
            words_zh="中心没有查到这份文书。",
            words_en="The centre has no such document of yours.",
        )

    def recall(self, key: str) -> Answer | Refusal | None:
        with self._writing() as database:
            # from here on the key is used up, whatever still arrives under it
            database.execute("INSERT OR IGNORE INTO done VALUES (?, NULL)", (key,))
            (said,) = database.execute("SELECT said FROM done WHERE key = ?", (key,)).fetchone()
        return None if said is None else _SAID.validate_json(said)

    def _once(self, key: str, do: Callable[[sqlite3.Connection], Answer | Refusal]) -> Answer | Refusal:
        with self._writing() as database:
            row = database.execute("SELECT said FROM done WHERE key = ?", (key,)).fetchone()
            if row is not None:
                return _TOO_LATE if row[0] is None else _SAID.validate_json(row[0])
            said = do(database)
            database.execute("INSERT INTO done VALUES (?, ?)", (key, said.to_wire().decode()))
            return said

    def _known(self, id_number: str) -> tuple[PersonRow | None, dict[str, CardRow]]:
        rows = self._rows(id_number)
        person = next((row for row in rows if isinstance(row, PersonRow)), None)
        return person, {row.number: row for row in rows if isinstance(row, CardRow)}

    def _rows(self, id_number: str) -> list[SnapshotRow]:
        """The person's rows as they are now: the draft's, changed by what was done since."""
        with closing(self._open()) as database:
            status = dict(database.execute("SELECT number, status FROM card"))
            cases = database.execute("SELECT number, item, at FROM case_ WHERE id_number = ?", (id_number,)).fetchall()
        rows = [
            _with_status(row, status[row.number]) if isinstance(row, CardRow) and row.number in status else row
            for row in self._people.rows_of(id_number)
        ]
        return rows + [CaseRow(number, id_number, item, "approved", at) for number, item, at in cases]

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, isolation_level=None, timeout=10)
        database.execute("PRAGMA synchronous=FULL")
        database.executescript(_TABLES)
        return database

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")


def _with_status(row: CardRow, status: str) -> CardRow:
    changed = to_record(row) | {"status": status}
    del changed["table"]
    return TypeAdapter(CardRow).validate_python(changed)


def _free_number(database: sqlite3.Connection, head: str, digest: str) -> str:
    """A short one; a long one where a terminal, which chooses its keys, has found two that begin alike."""
    taken = database.execute("SELECT 1 FROM case_ WHERE number = ?", (head + digest[:8],)).fetchone()
    return head + digest[: 8 if taken is None else 32]


def _ecard_prefix(minute: int) -> str:
    return f"DEMOEC{minute:08}"


def _ecard(id_number: str, minute: int) -> str:
    return _ecard_prefix(minute) + hashlib.sha256(f"demo e-card {minute} {id_number}".encode()).hexdigest()[:16]
