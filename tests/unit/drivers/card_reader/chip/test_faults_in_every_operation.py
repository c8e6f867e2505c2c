"""Every operation with every answer of card and PSAM garbled, cut short or replaced: our own errors, or a result."""

import random
from datetime import date

import pytest

from drivers.card_reader.bank_card import read_bank_card
from drivers.card_reader.certificate_environment import read_certificates, read_public_key
from drivers.card_reader.files import tables
from drivers.card_reader.files.catalogue import APPLICATIONS, FILES, file_at
from drivers.card_reader.files.declaration import Kind
from drivers.card_reader.hsm import HsmKeys, asking, read_card_by_centre
from drivers.card_reader.medical_account import (
    begin_load,
    begin_purchase,
    credit,
    debit,
    prove_debit,
    read_balances,
    read_starting_day,
    set_starting_day,
)
from drivers.card_reader.medical_facts import Amounts
from drivers.card_reader.pin import change_pin, verify_pin
from drivers.card_reader.reading import By, open_with_key, read_cyclic, read_directory, read_file, read_transparent
from drivers.card_reader.sam_info import read_sam_info
from drivers.card_reader.secure_messaging import block_application, block_card, set_pin, unblock_pin
from drivers.card_reader.writing import append_record, settle, write_element, write_transparent
from drivers.errors import DeviceError
from drivers.lanes import Done, Failed

ROUNDS = 60
WORDS = ["6982", "6A81", "63C1", "6581", "6C05", "6105", "9303", "9000", "6A82"]
NAMED = {application.name: application for application in APPLICATIONS}
TERMINAL, TIME = "990100000001", "20260504123456"


def all_files(h, plan):
    yield from verify_pin(h.handle("123456"))
    for file in FILES[1:]:
        if file.access(3).key:
            yield from open_with_key(h.facts, file.application, file.access(3).key, h.keys(), plan=plan)
        if file.kind is Kind.CYCLIC:
            yield from read_cyclic(h.facts, file)
        elif file.kind is Kind.TRANSPARENT:
            yield from read_transparent(h.facts, file)
        else:
            yield from read_file(h.facts, file, by=By.POSITION)


def writes(h, plan):
    yield from verify_pin(h.handle("123456"))
    file = file_at("DF01/EF07")
    report = yield from write_element(h.facts, file, "work state", tables.EMPLOYMENT.code("2"), h.keys(), plan=plan)
    yield from settle(h.facts, report.write)
    job = {"occupation": "1", "first date": None, "second date": None, "employer": "2"}
    yield from append_record(h.facts, file_at("DF02/EF07"), job, h.keys(), plan=plan)
    yield from write_transparent(h.facts, file_at("DF01/EF16"), bytes(128), h.keys(), plan=plan)


def secure(h, plan):
    yield from unblock_pin(h.facts, h.keys())
    yield from set_pin(h.facts, h.keys(), h.handle("888888"))
    yield from change_pin(h.handle("888888"), h.handle("123456"))
    yield from block_application(h.facts, NAMED["DF04"], h.keys())
    yield from block_card(h.facts, h.keys())


def money(h, plan):
    yield from verify_pin(h.handle("123456"))
    keys = h.keys()
    purchase = yield from begin_purchase(h.facts, Amounts(100, 20, 3), TERMINAL, TIME, keys)
    yield from debit(purchase, keys)
    yield from prove_debit(h.facts, purchase)
    load = yield from begin_load(h.facts, 100, TERMINAL)
    yield from credit(load, TIME, bytes(4))
    yield from read_balances(h.facts)
    yield from set_starting_day(h.facts, "0701")
    yield from read_starting_day(h.facts)


def others(h, plan):
    yield from read_directory(h.facts)
    yield from read_sam_info()
    yield from read_public_key(h.facts.atr)
    yield from read_certificates(h.facts.atr)


def bank(h, plan):
    yield from read_bank_card(h.facts.atr)


def centre(h, plan):
    facts = yield from asking(read_card_by_centre(date(2026, 5, 4)), h.answer)
    yield from asking(unblock_pin(facts, HsmKeys(facts, bytes(17))), h.answer)


def garbled(chance, answer):
    data = bytearray(answer)
    match chance.randrange(5):
        case 0:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            del data[chance.randrange(len(data)) :]
        case 2:
            data[:-2] = chance.randbytes(chance.randrange(40))
        case 3:
            data[:] = bytes.fromhex(chance.choice(WORDS))
        case _:
            data[-2:] = chance.randbytes(2)
    return bytes(data)


@pytest.mark.parametrize("story", [all_files, writes, secure, money, others, bank, centre], ids=lambda f: f.__name__)
def test_a_garbled_answer_anywhere_ends_in_our_own_errors_or_in_a_result(hall, plan, story):
    chance = random.Random(f"garbled {story.__name__}")
    h = hall()
    h.answer = lambda question: chance.choice(["00|", "zz|", "", "11223344|", "11" * 16 + "|" + "22" * 16 + "|"])
    h.run(story(h, plan))
    places = len(h.chip.seen)
    ended = {Done: 0, Failed: 0}
    for _ in range(ROUNDS):
        h = hall()
        h.answer = lambda question: chance.choice(["00|", "11" * 16 + "|" + "22" * 16 + "|"])
        whole, target = h.chip._answer, chance.randrange(places)

        def answer(apdu, command, h=h, whole=whole, target=target):
            right = whole(apdu, command)
            return garbled(chance, right) if len(h.chip.seen) == target + 1 else right

        h.chip._answer = answer
        if story is not bank and chance.random() < 0.3:
            h.psam.answers[chance.choice(["80FA", "BFDE", "8070", "8072", "00A4", "BFEC", "00B0"])] = chance.choice(
                ["9000", "6A80", "6A88", "6F00", "90", "1122334455667788" + "9000", "63C1", "6108"]
            )
        outcome = h.run(story(h, plan))
        ended[type(outcome)] += 1
        if isinstance(outcome, Failed):
            assert isinstance(outcome.error, DeviceError)
    assert sum(ended.values()) == ROUNDS
    assert ended[Failed] > 0
