"""``python -m kiosk.fonts build [--output DIR]``: set-up calls it. Exit 0 built, 2 usage, 3 cannot be built."""

import argparse
import sys
from pathlib import Path

from kiosk.fonts.build import BuildFailedError, Sources, SourcesMissingError, build
from kiosk.fonts.located import development_directory
from kiosk.fonts.outlines import SourceUnusableError


def main(arguments: list[str]) -> int:
    """Parse ``arguments`` (without the program's name), build, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.fonts")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build Hall Sans and put the fallback beside it")
    building.add_argument("--output", type=Path, default=development_directory(), help="default: build/fonts")
    chosen = parser.parse_args(arguments)
    if chosen.output is None:
        parser.error("--output is needed outside a working copy")
    try:
        build(chosen.output, Sources(), _say)
    except (SourcesMissingError, SourceUnusableError, BuildFailedError) as error:
        _say(str(error))
        return 3
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
