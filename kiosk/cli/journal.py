"""`kiosk journal verify|export`: is the record whole, and what does it say (it holds no personal data)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.cli.options import Data, Json, opened

if TYPE_CHECKING:
    from offline_store.journal import JournalReader

app = typer.Typer(help="The terminal's record of what it accepted.", no_args_is_help=True)


@contextmanager
def _reader(data: Path, *, as_json: bool) -> Iterator[JournalReader]:
    from offline_store.errors import StoreError
    from offline_store.journal import read_journal

    directory, _, keys = opened(data, as_json=as_json)
    try:
        with keys.load("store", length=32) as key:
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
    with _reader(data, as_json=as_json) as reader:
        verified = reader.verify()
        head = verified.head
        document = {
            "terminal": reader.terminal,
            "epoch": verified.epoch,
            "entries": verified.count,
            "head": {"seq": head.seq, "hash": head.hash.hex()} if head else None,
            "whole": verified.whole,
            "findings": [str(finding) for finding in verified.findings],
        }
    answer(document, as_json=as_json)
    if not verified.whole:
        step = "stop the terminal and start it again: it moves a broken journal aside and salvages it"
        refuse(Exit.NO, "the chain is broken", why="broken", next_step=step, as_json=False)


@app.command("export")
def export_command(data: Data) -> None:
    """Every entry as one JSON line, for an auditor. Bodies are sealed to the centre and left out."""
    with _reader(data, as_json=False) as reader:
        for entry in reader.export():
            typer.echo(json.dumps(entry, ensure_ascii=False))
