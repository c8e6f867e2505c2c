"""The simulated cards through a real pcscd: what the specification says is what a PC/SC client gets."""

import os
import subprocess
import time
from collections.abc import Callable
from typing import Any, Literal

import pytest

from hardware_sim.cards.crypto import FAMILIES
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.people import persona

USER, PSAM = "Kiosk User 00 00", "Kiosk PSAM 00 00"
PRESENT, MUTE, EMPTY = 0x20, 0x200, 0x10
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
SSSE_FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"
ATR = "3B6D00000081544C968684990100000001"
CARD_ID = "0110990100D15600000500000001FFFFFFFF"


def test_both_readers_are_there_and_only_the_psam_is_in(client: Any) -> None:
    assert {USER, PSAM} <= set(client.ask("readers")["readers"])
    assert client.wait_for(PRESENT, PSAM)["atr"].startswith("3B6D0000")
    assert client.ask("state", reader=USER)["flags"] & EMPTY


def test_the_issuer_data_come_through_as_the_specification_says(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    assert client.wait_for(PRESENT)["atr"] == ATR
    connected = client.ask("connect", reader=USER)
    assert (connected["protocol"], connected["atr"]) == (1, ATR)
    assert client.send(SSSE) == "611E"
    assert client.send("00C000001E") == SSSE_FCI + "9000"
    assert client.send("00B2012C00") == "6C12"
    assert client.send("00B2012C12") == CARD_ID + "9000"
    assert client.send("00B201355B") == "6982"
    assert client.send("00A40400" + "00" + "000F" + SSSE[10:]) == "6700"


def test_a_psam_in_its_reader_opens_the_card_in_the_other(
    bench: PcscBench, client: Any, clients: Callable[..., Any]
) -> None:
    bench.insert(persona("rare-name"))
    client.wait_for(PRESENT)
    terminal = clients(bench)
    terminal.wait_for(PRESENT, PSAM)
    client.ask("connect", reader=USER)
    terminal.ask("connect", reader=PSAM)
    client.send(SSSE)
    challenge = client.send("0084000008")[:-4]
    terminal.send("00A4040006D15600000590")
    factors = "8684990100000003" + "3939303130307378" + "3939303030307368"
    assert terminal.send("BFDE680A28" + factors + challenge.ljust(32, "0")) == "9000"
    raw = "0102030405060708"
    assert terminal.send("80FA000010" + raw.ljust(32, "0")) == "6110"
    block = bytes.fromhex(terminal.send("00C0000010"))[:16]
    auth = bytes(left ^ right for left, right in zip(block[:8], block[8:], strict=True)).hex()
    assert client.send("0082000A10" + auth + raw) == "9000"
    holder = bytes.fromhex(client.send("00B2093020"))
    assert holder[2:32].rstrip(b"\0").decode("gbk") == "程HONG"


def test_a_reader_that_fetches_by_itself_gives_whole_answers(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"), fetching=True)
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    assert client.send(SSSE) == SSSE_FCI + "9000"
    assert client.send("00B2012C00") == CARD_ID + "9000"


def test_opensc_tool_sees_the_card_as_a_second_opinion(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)
    out = subprocess.run(
        ["opensc-tool", "-r", USER, "-c", "default", "-s", SSSE + "00", "-s", "00B2012D40"],
        env={**os.environ, **bench.environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Received (SW1=0x90, SW2=0x00)" in out
    dump = "".join(line[:48] for line in out.splitlines()).replace(" ", "")
    assert SSSE_FCI in dump
    assert CARD_ID in dump


def test_scriptor_talks_to_the_card_as_a_third(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)
    out = subprocess.run(
        ["scriptor", "-r", USER],
        input=f"{SSSE}\n00C000001E\n00B2012C12\n0020000000\n",
        env={**os.environ, **bench.environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    answers = "".join(out.split())
    assert "<611E:" in answers
    assert f"<{SSSE_FCI}9000:" in answers
    assert f"<{CARD_ID}9000:" in answers
    assert "<63C6:" in answers


@pytest.mark.parametrize("how", ["one order", "two orders"])
def test_a_card_swapped_in_one_moment_is_seen_as_two_events(bench: PcscBench, client: Any, how: str) -> None:
    bench.insert(persona("worker"))
    before = client.wait_for(PRESENT)
    # Right after power-up is the worst moment: pcscd is about to take the power away again.
    if how == "two orders":
        bench.remove()
    bench.insert(persona("pensioner"), swap=how == "one order")
    after = client.wait_for(PRESENT, after=before["events"] + 1)
    assert after["events"] == before["events"] + 2
    assert after["atr"] == ATR[:-2] + "02"


def test_a_program_that_goes_on_with_its_handle_after_a_swap_reaches_the_next_card_or_is_told(
    bench: PcscBench, client: Any
) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    client.send(SSSE)
    bench.insert(persona("pensioner"), swap=True)
    lost = client.ask("transmit", apdu="00B2012C12")
    assert (lost["result"] != "00000000") or not lost["answer"]
    deadline = time.monotonic() + 20
    while not (retried := client.ask("transmit", apdu=SSSE))["answer"]:
        if retried["result"] == "80100069":  # SCARD_W_REMOVED_CARD: pcscd looked in between
            break
        assert time.monotonic() < deadline
    else:
        # The trap itself: no error, no event, and another person's card.
        assert client.send("00B2012C12") == CARD_ID.replace("00000001", "00000002") + "9000"
    client.ask("disconnect")
    client.wait_for(PRESENT)
    assert client.ask("connect", reader=USER)["atr"] == ATR[:-2] + "02"


def test_a_pulled_card_leaves_the_reader_empty(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)
    bench.remove()
    client.wait_for(EMPTY)
    assert bench.status()["slots"]["user"]["card"] is None


def test_a_card_upside_down_is_present_and_mute(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"), troubles={"mute": True})
    assert client.wait_for(MUTE)["flags"] & PRESENT
    # SCARD_W_UNPOWERED_CARD or SCARD_W_UNRESPONSIVE_CARD, by pcscd's version.
    assert client.ask("connect", reader=USER)["result"] in {"80100067", "80100066"}


def test_a_card_pulled_inside_a_command_gives_no_answer_and_is_gone(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"), troubles={"pull_after": 2})
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    assert client.send(SSSE) == "611E"
    assert client.send("00C000001E") == SSSE_FCI + "9000"
    lost = client.ask("transmit", apdu="00B2012C12")
    assert (lost["result"] != "00000000") or not lost["answer"]
    client.wait_for(EMPTY)
    assert bench.status()["slots"]["user"]["card"] is None


def test_a_slow_card_can_be_pulled_while_it_thinks(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"), troubles={"slow": 600.0})
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    client.begin("transmit", apdu="0084000008")
    deadline = time.monotonic() + 20
    while not bench.status()["slots"]["user"]["busy"]:
        assert time.monotonic() < deadline
    bench.remove()
    lost = client.answer()
    assert (lost["result"] != "00000000") or not lost["answer"]


def test_garbage_and_cut_off_answers_reach_the_client(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    assert client.send(SSSE) == "611E"
    bench.trouble(truncated=1)
    assert client.send(SSSE) == "61"
    bench.trouble(garbage=1)
    assert len(client.send("0084000010")) == 36
    assert client.send("0084000008")[-4:] == "9000"


def test_a_bank_card_is_not_ours(bench: PcscBench, client: Any) -> None:
    bench.insert_foreign()
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    assert client.send(SSSE) == "6A82"


def test_a_card_remembers_its_pin_tries_between_two_insertions(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    before = client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    client.send(SSSE)
    assert client.send("0020000003999999") == "63C5"
    client.ask("disconnect")
    bench.remove()
    client.wait_for(EMPTY)
    bench.insert(persona("worker"))
    client.wait_for(PRESENT, after=before["events"] + 1)
    client.ask("connect", reader=USER)
    client.send(SSSE)
    assert client.send("00200000") == "63C5"
    status = bench.status()
    assert status["memories"]["worker"]["pin_tries_left"] == 5
    assert status["slots"]["user"]["notes"]["count"] == 0
    bench.lock_pin()
    assert client.send("0020000003123456") == "6983"


def test_an_unpowered_card_has_forgotten_the_pin(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)

    def employment_state(*before: str) -> str:
        client.ask("connect", reader=USER)
        for apdu in (SSSE, *before, "00A4040006D15600000500"):
            assert client.send(apdu)[:2] in {"61", "90"}
        answer: str = client.send("00B2013C03")
        client.ask("disconnect")
        return answer

    assert employment_state("0020000003123456") == "2901319000"
    assert employment_state() == "6982"


def test_a_service_that_dies_and_comes_back_finds_the_card_where_it_was(
    bench: PcscBench, client: Any, clients: Callable[..., Any]
) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)
    ways: tuple[Literal["down", "killed"], ...] = ("down", "killed")
    for way in ways:
        bench.service(way)
        assert bench.status()["pcscd"] is None
        assert client.ask("readers")["result"] != "00000000"
        bench.service("up")
        again = clients(bench)
        assert again.wait_for(PRESENT)["atr"] == ATR


def test_the_card_key_of_the_sheet_is_the_one_the_card_uses(bench: PcscBench, client: Any) -> None:
    bench.insert(persona("worker"))
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    client.send(SSSE)
    assert client.send("008800001011223344556677880102030405060708") == "6108"
    assert client.send("00C0000008") == "EC6473C40808C0139000"
    challenge = bytes.fromhex(client.send("0084000008")[:-4])
    family = FAMILIES["SM4"]
    session_key = family.session_key(bytes.fromhex("EA1D6E8D284DC4D61C980659EA3CB33D"), challenge)
    raw = bytes(range(8))
    auth = family.authentication_data(session_key, raw)
    assert client.send("0082000A10" + (auth + raw).hex()) == "9000"
    assert client.send("00B201355B").endswith("9000")
