"""`trust/former-keys.json`: public keys that were this terminal's before another took over, each with its certificate.

What an earlier key signed within an epoch, its opening and a truncation, can so be checked on the terminal itself, and
proved to a centre that was restored from a backup and has forgotten that key. A key counts only with a certificate of
the authority that the terminal trusts now.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from offline_store.chain import ChainEntry, EpochOpened
from offline_store.durable import write_file
from offline_store.truncation import KIND, Truncation
from sync.protocol.enrolment import Trust
from sync.protocol.messages import MAX_FORMER_KEYS, FormerKey, Malformed, Message, parse
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import suite_of_public_key
from sync.protocol.terminal_certificate import StatementUnfit, TerminalCertificate, read_statement
from sync.trust import FOLDER

FORMER_KEYS: Final = "former-keys.json"
# a renewal a year
_MOST: Final = 64
_MAX_BYTES: Final = 1 << 20


class FormerKeys(Message):
    """The file, the oldest key first."""

    format: Literal["former-keys-1"] = "former-keys-1"
    keys: Annotated[tuple[FormerKey, ...], Field(max_length=_MOST)] = ()


def remember(data_dir: Path, certificate: bytes | None, public_key: bytes) -> None:
    """Keep a key that another is about to replace, with its certificate. Durable; can be repeated."""
    if certificate is None:
        # of an earlier release: there is nothing to prove it with
        return
    known = [each for each in _read(data_dir).keys if each.public_key != public_key]
    known.append(FormerKey(public_key=public_key, certificate=certificate))
    write_file(data_dir / FOLDER / FORMER_KEYS, FormerKeys(keys=tuple(known[-_MOST:])).to_wire())


def signed_by_this_terminal(data_dir: Path, trust: Trust, public_key: bytes) -> Callable[[bytes, bytes], bool]:
    """(statement, signature) -> whether the present key or a former one made it."""
    known = (public_key, *(each.public_key for each in _read(data_dir).keys if _certified(each, trust)))

    def proves(statement: bytes, signature: bytes) -> bool:
        return any(suite_of_public_key(key).verify(key, signature, statement) for key in known)

    return proves


def former_keys_that_signed(data_dir: Path, trust: Trust, entries: Sequence[ChainEntry]) -> tuple[FormerKey, ...]:
    """Of openings and truncations: those former keys that signed one, as an upload takes them along."""
    known = tuple(each for each in _read(data_dir).keys if _certified(each, trust))
    found = [key for entry in entries if (key := _signer_of(entry, known)) is not None]
    return tuple(dict.fromkeys(found))[:MAX_FORMER_KEYS]


def _signer_of(entry: ChainEntry, known: tuple[FormerKey, ...]) -> FormerKey | None:
    statement, signature = b"", b""
    with contextlib.suppress(ValueError):  # a record that cannot be read: nobody has signed it
        if entry.kind == KIND:
            cut = Truncation.read(entry)
            statement, signature = Truncation.statement(entry.terminal, entry.at, cut.up_to, cut.opening), cut.signature
        else:
            opened = EpochOpened.read(entry)
            statement, signature = opened.stated_in(entry), opened.signature
    for key in known:
        if signature and suite_of_public_key(key.public_key).verify(key.public_key, signature, statement):
            return key
    return None


def _certified(former: FormerKey, trust: Trust) -> bool:
    try:
        found = read_statement(TerminalCertificate, former.certificate, trust.authority_key)
    except StatementUnfit:
        return False
    return (found.terminal, found.key_fingerprint) == (trust.terminal, fingerprint(former.public_key))


def _read(data_dir: Path) -> FormerKeys:
    try:
        return parse(FormerKeys, (data_dir / FOLDER / FORMER_KEYS).read_bytes()[:_MAX_BYTES])
    except (OSError, Malformed):
        # a key that is not known proves nothing: what it signed is said to be not signed
        return FormerKeys()
