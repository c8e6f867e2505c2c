"""Encodings, sealing, messages and packages: what is not exactly as agreed is refused before it is used."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime

import pytest

from sync.protocol.encoding import TooLarge, canonical_json, compress, decompress, from_base64url, to_base64url
from sync.protocol.messages import (
    ChainUpload,
    Malformed,
    RecordQuery,
    UnknownAct,
    WireEntry,
    parse,
    parse_act,
)
from sync.protocol.packages import (
    PackageRefused,
    PackageWriter,
    SignedManifest,
    check_manifest,
    hash_matches,
    read_rows,
    sign_manifest,
)
from sync.protocol.sealing import seal_body
from sync.protocol.suites import CannotOpen, UnfitKey
from sync.protocol.suites import suite as suite_named

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROWS = [{"table": "person", "id": n, "name": "张三"} for n in range(3000)]
ROWS += [{"table": "benefit", "id": 1, "fen": 345600}]


def entry(**changes):
    values = {
        "epoch": 1, "seq": 1, "kind": "act", "at": "2026-11-22T01:02:03.004Z", "header": b"{}",
        "prev": bytes(32), "hash": bytes(32), "body_commitment": None, "sealed": None,
    }  # fmt: skip
    return WireEntry(**{**values, **changes})


# --- encodings


def test_canonical_json_has_one_spelling_and_no_floats():
    assert canonical_json({"b": 1, "a": ["张"]}) == '{"a":["张"],"b":1}'.encode()
    with pytest.raises(TypeError):
        canonical_json({"a": [0.5]})


def test_base64url_has_one_spelling_only():
    assert from_base64url(to_base64url(b"\xff\xfe")) == b"\xff\xfe"
    for bad in ["//4", "__4=", "_", "__5", "a b", "ä"]:
        with pytest.raises(ValueError, match=r".*"):
            from_base64url(bad)


def test_a_gzip_bomb_is_stopped_at_the_limit():
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 60_000
    with pytest.raises(TooLarge):
        decompress(bomb, 100_000)


def test_damaged_cut_off_and_followed_gzip_is_refused():
    packed = compress(b"hello" * 100)
    assert decompress(packed, 500) == b"hello" * 100
    for bad in [packed[:-1], packed + b"x", b"", b"<html>", packed[:30] + b"\x00\x00" + packed[32:]]:
        with pytest.raises(ValueError, match=r"gzip"):
            decompress(bad, 500)


# --- sealing


def test_a_body_is_sealed_by_the_suite_of_the_centres_key_and_says_so(suite):
    centre = suite.opener(suite.new_sealing_key())
    sealed = seal_body(b"act", b"place 1", centre.public_key)
    assert sealed[0] == {"intl": 1, "sm": 2}[suite.name]
    assert centre.open(sealed, b"place 1") == b"act"
    with pytest.raises(CannotOpen):
        centre.open(sealed, b"place 2")


def test_nothing_is_sealed_to_octets_that_are_no_key():
    for bad in (b"", bytes(33), bytes(64)):
        with pytest.raises(UnfitKey):
            seal_body(b"act", b"", bad)


# --- messages


def test_an_upload_reads_back_as_it_was_written():
    upload = ChainUpload(entries=(entry(sealed=b"\x01\xff", body_commitment=bytes(32)), entry(seq=2)))
    assert parse(ChainUpload, upload.to_wire()) == upload


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1}, {"seq": "1"}, {"seq": -1}, {"seq": 2**60}, {"kind": "a b"}, {"at": "yesterday"}, {"prev": "AA"},
        {"hash": None}, {"header": "A" * 8000}, {"sealed": "A" * 400_000}, {"epoch": True}, {"seq": 1.0},
    ],
)  # fmt: skip
def test_a_message_with_anything_extra_wrong_or_oversize_is_refused_without_repeating_its_values(change):
    value = json.loads(ChainUpload(entries=(entry(),)).to_wire())
    value["entries"][0].update(change)
    with pytest.raises(Malformed) as caught:
        parse(ChainUpload, json.dumps(value).encode())
    assert caught.value.where.startswith("entries.0.")
    assert "yesterday" not in str(caught.value)


@pytest.mark.parametrize(
    "time",
    [
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T23:59:60Z",
        "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    ],
)  # fmt: skip
def test_a_time_that_is_none_or_cannot_be_shown_everywhere_is_refused_at_the_door(time):
    value = json.loads(ChainUpload(entries=(entry(),)).to_wire())
    value["entries"][0]["at"] = time
    with pytest.raises(Malformed):
        parse(ChainUpload, json.dumps(value).encode())


@pytest.mark.parametrize("time", ["2024-02-29T23:59:59Z", "2026-11-22T01:02:03.5Z", "2026-11-22T01:02:03.004005Z"])
def test_a_time_may_have_a_fraction_and_fall_on_a_leap_day(time):
    assert entry(at=time).at == time


def test_an_object_that_says_a_name_twice_is_refused_however_deep_it_lies():
    good = ChainUpload(entries=(entry(),)).to_wire()
    for twice in (
        good.replace(b'"seq":1', b'"seq":2,"seq":1'),
        good.replace(b'"seq":1', b'"seq":1,"s\\u0065q":1'),
        good.replace(b'{"entries"', b'{"entries":[],"entries"'),
    ):
        assert twice != good
        with pytest.raises(Malformed):
            parse(ChainUpload, twice)
    act = b'{"type":"record-query","item":"A","item":"B","id_number":"11010519491231002X",'
    with pytest.raises(Malformed):
        parse_act(act + b'"data_as_of":"2026-11-01T00:00:00Z","outcome":"shown"}')


def test_random_and_cut_off_messages_are_refused_and_never_crash():
    chance = random.Random(11)
    good = ChainUpload(entries=(entry(sealed=b"\x01" * 60), entry(seq=2))).to_wire()
    for _ in range(3000):
        data = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        data = data[: chance.randrange(len(data))] if chance.random() < 0.3 else data
        try:
            parse(ChainUpload, bytes(data))
        except Malformed:
            continue


def test_an_act_shows_neither_person_nor_card_in_its_repr():
    act = RecordQuery(
        item="SI-02", id_number="11010519491231002X", card_number="A00000011",
        data_as_of="2026-11-01T00:00:00Z", outcome="shown",
    )  # fmt: skip
    assert "11010519491231002X" not in repr(act)
    assert "A00000011" not in repr(act)
    assert parse_act(act.to_wire()) == act


def test_an_act_of_an_unknown_type_is_told_apart_from_a_malformed_one():
    with pytest.raises(UnknownAct):
        parse_act(b'{"type":"claim","amount":1}')
    with pytest.raises(Malformed) as caught:
        parse_act(b'{"type":"record-query","item":"SI-02","id_number":"1"}')
    assert not isinstance(caught.value, UnknownAct)
    assert "110" not in str(caught.value)


# --- packages


def package(rows=ROWS, generation=2, expires="2026-12-22T00:00:00Z"):
    writer = PackageWriter()
    data = b"".join(writer.pack(rows))
    manifest = writer.manifest(
        generation=generation, area="990100", origin="centre", as_of="2026-11-21T16:00:00Z",
        made_at="2026-11-21T17:00:00Z", expires_at=expires,
    )  # fmt: skip
    return data, manifest


def chunks(data, size=1000):
    return [data[start : start + size] for start in range(0, len(data), size)]


def test_a_package_gives_back_its_rows_in_order_and_the_same_rows_give_the_same_octets():
    data, manifest = package()
    assert hash_matches(manifest, chunks(data))
    assert list(read_rows(manifest, chunks(data, 77))) == ROWS
    assert package()[0] == data
    assert manifest.rows == (("person", 3000), ("benefit", 1))


def test_a_manifest_is_taken_only_if_genuine_newer_and_not_expired(suite, signer, other_signer):
    _, manifest = package()
    signed = sign_manifest(manifest, signer)
    assert signed.suite == suite.signature_algorithm
    assert check_manifest(signed, signer.public_key, have=1, now=NOW) == manifest

    def refusal(signed=signed, key=signer.public_key, have=1, now=NOW):
        with pytest.raises(PackageRefused) as caught:
            check_manifest(signed, key, have=have, now=now)
        return caught.value.code

    assert refusal(have=2) == "generation-not-newer"
    assert refusal(have=3) == "generation-not-newer"
    assert refusal(now=datetime(2026, 12, 22, tzinfo=UTC)) == "package-expired"
    assert refusal(key=other_signer.public_key) == "manifest-not-genuine"
    changed = signed.model_copy(update={"manifest": signed.manifest.replace(b"990100", b"990200")})
    assert refusal(signed=changed) == "manifest-not-genuine"
    renamed = "sm2-sm3" if signed.suite == "ed25519" else "ed25519"
    assert refusal(signed=signed.model_copy(update={"suite": renamed})) == "manifest-not-genuine"


def test_a_manifest_of_a_release_that_knew_one_suite_names_none_and_is_taken():
    _, manifest = package()
    intl = suite_named("intl")
    key = intl.signer(bytes(range(32)))
    wire = json.loads(sign_manifest(manifest, key).to_wire())
    del wire["suite"]
    signed = parse(SignedManifest, json.dumps(wire).encode())
    assert check_manifest(signed, key.public_key, have=1, now=NOW) == manifest


def test_a_flipped_bit_in_a_package_is_found_before_it_is_unpacked():
    data, manifest = package()
    assert not hash_matches(manifest, [data[:500], bytes([data[500] ^ 1]), data[501:]])
    assert not hash_matches(manifest, [data[:-1]])


def test_a_package_that_lies_about_its_size_or_its_rows_is_refused():
    data, manifest = package()

    def refusal(**changes):
        with pytest.raises(PackageRefused) as caught:
            list(read_rows(manifest.model_copy(update=changes), chunks(changes.pop("data", data))))
        return caught.value.code

    assert refusal(unpacked_bytes=manifest.unpacked_bytes - 1) == "package-too-large"
    assert refusal(unpacked_bytes=manifest.unpacked_bytes + 1) == "package-damaged"
    assert refusal(rows=(("person", 2999), ("benefit", 1))) == "counts-differ"
    assert refusal(rows=(("person", 3000),)) == "table-unknown"
    assert refusal(rows=(*manifest.rows, ("account", 1))) == "counts-differ"
    for cut in (1, 10, len(data) // 2, len(data) - 1):
        with pytest.raises(PackageRefused):
            list(read_rows(manifest, chunks(data[:cut])))
    with pytest.raises(PackageRefused):
        list(read_rows(manifest, [*chunks(data), b"more"]))


def test_a_row_that_is_no_row_is_refused_however_it_is_made():
    for line in (b"[" * 60_000, b"{}", b'{"table":1}', b"\xff", b"null", b"1" * 5000):
        data = compress(line + b"\n")
        manifest = package()[1].model_copy(update={"unpacked_bytes": len(line) + 1})
        with pytest.raises(PackageRefused) as caught:
            list(read_rows(manifest, [data]))
        assert caught.value.code == "row-malformed"


def test_rows_of_a_table_must_stand_together():
    with pytest.raises(ValueError, match="together"):
        package([{"table": "a"}, {"table": "b"}, {"table": "a"}])
