"""What a terminal does with its keys over the years, when a chip guards them: sign, change them, destroy them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from offline_store.connection import open_encrypted
from offline_store.errors import KeyMissing, WrongKey
from offline_store.journal import Journal, open_journal
from offline_store.keys_tpm import TpmKeys
from offline_store.rekeying import load_store_key, rekey
from offline_store.wiping import wipe_stores
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import suite
from sync.terminal_keys import NEXT_KEY, load_signer, make_terminal_key, name_in, settle_keys, signer_named
from tests.simulated_chip import SimulatedChip

AT = "2026-11-22T02:00:00.000Z"


@pytest.fixture
def keys(chip: SimulatedChip, tmp_path: Path) -> TpmKeys:
    made = TpmKeys(tmp_path / "data" / "keys", chip.tcti, (7,))
    (tmp_path / "data").mkdir(mode=0o700)
    made.create("store", bytes(range(32)))
    return made


def journal(data: Path, keys: TpmKeys) -> Journal:
    with load_store_key(data, keys) as key:
        return open_journal(
            data,
            terminal="T-0001",
            key=key.material,
            sign=lambda statement: b"signature",
            seal=lambda plain, info: plain[::-1],
            now=lambda: datetime.now(UTC),
        ).journal


@pytest.mark.parametrize("name", ["intl", "sm"])
def test_the_terminals_key_signs_and_is_renewed_in_either_suite(keys: TpmKeys, name: str) -> None:
    make_terminal_key(keys, suite_name=name)
    old = load_signer(keys, suite_name=name)
    make_terminal_key(keys, NEXT_KEY, name)
    new = signer_named(keys, NEXT_KEY, name)
    assert old.public_key != new.public_key
    settle_keys(keys, fingerprint(new.public_key))
    assert keys.names() == ("store", name_in(name))
    signer = load_signer(keys, fingerprint(new.public_key), name)
    assert suite(name).verify(new.public_key, signer.sign(b"request"), b"request")


def test_the_stores_get_another_key_and_the_old_one_opens_nothing(
    keys: TpmKeys, chip: SimulatedChip, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    books = journal(data, keys)
    books.append("audit", {"event": "kept"})
    count = books.verify().count
    books.close()
    rekey(data, keys)
    again = journal(data, keys)
    assert (again.verify().whole, again.verify().count) == (True, count)
    again.close()
    with pytest.raises(WrongKey):
        open_encrypted(data / "journal.db", bytes(range(32)))
    assert keys.names() == ("store",)
    assert keys.bound_to("store") == (7,)
    assert chip.holds() == []


def test_after_a_wipe_the_chip_gives_no_key_and_a_copy_of_the_disk_has_none(keys: TpmKeys, tmp_path: Path) -> None:
    data = tmp_path / "data"
    make_terminal_key(keys)
    keys.make_p256("seal")
    journal(data, keys).close()
    assert wipe_stores(data, keys, reason="revoked", at=AT).keys == 3
    for name in ("store", "terminal"):
        with pytest.raises(KeyMissing):
            keys.load(name)
    with pytest.raises(KeyMissing):
        keys.p256("seal")
    assert sorted(path.name for path in data.rglob("*") if path.is_file()) == ["journal.open", "wiped.json"]
