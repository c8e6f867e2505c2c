"""How commands answer: one document for programs or lines for people, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final, NoReturn

import typer


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    NO = 1
    USAGE = 2
    UNKNOWN = 3


EXITS: Final[Mapping[str, Exit]] = {"no": Exit.NO, "usage": Exit.USAGE, "unknown": Exit.UNKNOWN}
"""Of a refusal that says its own kind."""


def answer(document: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a document: JSON on one line, or `name: value` lines, nested ones indented."""
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    for line in _lines(document, ""):
        typer.echo(line)


def _lines(value: Any, indent: str) -> list[str]:
    found: list[str] = []
    for name, each in value.items():
        if isinstance(each, Mapping):
            found += [f"{indent}{name}:", *_lines(each, indent + "  ")]
        elif isinstance(each, list | tuple):
            found += [f"{indent}{name}: {len(each)}"]
            for row in each:
                found += _lines(row, indent + "  - ") if isinstance(row, Mapping) else [f"{indent}  - {row}"]
        else:
            found.append(f"{indent}{name}: {'-' if each is None else each}")
    return found


def refuse(code: Exit, what: str, *, why: str, next_step: str, as_json: bool) -> NoReturn:
    """End with a code: one sentence and what to do next; the short word `why` is for programs."""
    if as_json:
        typer.echo(json.dumps({"error": {"code": why, "sentence": what, "next": next_step}}, ensure_ascii=False))
    typer.echo(f"{what}\nNext: {next_step}", err=True)
    raise typer.Exit(int(code))
