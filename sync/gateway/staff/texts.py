"""A text in both languages: Chinese is the master, English its translation."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["zh", "en"]


class Both(NamedTuple):
    """One text."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return self.zh if language == "zh" else self.en


def chosen(cookie: str, accepted: str) -> Language:
    """The language of a page: the one that was switched to, else the browser's first that we have, else Chinese."""
    if cookie in ("zh", "en"):
        return "zh" if cookie == "zh" else "en"
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted.split(",")[:20]):
        tag, _, rest = part.strip().lower().partition(";")
        quality = rest.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        ranked.append((-weight, place, tag.partition("-")[0]))
    for weight, _, tag in sorted(ranked):
        if weight < 0 and tag in ("zh", "en"):
            return "zh" if tag == "zh" else "en"
    return "zh"
