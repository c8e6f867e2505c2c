"""A card, a reader without waits, and a host that speaks in worked frames."""

from collections.abc import Callable

import pytest

from hardware_sim.id_reader.card import IdCard, citizen_text
from hardware_sim.id_reader.reader import IdReader, Timing

WITHOUT_WAITS = Timing(0, 0, 0, 0)


@pytest.fixture
def sample_card() -> IdCard:
    """The citizen of section 5 of the sheet, with an empty photo."""
    text = citizen_text(
        name="测试人",
        sex="2",
        ethnic="01",
        birth_date="1949-12-31",
        address="北京市朝阳区测试路1号",
        id_number="11010519491231002X",
        issuer="北京市公安局朝阳分局",
        valid_from="2020-01-01",
        valid_to="长期",
    )
    return IdCard(text, bytes(1024))


@pytest.fixture
def reader() -> IdReader:
    return IdReader(WITHOUT_WAITS)


Ask = Callable[[IdReader, str], bytes]


@pytest.fixture
def ask() -> Ask:
    """Send a frame (hex) and get everything that comes back."""

    def send(reader: IdReader, frame: str, now: float = 0.0) -> bytes:
        return b"".join(data for _, data in reader.feed(bytes.fromhex(frame), now))

    return send
