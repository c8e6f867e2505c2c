"""`python -m tests.receipts FOLDER`, from the project's root: five receipts and all print-outs of checks, drawn."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hardware_sim.receipt_printer.fonts import NoFontError, ask_fontconfig
from tests.receipts.checks import CHECKS
from tests.receipts.five import RECEIPTS, draw_all


def main(arguments: list[str]) -> int:
    """Exit 0, or 3 when there is no font to draw with."""
    parser = argparse.ArgumentParser(prog="python -m tests.receipts", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    try:
        fonts = ask_fontconfig()
    except NoFontError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    for name, printed in draw_all(folder, fonts, {**RECEIPTS, **CHECKS}).items():
        outcome = printed.outcome
        sys.stdout.write(f"{name:24} {outcome.result.value:8} {' '.join(outcome.reasons)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
