"""What this terminal trusts, on its disk: the folder `trust/` of its data directory.

`centre.json` holds all of it, octet for octet as the authority signed it; the other files are the same things in the
shapes other programs read (PEM for PDF tools, CBOR for the revocation list). `centre.json` is written last, so that a
folder without it is no trust at all.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline_store.durable import alone, make_folder, write_file
from sync.protocol.certificate_code import RevocationList, RevocationsUnusableError, read_revocations
from sync.protocol.enrolment import Trust
from sync.protocol.messages import MAX_CERTIFICATE_BYTES, MIN_CERTIFICATE_BYTES, Malformed, parse
from sync.protocol.terminal_certificate import StatementUnfit, TerminalRevocations, read_statement

FOLDER: Final = "trust"
CENTRE: Final = "centre.json"
AUTHORITY: Final = "authority.pem"
SEAL_CERTIFICATE: Final = "seal-certificate.pem"
COMPACT_SEAL_CERTIFICATE: Final = "seal-certificate.cbor"
REVOCATIONS: Final = "revocations.cbor"
TERMINAL_CERTIFICATE: Final = "terminal-certificate.json"
PACKAGE_ROOT: Final = "package-root.json"
TERMINAL_REVOCATIONS: Final = "terminal-revocations.json"
_MAX_BYTES: Final = 1 << 20
_MAX_LIST_BYTES: Final = 1 << 26


class NotEnrolled(Exception):  # noqa: N818 - named by the condition
    """There is no usable trust in this data directory; says why, and what to do: `remedy`."""

    remedy = (
        "get a code from the centre: kiosk provision makes a terminal in an empty directory, kiosk enrol mends one that"
        " is there"
    )


class TrustBroken(NotEnrolled):
    """What enrolment brought is there and cannot be read: the terminal needs a new key, and loses nothing."""

    remedy = "stop the terminal, get a code from the centre, then: kiosk enrol --code CODE"


def changing(data_dir: Path) -> AbstractContextManager[None]:
    """Nobody else changes what stands in `trust/` inside the block. Not to be entered twice.

    Neither the trust, by a renewal or an operator's new code beside it, nor the book of orders.
    """
    make_folder(data_dir / FOLDER)
    return alone(data_dir / FOLDER)


def write_trust(data_dir: Path, trust: Trust) -> None:
    """Write `trust/` durably; each file is the old one or the new one after a power cut."""
    folder = data_dir / FOLDER
    make_folder(folder)
    write_file(folder / AUTHORITY, (trust.x509_root + trust.x509_intermediate).encode("ascii"))
    write_file(folder / SEAL_CERTIFICATE, trust.seal_certificate.encode("ascii"))
    write_file(folder / COMPACT_SEAL_CERTIFICATE, trust.compact_seal_certificate)
    if trust.terminal_certificate is not None:
        write_file(folder / TERMINAL_CERTIFICATE, trust.terminal_certificate)
    write_file(folder / CENTRE, trust.to_wire())


def read_trust(data_dir: Path) -> Trust:
    """What this terminal trusts. Raises NotEnrolled if it trusts nothing yet, TrustBroken if that cannot be read."""
    path = data_dir / FOLDER / CENTRE
    try:
        return parse(Trust, path.read_bytes()[:_MAX_BYTES])
    except FileNotFoundError:
        raise NotEnrolled(f"this terminal is not enrolled: it has no {FOLDER}/{CENTRE}") from None
    except (OSError, Malformed) as error:
        raise TrustBroken(f"{FOLDER}/{CENTRE} cannot be used ({error})") from error


def read_certificate(data_dir: Path) -> bytes | None:
    """The certificate of this terminal's key as it lies beside the trust, unchecked; None where none can be read."""
    try:
        found = (data_dir / FOLDER / TERMINAL_CERTIFICATE).read_bytes()
    except OSError:
        return None
    return found if MIN_CERTIFICATE_BYTES <= len(found) <= MAX_CERTIFICATE_BYTES else None


@dataclass(frozen=True, slots=True)
class RevocationFile:
    """The revocation list of a data directory."""

    data_dir: Path
    trust: Trust

    def current(self) -> RevocationList | None:
        """The list in use, verified again at each reading; None if none can be read or it is not genuine."""
        try:
            data = (self.data_dir / FOLDER / REVOCATIONS).read_bytes()
        except OSError:
            return None
        try:
            return read_revocations(data, self.trust.issuers)
        except RevocationsUnusableError:
            return None

    def keep(self, data: bytes) -> None:
        """Replace it, durably."""
        write_file(self.data_dir / FOLDER / REVOCATIONS, data)


@dataclass(frozen=True, slots=True)
class TerminalRevocationFile:
    """The list of terminals' certificates that were taken back, in a data directory; good for use off-line."""

    data_dir: Path
    trust: Trust

    def current(self) -> TerminalRevocations | None:
        """The list in use, verified again at each reading; None if none can be read or it is not genuine."""
        try:
            data = (self.data_dir / FOLDER / TERMINAL_REVOCATIONS).read_bytes()[:_MAX_LIST_BYTES]
        except OSError:
            return None
        try:
            return read_statement(TerminalRevocations, data, self.trust.authority_key)
        except StatementUnfit:
            return None

    def keep(self, data: bytes) -> None:
        """Replace it, durably."""
        write_file(self.data_dir / FOLDER / TERMINAL_REVOCATIONS, data)


def own_key_revoked(data_dir: Path) -> bool:
    """The list on this disk, which the authority signed, names the key that this terminal speaks with. No network."""
    try:
        trust = read_trust(data_dir)
    except NotEnrolled:
        return False
    listed = TerminalRevocationFile(data_dir, trust).current()
    return listed is not None and listed.names(trust.terminal_key_fingerprint) is not None
