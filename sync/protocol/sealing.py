"""Sealing of act bodies to the centre, by the suite of the centre's key.

The first octet of a sealed body names its suite: 1 `intl`, 2 `sm` (their modules say what follows). The info string
binds a body to its place in the chain, so that it cannot be moved under another entry. A sealed body can be opened by
the centre alone, also not by the terminal that sealed it.
"""

from __future__ import annotations

from sync.protocol.suites import suite_of_public_key


def seal_body(plain: bytes, info: bytes, centre_public_key: bytes) -> bytes:
    """Seal `plain` to the centre; chance comes from the operating system. UnfitKey when it is a key of no suite."""
    return suite_of_public_key(centre_public_key).seal(plain, info, centre_public_key)
