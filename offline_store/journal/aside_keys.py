"""The key of a journal that was moved aside, when the stores' key was changed since.

The moved files stay as they are, as evidence; their own key lies beside them, encrypted (AES-256-GCM) under the stores'
present key and bound to the folder's name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from offline_store.connection import KeyBytes
from offline_store.durable import mapped, write_file
from offline_store.errors import WrongKey
from offline_store.journal.aside import OLD_KEY
from offline_store.keys import KeyBuffer

NEXT_OLD_KEY: Final = "store-key.rekeyed"
"""Under the key that is about to become the present one."""
NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


@contextlib.contextmanager
def old_key_of(moved_aside: Path, key: KeyBytes) -> Iterator[KeyBuffer]:
    """The key a moved journal is under; ``key``: the stores' present one. Raises WrongKey."""
    with KeyBuffer(OLD_KEY, _own_key(moved_aside, key)) as buffer:
        yield buffer


def _own_key(moved_aside: Path, key: KeyBytes) -> bytearray:
    path = moved_aside / OLD_KEY
    if not path.exists():
        return bytearray(key)
    with mapped(moved_aside.name):
        kept = path.read_bytes()
    try:
        # into memory that can be overwritten
        material = bytearray(len(kept) - NONCE_BYTES - _TAG_BYTES)
        AESGCM(key).decrypt_into(kept[:NONCE_BYTES], kept[NONCE_BYTES:], moved_aside.name.encode(), material)
    except (InvalidTag, ValueError):
        raise WrongKey(moved_aside.name, "its old key does not open under this one") from None
    return material


def keep_key(moved_aside: Path, material: KeyBytes, under: KeyBytes, nonce: bytes) -> None:
    """Put a moved journal's own key beside it, for the time when ``under`` is the stores' key."""
    sealed = nonce + AESGCM(under).encrypt(nonce, material, moved_aside.name.encode())
    write_file(moved_aside / NEXT_OLD_KEY, sealed)
