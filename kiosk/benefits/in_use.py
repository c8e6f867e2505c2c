"""The rules a terminal answers with: those that came with the program, and on top those that two persons signed.

What cannot be used is said and not used, and the last good book stays: a wrong answer is worse than an old one. Rules
of a list whose time is over are still shown, but answer that it cannot be said.

A package has no effect before its first day. The list names one version of each, so publish a change of law on its
first day, or give its rules a `governs_from` and the old version beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

from kiosk.benefits.layers import place_of
from kiosk.benefits.loading import book_with, shipped_book
from kiosk.benefits.package import Content, PackageUnfit, read_content
from kiosk.benefits.rulebook import RuleBook
from kiosk.clock import HALL_ZONE
from sync.packages import Package, PackagesUnusable, current_packages

KIND: Final = "rules"
Why = Literal["unusable", "unfit", "not-as-listed", "not-yet-valid", "expired"]


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that lies on this terminal and is not believed. `package` is None when it is the whole list."""

    why: Why
    package: str | None
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RulesInUse:
    """The book, which signed packages are in it, and what was refused."""

    book: RuleBook = field(repr=False)
    signed: tuple[Package, ...] = ()
    refused: tuple[Refused, ...] = ()
    contents: Mapping[str, Content] = field(default_factory=dict, repr=False)


def rules_in_use(data_dir: Path, now: datetime, last: RulesInUse | None = None) -> RulesInUse:
    """What to answer with from now on; `now` is aware. `last`: what was in use, which stays when the new is no good.

    Every signature is checked again, and each content is what was signed. Nothing of a list is taken by halves but
    packages that do not hold yet: in their place the version that was in use stays.
    """
    kept = last or RulesInUse(shipped_book())
    try:
        listed = _read(data_dir, now)
    except PackagesUnusable as error:
        return replace(kept, refused=(Refused("unusable", None, str(error), error.remedy),))
    today = now.astimezone(HALL_ZONE).date()
    early = [package for package, _ in listed if date.fromisoformat(package.valid_from) > today]
    refused = [_not_yet(package) for package in early]
    signed = [package for package, _ in listed if package not in early]
    before = {package.name: package for package in kept.signed}
    contents: dict[str, Content] = {}
    try:
        for package, octets in listed:
            if package not in early:
                known = before.get(package.name)
                same_as_known = known is not None and known.sha256 == package.sha256
                contents[package.name] = kept.contents[package.name] if same_as_known else _content(package, octets)
            elif package.name in before:
                contents[package.name] = kept.contents[package.name]
                signed.append(replace(before[package.name], state=package.state))
        # a book takes a while to make, and a list is read again far more often than it changes
        same = {each.sha256 for each in signed} == {each.sha256 for each in kept.signed}
        book = kept.book if same else _book(signed, contents)
    except PackageUnfit as error:
        why: Why = "not-as-listed" if isinstance(error, _NotAsListed) else "unfit"
        remedy = "tell the centre: this package must be mended, signed and published anew"
        return replace(kept, refused=(*refused, Refused(why, error.file, str(error), remedy)))
    over = [package for package in signed if package.expired]
    if over:
        refused.append(_over(over))
    touched = _touched(book, [contents[package.name] for package in over], today)
    return RulesInUse(book.with_over(touched), tuple(signed), tuple(refused), contents)


class _NotAsListed(PackageUnfit):
    """What is in the package is another thing than two persons signed it as."""


def _read(data_dir: Path, now: datetime) -> list[tuple[Package, bytes]]:
    """The packages of rules with their octets, which are those of the list. Raises PackagesUnusable."""
    packages = [each for each in current_packages(data_dir, now) if each.kind == KIND]
    found = []
    for package in packages:
        try:
            octets = package.path.read_bytes()
        except OSError as error:
            raise PackagesUnusable("content-missing", f"{package.name} cannot be read ({error.strerror})") from None
        if hashlib.sha256(octets).hexdigest() != package.sha256:
            raise PackagesUnusable("content-damaged", f"{package.name} is not what was signed")
        found.append((package, octets))
    return found


def _file(package: Package) -> str:
    return f"{package.name}-{package.version}.toml"


def _content(package: Package, octets: bytes) -> Content:
    content = read_content(octets, _file(package))
    head = content.package
    said = (head.name, head.version, head.valid_from.isoformat(), head.place)
    if said != (package.name, package.version, package.valid_from, package.place):
        raise _NotAsListed(_file(package), None, "package", f"was signed as another package than it says: {said}")
    return content


def _book(signed: Iterable[Package], contents: Mapping[str, Content]) -> RuleBook:
    return book_with((_file(package), contents[package.name]) for package in signed)


def _not_yet(package: Package) -> Refused:
    sentence = f"{package.name} version {package.version} holds from {package.valid_from}: it is not used before"
    return Refused("not-yet-valid", package.name, sentence, "nothing to do: it is used from its first day")


def _over(packages: list[Package]) -> Refused:
    names = ", ".join(package.name for package in packages)
    sentence = f"the time that two persons gave the list is over: what {names} say cannot be said any more"
    return Refused("expired", None, sentence, "run kiosk sync now; if it stays, tell the centre to renew the list")


def _touched(book: RuleBook, contents: Iterable[Content], today: date) -> dict[str, frozenset[str]]:
    """By place, the rules whose answer rests on one of these packages: on a rule, a layer or a figure of it."""
    found: dict[str, frozenset[str]] = {}
    for content in contents:
        place = place_of(content.package.place)
        names = {row.id for row in content.rule} | {row.rule for row in content.overlay}
        figures = {row.name for row in content.parameter}
        for rule_id in book.rules:
            compiled = book.rule(rule_id, place, today) or book.rule(rule_id, place, date.max)
            if compiled is not None and figures & {name for name, _ in compiled.parameters}:
                names.add(rule_id)
        found[place] = found.get(place, frozenset()) | _users(book, names)
    return found


def _users(book: RuleBook, rules: set[str]) -> frozenset[str]:
    """These, and all that use them, near and far."""
    while more := {each for each in book.rules if each not in rules and rules & set(book.row(each).uses)}:
        rules = rules | more
    return frozenset(rules)
