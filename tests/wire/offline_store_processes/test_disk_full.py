"""A disk that is really full: a tmpfs of two megabytes in a mount namespace of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SMALL_DISK = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=3m none "$0" && exec "$@"')


@pytest.fixture
def small_disk(tmp_path: Path) -> tuple[str, ...]:
    """Command words before a program that give it a small disk at ``tmp_path``."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare (util-linux) is not installed")
    before = (*SMALL_DISK, str(tmp_path))
    tried = subprocess.run([*before, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"a private mount namespace is not permitted here: {tried.stderr.strip()}")
    return before


def test_a_full_disk_refuses_and_leaves_nothing_half_written(
    tmp_path: Path, start: Any, small_disk: tuple[str, ...]
) -> None:
    process = start("small_disk.py", tmp_path, before=small_disk)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out) == {
        "load": "the disk is full",
        "generation": 1,
        "generations": ["current", "snapshot-1"],
        "room": "write-failed",
        "close_session": "full",
        "old head stays": True,
        "whole": True,
        "rows match": True,
        "how": "clean",
        "kept everything": True,
        "leftovers": [],
    }
