"""What to do when a pass of `kiosk sync now` did not do all: a sentence for the words that its jobs ended with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from offline_store.standing import FORK
from sync.standing import ABOUT_THE_KEY

_NETWORK: Final = frozenset({"unreachable", "timeout", "broken"})
_WAITS: Final = "nothing is lost, and kiosk sync run tries again by itself"


def after_a_stop(codes: Iterable[str]) -> str:
    """Terminal and centre disagree. The first of these that somebody can mend counts."""
    found = set(codes)
    if FORK in found:
        return "find out which disk is the terminal, stop it, get a code from the centre, then: kiosk enrol --code CODE"
    if found & ABOUT_THE_KEY:
        return "stop the terminal, get a code from the centre, then: kiosk enrol --code CODE"
    if any(code.startswith("client-certificate-") for code in found):
        return "put tls/client.pem, made by the centre for this number, into the data directory"
    if all(code.startswith("packages-") for code in found):
        return "tell the centre the word above; the packages in use stay in use"
    return "look at the jobs above; kiosk journal verify tells whether the journal is whole"


def after_no_end(reasons: Iterable[str]) -> str:
    """Some job has to be done later."""
    found = set(reasons)
    if any(reason.startswith("local-fault") for reason in found):
        return "free disk space and look at the data directory: kiosk diagnose tells more"
    if "tls" in found:
        return f"check the clock, tls/authorities.pem and who stands between; {_WAITS}"
    if "not-the-gateway" in found:
        return f"check centre.gateway in terminal.toml, and who stands between; {_WAITS}"
    if found & _NETWORK:
        return f"check the network, and centre.gateway in terminal.toml; {_WAITS}"
    return f"wait a little: {_WAITS}"
