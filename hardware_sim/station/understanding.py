"""Finds the phrase a text means, and reads the words in its places."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hardware_sim.barcode_reader.make import Terminator
from hardware_sim.barcode_reader.reader import LARGEST_CODE, MAKES, Mode
from hardware_sim.id_reader.reader import Step
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.status import SELF_TEST_FAULTS
from hardware_sim.station.hall import SERIAL_DEVICES
from hardware_sim.station.phrases import PHRASES, Act, Phrase

if TYPE_CHECKING:
    from hardware_sim.station.hall import Hall

MOST = 1_000_000
"""No count, size or time beyond this is meant."""
LONGEST_TYPED = 16
REST = "<text>"
"""A place that takes all words that are left, just as they were written."""


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


def _status_word(word: str) -> str:
    if len(word) != 4 or word[0] not in "69" or any(letter not in "0123456789abcdefABCDEF" for letter in word):
        raise ValueError("a status word such as 6A82")
    return word.upper()


def _hex_bytes(word: str) -> bytes:
    if not word or len(word) % 2 or any(letter not in "0123456789abcdefABCDEF" for letter in word):
        raise ValueError("pairs of hexadecimal digits such as E4BDA0")
    if len(word) > 2 * LARGEST_CODE:
        raise ValueError(f"at most {LARGEST_CODE} bytes")
    return bytes.fromhex(word)


def _digits(word: str) -> str:
    if not (word.isascii() and word.isdigit()) or len(word) > LONGEST_TYPED:
        raise ValueError(f"1 to {LONGEST_TYPED} digits")
    return word


def _key(word: str) -> Key:
    try:
        return Key(word)
    except ValueError:
        raise ValueError("a digit, enter, cancel or clear") from None


def _one_of(*words: str) -> Callable[[str], str]:
    def read(word: str) -> str:
        if word not in words:
            raise ValueError(f"{', '.join(words[:-1])} or {words[-1]}")
        return word

    return read


def _fault(word: str) -> int:
    if len(word) != 2 or word[0] not in "Ff" or not word[1].isascii() or not word[1].isdigit():
        raise ValueError("F0 to F7")
    if int(word[1]) >= SELF_TEST_FAULTS:
        raise ValueError("F0 to F7")
    return int(word[1])


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
    "version": _one_of("1.00", "2.00", "2.01", "3.00"),
    "algorithm": _one_of("SM4", "3DES", "SSF33"),
    "word": _status_word,
    "key": _key,
    "digits": _digits,
    "fault": _fault,
    "text": str,
    "hex": _hex_bytes,
    "make": _one_of(*MAKES),
    "terminator": lambda word: Terminator(_one_of(*(each.value for each in Terminator))(word)),
    "mode": lambda word: Mode(_one_of(*(each.value for each in Mode))(word)),
    "device": _one_of(*SERIAL_DEVICES),
}
PRIVATE: Final = frozenset(("key", "digits"))
"""What is filled in here is a PIN's: nobody else may read it."""
BLANK, SPOKEN_BLANK = "*", "0"
"""What stands for a private digit where phrases are kept, and what is pressed when such a phrase is said again."""


def understand(text: str) -> Callable[[Hall], None]:
    """The hand that `text` means. Raises NotUnderstoodError."""
    phrase, words = _match(text)
    said = {place[1:-1]: KINDS[place[1:-1]](word) for place, word in words}
    return partial(_do, phrase.act, said)


def without_secrets(text: str) -> str:
    """The phrase as it may be kept and shown: digits pressed on a keypad are blanked. Raises NotUnderstoodError."""
    phrase, words = _match(text)
    filled = iter(words)
    kept = []
    for place in phrase.pattern.split():
        word = next(filled)[1] if place.startswith("<") else place
        private = place[1:-1] in PRIVATE and word.isdigit()
        kept.append(BLANK * len(word) if private else word)
    return " ".join(kept)


def with_any_digits(text: str) -> str:
    """A kept phrase as it can be said again: some digit for each that was blanked."""
    words = text.split(" ")
    return " ".join(SPOKEN_BLANK * len(word) if word and not word.strip(BLANK) else word for word in words)


def _match(text: str) -> tuple[Phrase, list[tuple[str, str]]]:
    """The phrase and its places with the words that fill them, each of the right kind."""
    wrong: str | None = None
    for phrase in PHRASES:
        places = phrase.pattern.split()
        if wrong is not None and places[-1] == REST:
            # «scan bytes zz» is a slip, not the text "bytes zz"
            continue
        # a rest keeps the blanks between its words
        words = text.split(None, len(places) - 1) if places[-1] == REST else text.split()
        if len(places) != len(words):
            continue
        filled: list[tuple[str, str]] = []
        for place, given in zip(places, words, strict=True):
            word = given.rstrip() if place == REST else given
            if not place.startswith("<"):
                if place != word:
                    break
                continue
            try:
                KINDS[place[1:-1]](word)
            except ValueError as error:
                told = "that" if place[1:-1] in PRIVATE else f"«{word}»"
                wrong = f"{place} in «{phrase.pattern}» is {error}, not {told}."
                break
            filled.append((place, word))
        else:
            return phrase, filled
    raise NotUnderstoodError(wrong or _nearest(text))


def _do(act: Act, said: dict[str, Any], hall: Hall) -> None:
    act(hall, said)


def _nearest(text: str) -> str:
    # compared without the places: whoever mistypes a word has the rest right
    plain = {
        " ".join(word for word in each.pattern.split() if word[0] != "<"): each.pattern for each in reversed(PHRASES)
    }
    near = [plain[found] for found in difflib.get_close_matches(text, plain, n=3, cutoff=0.5)]
    hint = f" Did you mean: {'; '.join(near)}?" if near else ""
    return f"«{text}» is not understood.{hint} `hardware-sim do help` lists everything."
