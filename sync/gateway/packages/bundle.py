"""The folder that is carried to a person for signing, and the file that comes back.

```
proposed-root.json, proposed-targets.json   what waits, one or both
present-root.json, present-targets.json     what is in force, if anything is
content/SHA256                              every package of both lists
signature-NAME.json                         what a person signed
```
The gateway that wrote it is not believed: what is in force is checked by the signatures on it, contents by their
hashes, and a root by its shape. Whose keys the root in force names only the person can know: they are shown to him.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field
from securesystemslib.signer import Key, Signature
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, TargetFile, Targets

from sync.gateway.packages import signing
from sync.gateway.packages.files import create, replace
from sync.gateway.packages.package_file import PackageFileUnfit, facts_in
from sync.gateway.packages.proposing import (
    NothingSetUp,
    ProposalRefused,
    Standing,
    refuse_other_shape,
    refuse_rollback,
    standing,
)
from sync.gateway.packages.signing import Person
from sync.gateway.packages.store import PackageStore, SignedRole
from sync.protocol.messages import Hex256, Malformed, Message, Ordinal, parse
from sync.protocol.rule_packages import (
    MAX_PACKAGE_BYTES,
    MAX_TARGETS_BYTES,
    ListUnfit,
    PackageFacts,
    PersonName,
    packages_in,
    sha256_of,
)
from sync.protocol.suites import Signer

_CONTENT: Final = "content"
_ROLES: Final[tuple[SignedRole, ...]] = ("root", "targets")
_MAX_SIGNATURE_BYTES: Final = 1 << 14


class BundleUnfit(Exception):  # noqa: N818 - named by the condition
    """The folder is not what the gateway's export makes, or somebody changed it; says what does not fit.

    The sentence may quote the folder: `visible.plain` before it goes to a screen.
    """


class OneSignature(Message):
    """Of one proposal."""

    role: SignedRole
    version: Ordinal
    keyid: Hex256
    octets: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    @property
    def signature(self) -> Signature:
        """As TUF holds it."""
        return Signature(self.keyid, self.octets)


class SignatureFile(Message):
    """What a person brings back."""

    format: Literal["package-signatures-1"] = "package-signatures-1"
    name: PersonName
    signatures: Annotated[tuple[OneSignature, ...], Field(min_length=1, max_length=2)]


def read_signatures(path: Path) -> SignatureFile:
    """Raises BundleUnfit."""
    try:
        return parse(SignatureFile, _octets(path, _MAX_SIGNATURE_BYTES))
    except Malformed:
        raise BundleUnfit(f"{path} holds no signatures: take signature-NAME.json from the signed folder") from None


def export(store: PackageStore, folder: Path) -> Standing:
    """Write what waits into a new folder. Raises ProposalRefused, NothingSetUp, FileExistsError."""
    stand = standing(store)
    if stand.root is None and stand.proposed_root is None:
        raise NothingSetUp
    if stand.proposed_root is None and stand.proposed_targets is None:
        raise ProposalRefused("nothing waits for signatures: kiosk-gateway packages propose FILE comes first")
    folder.mkdir(mode=0o700)
    (folder / _CONTENT).mkdir(mode=0o700)
    found = {
        "present-root": stand.root,
        "present-targets": stand.targets,
        "proposed-root": stand.proposed_root,
        "proposed-targets": stand.proposed_targets,
    }
    for name, metadata in found.items():
        if metadata is not None:
            create(folder / f"{name}.json", metadata.to_bytes())
    for listed in (stand.targets, stand.proposed_targets):
        for _, target in packages_in(listed.signed).values() if listed is not None else ():
            digest = sha256_of(target) or ""
            octets = store.content(digest)
            if octets is not None and not (folder / _CONTENT / digest).exists():
                create(folder / _CONTENT / digest, octets)
    return stand


@dataclass(frozen=True, slots=True)
class Change:
    """One package between what is in force and what is proposed; a side without it is None."""

    path: str
    before: tuple[PackageFacts, TargetFile] | None
    after: tuple[PackageFacts, TargetFile] | None
    octets_before: bytes | None
    octets_after: bytes | None

    @property
    def word(self) -> Literal["new", "gone", "changed", "same"]:
        """What becomes of it."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        return "same" if self.before[1] == self.after[1] else "changed"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder that was read and checked."""

    stand: Standing
    changes: tuple[Change, ...]

    def for_person(self, person: Person) -> tuple[tuple[SignedRole, Key], ...]:
        """Which proposals he may sign."""
        found: list[tuple[SignedRole, Key]] = []
        own = person.key
        for role in _ROLES:
            proposed = self.stand.proposed_root if role == "root" else self.stand.proposed_targets
            roots = [self.stand.coming_root]
            if role == "root" and self.stand.root is not None:
                roots.append(self.stand.root.signed)
            may = any(own.keyid in root.roles[role].keyids for root in roots)
            if proposed is not None and may:
                found.append((role, own))
        return tuple(found)

    def sign(self, person: Person, signer: Signer) -> SignatureFile:
        """Everything that he may sign. BundleUnfit when that is nothing."""
        made = []
        for role, key in self.for_person(person):
            proposed = self.stand.proposed_root if role == "root" else self.stand.proposed_targets
            if proposed is not None:
                signature = signing.add_signature(proposed, key, signer)
                version = proposed.signed.version
                made.append(OneSignature(role=role, version=version, keyid=key.keyid, octets=signature.signature))
        if not made:
            raise BundleUnfit(f"nothing here is for {person.name} to sign: is it the right key file?")
        return SignatureFile(name=person.name, signatures=tuple(made))


def write_signatures(folder: Path, signed: SignatureFile) -> Path:
    """Put them into the folder; the same person's earlier ones give way."""
    path = folder / f"signature-{signed.name}.json"
    replace(path, signed.to_wire())
    return path


def read_bundle(folder: Path, now: datetime) -> Bundle:
    """Read a folder from the gateway, and believe nothing in it that is not signed or hashed. Raises BundleUnfit."""
    try:
        root, proposed_root = (_root(folder / f"{when}-root.json") for when in ("present", "proposed"))
        targets, proposed = (_targets(folder / f"{when}-targets.json") for when in ("present", "proposed"))
        stand = Standing(root, targets, proposed_root, proposed)
        _check(stand, now)
        before = {} if targets is None else packages_in(targets.signed)
        after = before if proposed is None else packages_in(proposed.signed)
        refuse_rollback(before, after)
    except (RepositoryError, ListUnfit, ProposalRefused, KeyError, ValueError, TypeError) as error:
        raise BundleUnfit(f"{folder}: {error}") from None
    return Bundle(stand, tuple(_change(folder, path, before, after) for path in sorted({*before, *after})))


def _check(stand: Standing, now: datetime) -> None:
    if stand.proposed_root is None and stand.proposed_targets is None:
        raise BundleUnfit("there is nothing to sign in it: is it a folder from packages export-for-signing?")
    if stand.root is None and stand.proposed_root is None:
        raise BundleUnfit("there is no root in it, and nothing says who may sign: have it exported again")
    for root in (stand.root, stand.proposed_root):
        if root is not None:
            refuse_other_shape(root.signed)
    if stand.proposed_targets is not None and stand.proposed_targets.signed.delegations is not None:
        raise BundleUnfit("the list delegates to others, as none of ours does")
    if stand.root is not None:
        stand.root.signed.verify_delegate("root", signing.to_be_signed(stand.root.signed), stand.root.signatures)
    if stand.targets is not None:
        if stand.root is None:
            raise BundleUnfit("a list is in force without a root")
        covered = signing.to_be_signed(stand.targets.signed)
        stand.root.signed.verify_delegate("targets", covered, stand.targets.signatures)
    for proposed, present in ((stand.proposed_root, stand.root), (stand.proposed_targets, stand.targets)):
        if proposed is None:
            continue
        wanted = 1 if present is None else present.signed.version + 1
        if proposed.signed.version != wanted:
            raise BundleUnfit(f"{proposed.signed.type} {proposed.signed.version} is proposed, {wanted} is next")
        if proposed.signed.is_expired(now):
            raise BundleUnfit(f"{proposed.signed.type} {proposed.signed.version} is expired: propose it again")


def _change(
    folder: Path,
    path: str,
    before: dict[str, tuple[PackageFacts, TargetFile]],
    after: dict[str, tuple[PackageFacts, TargetFile]],
) -> Change:
    old, new = before.get(path), after.get(path)
    octets = [None if entry is None else _content(folder, entry) for entry in (old, new)]
    return Change(path, old, new, octets[0], octets[1])


def _content(folder: Path, entry: tuple[PackageFacts, TargetFile]) -> bytes:
    """A package's octets, which are what the list says, and say of themselves what the list says of them."""
    facts, target = entry
    octets = _octets(folder / _CONTENT / (sha256_of(target) or ""), MAX_PACKAGE_BYTES + 1)
    if len(octets) != target.length or hashlib.sha256(octets).hexdigest() != sha256_of(target):
        raise BundleUnfit(f"the content of {facts.path} is not the one that is listed: export it again")
    try:
        said = facts_in(octets, facts.path)
    except PackageFileUnfit as error:
        raise BundleUnfit(str(error)) from None
    if said != facts:
        raise BundleUnfit(f"{facts.path} says other things of itself than the list does")
    return octets


def _root(path: Path) -> Metadata[Root] | None:
    found = Metadata[Root].from_bytes(_octets(path, MAX_TARGETS_BYTES)) if path.exists() else None
    if found is not None and not isinstance(found.signed, Root):
        raise BundleUnfit(f"{path.name} holds another role")
    return found


def _targets(path: Path) -> Metadata[Targets] | None:
    found = Metadata[Targets].from_bytes(_octets(path, MAX_TARGETS_BYTES)) if path.exists() else None
    if found is not None and not isinstance(found.signed, Targets):
        raise BundleUnfit(f"{path.name} holds another role")
    return found


def _octets(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise BundleUnfit(f"{path} cannot be read: {error.strerror}") from None
