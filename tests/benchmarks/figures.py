"""What a benchmark gives: a value, the limit measured beside it in the same run, and whether their ratio holds a goal.

`REGISTER` names every figure of this release with its goal, `LATER` those whose parts are not built yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure is measured against. `ratio`: value / limit is to be at most this."""

    unit: str
    limit_name: str
    ratio: float


REGISTER: Final = {
    "card.read_vs_raw": Goal("ms", "the same APDUs through smartcard.scard", 1.25),
    "session.card_to_menu_vs_raw": Goal("ms", "the same APDUs through smartcard.scard", 3.0),
    "store.page_vs_plain": Goal("ms", "the same SQL on plain sqlite3", 2.0),
    "store.commit_vs_bare": Goal("ms", "the same rows into bare SQLCipher tables, FULL", 1 / 0.75),
    "snapshot.load_vs_parts": Goal("s", "gzip, json and executemany into bare SQLCipher tables", 2.0),
    "certificate.vs_parts": Goal("ms", "bare reportlab, segno, pikepdf and pyHanko", 1.25),
    "benefits.all_rules_vs_callables": Goal("µs", "the same conditions as hand-written functions", 8.0),
    "benefits.vs_openfisca": Goal("µs", "OpenFisca-core, one person at a time", 1 / 20),
    "benefits.bulk_evaluate_rate": Goal("µs", "reading and writing the same lines with json alone", 10.0),
    "fleet.drain_vs_ideal": Goal("s", "two requests from each of 50 000 terminals, 300 taken a second", 1.2),
    "ui.first_frame_vs_bare": Goal("ms", "a bare QML window in a process of its own", 1.5),
    "ui.ready_for_card_vs_bare": Goal("ms", "a bare QML window and a raw PC/SC context", 3.0),
    "ui.page_change_vs_bare": Goal("ms", "a bare QML Loader that changes two bare pages", 2.0),
    "ui.memory_vs_bare": Goal("MB", "a bare QML window in a process of its own", 1.5),
}

LATER: Final = (
    "snapshot.delta_vs_raw",
    "gateway.receive_vs_copy",
    "gateway.process_vs_insert",
    "policy.search_vs_fts",
)
"""Deltas, PostgreSQL and policies come with later releases."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One result. `value` and `limit` are medians of interleaved samples; None: it could not be measured."""

    name: str
    value: float | None
    limit: float | None

    @property
    def goal(self) -> Goal:
        """Its line in the register."""
        return REGISTER[self.name]

    @property
    def ratio(self) -> float | None:
        """How many times the limit."""
        return None if self.value is None or not self.limit else self.value / self.limit

    @property
    def holds(self) -> bool:
        """A figure that was not measured holds nothing."""
        return self.ratio is not None and self.ratio <= self.goal.ratio

    def record(self) -> dict[str, Any]:
        """One object of bench.json."""
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.goal.unit,
            "limit_name": self.goal.limit_name,
            "limit": _rounded(self.limit),
            "ratio": _rounded(self.ratio),
            "goal": _rounded(self.goal.ratio),
            "holds": self.holds,
        }


def _rounded(value: float | None) -> float | None:
    """Four significant digits: more would be noise."""
    return None if value is None else float(f"{value:.4g}")


def table(figures: list[Figure]) -> str:
    """For people: every figure of this release, then what is not in it."""
    lines = [f"{'figure':<32}{'value':>10}{'limit':>10}      {'ratio':>6} {'goal':>6}  holds"]
    for figure in figures:
        unit = figure.goal.unit
        lines.append(
            f"{figure.name:<32}{_shown(figure.value):>10}{_shown(figure.limit):>10} {unit:<4} "
            f"{_shown(figure.ratio, 2):>6} {figure.goal.ratio:>6.2f}  {'yes' if figure.holds else 'NO'}"
            f"   limit: {figure.goal.limit_name}"
        )
    lines += [f"{name:<32}not in this release" for name in LATER]
    return "\n".join(lines)


def _shown(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
