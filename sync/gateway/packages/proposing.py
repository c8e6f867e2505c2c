"""What two persons are asked to sign: a new list, a new root, or both when a person goes.

A proposal takes nobody's signature from elsewhere: whatever is proposed anew has to be signed anew.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError
from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Root, TargetFile, Targets

from offline_store.chain import timestamp
from sync.gateway.packages import signing
from sync.gateway.packages.signing import Online, Person
from sync.gateway.packages.store import PackageStore
from sync.protocol.rule_packages import (
    MAX_PACKAGES,
    PERSONS_NEEDED,
    PackageFacts,
    PersonName,
    holder_of,
    key_of,
    packages_in,
    sha256_of,
)
from sync.protocol.suites import SuiteName


class ProposalRefused(Exception):
    """Asked and answered no; says why and what to do."""


class NothingSetUp(ProposalRefused):
    """There is no root yet."""

    def __init__(self) -> None:
        super().__init__("no persons are named yet: run kiosk-gateway packages init with two public keys")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is in force and what waits, read back."""

    root: Metadata[Root] | None
    targets: Metadata[Targets] | None
    proposed_root: Metadata[Root] | None
    proposed_targets: Metadata[Targets] | None

    @property
    def coming_root(self) -> Root:
        """The root that a proposed list will be judged by. Raises NothingSetUp."""
        found = self.proposed_root or self.root
        if found is None:
            raise NothingSetUp
        return found.signed


def standing(store: PackageStore) -> Standing:
    """As the store has it."""
    root, targets = store.latest("root"), store.latest("targets")
    proposed_root, proposed_targets = store.proposal("root"), store.proposal("targets")
    return Standing(
        None if root is None else Metadata[Root].from_bytes(root),
        None if targets is None else Metadata[Targets].from_bytes(targets),
        None if proposed_root is None else Metadata[Root].from_bytes(proposed_root),
        None if proposed_targets is None else Metadata[Targets].from_bytes(proposed_targets),
    )


def persons_of(root: Root) -> list[Key]:
    """Who signs root and list."""
    return [root.keys[keyid] for keyid in root.roles["targets"].keyids]


def refuse_what_waits(*waiting: Metadata[Root] | Metadata[Targets] | None) -> None:
    """Another proposal would silently drop what waits, and what was signed of it. Raises ProposalRefused."""
    found = [one.signed for one in waiting if one is not None]
    if found:
        words = " and ".join(f"{'root' if isinstance(one, Root) else 'list'} {one.version}" for one in found)
        verb = "waits" if len(found) == 1 else "wait"
        raise ProposalRefused(f"{words} {verb} for signatures: publish or withdraw it first, or give --replace")


def propose_first_root(
    store: PackageStore,
    persons: Sequence[Person],
    online: Callable[[], Online],
    now: datetime,
    *,
    replace: bool = False,
) -> Root:
    """The first root; `online` makes the gateway's keys; `replace`: instead of what waits. Raises ProposalRefused."""
    stand = standing(store)
    if stand.root is not None:
        raise ProposalRefused("a root is in force already: kiosk-gateway packages root changes it")
    if not replace:
        refuse_what_waits(stand.proposed_root, stand.proposed_targets)
    people = _distinct([person.key for person in persons])
    made = signing.root(1, people, online().keys, now)
    store.withdraw()
    store.propose("root", made.to_bytes(), timestamp(now))
    return made.signed


def propose_root(
    store: PackageStore,
    *,
    add: Sequence[Person],
    remove: Sequence[str],
    online: Callable[[], Online] | None,
    now: datetime,
    replace: bool = False,
) -> tuple[Root, Targets | None]:
    """The next root, and the list to be signed again by those who stay when somebody goes. Raises ProposalRefused.

    `online` makes a new pair of the gateway's; None keeps the present one. `replace`: instead of what waits.
    """
    stand = standing(store)
    if stand.root is None:
        raise NothingSetUp
    if not replace:
        refuse_what_waits(stand.proposed_root, stand.proposed_targets)
    present = stand.root.signed
    signing_now = persons_of(present)
    unknown = set(remove) - {holder_of(key) for key in signing_now}
    if unknown:
        known = ", ".join(holder_of(key) for key in signing_now)
        raise ProposalRefused(f"{', '.join(sorted(unknown))} signs nothing here; those who do: {known}")
    staying = [key for key in signing_now if holder_of(key) not in remove]
    people = _distinct([*staying, *(one.key for one in add)])
    keys = (
        online().keys
        if online is not None
        else (present.keys[present.roles["timestamp"].keyids[0]], present.keys[present.roles["snapshot"].keyids[0]])
    )
    made = signing.root(present.version + 1, people, keys, now)
    store.withdraw()
    store.propose("root", made.to_bytes(), timestamp(now))
    again = None
    if remove and stand.targets is not None:
        # the list in force would lose a signature with him who goes
        listed = stand.targets.signed
        renewed = signing.targets(listed.version + 1, packages_in(listed), now)
        store.propose("targets", renewed.to_bytes(), timestamp(now))
        again = renewed.signed
    return made.signed, again


def propose_list(
    store: PackageStore,
    files: Iterable[tuple[PackageFacts, bytes]],
    remove: Sequence[str],
    now: datetime,
    *,
    replace: bool = False,
) -> Targets:
    """The next list: the one in force with these packages; `replace`: instead of what waits. Raises ProposalRefused."""
    stand = standing(store)
    root = stand.coming_root
    if stand.proposed_root is not None and stand.targets is not None and stand.proposed_targets is not None:
        raise ProposalRefused(f"root {root.version} waits for signatures: publish or withdraw it first")
    if not replace:
        refuse_what_waits(stand.proposed_targets)
    present = {} if stand.targets is None else packages_in(stand.targets.signed)
    unknown = set(remove) - set(present)
    if unknown:
        raise ProposalRefused(f"{', '.join(sorted(unknown))} is in no list; kiosk-gateway packages status shows it")
    listed = {path: entry for path, entry in present.items() if path not in remove}
    for facts, octets in files:
        target = signing.target_of(facts, octets)
        listed[facts.path] = (facts, target)
        digest = sha256_of(target)
        if digest is not None:
            store.add_content(digest, octets)
    if len(listed) > MAX_PACKAGES:
        raise ProposalRefused(f"a list holds at most {MAX_PACKAGES} packages")
    refuse_rollback(present, listed)
    version = 1 if stand.targets is None else stand.targets.signed.version + 1
    made = signing.targets(version, listed, now)
    store.propose("targets", made.to_bytes(), timestamp(now))
    return made.signed


def refuse_rollback(
    before: dict[str, tuple[PackageFacts, TargetFile]], after: dict[str, tuple[PackageFacts, TargetFile]]
) -> None:
    """Every package that changes has a higher version. Raises ProposalRefused."""
    for path, (facts, target) in after.items():
        if path not in before:
            continue
        old, held = before[path]
        same = target.hashes == held.hashes and facts == old
        if not same and facts.version <= old.version:
            raise ProposalRefused(
                f"{path} is in force with version {old.version}: a changed package needs a higher one"
            )


def refuse_other_shape(root: Root) -> None:
    """A root like those that are proposed here: two of the same different persons for root and list, one key of the
    gateway each for the rest. A signature under any other could be the last that two persons were needed for.

    Raises ProposalRefused.
    """
    people = set(root.roles["targets"].keyids)
    signed = [root.roles[role] for role in ("root", "targets")]
    own = [root.roles[role] for role in ("timestamp", "snapshot")]
    if any(set(role.keyids) != people or role.threshold != PERSONS_NEEDED for role in signed) or any(
        len(role.keyids) != 1 or role.threshold != 1 or people & set(role.keyids) for role in own
    ):
        raise ProposalRefused(f"root {root.version} lets others sign, or fewer, than {PERSONS_NEEDED} of its persons")
    if not all(_can_be_named(holder_of(key)) for key in persons_of(root)):
        raise ProposalRefused(f"root {root.version} has a person under a name that nobody can have")
    try:
        persons = {_octets(key) for key in _distinct(persons_of(root))}
        gateway = {_octets(root.keys[role.keyids[0]]) for role in own}
    except ProposalRefused as error:
        raise ProposalRefused(f"root {root.version}: {error}") from None
    if gateway & persons:
        raise ProposalRefused(f"root {root.version} gives the gateway a person's key")


_NAME: Final = TypeAdapter(PersonName)


def _can_be_named(name: str) -> bool:
    """A name with blanks could stand for a name and the fingerprint of another key."""
    try:
        _NAME.validate_python(name)
    except ValidationError:
        return False
    return True


def _distinct(keys: list[Key]) -> list[Key]:
    if len({holder_of(key) for key in keys}) < len(keys) or len({_octets(key) for key in keys}) < len(keys):
        raise ProposalRefused("two persons have the same name or the same key: each makes his own")
    if len(keys) < PERSONS_NEEDED:
        raise ProposalRefused(f"{PERSONS_NEEDED} persons must sign: name at least so many")
    return keys


def _octets(key: Key) -> bytes:
    """The public key itself, if the root lists it as it is listed here, under its own id and in one spelling.

    Under two ids or in two spellings one private key would count as two.
    """
    try:
        octets = bytes.fromhex(key.keyval["public"])
    except (KeyError, TypeError, ValueError):
        raise ProposalRefused(f"the key of {holder_of(key)} is none of a suite") from None
    named: SuiteName = "intl" if key.keytype == "ed25519" else "sm"
    if key_of(octets, named, holder_of(key)) != key:
        raise ProposalRefused(f"the key of {holder_of(key)} does not stand under its own id")
    return octets
