"""Pages as values: elements with children, escaped when they are written. There is no way to put markup in as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final, TypeAlias

from sync.gateway.staff.texts import Both, Language

_VOID: Final = frozenset({"input", "br", "hr", "meta"})


@dataclass(frozen=True, slots=True)
class Element:
    """One element. An attribute that is None is left out; one that is an empty text stands without value."""

    name: str
    attributes: Mapping[str, str | Both | None] = field(default_factory=dict)
    children: tuple[Node, ...] = ()


Node: TypeAlias = "Element | Both | str | None"


def h(tag: str, /, *children: Node, **attributes: str | Both | None) -> Element:
    """An element. `class_` and `for_` lose their underscore; the others' become dashes."""
    return Element(tag, {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}, children)


def written(node: Node, language: Language) -> str:
    """The markup in one language."""
    if node is None:
        return ""
    if isinstance(node, Both):
        return escape(node.in_(language))
    if isinstance(node, str):
        return escape(node)
    attributes = "".join(
        f' {key}="{escape(value.in_(language) if isinstance(value, Both) else value)}"' if value else f" {key}"
        for key, value in node.attributes.items()
        if value is not None
    )
    if node.name in _VOID:
        return f"<{node.name}{attributes}>"
    inside = "".join(written(child, language) for child in node.children)
    return f"<{node.name}{attributes}>{inside}</{node.name}>"
