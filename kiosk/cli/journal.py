"""`kiosk journal verify|export|rekey`: is the record whole, what does it say, and another key for it.

The record holds no personal data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.cli.options import Data, Json, opened
from kiosk.cli.progress import counted

if TYPE_CHECKING:
    from offline_store.journal import Cut, JournalReader
    from offline_store.truncation import Proves

app = typer.Typer(help="The terminal's record of what it accepted.", no_args_is_help=True)


@contextmanager
def _reader(data: Path, *, as_json: bool) -> Iterator[JournalReader]:
    from offline_store.errors import StoreError
    from offline_store.journal import read_journal
    from offline_store.rekeying import load_store_key

    directory, _, keys = opened(data, as_json=as_json)
    try:
        with load_store_key(directory.root, keys) as key:
            reader = read_journal(directory.root, key.material)
            try:
                yield reader
            finally:
                reader.close()
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)


@app.command("verify")
def verify_command(data: Data, as_json: Json = False) -> None:
    """Walk the whole chain: 0 whole, 1 something is wrong, 3 it cannot be read."""
    from offline_store.journal import waiting_salvage

    with _reader(data, as_json=as_json) as reader, counted("checking entries") as progress:
        verified = reader.verify(_proves(data, as_json=as_json), progress=progress)
        head = verified.head
        document = {
            "terminal": reader.terminal,
            "epoch": verified.epoch,
            "suite": reader.suite,
            "entries": verified.count,
            "truncated": _truncated(verified.cut),
            "head": {"seq": head.seq, "hash": head.hash.hex()} if head else None,
            "whole": verified.whole,
            "findings": [str(finding) for finding in verified.findings],
            "damaged_pages": verified.damaged_pages,
            # of earlier epochs: not yet at the centre
            "waiting_salvage": [place.name for place in waiting_salvage(data)],
        }
    answer(document, as_json=as_json)
    if verified.only_unsigned:
        step = "give the centre the answer of kiosk journal export: it keeps what left, and every key of this terminal"
        refuse(Exit.NO, "no key of this terminal signed a truncation", why="not-signed", next_step=step, as_json=False)
    if not verified.whole:
        step = "stop the terminal and start it again: it moves a broken journal aside and salvages it"
        refuse(Exit.NO, "the chain is broken", why="broken", next_step=step, as_json=False)


def _proves(data: Path, *, as_json: bool) -> Proves | None:
    """What knows this terminal's keys, former ones too; None where it trusts no centre."""
    from sync.former_keys import signed_by_this_terminal
    from sync.terminal_keys import load_signer
    from sync.trust import NotEnrolled, read_trust

    directory, _, keys = opened(data, as_json=as_json)
    try:
        trust = read_trust(directory.root)
    except NotEnrolled:
        return None
    return signed_by_this_terminal(directory.root, trust, load_signer(keys, trust.terminal_key_fingerprint).public_key)


def _truncated(cut: Cut | None) -> dict[str, Any] | None:
    """Which entries left after their retention, and which entry proves it."""
    if cut is None:
        return None
    return {
        "up_to": cut.up_to.seq,
        "hash": cut.up_to.hash.hex(),
        "removed": cut.removed,
        "at": cut.at,
        "record": cut.record.seq,
        # null: this terminal trusts no centre (any more), so that no key is known to be its own
        "signed": cut.proved,
    }


@app.command("export")
def export_command(data: Data) -> None:
    """Every entry as one JSON line, for an auditor. Bodies are sealed to the centre and left out.

    0 whole; 1 the record is broken, and the lines are what could be read; 3 it cannot be read.
    """
    with _reader(data, as_json=False) as reader:
        with counted("entries") as progress:
            for entry in reader.export(progress=progress):
                typer.echo(json.dumps(entry, ensure_ascii=False))
        with counted("checking entries") as progress:
            verified = reader.verify(progress=progress)
    if not verified.whole:
        step = "kiosk journal verify tells what is wrong; keep these lines, and do not take them for all"
        refuse(Exit.NO, "the record is broken: what was exported is not proved whole", why="broken", next_step=step,
               as_json=False)  # fmt: skip


@app.command("rekey")
def rekey_command(data: Data, as_json: Json = False) -> None:
    """Encrypt the stores under a new key and destroy the old one. Terminal and sync must be stopped."""
    from offline_store.errors import StoreBusy, StoreError
    from offline_store.rekeying import rekey

    directory, _, keys = opened(data, as_json=as_json)
    try:
        with counted("rows copied") as progress:
            outcome = rekey(directory.root, keys, progress=progress)
    except StoreBusy as error:
        step = "stop the terminal and its sync process, then give the command again"
        refuse(Exit.NO, f"nothing was changed: {error}", why="StoreBusy", next_step=step, as_json=as_json)
    except StoreError as error:
        sentence = f"the stores keep one whole key: {error}"
        refuse(Exit.UNKNOWN, sentence, why=type(error).__name__, next_step=error.remedy, as_json=as_json)
    answer(
        {"rekeyed": True, "rows": outcome.rows, "snapshot": outcome.snapshot, "moved_aside": outcome.moved_aside},
        as_json=as_json,
    )
