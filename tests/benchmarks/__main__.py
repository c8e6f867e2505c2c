"""`python -m tests.benchmarks [--only NAME] [--json]`, from the project's root: what `make bench` runs.

Writes build/bench.json and prints a table, whether figures hold their goals or not (a run of some figures only prints
them). Exit 0 when everything could be measured, 2 usage, 3 when something could not be.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from kiosk.app.demo.world import WorldFailed
from tests.benchmarks import (
    benefit_figures,
    card_figures,
    certificate_figures,
    fleet_figures,
    screen_figures,
    store_figures,
)
from tests.benchmarks.figures import LATER, REGISTER, Figure, table
from tests.benchmarks.surroundings import ROOT, Surroundings

BENCHMARKS: Final[Mapping[str, Callable[[Surroundings], Figure]]] = {
    "card.read_vs_raw": card_figures.read_vs_raw,
    "session.card_to_menu_vs_raw": card_figures.card_to_menu_vs_raw,
    "store.page_vs_plain": store_figures.page_vs_plain,
    "store.commit_vs_bare": store_figures.commit_vs_bare,
    "snapshot.load_vs_parts": store_figures.load_vs_parts,
    "certificate.vs_parts": certificate_figures.vs_parts,
    "benefits.all_rules_vs_callables": benefit_figures.all_rules_vs_callables,
    "benefits.vs_openfisca": benefit_figures.vs_openfisca,
    "benefits.bulk_evaluate_rate": benefit_figures.bulk_evaluate_rate,
    "fleet.drain_vs_ideal": fleet_figures.drain_vs_ideal,
    "ui.first_frame_vs_bare": screen_figures.first_frame_vs_bare,
    "ui.ready_for_card_vs_bare": screen_figures.ready_for_card_vs_bare,
    "ui.page_change_vs_bare": screen_figures.page_change_vs_bare,
    "ui.memory_vs_bare": screen_figures.memory_vs_bare,
}


def main(arguments: list[str]) -> int:
    """Measure, write, show."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="this figure alone; may be given again")
    parser.add_argument("--json", action="store_true", help="print the list of bench.json instead of a table")
    parser.add_argument("--output", type=Path, help="default: build/bench.json; with --only nothing is written")
    chosen = parser.parse_args(arguments)
    names = chosen.only or list(REGISTER)
    if unknown := [name for name in names if name not in REGISTER]:
        later = " (it comes with a later release)" if unknown[0] in LATER else ""
        parser.error(f"there is no figure {unknown[0]}{later}; there are: {', '.join(REGISTER)}")
    figures, begun = [], time.monotonic()

    def say(line: str) -> None:
        sys.stderr.write(f"bench {time.monotonic() - begun:5.0f} s: {line}\n")

    with Surroundings(say) as around:
        for number, name in enumerate(names, 1):
            say(f"{name} ({number} of {len(names)})")
            figures.append(_measured(name, around, say))
    records = [figure.record() for figure in figures]
    # a run of some figures would leave the others out of the file
    output = chosen.output or (None if chosen.only else ROOT / "build" / "bench.json")
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(records, indent=1) + "\n", "utf-8")
        say(f"{len(figures)} figures in {output}")
    print(json.dumps(records, indent=1) if chosen.json else table(figures))
    return 0 if all(figure.value is not None for figure in figures) else 3


def _measured(name: str, around: Surroundings, say: Callable[[str], None]) -> Figure:
    """A figure that cannot be measured is left empty, not out; the others go on."""
    try:
        return BENCHMARKS[name](around)
    except (RuntimeError, ValueError, OSError, subprocess.SubprocessError, WorldFailed) as error:
        say(f"{name} could not be measured: {error}")
        return Figure(name, None, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
