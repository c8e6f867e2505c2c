"""A card session as bare APDUs: recorded from the terminal's own operations, played back on `smartcard.scard` alone.

A proof differs each time: bytes of a command that came out of an earlier answer are found by recording twice, and taken
from the answer at hand when the script is played.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from smartcard import scard

from drivers.links.pcsc import PcscLink
from drivers.operation import Exchange, PowerOff, PowerOn, Request, SecretExchange, Slot

READERS: Final = {Slot.USER: "Kiosk User 00 00", Slot.SAM: "Kiosk PSAM 00 00"}
_PROTOCOLS: Final = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_LEAST_ANSWER: Final = 8
"""Shorter answers prove nothing about where a command's bytes came from."""


@dataclass(frozen=True)
class Taken:
    """`length` bytes at `at` come from the answer of step `step`: its first ones, or the sum (xor) of its halves."""

    at: int
    step: int
    length: int
    folded: bool


@dataclass(frozen=True)
class Step:
    """`command` is None for power on and off."""

    kind: type[Request]
    slot: Slot
    command: bytes | None = None
    taken: tuple[Taken, ...] = ()


class RecordingLink:
    """A `PcscLink` that writes down what went through it."""

    def __init__(self, link: PcscLink) -> None:
        self._link = link
        self.steps: list[tuple[Step, bytes]] = []

    def perform(self, request: Request, deadline: float) -> Any:
        command: bytes | None = None
        match request:
            case Exchange(apdu=apdu):
                command = apdu
            case SecretExchange(make=make):
                command = bytes(make())
                request = Exchange(request.slot, command)
            case PowerOn() | PowerOff():
                pass
            case _:
                raise TypeError(f"a card session has no {request!r}")
        answer = self._link.perform(request, deadline)
        self.steps.append((Step(type(request), request.slot, command), answer if command else b""))
        return answer

    def interrupt(self) -> None:
        self._link.interrupt()

    def close(self) -> None:
        self._link.close()


def script(first: list[tuple[Step, bytes]], second: list[tuple[Step, bytes]]) -> tuple[Step, ...]:
    """What two recordings of the same session have in common, and where the rest comes from."""
    made: list[Step] = []
    for place, ((step, _), (again, _)) in enumerate(zip(first, second, strict=True)):
        if (step.kind, step.slot) != (again.kind, again.slot):
            raise RuntimeError("the two sessions went different ways")
        if step.command == again.command:
            made.append(step)
            continue
        taken = tuple(
            Taken(at, earlier, len(made_of), folded)
            for earlier, (_, answer) in enumerate(first[:place])
            for folded in (False, True)
            if len(made_of := _part(answer, folded)) >= _LEAST_ANSWER
            and (at := (step.command or b"").find(made_of)) >= 0
            and _part(second[earlier][1], folded) == (again.command or b"")[at : at + len(made_of)]
        )
        if _without(step.command, taken) != _without(again.command, taken):
            raise RuntimeError(f"step {place}: bytes of a command come from nowhere")
        made.append(Step(step.kind, step.slot, step.command, taken))
    return tuple(made)


def _part(answer: Sequence[int], folded: bool) -> bytes:
    """An answer without its status word, or the sum of its halves."""
    data = bytes(answer[:-2])
    half = len(data) // 2
    return bytes(a ^ b for a, b in zip(data[:half], data[half:], strict=False)) if folded else data


def _without(command: bytes | None, taken: tuple[Taken, ...]) -> bytes:
    blank = bytearray(command or b"")
    for part in taken:
        blank[part.at : part.at + part.length] = bytes(part.length)
    return bytes(blank)


class RawCards:
    """Plays scripts with nothing between itself and pcscd: the same calls as `PcscLink` makes, without its checks."""

    def __init__(self) -> None:
        _, self.context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        self._cards: dict[Slot, tuple[int, int]] = {}

    def play(self, steps: tuple[Step, ...]) -> None:
        """Step by step. RuntimeError when the card says something else than it did: then it was no limit."""
        cards, answers = self._cards, list[list[int]]()
        for number, step in enumerate(steps):
            answer: list[int] = []
            if step.kind is PowerOn:
                if step.slot in cards:
                    scard.SCardDisconnect(cards.pop(step.slot)[0], scard.SCARD_UNPOWER_CARD)
                cards[step.slot] = self._power_on(READERS[step.slot])
            elif step.kind is PowerOff:
                if step.slot in cards:
                    scard.SCardDisconnect(cards.pop(step.slot)[0], scard.SCARD_UNPOWER_CARD)
            else:
                command = list(step.command or b"")
                for part in step.taken:
                    command[part.at : part.at + part.length] = _part(answers[part.step], part.folded)
                card, pci = cards[step.slot]
                _, answer = scard.SCardTransmit(card, pci, command)
                if answer[-2:-1] not in ([0x90], [0x61], [0x63]):
                    raise RuntimeError(f"step {number}: {bytes(answer[-2:]).hex()}")
            answers.append(answer)

    def release(self) -> None:
        """Take the power from what a script left powered."""
        for card, _ in self._cards.values():
            scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
        self._cards.clear()

    def wait_for_card(self, present: bool) -> None:
        """Until a card is in the citizen's reader, or none."""
        _, states = scard.SCardGetStatusChange(self.context, 0, [(READERS[Slot.USER], scard.SCARD_STATE_UNAWARE)])
        while bool(states[0][1] & scard.SCARD_STATE_PRESENT) is not present:
            _, states = scard.SCardGetStatusChange(self.context, 10_000, [(READERS[Slot.USER], states[0][1])])

    def _power_on(self, reader: str) -> tuple[int, int]:
        _, card, _ = scard.SCardConnect(self.context, reader, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS)
        _, protocol = scard.SCardReconnect(card, scard.SCARD_SHARE_EXCLUSIVE, _PROTOCOLS, scard.SCARD_UNPOWER_CARD)
        scard.SCardStatus(card)
        return card, scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
