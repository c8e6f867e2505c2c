"""Lay an ID card down, lift it, lay it down again: find, select and read, timed from the moment it was found.

Text and photo are read and forgotten; only their lengths are told.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.errors import Refused
from drivers.id_reader.reader import IdReader
from drivers.operation import Operation
from kiosk.diagnostics.benches.trying import Bench, Outcome, Tried
from kiosk.diagnostics.findings import Result, told


def id_reader(reader: IdReader, clock: Callable[[], float], times: int, patience: float) -> Operation[Tried]:
    """`patience`: seconds to wait for a card to be laid down, and again for it to be lifted."""
    bench = Bench(clock, times)

    def once() -> Operation[Outcome]:
        if bench.facts and not (yield from _until(reader, clock, patience, lies=False)):
            return Outcome(Result.UNCLEAR, "the card was not lifted", "not_lifted", last=True)
        if not (yield from _until(reader, clock, patience, lies=True)):
            return Outcome(Result.UNCLEAR, "no card was laid down", "no_document", last=True)
        began = clock()
        try:
            if not (yield from reader.select()):
                return Outcome(Result.FAIL, "the card was gone", "not_readable", began=began)
            raw = yield from reader.read_text_and_photo()
        except Refused as refused:
            return Outcome(Result.FAIL, told(refused), "not_readable", began=began)
        bench.facts |= {"text_bytes": str(len(raw.text)), "photo_bytes": str(len(raw.photo))}
        return Outcome(began=began)

    return bench.run(once)


def _until(reader: IdReader, clock: Callable[[], float], patience: float, *, lies: bool) -> Operation[bool]:
    end = clock() + patience
    while clock() < end:
        if (yield from reader.find()) is lies:
            return True
    return False
