"""Turns what a terminal sends into keys: characters of UTF-8, and the few special ones a menu needs. Pure."""

from __future__ import annotations

import codecs

from hardware_sim.dock.menu import BACKSPACE, DELETE, ENTER, ESCAPE

_SINGLE = {"\r": ENTER, "\n": ENTER, "\x7f": BACKSPACE, "\x08": BACKSPACE}
_SEQUENCES = {"[3~": DELETE, "OM": ENTER}


class Keys:
    """Collects bytes; a lone escape is known only when nothing follows it, so say `quiet` after a pause."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._escape: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether an escape waits for what may follow."""
        return self._escape is not None

    def hear(self, data: bytes) -> list[str]:
        """The keys that became whole."""
        keys: list[str] = []
        for character in self._decoder.decode(data):
            if self._escape is not None:
                self._escape += character
                # a sequence ends with a letter or a tilde; its introducer is one of [ and O
                if len(self._escape) > 1 and (character.isalpha() or character == "~"):
                    keys += [_SEQUENCES[self._escape]] if self._escape in _SEQUENCES else []
                    self._escape = None
                elif self._escape[0] not in "[O":
                    keys += [ESCAPE, *self._plain(character)]
                    self._escape = None
            elif character == "\x1b":
                self._escape = ""
            else:
                keys += self._plain(character)
        return keys

    def quiet(self) -> list[str]:
        """Nothing came for a while: an escape alone was the key itself."""
        waiting, self._escape = self._escape, None
        return [ESCAPE] if waiting is not None else []

    @staticmethod
    def _plain(character: str) -> list[str]:
        if character in _SINGLE:
            return [_SINGLE[character]]
        return [character] if character.isprintable() else []
