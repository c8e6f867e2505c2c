"""Whose key a request says it is from, before anything is proved: for a place in a line, and for the log."""

from __future__ import annotations

import re
from typing import Final

_CLAIMED: Final = re.compile(r';keyid="([A-Z0-9-]{2,32}):([0-9a-f]{64})?')


def claimed_terminal(signature_input: str) -> str | None:
    """The number in a Signature-Input field; None where there is none."""
    found = _CLAIMED.search(signature_input)
    return found.group(1) if found else None


def claimed_fingerprint(signature_input: str) -> str | None:
    """The fingerprint of the key in a Signature-Input field; None where there is none."""
    found = _CLAIMED.search(signature_input)
    return found.group(2) if found else None
