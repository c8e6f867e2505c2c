"""A terminal's trust and keys on its disk, as the sync process and its renewal job want them.

Each step leaves a terminal that works: the next key lies beside the present one, whose public half is remembered for
what it signed; `trust/centre.json`, replaced in one step, says which of them counts; then the new key takes the old
one's place, or does so at the next start.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from offline_store.keys import KeyProvider
from sync.former_keys import remember
from sync.protocol.certificate_code import CodeUnreadableError, read_seal_certificate
from sync.protocol.enrolment import EnrolmentRefused, Trust
from sync.protocol.suites import Signer, suite_of_public_key
from sync.terminal_keys import NEXT_KEY, load_signer, make_terminal_key, settle_keys, signer_named
from sync.trust import CENTRE, FOLDER, NotEnrolled, changing, read_trust, write_trust


@dataclass(frozen=True, slots=True)
class Renewing:
    """The data directory of an enrolled terminal, and its keys."""

    data_dir: Path
    keys: KeyProvider

    def trust(self) -> Trust:
        """What the disk says now."""
        return read_trust(self.data_dir)

    def next_key(self) -> Signer:
        """Of the same suite as the present key. The same until it has taken over, also after a power cut."""
        present = load_signer(self.keys, self.trust().terminal_key_fingerprint)
        suite = suite_of_public_key(present.public_key).name
        make_terminal_key(self.keys, NEXT_KEY, suite)
        return signer_named(self.keys, NEXT_KEY, suite)

    def keep(self, trust: Trust, begun_with: Trust) -> bool:
        """Raises EnrolmentRefused when the centre certified another seal key than the one it had certified before."""
        with changing(self.data_dir):
            present = self.trust()
            if present not in (begun_with, trust):
                return False
            if _seal_keys(trust) != _seal_keys(present):
                raise EnrolmentRefused("seal-not-certified", "The centre certified another seal key: tell the centre.")
            if present.terminal_key_fingerprint != trust.terminal_key_fingerprint:
                former = load_signer(self.keys, present.terminal_key_fingerprint).public_key
                remember(self.data_dir, present.terminal_certificate, former)
            write_trust(self.data_dir, trust)
            settle_keys(self.keys, trust.terminal_key_fingerprint)
        return True


def _seal_keys(trust: Trust) -> tuple[object, bytes] | None:
    try:
        leaf = x509.load_pem_x509_certificate(trust.seal_certificate.encode("ascii"))
        return leaf.public_key(), read_seal_certificate(trust.compact_seal_certificate).public_key
    except (ValueError, CodeUnreadableError):
        return None


class Own:
    """What a long-lived process speaks with: trust and key, as they are on disk now."""

    def __init__(self, data_dir: Path, keys: KeyProvider) -> None:
        self.renewing: Final = Renewing(data_dir, keys)
        self._seen: tuple[int, int] | None = None
        self.look()

    def look(self) -> bool:
        """Read both again if the trust is another file than before; whether it was.

        Raises NotEnrolled and the errors of keys.
        """
        seen = self._file()
        if seen == self._seen:
            return False
        self.trust: Trust = self.renewing.trust()
        settle_keys(self.renewing.keys, self.trust.terminal_key_fingerprint)
        self.signer: Signer = load_signer(self.renewing.keys, self.trust.terminal_key_fingerprint)
        self._seen = seen
        return True

    def _file(self) -> tuple[int, int]:
        try:
            found = (self.renewing.data_dir / FOLDER / CENTRE).stat()
        except FileNotFoundError:
            raise NotEnrolled("what this terminal trusted is gone") from None
        return found.st_ino, found.st_mtime_ns
