"""What every card on any wire can do: the seam between pure cards and the wires that carry them."""

from typing import Protocol


class NoAnswerError(Exception):
    """The contacts stay silent: the card is not there (any more), is not powered, or was pulled inside a command.

    A wire reports it in its own way (vpcd closes the connection); it is never turned into a status word, because a
    card that is gone sends none.
    """


class CardDevice(Protocol):
    """One chip behind eight contacts. All byte strings are raw, status words included."""

    def power_on(self) -> bytes | None:
        """Cold reset. Returns the ATR (ISO 7816-3, 2 to 33 bytes), or None when nothing answers (card upside down)."""

    def power_off(self) -> None:
        """Take the power away; every security state of the session is lost."""

    def transmit(self, apdu: bytes) -> bytes:
        """Execute one command; returns data and SW1 SW2. Raises NoAnswerError when there is nobody to answer."""

    def seconds(self, apdu: bytes) -> float:
        """The time this command takes on the line and in the chip, in seconds."""
