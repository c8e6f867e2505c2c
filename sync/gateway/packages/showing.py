"""What a person sees before he signs: whose word the present state is, who and what changes, line by line.

Everything here may come from a gateway that was broken into, so nothing of it reaches the screen that could move a
cursor, hide a line or turn its direction.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from typing import Final

from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Root, TargetFile, Targets

from sync.gateway.packages import signing
from sync.gateway.packages.bundle import Bundle, Change
from sync.gateway.packages.proposing import persons_of
from sync.gateway.packages.signing import Person
from sync.gateway.packages.store import SignedRole
from sync.gateway.packages.visible import plain
from sync.protocol.rule_packages import PackageFacts, holder_of, sha256_of

_WORDS: Final = {
    "new": "新增 new",
    "gone": "删除 removed",
    "changed": "变更 changed",
    "same": "不变 unchanged",
}


def shown(bundle: Bundle, person: Person) -> str:
    """All that this person is asked to put his name to."""
    return "\n".join([*_roots(bundle, person), *_lists(bundle, person)])


def versions(bundle: Bundle, person: Person) -> tuple[tuple[SignedRole, int], ...]:
    """What he types to confirm: the version of each proposal that he signs."""
    found: list[tuple[SignedRole, int]] = []
    for role, _ in bundle.for_person(person):
        proposed = bundle.stand.proposed_root if role == "root" else bundle.stand.proposed_targets
        if proposed is not None:
            found.append((role, proposed.signed.version))
    return tuple(found)


def _roots(bundle: Bundle, person: Person) -> Iterator[str]:
    proposed, present = bundle.stand.proposed_root, bundle.stand.root
    if proposed is None:
        return
    yield from _head("签署人名单 root", proposed)
    before = {} if present is None else {key.keyid: key for key in persons_of(present.signed)}
    after = {key.keyid: key for key in persons_of(proposed.signed)}
    for keyid, key in {**before, **after}.items():
        word = "same" if keyid in before and keyid in after else "gone" if keyid in before else "new"
        you = "  <- 本人 you" if keyid == person.key.keyid else ""
        yield f"  {_WORDS[word]:<16} {plain(holder_of(key))}  {_fingerprint(key)}{you}"
    yield f"  {proposed.signed.roles['targets'].threshold} of {len(after)} must sign a list, and the next root."
    for role in ("timestamp", "snapshot"):
        ids = proposed.signed.roles[role].keyids
        same = present is not None and present.signed.roles[role].keyids == ids
        keys = ", ".join(_fingerprint(proposed.signed.keys[keyid]) for keyid in ids)
        yield f"  {_WORDS['same' if same else 'new']:<16} gateway's own key for {role}: {keys}"
    yield ""


def _lists(bundle: Bundle, person: Person) -> Iterator[str]:
    proposed, present = bundle.stand.proposed_targets, bundle.stand.targets
    if proposed is None:
        return
    yield from _head("包清单 list of packages", proposed)
    if present is None or bundle.stand.root is None:
        yield "  现行 in force: 无 nothing"
    else:
        covered = signing.to_be_signed(present.signed)
        result = bundle.stand.root.signed.get_verification_result("targets", covered, present.signatures)
        names = [
            plain(holder_of(key)) + (" (本人 you)" if keyid == person.key.keyid else "")
            for keyid, key in result.signed.items()
        ]
        yield f"  现行 in force: {present.signed.version}, signed by {', '.join(sorted(names))}"
    if bundle.stand.root is not None:
        # what is unchanged is so against a list that these keys signed: whoever made up the folder could name his own
        yield f"  签署人 judged by root {bundle.stand.root.signed.version}. These must be the keys you know:"
        for key in persons_of(bundle.stand.root.signed):
            yield f"    {plain(holder_of(key))}  {_fingerprint(key)}"
    if not bundle.changes:
        yield "  The list is empty."
    for change in bundle.changes:
        yield from _change(change)
    yield ""


def _head(title: str, proposed: Metadata[Root] | Metadata[Targets]) -> Iterator[str]:
    digest = hashlib.sha256(signing.to_be_signed(proposed.signed)).hexdigest()
    yield f"{title}  版本 version {proposed.signed.version}"
    yield f"  有效至 expires {proposed.signed.expires:%Y-%m-%d}"
    yield f"  SHA-256 {digest}"
    yield "  (the other person must see the same number)"


def _change(change: Change) -> Iterator[str]:
    yield ""
    yield f"{_WORDS[change.word]}  {plain(change.path)}"
    if change.word == "same":
        yield from _side(" ", change.after)
        return
    yield from _side("-", change.before)
    yield from _side("+", change.after)
    if change.word != "gone":
        yield from _difference(change.octets_before or b"", change.octets_after or b"")


def _side(sign: str, entry: tuple[PackageFacts, TargetFile] | None) -> Iterator[str]:
    if entry is None:
        return
    facts, target = entry
    title = "" if facts.title is None else f"  {plain(facts.title)}"
    yield (
        f"{sign} version {facts.version}  valid from {facts.valid_from}  place {facts.place}"
        f"  {target.length} octets{title}"
    )
    yield f"{sign} SHA-256 {sha256_of(target)}"


def _difference(before: bytes, after: bytes) -> Iterator[str]:
    """Lines that go and come; packages are text, or they would not have been read."""
    old, new = (octets.decode("utf-8").split("\n") for octets in (before, after))
    lines = difflib.unified_diff([] if not before else old, new, n=2, lineterm="")
    for number, line in enumerate(lines):
        if number >= 2:  # the two lines of file names
            yield "    " + plain(line)


def _fingerprint(key: Key) -> str:
    digest = hashlib.sha256(bytes.fromhex(key.keyval["public"])).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, 32, 4))
