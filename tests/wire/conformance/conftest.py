"""What the conformance tests share. Their data and clients are the folder `card_table`, imported by that name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from card_table.counter import Counter

from hardware_sim.pcsc.bench import PcscBench


@pytest.fixture(scope="session")
def counter() -> Iterator[Counter]:
    """One PC/SC service for all cards of the table: a card in or out costs more than all its rows."""
    folder = Path(tempfile.mkdtemp(prefix="ct-"))  # short, because it holds a Unix socket
    with PcscBench(folder) as bench:
        table = Counter(bench)
        yield table
        table.close()
    shutil.rmtree(folder)
