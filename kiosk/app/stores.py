"""Opens the stores of a terminal on the thread that will use them, and settles what a crash left open."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from kiosk.app.centre_word import CentreWord
from kiosk.app.directory import DataDirectory
from kiosk.clock import HALL_ZONE, Clock
from kiosk.devices import Health
from kiosk.events import DeliveryReported, Device
from kiosk.records import PersonRecord
from kiosk.settings import Settings
from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.errors import SnapshotUnavailable, StoreBroken
from offline_store.journal import Journal, NewEpoch, Opened, Truncated, open_journal
from offline_store.keys import KeyProvider
from offline_store.rekeying import load_store_key
from offline_store.serving import in_session
from offline_store.snapshot import Snapshot, SnapshotSession
from offline_store.wiping import finish_wiping
from sync.protocol.sealing import seal_body
from sync.terminal_keys import load_signer
from sync.trust import NotEnrolled, read_trust

STORE_KEY, PSEUDONYM_KEY = "store", "pseudonym"
TRUNCATIONS_AT_ONE_START = 4
"""Of 5 000 entries each, 0.2 s each; a terminal writes some 2 000 a day."""
ONLINE_FOR = timedelta(minutes=10)
"""An upload that ended well this long ago still counts as being on the network."""


class SuiteDiffers(NotEnrolled):
    """The settings name another suite of algorithms than the centre's."""

    remedy = "set crypto.suite to the centre's suite, or run kiosk enrol at a centre that works with the other"


class SnapshotRecords:
    """The snapshot as the performer wants it: a session opens with the first question and closes with the books."""

    def __init__(self, snapshot: Snapshot, now: Callable[[], datetime]) -> None:
        """`now` gives aware wall time for the lease."""
        self._snapshot = snapshot
        self._now = now
        self._session: SnapshotSession | None = None

    def person(self, id_number: str, card_number: str) -> PersonRecord:
        """All rows of one person, from one generation. A damaged one is given up: sync brings it anew.

        Raises StoreError.
        """
        try:
            return self._person(id_number, card_number)
        except StoreBroken:
            self.close()
            self._snapshot.give_up()
            raise

    def _person(self, id_number: str, card_number: str) -> PersonRecord:
        if self._session is None:
            self._session = self._snapshot.open_session(self._now())
        session = self._session
        person = session.person(id_number)
        return PersonRecord(
            as_of=person.as_of,
            origin=person.origin,
            person=person.value,
            card=session.card(card_number).value,
            enrolments=session.enrolments(id_number).value,
            contributions=session.contributions(id_number).value,
            benefits=session.benefits(id_number).value,
            cases=session.cases(id_number).value,
        )

    def close(self) -> None:
        """End of the session's read transaction."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def data_as_of(self) -> str | None:
        """Date of usable data, None when there are none or their lease is over."""
        try:
            manifest = self._snapshot.manifest()
        except SnapshotUnavailable:
            return None
        return manifest.as_of[:10] if timestamp(self._now()) < manifest.expires else None


class TerminalStores:
    """Journal, snapshot and delivery rows of one terminal. One thread."""

    def __init__(
        self,
        data: DataDirectory,
        settings: Settings,
        keys: KeyProvider,
        clock: Clock,
        *,
        least_epoch: int | None = None,
        replace_because: str | None = None,
    ) -> None:
        """Open everything; typed errors of offline_store and sync.trust say why it cannot be.

        `least_epoch` and `replace_because` are what `open_journal` is told by an operator who has just enrolled.
        """
        self._clock = clock
        self._data = data
        # a wipe that a power cut stopped goes on before anything is read
        finish_wiping(data.root, keys, at=timestamp(self._utc()))
        trust = self._trust = read_trust(data.root)
        centre = trust.suite.name
        if settings.crypto.suite != centre:
            raise SuiteDiffers(
                f"terminal.toml says crypto.suite = {settings.crypto.suite}, but the centre of this terminal works with"
                f" {centre}"
            )
        with contextlib.ExitStack() as undone:
            self._store_key = undone.enter_context(load_store_key(data.root, keys))
            self._pseudonym_key = undone.enter_context(keys.load(PSEUDONYM_KEY, length=32))
            self._opened = functools.partial(
                open_journal,
                data.root,
                terminal=settings.terminal,
                key=self._store_key.material,
                sign=load_signer(keys, trust.terminal_key_fingerprint).sign,
                # enrolled again: what the centre has of this terminal before that is closed
                enrolled_epoch=trust.least_epoch,
                seal=functools.partial(seal_body, centre_public_key=trust.centre_key),
                now=self._utc,
                suite=settings.crypto.suite,
                least_epoch=least_epoch,
                replace_because=replace_because,
            )
            self.records = SnapshotRecords(Snapshot(data.snapshots, self._store_key.material), self._utc)
            try:
                self._open()
            except StoreBroken:
                # after a clean stop not every page is looked at; one that is needed now is damaged. Opened once more
                # as after an unclean one, everything is checked, and a new epoch begins
                self._open()
            undone.pop_all()

    def _open(self) -> None:
        """Journal and delivery rows, and what the last run left open. All is given back when one of them fails."""
        self._damaged = False
        with contextlib.ExitStack() as undone:
            self.outcome: Opened | NewEpoch = self._opened()
            self.books: Journal = self.outcome.journal
            undone.callback(self.books.abandon)
            self._delivery = undone.enter_context(
                contextlib.closing(Delivery(self._data.root, self._store_key.material))
            )
            self.centre_word = undone.enter_context(
                contextlib.closing(CentreWord(self._data.root, self._store_key.material, self._trust))
            )
            self._settle()
            self.look_at_delivery()
            undone.pop_all()

    @property
    def pseudonym_key(self) -> bytearray:
        """For keyed hashes of subjects."""
        return self._pseudonym_key.material

    def look_at_delivery(self, health: Mapping[Device, Health] | None = None) -> DeliveryReported:
        """What waits, whether the centre was reached lately, and what it ordered. `health`: to be told the centre."""
        try:
            if health is not None:
                self.centre_word.tell(health, self._utc())
            self.centre_word.collect(self.books, self._delivery, self._how_opened)
            return self._look()
        except StoreBroken:
            # not the journal's own connection met it: the stop must not count as clean all the same
            self._damaged = True
            raise

    def _look(self) -> DeliveryReported:
        backlog = self._delivery.backlog()
        last = self._delivery.last_run("upload", outcome="done")
        recent = timestamp(self._utc() - ONLINE_FOR)
        online = last is not None and last.ended_at is not None and last.ended_at >= recent
        oldest = hall_minute(backlog.oldest_at) if backlog.oldest_at else None
        out = self._delivery.out_of_service()
        lock = self.centre_word.lock()
        if out is not None:
            word, since = out.code, out.since
        elif lock is not None:
            word, since = lock.reason, lock.since
        else:
            word, since = None, ""
        return DeliveryReported(
            online,
            backlog.pending,
            oldest,
            self.records.data_as_of(),
            out_of_service=word,
            out_since=hall_minute(since) if since else "",
        )

    def close(self) -> None:
        """A clean stop: head file written, keys overwritten. After damage the next start checks everything."""
        with self._store_key, self._pseudonym_key:
            self.records.close()
            self.centre_word.close()
            self._delivery.close()
            if self._damaged:
                self.books.abandon()
            else:
                self.books.close()

    @property
    def _how_opened(self) -> str:
        return self.outcome.reason if isinstance(self.outcome, NewEpoch) else self.outcome.how

    def _utc(self) -> datetime:
        return self._clock.now().wall.astimezone(UTC)

    def _settle(self) -> None:
        """What was on its way to a printer when the last run ended: nobody knows. Said so once, in the journal."""
        if isinstance(self.outcome, NewEpoch):
            if self.outcome.reason != "first-start":
                self.books.append("audit", {"event": "new-epoch", "reason": self.outcome.reason})
        elif self.outcome.how != "clean" or in_session(self._data.root, self._store_key.material):
            # a clean stop, too, may have come in the middle of somebody's session
            self.books.append("audit", {"event": "restarted", "how": self.outcome.how})
        for job in self.books.unfinished_prints():
            state = "unknown" if job.state == "sending" else "failed"
            header = {"job": job.job, "session": job.session or "none", "state": state, "reason": "terminal-stopped"}
            self.books.append("print", header)
        # what left its retention behind leaves the record, some at each start: a start stays quick
        for _ in range(TRUNCATIONS_AT_ONE_START):
            if not isinstance(self.books.truncate(), Truncated):
                break


def hall_minute(moment: str) -> str:
    """RFC 3339 UTC -> YYYY-MM-DD HH:MM in the hall."""
    return datetime.fromisoformat(moment).astimezone(HALL_ZONE).strftime("%Y-%m-%d %H:%M")
