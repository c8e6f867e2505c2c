"""Where keys come from: a small protocol, and the provider that reads files (with a flag and a permanent warning).

`offline_store.keys_tpm` implements the same protocol with a security chip.
Names in use: ``store`` (32 bytes, SQLCipher), ``terminal`` (Ed25519 seed, 32 bytes), ``seal`` (P-256 private key, PEM
or DER), ``pseudonym`` (32 bytes). Key bytes are lent in a `KeyBuffer` and overwritten when it is closed; copies that a
library makes inside are beyond reach.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, runtime_checkable

from offline_store.durable import create_file, make_folder, make_writable, mapped, sync_folder
from offline_store.errors import KeyFilesRefused, KeyMissing, KeyUnfit

MAX_KEY_BYTES: Final = 16 * 1024
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_HALF_MADE = re.compile(r"\.[a-z][a-z0-9-]{0,30}\.[0-9]+\.new")
"""What `offline_store.durable` calls a file before it has its name."""


class KeyBuffer:
    """Key bytes with an owner. Use as a context manager, or call `close`; afterwards the bytes are zero and refused."""

    __slots__ = ("_material", "name")

    def __init__(self, name: str, material: bytearray) -> None:
        self.name = name
        self._material: bytearray | None = material

    @property
    def material(self) -> bytearray:
        """The bytes themselves, not a copy. Raises ValueError after `close`."""
        if self._material is None:
            raise ValueError(f"key {self.name!r} was already wiped")
        return self._material

    def close(self) -> None:
        """Overwrite the bytes; calling it again does nothing."""
        if self._material is not None:
            wipe(self._material)
            self._material = None

    def __enter__(self) -> KeyBuffer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"KeyBuffer({self.name!r}, ...)"


def wipe(material: bytearray) -> None:
    """Overwrite in place with zeros."""
    material[:] = bytes(len(material))


def hand_over(keys: KeyProvider, name: str, material: bytearray) -> bool:
    """Give a new key to its provider (`KeyProvider.create`); these bytes are overwritten whatever happens."""
    try:
        return keys.create(name, material)
    finally:
        wipe(material)


@dataclass(frozen=True, slots=True)
class KeyWarning:
    """A lasting weakness of where keys are kept, for the log, the diagnosis page and every status answer."""

    code: str
    folder: str
    text_zh: str
    text_en: str


class KeyPlace(StrEnum):
    """Where keys lie, as settings page and diagnosis call it."""

    FILES = "files"
    TPM = "tpm"


class KeyProvider(Protocol):
    """Lends keys by name."""

    @property
    def place(self) -> KeyPlace:
        """Where the keys lie."""

    @property
    def port(self) -> str:
        """The folder, or how the chip is reached: for the technician."""

    @property
    def registers(self) -> tuple[int, ...]:
        """Platform registers (PCR) that new keys are bound to."""

    def names(self) -> tuple[str, ...]:
        """Of all keys, sorted."""

    @property
    def warning(self) -> KeyWarning | None:
        """The permanent warning of this way of keeping keys, None when there is nothing to warn of."""

    def load(self, name: str, *, length: int | None = None) -> KeyBuffer:
        """The key; the caller closes it. Raises KeyMissing, KeyUnfit (``length`` bytes were expected)."""

    def create(self, name: str, material: bytes | bytearray) -> bool:
        """Keep a new key durably. False, and nothing changed, when one of that name exists."""

    def replace(self, name: str, by: str) -> None:
        """The key ``by`` takes the place and the name of ``name``, durably and in one step. Raises KeyMissing."""

    def destroy(self, name: str) -> bool:
        """Make a key unreadable for good, also from a copy of the disk taken afterwards. False when there is none."""


class KeySigner(Protocol):
    """A key that signs where it lies. ``suite``: "intl" | "sm"."""

    @property
    def suite(self) -> str: ...
    @property
    def public_key(self) -> bytes: ...
    def sign(self, data: bytes) -> bytes: ...


@runtime_checkable
class SigningKeys(Protocol):
    """What a provider offers beside `KeyProvider` when it holds signing keys that never leave it (a security chip)."""

    def make_signer(self, name: str, suite: str) -> bool:
        """Make the key inside. False, and nothing changed, when one of that name exists, or the suite is not its own:
        then the key is made outside and kept by `KeyProvider.create`."""

    def signer(self, name: str) -> KeySigner | None:
        """The key, to sign with; None when it holds no signing key of that name and may be asked to lend it."""


class P256Key(Protocol):
    """A P-256 key that signs where it lies."""

    @property
    def public_key(self) -> bytes:
        """The point, uncompressed: 04, x, y (65 octets; SEC 1, 2.3.3)."""

    def sign(self, data: bytes) -> bytes:
        """ECDSA with SHA-256 over the data: r and s, 32 octets each (ES256 of RFC 9053)."""


@runtime_checkable
class P256Keys(Protocol):
    """What a provider offers beside `KeyProvider` when it can hold P-256 keys that never leave it."""

    def make_p256(self, name: str) -> bool:
        """Make the key inside. False, and nothing changed, when there is one of that name."""

    def take_p256(self, name: str, scalar: bytearray) -> bool:
        """Take in a private key that was made outside (32 octets, big endian). False as `make_p256`."""

    def p256(self, name: str) -> P256Key:
        """The key, to sign with. Raises KeyMissing; KeyUnfit for a key of another kind."""


class KeyFiles:
    """Keys as 0600 files in one 0700 folder: what a root user of the machine, or a copied disk, can read.

    Refused without ``allow_file``; with it the warning is given to ``warn`` at once and stays readable as `warning`.
    """

    place: KeyPlace = KeyPlace.FILES
    registers: tuple[int, ...] = ()

    def __init__(self, folder: Path, *, allow_file: bool, warn: Callable[[KeyWarning], None]) -> None:
        if not allow_file:
            raise KeyFilesRefused(folder.name, "key files are not allowed by the settings")
        self._folder = folder
        self.port = str(folder)
        self.warning: KeyWarning = KeyWarning(
            code="keys-in-files",
            folder=str(folder),
            text_zh="密钥保存在文件中，未受安全芯片保护；仅供演示或过渡使用。",
            text_en="Keys are kept in files, not protected by a security chip: for demonstration or transition only.",
        )
        warn(self.warning)

    def load(self, name: str, *, length: int | None = None) -> KeyBuffer:
        """Read one key file. Raises KeyMissing; KeyUnfit for a link, other owners, open modes or a wrong length."""
        path = self._path(name)
        label = f"{self._folder.name}/{name}"
        return KeyBuffer(name, read_private(path, label, exactly=length))

    def create(self, name: str, material: bytes | bytearray) -> bool:
        """Write a new key file durably; an existing one is never overwritten (answer False)."""
        if not 0 < len(material) <= MAX_KEY_BYTES:
            raise ValueError(f"a key has 1 to {MAX_KEY_BYTES} bytes")
        make_folder(self._folder)
        return create_file(self._path(name), material)

    def replace(self, name: str, by: str) -> None:
        """One file takes the other's place; after a power cut it is the old one or the new one.

        Then the old one is overwritten, as `destroy` does it; a power cut before that leaves it on free blocks.
        """
        replace_file(self._path(name), self._path(by), f"{self._folder.name}/{by}")

    def destroy(self, name: str) -> bool:
        """Overwrite the file in place, then remove it. A flash disk may keep the old block out of reach."""
        return destroy_file(self._path(name), f"{self._folder.name}/{name}")

    def names(self) -> tuple[str, ...]:
        """Of all keys, sorted."""
        return tuple(path.name for path in plain_key_files(self._folder) if _NAME.fullmatch(path.name))

    def _path(self, name: str) -> Path:
        return self._folder / checked_name(name)


def checked_name(name: str) -> str:
    """The name of a key, which is never a path. ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError("a key's name is lower-case letters, digits and dashes")
    return name


def plain_key_files(folder: Path) -> list[Path]:
    """Files that hold a key as it is, also those that a kill left half made; none when there is no such folder."""
    found = list(folder.iterdir()) if folder.is_dir() else []
    return sorted(path for path in found if _NAME.fullmatch(path.name) or _HALF_MADE.fullmatch(path.name))


def read_private(path: Path, label: str, *, exactly: int | None = None, at_most: int = MAX_KEY_BYTES) -> bytearray:
    """A file that only its owner may read.

    Raises KeyMissing; KeyUnfit for a link, other owners, open modes or a wrong length.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise KeyMissing(label, "there is no such key file") from None
    except OSError as error:
        raise KeyUnfit(label, "the key file cannot be opened", {"errno": error.errno or 0}) from error
    try:
        facts = os.fstat(handle)
        _refuse_unfit(label, facts, exactly, at_most)
        material = bytearray(facts.st_size)
        with mapped(label), os.fdopen(handle, "rb", buffering=0, closefd=False) as file:
            got = file.readinto(material)
        if got != len(material):
            wipe(material)
            raise KeyUnfit(label, "the key file changed while it was read")
    finally:
        os.close(handle)
    return material


def replace_file(path: Path, by: Path, label: str) -> None:
    """The file ``by`` takes the name ``path``, durably; then what ``path`` was before is overwritten. KeyMissing."""
    with mapped(label), contextlib.ExitStack() as opened:
        # before it has no name any more
        old = _opened_to_overwrite(path)
        if old is not None:
            opened.callback(os.close, old)
        try:
            by.replace(path)
        except FileNotFoundError:
            raise KeyMissing(label, "there is no such key file") from None
        sync_folder(path.parent)
        # one file under both names is the new one
        if old is not None and not os.path.samestat(os.fstat(old), path.stat()):
            _overwrite(old)


def destroy_file(path: Path, label: str) -> bool:
    """Overwrite in place, flush, remove, flush the folder. False when there is none."""
    with mapped(label):
        handle = _opened_to_overwrite(path)
        if handle is None:
            return False
        try:
            _overwrite(handle)
        finally:
            os.close(handle)
        path.unlink()
        sync_folder(path.parent)
    return True


def _opened_to_overwrite(path: Path) -> int | None:
    try:
        make_writable(path)
        return os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None


def _overwrite(handle: int) -> None:
    os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
    os.fsync(handle)


def _refuse_unfit(label: str, facts: os.stat_result, exactly: int | None, at_most: int) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise KeyUnfit(label, "a key file is a regular file")
    if stat.S_IMODE(facts.st_mode) & 0o077:
        raise KeyUnfit(label, "others may open the key file", {"mode": f"{stat.S_IMODE(facts.st_mode):04o}"})
    if facts.st_uid != os.geteuid():
        raise KeyUnfit(label, "the key file belongs to another user", {"owner": facts.st_uid})
    if not 0 < facts.st_size <= at_most or (exactly is not None and facts.st_size != exactly):
        raise KeyUnfit(label, "the key has a wrong length", {"bytes": facts.st_size, "expected": exactly or 0})
