"""Opening the journal at start: is it the one we left, whole? If not, move it aside and begin a new epoch.

Service goes on in every case but these, which are raised: a wrong key, another terminal's journal, a newer schema, a
disk that refuses, and an epoch whose number nobody knows.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from offline_store import rows
from offline_store.chain import GENESIS, EpochOpened, Position, canonical_json, make_entry, timestamp
from offline_store.connection import Connection, KeyBytes, key_check, open_encrypted, require_encrypted
from offline_store.digests import SuiteName
from offline_store.durable import make_folder, mapped, sync_folder
from offline_store.errors import EpochUnknown, NotEncrypted, StoreBroken, StoreRefused, WrongKey
from offline_store.journal.aside import Aside, asides, finish_interrupted_move, move_aside
from offline_store.journal.cutting import cut_is_recorded
from offline_store.journal.files import COMPANIONS, DATABASE, HEAD, OpenMark, wal_is_suspect
from offline_store.journal.head import HeadDamaged, HeadRecord, read_head
from offline_store.journal.journal import STATEMENTS, Journal, Limits, Now, Random, Seal, Sign, insertion
from offline_store.journal.opened import HowOpened, NewEpoch, Opened, OpenOutcome
from offline_store.journal.reader import JournalReader
from offline_store.migrations import migrate, user_version
from offline_store.results import Told, note_told, told
from offline_store.standing import FORK, Forked, carry_fork, fork_beside, fork_in, keep_fork, lift_fork
from offline_store.truncation import Proves

_NEW: Final = "journal.new"
_DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True)
class _Setup:
    folder: Path
    terminal: str
    key: KeyBytes
    sign: Sign
    seal: Seal
    now: Now
    random: Random
    least_epoch: int | None
    limits: Limits
    proves: Proves | None
    suite: SuiteName
    enrolled_epoch: int
    replace_because: str | None

    @property
    def database(self) -> Path:
        return self.folder / DATABASE


class _CannotGoOnError(Exception):
    """Inner signal: this journal is moved aside. ``last``: the last position that could be read of it.

    ``told``: how far it was told results, as far as that could be read; the next one goes on from there.
    """

    told: Told | None = None

    def __init__(self, reason: str, last: Position | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.last = last


def open_journal(
    folder: Path,
    *,
    terminal: str,
    key: KeyBytes,
    sign: Sign,
    seal: Seal,
    now: Now,
    random: Random = secrets.token_bytes,
    least_epoch: int | None = None,
    replace_because: str | None = None,
    limits: Limits = _DEFAULT_LIMITS,
    proves: Proves | None = None,
    suite: SuiteName = "intl",
    enrolled_epoch: int = 1,
) -> OpenOutcome:
    """Open the journal of a data directory, check it, and begin a new epoch where it cannot go on.

    ``key``: 32 bytes. ``sign``: signs the record that opens an epoch. ``seal``: (plain, info) -> sealed body.
    ``least_epoch``: the centre's word on the lowest epoch number that may be given out; needed only when nothing on
    this disk tells it. ``replace_because``: an operator's order to begin a new epoch, for example "fork", which ends a
    fork as well.
    ``proves``: (statement, signature) -> whether any key this terminal had made it; with it a full check also looks at
    the signatures of truncations. ``suite``: of the key that signs and of a new epoch's hashes; a journal of another
    suite ends, whole as it is, and its entries are uploaded out of the folder it is moved into. ``enrolled_epoch``: the
    centre's word when this terminal was enrolled last: a journal of a lower epoch ends, and the next one begins there.
    A fork that was found before that is over; any other goes on in a new epoch (`offline_store.standing`).

    NewEpoch.reason: "first-start" | "database-missing" | "not-encrypted" | "unreadable" | "never-set-up" |
    "wal-damaged" | "page-damaged" | "chain-broken" | "behind-head-file" | "behind-acknowledged-head" |
    "suite-changed" | "enrolled-again" | why it was out of service when it was enrolled again | the order's.

    Raises WrongKey, NoCipher, StoreRefused (also: belongs to another terminal), StoreFull, StoreBusy (another terminal
    process), SchemaTooNew, EpochUnknown.
    """
    setup = _Setup(
        folder, terminal, key, sign, seal, now, random, least_epoch, limits, proves, suite, enrolled_epoch,
        replace_because,
    )  # fmt: skip
    make_folder(folder)
    mark = OpenMark.take(folder)
    try:
        return _open(setup, mark)
    except BaseException:
        mark.release()
        raise


def _open(setup: _Setup, mark: OpenMark) -> OpenOutcome:
    head = read_head(setup.folder / HEAD)
    if isinstance(head, HeadRecord):
        _refuse_foreign(setup, head.terminal)
    fork = fork_beside(setup.folder, setup.terminal)
    if fork is not None and (setup.replace_because is not None or _is_over(setup, fork)):
        # before a journal is moved: a power cut must not bring it back
        lift_fork(setup.folder)
    finish_interrupted_move(setup.folder)
    if not setup.database.exists():
        return _open_without_database(setup, mark, head)
    try:
        connection, how = _examined(setup, head, unclean=mark.stopped_unclean)
    except _CannotGoOnError as fault:
        return _begin_epoch(setup, mark, head, fault)
    journal = _journal(setup, mark, connection)
    if how != "clean":
        journal.close_session()
    return Opened(journal, how)


def _open_without_database(setup: _Setup, mark: OpenMark, head: HeadRecord | HeadDamaged | None) -> OpenOutcome:
    moved = asides(setup.folder)
    if head is None and not moved:
        epoch = max(setup.least_epoch or 1, setup.enrolled_epoch)
        return NewEpoch(_created(setup, mark, epoch, "first-start", None), "first-start", None, None)
    last_note = moved[-1] if moved else None
    if isinstance(head, HeadRecord) and last_note and last_note.next_epoch > head.position.epoch:
        # a power cut came after the old journal was moved and before the new one stood: go on from there
        journal = _created(setup, mark, last_note.next_epoch, last_note.reason, last_note.last_known)
        return NewEpoch(journal, last_note.reason, last_note.last_known, last_note.folder)
    return _begin_epoch(setup, mark, head, _CannotGoOnError("database-missing"))


# --- is it whole? ---


def _examined(setup: _Setup, head: HeadRecord | HeadDamaged | None, *, unclean: bool) -> tuple[Connection, HowOpened]:
    if wal_is_suspect(setup.folder):
        # before any open: opening it would drop the rows and, at the end, the WAL with them
        raise _CannotGoOnError("wal-damaged")
    known = head if isinstance(head, HeadRecord) else None
    try:
        connection = open_encrypted(
            setup.database,
            setup.key,
            expected_key_check=known.key_check if known else None,
            statements=STATEMENTS,
        )
    except NotEncrypted:
        raise _CannotGoOnError("not-encrypted") from None
    except StoreBroken:
        raise _CannotGoOnError("unreadable") from None
    except WrongKey as error:
        if known is not None:
            raise
        if setup.least_epoch is not None:
            raise _CannotGoOnError("unreadable") from None
        reason = "another key, or damage that its head file would tell from it; with the right key: kiosk enrol"
        raise WrongKey(DATABASE, reason, error.facts) from error
    told_up_to: Told | None = None
    try:
        if user_version(connection) == 0:
            raise _CannotGoOnError("never-set-up")
        # before anything that is damaged is met: the cipher refuses everything after that
        told_up_to = told(connection)
        migrate(connection)
        how = _compared(setup, connection, known, unclean=unclean)
    except (StoreBroken, _CannotGoOnError) as error:
        connection.close()
        fault = error if isinstance(error, _CannotGoOnError) else _CannotGoOnError("page-damaged")
        fault.told = told_up_to
        raise fault from None
    except BaseException:
        connection.close()
        raise
    return connection, how


def _compared(setup: _Setup, connection: Connection, head: HeadRecord | None, *, unclean: bool) -> HowOpened:
    reader = JournalReader(connection)
    _refuse_foreign(setup, reader.terminal)
    last, count = reader.last(), rows.chain_count(connection)
    if last is None:
        raise _CannotGoOnError("chain-broken")
    if setup.replace_because is not None:
        raise _CannotGoOnError(setup.replace_because, last)
    if reader.epoch < setup.enrolled_epoch:
        why = reader.out_of_service()
        raise _CannotGoOnError(why.code if why else "enrolled-again", last)
    fork = fork_in(connection)
    if fork is not None and _is_over(setup, fork):
        raise _CannotGoOnError(FORK, last)
    keep_fork(connection)
    if not cut_is_recorded(connection, reader.terminal, reader.epoch):
        raise _CannotGoOnError("chain-broken", last)
    cut = rows.truncated_up_to(connection, reader.epoch)
    # a head file that is older than a truncation says nothing about what is left: everything is looked at
    stale_head = head is None or _number(head.position) < (reader.epoch, cut.seq if cut else 0)
    if head is not None and not stale_head:
        known = head.position
        if known.epoch > reader.epoch or count < head.count:
            raise _CannotGoOnError("behind-head-file", last)
        if rows.hash_at(connection, known.epoch, known.seq) != known.hash:
            raise _CannotGoOnError("behind-head-file", last)
    acknowledged = rows.acknowledged_head(connection)
    if (
        acknowledged is not None
        and acknowledged.epoch == reader.epoch
        and (cut is None or acknowledged.seq >= cut.seq)
        and rows.hash_at(connection, acknowledged.epoch, acknowledged.seq) != acknowledged.hash
    ):
        raise _CannotGoOnError("behind-acknowledged-head", last)
    moved_on = head is not None and count != head.count
    suspect = unclean or stale_head or moved_on
    if suspect:
        _check_whole(connection, reader, last, setup.proves)
    elif connection.damaged_pages():
        # 0.2 s for 50 MB: too cheap to find out in the middle of somebody's session
        raise _CannotGoOnError("page-damaged", last)
    if reader.suite != setup.suite:
        raise _CannotGoOnError("suite-changed", last)
    if not suspect:
        return "clean"
    return "checked-after-unclean-stop" if unclean and not stale_head else "head-file-repaired"


def _is_over(setup: _Setup, fork: Forked) -> bool:
    """An operator has enrolled the terminal since."""
    return fork.journal is not None and fork.journal < setup.enrolled_epoch


def _number(position: Position) -> tuple[int, int]:
    return position.epoch, position.seq


def _check_whole(connection: Connection, reader: JournalReader, last: Position, proves: Proves | None) -> None:
    """Every page's authentication, SQLite's own structure, every link of the chain."""
    verified = reader.verify(proves)
    if verified.damaged_pages or connection.rows("PRAGMA quick_check") != [("ok",)]:
        raise _CannotGoOnError("page-damaged", last)
    if not verified.whole:
        raise _CannotGoOnError("chain-broken", last)


def _refuse_foreign(setup: _Setup, terminal: str) -> None:
    if terminal != setup.terminal:
        raise StoreRefused(
            DATABASE, "it belongs to another terminal", {"found": terminal, "configured": setup.terminal}
        )


# --- a new epoch ---


def _begin_epoch(
    setup: _Setup, mark: OpenMark, head: HeadRecord | HeadDamaged | None, fault: _CannotGoOnError
) -> NewEpoch:
    known = [position for position in (head.position if isinstance(head, HeadRecord) else None, fault.last) if position]
    last_known = max(known, key=lambda position: (position.epoch, position.seq), default=None)
    epoch = _next_epoch(setup, last_known, asides(setup.folder))
    moved = move_aside(
        setup.folder,
        terminal=setup.terminal,
        reason=fault.reason,
        at=timestamp(setup.now()),
        last_known=last_known,
        next_epoch=epoch,
    )
    journal = _created(setup, mark, epoch, fault.reason, last_known, fault.told)
    return NewEpoch(journal, fault.reason, last_known, moved)


def _next_epoch(setup: _Setup, last_known: Position | None, moved: tuple[Aside, ...]) -> int:
    """One above everything that is known to have been given out."""
    given = [note.next_epoch for note in moved]
    if last_known is not None:
        given.append(last_known.epoch)
    if not given and setup.least_epoch is None:
        raise EpochUnknown(DATABASE, "neither the journal nor its head file tells the last epoch")
    return max(max(given, default=0) + 1, setup.least_epoch or 1, setup.enrolled_epoch)


def _created(
    setup: _Setup,
    mark: OpenMark,
    epoch: int,
    reason: str,
    last_known: Position | None,
    told_up_to: Told | None = None,
) -> Journal:
    """A new journal file with its first entry, made under another name so that it appears whole or not at all."""
    new = setup.folder / _NEW
    for leftover in (new, *(new.with_name(_NEW + end) for end in COMPANIONS)):
        leftover.unlink(missing_ok=True)
    fork = _fork_that_goes_on(setup, last_known)
    at = timestamp(setup.now())
    signature = setup.sign(EpochOpened.statement(setup.terminal, epoch, at, reason, last_known, setup.suite))
    entry = make_entry(
        prev=GENESIS,
        terminal=setup.terminal,
        epoch=epoch,
        seq=1,
        kind="epoch-opened",
        at=at,
        header=canonical_json(EpochOpened(reason, last_known, signature, setup.suite).header()),
        suite=setup.suite,
    )
    connection = open_encrypted(new, setup.key, create=True)
    try:
        migrate(connection)
        with connection.writing():
            rows.set_meta(connection, "terminal", setup.terminal)
            rows.set_meta(connection, "epoch", str(epoch))
            if fork is not None:
                carry_fork(connection, fork)
            if told_up_to is not None:
                note_told(connection, told_up_to)
            for statement, values in insertion(entry, None, None):
                connection.execute(statement, values)
        connection.truncate_wal()
    finally:
        connection.close()
    require_encrypted(new)
    with mapped(DATABASE):
        new.rename(setup.database)
        sync_folder(setup.folder)
    journal = _journal(setup, mark, open_encrypted(setup.database, setup.key, statements=STATEMENTS))
    journal.close_session()
    return journal


def _fork_that_goes_on(setup: _Setup, last_known: Position | None) -> Forked | None:
    """A new epoch that no operator began is no way out of a fork."""
    fork = fork_beside(setup.folder, setup.terminal)
    if fork is None or fork.journal is not None:
        return fork
    # its note is damaged: it was found in the last epoch at the latest
    fork = replace(fork, journal=last_known.epoch if last_known else 0)
    if _is_over(setup, fork):
        lift_fork(setup.folder)
        return None
    return fork


def _journal(setup: _Setup, mark: OpenMark, connection: Connection) -> Journal:
    mark.set()
    return Journal(
        connection,
        folder=setup.folder,
        mark=mark,
        key_check=key_check(setup.key),
        sign=setup.sign,
        seal=setup.seal,
        now=setup.now,
        random=setup.random,
        limits=setup.limits,
    )
