"""The centre's HSM in the place of the PSAM: step by step, with strings in between, and nothing on a network here."""

from datetime import date

import pytest

from drivers.card_reader import software_keys as keys
from drivers.card_reader.facts import Algorithm
from drivers.card_reader.files.catalogue import file_at
from drivers.card_reader.hsm import (
    AskCentre,
    Dialogue,
    Finished,
    HsmKeys,
    Question,
    SealedPin,
    asking,
    centre_can_help,
    read_card_by_centre,
)
from drivers.card_reader.key_service import KeyPlan
from drivers.card_reader.medical_account import begin_purchase, debit
from drivers.card_reader.medical_facts import Amounts, Debited
from drivers.card_reader.outcome import Unknown, Written
from drivers.card_reader.pin import PinVerified, pin_tries, verify_pin
from drivers.card_reader.secure_messaging import set_pin, unblock_pin
from drivers.card_reader.writing import write_element
from drivers.errors import (
    CardChanged,
    CardExpired,
    CardGone,
    ForeignCard,
    NotGenuine,
    ProtocolError,
    Refused,
    SamMissing,
    SamUnfit,
    TerminalRefused,
    Timeout,
)
from drivers.lanes import Done
from drivers.operation import Slot
from drivers.pin_buffer import PinBuffer

FAMILIES = [Algorithm.TRIPLE_DES, Algorithm.SM4]
TODAY = date(2026, 5, 4)
ATR = "3B6D00000081544C968684990100000001"
CARD_ID = "990100D15600000500000001FFFFFFFF"
RAW = bytes.fromhex("0102030405060708")


def chance(count):
    return RAW[:count]


class SampleCentre:
    """Answers as an HSM with the sample root key would. ``asked``: the questions' texts."""

    def __init__(self, algorithm):
        self.algorithm = algorithm
        self.key = bytes.fromhex(keys.LEVEL_KEYS[algorithm][2])
        self.asked = []

    def __call__(self, question):
        self.asked.append((question.name, question.text))
        fields = question.text.split("|")[4:-1]
        if question.function == "iReadCardBas":
            inner, raw_inner, outer, raw_outer = map(bytes.fromhex, fields)
            return f"{self._proof(inner, raw_inner)}{raw_inner.hex()}|{self._proof(outer, raw_outer)}{raw_outer.hex()}|"
        _, challenge, *rest = fields
        session = self._session(bytes.fromhex(challenge))
        match question.function:
            case "iReadCard":
                return keys.authentication_data(self.algorithm, session, bytes.fromhex(rest[0])).hex() + "|"
            case "iWriteCard" | "iUnblockPIN":
                return keys.message_mac(self.algorithm, session, bytes.fromhex(rest[0])).hex() + "|"
            case "iReloadPIN":
                assert rest[1] == "5EA1ED"
                sealed = keys.enciphered_data(self.algorithm, session, bytes.fromhex("888888"))
                mac = keys.message_mac(self.algorithm, session, bytes.fromhex(rest[0]) + sealed)
                return f"{sealed.hex()}|{mac.hex()}|"
        return "01|" if not rest else "00000009|11223344|"

    def _session(self, challenge):
        return keys.session_key(self.algorithm, self.key, challenge)

    def _proof(self, challenge, raw):
        return keys.authentication_data(self.algorithm, self._session(challenge), raw).hex()


@pytest.fixture
def away(new_bench, new_chip):
    """A bench without a PSAM, and a centre that knows the card's key."""

    def build(**options):
        chip = new_chip(**options)
        return new_bench(chip, None), chip, SampleCentre(chip.algorithm)

    return build


def by_centre(bench, centre):
    facts = bench.run(asking(read_card_by_centre(TODAY, chance=chance), centre)).value
    return facts, HsmKeys(facts, bytes.fromhex(ATR))


@pytest.mark.parametrize("algorithm", FAMILIES)
@pytest.mark.parametrize("version", ["1.00", "2.01", "3.00"])
def test_a_card_is_read_in_two_steps_with_one_string_to_the_centre(away, algorithm, version):
    bench, chip, centre = away(algorithm=algorithm, version=version)
    dialogue = Dialogue(read_card_by_centre(TODAY, chance=chance))
    question = bench.run(dialogue.first()).value
    assert isinstance(question, Question)
    assert question.name == "iReadCardBas_HSM_Step1"
    inner, outer = "0101020304050607", "0201020304050607"
    named = {Algorithm.TRIPLE_DES: "01", Algorithm.SM4: "03"}[algorithm]
    expected = ["990100", ATR, named, CARD_ID, inner, RAW.hex(), outer, RAW.hex()]
    assert question.text == "".join(f"{field}|" for field in expected)
    assert chip.powered
    finished = bench.run(dialogue.answered(centre(question))).value
    assert isinstance(finished, Finished)
    facts = finished.value
    assert facts.genuine
    assert facts.holder.name == "测试人"
    assert chip.powered
    assert any(command.startswith("0082000A10") for command in chip.seen) is (version == "3.00")


def test_a_recorded_answer_to_another_question_is_found_out(away):
    bench, _, centre = away()
    first = Dialogue(read_card_by_centre(TODAY, chance=chance))
    old = centre(bench.run(first.first()).value)
    again = Dialogue(read_card_by_centre(TODAY, chance=lambda count: bytes(range(8, 8 + count))))
    bench.run(again.first())
    error = bench.run(again.answered(old)).error
    assert type(error) is ProtocolError
    assert error.facts == {"slot": "centre", "command": "iReadCardBas", "shape": "an answer to another question"}


ANSWERS = {
    "nothing": ("", "not 2 fields"),
    "one field": ("00112233445566770102030405060708|", "not 2 fields"),
    "not hex": ("0011223344556677010203040506070G|00112233445566770102030405060708|", "not hex digits"),
    "too short": ("001122334455667701020304050607|00112233445566770102030405060708|", "field of another length"),
    "three fields": ("00|00|00|", "not 2 fields"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_of_the_centre_that_is_none_ends_the_session(away, answer):
    text, shape = ANSWERS[answer]
    bench, chip, _ = away()
    outcome = bench.run(asking(read_card_by_centre(TODAY), lambda question: text))
    assert type(outcome.error) is ProtocolError
    assert outcome.error.facts["shape"] == shape
    assert not chip.powered


def test_a_card_that_answers_otherwise_than_the_centre_is_not_genuine(away):
    bench, chip, centre = away()
    chip.answers["0088"] = "EC6473C40808C014" + "9000"
    assert type(bench.run(asking(read_card_by_centre(TODAY), centre)).error) is NotGenuine
    assert not chip.powered


def test_a_card_that_does_not_believe_the_centre_is_asked_once(away):
    bench, chip, centre = away()
    chip.answers["0082"] = "63C2"
    error = bench.run(asking(read_card_by_centre(TODAY), centre)).error
    assert type(error) is TerminalRefused
    assert sum(command.startswith("0082") for command in chip.seen) == 1


def test_the_other_checks_of_a_card_hold_without_a_psam_too(away):
    bench, chip, centre = away()
    assert type(bench.run(asking(read_card_by_centre(date(2035, 1, 1)), centre)).error) is CardExpired
    chip.answers["00A4"] = "6A82"
    assert type(bench.run(asking(read_card_by_centre(TODAY), centre)).error) is ForeignCard


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_a_pin_is_unblocked_and_set_by_the_centre_which_gets_no_digits(away, algorithm):
    bench, chip, centre = away(algorithm=algorithm, tries=1)
    facts, service = by_centre(bench, centre)
    assert bench.run(asking(unblock_pin(facts, service), centre)) == Done(Written())
    sealed = SealedPin(bytes.fromhex("5EA1ED"))
    assert bench.run(asking(set_pin(facts, service, sealed), centre)) == Done(Written())
    assert chip.pin == "888888"
    names = [name for name, _ in centre.asked]
    assert names == ["iReadCardBas_HSM_Step1", "iUnblockPIN_HSM_Step1", "iReloadPIN_HSM_Step1"]
    assert not any("888888" in text for _, text in centre.asked)
    # three octets: one alone could stand in an address
    assert "5ea1ed" not in repr(sealed).lower()


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_an_element_is_written_with_the_centres_mac(away, algorithm):
    bench, _, centre = away(algorithm=algorithm)
    facts, service = by_centre(bench, centre)
    file = file_at("DF01/EF0A")
    dialogue = Dialogue(write_element(facts, file, "nationality", "156", service))
    question = bench.run(dialogue.first()).value
    assert question.text.split("|")[4] == "DF01.UK5"
    assert question.text.split("|")[6].startswith("04DC375009")
    assert bench.run(dialogue.answered(centre(question))).value.value.outcome == Written()


def test_a_purchase_takes_two_questions(away):
    bench, _, centre = away()
    facts, service = by_centre(bench, centre)

    buffer = PinBuffer()
    for digit in "123456":
        buffer.press(int(digit))
    assert bench.run(verify_pin(buffer.hand_over())) == Done(PinVerified())
    begun = bench.run(asking(begin_purchase(facts, Amounts(100), "990100000001", "20260504123456", service), centre))
    outcome = bench.run(asking(debit(begun.value, service), centre))
    assert outcome == Done(Debited(bytes((0xCA, 0xFE, 2, 7)), card_proved=True))
    assert [name for name, _ in centre.asked][1:] == ["iDoDebit_HSM_Step1", "iDoDebit_HSM_Step1"]


def test_a_centre_that_cannot_say_yes_or_no_leaves_the_debit_taken_and_unproved(away):
    bench, _, centre = away(pin=None)
    facts, service = by_centre(bench, centre)
    begun = bench.run(asking(begin_purchase(facts, Amounts(100), "990100000001", "20260504123456", service), centre))
    outcome = bench.run(asking(debit(begun.value, service), lambda question: "07|"))
    assert outcome == Done(Debited(bytes((0xCA, 0xFE, 2, 7)), card_proved=None))


@pytest.mark.parametrize("place", range(10))
def test_a_card_pulled_at_any_command_ends_the_step_and_the_dialogue(away, place):
    bench, chip, centre = away()
    whole = bench.run(asking(read_card_by_centre(TODAY, chance=chance), centre))
    assert isinstance(whole, Done)
    chip.cut = (chip.seen[place][:8], "before")
    dialogue = Dialogue(read_card_by_centre(TODAY, chance=chance))
    outcome = bench.run(dialogue.first())
    if isinstance(outcome, Done):
        outcome = bench.run(dialogue.answered(centre(outcome.value)))
    assert type(outcome.error) is CardGone
    assert not chip.powered
    with pytest.raises(RuntimeError):
        dialogue.answered("x")


def test_a_card_changed_between_the_steps_is_seen_by_its_dead_handle(away, new_chip):
    bench, _, centre = away()
    dialogue = Dialogue(read_card_by_centre(TODAY, chance=chance))
    question = bench.run(dialogue.first()).value
    other = new_chip()
    bench.link.insert(Slot.USER, other)
    assert type(bench.run(dialogue.answered(centre(question))).error) is CardGone
    assert other.seen == []


def test_a_dialogue_is_begun_once_and_answered_only_when_it_asked(away):
    bench, _, _ = away()
    dialogue = Dialogue(read_card_by_centre(TODAY))
    with pytest.raises(RuntimeError):
        dialogue.answered("x")
    bench.run(dialogue.first())
    with pytest.raises(RuntimeError):
        dialogue.first()
    dialogue.close()
    with pytest.raises(RuntimeError):
        dialogue.answered("x")


def test_a_centre_that_falls_silent_ends_the_dialogue_and_takes_the_power(away):
    bench, chip, _ = away()
    dialogue = Dialogue(read_card_by_centre(TODAY))
    bench.run(dialogue.first())
    error = bench.run(dialogue.unanswered()).error
    assert type(error) is Timeout
    assert error.facts == {"slot": "centre"}
    assert not chip.powered
    with pytest.raises(RuntimeError):
        dialogue.unanswered()


def test_a_centre_that_falls_silent_after_the_debit_does_not_hide_it(away):
    bench, _, centre = away(pin=None)
    facts, service = by_centre(bench, centre)
    begun = bench.run(asking(begin_purchase(facts, Amounts(100), "990100000001", "20260504123456", service), centre))
    dialogue = Dialogue(debit(begun.value, service))
    bench.run(dialogue.first())
    finished = bench.run(dialogue.unanswered()).value
    assert finished == Finished(Debited(bytes((0xCA, 0xFE, 2, 7)), card_proved=None))


def test_a_step_that_is_closed_half_way_ends_its_dialogue(away):
    dialogue = Dialogue(read_card_by_centre(TODAY))
    step = dialogue.first()
    next(step)
    step.close()
    with pytest.raises(RuntimeError):
        dialogue.answered("x")


def test_a_broken_wire_in_a_write_by_the_centre_is_unknown(away):
    bench, chip, centre = away()
    facts, service = by_centre(bench, centre)
    chip.cut = ("8424", "after")
    assert bench.run(asking(unblock_pin(facts, service), centre)) == Done(Unknown("card_gone"))


def test_a_question_shows_no_card_and_no_person():
    question = AskCentre("iReadCardBas", ("990100", ATR, "03", CARD_ID))
    assert repr(question) == "AskCentre('iReadCardBas', 4 fields)"
    assert repr(Question("iReadCardBas", 1, question.text)) == "Question(iReadCardBas_HSM_Step1)"


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (SamMissing("card_reader", why="card_gone"), True),
        (SamUnfit("card_reader", lacks="algorithm", key="IRK"), True),
        (SamUnfit("card_reader", lacks="key", key="RK_SSSE"), True),
        (SamUnfit("card_reader", lacks="level", key="IRK"), True),
        (Refused("card_reader", slot="sam", command="deliver session key", sw="6A88"), True),
        (Refused("card_reader", slot="sam", command="cipher data", sw="6901"), False),
        (Refused("card_reader", slot="user", command="external authenticate", sw="6A88"), False),
        (CardGone("card_reader"), False),
        (CardChanged("card_reader"), False),
    ],
)
def test_the_centre_takes_over_where_the_psam_is_missing_or_lacks_something(error, helps):
    assert centre_can_help(error) is helps


def test_the_plan_says_which_key_proves_the_terminal(away):
    bench, _, centre = away()
    error = bench.run(asking(read_card_by_centre(TODAY, plan=KeyPlan({})), centre)).error
    assert type(error) is SamUnfit
    assert bench.run(pin_tries()).error is not None
