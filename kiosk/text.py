"""A text for people: an id in the catalogue and what is filled in.

The core never holds sentences; it holds ids, so that the language can change on any page without losing anything.
`kiosk.texts` turns a Text into a sentence of one language.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the catalogue.

    `id` is `page.item.kind`, `facts` are the named things put into it, each a value shown as it is (a masked name, a
    number, a date) or another Text.
    """

    id: str
    facts: tuple[tuple[str, str | Text], ...] = field(default=())


def text(id: str, **facts: str | int | Text) -> Text:
    """Text("pin.tries.left", n=3): integers become decimal digits."""
    return Text(id, tuple((name, str(value) if isinstance(value, int) else value) for name, value in facts.items()))


def verbatim(value: str) -> Text:
    """A value that needs no translation (a number, a name), as a Text."""
    return Text("verbatim", (("value", value),))


def bilingual(zh: str, en: str) -> Text:
    """A sentence that comes in both languages from data (a rule's, a table's) and not from the catalogue."""
    return Text("bilingual", (("zh", zh), ("en", en)))
