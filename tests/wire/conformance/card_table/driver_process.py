"""Our driver on the wire of a test, in a process of its own: one JSON question a line, one JSON answer.

A process of its own, because libpcsclite keeps the first socket path it was given for as long as it lives.
"""

import dataclasses
import enum
import json
import re
import sys
from collections.abc import Callable, Generator
from datetime import date
from typing import Any

from smartcard import scard

from drivers.card_reader import medical_account, pin, secure_messaging, session, writing
from drivers.card_reader.authentication import gain
from drivers.card_reader.channel import Channel
from drivers.card_reader.commands import SELECT_PSAM, Command
from drivers.card_reader.decode import is_contactless
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.files.common import COMMON, WORK_STATE
from drivers.card_reader.files.medical_insurance import MEDICAL
from drivers.card_reader.files.tables import EMPLOYMENT
from drivers.card_reader.identity import channel_of, select_environment
from drivers.card_reader.key_service import SHEET_PLAN, PurchaseTerms, TerminalMac, in_order
from drivers.card_reader.medical_facts import Amounts, Load, Purchase
from drivers.card_reader.psam_keys import PsamKeys
from drivers.card_reader.reading import read_element, select_application
from drivers.card_reader.sam import SamIndex
from drivers.errors import DeviceError
from drivers.links.pcsc import PcscLink, ReaderRoles
from drivers.operation import PowerOff, PowerOn, Progress, Slot
from drivers.pin_buffer import PinBuffer, PinHandle

ROLES = ReaderRoles(re.compile("User"), re.compile("PSAM"), SELECT_PSAM.wire())
HEADER = 5
TODAY = date(2026, 5, 4)
NOW = "20260504093000"
TERMINAL = "990100000001"
PLAN = SHEET_PLAN.with_places(in_order(COMMON))
"""The demonstration PSAM has one root key behind all its ids."""


def command(wire: bytes) -> Command:
    """The command of these bytes, as the driver's own commands are declared."""
    header = wire[: HEADER - 1]
    if len(wire) <= HEADER:
        built = Command("of a test", *header, le=(wire[-1] or 256) if len(wire) == HEADER else 0)
    else:
        built = Command("of a test", *header, data=wire[HEADER:], le=256)
    assert built.wire() == wire
    return built


def plain(value: Any) -> Any:
    """An outcome as JSON can have it."""
    match value:
        case enum.Enum():
            return value.name
        case bytes():
            return value.hex().upper()
        case Purchase():
            return {"is": "Purchase", "balance": value.balance}
        case Load():
            session_input = value.random + value.sequence.to_bytes(2, "big")
            return {"is": "Load", "balance": value.balance, "session_input": session_input.hex()}
        case _ if dataclasses.is_dataclass(value):
            told = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return {"is": type(value).__name__, **told}
    return value


def handle(digits: str) -> PinHandle:
    """What a person typed."""
    buffer = PinBuffer()
    for digit in digits:
        assert buffer.press(int(digit))
    return buffer.hand_over()


class Spoilt:
    """The PSAM with a bad wire: what it tells the card, and what the card tells it, has a wrong bit."""

    def __init__(self, keys: PsamKeys) -> None:
        self._keys = keys

    def prove(self, key: str, challenge: bytes, raw: bytes) -> Generator[Any, Any, bytes]:
        return _wrong((yield from self._keys.prove(key, challenge, raw)))

    def mac(self, key: str, challenge: bytes, message: bytes) -> Generator[Any, Any, bytes]:
        return _wrong((yield from self._keys.mac(key, challenge, message)))

    def terminal_mac(self, terms: PurchaseTerms) -> Generator[Any, Any, TerminalMac]:
        right = yield from self._keys.terminal_mac(terms)
        return TerminalMac(right.sequence, _wrong(right.mac1))

    def is_cards_mac(self, mac2: bytes) -> Generator[Any, Any, bool]:
        return (yield from self._keys.is_cards_mac(_wrong(mac2)))


def _wrong(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


class Driver:
    """One link, one slot that is talked to, and the session that was opened last."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.link = PcscLink(ROLES)
        self.channel = Channel(slot)
        self.index = SamIndex()
        self.facts: CardFacts | None = None
        self.psam: PsamKeys | None = None
        self.begun: Purchase | Load | None = None

    def run(self, operation: Generator[Any, Any, Any]) -> Any:
        """Each request straight to the link, each error of it into the operation."""
        go_on: Callable[[Any], Any] = operation.send
        said: Any = None
        while True:
            try:
                request = go_on(said)
            except StopIteration as stop:
                return stop.value
            go_on, said = operation.send, None
            if isinstance(request, Progress):
                continue
            try:
                said = self.link.perform(request, 10.0)
            except DeviceError as error:
                go_on, said = operation.throw, error

    def answer(self, question: dict[str, Any]) -> Any:
        """What was asked for; a typed error as {"failed": its class, and its facts}."""
        match question:
            case {"power": _}:
                self.link.perform(PowerOff(self.slot), 10.0)
                atr = self.link.perform(PowerOn(self.slot), 10.0)
                self.channel = Channel(self.slot, le_with_data=is_contactless(atr))
                return atr
            case {"leave": _}:
                return self.link.perform(PowerOff(self.slot), 10.0)
            case {"send": str(text)}:
                response = self.run(self.channel.send(command(bytes.fromhex(text))))
                return f"{response.data.hex()}{response.sw:04X}".upper()
            case {"once": str(text)}:
                response = self.run(self.channel.send_once(command(bytes.fromhex(text))))
                return f"{response.data.hex()}{response.sw:04X}".upper()
            case {"open": digits}:
                return self._tried(self._opened(digits))
            case {"call": str(name), **values}:
                return self._tried(self._operation(name, **values))
            case {"end": _}:
                return self.run(session.end_session())
        raise ValueError(question)

    def _tried(self, operation: Generator[Any, Any, Any]) -> Any:
        try:
            return self.run(operation)
        except DeviceError as error:
            return {"failed": type(error).__name__, **error.facts}

    def _opened(self, digits: str | None) -> Generator[Any, Any, Any]:
        """A session of step 1 to 5, and the PIN if there is one to give."""
        self.facts = yield from session.read_card(TODAY, index=self.index)
        self.psam = PsamKeys(self.facts, self.index, PLAN)
        if digits is not None:
            yield from pin.verify_pin(handle(digits))
        return {"is": "CardFacts", "genuine": self.facts.genuine, "number": self.facts.issuer.number}

    def _operation(self, name: str, **values: Any) -> Generator[Any, Any, Any]:
        facts, psam = self.facts, self.psam
        assert facts is not None
        assert psam is not None
        keys = Spoilt(psam) if values.pop("wrong_key", False) else psam
        match name, values:
            case "ask tries", _:
                return pin.pin_tries()
            case "verify", {"digits": digits}:
                return pin.verify_pin(handle(digits))
            case "change PIN", {"old": old, "new": new}:
                return pin.change_pin(None if old is None else handle(old), handle(new))
            case "unblock PIN", _:
                return secure_messaging.unblock_pin(facts, keys)
            case "set PIN", {"digits": digits}:
                return secure_messaging.set_pin(facts, psam, handle(digits))
            case "prove RK_SSSE", _:
                return self._proved(facts, keys)
            case "read work state", _:
                return self._work_state(facts)
            case "write work state", {"code": code}:
                return self._written(facts, keys, code)
            case "read balances", _:
                return medical_account.read_balances(facts)
            case "begin purchase", {"amount": amount, "key_index": index}:
                return self._begun(
                    medical_account.begin_purchase(facts, Amounts(amount), TERMINAL, NOW, keys, key_index=index)
                )
            case "debit", _:
                assert isinstance(self.begun, Purchase)
                return medical_account.debit(self.begun, keys)
            case "prove debit", _:
                assert isinstance(self.begun, Purchase)
                return medical_account.prove_debit(facts, self.begun)
            case "begin load", {"amount": amount, "key_index": index}:
                return self._begun(medical_account.begin_load(facts, amount, TERMINAL, key_index=index))
            case "credit", {"mac2": mac2}:
                assert isinstance(self.begun, Load)
                return medical_account.credit(self.begun, NOW, bytes.fromhex(mac2))
            case "block application", _:
                return secure_messaging.block_application(facts, MEDICAL, keys)
            case "select medical", _:
                return select_application(channel_of(facts.atr), MEDICAL)
            case "block card", _:
                return secure_messaging.block_card(facts, keys)
        raise ValueError(name)

    def _proved(self, facts: CardFacts, keys: Any) -> Generator[Any, Any, Any]:
        card = channel_of(facts.atr)
        yield from select_environment(card)
        yield from gain(card, "RK_SSSE", keys, PLAN)
        return {"is": "proved"}

    def _work_state(self, facts: CardFacts) -> Generator[Any, Any, Any]:
        yield from select_application(channel_of(facts.atr), COMMON)
        code = yield from read_element(facts, WORK_STATE, "work state")
        return {"is": "Code", "text": code.text}

    def _written(self, facts: CardFacts, keys: Any, code: str) -> Generator[Any, Any, Any]:
        value = EMPLOYMENT.code(code)
        report = yield from writing.write_element(facts, WORK_STATE, "work state", value, keys, plan=PLAN)
        return report.outcome

    def _begun(self, operation: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        self.begun = yield from operation
        return self.begun


def presence(context: Any, reader: str) -> dict[str, Any]:
    """Is a card in, and how many insertions and removals were there so far?"""
    result, states = scard.SCardGetStatusChange(context, 0, [(reader, scard.SCARD_STATE_UNAWARE)])
    assert result == scard.SCARD_S_SUCCESS, result
    _, flags, _ = states[0]
    return {"present": bool(flags & scard.SCARD_STATE_PRESENT), "events": flags >> 16 & 0xFFFF}


def main() -> None:
    """Until standard input ends."""
    drivers = {"user": Driver(Slot.USER), "psam": Driver(Slot.SAM)}
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    for line in sys.stdin:
        question = json.loads(line)
        if "presence" in question:
            answer = presence(context, question["presence"])
        else:
            answer = plain(drivers[question.pop("slot")].answer(question))
        print(json.dumps(answer), flush=True)
    for driver in drivers.values():
        driver.link.close()


if __name__ == "__main__":
    main()
