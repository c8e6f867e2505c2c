"""Versions of a rule in time, each written as what it changes: `changes = VERSION` of the same rule, above it.

What a version does not name stands as it stood; a condition, caveat or deadline that it names is replaced whole.
Examples are each version's own.
"""

from __future__ import annotations

from typing import Any, Final

_BY_NAME: Final = ("facts", "let", "result", "table", "define")
_IN_ROWS: Final = {"condition": "id", "caveat": "code", "deadline": "id"}
_OWN: Final = ("example",)


class VersionUnfit(Exception):  # noqa: N818 - named by the condition
    """A version changes one that does not stand before it. Says which `rule` and what is `wrong`."""

    def __init__(self, rule: str, wrong: str) -> None:
        super().__init__(wrong)
        self.rule, self.wrong = rule, wrong


def whole(table: dict[str, Any]) -> dict[str, Any]:
    """A package's table with every version of its rules written out. Raises VersionUnfit.

    What has not the shape of rules is left as it is for the reading of the package to name.
    """
    rules = table.get("rule")
    if not isinstance(rules, list) or not all(isinstance(each, dict) for each in rules):
        return table
    found: dict[tuple[str, str], dict[str, Any]] = {}
    written = []
    for row in rules:
        key = (str(row.get("id")), str(row.get("version")))
        if "changes" in row:
            before = found.get((key[0], str(row["changes"])))
            if before is None:
                raise VersionUnfit(key[0], f"changes {row['changes']}: there is no such version above it")
            row = _changed(before, {name: value for name, value in row.items() if name != "changes"})
        found[key] = row
        written.append(row)
    return {**table, "rule": written}


def _changed(before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in before.items() if name not in _OWN}
    for name, value in row.items():
        there = found.get(name)
        if name in _BY_NAME and isinstance(there, dict) and isinstance(value, dict):
            found[name] = {**there, **value}
        elif name in _IN_ROWS and isinstance(value, list):
            found[name] = _replaced(there if isinstance(there, list) else [], value, _IN_ROWS[name])
        else:
            found[name] = value
    return found


def _replaced(there: list[Any], rows: list[Any], word: str) -> list[Any]:
    """The rows that are there, those of one name exchanged where they stand, new ones at the end."""

    def name(row: Any) -> str:
        return str(row.get(word) if isinstance(row, dict) else row)

    return list({name(each): each for each in (*there, *rows)}.values())
