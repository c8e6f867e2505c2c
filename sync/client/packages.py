"""The job that brings packages: root, timestamp, snapshot, list, contents, each checked before the next is asked for.

The order and the checks are TUF's (specification 1.0, section 5.3); nothing is kept before all of it holds. A gateway
that serves something wrong stops the job with an alarm, and what was in use stays in use.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from tuf.api.exceptions import (
    BadVersionNumberError,
    EqualVersionNumberError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata, Root, Targets

from sync.client.outcomes import Answer, Done, Job, Later, NoAnswer, Outcome, Stopped, body_of, problem_of
from sync.packages import Generation
from sync.protocol.exchange import JSON, Request
from sync.protocol.package_trust import TrustedSet, begin, whole
from sync.protocol.rule_packages import (
    CONTENT_PATH,
    CONTENT_TYPE,
    MAX_ROOT_BYTES,
    MAX_ROOT_CHANGES,
    MAX_SNAPSHOT_BYTES,
    MAX_TARGETS_BYTES,
    MAX_TIMESTAMP_BYTES,
    METADATA_PATH,
    ListUnfit,
    packages_in,
    sha256_of,
)

NO_ROOT: Final = "no-package-root"
"""Noted by a terminal that was never told whom to believe."""


CHANGED: Final = "packages-changed"


class PackagePort(Protocol):
    """Where the terminal keeps packages: `sync.packages.PackageFolder`."""

    def first_root(self) -> bytes | None:
        """What trust begins with."""

    def held(self) -> Generation | None:
        """The metadata in use, unverified."""

    def held_content(self, sha256: str) -> bytes | None:
        """A content in use, if it is whole."""

    def keep(self, new: Generation, begun_with: Generation | None) -> bool:
        """Use this from now on, durably. False, and nothing is changed, when another than `begun_with` is in use."""


class _EndedError(Exception):
    """An answer that ends the job."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


_Asking: TypeAlias = Generator[Request, Answer, bytes]
Now: TypeAlias = Callable[[], datetime]


def packages(port: PackagePort, now: Now) -> Job:
    """Bring what is newer. `now` is what expiry is judged by: never earlier than a time that the centre signed."""
    first = port.first_root()
    if first is None:
        return Done(note=NO_ROOT)
    try:
        return (yield from _updated(port, first, now))
    except _EndedError as ended:
        return ended.outcome
    except ExpiredMetadataError:
        return Stopped("packages-expired")
    except BadVersionNumberError:
        return Stopped("packages-rolled-back")
    except UnsignedMetadataError:
        return Stopped("packages-not-signed")
    except LengthOrHashMismatchError:
        return Stopped("packages-do-not-match")
    except (RepositoryError, ListUnfit):
        return Stopped("packages-unfit")


def _updated(port: PackagePort, first: bytes, now: Now) -> Job:
    held = port.held()
    trusted, roots = _held_roots(first, held, now())
    roots += yield from _newer_roots(trusted, now)
    taken = yield from _timestamp(trusted, held, now)
    shot = yield from _snapshot(trusted, held, now)
    listed = yield from _list(trusted, held, now)
    contents = {}
    fetched = 0
    for _, target in packages_in(trusted.targets).values():
        digest = sha256_of(target) or ""
        octets = port.held_content(digest)
        if octets is None:
            octets = yield from _asked(CONTENT_PATH + digest, CONTENT_TYPE, target.length, now)
            fetched += 1
        target.verify_length_and_hashes(octets)
        contents[digest] = octets
    new = Generation(tuple(roots), taken, shot, listed, contents)
    # once more as a whole, as every reader will: parts of two generations must not stand beside one another
    whole([first, *roots], taken, shot, listed, now())
    is_new = held is None or fetched or _metadata_of(new) != _metadata_of(held)
    if is_new and not port.keep(new, held):
        # a pass by hand beside the loop was quicker: what it brought may be newer than this
        return Later(CHANGED)
    return Done(fetched)


def _metadata_of(one: Generation) -> tuple[tuple[bytes, ...], bytes, bytes, bytes]:
    return one.roots, one.timestamp, one.snapshot, one.targets


# --- root -----------------------------------------------------------------------------------------------------------


def _held_roots(first: bytes, held: Generation | None, at: datetime) -> tuple[TrustedSet, list[bytes]]:
    if held is not None:
        # another first root may have been laid since, or the disk be damaged: then the chain is asked for again
        with contextlib.suppress(RepositoryError):
            return begin([first, *held.roots], at), list(held.roots)
    return begin([first], at), []


def _newer_roots(trusted: TrustedSet, now: Now) -> Generator[Request, Answer, list[bytes]]:
    found: list[bytes] = []
    while True:
        answer = yield Request("GET", f"{METADATA_PATH}root-{trusted.root.version + 1}")
        if _is_missing(answer, "no-such-metadata"):
            return found
        if len(found) == MAX_ROOT_CHANGES:
            raise _EndedError(Stopped("packages-endless-roots"))
        octets = _body(answer, JSON, MAX_ROOT_BYTES, now)
        trusted.update_root(octets)
        found.append(octets)


# --- timestamp, snapshot --------------------------------------------------------------------------------------------


def _timestamp(trusted: TrustedSet, held: Generation | None, now: Now) -> _Asking:
    if held is not None:
        # loaded to see a rollback; one that expired, or whose key a new root took back, cannot be used further
        with contextlib.suppress(RepositoryError):
            trusted.update_timestamp(held.timestamp)
    answer = yield Request("GET", METADATA_PATH + "timestamp")
    if _is_missing(answer, "no-packages"):
        raise _EndedError(Done() if held is None else Stopped("packages-gone"))
    octets = _body(answer, JSON, MAX_TIMESTAMP_BYTES, now)
    try:
        trusted.update_timestamp(octets)
    except EqualVersionNumberError:
        if held is None or held.timestamp != octets:
            raise _EndedError(Stopped("packages-rolled-back")) from None
    return octets


def _snapshot(trusted: TrustedSet, held: Generation | None, now: Now) -> _Asking:
    if held is not None:
        try:
            trusted.update_snapshot(held.snapshot, trusted=True)
        except RepositoryError:
            # an old one serves to see a rollback; one that a new root took back serves nothing
            if trusted.timestamp.is_expired(trusted.reference_time):
                raise
        else:
            return held.snapshot
    meta = trusted.timestamp.snapshot_meta
    octets = yield from _asked(f"{METADATA_PATH}snapshot-{meta.version}", JSON, MAX_SNAPSHOT_BYTES, now)
    trusted.update_snapshot(octets)
    return octets


# --- list -----------------------------------------------------------------------------------------------------------


def _list(trusted: TrustedSet, held: Generation | None, now: Now) -> _Asking:
    if held is not None:
        with contextlib.suppress(RepositoryError):
            trusted.update_targets(held.targets)
            return held.targets
    meta = trusted.snapshot.meta.get("targets.json")
    if meta is None:
        raise ListUnfit("a snapshot without a list")
    octets = yield from _asked(f"{METADATA_PATH}targets-{meta.version}", JSON, MAX_TARGETS_BYTES, now)
    trusted.update_targets(octets)
    if trusted.targets.version < _version_before(held, trusted.root):
        # new keys of the gateway's forget what the old ones said; what two persons signed is not forgotten with them
        raise BadVersionNumberError("an older list")
    return octets


def _version_before(held: Generation | None, root: Root) -> int:
    """The version of the list in use, if those who sign now have signed it; 0 when one of them is gone."""
    if held is None:
        return 0
    try:
        metadata = Metadata[Targets].from_bytes(held.targets)
        root.verify_delegate("targets", metadata.signed_bytes, metadata.signatures)
    except RepositoryError:
        return 0
    return metadata.signed.version


# --- asking ---------------------------------------------------------------------------------------------------------


def _asked(path: str, content_type: str, limit: int, now: Now) -> _Asking:
    return _body((yield Request("GET", path)), content_type, limit, now)


def _body(answer: Answer, content_type: str, limit: int, now: Now) -> bytes:
    body = body_of(answer, content_type, now())
    if not isinstance(body, bytes):
        raise _EndedError(body)
    if len(body) > limit:
        raise _EndedError(Stopped("packages-too-large"))
    return body


def _is_missing(answer: Answer, code: str) -> bool:
    problem = None if isinstance(answer, NoAnswer) or answer.status != 404 else problem_of(answer)
    return problem is not None and problem.code == code
