"""What can go wrong between a serial device and its line, whatever the device: wrong checksum, torn, noise, silence.

The device hands each answer through `spoil` just before it sends it. Pure; nothing about what an answer means.
"""

from __future__ import annotations

from enum import Enum

NOISE = bytes.fromhex("00FF55")
"""What a loose plug sends: no device of ours begins anything with these bytes."""


class Trouble(Enum):
    """What is wrong with the answers; the value is what people type."""

    NONE = "ok"
    BAD_CHECKSUM = "bad-checksum"
    TORN = "torn"
    NOISE = "noise"
    SILENCE = "silence"


class LineTroubles:
    """The trouble that holds now, and for how many more answers (None: until told otherwise)."""

    def __init__(self, noise: bytes = NOISE) -> None:
        """`noise`: the bytes that come before an answer."""
        self._noise = noise
        self._trouble = Trouble.NONE
        self._left: int | None = None
        self._keep = 0
        self.slow_seconds = 0.0
        """Every answer takes so much longer."""

    @property
    def trouble(self) -> Trouble:
        return self._trouble

    def begin(self, trouble: Trouble, *, count: int | None = None, keep: int = 0) -> None:
        """Spoil answers until told otherwise, or the next `count` ones; a torn one lets `keep` bytes through."""
        if count is not None and count < 1:
            raise ValueError("a trouble of no answers is none")
        self._trouble, self._left, self._keep = trouble, count, keep

    def end(self) -> None:
        """Everything as it should be."""
        self._trouble, self._left, self.slow_seconds = Trouble.NONE, None, 0.0

    def spoil(self, answer: bytes, *, checksum_at: int = -1) -> bytes:
        """What really goes over the line instead of `answer`; `checksum_at` is the byte a wrong checksum spoils."""
        trouble, keep = self._trouble, self._keep
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self._trouble, self._left = Trouble.NONE, None
        match trouble:
            case Trouble.NONE:
                return answer
            case Trouble.BAD_CHECKSUM:
                at = checksum_at % len(answer)
                return answer[:at] + bytes((answer[at] ^ 0x01,)) + answer[at + 1 :]
            case Trouble.TORN:
                return answer[:keep]
            case Trouble.NOISE:
                return self._noise + answer
            case Trouble.SILENCE:
                return b""
