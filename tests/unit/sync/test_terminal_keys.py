"""The terminal's own key while it is made."""

from __future__ import annotations

import pytest

from offline_store.errors import StoreFull
from sync.terminal_keys import make_terminal_key


class FullDisk:
    """A provider that cannot keep the key it is given, and remembers what it was given."""

    def create(self, name, material):
        self.given = material
        self.was = bytes(material)
        raise StoreFull("keys", "the disk is full")


@pytest.mark.parametrize("suite", ["intl", "sm"])
def test_a_key_that_could_not_be_kept_is_not_left_in_memory(suite):
    keys = FullDisk()
    with pytest.raises(StoreFull):
        make_terminal_key(keys, suite_name=suite)
    assert any(keys.was)
    assert keys.given == bytes(32)
