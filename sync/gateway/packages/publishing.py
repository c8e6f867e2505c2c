"""From signatures to what terminals fetch: who has signed, whether it may go out, and the gateway's own signatures."""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from securesystemslib.signer import Key
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp, VerificationResult

from offline_store.chain import timestamp
from sync.gateway.packages import signing
from sync.gateway.packages.bundle import SignatureFile
from sync.gateway.packages.online_keys import OnlineKeyFiles
from sync.gateway.packages.proposing import ProposalRefused, Standing, refuse_rollback, standing
from sync.gateway.packages.signing import Online
from sync.gateway.packages.store import PackageStore, SignedRole
from sync.protocol.package_trust import whole
from sync.protocol.rule_packages import (
    MAX_TARGETS_BYTES,
    SNAPSHOT_LIFETIME,
    TIMESTAMP_LIFETIME,
    holder_of,
    packages_in,
    sha256_of,
)

TIMESTAMP_AGE: Final = timedelta(days=1)
SNAPSHOT_AGE: Final = timedelta(days=7)
"""After these the gateway signs anew, long before they expire."""
_SNAPSHOTS_KEPT: Final = 5
"""A terminal may be between two requests."""


class NotYet(Exception):
    """There is nothing to publish, or signatures are missing; says whose and what to do."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Of one proposal: who has signed, and who could."""

    role: SignedRole
    version: int
    signed: tuple[str, ...]
    unsigned: tuple[str, ...]
    complete: bool


def signatures(stand: Standing) -> tuple[Signatures, ...]:
    """How far the proposals are."""
    found = []
    if stand.proposed_root is not None:
        found.append(_root_signatures(stand.proposed_root, stand.root))
    if stand.proposed_targets is not None:
        result = _verified(stand.coming_root, stand.proposed_targets)
        found.append(_told("targets", stand.proposed_targets.signed.version, [result]))
    return tuple(found)


def _root_signatures(proposed: Metadata[Root], present: Metadata[Root] | None) -> Signatures:
    covered = signing.to_be_signed(proposed.signed)
    roots = [proposed.signed] if present is None else [present.signed, proposed.signed]
    results = [root.get_verification_result("root", covered, proposed.signatures) for root in roots]
    return _told("root", proposed.signed.version, results)


def _verified(root: Root, proposed: Metadata[Targets]) -> VerificationResult:
    covered = signing.to_be_signed(proposed.signed)
    return root.get_verification_result("targets", covered, proposed.signatures)


def _told(role: SignedRole, version: int, results: list[VerificationResult]) -> Signatures:
    signed = {holder_of(key) for result in results for key in result.signed.values()}
    unsigned = {holder_of(key) for result in results for key in result.unsigned.values()} - signed
    complete = all(result.verified for result in results)
    return Signatures(role, version, tuple(sorted(signed)), tuple(sorted(unsigned)), complete)


def take_signatures(store: PackageStore, given: SignatureFile, now: datetime) -> Standing:
    """Add what a person signed elsewhere to the proposals. Raises ProposalRefused; nothing is kept then.

    Afterwards the name in the file is that of the keys that signed.
    """
    stand = standing(store)
    proposals: dict[SignedRole, Metadata[Root] | Metadata[Targets]] = {}
    if stand.proposed_root is not None:
        proposals["root"] = stand.proposed_root
    if stand.proposed_targets is not None:
        proposals["targets"] = stand.proposed_targets
    for one in given.signatures:
        proposed = proposals.get(one.role)
        keys = _who_may_sign(stand, one.role)
        if proposed is None or one.version != proposed.signed.version:
            raise ProposalRefused(
                f"{one.role} {one.version} is not what waits here: export what waits and have that signed"
            )
        if one.keyid not in keys:
            raise ProposalRefused(f"the key that signed {one.role} {one.version} is none of those who may")
        key, signature = keys[one.keyid], one.signature
        if not signing.holds(key, signature, signing.to_be_signed(proposed.signed)):
            raise ProposalRefused(
                f"{holder_of(key)} signed another {one.role} {one.version} than the one that waits here:"
                " export it again and have that signed"
            )
        if holder_of(key) != given.name:
            raise ProposalRefused(
                f"the file says {given.name}, and {holder_of(key)}'s key signed {one.role} {one.version}:"
                " bring the file that packages sign wrote"
            )
        proposed.signatures[one.keyid] = signature
    for role, proposed in proposals.items():
        store.propose(role, proposed.to_bytes(), timestamp(now))
    return standing(store)


def _who_may_sign(stand: Standing, role: SignedRole) -> dict[str, Key]:
    roots = [stand.coming_root]
    if role == "root" and stand.root is not None:
        roots.append(stand.root.signed)
    return {keyid: root.keys[keyid] for root in roots for keyid in root.roles[role].keyids}


def publish(store: PackageStore, keys: OnlineKeyFiles, now: datetime) -> tuple[Signatures, ...]:
    """Put the signed proposals in force, all of them or none. Raises NotYet, ProposalRefused.

    Nothing goes out that a terminal with what is in force now would not take.
    """
    stand = standing(store)
    waiting = signatures(stand)
    if not waiting:
        raise NotYet("nothing waits to be published: kiosk-gateway packages propose FILE comes first")
    for one in waiting:
        if not one.complete:
            raise NotYet(
                f"{one.role} {one.version} needs more signatures: {', '.join(one.signed) or 'nobody'} signed,"
                f" still to sign: {', '.join(one.unsigned)}; bring them with packages import-signature"
            )
    at = timestamp(now)
    if stand.proposed_root is not None:
        _check_next("root", stand.proposed_root.signed, stand.root, now)
        store.add("root", stand.proposed_root.signed.version, stand.proposed_root.to_bytes(), at)
    if stand.proposed_targets is not None:
        _check_list(store, stand, now)
        store.add("targets", stand.proposed_targets.signed.version, stand.proposed_targets.to_bytes(), at)
    store.withdraw()
    root = stand.coming_root
    online = keys.of(root)
    if online is None:
        raise ProposalRefused("the gateway's own keys that this root names are not in keys/packages")
    if store.latest("targets") is not None:
        _sign_online(store, online, now, snapshot_too=True)
        _check_as_a_terminal(store, now)
    return waiting


def _check_next(
    role: SignedRole, proposed: Root | Targets, present: Metadata[Root] | Metadata[Targets] | None, now: datetime
) -> None:
    wanted = 1 if present is None else present.signed.version + 1
    if proposed.version != wanted:
        raise ProposalRefused(f"{role} {proposed.version} was proposed, {wanted} is next: propose it again")
    if proposed.is_expired(now):
        raise ProposalRefused(f"{role} {proposed.version} expired while it waited: propose it again")


def _check_list(store: PackageStore, stand: Standing, now: datetime) -> None:
    proposed = stand.proposed_targets
    if proposed is None:
        return
    _check_next("targets", proposed.signed, stand.targets, now)
    listed = packages_in(proposed.signed)
    refuse_rollback({} if stand.targets is None else packages_in(stand.targets.signed), listed)
    if len(proposed.to_bytes()) > MAX_TARGETS_BYTES:
        raise ProposalRefused(f"the list is larger than {MAX_TARGETS_BYTES} octets")
    missing = [path for path, (_, target) in listed.items() if store.content(sha256_of(target) or "") is None]
    if missing:
        raise ProposalRefused(f"{', '.join(missing)}: the content is not here; propose the files again")


def _check_as_a_terminal(store: PackageStore, now: datetime) -> None:
    chain: list[bytes] = []
    while (octets := store.metadata("root", len(chain) + 1)) is not None:
        chain.append(octets)
    newest = [store.latest(role) for role in ("timestamp", "snapshot", "targets")]
    taken, shot, listed = (octets or b"" for octets in newest)
    try:
        whole(chain, taken, shot, listed, now)
    except RepositoryError as error:
        raise ProposalRefused(f"a terminal would not take this ({error}): propose it again") from None


def refreshed(store: PackageStore, keys: OnlineKeyFiles, now: datetime) -> bytes | None:
    """The newest timestamp, signed anew once it is a day old; None when nothing was published.

    Without the right keys here the old one is what there is. That the list itself may have expired is for terminals.
    """
    taken, shot, rooted = store.latest("timestamp"), store.latest("snapshot"), store.latest("root")
    if taken is None or shot is None or rooted is None:
        return taken
    timestamp_made = Metadata[Timestamp].from_bytes(taken).signed.expires - TIMESTAMP_LIFETIME
    if now - timestamp_made < TIMESTAMP_AGE:
        return taken
    online = keys.of(Metadata[Root].from_bytes(rooted).signed)
    if online is None:
        return taken
    snapshot_made = Metadata[Snapshot].from_bytes(shot).signed.expires - SNAPSHOT_LIFETIME
    _sign_online(store, online, now, snapshot_too=now - snapshot_made >= SNAPSHOT_AGE)
    return store.latest("timestamp")


def _sign_online(store: PackageStore, online: Online, now: datetime, *, snapshot_too: bool) -> None:
    at = timestamp(now)
    listed, shot, taken = (store.latest(role) for role in ("targets", "snapshot", "timestamp"))
    if listed is None:
        return
    before = 0 if shot is None else Metadata[Snapshot].from_bytes(shot).signed.version
    if snapshot_too or shot is None:
        version = Metadata[Targets].from_bytes(listed).signed.version
        made = signing.snapshot(version, listed, before, online.snapshot, now)
        before, shot = made.signed.version, made.to_bytes()
        store.add("snapshot", before, shot, at)
        store.forget_old("snapshot", _SNAPSHOTS_KEPT)
    last = 0 if taken is None else Metadata[Timestamp].from_bytes(taken).signed.version
    stamped = signing.timestamp(before, shot, last, online.timestamp, now)
    store.add("timestamp", stamped.signed.version, stamped.to_bytes(), at)
    store.forget_old("timestamp", 1)
