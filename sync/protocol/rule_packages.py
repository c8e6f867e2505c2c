"""Packages of rules, items and texts: what both ends agree on beside The Update Framework's own specification 1.0.

Four roles sign. *root* names everybody's keys; *targets* lists the packages: both need two persons, whose keys are
never on a machine of the centre. *snapshot* and *timestamp* only say which list is the newest; the gateway signs them
itself. So whoever takes the gateway over can hold back what is new for a week at most, and change nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints, ValidationError
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import KEY_FOR_TYPE_AND_SCHEME, Key, Signature, SSlibKey
from tuf.api.metadata import TargetFile, Targets

from sync.protocol.encoding import canonical_json
from sync.protocol.messages import Line, Message
from sync.protocol.suites import SuiteName, suite

PERSONS_NEEDED: Final = 2
KINDS: Final = ("rules", "items", "texts")

ROOT_LIFETIME: Final = timedelta(days=3 * 365)
TARGETS_LIFETIME: Final = timedelta(days=365)
SNAPSHOT_LIFETIME: Final = timedelta(days=14)
TIMESTAMP_LIFETIME: Final = timedelta(days=7)
"""How long a broken-in or silent gateway can keep a terminal from noticing that there is something newer."""

MAX_ROOT_BYTES: Final = 1 << 16
MAX_TIMESTAMP_BYTES: Final = 1 << 14
MAX_SNAPSHOT_BYTES: Final = 1 << 16
MAX_TARGETS_BYTES: Final = 1 << 20
MAX_PACKAGE_BYTES: Final = 4 * 1024 * 1024
"""What a terminal takes in one answer."""
MAX_PACKAGES: Final = 64
MAX_ALL_BYTES: Final = 32 * 1024 * 1024
"""Of one list: a terminal has all of it in memory when it changes generations."""
MAX_ROOT_CHANGES: Final = 32
"""New roots followed in one run: a chain without end is an attack."""
MAX_VERSION: Final = 2**53 - 1

METADATA_PATH: Final = "/v1/packages/metadata/"
CONTENT_PATH: Final = "/v1/packages/content/"
CONTENT_TYPE: Final = "application/octet-stream"

Octets = bytes | bytearray


def _is_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_is_day)]
PackageWord = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]

PersonName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{1,31}$")]


class PackageFacts(Message):
    """What the list says of a package beside length and hash (TUF's `custom`); two persons sign it.

    `version` rises with every change, whatever the rule calls itself. `valid_from`: the first day it holds. `place`:
    the division it is for, six digits (GB/T 2260), 000000 for everywhere.
    """

    kind: PackageWord
    name: PackageWord
    version: Annotated[int, Field(ge=1, le=MAX_VERSION)]
    valid_from: Day
    place: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    title: Line | None = None

    @property
    def path(self) -> str:
        """Its name in the list."""
        return f"{self.kind}/{self.name}"


class ListUnfit(ValueError):  # noqa: N818 - named by the condition
    """A list that is rightly signed and still none of ours: a package without its facts, too large, or too many."""


def packages_in(targets: Targets) -> dict[str, tuple[PackageFacts, TargetFile]]:
    """The packages of a list by their path. Raises ListUnfit."""
    if len(targets.targets) > MAX_PACKAGES:
        raise ListUnfit(f"more than {MAX_PACKAGES} packages")
    found: dict[str, tuple[PackageFacts, TargetFile]] = {}
    for path, target in targets.targets.items():
        try:
            facts = PackageFacts.model_validate(target.custom)
        except ValidationError:
            raise ListUnfit("a package without its facts") from None
        if facts.path != path or sha256_of(target) is None or not 0 < target.length <= MAX_PACKAGE_BYTES:
            raise ListUnfit("a package that is not what its entry says")
        found[path] = (facts, target)
    if sum(target.length for _, target in found.values()) > MAX_ALL_BYTES:
        raise ListUnfit(f"packages of more than {MAX_ALL_BYTES} octets in all")
    return found


def sha256_of(target: TargetFile) -> str | None:
    """The SHA-256 of a package in lower-case hex; None when its entry has none."""
    found = target.hashes.get("sha256")
    is_one = isinstance(found, str) and len(found) == 64 and set(found) <= set("0123456789abcdef")
    return found if is_one else None


class SuiteKey(Key):
    """A public key of the suite `sm` in TUF's metadata: type `sm2`, scheme `sm2-sm3`, 64 octets in hex."""

    @classmethod
    def from_dict(cls, keyid: str, key_dict: dict[str, Any]) -> SuiteKey:
        """As the registry of keys calls it."""
        keytype, scheme, keyval = cls._from_dict(key_dict)
        if not isinstance(keyval.get("public"), str):
            raise ValueError("an sm2 key has its public octets in hex")
        return cls(keyid, keytype, scheme, keyval, key_dict)

    def to_dict(self) -> dict[str, Any]:
        """Its metadata form."""
        return self._to_dict()

    def verify_signature(self, signature: Signature, data: bytes) -> None:
        """Raises UnverifiedSignatureError."""
        try:
            # of a signature's text TUF's reader does not even say that it is text
            public, octets = bytes.fromhex(self.keyval["public"]), bytes.fromhex(signature.signature)
        except (ValueError, TypeError):
            raise UnverifiedSignatureError("not hex") from None
        if not suite("sm").verify(public, octets, data):
            raise UnverifiedSignatureError(f"the signature of {self.keyid} does not hold")


_SM: Final = ("sm2", "sm2-sm3")
# TUF reads keys by this table; `intl` is its own ed25519.
KEY_FOR_TYPE_AND_SCHEME[_SM] = SuiteKey

PERSON: Final = "x-person"
"""The field of a key that names its holder; it is signed with the root."""


def key_of(public_key: bytes, name: SuiteName, holder: str) -> Key:
    """A public key as root lists it. Its id is the SHA-256 of what it is, its holder's name included."""
    keytype, scheme = ("ed25519", "ed25519") if name == "intl" else _SM
    value = {"public": public_key.hex()}
    more = {PERSON: holder}
    what = {"keytype": keytype, "scheme": scheme, "keyval": value, **more}
    key_id = hashlib.sha256(canonical_json(what)).hexdigest()
    kind: type[Key] = SSlibKey if name == "intl" else SuiteKey
    return kind(key_id, keytype, scheme, value, more)


def holder_of(key: Key) -> str:
    """Whose key it is, by the root."""
    fields: Mapping[str, Any] = key.unrecognized_fields
    return str(fields.get(PERSON, key.keyid[:12]))
