"""`kiosk benefits evaluate|rules|test`: rules asked, listed and tried, without store, keys, devices or network."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final, NoReturn

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.cli.options import Json
from kiosk.cli.technician import InLanguage, Language, now

if TYPE_CHECKING:
    from rich.table import Table
    from rich.tree import Tree

    from kiosk.benefits.examples import Report
    from kiosk.benefits.explanation import Told
    from kiosk.benefits.package import PackageUnfit
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
            said = answered(book, line)
            wrong = wrong or not isinstance(said, Outcome)
            if show is None:
                output.write(written(document(book, line, said)))
            elif isinstance(said, Outcome):
                show(explained(book, said, language.value))
            else:
                show(explained_error(line.number, said, language.value))
            # whoever asks one at a time waits for each answer
            output.flush()
    raise typer.Exit(int(Exit.NO if wrong else Exit.DONE))


@app.command("rules")
def rules_command(
    packages: Packages = None,
    place: Annotated[str, typer.Option("--place", help="CN, or the six digits of a division: with its layers")] = "CN",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="as they stand then; today")] = None,
    language: InLanguage = Language.ZH,
    as_json: Json = False,
) -> None:
    """Every rule with its facts, results, conditions, reason codes, local figures, versions and layers."""
    from kiosk.benefits.listing import rules_listed
    from kiosk.benefits.reading import place_given
    from kiosk.benefits.vocabulary import ValueUnfit, value_of

    try:
        division = place_given(place)
        day = now().date() if as_of is None else value_of("as_of", "day", (), as_of)
    except ValueUnfit as unfit:
        sentence = f"{unfit.name}: {unfit.shape} was given"
        refuse(Exit.USAGE, sentence, why=unfit.name, next_step=unfit.wanted, as_json=as_json)
    rules = rules_listed(_book(packages), division, day)
    if as_json:
        answer({"place": division, "as_of": day.isoformat(), "rules": rules}, as_json=True)
        return
    from rich.console import Console

    # a pipe has no width of its own
    console = Console() if sys.stdout.isatty() else Console(width=160, no_color=True)
    console.print(_rules_table(rules, language.value))


def _rules_table(rules: list[dict[str, Any]], language: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    heads = {"zh": ("规则", "事实", "结果", "版本"), "en": ("rule", "facts", "results", "version")}[language]
    review = {"zh": "待人工核实", "en": "review required"}[language]
    table = Table(*heads, show_lines=True)
    for rule in rules:
        facts = "\n".join(f"{each['name']}: {_shape(each)}" for each in rule["facts"])
        results = "\n".join(f"{each['name']}: {_shape(each)}" for each in rule["results"])
        layers = [f"{each['place']} {each['mode']}" for each in rule["layers"]]
        state = [rule["version"], *layers, *([review] if rule["review"] else [])]
        name = f"{rule['rule']}\n{rule[language]}"
        table.add_row(*(Text(each) for each in (name, facts, results, "\n".join(state))))
    return table


def _shape(row: dict[str, Any]) -> str:
    words = "|".join(row["words"])
    return words or (row["type"] if row["unit"] is None else f"{row['type']}, {row['unit']}")


@app.command("test")
def try_command(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE", help="a package file, or a folder of them")],
    as_json: Json = False,
) -> None:
    """Run the examples of a package on top of the shipped rules: 0 all as promised, 1 not all, 2 it is unfit."""
    from kiosk.benefits.examples import examples_tried
    from kiosk.benefits.loading import book_with, packages_at
    from kiosk.benefits.package import PackageUnfit

    try:
        found = packages_at(package)
        report = examples_tried(book_with(found), found)
    except PackageUnfit as error:
        _refuse_package(error, as_json=as_json)
    document = {
        "packages": [
            {"file": file, "name": content.package.name, "version": content.package.version} for file, content in found
        ],
        "examples": len(report.tried),
        "failed": [
            {
                "file": each.file,
                "rule": each.rule,
                "version": each.version,
                "place": each.place,
                "example": each.example,
                "source": each.source,
                "differences": [
                    {"what": one.what, "expected": one.expected, "found": one.found} for one in each.differences
                ],
            }
            for each in report.failed
        ],
        "without_examples": [
            {"file": file, "rule": rule, "version": version} for file, rule, version in report.without
        ],
    }
    if as_json:
        answer(document, as_json=True)
    else:
        _tell(report)
    raise typer.Exit(int(Exit.NO if report.failed else Exit.DONE))


def _tell(report: Report) -> None:
    for each in report.failed:
        typer.echo(f"{each.file}, {each.rule} ({each.place}), example “{each.example}” [{each.source}]")
        for one in each.differences:
            typer.echo(f"  {one.what}: expected {one.expected}, found {one.found}")
    for file, rule, version in report.without:
        typer.echo(f"{file}, {rule} ({version}): no example")
    kept = len(report.tried) - len(report.failed)
    typer.echo(f"{kept} of {len(report.tried)} examples came out as promised")


def _refuse_package(error: PackageUnfit, *, as_json: bool) -> NoReturn:
    """The file, the rule and the place in it, and what belongs there."""
    step = "mend the place that is named; nothing was loaded"
    if as_json:
        where = {"file": error.file, "rule": error.rule, "place": error.place}
        answer({"error": {"code": "package", **where, "sentence": error.wrong, "next": step}}, as_json=True)
    refuse(Exit.USAGE, str(error), why="package", next_step=step, as_json=False)


def _book(packages: Path | None) -> RuleBook:
    """The shipped rules, with these on top; ends the command when they do not fit."""
    from kiosk.benefits.loading import book_with, packages_at, shipped_book
    from kiosk.benefits.package import PackageUnfit

    try:
        return shipped_book() if packages is None else book_with(packages_at(packages))
    except PackageUnfit as error:
        _refuse_package(error, as_json=False)


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
