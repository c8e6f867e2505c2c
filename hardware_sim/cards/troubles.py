"""What goes wrong with any card, put around it from outside: upside down, pulled, slow, garbage, wrong answers."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from hardware_sim.cards.device import CardDevice, NoAnswerError


class Troubles(BaseModel):
    """The faults of one card. Counts go down as they are used up.

    mute: no ATR at all (upside down), or no answers any more. pull_after: this many more commands are answered, then
    the card is gone in the middle of the next one; None leaves it in. pull_before_effect: it is gone before that
    command had any effect, else after; there is nothing between. slow: extra seconds for every command. garbage,
    garbage_byte, truncated: the next so many answers are random bytes, have one wrong byte, or lose their last byte.
    wrong_status: the next so many commands are not executed and get `status_word`.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    mute: bool = False
    pull_after: int | None = Field(default=None, ge=0)
    pull_before_effect: bool = False
    slow: float = Field(default=0.0, ge=0, le=600)
    garbage: int = Field(default=0, ge=0)
    garbage_byte: int = Field(default=0, ge=0)
    truncated: int = Field(default=0, ge=0)
    wrong_status: int = Field(default=0, ge=0)
    status_word: str = Field(default="6F00", pattern=r"^[69][0-9A-F]{3}$")


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
        """One APDU. Raises NoAnswerError for a card that is not there, also when it goes inside this command."""
        troubles = self.troubles
        if self.pulled or troubles.mute:
            raise NoAnswerError("the card is not in the contacts")
        if troubles.pull_after == 0:
            self._pull(apdu)
        if troubles.pull_after is not None:
            troubles.pull_after -= 1
        if troubles.wrong_status:
            troubles.wrong_status -= 1
            return bytes.fromhex(troubles.status_word)
        return self._spoilt(self.card.transmit(apdu))

    def seconds(self, apdu: bytes) -> float:
        """The card's time and the extra seconds of a slow one."""
        return self.card.seconds(apdu) + self.troubles.slow

    def _pull(self, apdu: bytes) -> None:
        self.pulled = True
        self.troubles.pull_after = None
        if not self.troubles.pull_before_effect:
            self.card.transmit(apdu)
        self.card.power_off()
        raise NoAnswerError("the card was pulled inside a command")

    def _spoilt(self, answer: bytes) -> bytes:
        troubles = self.troubles
        if troubles.garbage:
            troubles.garbage -= 1
            return self._chance(len(answer))
        if troubles.garbage_byte:
            troubles.garbage_byte -= 1
            place, change = self._chance(2)
            at = place % len(answer)
            # Never the same byte again.
            return answer[:at] + bytes([answer[at] ^ (change | 1)]) + answer[at + 1 :]
        if troubles.truncated:
            troubles.truncated -= 1
            return answer[:-1]
        return answer
