"""Key files: only with the flag, only private, never overwritten, wiped after use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from offline_store.errors import KeyFilesRefused, KeyMissing, KeyUnfit
from offline_store.keys import KeyFiles, KeyWarning


def provider(folder: Path, warnings: list[KeyWarning] | None = None) -> KeyFiles:
    return KeyFiles(folder, allow_file=True, warn=(warnings if warnings is not None else []).append)


def test_without_the_flag_key_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFilesRefused) as refused:
        KeyFiles(tmp_path, allow_file=False, warn=lambda _: None)
    assert "allow_file" in refused.value.remedy


def test_with_the_flag_a_warning_is_given_at_once_and_stays_readable(tmp_path: Path) -> None:
    warnings: list[KeyWarning] = []
    keys = provider(tmp_path, warnings)
    assert warnings == [keys.warning]
    assert keys.warning.code == "keys-in-files"


def test_a_created_key_reads_back_and_is_private(tmp_path: Path) -> None:
    keys = provider(tmp_path / "keys")
    assert keys.create("store", bytes(range(32)))
    with keys.load("store", length=32) as buffer:
        assert buffer.material == bytes(range(32))
    assert (tmp_path / "keys" / "store").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["store"]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    keys = provider(tmp_path)
    keys.create("store", bytes(32))
    assert not keys.create("store", bytes(range(32)))
    with keys.load("store") as buffer:
        assert buffer.material == bytes(32)


def test_a_closed_buffer_is_zero_and_refuses_to_be_read(tmp_path: Path) -> None:
    keys = provider(tmp_path)
    keys.create("store", b"\x55" * 32)
    buffer = keys.load("store")
    material = buffer.material
    buffer.close()
    buffer.close()
    assert material == bytearray(32)
    with pytest.raises(ValueError, match="wiped"):
        _ = buffer.material
    assert "55" not in repr(buffer)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="terminal"):
        provider(tmp_path).load("terminal")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_that_others_may_open_is_unfit(tmp_path: Path, mode: int) -> None:
    keys = provider(tmp_path)
    keys.create("store", bytes(32))
    (tmp_path / "store").chmod(mode)
    with pytest.raises(KeyUnfit) as unfit:
        keys.load("store")
    assert unfit.value.facts["mode"] == f"{mode:04o}"


def test_a_key_behind_a_link_is_unfit(tmp_path: Path) -> None:
    keys = provider(tmp_path)
    keys.create("store", bytes(32))
    (tmp_path / "seal").symlink_to(tmp_path / "store")
    with pytest.raises(KeyUnfit):
        keys.load("seal")


def test_a_folder_or_a_pipe_in_the_place_of_a_key_is_unfit(tmp_path: Path) -> None:
    keys = provider(tmp_path)
    (tmp_path / "store").mkdir()
    os.mkfifo(tmp_path / "seal", 0o600)
    for name in ("store", "seal"):
        with pytest.raises(KeyUnfit):
            keys.load(name)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_the_wrong_length_is_unfit(tmp_path: Path, size: int) -> None:
    keys = provider(tmp_path)
    path = tmp_path / "store"
    path.write_bytes(bytes(size))
    path.chmod(0o600)
    with pytest.raises(KeyUnfit):
        keys.load("store", length=32)


@pytest.mark.parametrize("name", ["../store", "Store", "", "a/b", "."])
def test_a_key_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        provider(tmp_path).load(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another owner")
def test_a_key_of_another_owner_is_unfit(tmp_path: Path) -> None:
    keys = provider(tmp_path)
    keys.create("store", bytes(32))
    os.chown(tmp_path / "store", 65534, 65534)
    with pytest.raises(KeyUnfit, match="another user"):
        keys.load("store")


def test_a_key_takes_the_place_of_another_and_is_gone_from_its_own(tmp_path: Path) -> None:
    keys = provider(tmp_path / "keys")
    assert keys.create("terminal", bytes(32))
    assert keys.create("terminal-next", bytes(range(32)))
    keys.replace("terminal", "terminal-next")
    with keys.load("terminal", length=32) as buffer:
        assert buffer.material == bytes(range(32))
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["terminal"]


def test_a_key_that_was_replaced_is_overwritten_where_it_lay(tmp_path: Path) -> None:
    keys = provider(tmp_path / "keys")
    keys.create("terminal", b"A" * 32)
    keys.create("terminal-next", b"B" * 32)
    with (tmp_path / "keys" / "terminal").open("rb") as old:
        keys.replace("terminal", "terminal-next")
        assert old.read() == bytes(32)
    with keys.load("terminal", length=32) as buffer:
        assert buffer.material == b"B" * 32


def test_one_key_under_both_names_is_kept_when_it_takes_its_own_place(tmp_path: Path) -> None:
    keys = provider(tmp_path / "keys")
    keys.create("terminal", b"A" * 32)
    os.link(tmp_path / "keys" / "terminal", tmp_path / "keys" / "terminal-next")
    keys.replace("terminal", "terminal-next")
    with keys.load("terminal", length=32) as buffer:
        assert buffer.material == b"A" * 32


def test_a_key_that_is_missing_takes_no_place(tmp_path: Path) -> None:
    keys = provider(tmp_path / "keys")
    assert keys.create("terminal", bytes(32))
    with pytest.raises(KeyMissing):
        keys.replace("terminal", "terminal-next")
    with keys.load("terminal", length=32) as buffer:
        assert buffer.material == bytes(32)
