"""Where the keys of the PIN page go.

The page knows which key was pressed and how many digits there are, nothing else. The digits live in the core's PIN
buffer, behind this protocol, and never in a property, a signal or a queue of ours.
"""

from __future__ import annotations

from typing import Protocol


class PinPad(Protocol):
    """The on-screen pad's other end. Calls come on the GUI thread and must return at once."""

    def press(self, digit: int) -> None:
        """One digit, 0 to 9."""

    def erase(self) -> None:
        """Take the last digit back."""

    def clear(self) -> None:
        """Take all digits back."""

    def confirm(self) -> None:
        """The person has finished."""

    def cancel(self) -> None:
        """The person does not want to give a PIN."""


class NoPinPad:
    """A pad that leads nowhere: before the core is there, and in tests of other pages."""

    def press(self, digit: int) -> None:
        """Nothing is kept."""

    def erase(self) -> None:
        """Nothing to erase."""

    def clear(self) -> None:
        """Nothing to clear."""

    def confirm(self) -> None:
        """Nothing to confirm."""

    def cancel(self) -> None:
        """Nothing to cancel."""
