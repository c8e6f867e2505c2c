"""Unblock, set a PIN, block an application or the card: sent once, with an honest outcome."""

import pytest

from drivers.card_reader import software_keys as keys
from drivers.card_reader.facts import Algorithm
from drivers.card_reader.files.catalogue import APPLICATIONS
from drivers.card_reader.outcome import NotWritten, Unknown, Written
from drivers.card_reader.pin import PinLocked, PinTries, PinVerified, PinWrong, pin_tries, verify_pin
from drivers.card_reader.reading import open_application
from drivers.card_reader.secure_messaging import block_application, block_card, set_pin, unblock_pin
from drivers.errors import CardBlocked, CardChanged, SamUnfit
from drivers.lanes import Done

FAMILIES = [Algorithm.TRIPLE_DES, Algorithm.SM4]
NAMED = {application.name: application for application in APPLICATIONS}
SHEET = {
    Algorithm.TRIPLE_DES: ("84240000042471698C", "842400010C4893E72A7038BF86BE4DF330"),
    Algorithm.SM4: ("8424000004448BAB0E", "8424000114341D8CFC0871D957D0C6E92659046500AC0AAF3C"),
}


@pytest.mark.parametrize("algorithm", FAMILIES)
@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize(("kinds", "folds"), [((8,), True), ((6, 7), False)])
def test_a_locked_pin_gets_its_tries_back(hall, new_computing_psam, algorithm, levels, kinds, folds):
    h = hall(algorithm=algorithm, tries=1, psam=new_computing_psam(algorithm, kinds=kinds, folds=folds))
    # Fewer levels: the card's key is below the PSAM's root by fewer factors.
    h.psam.levels = levels
    factors = [bytes.fromhex(f) for f in ("8684990100000001", "3939303130307378", "3939303030307368")]
    h.chip.key = keys.card_key(algorithm, bytes.fromhex(keys.ROOT), factors[:levels])
    assert h.run(verify_pin(h.handle("000000"))) == Done(PinLocked())
    assert h.run(unblock_pin(h.facts, h.keys())) == Done(Written())
    assert h.run(verify_pin(h.handle("123456"))) == Done(PinVerified())
    assert sum(command.startswith("8424") for command in h.chip.seen) == 1


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_the_commands_are_the_sheets_byte_for_byte(hall, algorithm):
    h = hall(algorithm=algorithm)
    h.chip.answers["0084000004"] = "A1B2C3D49000"
    h.chip.answers["8424"] = "9000"
    h.run(unblock_pin(h.facts, h.keys()))
    h.run(set_pin(h.facts, h.keys(), h.handle("888888")))
    assert tuple(command for command in h.chip.seen if command.startswith("8424")) == SHEET[algorithm]


@pytest.mark.parametrize("algorithm", FAMILIES)
@pytest.mark.parametrize("pin", ["888888", "1234567"])
def test_a_forgotten_pin_is_replaced_and_its_digits_are_gone(hall, algorithm, pin):
    h = hall(algorithm=algorithm)
    handle = h.handle(pin)
    assert h.run(set_pin(h.facts, h.keys(), handle)) == Done(Written())
    assert handle.count == 0
    assert h.run(verify_pin(h.handle("123456"))) == Done(PinWrong(2))
    assert h.run(verify_pin(h.handle(pin))) == Done(PinVerified())


def test_the_digits_go_even_when_the_psam_has_no_key_for_them(hall):
    h = hall()
    h.psam.answers["BFDE"] = "6A88"
    handle = h.handle("888888")
    assert type(h.run(set_pin(h.facts, h.keys(), handle)).error) is SamUnfit
    assert handle.count == 0
    assert not any(command.startswith("8424") for command in h.chip.seen)


def test_the_plain_pin_goes_to_the_psam_in_a_secret_and_never_to_the_card(hall):
    h = hall(algorithm=Algorithm.TRIPLE_DES)
    h.run(set_pin(h.facts, h.keys(), h.handle("888888")))
    assert any(command.startswith("80FA00000803888888") for command in h.psam.seen)
    assert not any("888888" in command for command in h.chip.seen)


@pytest.mark.parametrize("operation", ["unblock", "set", "application", "card"])
@pytest.mark.parametrize("word", ["6988", "6984", "6985", "6A88"])
def test_a_refused_command_is_not_sent_again(hall, operation, word):
    h = hall()
    h.chip.answers |= {"8424": word, "841E": word, "8416": word}
    assert h.run(doing(h, operation)) == Done(NotWritten(word))
    assert sum(command[:4] in ("8424", "841E", "8416") for command in h.chip.seen) == 1


def doing(h, operation):
    match operation:
        case "unblock":
            return unblock_pin(h.facts, h.keys())
        case "set":
            return set_pin(h.facts, h.keys(), h.handle("888888"))
        case "application":
            return block_application(h.facts, NAMED["DF04"], h.keys())
    return block_card(h.facts, h.keys())


@pytest.mark.parametrize("operation", ["unblock", "set", "application", "card"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_broken_wire_leaves_it_unknown_and_the_power_off(hall, operation, when):
    h = hall()
    h.chip.cut = ("84", when)
    assert h.run(doing(h, operation)) == Done(Unknown("card_gone"))
    assert not h.chip.powered
    assert not h.psam.powered


@pytest.mark.parametrize("operation", ["unblock", "set", "application", "card"])
def test_another_card_is_not_touched(hall, operation):
    h = hall()
    h.chip.files["SSSE/EF05"][6] = bytes.fromhex("0709413030303030303258")
    assert type(h.run(doing(h, operation)).error) is CardChanged
    assert not any(command.startswith("84") for command in h.chip.seen)


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_a_blocked_application_is_blocked_for_good_and_the_others_are_not(hall, algorithm):
    h = hall(algorithm=algorithm)
    assert h.run(block_application(h.facts, NAMED["DF04"], h.keys())) == Done(Written())
    error = h.run(open_application(h.facts, NAMED["DF04"])).error
    assert type(error) is CardBlocked
    assert error.facts == {"scope": "application"}
    assert h.run(open_application(h.facts, NAMED["DF01"])) == Done(None)


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_a_blocked_card_answers_nothing_more(hall, algorithm):
    h = hall(algorithm=algorithm)
    assert h.run(block_card(h.facts, h.keys())) == Done(Written())
    assert type(h.run(pin_tries()).error) is CardBlocked
    assert type(h.run(block_card(h.facts, h.keys())).error) is CardBlocked


def test_the_tries_are_asked_for_afterwards_and_not_guessed(hall):
    h = hall(tries=1)
    h.run(verify_pin(h.handle("000000")))
    h.run(unblock_pin(h.facts, h.keys()))
    assert h.run(pin_tries()) == Done(PinTries(3))
