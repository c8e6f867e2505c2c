"""Where cut receipts come out: they lie in the mouth at once, or a presenter (Custom make, 1D 65) holds them first."""

from __future__ import annotations

from hardware_sim.receipt_printer.ticket import Ticket

RETRACT, PRESENT, EJECT = 0x02, 0x03, 0x05


class Mouth:
    """`presenter`: held inside until it is presented or ejected; what nobody takes can be retracted into a bin."""

    def __init__(self, *, presenter: bool) -> None:
        self._presenter = presenter
        self._held: list[Ticket] = []
        self._out: list[Ticket] = []
        self.waiting = 0
        """Receipts that can be taken."""
        self.retracted: list[Ticket] = []
        """The bin."""

    def receive(self, ticket: Ticket) -> None:
        """A receipt was cut. Those in the mouth lie behind one another until somebody takes them all."""
        self._held.append(ticket)
        if not self._presenter:
            self._show()

    def torn(self, ticket: Ticket) -> None:
        """Pulled out by a hand, past the mouth."""
        self._out.append(ticket)

    def act(self, action: int) -> str | None:
        """1D 65. Answer: a remark if that is no action of this printer."""
        if not self._presenter:
            return f"presenter action {action:02X}, and there is no presenter"
        if action not in (PRESENT, EJECT, RETRACT):
            return f"presenter action {action:02X}"
        if action == RETRACT:
            self.retracted += self._held
        else:
            self._show()
        if action != PRESENT:
            self._held.clear()
            self.waiting = 0
        return None

    def take(self) -> bool:
        """Whether there was something to take."""
        taken, self.waiting = self.waiting > 0, 0
        if taken:
            self._held.clear()
        return taken

    def collect(self) -> list[Ticket]:
        """What came out since the last call, whoever has it now."""
        out, self._out = self._out, []
        return out

    def _show(self) -> None:
        self._out += self._held[self.waiting :]
        self.waiting = len(self._held)
