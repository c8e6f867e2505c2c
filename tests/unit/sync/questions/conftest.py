"""A core system that counts, a terminal by hand, and one with a real journal."""

from __future__ import annotations

from contextlib import closing

import pytest

from sync.gateway.connectors.demo import DemoCore
from sync.gateway.house import DRAFT, write_draft
from sync.protocol.certificate_code import signer_for
from tests.unit.sync.questions.asker import PEOPLE, Asker, Counting, Kiosk


@pytest.fixture
def core(hall):
    write_draft(hall.folder, PEOPLE, lambda done: None)
    authority = hall.authority
    return Counting(DemoCore(hall.folder, hall.folder / DRAFT, authority.anchor, signer_for(authority.issuer)))


@pytest.fixture
def asker(hall, core):
    return Asker(hall, core, hall.terminal("T0001"))


@pytest.fixture
def kiosk(asker, tmp_path):
    with closing(Kiosk(asker, tmp_path / "terminal")) as kiosk:
        yield kiosk
