"""Keys that were a terminal's and that this store may have forgotten, for it was restored from a backup.

A terminal that was enrolled or renewed since the backup has signed openings and truncations with a key that nobody
here knows any more. It brings the authority's certificate for that key, in a request that its present key signs. The
key then counts for such signatures, in that upload alone: it signs no request, and nothing of it is kept.

Why that opens no door: the certificate says that this authority itself, not a copy of its store, gave this key to this
number. Whoever has stolen the key can do nothing more with it than before the restore, and rather less: each request
still has to be signed by a key that is known and stands, and whoever has that one may open epochs with it anyway. A key
that was taken back, as far as this store knows, proves nothing. The certificate's dates are not looked at: what was
signed in its time stays signed.
"""

from __future__ import annotations

from collections.abc import Iterable

from sync.gateway.store import Store
from sync.protocol.messages import FormerKey
from sync.protocol.signatures import fingerprint
from sync.protocol.terminal_certificate import StatementUnfit, TerminalCertificate, read_statement


def certified_keys(
    brought: Iterable[FormerKey], terminal: str, store: Store, authority_key: bytes
) -> tuple[bytes, ...]:
    """The public keys among them that were this terminal's."""
    return tuple(each.public_key for each in brought if _was_of(each, terminal, store, authority_key))


def _was_of(brought: FormerKey, terminal: str, store: Store, authority_key: bytes) -> bool:
    try:
        found = read_statement(TerminalCertificate, brought.certificate, authority_key)
    except StatementUnfit:
        return False
    own = fingerprint(brought.public_key)
    if (found.terminal, found.key_fingerprint) != (terminal, own):
        return False
    return not store.terminal_certificates.is_revoked(terminal, own)
