"""Packages of rules, items and texts on this terminal's disk: the folder `packages/` of its data directory.

Each update is a generation of its own, `packages/N/`: the chain of roots, the metadata, the contents by hash. The file
`packages/current` names the one in use and is replaced last, so that a power cut leaves the old one or the new one. The
sync process alone writes, and a pass that somebody starts by hand beside it: one after the other. Readers check every
signature again, from the root that was laid at enrolment.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from tuf.api.exceptions import RepositoryError

from offline_store.durable import alone, create_file, make_folder, mapped, sync_folder, write_file
from sync.protocol.package_trust import LONG_AGO, begin
from sync.protocol.rule_packages import MAX_PACKAGE_BYTES, MAX_TARGETS_BYTES, ListUnfit, packages_in, sha256_of
from sync.trust import FOLDER as TRUST
from sync.trust import PACKAGE_ROOT

FOLDER: Final = "packages"
_CURRENT: Final = "current"

Freshness = Literal["in-force", "unconfirmed", "expired"]
"""*unconfirmed*: no word from the centre for so long that there may be something newer. *expired*: the time that two
persons gave it is over."""


class PackagesUnusable(Exception):  # noqa: N818 - named by the condition
    """What lies on the disk is not what two persons signed. `code` is a short word."""

    remedy: Final = "run kiosk sync now, which fetches what is wrong again; if it stays, tell the centre"

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"the packages on this terminal cannot be used: {what}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Package:
    """One package that was verified when it was read; `path` is its file, there until the second
    update after this one. Times are aware, `valid_from` a day."""

    kind: str
    name: str
    version: int
    path: Path
    sha256: str
    valid_from: str
    place: str
    title: str | None
    state: Freshness

    @property
    def expired(self) -> bool:
        """Whether the time that two persons gave it is over: what it says cannot be said any more."""
        return self.state == "expired"


@dataclass(frozen=True, slots=True)
class PackageStatus:
    """Of a terminal: the list in use. `root_laid` is False on one that was never told whom to believe."""

    root_laid: bool
    state: Freshness | Literal["none", "unusable"]
    list_version: int | None = None
    confirmed_until: datetime | None = None
    """The earlier end of timestamp and snapshot: a word from the centre is needed before."""
    expires: datetime | None = None
    """The earlier end of list and root."""
    packages: tuple[Package, ...] = ()
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """One update as octets. `roots`: those after the first, in order; `contents` by SHA-256 in hex."""

    roots: tuple[bytes, ...]
    timestamp: bytes
    snapshot: bytes
    targets: bytes
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def lay_root(data_dir: Path, root: bytes) -> None:
    """Begin this terminal's trust in packages with this root, whatever it believed before. Raises PackagesUnusable."""
    _check_root(root)
    make_folder(data_dir / TRUST)
    write_file(data_dir / TRUST / PACKAGE_ROOT, root)


def lay_root_once(data_dir: Path, root: bytes) -> bool:
    """The same for a terminal that believes nobody yet; False when it does: no centre talks it out of that.

    Raises PackagesUnusable.
    """
    _check_root(root)
    make_folder(data_dir / TRUST)
    return create_file(data_dir / TRUST / PACKAGE_ROOT, root)


def _check_root(root: bytes) -> None:
    try:
        begin([root], LONG_AGO)
    except RepositoryError as error:
        raise PackagesUnusable("root-unfit", f"the root is none, or not signed by its own persons ({error})") from None


def current_packages(data_dir: Path, now: datetime | None = None) -> tuple[Package, ...]:
    """The packages in use, verified again, off-line; expired ones too, and they say so. Empty when there are none.

    `now`: aware; the machine's time when it is not given. Raises PackagesUnusable.
    """
    return _read(data_dir, now or datetime.now(UTC)).packages


def package_status(data_dir: Path, now: datetime | None = None) -> PackageStatus:
    """How things stand, as a value."""
    try:
        return _read(data_dir, now or datetime.now(UTC))
    except PackagesUnusable as error:
        return PackageStatus(PackageFolder(data_dir).first_root() is not None, "unusable", why=error.code)


def _read(data_dir: Path, now: datetime) -> PackageStatus:
    folder = PackageFolder(data_dir)
    # the sync process may switch generations and remove an old one while this reads
    number = folder.current()
    while True:
        try:
            return _verified(folder, number, now)
        except PackagesUnusable:
            again = folder.current()
            if again == number:
                raise
            number = again


def _verified(folder: PackageFolder, number: int, now: datetime) -> PackageStatus:
    first = folder.first_root()
    if first is None:
        return PackageStatus(False, "none")
    if number == 0:
        return PackageStatus(True, "none")
    held = folder.read(number)
    if held is None:
        raise PackagesUnusable("generation-missing", "files of the generation in use are missing")
    try:
        trusted = begin([first, *held.roots], LONG_AGO)
        trusted.update_timestamp(held.timestamp)
        trusted.update_snapshot(held.snapshot)
        listed = trusted.update_targets(held.targets)
        found = packages_in(listed)
    except (RepositoryError, ListUnfit) as error:
        raise PackagesUnusable("not-genuine", f"their metadata does not hold ({type(error).__name__})") from None
    confirmed = min(trusted.timestamp.expires, trusted.snapshot.expires)
    expires = min(trusted.root.expires, listed.expires)
    state: Freshness = "expired" if now >= expires else "unconfirmed" if now >= confirmed else "in-force"
    packages = []
    for facts, target in found.values():
        digest = sha256_of(target) or ""
        if folder.content(number, digest) is None:
            raise PackagesUnusable("content-damaged", f"{facts.path} is not what was signed")
        packages.append(
            Package(
                kind=facts.kind,
                name=facts.name,
                version=facts.version,
                path=folder.file(number, digest),
                sha256=digest,
                valid_from=facts.valid_from,
                place=facts.place,
                title=facts.title,
                state=state,
            )
        )
    return PackageStatus(True, state, listed.version, confirmed, expires, tuple(packages))


class PackageFolder:
    """The generations of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._root_file = data_dir / TRUST / PACKAGE_ROOT
        self._folder = data_dir / FOLDER

    def first_root(self) -> bytes | None:
        """What trust begins with; None when it was never laid."""
        return _octets(self._root_file)

    def current(self) -> int:
        """The generation in use; 0 when there is none."""
        said = _octets(self._folder / _CURRENT) or b""
        text = said.strip()
        return int(text) if text.isdigit() and len(text) < 16 else 0

    def held(self) -> Generation | None:
        """The metadata of the generation in use, as it is on the disk; None when there is none or a file is missing."""
        number = self.current()
        return self.read(number) if number else None

    def held_content(self, sha256: str) -> bytes | None:
        """The content of a package of the generation in use; None when it is not there or not whole."""
        number = self.current()
        return self.content(number, sha256) if number else None

    def read(self, number: int) -> Generation | None:
        """The metadata of a generation."""
        folder = self._folder / str(number)
        roots: list[bytes] = []
        while (octets := _octets(folder / f"root-{len(roots) + 1}.json")) is not None:
            roots.append(octets)
        timestamp, snapshot, targets = (
            _octets(folder / f"{role}.json") for role in ("timestamp", "snapshot", "targets")
        )
        if timestamp is None or snapshot is None or targets is None:
            return None
        return Generation(tuple(roots), timestamp, snapshot, targets)

    def file(self, number: int, sha256: str) -> Path:
        """Where a content lies."""
        return self._folder / str(number) / sha256

    def content(self, number: int, sha256: str) -> bytes | None:
        """A content, if its octets are those of the hash."""
        octets = _octets(self.file(number, sha256), MAX_PACKAGE_BYTES)
        return octets if octets is not None and hashlib.sha256(octets).hexdigest() == sha256 else None

    def keep(self, new: Generation, begun_with: Generation | None) -> bool:
        """Write a new generation wholly, then use it. Raises StoreFull, StoreRefused; the old one stays in use then.

        `begun_with`: the one in use when the update began, by which it was judged not to be older. False, and nothing
        is changed, when that is not in use any more.
        """
        make_folder(self._folder)
        with alone(self._folder):
            if self.held() != begun_with:
                return False
            self._write(new)
        return True

    def _write(self, new: Generation) -> None:
        before = self.current()
        number = before + 1
        folder = self._folder / str(number)
        with mapped(FOLDER):
            # what a power cut left of an update that was never used
            if folder.exists():
                shutil.rmtree(folder)
                sync_folder(self._folder)
        make_folder(folder)
        for sha256, octets in new.contents.items():
            self._lay(before, folder, sha256, octets)
        for place, root in enumerate(new.roots, start=1):
            create_file(folder / f"root-{place}.json", root)
        create_file(folder / "targets.json", new.targets)
        create_file(folder / "snapshot.json", new.snapshot)
        create_file(folder / "timestamp.json", new.timestamp)
        write_file(self._folder / _CURRENT, b"%d\n" % number)
        self._remove_others({number, before})

    def _lay(self, before: int, folder: Path, sha256: str, octets: bytes) -> None:
        """A content that is there already becomes another name of the same file: packages change seldom."""
        if before and self.content(before, sha256) == octets:
            with mapped(FOLDER):
                os.link(self.file(before, sha256), folder / sha256)
                sync_folder(folder)
            return
        create_file(folder / sha256, octets)

    def _remove_others(self, keep: set[int]) -> None:
        # what stays is removed by the next update
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if path.name.isdigit() and int(path.name) not in keep:
                    shutil.rmtree(path, ignore_errors=True)


def _octets(path: Path, limit: int = MAX_TARGETS_BYTES) -> bytes | None:
    """A file's octets; None when it cannot be read or is larger than it may be."""
    try:
        with path.open("rb") as file:
            octets = file.read(limit + 1)
    except OSError:
        return None
    return octets if len(octets) <= limit else None
