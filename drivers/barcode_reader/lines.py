"""From the bytes of a scanner to whole lines, and from a line to text.

A line ends with CR, LF or both, or with silence where the scanner is set to send no end. UTF-8 is tried first and
strictly, since hardly any other text is UTF-8 by accident; then GB18030, which every GBK text is too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_LINE: Final = 4096
SILENCE_SECONDS: Final = 0.08  # ends a line; 77 characters' time at 9600 baud
_ENDS: Final = b"\r\n"
_ACKNOWLEDGEMENTS: Final = b"\x06\x15"  # some makes answer a trigger so; no code begins with them


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line that did not end within 4096 bytes. Nothing of it is kept."""


class UndecodableError(ValueError):
    """A line that is neither UTF-8 nor GB18030. Carries no content."""


class LineAssembler:
    """Collects the bytes of a line; never holds more than the longest line, whatever comes."""

    def __init__(self) -> None:
        """Start with an empty line."""
        self._held = bytearray()
        self._too_long = False

    @property
    def holds(self) -> bool:
        """A line has begun and not ended."""
        return bool(self._held)

    def feed(self, data: bytes) -> list[bytes | TooLong]:
        """The lines ended by these bytes, in order. Empty lines are none."""
        return list(self._take(data))

    def silence(self) -> list[bytes | TooLong]:
        """The line that ends because nothing more came, if there is one."""
        return list(self._end())

    def _take(self, data: bytes) -> Iterator[bytes | TooLong]:
        for byte in data:
            if byte in _ENDS:
                yield from self._end()
            elif not self._held and byte in _ACKNOWLEDGEMENTS:
                continue
            elif len(self._held) < LONGEST_LINE:
                self._held.append(byte)
            else:
                self._too_long = True

    def _end(self) -> Iterator[bytes | TooLong]:
        line, too_long = bytes(self._held), self._too_long
        self._held.clear()
        self._too_long = False
        if too_long:
            yield TooLong()
        elif line:
            yield line


def decode(line: bytes) -> str:
    """The text of a line. UndecodableError."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UndecodableError("neither UTF-8 nor GB18030")
