"""What every command of `kiosk-gateway` shares: the data directory, how an answer is said, and the exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    from sync.gateway.house import House

NO: Final = 1
USAGE: Final = 2
CANNOT_TELL: Final = 3
_WORDS: Final = {NO: "no", USAGE: "usage", CANNOT_TELL: "cannot-tell"}
DEFAULT_DATA: Final = Path("gateway-data")
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="the gateway's data directory")]
_json_is_wanted: Final = ContextVar("json_is_wanted", default=False)


def _note(wanted: bool) -> bool:
    _json_is_wanted.set(wanted)
    return wanted


AsJson = Annotated[bool, typer.Option("--json", help="answer as JSON", callback=_note)]


def say(value: dict[str, Any] | list[Any], text: str, as_json: bool) -> None:
    """The answer, for a program or for a person."""
    sys.stdout.write((json.dumps(value, ensure_ascii=False, indent=1) if as_json else text) + "\n")


def end(sentence: str, code: int) -> NoReturn:
    """Say what is wrong and what to do, and leave with this code. A program that asked for JSON gets that, too."""
    if _json_is_wanted.get():
        error = {"code": _WORDS[code], "sentence": sentence}
        sys.stdout.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")
    sys.stderr.write(sentence + "\n")
    raise typer.Exit(code)


def is_address(url: str) -> bool:
    """Whether others can be told it: http or https with a host, and nothing that is for nobody else."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or "@" in parts.netloc) and url.isprintable() and " " not in url
    return parts.scheme in ("http", "https") and bool(host) and plain


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
    """Rows for a person. A cell is shown whole and as it is: what came from elsewhere is no markup."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    if not rows:
        sys.stdout.write("Nothing yet.\n")
        return
    shown = Table(*(Column(head, overflow="fold") for head in heads))
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)
