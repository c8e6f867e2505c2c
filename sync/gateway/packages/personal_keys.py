"""A person's signing key: made and kept off-line, in a file sealed with a passphrase, and a public half to hand in.

scrypt (RFC 7914) and AES-256-GCM; the readable part of the file is authenticated with it. One form for both suites.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field

from offline_store.chain import timestamp
from sync.gateway.packages.files import create
from sync.gateway.packages.signing import Person
from sync.protocol.encoding import Base64Bytes, canonical_json
from sync.protocol.messages import Malformed, Message, Time, parse
from sync.protocol.rule_packages import PersonName
from sync.protocol.suites import Signer, SuiteName, UnfitKey, suite

MIN_PASSPHRASE: Final = 12
_LOG2_N, _R, _P = 16, 8, 1
_MAX_MEMORY: Final = 160 * 1024 * 1024
_MAX_BYTES: Final = 1 << 16


class KeyFileUnfit(Exception):  # noqa: N818 - named by the condition
    """The file is no such key, or the passphrase is not its own; says what to do."""


class PublicKeyFile(Message):
    """What a person hands to the gateway's operator."""

    format: Literal["package-person-1"] = "package-person-1"
    name: PersonName
    suite: SuiteName
    public_key: Annotated[Base64Bytes, Field(min_length=32, max_length=64)]
    made_at: Time


class PersonalKeyFile(Message):
    """What a person keeps."""

    format: Literal["package-personal-key-1"] = "package-personal-key-1"
    public: PublicKeyFile
    log2_n: Annotated[int, Field(ge=14, le=17)] = _LOG2_N
    salt: Annotated[Base64Bytes, Field(min_length=16, max_length=16)]
    nonce: Annotated[Base64Bytes, Field(min_length=12, max_length=12)]
    sealed: Annotated[Base64Bytes, Field(min_length=48, max_length=48)] = Field(repr=False)


def new_key(name: str, passphrase: str, out: Path, named: SuiteName, now: datetime) -> Path:
    """Make a key, write it to `out` (0600) and its public half beside it; answers the public file.

    Raises KeyFileUnfit for a name or a passphrase that will not do, FileExistsError rather than replacing a file.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise KeyFileUnfit(f"a passphrase has at least {MIN_PASSPHRASE} characters: take several words")
    chosen = suite(named)
    private = bytearray(chosen.new_signing_key())
    try:
        public = PublicKeyFile(
            name=name, suite=named, public_key=chosen.signer(private).public_key, made_at=timestamp(now)
        )
    except ValueError:
        raise KeyFileUnfit("a person's name has 2 to 32 small letters, digits, dots and dashes") from None
    salt, nonce = os.urandom(16), os.urandom(12)
    sealing = AESGCM(_derived(passphrase, salt, _LOG2_N))
    sealed = sealing.encrypt(nonce, bytes(private), _bound(public, _LOG2_N))
    private[:] = bytes(len(private))
    public_file = out.with_name(out.name + ".pub")
    if public_file.exists():
        raise FileExistsError(public_file)
    create(out, PersonalKeyFile(public=public, salt=salt, nonce=nonce, sealed=sealed).to_wire())
    create(public_file, public.to_wire())
    return public_file


def read_public(path: Path) -> Person:
    """A person from the public file. Raises KeyFileUnfit."""
    try:
        found = parse(PublicKeyFile, _octets(path))
    except Malformed:
        raise KeyFileUnfit(f"{path} is no public key of a person: ask for the file that ends in .pub") from None
    if not suite(found.suite).is_public_key(found.public_key):
        raise KeyFileUnfit(f"{path} holds no key of its suite")
    return Person(found.name, found.suite, found.public_key)


def whose(path: Path) -> Person:
    """Whose personal key a file is, without opening it. Raises KeyFileUnfit."""
    public = _read(path).public
    return Person(public.name, public.suite, public.public_key)


def open_key(path: Path, passphrase: str) -> tuple[Person, Signer]:
    """The person and the signer. Raises KeyFileUnfit."""
    found = _read(path)
    try:
        opening = AESGCM(_derived(passphrase, found.salt, found.log2_n))
        private = bytearray(opening.decrypt(found.nonce, found.sealed, _bound(found.public, found.log2_n)))
        signer = suite(found.public.suite).signer(private)
    except (InvalidTag, UnfitKey):
        raise KeyFileUnfit("the passphrase is not this key's, or the file was changed: try again") from None
    private[:] = bytes(len(private))
    if signer.public_key != found.public.public_key:
        raise KeyFileUnfit(f"{path} holds another key than it says")
    return Person(found.public.name, found.public.suite, signer.public_key), signer


def _read(path: Path) -> PersonalKeyFile:
    try:
        return parse(PersonalKeyFile, _octets(path))
    except Malformed:
        raise KeyFileUnfit(f"{path} is no personal key: kiosk-gateway packages key new makes one") from None


def _octets(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES)
    except OSError as error:
        raise KeyFileUnfit(f"{path} cannot be read: {error.strerror}") from None


def _bound(public: PublicKeyFile, log2_n: int) -> bytes:
    return canonical_json({"public": public.model_dump(mode="json"), "log2_n": log2_n})


def _derived(passphrase: str, salt: bytes, log2_n: int) -> bytes:
    octets = passphrase.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(octets, salt=salt, n=2**log2_n, r=_R, p=_P, maxmem=_MAX_MEMORY, dklen=32)
