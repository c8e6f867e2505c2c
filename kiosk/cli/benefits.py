"""`kiosk benefits evaluate|rules|test`: rules asked, listed and tried, without store, keys, devices or network."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from kiosk.cli.answers import Exit, refuse
from kiosk.cli.technician import InLanguage, Language

if TYPE_CHECKING:
    from rich.tree import Tree

    from kiosk.benefits.explanation import Told
    from kiosk.benefits.rulebook import RuleBook

app = typer.Typer(help="Benefit rules (待遇资格核对).", no_args_is_help=True)

Packages = Annotated[
    Path | None,
    typer.Option("--packages", metavar="PATH", help="a package file or a folder of them, on top of the shipped ones"),
]


@app.command("evaluate")
def evaluate_command(
    questions: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="one JSON object a line; default: standard input")
    ] = None,
    packages: Packages = None,
    explain: Annotated[bool, typer.Option("--explain", help="the tree of each answer for people, no JSON")] = False,
    language: InLanguage = Language.ZH,
) -> None:
    """One answer a line, in order: 0 every line was answered, 1 some line was an error, 2 packages unfit, 3 no file."""
    from kiosk.benefits.explanation import explained, explained_error
    from kiosk.benefits.lines import answered, document, lines_of, written
    from kiosk.benefits.outcome import Outcome

    book = _book(packages)
    wrong = False
    with _opened(questions) as source, _output() as output:
        show = _shower(output) if explain else None
        for line in lines_of(source):
            answer = answered(book, line)
            wrong = wrong or not isinstance(answer, Outcome)
            if show is None:
                output.write(written(document(book, line, answer)))
            elif isinstance(answer, Outcome):
                show(explained(book, answer, language.value))
            else:
                show(explained_error(line.number, answer, language.value))
            # whoever asks one at a time waits for each answer
            output.flush()
    raise typer.Exit(int(Exit.NO if wrong else Exit.DONE))


def _book(packages: Path | None) -> RuleBook:
    """The shipped rules, with these on top; ends the command when they do not fit."""
    from kiosk.benefits.loading import book_with, packages_at, shipped_book
    from kiosk.benefits.package import PackageUnfit

    try:
        return shipped_book() if packages is None else book_with(packages_at(packages))
    except PackageUnfit as error:
        step = "mend the place that is named; nothing was loaded"
        refuse(Exit.USAGE, str(error), why="package", next_step=step, as_json=False)


@contextmanager
def _opened(questions: Path | None) -> Iterator[BinaryIO]:
    if questions is None:
        yield sys.stdin.buffer
        return
    try:
        file = questions.open("rb")
    except OSError as error:
        sentence = f"{questions} cannot be read ({error.strerror})"
        refuse(Exit.UNKNOWN, sentence, why="file", next_step="give an existing file", as_json=False)
    with file:
        yield file


@contextmanager
def _output() -> Iterator[BinaryIO]:
    """Standard output as octets; whoever closes it early has heard enough, and nothing is said about that."""
    try:
        yield sys.stdout.buffer
    except BrokenPipeError:
        # the interpreter flushes once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(int(Exit.UNKNOWN)) from None


def _shower(output: BinaryIO) -> Callable[[Told], None]:
    """Prints a tree: with colours and branches on a terminal, as indented lines in a pipe."""
    from kiosk.benefits.explanation import lines

    if sys.stdout.isatty():
        from rich.console import Console

        console = Console()
        return lambda told: console.print(_tree(told))

    def plain(told: Told) -> None:
        for line in (*lines(told), ""):
            output.write(f"{line}\n".encode("utf-8", "backslashreplace"))

    return plain


_STYLES: Final = {"head": "bold", "good": "green", "bad": "red", "open": "yellow", "plain": "", "faint": "dim"}


def _tree(told: Told) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    tree = Tree(Text(told.text, style=_STYLES[told.mood.value]), guide_style="dim")
    for each in told.below:
        tree.children.append(_tree(each))
    return tree
