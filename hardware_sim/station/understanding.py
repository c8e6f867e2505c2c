"""Finds the phrase a text means, and reads the words in its places."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hardware_sim.id_reader.reader import Step
from hardware_sim.station.phrases import PHRASES, Act

if TYPE_CHECKING:
    from hardware_sim.station.station import Station

MOST = 1_000_000
"""No count, size or time beyond this is meant."""


class NotUnderstoodError(Exception):
    """A text that is no phrase; the message says what comes near."""


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit()) or int(word) > MOST:
        raise ValueError("a whole number")
    return int(word)


def _count(word: str) -> int:
    if not _number(word):
        raise ValueError("a whole number of at least 1")
    return int(word)


def _quantity(word: str) -> float:
    whole, _, part = word.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))):
        raise ValueError("a number such as 2 or 0.5")
    if float(word) > MOST:
        raise ValueError(f"a number up to {MOST}")
    return float(word)


def _hex_byte(word: str) -> int:
    if len(word) != 2 or any(letter not in "0123456789abcdefABCDEF" for letter in word):
        raise ValueError("two hexadecimal digits such as 32")
    return int(word, 16)


def _step(word: str) -> Step:
    try:
        return Step(word)
    except ValueError:
        raise ValueError("find, select or read") from None


KINDS: Final[dict[str, Callable[[str], Any]]] = {
    "persona": str,
    "n": _number,
    "count": _count,
    "bytes": _count,
    "pages": _count,
    "sheets": _number,
    "mm": _quantity,
    "seconds": _quantity,
    "status": _hex_byte,
    "step": _step,
}


def understand(text: str) -> Callable[[Station], None]:
    """The hand that `text` means. Raises NotUnderstoodError."""
    words = text.split()
    wrong: str | None = None
    for phrase in PHRASES:
        places = phrase.pattern.split()
        if len(places) != len(words):
            continue
        said: dict[str, Any] = {}
        for place, word in zip(places, words, strict=True):
            if not place.startswith("<"):
                if place != word:
                    break
                continue
            try:
                said[place[1:-1]] = KINDS[place[1:-1]](word)
            except ValueError as error:
                wrong = f"{place} in «{phrase.pattern}» is {error}, not «{word}»."
                break
        else:
            return partial(_do, phrase.act, said)
    raise NotUnderstoodError(wrong or _nearest(text))


def _do(act: Act, said: dict[str, Any], station: Station) -> None:
    act(station, said)


def _nearest(text: str) -> str:
    # compared without the places: whoever mistypes a word has the rest right
    plain = {
        " ".join(word for word in each.pattern.split() if word[0] != "<"): each.pattern for each in reversed(PHRASES)
    }
    near = [plain[found] for found in difflib.get_close_matches(text, plain, n=3, cutoff=0.5)]
    hint = f" Did you mean: {'; '.join(near)}?" if near else ""
    return f"«{text}» is not understood.{hint} `hardware-sim do help` lists everything."
