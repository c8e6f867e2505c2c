"""The centre's HSM in the place of the PSAM: the ``…_HSM_Step1/2/3`` of the terminal interface (section 12).

There is no network here. An operation that uses ``HsmKeys`` yields ``AskCentre`` where the centre must compute; a
``Dialogue`` cuts it there into steps. Each step is an ordinary operation for a lane: step 1 ends with the string for
the centre, the answer goes into step 2, and so on, until one ends with the result. The card stays powered in between.

    dialogue = Dialogue(read_card_by_centre(today))
    question = lane runs dialogue.first()                 # Question
    result   = lane runs dialogue.answered(answer text)   # Question again, or Finished

The sheet gives the string of reading a card and its answer; those of the other functions are built in its manner, from
the same four leading fields, and are marked below.
"""

import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeAlias

from drivers.card_reader.authentication import Chance, challenge_of, present_proof, require_genuine
from drivers.card_reader.facts import V3, Algorithm, CardFacts, CardId
from drivers.card_reader.identity import identify, read_holder, read_issuer, unpowered_on_failure
from drivers.card_reader.key_service import SHEET_PLAN, Keyed, KeyPlan, PurchaseTerms, TerminalMac
from drivers.card_reader.secure_messaging import PIN_KEY
from drivers.errors import DeviceError, ProtocolError, Refused, SamFault, Timeout
from drivers.operation import Operation, Progress, Slot, T

_ALGORITHM_NAMES: Final = {Algorithm.TRIPLE_DES: "01", Algorithm.SSF33: "02", Algorithm.SM4: "03"}
"""As in the FCI; the trace's string has 03 for SM4."""

_NO_KEY = "6A88"


@dataclass(frozen=True, slots=True, repr=False)
class AskCentre:
    """What an operation yields where the centre must compute. Answer: the centre's string.

    function  name in the terminal interface: "iReadCardBas", "iReloadPIN", …
    fields    of the string, in order
    """

    function: str
    fields: tuple[str, ...]

    @property
    def text(self) -> str:
        """The string for the centre: fields joined and ended by ``|``."""
        return "".join(f"{field}|" for field in self.fields)

    def __repr__(self) -> str:
        return f"AskCentre({self.function!r}, {len(self.fields)} fields)"


Conversation: TypeAlias = Keyed[AskCentre, T]
"""An operation that may ask the centre."""


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """A step ended with a question: ``text`` is the string to send, ``name`` what the interface calls the step."""

    function: str
    step: int
    text: str

    @property
    def name(self) -> str:
        """As the terminal interface calls the step."""
        return f"{self.function}_HSM_Step{self.step}"

    def __repr__(self) -> str:
        return f"Question({self.name})"


Centre: TypeAlias = Callable[[Question], str]
"""The centre as a port: a question in, its answer out."""


@dataclass(frozen=True, slots=True)
class Finished(Generic[T]):
    """The last step ended with this."""

    value: T


class Dialogue(Generic[T]):
    """A conversation with the centre, cut into steps. Whoever gives it up closes it."""

    def __init__(self, conversation: Conversation[T]) -> None:
        self._conversation = conversation
        self._asked = 0
        self._ended = False

    def first(self) -> Operation[Question | Finished[T]]:
        """Step 1. Errors: those of the conversation."""
        if self._asked:
            raise RuntimeError("this dialogue has begun already")
        return self._run(None)

    def answered(self, answer: str) -> Operation[Question | Finished[T]]:
        """The next step, with the centre's answer to the last question."""
        if not self._asked or self._ended:
            raise RuntimeError("this dialogue waits for no answer")
        return self._run(answer)

    def unanswered(self) -> Operation[Question | Finished[T]]:
        """The next step when the centre gave no answer: the operation learns it (Timeout) and ends as it must. A debit
        that is done already ends as ``Debited`` all the same."""
        if not self._asked or self._ended:
            raise RuntimeError("this dialogue waits for no answer")
        return self._run(Timeout("card_reader", slot="centre"))

    def close(self) -> None:
        """Give it up. The card is left as it is: end the session."""
        self._ended = True
        self._conversation.close()

    def _run(self, sent: Any) -> Operation[Question | Finished[T]]:
        talk = self._conversation
        try:
            wanted = talk.throw(sent) if isinstance(sent, DeviceError) else talk.send(sent)
            while not isinstance(wanted, AskCentre):
                try:
                    answer = yield wanted
                except DeviceError as error:
                    wanted = talk.throw(error)
                else:
                    wanted = talk.send(answer)
        except StopIteration as stop:
            self._ended = True
            return Finished(stop.value)
        except DeviceError:
            self._ended = True
            raise
        except GeneratorExit:
            # The lane has closed this step half-way: nobody can say what the card got.
            self.close()
            raise
        self._asked += 1
        return Question(wanted.function, self._asked, wanted.text)


def asking(conversation: Conversation[T], centre: Centre) -> Operation[T]:
    """The whole conversation in one operation, with a centre that answers at once: for tests, and for a lane whose
    centre is a local box. A centre across a network would hold the lane up: cut it with ``Dialogue`` instead."""
    dialogue = Dialogue(conversation)
    step = yield from dialogue.first()
    while isinstance(step, Question):
        step = yield from dialogue.answered(centre(step))
    return step.value


def centre_can_help(error: DeviceError) -> bool:
    """Go over to the HSM? On −2201, −2202, −2203, −27272 and −24: the PSAM is missing, or lacks what the card needs."""
    return isinstance(error, SamFault) or (
        isinstance(error, Refused) and error.facts.get("slot") == Slot.SAM.value and error.facts["sw"] == _NO_KEY
    )


@dataclass(frozen=True, slots=True, repr=False)
class SealedPin:
    """A new PIN that only the centre can open: the block of an encrypting PIN pad under the centre's key. No digits."""

    block: bytes


class HsmKeys:
    """See ``PinKeyService`` and ``PurchaseKeyService``: each computation is a question to the centre.

    The strings are ours, in the sheet's manner: ``region | ATR | algorithm | card id | key | challenge | …``.
    """

    def __init__(self, facts: CardFacts, atr: bytes) -> None:
        """``atr``: complete, as the trace's string has it."""
        self._head = _head(facts.card_id, atr, facts.algorithm)

    def prove(self, key: str, challenge: bytes, raw: bytes) -> Generator[AskCentre, Any, bytes]:
        """Authentication data. Answer: ``auth8 |``."""
        (proof,) = yield from self._ask("iReadCard", (8,), key, challenge, raw)
        return proof

    def mac(self, key: str, challenge: bytes, message: bytes) -> Generator[AskCentre, Any, bytes]:
        """MAC. Answer: ``mac4 |``."""
        function = "iUnblockPIN" if key == PIN_KEY else "iWriteCard"
        (mac,) = yield from self._ask(function, (4,), key, challenge, message)
        return mac

    def seal_pin(self, key: str, challenge: bytes, header: bytes, pin: SealedPin) -> Generator[AskCentre, Any, bytes]:
        """Enciphered PIN ‖ MAC. Answer: ``enciphered | mac4 |``. The PIN travels as the block it came in."""
        block = header[4] - 4
        enciphered, mac = yield from self._ask("iReloadPIN", (block, 4), key, challenge, header, pin.block)
        return enciphered + mac

    def terminal_mac(self, terms: PurchaseTerms) -> Generator[AskCentre, Any, TerminalMac]:
        """MAC1. Answer: ``terminal sequence 4 | mac4 |``."""
        sequence, mac1 = yield from self._ask(
            "iDoDebit",
            (4, 4),
            "DPK",
            terms.random,
            terms.sequence.to_bytes(2, "big"),
            *(amount.to_bytes(4, "big") for amount in (terms.account, terms.self_paid, terms.fund)),
            bytes.fromhex(terms.time),
            bytes((terms.key_version, terms.algorithm)),
        )
        return TerminalMac(sequence, mac1)

    def is_cards_mac(self, mac2: bytes) -> Generator[AskCentre, Any, bool]:
        """MAC2. Answer: ``01 |`` right, ``00 |`` wrong."""
        (verdict,) = yield from self._ask("iDoDebit", (1,), "DPK", mac2)
        if verdict not in (b"\x00", b"\x01"):
            raise _bad_answer("iDoDebit", "neither 00 nor 01")
        return verdict == b"\x01"

    def _ask(
        self, function: str, lengths: tuple[int, ...], key: str, *parts: bytes
    ) -> Generator[AskCentre, Any, tuple[bytes, ...]]:
        fields = (*self._head, key, *(part.hex().upper() for part in parts))
        answer = yield AskCentre(function, fields)
        return answer_fields(function, answer, lengths)


def read_card_by_centre(
    today: date, *, chance: Chance = secrets.token_bytes, plan: KeyPlan = SHEET_PLAN
) -> Conversation[CardFacts]:
    """``read_card`` without a PSAM: the centre computes both proofs (iReadCardBas). One question, so two steps.

    Errors as of ``read_card`` without the PSAM's, and ProtocolError (slot "centre"): an answer that is none.
    """
    return unpowered_on_failure(_read_card(today, chance, plan))


def _read_card(today: date, chance: Chance, plan: KeyPlan) -> Conversation[CardFacts]:
    found = yield from identify()
    card = found.card
    yield Progress("prove")
    # Both factors are the card's challenges, the last of them that of EXTERNAL AUTHENTICATION: the card keeps the last.
    inner, outer = (yield from challenge_of(card)), (yield from challenge_of(card))
    raw_inner, raw_outer = chance(8), chance(8)
    parts = (inner, raw_inner, outer, raw_outer)
    head = _head(found.card_id, found.raw_atr, found.algorithm)
    answer = yield AskCentre("iReadCardBas", (*head, *(part.hex().upper() for part in parts)))
    expected, returned_inner, proof, returned_outer = answer_fields("iReadCardBas", answer, (16, 16), halves=True)
    if (returned_inner, returned_outer) != (raw_inner, raw_outer):
        raise _bad_answer("iReadCardBas", "an answer to another question")
    yield from require_genuine(card, inner, raw_inner, expected)
    yield Progress("check")
    issuer = yield from read_issuer(card, today)
    yield Progress("holder")
    if issuer.version >= V3:
        yield from present_proof(card, plan.place("RK_SSSE").card, proof, raw_outer)
    holder = yield from read_holder(card)
    return CardFacts(found.atr, found.algorithm, found.card_id, issuer, genuine=True, holder=holder)


def answer_fields(function: str, answer: str, lengths: tuple[int, ...], *, halves: bool = False) -> tuple[bytes, ...]:
    """The centre's answer: hex fields of these lengths (bytes), each ended by ``|``. ProtocolError: anything else.

    halves  split each field in two: the sheet writes ``auth8 ‖ raw8`` as one
    """
    fields = answer.strip().removesuffix("|").split("|")
    if len(fields) != len(lengths):
        raise _bad_answer(function, f"not {len(lengths)} fields")
    values: list[bytes] = []
    for field, length in zip(fields, lengths, strict=True):
        try:
            value = bytes.fromhex(field)
        except ValueError:
            raise _bad_answer(function, "not hex digits") from None
        if len(value) != length:
            raise _bad_answer(function, "field of another length")
        values += [value[: length // 2], value[length // 2 :]] if halves else [value]
    return tuple(values)


def _head(card_id: CardId, atr: bytes, algorithm: Algorithm) -> tuple[str, ...]:
    """``region | ATR | algorithm | card id``."""
    return card_id.city, atr.hex().upper(), _ALGORITHM_NAMES[algorithm], card_id.text


def _bad_answer(function: str, shape: str) -> ProtocolError:
    return ProtocolError("card_reader", slot="centre", command=function, shape=shape)
