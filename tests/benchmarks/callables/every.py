"""The conditions of benefit rules as somebody would write them by hand: plain functions of a person's facts.

Three-valued as the rules are, and nothing more: no texts, figures, sources or layers. One for each condition and caveat
of a rule, by `RULE CONDITION` and `RULE CODE`. What several of them need is found once and kept with the person's
facts, so each rule gets a copy of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.benchmarks.callables import retirement, support, unemployment, work
from tests.benchmarks.callables.person import Call

CALLABLES: Final[Mapping[str, Call]] = {
    **retirement.CALLABLES,
    **unemployment.CALLABLES,
    **support.CALLABLES,
    **work.CALLABLES,
}
