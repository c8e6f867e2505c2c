"""The session of section 12 against the sheet's own worked examples."""

from datetime import date

import pytest

from drivers.card_reader.facts import Algorithm
from drivers.card_reader.sam import SamIndex
from drivers.card_reader.session import STEPS, end_session, read_value, same_card
from drivers.errors import (
    CardBlocked,
    CardChanged,
    CardExpired,
    CardGone,
    CardMalformed,
    CardMute,
    CardUnsupported,
    ForeignCard,
    NotGenuine,
    ProtocolError,
    Refused,
    SamMissing,
    SamUnfit,
    TerminalRefused,
)
from drivers.lanes import Done, Failed
from drivers.operation import Slot

NAME = "测试人"


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
@pytest.mark.parametrize("manner", ["at once", "by 61xx", "by 6Cxx"])
def test_the_sample_card_reads_as_the_sheet_prints_it_however_it_hands_out_its_data(
    new_bench, new_card, new_psam, read, algorithm, manner
):
    bench = new_bench(new_card(algorithm, manner), new_psam(algorithm, manner))
    outcome = bench.run(read())
    assert isinstance(outcome, Done), outcome
    facts = outcome.value
    assert facts.algorithm is {"3DES": Algorithm.TRIPLE_DES, "SM4": Algorithm.SM4}[algorithm]
    assert facts.genuine
    assert facts.card_id.text == "990100D15600000500000001FFFFFFFF"
    assert facts.issuer.number == "A00000011"
    assert facts.issuer.card_class == "3"
    assert facts.issuer.initialiser == "915600000299010099010001"
    assert (facts.issuer.issued, facts.issuer.expires) == (date(2024, 1, 1), date(2034, 1, 1))
    assert facts.holder.name == NAME
    assert facts.holder.social_number == "11010519491231002X"
    assert (facts.holder.sex, facts.holder.ethnic, facts.holder.birthplace) == ("2", "01", "110105")
    assert facts.holder.birth_date == date(1949, 12, 31)
    assert facts.atr.historical.hex().upper() == "0081544C968684990100000001"
    assert bench.steps == list(STEPS)
    assert bench.user.powered
    assert not bench.sam.powered


def test_what_was_read_shows_nothing_personal_in_its_repr(new_bench, read):
    facts = new_bench().run(read()).value
    shown = f"{facts!r} {facts!s} {facts.holder!r} {facts.issuer!r} {facts.card_id!r} {facts.atr!r} {Done(facts)!r}"
    for secret in (NAME, "110105", "1949", "A00000011", "00000001"):
        assert secret not in shown


def test_a_two_level_psam_gets_the_factors_of_the_card_and_the_city_only(new_bench, new_card, new_psam, read):
    bench = new_bench(new_card(proof="FAC1F6B0DF852961"), new_psam(usage="47", no_such_key="6A80"))
    bench.run(read())
    delivered = [command for command in bench.sam.seen if command.startswith("BFDE4708")]
    assert delivered == ["BFDE470820" + "8684990100000001" + "3939303130307378" + "1122334455667788" + "00" * 8]


def test_the_search_for_the_psams_key_happens_once_for_many_cards(new_bench, new_psam, read):
    index = SamIndex()
    first = new_bench(sam=new_psam())
    assert isinstance(first.run(read(index=index)), Done)
    second = new_bench(sam=new_psam())
    assert isinstance(second.run(read(index=index)), Done)
    tried = [[command for command in bench.sam.seen if "DE" in command[:4]] for bench in (first, second)]
    assert len(tried[0]) > len(tried[1]) == 2


def test_an_older_psam_is_spoken_to_in_class_80(new_bench, new_psam, read):
    bench = new_bench(sam=new_psam(cla="80"))
    assert isinstance(bench.run(read()), Done)
    assert any(command.startswith("80DE67") for command in bench.sam.seen)


def test_a_contactless_card_speaks_t1_and_gets_its_le_with_the_data(new_bench, new_card, read):
    card = new_card(atr=bytes.fromhex("3B8D80010081544C96868499010000000198"))
    outcome = new_bench(card).run(read())
    assert isinstance(outcome, Done)
    assert outcome.value.atr.contactless
    assert card.seen[0] == "00A404000F7378312E73682EC9E7BBE1B1A3D5CF00"


@pytest.mark.parametrize("version", ["0304312E3030", "0304322E3031", "030400000000", "0300", None])
def test_an_older_card_opens_its_holder_file_without_external_authentication(new_bench, new_card, read, version):
    card = new_card()
    card.holder.pop(0x4E)
    if version is None:
        card.issuer.pop(0x03)
    else:
        card.issuer[0x03] = version
    outcome = new_bench(card).run(read())
    assert outcome.value.holder.name == NAME
    assert not any(command.startswith("0082") for command in card.seen)


def test_a_name_cut_inside_a_character_is_joined_before_it_is_read(new_bench, new_card, read):
    name = "阿" + "·" + "a" + "买买提" * 4 + "江"
    raw = name.encode("gbk").ljust(50, b"\0")
    assert raw[29] > 0x80
    assert len(name.encode("gbk")[:30].decode("gbk", "ignore").encode("gbk")) == 29
    card = new_card()
    card.holder[0x09] = "091E" + raw[:30].hex()
    card.holder[0x4E] = "4E14" + raw[30:].hex()
    assert new_bench(card).run(read()).value.holder.name == name


def test_without_a_psam_a_new_card_tells_its_issuer_but_not_its_holder(new_bench, read):
    bench = new_bench(sam=None)
    facts = bench.run(read(sam=False)).value
    assert facts.issuer.number == "A00000011"
    assert facts.holder is None
    assert not facts.genuine
    assert "prove" not in bench.steps


def test_a_card_that_plays_back_an_old_answer_is_not_genuine(new_bench, new_card, new_psam, read):
    # Its challenge and its answer never change; only the terminal's own bytes do.
    bench = new_bench(
        new_card(answers={"0088": "EC6473C40808C013" + "9000"}), new_psam(answers={"80FA": "11" * 16 + "9000"})
    )
    assert isinstance(bench.run(read()).error, NotGenuine)


def test_the_raw_bytes_come_from_chance_and_the_factor_from_the_card(new_bench, read):
    bench = new_bench()
    bench.run(read())
    assert "0088000010" + "1122334455667788" + "0102030405060708" in bench.user.seen
    last_challenge = max(place for place, command in enumerate(bench.user.seen) if command.startswith("0084"))
    assert bench.user.seen[last_challenge + 1].startswith("0082000A10")


CARD_FAULTS = {
    "no SSSE": ({"answers": {"00A4": "6A82"}}, ForeignCard, {"sw": "6A82"}),
    "no such class": ({"answers": {"00A4": "6E00"}}, ForeignCard, {}),
    "no such instruction": ({"answers": {"00A4": "6D00"}}, ForeignCard, {}),
    "mute": ({"atr": None}, CardMute, {"slot": "user"}),
    "application blocked": ({"answers": {"00A4": "9303"}}, CardBlocked, {"scope": "application"}),
    "card blocked": ({"answers": {"00": "6A81"}}, CardBlocked, {"scope": "card"}),
    "blocked later": ({"answers": {"00B207": "6A81"}}, CardBlocked, {"scope": "card"}),
    "another answer": ({"proof": "0000000000000001"}, NotGenuine, {"why": "another answer"}),
    "short answer": ({"answers": {"0088": "EC6473C40808C09000"}}, NotGenuine, {"why": "another answer"}),
    "no IRK": ({"answers": {"0088": "6A88"}}, NotGenuine, {"why": "no key"}),
    "memory fault at the proof": ({"answers": {"0088": "6581"}}, Refused, {"sw": "6581"}),
    "terminal not believed": ({"answers": {"0082": "63C2"}}, TerminalRefused, {"tries_left": 2}),
    "terminal locked out": ({"answers": {"0082": "6983"}}, TerminalRefused, {"tries_left": 0}),
    "no challenge before": ({"answers": {"0082": "6984"}}, Refused, {"sw": "6984"}),
    "holder file closed": ({"answers": {"00B20830": "6982"}}, Refused, {"sw": "6982"}),
    "short challenge": ({"answers": {"0084": "0102039000"}}, ProtocolError, {"shape": "not 8 bytes"}),
    "endless 61xx": ({"answers": {"00A4": "6110", "00C0": "AA6110"}}, ProtocolError, {"shape": "endless 61xx"}),
    "one byte": ({"answers": {"00A4": "90"}}, ProtocolError, {"shape": "no status word"}),
    "nothing": ({"answers": {"00A4": ""}}, ProtocolError, {"shape": "no status word"}),
    "FCI cut short": ({"fci": "6F0CA50A88011E9F0C03860102"}, CardMalformed, {"element": "FCI"}),
    "SSF33": ({"fci": "6F0BA50988011E9F0C03860102"}, CardUnsupported, {"what": "algorithm", "value": "SSF33"}),
    "unknown cipher": ({"fci": "6F0BA50988011E9F0C03860107"}, CardUnsupported, {"value": "07"}),
    "strange ATR": ({"atr": bytes.fromhex("3B6E000000112233445566778899AABBCCDD")}, CardMalformed, {"element": "ATR"}),
}


@pytest.mark.parametrize("fault", CARD_FAULTS)
def test_each_fault_of_a_card_has_its_own_name_and_ends_with_the_power_off(new_bench, new_card, read, fault):
    options, error, facts = CARD_FAULTS[fault]
    bench = new_bench(new_card(**options))
    outcome = bench.run(read())
    assert isinstance(outcome, Failed), outcome
    assert type(outcome.error) is error
    assert facts.items() <= outcome.error.facts.items()
    assert bench.user.powered is False or fault == "mute"
    assert not bench.sam.powered


@pytest.mark.parametrize(("region", "algorithm"), [("1101", None), ("9901", Algorithm.TRIPLE_DES)])
def test_a_card_that_names_no_cipher_has_that_of_its_region(new_bench, new_card, new_psam, read, region, algorithm):
    atr = bytes.fromhex(f"3B6D00000081544C968684{region}00000001")
    card = new_card("3DES", fci="6F05A50388011E", atr=atr)
    outcome = new_bench(card, new_psam("3DES")).run(read())
    if algorithm is None:
        assert outcome.error.facts == {"what": "algorithm", "value": "SSF33"}
    else:
        assert outcome.value.algorithm is algorithm


RECORD_FAULTS = {
    "check character": ("issuer", 0x07, "0709413030303030303132", "card number"),
    "number too short": ("issuer", 0x07, "07084130303030303031", "card number"),
    "number in lower case": ("issuer", 0x07, "0709613030303030303131", "card number"),
    "no registered mark": ("issuer", 0x01, "0110990100D15600000600000001FFFFFFFF", "card id"),
    "city not decimal": ("issuer", 0x01, "01109901A0D15600000500000001FFFFFFFF", "card id"),
    "card id too short": ("issuer", 0x01, "010F990100D15600000500000001FFFFFF", "card id"),
    "no such class": ("issuer", 0x02, "020139", "card class"),
    "no version": ("issuer", 0x03, "0304414243FF", "version"),
    "initialiser not digits": ("issuer", 0x04, "040C9156000002990100990100AA", "initialiser"),
    "30 February": ("issuer", 0x05, "050420240230", "issued"),
    "month 13": ("issuer", 0x06, "060420341301", "expires"),
    "no expiry": ("issuer", 0x06, "0604FFFFFFFF", "expires"),
    "unused expiry": ("issuer", 0x06, "0604EEEEEEEE", "expires"),
    "expires before it was issued": ("issuer", 0x06, "060420231231", "expires"),
    "another tag": ("issuer", 0x07, "0809413030303030303131", "card number"),
    "no length": ("issuer", 0x02, "02", "card class"),
    "half a record": ("issuer", 0x07, "0709413030", "card number"),
    "something behind": ("issuer", 0x02, "02013300", "card class"),
    "record missing": ("issuer", 0x05, None, "issued"),
    "name not GBK": ("holder", 0x09, "091EFFFF" + "00" * 28, "name"),
    "name cut in half": ("holder", 0x09, "091EB2E2CA" + "00" * 27, "name"),
    "name of GB 18030": ("holder", 0x09, "091E9933A932" + "00" * 26, "name"),
    "name in private use": ("holder", 0x09, "091EAAA1" + "00" * 28, "name"),
    "name with a control character": ("holder", 0x09, "091E4101" + "42" + "00" * 27, "name"),
    "no name": ("holder", 0x09, "091E" + "00" * 30, "name"),
    "no number": ("holder", 0x08, "0812" + "20" * 18, "social number"),
    "no such sex": ("holder", 0x0A, "0A0133", "sex"),
    "no such ethnic group": ("holder", 0x0B, "0B0157", "ethnic group"),
    "not born": ("holder", 0x0D, "0D0419491232", "birth date"),
    "birthplace not digits": ("holder", 0x0C, "0C0311010A", "birthplace"),
}


@pytest.mark.parametrize("fault", RECORD_FAULTS)
def test_data_that_break_the_cards_own_rules_are_refused_by_name_and_never_guessed(new_bench, new_card, read, fault):
    file, tag, record, element = RECORD_FAULTS[fault]
    card = new_card()
    records = getattr(card, file)
    if record is None:
        del records[tag]
    else:
        records[tag] = record
    outcome = new_bench(card).run(read())
    assert type(outcome.error) is CardMalformed
    assert outcome.error.facts["element"] == element


def test_a_card_from_the_future_is_declined_by_its_version(new_bench, new_card, read):
    card = new_card()
    card.issuer[0x03] = "0304342E3030"
    assert new_bench(card).run(read()).error.facts == {"what": "version", "value": "4.00"}


def test_a_card_is_valid_on_its_last_day_and_expired_on_the_next(new_bench, read):
    assert isinstance(new_bench().run(read(date(2034, 1, 1))), Done)
    error = new_bench().run(read(date(2034, 1, 2))).error
    assert type(error) is CardExpired
    assert error.facts == {"expired": "2034-01-01"}


def test_a_longer_card_number_counts_for_its_first_nine_characters(new_bench, new_card, read):
    card = new_card()
    card.issuer[0x07] = "070C413030303030303131000000"
    assert new_bench(card).run(read()).value.issuer.number == "A00000011"


SAM_FAULTS = {
    "no PSAM": (None, SamMissing, {"why": "card_gone"}),
    "not a PSAM": ({"answers": {"00A4": "6A82"}}, SamUnfit, {"lacks": "application"}),
    "no key": ({"keys": ()}, SamUnfit, {"lacks": "key", "key": "IRK"}),
    "no key to read with": ({"keys": ("08",)}, SamUnfit, {"lacks": "key", "key": "RK_SSSE"}),
    "no level": ({"usage": "00", "no_such_key": "6A80"}, SamUnfit, {"lacks": "level"}),
    "another cipher": ({"algorithm": "3DES"}, SamUnfit, {"lacks": "algorithm"}),
    "no session key": ({"answers": {"80FA": "6901"}}, Refused, {"slot": "sam", "sw": "6901"}),
    "half a block": ({"answers": {"80FA": "00112233445566779000"}}, ProtocolError, {"slot": "sam"}),
    "PSAM blocked": ({"answers": {"00A4": "6A81"}}, Refused, {"slot": "sam", "sw": "6A81"}),
    "environment refused": ({"answers": {"BFEC": "6985"}}, Refused, {"slot": "sam", "sw": "6985"}),
    "key in use": ({"answers": {"BFDE": "6985"}}, Refused, {"slot": "sam", "sw": "6985"}),
}


@pytest.mark.parametrize("fault", SAM_FAULTS)
def test_each_fault_of_the_psam_is_the_terminals_and_not_the_cards(new_bench, new_psam, read, fault):
    options, error, facts = SAM_FAULTS[fault]
    bench = new_bench(sam=None if options is None else new_psam(**options))
    outcome = bench.run(read())
    assert type(outcome.error) is error
    assert facts.items() <= outcome.error.facts.items()
    assert not bench.user.powered


def test_an_external_authentication_is_never_sent_twice(new_bench, new_card, read):
    for answer in ("63C2", "6983", "6C08", "6108", "6700"):
        card = new_card(answers={"0082": answer})
        assert isinstance(new_bench(card).run(read()), Failed)
        assert sum(command.startswith("0082") for command in card.seen) == 1
        assert card.seen[-1].startswith("0082")


def test_the_card_of_the_session_is_known_again(new_bench, read):
    bench = new_bench()
    facts = bench.run(read()).value
    assert bench.run(same_card(facts)) == Done(None)


@pytest.mark.parametrize(
    ("tag", "record"), [(0x01, "0110990100D15600000500000002FFFFFFFF"), (0x07, "0709413030303030303258")]
)
def test_another_card_in_the_slot_is_found_out_before_anything_is_written(new_bench, read, tag, record):
    bench = new_bench()
    facts = bench.run(read()).value
    bench.user.issuer[tag] = record
    assert type(bench.run(same_card(facts)).error) is CardChanged
    assert not bench.user.powered


def test_after_a_swap_the_old_handle_reads_nothing_more(new_bench, new_card, read):
    bench = new_bench()
    facts = bench.run(read()).value
    other = new_card()
    bench.link.insert(Slot.USER, other)
    assert type(bench.run(read_value(facts, 0x05, 0x07, 9)).error) is CardGone
    assert type(bench.run(same_card(facts)).error) is CardGone
    assert other.seen == []


def test_after_the_session_the_holder_is_closed_again(new_bench, read):
    bench = new_bench()
    facts = bench.run(read()).value
    assert bench.run(read_value(facts, 0x06, 0x08, 0x12)).value == b"11010519491231002X"
    assert bench.run(end_session()) == Done(None)
    assert not bench.user.powered
    fresh = bench.run(read(sam=False)).value
    assert bench.run(read_value(fresh, 0x06, 0x08, 0x12)).error.facts["sw"] == "6982"


def test_an_empty_reader_says_that_the_card_is_gone(new_bench, read):
    assert type(new_bench(user=None).run(read()).error) is CardGone
    assert new_bench(user=None).run(end_session()) == Done(None)
