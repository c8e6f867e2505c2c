"""Metadata made and signed: pure, over python-tuf's types. Keys come as the suites' signers.

Versions of what the gateway signs itself are seconds: a gateway that was restored from a backup is ahead again with the
next signature, and no terminal takes it for a rollback.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Key, Signature
from tuf.api.metadata import Metadata, MetaFile, Role, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import CanonicalJSONSerializer

from sync.protocol.rule_packages import (
    PERSONS_NEEDED,
    ROOT_LIFETIME,
    SNAPSHOT_LIFETIME,
    TARGETS_LIFETIME,
    TIMESTAMP_LIFETIME,
    PackageFacts,
    key_of,
)
from sync.protocol.suites import Signer, SuiteName


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs: a name that others know him by, and his public key."""

    name: str
    suite: SuiteName
    public_key: bytes

    @property
    def key(self) -> Key:
        """As root lists it."""
        return key_of(self.public_key, self.suite, self.name)


@dataclass(frozen=True, slots=True)
class Online:
    """The gateway's own two signers."""

    timestamp: Signer
    snapshot: Signer

    @property
    def keys(self) -> tuple[Key, Key]:
        """Of timestamp and snapshot, as root lists them."""
        return listed_key(self.timestamp, "gateway timestamp"), listed_key(self.snapshot, "gateway snapshot")


def listed_key(signer: Signer, holder: str) -> Key:
    """A signer's public part as root lists it."""
    return key_of(signer.public_key, signer.suite, holder)


def root(version: int, persons: Iterable[Key], online: tuple[Key, Key], now: datetime) -> Metadata[Root]:
    """A root for signing: two of the persons sign root and targets, the gateway the rest."""
    people = list(persons)
    timestamp, snapshot = online
    ids = [key.keyid for key in people]
    return Metadata(
        Root(
            version=version,
            expires=_whole_seconds(now) + ROOT_LIFETIME,
            keys={key.keyid: key for key in (*people, timestamp, snapshot)},
            roles={
                "root": Role(ids, PERSONS_NEEDED),
                "targets": Role(list(ids), PERSONS_NEEDED),
                "snapshot": Role([snapshot.keyid], 1),
                "timestamp": Role([timestamp.keyid], 1),
            },
            consistent_snapshot=True,
        )
    )


def targets(version: int, packages: Mapping[str, tuple[PackageFacts, TargetFile]], now: datetime) -> Metadata[Targets]:
    """A list of packages for signing."""
    return Metadata(
        Targets(
            version=version,
            expires=_whole_seconds(now) + TARGETS_LIFETIME,
            targets={path: target for path, (_, target) in sorted(packages.items())},
        )
    )


def target_of(facts: PackageFacts, content: bytes) -> TargetFile:
    """The entry of a package in the list."""
    target = TargetFile.from_data(facts.path, content, ["sha256"])
    target.unrecognized_fields["custom"] = facts.model_dump(mode="json", exclude_none=True)
    return target


def snapshot(targets_version: int, listed: bytes, before: int, signer: Signer, now: datetime) -> Metadata[Snapshot]:
    """Which list is in force: its version, length and hash. `before`: the version of the last one."""
    made = Metadata(
        Snapshot(
            version=_next(before, now),
            expires=_whole_seconds(now) + SNAPSHOT_LIFETIME,
            meta={"targets.json": MetaFile.from_data(targets_version, listed, ["sha256"])},
        )
    )
    add_signature(made, listed_key(signer, "gateway snapshot"), signer)
    return made


def timestamp(snapshot_version: int, taken: bytes, before: int, signer: Signer, now: datetime) -> Metadata[Timestamp]:
    """Which snapshot is the newest."""
    made = Metadata(
        Timestamp(
            version=_next(before, now),
            expires=_whole_seconds(now) + TIMESTAMP_LIFETIME,
            snapshot_meta=MetaFile.from_data(snapshot_version, taken, ["sha256"]),
        )
    )
    add_signature(made, listed_key(signer, "gateway timestamp"), signer)
    return made


def to_be_signed(signed: Root | Targets | Snapshot | Timestamp) -> bytes:
    """The octets a signature covers."""
    return CanonicalJSONSerializer().serialize(signed)


def add_signature(
    metadata: Metadata[Root] | Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp], key: Key, signer: Signer
) -> Signature:
    """Sign it; a signature of the same key is replaced."""
    made = Signature(key.keyid, signer.sign(to_be_signed(metadata.signed)).hex())
    metadata.signatures[key.keyid] = made
    return made


def holds(key: Key, signature: Signature, covered: bytes) -> bool:
    """Whether it is that key's signature over these octets."""
    try:
        key.verify_signature(signature, covered)
    except UnverifiedSignatureError:
        return False
    return True


def _next(before: int, now: datetime) -> int:
    return max(before + 1, int(now.timestamp()))


def _whole_seconds(now: datetime) -> datetime:
    return now.replace(microsecond=0)
