"""`kiosk wipe`: a technician makes a terminal's stores unreadable for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.cli.options import Data, Json, opened

if TYPE_CHECKING:
    from offline_store.connection import KeyBytes
    from offline_store.keys import KeyProvider

Yes = Annotated[bool, typer.Option("--yes", help="do not ask; for a script that knows what it does")]
Lose = Annotated[bool, typer.Option("--lose-pending", help="even if acts wait here that the centre does not have")]


class _EntriesWaitError(Exception):
    """Inner signal: the centre does not have everything."""

    def __init__(self, waits: int | None) -> None:
        super().__init__()
        self.waits = waits


def wipe_command(data: Data, yes: Yes = False, lose_pending: Lose = False, as_json: Json = False) -> None:
    """Destroy all keys, then all files of this terminal. What the centre does not have yet is lost for good."""
    from offline_store.chain import timestamp
    from offline_store.errors import StoreBusy, StoreError
    from offline_store.wiping import wipe_stores
    from sync.wiping import standing_mark

    directory, settings, keys = opened(data, as_json=as_json)
    found = standing_mark(directory.root)
    if found is not None and found.done_at is not None and keys.names():
        # keys were made here since: what the mark says is about others
        found = None
    if found is not None and found.done_at is not None:
        said = {"wiped": True, "terminal": settings.terminal, "reason": found.reason, "at": found.done_at}
        answer(said, as_json=as_json)
        return
    # what a mark says is begun goes on whatever waits
    given_up = lose_pending or found is not None
    with nullcontext(lambda: 0) if given_up else _counted(directory.root, keys) as pending:

        def look() -> None:
            if (waits := pending()) != 0:
                raise _EntriesWaitError(waits)

        try:
            look()
            if found is None and not yes:
                _confirm(settings.terminal, as_json=as_json)
            wiped = wipe_stores(
                directory.root,
                keys,
                reason=found.reason if found else "technician",
                at=timestamp(datetime.now(UTC)),
                # the terminal may have accepted more while the question stood
                last_look=look,
            )
        except _EntriesWaitError as error:
            _refuse_pending(error.waits, as_json=as_json)
        except StoreBusy as error:
            step = "stop the terminal and its sync process, then give the command again"
            refuse(Exit.NO, f"nothing was changed: {error}", why="StoreBusy", next_step=step, as_json=as_json)
        except StoreError as error:
            step = "give the command again: it goes on where it stopped"
            refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=step, as_json=as_json)
    answer({"wiped": True, "terminal": settings.terminal, "keys": wiped.keys, "files": wiped.files}, as_json=as_json)


def _confirm(terminal: str, *, as_json: bool) -> None:
    if typer.prompt(f"Everything of terminal {terminal} is destroyed. Type its number to go on", err=True) != terminal:
        refuse(
            Exit.NO, "nothing was changed: another number was typed", why="not-confirmed",
            next_step="give the command again", as_json=as_json,
        )  # fmt: skip


def _refuse_pending(waits: int | None, *, as_json: bool) -> NoReturn:
    what = "how many is not known" if waits is None else f"{waits} of them"
    refuse(
        Exit.NO,
        f"nothing was changed: entries wait here that the centre does not have ({what})",
        why="pending",
        next_step="kiosk sync now; or give --lose-pending if they are given up",
        as_json=as_json,
    )


@contextmanager
def _counted(root: Path, keys: KeyProvider) -> Iterator[Callable[[], int | None]]:
    """How many entries the centre has not received, to be asked again and again; None: not known.

    The key is loaded before the journal is locked: an interrupted change of it wants that lock, too.
    """
    from offline_store.errors import StoreError
    from offline_store.rekeying import load_store_key

    try:
        key = load_store_key(root, keys)
    except StoreError:
        yield lambda: None
        return
    with key:
        yield lambda: _pending(root, key.material)


def _pending(root: Path, key: KeyBytes) -> int | None:
    """Journals that were moved aside are counted as one entry each."""
    from offline_store.delivery import Delivery
    from offline_store.errors import StoreError
    from offline_store.journal import waiting_salvage

    try:
        delivery = Delivery(root, key)
        try:
            return delivery.backlog().pending + len(waiting_salvage(root))
        finally:
            delivery.close()
    except StoreError:
        return None
