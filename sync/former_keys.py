"""`trust/former-keys.json`: public keys that were this terminal's before a renewal, each with its certificate.

What an earlier key signed within an epoch, a truncation above all, can so be checked on the terminal itself. A key
counts only with a certificate of the authority that the terminal trusts now: who enrols again begins a new epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from offline_store.durable import write_file
from sync.protocol.encoding import Base64Bytes
from sync.protocol.enrolment import PublicKey, Trust
from sync.protocol.messages import Malformed, Message, parse
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import suite_of_public_key
from sync.protocol.terminal_certificate import StatementUnfit, TerminalCertificate, read_statement
from sync.trust import FOLDER

FORMER_KEYS: Final = "former-keys.json"
# a renewal a year
_MOST: Final = 64
_MAX_BYTES: Final = 1 << 20


class FormerKey(Message):
    """A public key, and the authority's statement that it was the terminal's."""

    public_key: PublicKey
    certificate: Annotated[Base64Bytes, Field(min_length=16, max_length=4096)]


class FormerKeys(Message):
    """The file, the oldest key first."""

    format: Literal["former-keys-1"] = "former-keys-1"
    keys: Annotated[tuple[FormerKey, ...], Field(max_length=_MOST)] = ()


def remember(data_dir: Path, trust: Trust, public_key: bytes) -> None:
    """Keep the key of this trust, which another is about to replace. Durable; can be repeated."""
    if trust.terminal_certificate is None:
        # of an earlier release: there is nothing to prove it with
        return
    known = [each for each in _read(data_dir).keys if each.public_key != public_key]
    known.append(FormerKey(public_key=public_key, certificate=trust.terminal_certificate))
    write_file(data_dir / FOLDER / FORMER_KEYS, FormerKeys(keys=tuple(known[-_MOST:])).to_wire())


def signed_by_this_terminal(data_dir: Path, trust: Trust, public_key: bytes) -> Callable[[bytes, bytes], bool]:
    """(statement, signature) -> whether the present key or a former one made it."""
    known = (public_key, *(each.public_key for each in _read(data_dir).keys if _certified(each, trust)))

    def proves(statement: bytes, signature: bytes) -> bool:
        return any(suite_of_public_key(key).verify(key, signature, statement) for key in known)

    return proves


def _certified(former: FormerKey, trust: Trust) -> bool:
    try:
        found = read_statement(TerminalCertificate, former.certificate, trust.authority_key)
    except StatementUnfit:
        return False
    return (found.terminal, found.key_fingerprint) == (trust.terminal, fingerprint(former.public_key))


def _read(data_dir: Path) -> FormerKeys:
    try:
        return parse(FormerKeys, (data_dir / FOLDER / FORMER_KEYS).read_bytes()[:_MAX_BYTES])
    except (FileNotFoundError, Malformed):
        # a key that is not known proves nothing: what it signed is said to be not signed
        return FormerKeys()
