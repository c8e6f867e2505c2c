"""Metadata of packages, checked in TUF's order (specification 1.0, section 5.3) by its own reference code.

`tuf.ngclient.Updater` brings its own HTTP; every request of ours is signed. So the part of it that takes octets alone
is used, and who asks for them is `sync.client.packages`. That part is no public module of python-tuf: it is imported
here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from tuf.api.metadata import Targets
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

TrustedSet: TypeAlias = TrustedMetadataSet
"""What is trusted so far; it takes one piece of metadata after the other, in TUF's order."""

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
"""A time at which nothing has expired: for metadata that is only to be shown genuine."""


def begin(roots: Iterable[bytes], at: datetime) -> TrustedSet:
    """The set of what is trusted, after a chain of roots; the first is trusted as it is.

    `at`: the time that expiry is judged by. Raises tuf.api.exceptions.RepositoryError.
    """
    first, *later = roots
    trusted = TrustedMetadataSet(first, EnvelopeType.METADATA)
    trusted.reference_time = at
    for root in later:
        trusted.update_root(root)
    return trusted


def whole(roots: Iterable[bytes], timestamp: bytes, snapshot: bytes, targets: bytes, at: datetime) -> Targets:
    """The list of packages, once everything above it fits together. Raises tuf.api.exceptions.RepositoryError."""
    trusted = begin(roots, at)
    trusted.update_timestamp(timestamp)
    trusted.update_snapshot(snapshot)
    return trusted.update_targets(targets)
