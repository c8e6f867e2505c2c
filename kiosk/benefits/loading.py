"""Finding packages: those that come with the program, a folder or file of somebody's, those two persons signed.

A signed package of the same name and a higher version comes on top of the shipped one, from its own first day.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from kiosk.benefits.package import Content, PackageUnfit, read_content
from kiosk.benefits.rulebook import RuleBook, checked_book


@cache
def shipped() -> tuple[tuple[str, Content], ...]:
    """The packages in the program. Raises PackageUnfit."""
    folder = resources.files("kiosk.benefits").joinpath("packages")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple((name, read_content(folder.joinpath(name).read_bytes(), name)) for name in names)


@cache
def shipped_book() -> RuleBook:
    """The rules that come with the program."""
    return checked_book(shipped())


def packages_at(path: Path) -> tuple[tuple[str, Content], ...]:
    """The packages in a file, or in a folder's *.toml. Raises PackageUnfit."""
    try:
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        found = tuple((file.name, read_content(file.read_bytes(), file.name)) for file in files)
    except OSError as error:
        raise PackageUnfit(path.name, None, None, f"cannot be read: {error.strerror}") from None
    if not found:
        raise PackageUnfit(path.name, None, None, "no package is in it: give a *.toml file, or a folder of them")
    return found


def book_with(more: Iterable[tuple[str, Content]]) -> RuleBook:
    """The shipped rules with these on top: the same name in the same version is replaced. Raises PackageUnfit."""
    found = {(content.package.name, content.package.version): (file, content) for file, content in shipped()}
    for file, content in more:
        found[(content.package.name, content.package.version)] = (file, content)
    return checked_book(found.values())
