"""What goes wrong with any card, put around it from outside: upside down, pulled, slow, garbage, cut-off answers."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from hardware_sim.cards.device import CardDevice, NoAnswerError


class Troubles(BaseModel):
    """The faults of one card. Counts go down as they are used up.

    mute: no ATR at all (upside down). pull_after: this many more commands are answered, then the card is gone in the
    middle of the next one; None leaves it in. slow: extra seconds for every command. garbage, truncated: the next so
    many answers are random bytes, or lose their last byte.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    mute: bool = False
    pull_after: int | None = Field(default=None, ge=0)
    slow: float = Field(default=0.0, ge=0, le=600)
    garbage: int = Field(default=0, ge=0)
    truncated: int = Field(default=0, ge=0)


class TroubledCard:
    """A card with troubles; set `troubles` at any time. `pulled` tells that the card is no longer in the contacts."""

    def __init__(self, card: CardDevice, chance: Callable[[int], bytes]) -> None:
        self.card = card
        self.troubles = Troubles()
        self.pulled = False
        self._chance = chance

    def power_on(self) -> bytes | None:
        """The ATR, or None for a mute or pulled card."""
        if self.pulled or self.troubles.mute:
            return None
        return self.card.power_on()

    def power_off(self) -> None:
        self.card.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU. A pulled card may have executed the command; its answer is lost. Raises NoAnswerError then."""
        troubles = self.troubles
        if self.pulled or troubles.mute:
            raise NoAnswerError("the card is not in the contacts")
        if troubles.pull_after == 0:
            self.pulled = True
            troubles.pull_after = None
            self.card.transmit(apdu)
            self.card.power_off()
            raise NoAnswerError("the card was pulled inside a command")
        if troubles.pull_after is not None:
            troubles.pull_after -= 1
        answer = self.card.transmit(apdu)
        if troubles.garbage:
            troubles.garbage -= 1
            return self._chance(len(answer))
        if troubles.truncated:
            troubles.truncated -= 1
            return answer[:-1]
        return answer

    def seconds(self, apdu: bytes) -> float:
        """The card's time and the extra seconds of a slow one."""
        return self.card.seconds(apdu) + self.troubles.slow
