"""Readers without waits and a host that asks in bytes."""

from collections.abc import Callable

import pytest

from hardware_sim.barcode_reader.reader import BarcodeReader

Hear = Callable[..., bytes]


@pytest.fixture
def reader() -> BarcodeReader:
    return BarcodeReader(pace=0)


@pytest.fixture
def honeywell() -> BarcodeReader:
    return BarcodeReader("honeywell", pace=0)


@pytest.fixture
def gm65() -> BarcodeReader:
    return BarcodeReader("gm65", pace=0)


@pytest.fixture
def hear() -> Hear:
    """Send bytes and get all that comes back."""

    def send(reader: BarcodeReader, data: bytes, now: float = 0.0) -> bytes:
        return b"".join(said for _, said in reader.feed(data, now))

    return send
