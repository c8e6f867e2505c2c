"""The hash chain: one worked example by other means, and every kind of damage is named."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from offline_store.chain import (
    GENESIS,
    ChainEntry,
    EpochOpened,
    Foreign,
    Gap,
    Position,
    WrongHash,
    WrongPrev,
    body_info,
    canonical_json,
    commitment,
    compute_hash,
    make_entry,
    open_commitment,
    timestamp,
    verify_run,
)


def run_of(count: int, *, terminal: str = "T-0001", epoch: int = 1) -> list[ChainEntry]:
    entries: list[ChainEntry] = []
    prev = GENESIS
    for seq in range(1, count + 1):
        entry = make_entry(
            prev=prev,
            terminal=terminal,
            epoch=epoch,
            seq=seq,
            kind="act",
            at="2026-11-22T02:00:00.000Z",
            header=canonical_json({"item": "SI-01"}),
            body_commitment=None,
        )
        entries.append(entry)
        prev = entry.hash
    return entries


def test_the_hash_is_the_one_worked_out_by_hand_from_rfc_8949() -> None:
    header = b'{"item":"SI-01"}'
    by_hand = b"".join(
        (
            b"\x88",  # array of 8
            b"\x58\x20" + bytes(32),  # prev: byte string of 32
            b"\x66T-0001",  # terminal: text of 6
            b"\x02",  # epoch 2
            b"\x19\x01\x2c",  # seq 300: two-byte integer
            b"\x63act",  # kind: text of 3
            b"\x78\x182026-11-22T02:00:00.000Z",  # at: text of 24
            b"\x50" + header,  # header: byte string of 16
            b"\x58\x20" + bytes(range(32)),  # body commitment
        )
    )
    expected = "7420d716e3fffd6a5407bbd39af876a1951528b6a8f3ac809452c4229a9c7b3b"
    computed = compute_hash(
        prev=bytes(32),
        terminal="T-0001",
        epoch=2,
        seq=300,
        kind="act",
        at="2026-11-22T02:00:00.000Z",
        header=header,
        body_commitment=bytes(range(32)),
    )
    assert hashlib.sha256(by_hand).hexdigest() == expected
    assert computed.hex() == expected


def test_an_entry_without_a_body_hashes_a_cbor_null() -> None:
    by_hand = b"\x88\x58\x20" + bytes(32) + b"\x61T\x01\x01\x65audit\x61a\x42{}\xf6"
    computed = compute_hash(
        prev=bytes(32), terminal="T", epoch=1, seq=1, kind="audit", at="a", header=b"{}", body_commitment=None
    )
    assert computed == hashlib.sha256(by_hand).digest()


def test_a_whole_run_has_no_findings_and_names_its_head() -> None:
    entries = run_of(5)
    run = verify_run(entries, GENESIS, 1)
    assert run.whole
    assert run.count == 5
    assert run.head == Position(1, 5, entries[-1].hash)


def test_a_run_can_begin_in_the_middle() -> None:
    entries = run_of(5)
    assert verify_run(entries[2:], entries[1].hash, 3).whole


def test_an_empty_run_is_whole_and_has_no_head() -> None:
    run = verify_run([], GENESIS, 1)
    assert run.whole
    assert run.head is None


def test_a_missing_entry_is_a_gap_and_a_wrong_link() -> None:
    entries = run_of(5)
    run = verify_run(entries[:2] + entries[3:], GENESIS, 1)
    assert run.findings == (Gap(4, 3), WrongPrev(4, entries[1].hash, entries[2].hash))


@pytest.mark.parametrize(
    "change",
    [{"kind": "audit"}, {"at": "2026-11-22T02:00:00.001Z"}, {"header": b"{}"}, {"body_commitment": bytes(32)}],
    ids=str,
)
def test_a_changed_field_is_a_wrong_hash_of_that_entry_alone(change: dict[str, object]) -> None:
    entries = run_of(4)
    entries[1] = replace(entries[1], **change)  # type: ignore[arg-type]
    run = verify_run(entries, GENESIS, 1)
    assert [type(finding) for finding in run.findings] == [WrongHash]
    assert run.findings[0].seq == 2


def test_a_rewritten_entry_with_a_fitting_hash_breaks_the_link_of_the_next() -> None:
    entries = run_of(4)
    old = entries[1]
    entries[1] = make_entry(
        prev=old.prev, terminal="T-0001", epoch=1, seq=2, kind="audit", at=old.at, header=old.header
    )
    run = verify_run(entries, GENESIS, 1)
    assert run.findings == (WrongPrev(3, entries[1].hash, old.hash),)


def test_an_entry_of_another_terminal_in_the_run_is_foreign() -> None:
    entries = run_of(2)
    entries.append(
        make_entry(prev=entries[1].hash, terminal="T-0002", epoch=1, seq=3, kind="act", at=entries[0].at, header=b"{}")
    )
    assert verify_run(entries, GENESIS, 1).findings == (Foreign(3, "T-0002", 1),)


def test_any_single_changed_bit_of_any_entry_is_found() -> None:
    chance = random.Random(7)
    entries = run_of(6)
    for _ in range(400):
        place = chance.randrange(len(entries))
        field = chance.choice(["header", "prev", "hash"])
        content = bytearray(getattr(entries[place], field))
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        changed = [*entries]
        changed[place] = replace(entries[place], **{field: bytes(content)})
        assert not verify_run(changed, GENESIS, 1).whole


def test_a_commitment_opens_only_to_what_was_committed() -> None:
    salt = bytes(range(32))
    promised = commitment(salt, b"plain")
    assert promised == hashlib.sha256(salt + b"plain").digest()
    assert open_commitment(salt + b"plain", promised) == b"plain"
    assert open_commitment(salt + b"Plain", promised) is None
    assert open_commitment(b"short", promised) is None


def test_a_commitment_with_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"short", b"plain")


def test_the_info_of_a_sealed_body_names_its_one_place() -> None:
    assert body_info("T-0001", 2, 300, "act") == b"\x84\x66T-0001\x02\x19\x01\x2c\x63act"


def test_a_header_is_the_same_bytes_whatever_the_order_of_its_keys() -> None:
    assert canonical_json({"b": "参保", "a": [1, True, None]}) == '{"a":[1,true,null],"b":"参保"}'.encode()


@pytest.mark.parametrize("header", [{"x": 1.5}, {"X": 1}, {"a b": 1}, {"x": {"Y": 1}}, {"x": [b"raw"]}], ids=str)
def test_a_header_that_two_programs_could_write_differently_is_refused(header: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="header"):
        canonical_json(header)  # type: ignore[arg-type]


def test_times_are_written_in_utc_with_milliseconds() -> None:
    beijing = timezone(timedelta(hours=8))
    assert timestamp(datetime(2026, 11, 22, 10, 0, 0, 1234, tzinfo=beijing)) == "2026-11-22T02:00:00.001Z"
    assert timestamp(datetime(2026, 11, 22, tzinfo=UTC)) == "2026-11-22T00:00:00.000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        timestamp(datetime(2026, 11, 22))


def test_the_record_that_opens_an_epoch_reads_back_what_was_signed() -> None:
    opened = EpochOpened("wal-damaged", Position(1, 9, bytes(range(32))), b"signature")
    entry = make_entry(
        prev=GENESIS,
        terminal="T-0001",
        epoch=2,
        seq=1,
        kind="epoch-opened",
        at="2026-11-22T02:00:00.000Z",
        header=canonical_json(opened.header()),
    )
    assert EpochOpened.read(entry) == opened


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{}",
        b'{"reason":1,"signature":"00","last_known":null}',
        b'{"reason":"x","signature":"zz"}',
        b'{"reason":"x","signature":"00","last_known":{"epoch":"1"}}',
        b'{"reason":"x","signature":"00","last_known":3}',
    ],
)
def test_a_malformed_epoch_record_is_a_value_error(header: bytes) -> None:
    entry = make_entry(prev=GENESIS, terminal="T", epoch=1, seq=1, kind="epoch-opened", at="a", header=header)
    with pytest.raises(ValueError):  # noqa: PT011 - the reasons differ, the kind is the promise
        EpochOpened.read(entry)
