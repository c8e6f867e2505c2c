"""Keys sealed by a TPM: real library, simulated chip."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from offline_store.errors import (
    KeyChipOther,
    KeyChipRefused,
    KeyChipUnavailable,
    KeyFault,
    KeyMissing,
    KeyUnfit,
    MachineChanged,
)
from offline_store.keys import P256Keys, SigningKeys
from offline_store.keys_tpm import TpmKeys
from tests.simulated_chip import SimulatedChip

SECRET = bytes(range(32))


@pytest.fixture
def keys(chip: SimulatedChip, tmp_path: Path) -> TpmKeys:
    return TpmKeys(tmp_path / "keys", chip.tcti)


def verified(public_key: bytes, signature: bytes, data: bytes) -> None:
    """Raises InvalidSignature unless it is ES256 by that key."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    point.verify(der, data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("size", [1, 32, 138, 1024, 16 * 1024])
def test_a_key_reads_back_and_its_file_is_private_and_holds_nothing_of_it(
    keys: TpmKeys, tmp_path: Path, size: int
) -> None:
    material = random.Random(size).randbytes(size)
    assert keys.create("store", material)
    with keys.load("store", length=size) as buffer:
        assert buffer.material == material
    (file,) = (tmp_path / "keys").iterdir()
    assert file.name == "store.tpm"
    assert file.stat().st_mode & 0o777 == 0o600
    assert size < 32 or material not in file.read_bytes()


def test_a_key_is_never_overwritten(keys: TpmKeys) -> None:
    assert keys.create("store", SECRET)
    assert not keys.create("store", bytes(32))
    assert not keys.make_p256("store")
    assert not keys.take_p256("store", bytearray(SECRET))
    with keys.load("store") as buffer:
        assert buffer.material == SECRET


def test_a_key_survives_that_the_machine_is_switched_off(keys: TpmKeys, chip: SimulatedChip) -> None:
    keys.create("store", SECRET)
    keys.make_p256("seal")
    before = keys.p256("seal").public_key
    chip.power_off()
    chip.power_on()
    with keys.load("store") as buffer:
        assert buffer.material == SECRET
    assert keys.p256("seal").public_key == before


def test_nothing_stays_in_the_chip_whatever_is_done_and_however_it_ends(keys: TpmKeys, chip: SimulatedChip) -> None:
    bound = TpmKeys(keys._folder, chip.tcti, (7,))
    for turn in range(4):
        keys.create(f"free-{turn}", SECRET)
        bound.create(f"bound-{turn}", SECRET)
        bound.load(f"bound-{turn}").close()
        keys.load(f"free-{turn}").close()
        keys.make_p256(f"seal-{turn}")
        keys.p256(f"seal-{turn}").sign(b"data")
        keys.take_p256(f"taken-{turn}", bytearray(SECRET))
        bound.reseal(f"free-{turn}")
    chip.extend(7)
    for turn in range(4):
        with pytest.raises(MachineChanged):
            bound.load(f"bound-{turn}")
    assert chip.holds() == []


def test_another_chip_cannot_unseal(keys: TpmKeys, chips: Callable[[], SimulatedChip], tmp_path: Path) -> None:
    keys.create("store", SECRET)
    keys.make_p256("seal")
    elsewhere = TpmKeys(tmp_path / "keys", chips().tcti, ())
    for ask in (elsewhere.load, elsewhere.p256):
        name = "store" if ask == elsewhere.load else "seal"
        with pytest.raises(KeyChipOther) as refused:
            ask(name)
        assert "own machine" in refused.value.remedy


def test_another_chip_cannot_unseal_a_file_that_claims_to_be_its_own(
    keys: TpmKeys, chips: Callable[[], SimulatedChip], tmp_path: Path
) -> None:
    keys.create("store", SECRET)
    elsewhere = TpmKeys(tmp_path / "keys", chips().tcti)
    elsewhere.create("own", SECRET)
    stolen, own = tmp_path / "keys" / "store.tpm", tmp_path / "keys" / "own.tpm"
    root = elsewhere._read("own")[1].root
    theirs = elsewhere._read("store")[1].root
    stolen.write_bytes(stolen.read_bytes().replace(theirs, root))
    with pytest.raises(KeyUnfit, match="changed"):
        elsewhere.load("store")
    assert own.exists()


def test_a_cleared_chip_is_another_chip(keys: TpmKeys, chip: SimulatedChip) -> None:
    keys.create("store", SECRET)
    chip.tool("tpm2_clear")
    with pytest.raises(KeyChipOther, match="cleared"):
        keys.load("store")


def test_a_key_bound_to_registers_is_refused_after_one_changed_and_given_again_when_it_is_as_before(
    chip: SimulatedChip, tmp_path: Path
) -> None:
    keys = TpmKeys(tmp_path / "keys", chip.tcti, (0, 7))
    keys.create("store", SECRET)
    keys.make_p256("seal")
    assert keys.bound_to("store") == (0, 7)
    chip.extend(4)
    keys.load("store").close()
    chip.extend(7)
    with pytest.raises(MachineChanged) as refused:
        keys.load("store")
    assert "kiosk keys reseal" in refused.value.remedy
    with pytest.raises(MachineChanged):
        keys.p256("seal")
    chip.power_off()
    chip.power_on()
    with keys.load("store") as buffer:
        assert buffer.material == SECRET


def test_a_planned_change_of_the_machine_costs_no_key(chip: SimulatedChip, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    bound, free = TpmKeys(folder, chip.tcti, (7,)), TpmKeys(folder, chip.tcti)
    bound.create("store", SECRET)
    bound.make_p256("seal")
    point = bound.p256("seal").public_key
    for name in bound.names():
        free.reseal(name)
    chip.extend(7)
    for name in bound.names():
        bound.reseal(name)
    with bound.load("store") as buffer:
        assert buffer.material == SECRET
    assert bound.bound_to("store") == bound.bound_to("seal") == (7,)
    assert bound.p256("seal").public_key == point
    chip.extend(7)
    with pytest.raises(MachineChanged):
        bound.load("store")


def test_registers_of_a_bank_that_is_switched_off_bind_to_nothing_and_are_refused(
    chip: SimulatedChip, tmp_path: Path
) -> None:
    chip.tool("tpm2_pcrallocate", "sha1:all+sha256:none")
    chip.power_off()
    chip.power_on()
    keys = TpmKeys(tmp_path / "keys", chip.tcti, (7,))
    with pytest.raises(KeyChipRefused) as refused:
        keys.create("store", SECRET)
    assert refused.value.facts == {"wanted": 1, "there": 0}
    assert keys.names() == ()


def test_a_chip_that_is_off_is_a_typed_error_with_a_remedy_and_the_key_is_not_lost(
    keys: TpmKeys, chip: SimulatedChip
) -> None:
    keys.create("store", SECRET)
    keys.make_p256("seal")
    seal = keys.p256("seal")
    chip.power_off()
    for ask in (lambda: keys.load("store"), lambda: keys.create("next", SECRET), lambda: seal.sign(b"data")):
        with pytest.raises(KeyChipUnavailable) as refused:
            ask()
        assert "not lost" in refused.value.remedy
        assert str(refused.value.facts["rc"]).startswith("0x")
    chip.power_on()
    with keys.load("store") as buffer:
        assert buffer.material == SECRET


@pytest.mark.parametrize("tcti", ["device:/dev/no-such-chip", "device:/dev/null", "nonsense:"])
def test_a_wrong_address_is_a_chip_that_does_not_answer(tmp_path: Path, tcti: str) -> None:
    with pytest.raises(KeyChipUnavailable):
        TpmKeys(tmp_path / "keys", tcti).create("store", SECRET)


def test_a_chip_whose_owner_set_a_password_says_so(keys: TpmKeys, chip: SimulatedChip) -> None:
    chip.tool("tpm2_changeauth", "-c", "owner", "secret")
    with pytest.raises(KeyChipRefused, match="password"):
        keys.create("store", SECRET)


def test_a_missing_key_is_named_and_asks_no_chip(keys: TpmKeys, chip: SimulatedChip) -> None:
    chip.power_off()
    with pytest.raises(KeyMissing, match=r"keys/terminal\.tpm"):
        keys.load("terminal")
    with pytest.raises(KeyMissing):
        keys.p256("seal")
    assert not keys.destroy("terminal")


def test_a_key_of_another_length_is_refused(keys: TpmKeys) -> None:
    keys.create("store", bytes(31))
    with pytest.raises(KeyUnfit) as unfit:
        keys.load("store", length=32)
    assert unfit.value.facts == {"bytes": 31, "expected": 32}


def test_a_destroyed_key_is_gone_and_its_name_is_free(keys: TpmKeys, tmp_path: Path) -> None:
    keys.create("store", SECRET)
    assert keys.destroy("store")
    assert list((tmp_path / "keys").iterdir()) == []
    with pytest.raises(KeyMissing):
        keys.load("store")
    assert keys.create("store", bytes(32))


def test_a_key_takes_the_place_of_another_and_is_gone_from_its_own(keys: TpmKeys) -> None:
    keys.create("terminal", bytes(32))
    keys.create("terminal-next", SECRET)
    keys.replace("terminal", "terminal-next")
    with keys.load("terminal") as buffer:
        assert buffer.material == SECRET
    assert keys.names() == ("terminal",)
    with pytest.raises(KeyMissing):
        keys.replace("terminal", "terminal-next")


def test_a_signing_key_signs_in_the_chip_and_is_not_lent(keys: TpmKeys) -> None:
    assert keys.make_p256("seal")
    key = keys.p256("seal")
    for turn in range(20):
        data = f"paper {turn}".encode()
        verified(key.public_key, key.sign(data), data)
    with pytest.raises(KeyUnfit, match="cannot be lent"):
        keys.load("seal")
    assert repr(key) == "TpmP256('keys/seal.tpm', ...)"


def test_a_key_made_outside_can_be_taken_in_and_is_the_same_key(keys: TpmKeys) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    assert keys.take_p256("seal", bytearray(private.private_numbers().private_value.to_bytes(32)))
    key = keys.p256("seal")
    assert key.public_key == b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    verified(key.public_key, key.sign(b"paper"), b"paper")


def test_an_ordinary_key_cannot_be_signed_with_in_the_chip(keys: TpmKeys) -> None:
    keys.create("terminal", SECRET)
    with pytest.raises(KeyUnfit, match="no signing key"):
        keys.p256("terminal")


def test_the_chip_offers_p256_and_says_that_it_has_no_ed25519(keys: TpmKeys) -> None:
    assert isinstance(keys, P256Keys)
    assert not isinstance(keys, SigningKeys)


def test_no_changed_file_is_opened_and_none_is_a_crash(keys: TpmKeys, tmp_path: Path) -> None:
    keys.create("store", SECRET)
    file = tmp_path / "keys" / "store.tpm"
    whole = file.read_bytes()
    chance = random.Random(20261122)
    for _ in range(60):
        broken = bytearray(whole)
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
        file.write_bytes(broken)
        with pytest.raises(KeyFault):
            keys.load("store")
    for _ in range(60):
        file.write_bytes(chance.randbytes(chance.randrange(1, 300)))
        with pytest.raises(KeyUnfit):
            keys.load("store")
    for end in range(1, len(whole), 7):
        file.write_bytes(whole[:end])
        with pytest.raises(KeyUnfit):
            keys.load("store")
    file.write_bytes(whole)
    keys.load("store").close()


def test_a_file_that_others_may_open_is_unfit(keys: TpmKeys, tmp_path: Path) -> None:
    keys.create("store", SECRET)
    (tmp_path / "keys" / "store.tpm").chmod(0o644)
    with pytest.raises(KeyUnfit, match="others"):
        keys.load("store")


@pytest.mark.parametrize("registers", [(24,), (-1,), (7, 7), tuple(range(9))])
def test_registers_that_no_chip_has_are_refused_at_once(tmp_path: Path, registers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="registers"):
        TpmKeys(tmp_path, "device:/dev/tpmrm0", registers)


def test_a_simulated_chip_and_left_behind_files_are_warned_of_and_a_real_chip_is_not(tmp_path: Path) -> None:
    assert TpmKeys(tmp_path / "keys", "device:/dev/tpmrm0").warning is None
    simulated = TpmKeys(tmp_path / "keys", "swtpm:host=127.0.0.1,port=1").warning
    assert simulated is not None
    assert simulated.code == "keys-in-simulated-chip"
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "store").write_bytes(SECRET)
    left = TpmKeys(tmp_path / "keys", "device:/dev/tpmrm0").warning
    assert left is not None
    assert left.code == "keys-left-in-files"
