"""The printer: what it receives, why it stops, what it says about itself, and what people do to it.

Real-time status requests (10 04 n) are answered the moment they arrive, wherever they stand in the stream, also when
the printer is offline; all else waits its turn behind the print data. The answer to 1D 72 therefore proves that
everything before it was printed. When the printer stops, the rest waits in a receive buffer of limited size.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from hardware_sim.receipt_printer.composer import Composer
from hardware_sim.receipt_printer.condition import KNOWN_GROUPS, Condition
from hardware_sim.receipt_printer.mouth import Mouth
from hardware_sim.receipt_printer.stream import Command, Piece, Stream
from hardware_sim.receipt_printer.ticket import DOTS_PER_MM, Ending, Ticket

BUFFER = 4096
"""Bytes that can wait while the printer is stopped; what comes after is lost."""
HIGH_WATER, LOW_WATER = BUFFER - 512, BUFFER // 2
XON, XOFF = b"\x11", b"\x13"
DOTS_PER_SECOND = 1200
CUT_SECONDS = 0.3

Said = list[tuple[float, bytes]]
"""What the printer sends: (seconds from now, bytes)."""


@dataclass
class _Traps:
    """Faults that were set to happen later."""

    jam_after_bytes: int | None = None
    roll_dots: int | None = None
    """Paper left on the roll; None: plenty."""


@dataclass
class _Line:
    """The conversation with the host."""

    asb_groups: int = 0
    asb_last: bytes = b""
    tail: bytes = b""
    """The last two bytes received: a real-time request may be cut between two deliveries."""
    xoff_sent: bool = False
    lost_bytes: int = 0
    queue: deque[Piece] = field(default_factory=deque)
    queued: int = 0


class ReceiptPrinter:
    """One printer on one line. `feed` is its wire; every other method is a hand from outside.

    Hands return what the printer says on its own because of them (automatic status, answers that were waiting).
    """

    def __init__(self, *, pace: float = 1.0, chinese_at_start: bool = False, presenter: bool = False) -> None:
        """`pace` multiplies all mechanical times; `chinese_at_start` is how many makes for China wake up.

        A printer with a `presenter` holds what was cut until 1D 65 presents, ejects or retracts it.
        """
        self._pace = pace
        self._stream = Stream(chinese_at_start=chinese_at_start)
        self._composer = Composer()
        self._condition = Condition()
        self._traps = _Traps()
        self._line = _Line()
        self._powered = True
        self._free_at = float("-inf")
        self._mouth = Mouth(presenter=presenter)

    # the wire

    def feed(self, data: bytes, now: float) -> Said:
        """Bytes from the host at `now` (seconds)."""
        if not self._powered or not data:
            return []
        said: Said = [(0.0, bytes((self._condition.real_time(n),))) for n in self._requests_in(data)]
        room = BUFFER - self._line.queued - self._stream.held
        if self._condition.stopped and len(data) > room:
            self._line.lost_bytes += len(data) - room
            data = data[:room]
        for piece in self._stream.add(data):
            if isinstance(piece, Command) and piece.code == b"\x10\x04":
                continue  # was answered on arrival
            self._line.queue.append(piece)
            self._line.queued += piece.size
        return said + self._work(now) + self._flow()

    # hands

    def open_cover(self, now: float) -> Said:
        self._condition.cover_open = True
        return self._changed(now)

    def close_cover(self, now: float) -> Said:
        self._condition.cover_open = False
        return self._changed(now)

    def run_low(self, now: float) -> Said:
        self._condition.near_end = True
        return self._changed(now)

    def run_out(self, now: float, *, near_end_seen: bool = True) -> Said:
        """No paper; with `near_end_seen=False` the near-end sensor contradicts (a known odd combination)."""
        self._condition.paper_end, self._condition.near_end = True, near_end_seen
        return self._changed(now)

    def load_paper(self, now: float) -> Said:
        """A new roll."""
        self._condition.paper_end = self._condition.near_end = False
        self._traps.roll_dots = None
        return self._changed(now)

    def leave_paper(self, millimetres: float) -> None:
        """Only so much paper is left: the end comes in the middle of whatever is printed then."""
        self._traps.roll_dots = round(millimetres * DOTS_PER_MM)

    def break_cutter(self, now: float) -> Said:
        self._condition.cutter_error = True
        return self._changed(now)

    def jam(self, now: float, *, after_bytes: int = 0) -> Said:
        """Paper jam, at once or when `after_bytes` more bytes of print data were obeyed."""
        if after_bytes:
            self._traps.jam_after_bytes = after_bytes
            return []
        self._condition.jam = True
        return self._changed(now)

    def switch_offline(self, now: float) -> Said:
        self._condition.switched_offline = True
        return self._changed(now)

    def switch_online(self, now: float) -> Said:
        self._condition.switched_offline = False
        return self._changed(now)

    def fail(self, now: float) -> Said:
        """An error that only the maker's people mend."""
        self._condition.broken = True
        return self._changed(now)

    def overheat(self, now: float) -> Said:
        self._condition.too_hot = True
        return self._changed(now)

    def cool_down(self, now: float) -> Said:
        """By itself, after a while."""
        self._condition.too_hot = False
        return self._changed(now)

    def press_button(self, now: float) -> Said:
        """Somebody feeds paper; a printer that waited for the button goes on when it is released."""
        self._condition.button_pressed, self._condition.waiting = True, False
        return self._changed(now)

    def release_button(self, now: float) -> Said:
        self._condition.button_pressed = False
        return self._changed(now)

    def wait_for_button(self, now: float) -> Said:
        self._condition.waiting = True
        return self._changed(now)

    def clear(self, now: float) -> Said:
        """A technician puts everything right: jam and cutter, cover, paper, panel.

        After a jam the strip is pulled out by hand and what waited in the buffer is given up.
        """
        if self._condition.jam:
            self._tear_off()
            self._give_up_buffer()
        self._condition = Condition()
        self._traps = _Traps()
        return self._changed(now)

    def power_off(self) -> None:
        """Silence. The buffer is lost; a strip that is not yet cut stays in the printer."""
        self._powered = False
        self._give_up_buffer()
        self._composer.initialise()
        self._line = _Line()
        self._free_at = float("-inf")

    def power_on(self) -> None:
        self._powered = True

    def pull_out(self) -> None:
        """Somebody pulls at what hangs in the printer uncut, until it tears."""
        self._tear_off()

    def take_receipt(self) -> bool:
        """Whether there was one in the mouth."""
        return self._mouth.take()

    def collect(self) -> list[Ticket]:
        """Tickets that left the printer since the last call."""
        return self._mouth.collect()

    def retracted(self) -> list[Ticket]:
        """What lies in the retract bin: papers that nobody took."""
        return list(self._mouth.retracted)

    # what can be seen from outside

    def busy(self, now: float) -> float:
        """Seconds until everything obeyed so far is on paper."""
        return max(0.0, self._free_at - now)

    @property
    def powered(self) -> bool:
        return self._powered

    @property
    def condition(self) -> Condition:
        """The sensors; change them by the hands only."""
        return self._condition

    @property
    def receipts_in_mouth(self) -> int:
        return self._mouth.waiting

    @property
    def uncut(self) -> bool:
        """Whether something printed hangs in the printer and would come out with the next ticket."""
        return not self._composer.empty

    @property
    def waiting_bytes(self) -> int:
        return self._line.queued + self._stream.held

    @property
    def lost_bytes(self) -> int:
        return self._line.lost_bytes

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a strict printer did not like, oldest first."""
        return tuple(self._composer.remarks)

    # inside: receiving

    def _requests_in(self, data: bytes) -> list[int]:
        seen = self._line.tail + data
        self._line.tail = seen[-2:]
        return [
            seen[at + 2]
            for at in range(len(seen) - 2)
            if seen[at] == 0x10 and seen[at + 1] == 0x04 and 1 <= seen[at + 2] <= 4
        ]

    def _flow(self) -> Said:
        waiting = self.waiting_bytes
        if not self._line.xoff_sent and self._condition.stopped and waiting >= HIGH_WATER:
            self._line.xoff_sent = True
            return [(0.0, XOFF)]
        if self._line.xoff_sent and waiting <= LOW_WATER:
            self._line.xoff_sent = False
            return [(0.0, XON)]
        return []

    def _give_up_buffer(self) -> None:
        self._stream.forget()
        self._line.queue.clear()
        self._line.queued = 0

    # inside: printing

    def _work(self, now: float) -> Said:
        said: Said = []
        while self._line.queue and not self._condition.stopped:
            piece = self._line.queue.popleft()
            self._line.queued -= piece.size
            said += self._obey(piece, now)
            said += self._spring_traps(piece, now)
        return said

    def _spring_traps(self, piece: Piece, now: float) -> Said:
        left = self._traps.jam_after_bytes
        if left is None:
            return []
        left -= piece.size
        self._traps.jam_after_bytes = left if left > 0 else None
        if left > 0:
            return []
        self._condition.jam = True
        return self._status_back(self.busy(now))

    def _obey(self, piece: Piece, now: float) -> Said:
        if isinstance(piece, Command):
            match piece.code:
                case b"\x1dr":
                    return [(self.busy(now), bytes((self._queued_status(piece.args[0]),)))]
                case b"\x1bv":
                    return [(self.busy(now), bytes((self._condition.paper(),)))]
                case b"\x1da":
                    return self._automatic_status(piece.args[0], now)
                case b"\x1b@":
                    self._line.asb_groups = 0
                case b"\x1dV":
                    return self._cut_command(piece.args, now)
                case b"\x1bi" | b"\x1bm":
                    return self._cut_off(Ending.FULL_CUT if piece.code == b"\x1bi" else Ending.PARTIAL_CUT, now)
                case b"\x1de":
                    if (remark := self._mouth.act(piece.args[0])) is not None:
                        self._composer.remarks.append(remark)
                    return []
                case b"\x10\x14":
                    return []  # drawer pulse: there is no drawer
        return self._moved(self._composer.apply(piece), now)

    def _cut_command(self, args: bytes, now: float) -> Said:
        endings = {0: Ending.FULL_CUT, 1: Ending.PARTIAL_CUT}
        if args[0] in (0x41, 0x42):
            said = self._moved(self._composer.feed(args[1]), now)
            # the paper may have ended with this feed: then there is nothing the knife could do
            return said if self._condition.stopped else said + self._cut_off(endings[args[0] - 0x41], now)
        if args[0] & 0x0F in endings and args[0] <= 0x31:
            return self._cut_off(endings[args[0] & 0x0F], now)
        self._composer.remarks.append(f"cut mode {args[0]:02X}")
        return []

    def _cut_off(self, ending: Ending, now: float) -> Said:
        ticket, moved = self._composer.cut(ending)
        said = self._moved(moved, now)
        self._spend(CUT_SECONDS, now)
        if ticket is not None:
            self._mouth.receive(ticket)
        return said

    def _tear_off(self) -> None:
        ticket, _ = self._composer.cut(Ending.TORN_OFF)
        if ticket is not None:
            self._mouth.torn(ticket)

    def _moved(self, dots: int, now: float) -> Said:
        self._spend(dots / DOTS_PER_SECOND, now)
        if self._traps.roll_dots is None or not dots:
            return []
        self._traps.roll_dots -= dots
        if self._traps.roll_dots > 0:
            return []
        self._traps.roll_dots = None
        self._condition.paper_end = self._condition.near_end = True
        return self._status_back(self.busy(now))

    def _spend(self, seconds: float, now: float) -> None:
        self._free_at = max(now, self._free_at) + seconds * self._pace

    # inside: status

    def _automatic_status(self, groups: int, now: float) -> Said:
        if groups & ~KNOWN_GROUPS:
            self._composer.remarks.append(f"automatic status for unknown groups {groups:02X}")
        self._line.asb_groups, self._line.asb_last = groups & KNOWN_GROUPS, b""
        return self._status_back(self.busy(now))

    def _changed(self, now: float) -> Said:
        if not self._powered:
            return []
        return self._status_back(0.0) + self._work(now) + self._flow()

    def _queued_status(self, n: int) -> int:
        if n in (1, 0x31):
            return self._condition.paper()
        if n not in (2, 0x32):
            self._composer.remarks.append(f"status request 1D 72 {n:02X}")
        return 0

    def _status_back(self, delay: float) -> Said:
        """The four bytes of 1D 61, if any group that was asked for changed."""
        groups = self._line.asb_groups
        watched = self._condition.watched(groups)
        if not groups or watched == self._line.asb_last:
            return []
        self._line.asb_last = watched
        return [(delay, self._condition.automatic())]
