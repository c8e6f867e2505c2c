"""One card slot inside the namespace: the card that is in it and its connection to vpcd."""

import errno
import os
import selectors
import socket
import time
from functools import partial

from hardware_sim.cards.device import CardDevice, NoAnswerError
from hardware_sim.cards.notes import Notebook
from hardware_sim.cards.reader_habits import FetchingReader
from hardware_sim.cards.social_security_card import SocialSecurityCard
from hardware_sim.cards.troubles import TroubledCard, Troubles
from hardware_sim.pcsc.traffic import Traffic
from hardware_sim.pcsc.wire import CardWire

_RECONNECT_SECONDS = 0.1


class InsertedCard:
    """A card with its troubles, its notes and the word the outside knows it by."""

    def __init__(self, label: str, card: CardDevice, notes: Notebook, *, fetching: bool) -> None:
        self.label = label
        self.notes = notes
        self.social = card if isinstance(card, SocialSecurityCard) else None
        self.troubled = TroubledCard(card, os.urandom)
        self.device: CardDevice = FetchingReader(self.troubled) if fetching else self.troubled

    @property
    def interface(self) -> str:
        """contact or contactless."""
        return self.social.interface if self.social else "contact"

    @property
    def troubles(self) -> Troubles:
        return self.troubled.troubles


class CardSlot:
    """Connects when a card comes in, disconnects when it goes out. Single-threaded: driven by the host's selector."""

    def __init__(self, name: str, port: int, selector: selectors.BaseSelector, traffic: Traffic) -> None:
        self.name = name
        self._traffic = traffic
        self.port = port
        self.card: InsertedCard | None = None
        self.service_up = False
        self._selector = selector
        self._socket: socket.socket | None = None
        self._leaving: socket.socket | None = None
        self._empty: socket.socket | None = None
        self._absence_untold = False
        self._wire: CardWire | None = None
        self._held: tuple[float, bytes] | None = None
        self._reconnect_at: float | None = None

    @property
    def powered(self) -> bool:
        """True while pcscd has the card under power."""
        return self._wire is not None and self._wire.powered

    @property
    def busy(self) -> bool:
        """True while a slow card holds an answer back."""
        return self._held is not None

    @property
    def due(self) -> float | None:
        """The monotonic time at which `tick` wants to be called, or None."""
        if self._held is not None:
            return self._held[0]
        return self._reconnect_at

    def insert(self, card: InsertedCard) -> None:
        """A card that is in is out in the same moment."""
        self.remove()
        self.card = card
        self._connect()

    def remove(self) -> InsertedCard | None:
        """The card goes out, with power lost; a reply that was still to come is lost too."""
        card, self.card = self.card, None
        self._leave()
        if card is not None:
            card.device.power_off()
            self._absence_untold = self.service_up
            self._connect()
        return card

    def service_changed(self, *, up: bool) -> None:
        """pcscd came or went. Cards stay in the reader; without a service they have no power."""
        self.service_up = up
        if up:
            self._connect()
            return
        self._disconnect()
        self._close_leaving()
        self._close_empty()
        self._absence_untold = False
        if self.card is not None:
            self.card.device.power_off()

    def readable(self, sock: object) -> None:
        """The driver sent something on `sock`, or closed it."""
        if self._leaving is not None and sock is self._leaving:
            self._drain_leaving(self._leaving)
        elif self._empty is not None and sock is self._empty:
            self._tell_absence()
        elif sock is self._socket:
            self._read()

    def _read(self) -> None:
        if self._socket is None or self._wire is None or self.card is None:
            return
        # The driver sends length and content apart, and its second packet waits for our acknowledgement of the first:
        # delayed ACK would make each command 40 ms long. The option does not last, hence before every recv.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            data = self._socket.recv(65537)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            # The driver let go of a card that is still there (or the service is ending): come back.
            self._disconnect()
            self._reconnect_at = time.monotonic() + _RECONNECT_SECONDS
            return
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        for message in self._wire.feed(data):
            self._answer(self._wire, message)

    def tick(self, now: float) -> None:
        """Send a held reply whose time has come, or connect again."""
        if self._held is not None and self._held[0] <= now:
            frame = self._held[1]
            self._held = None
            self._send(frame)
        if self._reconnect_at is not None and self._reconnect_at <= now:
            self._reconnect_at = None
            self._connect()

    def _answer(self, wire: CardWire, message: bytes) -> None:
        if self.card is None:
            return
        wire.extra_seconds = self.card.troubles.slow
        try:
            reply = wire.reply(message)
        except NoAnswerError:
            self._silent()
            return
        if reply is None:
            return
        if reply.seconds > 0:
            self._held = (time.monotonic() + reply.seconds, reply.frame)
        else:
            self._send(reply.frame)

    def _silent(self) -> None:
        # vpcd waits for an answer without limit and has no word for "no answer". Leaving is what a lost card looks
        # like; one that is still in (upside down) comes back after it.
        if self.card is not None and self.card.troubled.pulled:
            self.card = None
            self._absence_untold = True
        self._leave()

    def _leave(self) -> None:
        """Say no more, but listen until the driver has noticed; only then may another card connect.

        Were the connection simply closed, an order without reply (power off) could be what finds it closed; the driver
        would drop it unseen and take the next card for the old one, for good.
        """
        if self._socket is not None:
            self._close_leaving()
            self._leaving, self._socket = self._socket, None
            try:
                self._leaving.shutdown(socket.SHUT_WR)
            except OSError:
                # Never connected, or the driver was faster: nobody is left to notice.
                self._close_leaving()
        self._disconnect()

    def _drain_leaving(self, leaving: socket.socket) -> None:
        try:
            data = leaving.recv(65537)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close_leaving()
            self._connect()

    def _close_leaving(self) -> None:
        if self._leaving is not None:
            self._selector.unregister(self._leaving)
            self._leaving.close()
            self._leaving = None

    def _tell_absence(self) -> None:
        self._close_empty()
        self._absence_untold = False
        self._connect()

    def _close_empty(self) -> None:
        if self._empty is not None:
            self._selector.unregister(self._empty)
            self._empty.close()
            self._empty = None

    def _connect(self) -> None:
        """A card that is in, or first the empty slot, if the driver was not yet told that the card before it is out.

        The driver takes a connection only when pcscd asks whether a card is there, and asks on it at once. So the empty
        slot is a connection that ends at its first question: without it, any other order could be what finds the
        card before it gone, and the next card would be taken for it, for good (seen with pcscd 1.9.9).
        """
        self._disconnect()
        if not self.service_up or self._leaving is not None or self._empty is not None:
            return
        if self.card is None and not self._absence_untold:
            return
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sock.connect_ex(("127.0.0.1", self.port)) not in (0, errno.EINPROGRESS):
            sock.close()
            self._reconnect_at = time.monotonic() + _RECONNECT_SECONDS
            return
        if self._absence_untold or self.card is None:
            self._empty = sock
            self._selector.register(sock, selectors.EVENT_READ, self)
            return
        self._socket = sock
        self._wire = CardWire(self.card.device, partial(self._traffic.add, self.name))
        self._selector.register(sock, selectors.EVENT_READ, self)

    def _disconnect(self) -> None:
        self._held = None
        self._reconnect_at = None
        self._wire = None
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _send(self, frame: bytes) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendall(frame)
        except OSError:
            self._disconnect()
            self._reconnect_at = time.monotonic() + _RECONNECT_SECONDS
