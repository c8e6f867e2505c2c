"""Both suites: what the standards' examples say, what another hand computes, and what is refused."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass, field, replace

import gmalg
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from sync.protocol.enrolment import enrolment_binding, proof_of
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import CannotOpen, UnfitKey, sm2, suite, suite_of_public_key
from sync.protocol.suites.modules import Ed25519ModuleSigner, Sm2ModuleOpener, Sm2ModuleSigner, X25519ModuleOpener
from sync.protocol.suites.sm import open_content
from sync.protocol.suites.suite import SUITE_NAMES

# GB/T 32918.5-2017 annex A: the key of both examples on the recommended curve
PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
PUBLIC = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
CIPHER = bytes.fromhex(
    "04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73"
    "E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
    "59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766"
    "21886CA989CA9C7D58087307CA93092D651EFA"
)
BESIDE_THE_CURVE = PUBLIC[:-1] + b"\x14"


@pytest.fixture(params=SUITE_NAMES)
def each(request):
    return suite(request.param)


# --- the standards' examples


def test_sm2_verifies_the_signature_of_the_standards_example():
    assert suite("sm").verify(PUBLIC, SIGNATURE, b"message digest")
    assert not suite("sm").verify(PUBLIC, SIGNATURE, b"message digesT")


def test_sm2_digests_the_standards_example_as_it_says():
    assert sm2.message_digest(PUBLIC, b"message digest").hex().upper() == (
        "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"
    )


def test_sm2_finds_the_public_key_of_the_standards_example():
    assert suite("sm").signer(PRIVATE).public_key == PUBLIC


def test_sm2_opens_the_ciphertext_of_the_standards_example():
    assert sm2.decrypt(PRIVATE, CIPHER) == b"encryption standard"


def test_sm3_gives_the_standards_two_digests():
    assert suite("sm").digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert suite("sm").digest(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sm4_gcm_opens_the_example_of_rfc_8998():
    content = bytes.fromhex(
        "00001234567800000000ABCD"
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    info = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(bytes([octet]) * 8 for octet in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    assert open_content(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), content, info) == plain


# --- another hand


def oracle(private: bytes, public: bytes) -> gmalg.SM2:
    return gmalg.SM2(private, b"1234567812345678", b"\x04" + public)


def test_sm2_and_another_implementation_take_each_others_signatures_keys_and_ciphertexts():
    sm, chance = suite("sm"), random.Random(32918)
    for _ in range(5):
        private = sm.new_signing_key()
        signer, data = sm.signer(private), chance.randbytes(chance.randrange(200))
        other = oracle(private, signer.public_key)
        assert other.generate_pk(private) == b"\x04" + signer.public_key
        signature = signer.sign(data)
        assert other.verify(data, signature[:32], signature[32:])
        assert sm.verify(signer.public_key, b"".join(other.sign(data)), data)
        cipher = sm2.encrypt(signer.public_key, b"sixteen octets..")
        assert other.decrypt(b"\x04" + cipher) == b"sixteen octets.."
        assert sm2.decrypt(private, other.encrypt(b"sixteen octets..")[1:]) == b"sixteen octets.."


def test_small_and_great_numbers_keep_their_leading_zeros():
    for number in (1, 2, 255, sm2.ORDER - 2):
        private = number.to_bytes(32)
        assert b"\x04" + sm2.public_key_of(private) == oracle(private, PUBLIC).generate_pk(private)
    sm = suite("sm")
    signer = sm.signer(PRIVATE)
    for n in range(300):  # about two of them have a leading zero octet in r or s, or in a coordinate of C1
        data = b"%d" % n
        assert sm.verify(PUBLIC, signer.sign(data), data)
        if n % 3 == 0:
            assert sm2.decrypt(PRIVATE, sm2.encrypt(PUBLIC, data)) == data


def test_multiples_of_a_public_point_are_those_of_another_implementation_up_to_the_order():
    chance, order = random.Random(32905), sm2.ORDER
    around = [near + step for near in (order // 2, order // 3) for step in range(-3, 4)]
    for number in (
        *range(1, 20),
        *around,
        *range(order - 19, order - 1),
        *(chance.randrange(order) for _ in range(20)),
    ):
        x, y = sm2._times(number, sm2._G)
        assert b"\x04" + x.to_bytes(32) + y.to_bytes(32) == oracle(PRIVATE, PUBLIC).generate_pk(number.to_bytes(32))
    (x, y), (last_x, last_y) = sm2._G, sm2._times(order - 1, sm2._G)
    assert (x, y + last_y - sm2._P) == (last_x, 0)
    assert sm2._times(0, sm2._G) is None
    assert sm2._times(order, sm2._G) is None


# --- either suite


def test_a_signature_is_good_for_its_key_and_its_octets_alone(each):
    signer, other = each.signer(each.new_signing_key()), each.signer(each.new_signing_key())
    signature = signer.sign(b"act")
    assert (signer.suite, len(signer.public_key), len(signature)) == (each.name, each.public_key_bytes, 64)
    assert each.verify(signer.public_key, signature, b"act")
    assert not each.verify(signer.public_key, signature, b"Act")
    assert not each.verify(other.public_key, signature, b"act")


def test_damaged_signatures_and_keys_are_refused_and_never_crash(each):
    signer, chance = each.signer(each.new_signing_key()), random.Random(9421)
    signature = signer.sign(b"act")
    for bad in (b"", signature[:-1], signature + b"\x00", bytes(64), b"\xff" * 64, signature[32:] + signature[:32]):
        assert not each.verify(signer.public_key, bad, b"act")
    for bad in (b"", bytes(each.public_key_bytes), b"\xff" * each.public_key_bytes, signer.public_key[:-1]):
        assert not each.verify(bad, signature, b"act")
    for _ in range(200):
        at = chance.randrange(64)
        changed = signature[:at] + bytes([signature[at] ^ 1 << chance.randrange(8)]) + signature[at + 1 :]
        assert not each.verify(signer.public_key, changed, b"act")


def test_a_sealed_body_opens_for_its_addressee_under_its_info_only(each):
    opener, other = each.opener(each.new_sealing_key()), each.opener(each.new_sealing_key())
    sealed = each.seal(b"act", b"place 1", opener.public_key)
    assert len(sealed) == len(b"act") + each.sealing_overhead
    assert opener.open(sealed, b"place 1") == b"act"
    for who, data, info in [
        (opener, sealed, b"place 2"),
        (other, sealed, b"place 1"),
        (opener, sealed[:-1], b"place 1"),
        (opener, b"", b"place 1"),
        (opener, sealed[:1], b"place 1"),
        (opener, b"\x09" + sealed[1:], b"place 1"),
    ]:
        with pytest.raises(CannotOpen):
            who.open(data, info)


def test_a_changed_octet_anywhere_in_a_sealed_body_is_found(each):
    private = each.new_sealing_key()
    opener, chance = each.opener(private), random.Random(9180)
    sealed = each.seal(b"act", b"", opener.public_key)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1 << chance.randrange(8)]) + sealed[at + 1 :]
        with pytest.raises(CannotOpen):
            opener.open(changed, b"")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            opener.open(sealed[:length], b"")
    assert each.open(sealed, b"", bytearray(private)) == b"act"


def test_an_empty_body_and_a_long_one_are_sealed_too(each):
    opener = each.opener(each.new_sealing_key())
    for plain in (b"", random.Random(1).randbytes(200_000)):
        assert opener.open(each.seal(plain, b"info", opener.public_key), b"info") == plain


def test_two_seals_of_the_same_octets_differ(each):
    public = each.opener(each.new_sealing_key()).public_key
    assert each.seal(b"act", b"", public)[1:] != each.seal(b"act", b"", public)[1:]


def test_octets_that_are_no_private_key_are_refused(each):
    for bad in (b"", bytes(31), bytes(33)):
        with pytest.raises(UnfitKey):
            each.signer(bad)
        with pytest.raises(UnfitKey):
            each.opener(bad)


def test_a_key_names_its_suite_and_a_point_beside_the_curve_names_none():
    assert suite_of_public_key(PUBLIC).name == "sm"
    assert suite_of_public_key(b"\x02" * 32).name == "intl"
    for bad in (b"", bytes(33), bytes(32), bytes(64), BESIDE_THE_CURVE, b"\x04" + PUBLIC, b"\xff" * 64):
        with pytest.raises(UnfitKey):
            suite_of_public_key(bad)


# little-endian; after each the same number not reduced, where 255 bits hold it
_P25519 = 2**255 - 19
SMALL_ORDER = {
    "either": [(number % 2**255).to_bytes(32, "little") for number in (0, _P25519, 1, _P25519 + 1, _P25519 - 1)],
    "ed25519": [
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ],
    "x25519": [
        bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    ],
}
NEUTRAL = (1).to_bytes(32, "little")
SIGNS_NOTHING = NEUTRAL + bytes(32)


def genuine_by_the_library(public_key, message):
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(SIGNS_NOTHING, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize("point", [point for points in SMALL_ORDER.values() for point in points])
def test_a_point_of_small_order_is_no_key_verifies_nothing_and_nothing_is_sealed_to_it(point, sign):
    intl, key = suite("intl"), point[:-1] + bytes([point[-1] | sign])
    assert not intl.is_public_key(key)
    assert not any(intl.verify(key, SIGNS_NOTHING, b"%d" % n) for n in range(64))
    with pytest.raises(UnfitKey):
        intl.seal(b"act", b"", key)
    with pytest.raises(UnfitKey):
        suite_of_public_key(key)


def test_under_each_of_those_points_the_library_alone_would_take_what_nobody_signed_or_find_no_secret():
    for point in (*SMALL_ORDER["ed25519"], *(SMALL_ORDER["either"][at] for at in (0, 2, 4))):
        assert any(genuine_by_the_library(point, b"%d" % n) for n in range(64))
    for point in (*SMALL_ORDER["x25519"], *SMALL_ORDER["either"]):
        with pytest.raises(ValueError, match="shared key"):
            X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(point))


def test_a_terminal_that_brings_such_a_key_is_not_enrolled(hall):
    terminal, code = hall.terminal("T0001"), hall.code("T0009")
    honest = terminal.enrolment(code, "T0009")
    binding = enrolment_binding("T0009", NEUTRAL, honest.seal_key)
    seal_proof = terminal.seal_key.sign(binding, ECDSA(SHA256()))
    keyless = {"terminal_key": NEUTRAL, "proof": proof_of(code.proof_key, binding), "seal_proof": seal_proof}
    signed = terminal.signed("POST", "/v1/enrol", honest.model_copy(update=keyless).to_wire())
    keyid = f"T0001:{fingerprint(terminal.signer.public_key)}", f"T0009:{fingerprint(NEUTRAL)}"
    octets = base64.b64encode(SIGNS_NOTHING).decode()
    headers = {
        **signed.headers,
        "signature-input": signed.headers["signature-input"].replace(*keyid).replace("sm2-sm3", "ed25519"),
        "signature": f"terminal=:{octets}:",
    }
    assert hall.ask(replace(signed, headers=headers)).status == 400


def test_a_signature_of_sm2_whose_two_numbers_cancel_out_is_nobodys():
    # r + s = 0: the key drops out of the equation (GB/T 32918.2 clause 7.1, step B4)
    s, (x, _) = 7, sm2._times(7, sm2._G)
    r = sm2.ORDER - s
    digest = ((r - x) % sm2.ORDER).to_bytes(32)
    assert not sm2.verify_digest(PUBLIC, r.to_bytes(32) + s.to_bytes(32), digest)


def test_nothing_is_sealed_to_a_point_beside_the_curve_and_nothing_opened_that_holds_one():
    with pytest.raises(UnfitKey):
        suite("sm").seal(b"act", b"", BESIDE_THE_CURVE)
    sealed = suite("sm").seal(b"act", b"", PUBLIC)
    with pytest.raises(CannotOpen):
        suite("sm").opener(PRIVATE).open(sealed[:1] + BESIDE_THE_CURVE + sealed[65:], b"")


def test_a_private_key_of_sm2_that_is_out_of_range_is_refused():
    for number in (0, sm2.ORDER - 1, sm2.ORDER, 2**256 - 1):
        with pytest.raises(UnfitKey):
            suite("sm").signer(number.to_bytes(32))


def test_the_suites_do_not_open_each_others_seals():
    for mine, theirs in (("intl", "sm"), ("sm", "intl")):
        opener = suite(mine).opener(suite(mine).new_sealing_key())
        foreign = suite(theirs).opener(suite(theirs).new_sealing_key()).public_key
        with pytest.raises(CannotOpen):
            opener.open(suite(theirs).seal(b"act", b"", foreign), b"")


# --- a key module: the private key is in it and nothing asks for it


@dataclass
class Sm2Module:
    """A module after GM/T 0018: it signs digests and opens ciphertexts."""

    _private: bytes = field(default_factory=sm2.new_private_key, repr=False)
    asked: list[str] = field(default_factory=list)

    @property
    def public_key(self):
        return sm2.public_key_of(self._private)

    def sign_digest(self, digest):
        self.asked.append("sign")
        return sm2.sign_digest(self._private, digest)

    def decrypt(self, cipher):
        self.asked.append("decrypt")
        return sm2.decrypt(self._private, cipher)


@dataclass
class CurveModule:
    """A module after PKCS #11: it signs messages by one key and derives secrets by another."""

    _signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    _exchange: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate, repr=False)
    opening: bool = False

    @property
    def public_key(self):
        return (self._exchange if self.opening else self._signing).public_key().public_bytes_raw()

    def sign(self, data):
        return self._signing.sign(data)

    def exchange(self, peer):
        return self._exchange.exchange(X25519PublicKey.from_public_bytes(peer))


def module_back_end(name):
    if name == "sm":
        return Sm2ModuleSigner(Sm2Module()), Sm2ModuleOpener(Sm2Module())
    return Ed25519ModuleSigner(CurveModule()), X25519ModuleOpener(CurveModule(opening=True))


def test_what_a_module_signs_verifies_like_any_signature(each):
    signer, _ = module_back_end(each.name)
    assert signer.suite == each.name
    assert each.verify(signer.public_key, signer.sign(b"act"), b"act")


def test_a_module_opens_what_software_sealed_and_refuses_what_was_changed(each):
    _, opener = module_back_end(each.name)
    sealed = each.seal(b"act", b"place 1", opener.public_key)
    assert opener.open(sealed, b"place 1") == b"act"
    for at in range(len(sealed)):
        with pytest.raises(CannotOpen):
            opener.open(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], b"place 1")
        with pytest.raises(CannotOpen):
            opener.open(sealed[:at], b"place 1")
    with pytest.raises(CannotOpen):
        opener.open(sealed, b"place 2")


def test_a_module_is_never_asked_about_a_point_beside_the_curve():
    module = Sm2Module()
    sealed = suite("sm").seal(b"act", b"", module.public_key)
    with pytest.raises(CannotOpen):
        Sm2ModuleOpener(module).open(sealed[:1] + BESIDE_THE_CURVE + sealed[65:], b"")
    assert module.asked == []


@dataclass
class BrokenModule:
    """A module that gives what it should not."""

    public_key: bytes
    answer: bytes

    def sign(self, data):
        return self.answer

    def sign_digest(self, digest):
        return self.answer


def test_a_module_with_a_foreign_key_or_a_cut_off_signature_is_refused():
    with pytest.raises(UnfitKey):
        Sm2ModuleSigner(BrokenModule(BESIDE_THE_CURVE, bytes(64)))
    with pytest.raises(UnfitKey):
        Ed25519ModuleSigner(BrokenModule(PUBLIC, bytes(64)))
    with pytest.raises(ValueError, match="signature"):
        Sm2ModuleSigner(BrokenModule(PUBLIC, bytes(63))).sign(b"act")
    with pytest.raises(ValueError, match="signature"):
        Ed25519ModuleSigner(BrokenModule(b"\x02" * 32, bytes(70))).sign(b"act")
