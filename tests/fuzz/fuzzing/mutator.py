"""Damages bytes as lines, cables and hostile peers do: flips, cuts, doubles, odd lengths, parts of other messages."""

import random
from collections.abc import Sequence

MOST_DAMAGE = 4
_ODD = (0x00, 0x01, 0x02, 0x03, 0x0D, 0x10, 0x1B, 0x1D, 0x20, 0x7E, 0x7F, 0x80, 0x81, 0x82, 0xAA, 0xEE, 0xFE, 0xFF)
_ODD_WORDS = (b"\x00\x00", b"\xff\xff", b"\x7f\xff", b"\x80\x00", b"\x0c\x01", b"\x01\x00", b"\xff\xff\xff\xff")
_LONGEST = 1 << 14
"""Doubling must not make the test itself the thing that grows."""


class Mutator:
    """The same seed, the same damage. One in eight inputs is left as it was, so that what has a state gets anywhere."""

    def __init__(self, seed: int | str, samples: Sequence[bytes]) -> None:
        if not samples:
            raise ValueError("nothing to damage")
        self.chance = random.Random(seed)
        self._samples = tuple(samples)

    def next(self) -> bytes:
        """A sample, damaged."""
        return self.damaged(self.chance.choice(self._samples))

    def damaged(self, data: bytes) -> bytes:
        """This, damaged."""
        chance = self.chance
        if not chance.randrange(8):
            return data
        raw = bytearray(data)
        for _ in range(chance.randint(1, MOST_DAMAGE)):
            self._damage(raw)
        return bytes(raw[:_LONGEST])

    def _damage(self, raw: bytearray) -> None:
        chance = self.chance
        at = chance.randrange(len(raw) + 1)
        there = at < len(raw)
        match chance.randrange(11):
            case 0 | 1 if there:
                raw[at] ^= 1 << chance.randrange(8)
            case 2 | 3 if there:
                raw[at] = chance.choice(_ODD)
            case 4 if there:
                raw[at] = chance.randrange(256)
            case 5:
                del raw[at:]
            case 6:
                del raw[at : at + chance.randint(1, 8)]
            case 7:
                raw[at:at] = chance.randbytes(chance.randint(1, 8))
            case 8:
                word = chance.choice(_ODD_WORDS)
                raw[at : at + len(word)] = word
            case 9:
                other = chance.choice(self._samples)
                cut = chance.randrange(len(other) + 1)
                raw[at:] = other[cut:]
            case _:
                raw[at:at] = raw[at : at + chance.choice((1, 4, 16, 256, 4096))]
