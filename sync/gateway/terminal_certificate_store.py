"""What the gateway keeps of terminals' certificates: rows as frozen values, and the part of the store that has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sync.gateway.alarm_row import AlarmRow

RETIRED: Final = "retired"
REASONS: Final = ("stolen", "compromised", RETIRED)
"""Why a terminal's certificates are taken back. What a retired terminal has sealed stays good."""


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A key a terminal has or had, with its latest certificate. Times as in the chain.

    `current`: it is the latest key, or the one that the latest takes over from while that was not used yet.
    """

    certificate: int
    """Number of the row; names the certificate in an alarm."""
    terminal: str
    key: bytes
    seal_key: bytes
    """SubjectPublicKeyInfo."""
    fingerprint: str
    serial: str
    not_before: str
    not_after: str
    revoked_at: str | None
    reason: str | None
    current: bool
    forked_at: str | None
    """Since when two disks are known to have written under this key: nothing new begins with it any more."""
    least_epoch: int
    """The first epoch that may have been written under this key, or under the one it took over from."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that a terminal gets, with its certificate and the answer that says so."""

    terminal: str
    key: bytes
    fingerprint: str
    seal_key: bytes
    at: str
    serial: str
    not_before: str
    not_after: str
    signed: bytes = field(repr=False)


class TerminalCertificateStore(Protocol):
    """Keys and certificates of terminals; inside a transaction, as all of the store."""

    def key(self, terminal: str, fingerprint: str) -> CertifiedKey | None: ...
    def fingerprints_after(self, row: int) -> Sequence[tuple[int, str]]:
        """Row and fingerprint of every key that was enrolled or renewed after that row, in order; 0 for all."""

    def keys(self, terminal: str) -> Sequence[CertifiedKey]:
        """All of a terminal, the latest first."""

    def other_holder(self, terminal: str, fingerprint: str) -> str | None:
        """Another terminal that this key is or was certified for."""

    def certify(self, new: NewKey, least_epoch: int) -> None:
        """Keep a certificate for a key that the terminal has; `least_epoch` as in `CertifiedKey`."""

    def is_revoked(self, terminal: str, fingerprint: str) -> bool:
        """Whether any certificate of this key was taken back."""

    def seal_is_revoked(self, seal_key: bytes) -> bool:
        """Whether this seal key belongs to a terminal that was stolen or compromised."""

    def mark_forked(self, terminal: str, epoch: int, at: str) -> None:
        """Two disks wrote in this epoch: marks every key under which it may have been written."""

    def revoke(self, terminal: str, at: str, reason: str) -> int:
        """Take back every certificate of a terminal that stands; how many those were.

        What it asked and nobody has begun to answer expires, and its unused enrolment codes are cancelled.
        Of one that was retired the last is taken back once more for a graver reason: then its seal goes too.
        """

    def revoked(self) -> Sequence[CertifiedKey]:
        """All that were taken back, in order of their serials."""

    def renewed(self, terminal: str, old: str, new: str) -> bytes | None:
        """The answer that was given when `new` was asked to take over from `old`."""

    def renew(self, new: NewKey, old: str, answer: bytes) -> None:
        """The terminal has this key too, until it uses it; then it has it alone. Its epochs are those of `old`."""

    def used(self, terminal: str, fingerprint: str, at: str) -> None:
        """The terminal has spoken with this key: none before it counts any more."""

    def enrolled_at(self, terminal: str) -> str:
        """When an operator's code last gave it a key; renewals do not count. Empty if none ever did."""

    def last_epoch(self, terminal: str) -> int:
        """The highest epoch of which anything is held; 0 if none."""

    def alarms(self, terminal: str) -> Sequence[AlarmRow]:
        """Everything that was raised about a terminal, oldest first."""
