"""Where the digits of a PIN live: one bytearray, outside every queue, record and log.

Whoever shows the entry sees a count. Whoever needs the PIN gets a handle that opens once. Everything is overwritten
after use. The promise is the shortest life, not none: the PC/SC library makes its own copy of the command it sends.
"""

from typing import NoReturn

MIN_DIGITS = 4
"""Shortest PIN (sheet, section 7)."""

MAX_DIGITS = 12
"""Longest PIN a pad may take (standard part 8)."""


class PinSpentError(RuntimeError):
    """A one-shot handle was opened a second time. A mistake of the program."""


class _Secret:
    """Shows nothing and stays where it is."""

    __slots__ = ("__weakref__", "_count", "_digits")

    def __init__(self, digits: bytearray, count: int) -> None:
        self._digits = digits
        self._count = count

    @property
    def count(self) -> int:
        """Number of digits."""
        return self._count

    def clear(self) -> None:
        """Overwrite the digits."""
        self._digits[:] = bytes(len(self._digits))
        self._count = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is neither copied nor written anywhere")

    def __del__(self) -> None:
        self.clear()


class PinHandle(_Secret):
    """The right to use an entered PIN, once. It dies with the operation that got it, used or not."""

    __slots__ = ("_spent",)

    def __init__(self, digits: bytearray, count: int) -> None:
        super().__init__(digits, count)
        self._spent = False

    def open(self) -> bytearray:
        """The digits, one value 0–9 a byte. The caller overwrites them. PinSpentError: opened or cleared before."""
        if self._spent or not self._count:
            raise PinSpentError("this PIN was used or cleared already")
        self._spent = True
        # The buffer has its full size from the start, so that growing never leaves a copy behind.
        digits = bytearray(self._count)
        for place in range(self._count):
            digits[place] = self._digits[place]
        self.clear()
        return digits


class PinBuffer(_Secret):
    """Collects the digits a person types."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(bytearray(MAX_DIGITS), 0)

    def press(self, digit: int) -> bool:
        """Take one digit 0–9. Answer: was there room for it? ValueError: not a digit."""
        if not 0 <= digit <= 9:
            raise ValueError("a PIN has digits only")
        if self._count == len(self._digits):
            return False
        self._digits[self._count] = digit
        self._count += 1
        return True

    def backspace(self) -> None:
        """Take back the last digit, if there is one."""
        if self._count:
            self._count -= 1
            self._digits[self._count] = 0

    @property
    def complete(self) -> bool:
        """Long enough to be a PIN."""
        return self._count >= MIN_DIGITS

    def hand_over(self) -> PinHandle:
        """Move the digits into a handle; the buffer is empty afterwards. ValueError: fewer than 4 digits."""
        if not self.complete:
            raise ValueError(f"a PIN has at least {MIN_DIGITS} digits")
        digits, count = self._digits, self._count
        self._digits, self._count = bytearray(MAX_DIGITS), 0
        return PinHandle(digits, count)
