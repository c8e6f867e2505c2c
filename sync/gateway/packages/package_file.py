"""A package as people write it: a TOML file that says in its table `[package]` what it is; the rest is its content."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sync.protocol.rule_packages import KINDS, MAX_PACKAGE_BYTES, PackageFacts


class PackageFileUnfit(Exception):  # noqa: N818 - named by the condition
    """The file is no package; says which line of `[package]` and what belongs there."""


def read_package(path: Path) -> tuple[PackageFacts, bytes]:
    """What a file says it is, and its octets. Raises PackageFileUnfit."""
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_PACKAGE_BYTES + 1)
    except OSError as error:
        raise PackageFileUnfit(f"{path} cannot be read: {error.strerror}") from None
    if len(octets) > MAX_PACKAGE_BYTES:
        raise PackageFileUnfit(f"{path} is larger than {MAX_PACKAGE_BYTES} octets: divide it")
    facts = facts_in(octets, str(path))
    if set(tomllib.loads(octets.decode("utf-8"))) == {"package"}:
        raise PackageFileUnfit(f"{path} has no {facts.kind}, only the table [package]: write what it is to bring")
    return facts, octets


def facts_in(octets: bytes, name: str) -> PackageFacts:
    """What a package says of itself. Raises PackageFileUnfit."""
    try:
        head: Any = tomllib.loads(octets.decode("utf-8")).get("package")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackageFileUnfit(f"{name} is no TOML in UTF-8: {error}") from None
    except RecursionError:
        raise PackageFileUnfit(f"{name} is nested too deeply") from None
    if not isinstance(head, dict):
        raise PackageFileUnfit(f"{name} has no table [package] with kind, name, version, valid_from, place")
    said = {key: value.isoformat() if type(value) is date else value for key, value in head.items()}
    try:
        facts = PackageFacts.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise PackageFileUnfit(f"{name}, [package] {field}: {_WANTED.get(field, first['msg'])}") from None
    if facts.kind not in KINDS:
        raise PackageFileUnfit(f"{name}, [package] kind: {_WANTED['kind']}")
    return facts


_WANTED = {
    "kind": "one of " + ", ".join(KINDS),
    "name": "up to 48 small letters, digits and dashes",
    "version": "a whole number from 1 that rises with every change",
    "valid_from": "a day, YYYY-MM-DD",
    "place": "six digits of the division, 000000 for everywhere",
    "title": "one line of up to 200 characters",
}
