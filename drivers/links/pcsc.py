"""Cards behind PC/SC: the citizen's slot and the PSAM's, each found by its role, never by a slot's number.

The raw interface (``smartcard.scard``) is used: each result is checked before anything it came with is touched, and a
handle that failed once is dropped for good. That is a rule of safety, measured: a card pulled and another put in within
one poll period of pcscd leaves a handle that, used again, silently talks to the *new* card (9 of 12 tries) while the
service still tells the old card's ATR.
"""

import re
from dataclasses import dataclass
from typing import Any

from smartcard import scard

from drivers.errors import CardGone, CardMute, DeviceBusy, DeviceError, NoDevice, ServiceGone
from drivers.links.pcsc_faults import SUCCESS, fault
from drivers.operation import (
    Exchange,
    FindReaders,
    FoundReaders,
    PowerOff,
    PowerOn,
    Request,
    SecretExchange,
    Slot,
)

_MORE_DATA = 0x61
_PROTOCOLS: int = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


@dataclass(frozen=True, slots=True)
class ReaderRoles:
    """How the two readers are told apart.

    user, sam     regular expressions on the reader's name, from the settings; both may fit the same readers
    sam_question  a command to which a PSAM answers 9000 or 61xx and a citizen's card does not; asked of readers whose
                  names fit both roles, and by FindReaders of every reader that has one of them: a name is what a
                  driver made of a plug, and only the card knows what it is
    """

    user: re.Pattern[str]
    sam: re.Pattern[str]
    sam_question: bytes

    def fits(self, slot: Slot, name: str) -> bool:
        """May this reader have this role, as far as its name tells?"""
        return (self.user if slot is Slot.USER else self.sam).search(name) is not None


@dataclass(frozen=True, slots=True)
class _Handle:
    card: int
    pci: int
    atr: bytes
    reader: str


class PcscLink:
    """Executes card requests through pcscd, in exclusive mode. One thread only.

    A blocked exchange cannot be interrupted: its time is bounded by the reader's own waiting times (ISO 7816-3).
    ``api`` is ``smartcard.scard`` or something that behaves like it.
    """

    def __init__(self, roles: ReaderRoles, api: Any = scard) -> None:
        self._roles = roles
        self._api = api
        self._context: int | None = None
        self._handles: dict[Slot, _Handle] = {}
        self._sam_reader: str | None = None

    def perform(self, request: Request, deadline: float) -> Any:
        """See ``drivers.lanes.Link``."""
        match request:
            case PowerOn(slot):
                return self._power_on(slot)
            case PowerOff(slot):
                return self._power_off(slot)
            case Exchange(slot, apdu):
                return self._exchange(slot, list(apdu))
            case SecretExchange(slot, make):
                return self._exchange_secret(slot, make())
            case FindReaders():
                return self._find_readers()
            case _:
                raise TypeError(f"a card reader cannot {request!r}")

    def interrupt(self) -> None:
        """Nothing: PC/SC cannot take a command back from a card."""

    def close(self) -> None:
        """Take the power from both cards and leave the service."""
        self._leave_service()

    # --- requests ---

    def _power_on(self, slot: Slot) -> bytes:
        self._power_off(slot)
        handle = self._connect_role(slot)
        self._handles[slot] = handle
        return handle.atr

    def _power_off(self, slot: Slot) -> None:
        handle = self._handles.pop(slot, None)
        if handle is not None:
            self._disconnect(handle.card)

    def _exchange(self, slot: Slot, command: list[int]) -> bytes:
        handle = self._handles.get(slot)
        if handle is None:
            raise CardGone("card_reader", slot=slot.value, why="not powered")
        try:
            return self._transmit(handle, command, slot)
        except DeviceError:
            self._power_off(slot)
            raise

    def _exchange_secret(self, slot: Slot, command: bytearray) -> bytes:
        wire = list(command)
        command[:] = bytes(len(command))
        try:
            return self._exchange(slot, wire)
        finally:
            wire[:] = [0] * len(wire)

    # --- readers by role ---

    def _connect_role(self, slot: Slot) -> _Handle:
        names = self._readers()
        fitting = [name for name in names if self._roles.fits(slot, name)]
        other = Slot.SAM if slot is Slot.USER else Slot.USER
        doubtful = [name for name in fitting if self._roles.fits(other, name)]
        if self._sam_reader not in names:
            self._sam_reader = None
        if doubtful and self._sam_reader is None:
            self._sam_reader = next((name for name in doubtful if self._is_sam(name)), None)
        if slot is Slot.USER:
            fitting = self._user_readers(names)
        elif self._sam_reader is not None:
            fitting = [self._sam_reader]
        elif doubtful:
            fitting = [name for name in fitting if name not in doubtful]
        if not fitting:
            raise NoDevice("card_reader", slot=slot.value, readers=len(names))
        try:
            return self._connect_first(fitting, slot)
        except DeviceError:
            if slot is Slot.SAM:
                self._sam_reader = None  # it is not where it was: the next one asks anew
            raise

    def _user_readers(self, names: list[str]) -> list[str]:
        """By name, but not the PSAM's. Plugged the other way round, the PSAM's names are the user's."""
        sam = self._sam_reader
        role = Slot.USER if sam is None or self._roles.fits(Slot.SAM, sam) else Slot.SAM
        return [name for name in names if self._roles.fits(role, name) and name != sam]

    def _find_readers(self) -> FoundReaders:
        names = [name for name in self._readers() if any(self._roles.fits(slot, name) for slot in Slot)]
        held = self._handles.get(Slot.SAM)
        if held is None:
            # where it was last, then the name's word: where that is true, no citizen's card is asked
            order = sorted(names, key=lambda name: (name != self._sam_reader, not self._roles.fits(Slot.SAM, name)))
            self._sam_reader = next((name for name in order if self._is_sam(name)), None)
        return FoundReaders(tuple(self._user_readers(names)), self._sam_reader if held is None else held.reader)

    def _connect_first(self, names: list[str], slot: Slot) -> _Handle:
        """The first reader with a card that answers; of several failures the one that tells most."""
        failures: list[DeviceError] = []
        for name in names:
            try:
                return self._connect(name, slot)
            except (CardMute, DeviceBusy, CardGone) as error:
                failures.append(error)
        raise min(failures, key=lambda error: (CardMute, DeviceBusy, CardGone).index(type(error)))

    def _is_sam(self, name: str) -> bool:
        """Ask the card itself. A reader that is empty, mute or taken by our own other slot is not the PSAM's now."""
        try:
            handle = self._connect(name, Slot.SAM)
        except (CardMute, DeviceBusy, CardGone):
            return False
        try:
            answer = self._transmit(handle, list(self._roles.sam_question), Slot.SAM)
        except CardGone:
            return False
        finally:
            self._disconnect(handle.card)
        return answer.endswith(b"\x90\x00") or answer[-2] == _MORE_DATA

    # --- PC/SC, call by call ---

    def _service(self) -> int:
        if self._context is None:
            hresult, context = self._api.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
            self._check(hresult, "establish context")
            self._context = context
        return self._context

    def _readers(self) -> list[str]:
        hresult, names = self._api.SCardListReaders(self._service(), [])
        if hresult == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        self._check(hresult, "list readers")
        return sorted(names)

    def _connect(self, name: str, slot: Slot) -> _Handle:
        hresult, card, _ = self._api.SCardConnect(self._service(), name, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS)
        self._check(hresult, "connect", slot)
        try:
            # pcscd powers a card when it comes in and then trusts the ATR it saw: after a quick swap that was the old
            # card's (4 of 4 tries). A cold reset through our own handle makes the ATR that of the card that is in
            # *now*, and leaves nothing another program may have verified.
            hresult, protocol = self._api.SCardReconnect(
                card, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS, scard.SCARD_UNPOWER_CARD
            )
            self._check(hresult, "cold reset", slot)
            hresult, _, _, _, atr = self._api.SCardStatus(card)
            self._check(hresult, "status", slot)
            if not atr:
                raise CardMute("card_reader", slot=slot.value, during="status")
        except DeviceError:
            self._disconnect(card)
            raise
        pci = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        return _Handle(card, pci, bytes(atr), name)

    def _transmit(self, handle: _Handle, command: list[int], slot: Slot) -> bytes:
        hresult, answer = self._api.SCardTransmit(handle.card, handle.pci, command)
        self._check(hresult, "transmit", slot)
        if len(answer) < 2:
            # pcscd says "success" with nothing behind it when the card was pulled in the middle of the command.
            raise CardGone("card_reader", slot=slot.value, during="transmit", length=len(answer))
        return bytes(answer)

    def _disconnect(self, card: int) -> None:
        # The result does not matter: the handle is never used again, and a card that is gone has no power.
        self._api.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)

    def _check(self, hresult: int, during: str, slot: Slot | None = None) -> None:
        if hresult == SUCCESS:
            return
        error = fault(hresult, slot=slot.value if slot else "", during=during)
        if isinstance(error, ServiceGone):
            self._leave_service()
        raise error

    def _leave_service(self) -> None:
        """Forget the context and every handle made in it; the next request makes a new one.

        The service may well be alive and only refuse us: then the cards must not stay powered with what was verified.
        """
        for slot in list(self._handles):
            self._power_off(slot)
        context, self._context = self._context, None
        self._sam_reader = None
        if context is not None:
            self._api.SCardReleaseContext(context)
