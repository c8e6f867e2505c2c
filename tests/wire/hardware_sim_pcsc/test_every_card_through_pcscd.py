"""Cards of every version, algorithm and interface, and what they remember, through a real pcscd."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.crypto import FAMILIES, mac
from hardware_sim.pcsc.bench import PcscBench, card_label
from hardware_sim.pcsc.errors import RefusedError
from hardware_sim.people import PersonaError, persona

USER, PSAM = "Kiosk User 00 00", "Kiosk PSAM 00 00"
PRESENT, EMPTY = 0x20, 0x10
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
SSSE_FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"
DF01, DF04 = "00A4040006D15600000500", "00A4040006D15600000503"
PIN = "0020000003123456"
CARD_ID = "0110990100D15600000500000001FFFFFFFF"
CARD_KEY = bytes.fromhex("EA1D6E8D284DC4D61C980659EA3CB33D")
TERMINAL, MOMENT = "990100000001", "20260301093000"


def connected(client: Any, after: int = -1) -> int:
    """Connects to the card that is in; returns the count of insertions and removals."""
    state = client.wait_for(PRESENT, after=after)
    assert client.ask("connect", reader=USER)["result"] == "00000000"
    return int(state["events"])


def again(bench: PcscBench, client: Any, events: int, **how: Any) -> int:
    """The same person's card out and in."""
    client.ask("disconnect")
    bench.remove()
    client.wait_for(EMPTY)
    bench.insert(persona("worker"), **how)
    return connected(client, events + 1)


def test_a_card_held_to_the_reader_has_the_contactless_atr_and_whole_answers(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"), interface="contactless")
    assert client.wait_for(PRESENT)["atr"] == "3B8D80010081544C96868499010000000198"
    connected(client)
    assert client.send(SSSE) == SSSE_FCI + "9000"
    assert client.send(SSSE + "00") == SSSE_FCI + "9000"
    assert client.send("00B2012C00") == CARD_ID + "9000"
    assert client.send("00880000101122334455667788" + "0102030405060708") == "EC6473C40808C0139000"
    assert client.send("0020000000") == "63C6"
    assert bench.status()["slots"]["user"]["interface"] == "contactless"


@pytest.mark.parametrize(
    ("version", "algorithm", "code", "holder"),
    [
        ("1.00", "3DES", "01", "6C45"),
        ("2.00", "3DES", "01", "6C5B"),
        ("2.00", "SSF33", "02", "6C5B"),
        ("3.00", "3DES", "01", "6982"),
    ],
)
def test_a_person_can_have_a_card_of_any_generation(
    bench: PcscBench, client: Any, version: str, algorithm: Any, code: str, holder: str
) -> None:
    bench.insert(persona("worker"), version=version, algorithm=algorithm)
    connected(client)
    assert client.send(SSSE) == "611E"
    assert client.send("00C000001E")[-6:-4] == code
    assert client.send("00B2032C06")[4:12] == version.encode().hex().upper()
    assert client.send("00B2013500") == holder
    label = card_label(persona("worker"), version=version, algorithm=algorithm)
    assert bench.status()["slots"]["user"]["card"] == label
    assert label in bench.status()["memories"]


def test_cards_that_do_not_exist_are_refused_and_the_reader_stays_empty(bench: PcscBench) -> None:
    with pytest.raises(RefusedError, match="contacts only"):
        bench.insert(persona("worker"), version="2.00", interface="contactless")
    with pytest.raises(PersonaError, match="version"):
        bench.insert(persona("worker"), version="9.00")
    with pytest.raises(RefusedError, match="No card «nobody»"):
        bench.recall("nobody")
    assert bench.status()["slots"]["user"]["card"] is None


def test_a_card_may_answer_le_00_with_data_on_its_contacts(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"), le_zero="data")
    connected(client)
    client.send(SSSE)
    assert client.send("00B2012C00") == CARD_ID + "9000"


def test_what_was_written_outlives_the_insertion_and_a_fresh_card_does_not_know_it(
    bench: PcscBench, client: Any
) -> None:
    bench.insert(persona("worker"))
    events = connected(client)
    for apdu in (SSSE, PIN, DF01):
        client.send(apdu)
    assert client.send("00B2013C03") == "2901319000"
    challenge = bytes.fromhex(client.send("0084000008")[:-4])
    family = FAMILIES["SM4"]
    whole = bytes.fromhex("04DC013C07290135")
    update = (whole + mac(family, family.session_key(CARD_KEY, challenge), whole)).hex()
    bench.fail_writes(1)
    assert client.send(update) == "6581"
    challenge = bytes.fromhex(client.send("0084000008")[:-4])
    assert client.send((whole + mac(family, family.session_key(CARD_KEY, challenge), whole)).hex()) == "9000"
    assert client.send("805E010007123456FF192837") == "9000"

    events = again(bench, client, events)
    client.send(SSSE)
    assert client.send(PIN) == "63C5"
    assert client.send("0020000003192837") == "9000"
    client.send(DF01)
    assert client.send("00B2013C03") == "2901359000"
    assert bench.status()["memories"]["worker"]["written"] == ["SSSE/DF01/EF07"]
    assert bench.recall("worker").records["SSSE/DF01/EF07"] == ["290135"]
    assert "192837" not in json.dumps(bench.status())

    again(bench, client, events, fresh=True)
    client.send(SSSE)
    assert client.send(PIN) == "9000"


@pytest.mark.parametrize("before_effect", [True, False])
def test_a_debit_that_loses_the_card_is_cleared_up_by_its_proof(
    bench: PcscBench, client: Any, clients: Callable[..., Any], before_effect: bool
) -> None:
    bench.insert(persona("worker"))
    events = connected(client)
    for apdu in (SSSE, PIN, DF04):
        client.send(apdu)
    assert client.send("B028010113" + "01" + "000000640000000000000000" + TERMINAL) == "6116"
    begun = client.send("00C0000016")
    told = f"{begun[36:44]}{begun[28:32]}000000640000000000000000" + "02" + MOMENT + begun[32:36]
    told += "8684990100000001" + "3939303130307378" + "3939303030307368"
    sam = clients(bench)
    sam.wait_for(PRESENT, PSAM)
    sam.ask("connect", reader=PSAM)
    sam.send("00A4040006D15600000590")
    assert sam.send(f"80700100{len(told) // 2:02X}{told}") == "6108"
    answer = sam.send("00C0000008")
    bench.trouble(pull_after=0, pull_before_effect=before_effect)
    lost = client.ask("transmit", apdu=f"B02C01000F{answer[:8]}{MOMENT}{answer[8:16]}")
    assert (lost["result"] != "00000000") or not lost["answer"]
    client.wait_for(EMPTY)
    bench.insert(persona("worker"))
    client.ask("disconnect")
    connected(client, events + 1)
    for apdu in (SSSE, PIN, DF04):
        client.send(apdu)
    proof = client.send("B02E0002020000")
    balance = client.send("B026000104")
    if before_effect:
        assert (proof, balance) == ("9406", "0000C3509000")
    else:
        assert (proof, balance) == ("6108", "0000C2EC9000")
        client.send("B02E0002020000")
        mac2 = client.send("00C0000008")[:8]
        assert sam.send("8072000004" + mac2) == "9000"


@pytest.mark.parametrize("levels", [1, 2])
def test_a_psam_may_hold_a_key_fewer_levels_above_the_card(bench: PcscBench, client: Any, levels: int) -> None:
    before = client.wait_for(PRESENT, PSAM)
    bench.insert_psam(levels=levels, without=(0x08,), swap=True)
    client.wait_for(PRESENT, PSAM, after=before["events"] + 1)
    client.ask("connect", reader=PSAM)
    client.send("00A4040006D15600000590")
    factors = ("8684990100000001", "3939303130307378", "3939303030307368")
    usage = f"{levels << 5 | 8:02X}"
    told = "".join(factors[:levels]) + "11" * 16
    assert client.send(f"BFDE680A28{''.join(factors)}{'11' * 16}") == "6A80"
    assert client.send(f"BFDE{usage}0A{len(told) // 2:02X}{told}") == "9000"
    assert client.send(f"BFDE{usage}08{len(told) // 2:02X}{told}") == "6A88"


def test_a_wrong_status_word_and_a_wrong_byte_reach_the_client(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    connected(client)
    client.send(SSSE)
    bench.trouble(wrong_status=1, status_word="6F00")
    assert client.send("00B2012C12") == "6F00"
    bench.trouble(garbage_byte=1)
    spoilt = client.send("00B2012C12")
    assert len(spoilt) == len(CARD_ID) + 4
    assert spoilt != CARD_ID + "9000"
    assert client.send("00B2012C12") == CARD_ID + "9000"


def test_what_passes_is_told_without_the_pin(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    connected(client)
    client.send(SSSE)
    client.send(PIN)
    client.send("00B2012C00")
    passed = [passage for passage in bench.traffic() if passage.slot == "user"]
    told = [passage.data.hex().upper() for passage in passed]
    assert told[-6:] == [SSSE, "611E", "0020000003000000", "9000", "00B2012C00", "6C12"]
    assert "3B6D00000081544C968684990100000001" in told[:-6]
    assert [passage.number for passage in bench.traffic(passed[-2].number)] == [passed[-1].number]
    assert any(passage.slot == "psam" for passage in bench.traffic())
