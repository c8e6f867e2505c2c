"""What every command of `kiosk-gateway` shares: the data directory, how an answer is said, and the exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

if TYPE_CHECKING:
    from sync.gateway.house import House

NO: Final = 1
USAGE: Final = 2
CANNOT_TELL: Final = 3
DEFAULT_DATA: Final = Path("gateway-data")
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="the gateway's data directory")]
AsJson = Annotated[bool, typer.Option("--json", help="answer as JSON")]


def say(value: dict[str, Any] | list[Any], text: str, as_json: bool) -> None:
    """The answer, for a program or for a person."""
    sys.stdout.write((json.dumps(value, ensure_ascii=False, indent=1) if as_json else text) + "\n")


def end(sentence: str, code: int) -> NoReturn:
    """Say what is wrong and what to do, and leave with this code."""
    sys.stderr.write(sentence + "\n")
    raise typer.Exit(code)


@contextmanager
def opened_house(data: Path) -> Iterator[House]:
    """The data directory, or the sentence why not; also when its store takes nothing now."""
    from sync.gateway.house import NoHouse, open_house
    from sync.gateway.sqlite_database import StoreUnusable
    from sync.gateway.store import StoreUnavailable

    try:
        house = open_house(data)
        try:
            yield house
        finally:
            house.store.close()
    except (NoHouse, StoreUnusable) as error:
        end(str(error), CANNOT_TELL)
    except StoreUnavailable:
        end("The gateway's store is busy or full: try again.", CANNOT_TELL)


def table(heads: tuple[str, ...], rows: list[list[str]]) -> None:
    """Rows for a person."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        sys.stdout.write("Nothing yet.\n")
        return
    shown = Table(*heads)
    for row in rows:
        shown.add_row(*row)
    Console().print(shown)
