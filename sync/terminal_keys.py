"""The terminal's own signing key: made, found again, and exchanged for a new one without a moment without a key.

Three names: ``terminal`` is the key in use, ``terminal-next`` the one a renewal asks for, ``terminal-again`` the one an
operator's new code is for. Which of them is in use is said by one file alone, `trust/centre.json`, by its fingerprint:
replacing that file is the switch. Only then the new key takes the old one's place, and a power cut before that is made
good at the next start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offline_store.errors import KeyMissing, KeyUnfit
from offline_store.keys import KeyProvider, KeySigner, SigningKeys, wipe
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import SUITE_NAMES, Signer, SuiteName, suite, suite_of_public_key

TERMINAL_KEY: Final = "terminal"
NEXT_KEY: Final = "terminal-next"
AGAIN_KEY: Final = "terminal-again"
_NAMES: Final = (TERMINAL_KEY, NEXT_KEY, AGAIN_KEY)
_PRIVATE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class _Held:
    """A key that stays with its provider, as the protocol wants a signer."""

    key: KeySigner
    suite: SuiteName

    @property
    def public_key(self) -> bytes:
        return self.key.public_key

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


def make_terminal_key(keys: KeyProvider, name: str = TERMINAL_KEY, suite_name: SuiteName = "intl") -> None:
    """Make the key of that name where there is none: in the provider's chip if it can, else outside, and kept there."""
    if isinstance(keys, SigningKeys) and (keys.make_signer(name, suite_name) or keys.signer(name) is not None):
        return
    private = bytearray(suite(suite_name).new_signing_key())
    keys.create(name, private)
    wipe(private)


def signer_named(keys: KeyProvider, name: str, suite_name: SuiteName = "intl") -> Signer:
    """The key of that name, taken for one of that suite unless it is held by the provider. KeyMissing, KeyUnfit."""
    held = keys.signer(name) if isinstance(keys, SigningKeys) else None
    if held is not None:
        return _Held(held, suite_of_public_key(held.public_key).name)
    with keys.load(name, length=_PRIVATE_BYTES) as buffer:
        return suite(suite_name).signer(buffer.material)


def load_signer(keys: KeyProvider, key_fingerprint: str | None = None, suite_name: SuiteName = "intl") -> Signer:
    """The terminal's key: the one with this fingerprint, whatever its name and suite, or the one named ``terminal``.

    Raises KeyMissing, KeyUnfit.
    """
    if key_fingerprint is None:
        return signer_named(keys, TERMINAL_KEY, suite_name)
    # a second look: another process may have just given the key its name
    found = _with_fingerprint(keys, key_fingerprint) or _with_fingerprint(keys, key_fingerprint)
    if found is None:
        # says why there is none, or that there is another
        signer_named(keys, TERMINAL_KEY, suite_name)
        raise KeyUnfit(TERMINAL_KEY, "it is not the key that the centre knows: enrol this terminal again")
    return found[1]


def settle_keys(keys: KeyProvider, key_fingerprint: str) -> None:
    """Give the key in use its name, if a switch was cut short."""
    found = _with_fingerprint(keys, key_fingerprint)
    if found is not None and found[0] != TERMINAL_KEY:
        keys.replace(TERMINAL_KEY, found[0])


def _with_fingerprint(keys: KeyProvider, wanted: str) -> tuple[str, Signer] | None:
    for name in _NAMES:
        for suite_name in SUITE_NAMES:
            try:
                signer = signer_named(keys, name, suite_name)
            except KeyMissing:
                break
            if fingerprint(signer.public_key) == wanted:
                return name, signer
    return None
