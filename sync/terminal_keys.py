"""The terminal's own signing key: made, found again, and exchanged for a new one without a moment without a key.

Three names: ``terminal`` is the key in use, ``terminal-next`` the one a renewal asks for, ``terminal-again`` the one an
operator's new code is for. Those are of the suite intl; other suites have names of their own (``terminal-sm``,
``terminal-sm-next``, ...), so that 32 octets made for one suite are never a key of another. Which key is in use is said
by one file alone, `trust/centre.json`, by its fingerprint: replacing that file is the switch. Only then the new key
takes the old one's place, and a power cut before that is made good at the next start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from offline_store.errors import KeyMissing, KeyUnfit
from offline_store.keys import KeyProvider, KeySigner, SigningKeys, wipe
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import SUITE_NAMES, Signer, SuiteName, UnfitKey, suite, suite_of_public_key

TERMINAL_KEY: Final = "terminal"
NEXT_KEY: Final = "terminal-next"
AGAIN_KEY: Final = "terminal-again"
_USES: Final = (TERMINAL_KEY, NEXT_KEY, AGAIN_KEY)
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


def name_in(suite_name: SuiteName, use: str = TERMINAL_KEY) -> str:
    """What the key for that use (one of the three names above) is called in that suite."""
    return use if suite_name == "intl" else use.replace(TERMINAL_KEY, f"{TERMINAL_KEY}-{suite_name}", 1)


def make_terminal_key(keys: KeyProvider, use: str = TERMINAL_KEY, suite_name: SuiteName = "intl") -> None:
    """Make the key for that use where there is none: in the provider's chip if it can, else outside, and kept there."""
    name = name_in(suite_name, use)
    if isinstance(keys, SigningKeys) and (keys.make_signer(name, suite_name) or keys.signer(name) is not None):
        return
    private = bytearray(suite(suite_name).new_signing_key())
    try:
        keys.create(name, private)
    finally:
        wipe(private)


def signer_named(keys: KeyProvider, use: str, suite_name: SuiteName = "intl") -> Signer:
    """The key for that use in that suite. Raises KeyMissing, KeyUnfit."""
    name = name_in(suite_name, use)
    try:
        return _taken_for(keys, name, suite_name)
    except UnfitKey as error:
        raise KeyUnfit(name, str(error)) from error


def _taken_for(keys: KeyProvider, name: str, suite_name: SuiteName) -> Signer:
    """The key of that name, taken for one of that suite unless it is held by the provider. Raises UnfitKey besides."""
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
    """Give the key in use its name, if a switch was cut short; the key of another suite that it replaced goes."""
    found = _with_fingerprint(keys, key_fingerprint)
    if found is None:
        return
    name, signer = found
    if name != name_in(signer.suite):
        try:
            keys.replace(name_in(signer.suite), name)
        except KeyMissing:
            # another process may have just done it
            if _with_fingerprint(keys, key_fingerprint) is None:
                raise
    for other in SUITE_NAMES:
        if other != signer.suite:
            keys.destroy(name_in(other))


def _with_fingerprint(keys: KeyProvider, wanted: str) -> tuple[str, Signer] | None:
    for use in _USES:
        for suite_name in SUITE_NAMES:
            # earlier releases kept keys of every suite under the names of intl
            for name in dict.fromkeys((name_in(suite_name, use), use)):
                try:
                    signer = _taken_for(keys, name, suite_name)
                except (KeyMissing, UnfitKey):
                    # not every key of intl is a number that a key of sm may be
                    continue
                if fingerprint(signer.public_key) == wanted:
                    return name, signer
    return None
