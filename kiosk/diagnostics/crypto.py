"""Which suite of algorithms the terminal works with and what computes it, as one line of the report. Pure.

`software`: the key lies in this process' memory while it signs, wherever it was kept; enough for development and
transition. `module`: it never leaves a key module. GB/T 39786 wants a certified one from level 3 on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.diagnostics.judging import words
from kiosk.diagnostics.report import CryptoDocument, Words
from sync.protocol.suites import SuiteName, suite

BackEnd = Literal["software", "module"]


@dataclass(frozen=True, slots=True)
class CryptoReading:
    """`suite`: by the settings. `centre`: of the centre, None when not enrolled. `back_end`: None without a key."""

    suite: SuiteName
    centre: SuiteName | None
    back_end: BackEnd | None


def crypto(reading: CryptoReading) -> CryptoDocument:
    """The line in both languages; `next` when settings and centre do not fit together."""
    chosen = suite(reading.suite)
    name = words(f"diagnose.crypto.suite.{chosen.name}")
    by = words(f"diagnose.crypto.back-end.{reading.back_end or 'unknown'}")
    line = Words(
        zh=words("diagnose.crypto.line", suite=name.zh, back_end=by.zh).zh,
        en=words("diagnose.crypto.line", suite=name.en, back_end=by.en).en,
    )
    differs = reading.centre is not None and reading.centre != reading.suite
    return CryptoDocument(
        suite=chosen.name,
        back_end=reading.back_end,
        signature=chosen.signature_algorithm,
        digest=chosen.digest_algorithm,
        sealing=chosen.sealing_algorithm,
        centre=reading.centre,
        line=line,
        next=words("diagnose.crypto.differs", centre=reading.centre or "") if differs else None,
    )
