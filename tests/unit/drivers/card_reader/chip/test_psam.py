"""The PSAM beyond reading a card: cipher modes, key sets, long messages, and what it says about itself."""

import pytest

from drivers.card_reader import key_factors
from drivers.card_reader import software_keys as keys
from drivers.card_reader.facts import Algorithm
from drivers.card_reader.sam import SamIndex, SamKey, open_sam
from drivers.card_reader.sam_info import read_sam_info
from drivers.errors import CardMalformed, ProtocolError, SamMissing, SamUnfit
from drivers.lanes import Done

CHALLENGE = bytes.fromhex("A1B2C3D4")
FAMILIES = [Algorithm.TRIPLE_DES, Algorithm.SM4]
KEY = SamKey("PUK", 0x06)
FACTORS = [bytes.fromhex(factor) for factor in key_factors.VECTORS[0][2]]
INFO = {
    0x15: bytes.fromhex("01" + "00010000000012345678" + "0203" + "0000"),
    0x16: bytes.fromhex("990100000001"),
}


@pytest.mark.parametrize("algorithm", FAMILIES)
@pytest.mark.parametrize("message", list(keys.MACS[Algorithm.SM4]) + list(keys.MACS[Algorithm.TRIPLE_DES]))
def test_the_psams_macs_are_the_sheets(hall, algorithm, message):
    h = hall(algorithm=algorithm)
    session = bytes.fromhex(keys.SESSION_KEYS[algorithm]["A1B2C3D4"])
    mac = h.run(h.keys().mac("PUK", CHALLENGE, bytes.fromhex(message))).value
    assert mac == keys.message_mac(algorithm, session, bytes.fromhex(message))
    assert mac.hex().upper() == keys.MACS[algorithm].get(message, mac.hex().upper())


@pytest.mark.parametrize(
    ("algorithm", "plain", "data"), [(a, plain, data) for a in FAMILIES for plain, data in keys.ENCIPHERED[a].items()]
)
def test_the_psams_ciphertexts_are_the_sheets(hall, algorithm, plain, data):
    h = hall(algorithm=algorithm)
    sam = h.run(open_sam(b"\x99", h.index)).value
    enciphered = h.run(sam.encrypt(KEY, algorithm, FACTORS, CHALLENGE, bytes.fromhex(plain))).value
    assert enciphered.hex().upper() == data


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_data_longer_than_a_command_are_enciphered_in_parts(hall, algorithm):
    h = hall(algorithm=algorithm)
    sam = h.run(open_sam(b"\x99", h.index)).value
    session = bytes.fromhex(keys.SESSION_KEYS[algorithm]["A1B2C3D4"])
    plain = bytes(range(250))
    assert h.run(sam.encrypt(KEY, algorithm, FACTORS, CHALLENGE, plain)).value == keys.enciphered_data(
        algorithm, session, plain
    )
    assert [command[4:6] for command in h.psam.seen if command.startswith("80FA")][-2:] == ["02", "00"]


@pytest.mark.parametrize("algorithm", FAMILIES)
@pytest.mark.parametrize("folds", [True, False])
@pytest.mark.parametrize("length", [215, 216, 217, 250, 500])
def test_a_message_longer_than_a_command_is_chained_to_the_same_mac(hall, new_computing_psam, algorithm, folds, length):
    h = hall(algorithm=algorithm, psam=new_computing_psam(algorithm, folds=folds))
    message = bytes(range(250)) * 2
    session = bytes.fromhex(keys.SESSION_KEYS[algorithm]["A1B2C3D4"])
    mac = h.run(h.keys().mac("PUK", CHALLENGE, message[:length])).value
    assert mac == keys.message_mac(algorithm, session, message[:length])
    modes = [command[4:6] for command in h.psam.seen if command.startswith("80FA")][2:]
    assert modes == {1: ["05"], 2: ["07", "01"], 3: ["07", "03", "01"]}[len(modes)]
    assert len(modes) > 1 or length < 240


def test_the_search_keeps_apart_what_encrypts_and_what_makes_macs():
    index, key, atr = SamIndex(), SamKey("PUK", 6), b"atr"
    index.worked(atr, key, 0x67)
    assert index.candidates(atr, key)[0] == 0x67
    assert index.candidates(atr, key, (8, 6))[0] == 0x68
    index.worked(atr, key, 0x66, (8, 6))
    assert index.candidates(atr, key, (8, 6))[0] == 0x66
    assert index.candidates(atr, key)[0] == 0x67
    assert sorted(index.candidates(atr, key)) == [0x27, 0x28, 0x47, 0x48, 0x67, 0x68]
    assert index.levels(atr) == [3, 2, 1]


@pytest.mark.parametrize("kinds", [(6,), (7,)])
def test_a_psam_that_can_do_only_one_of_both_says_which_key_it_lacks(hall, new_computing_psam, kinds):
    h = hall(version="2.00")
    h.psam.kinds = kinds
    h.psam.seen.clear()
    h.index.__init__()
    sealed = h.run(h.keys().seal_pin("PUK", CHALLENGE, bytes(5), h.handle("888888")))
    assert sealed.error.facts == {"lacks": "key", "key": "PUK"}


def test_the_other_familys_keys_are_found_in_the_other_set(hall, new_computing_psam):
    h = hall(psam=new_computing_psam(wide_set_apart=True))
    assert h.facts.genuine
    wide = "00A404000F" + "sx2.sh.社会保障".encode("gbk").hex().upper()
    assert wide in h.psam.seen
    after = h.psam.seen.index(wide)
    assert h.psam.seen[after + 1 : after + 3] == ["00A4040006D15600000590", "BFEC00000199"]


def test_an_answer_that_is_no_block_and_no_mac_is_a_protocol_error(hall):
    h = hall()
    h.psam.answers["80FA05"] = "0011229000"
    assert type(h.run(h.keys().mac("PUK", CHALLENGE, b"")).error) is ProtocolError


def test_a_key_without_a_place_is_asked_of_nobody(hall):
    h = hall()
    h.psam.seen.clear()
    error = h.run(h.keys().prove("DF99.RK1", bytes(8), bytes(8))).error
    assert type(error) is SamUnfit
    assert h.psam.seen == []


def test_a_psam_is_opened_once_for_several_computations_and_closed_at_the_end(hall):
    h = hall()
    h.psam.seen.clear()
    service = h.keys()
    for _ in range(3):
        h.run(service.mac("PUK", CHALLENGE, b"message"))
    assert sum(command.startswith("00A4") for command in h.psam.seen) == 1
    assert h.psam.powered
    assert h.run(service.close()) == Done(None)
    assert not h.psam.powered


def test_a_psam_tells_its_number_and_its_terminals(hall, new_computing_psam):
    h = hall(psam=new_computing_psam(info=INFO | {0x19: bytes.fromhex("0000002A"), 0x1B: b"0123456789"}))
    info = h.run(read_sam_info()).value
    assert (info.serial, info.version, info.key_type) == ("00010000000012345678", 2, 3)
    assert (info.terminal, info.transactions) == ("990100000001", 42)
    assert info.application_info == (None, b"0123456789", None)
    assert not h.psam.powered


def test_a_psam_without_a_counter_says_so_and_one_without_a_number_is_malformed(hall, new_computing_psam):
    h = hall(psam=new_computing_psam(info=dict(INFO)))
    assert h.run(read_sam_info()).value.transactions is None
    h = hall(psam=new_computing_psam(info={0x15: INFO[0x15]}))
    error = h.run(read_sam_info()).error
    assert type(error) is CardMalformed
    assert error.facts == {"slot": "sam", "file": "EF0016", "shape": "file missing"}


def test_without_a_psam_there_is_nothing_to_tell(new_bench):
    assert type(new_bench(sam=None).run(read_sam_info()).error) is SamMissing
