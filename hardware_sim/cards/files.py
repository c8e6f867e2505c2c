"""The shapes of a card's file tree: record files, transparent files, directories and their keys, all plain values."""

from dataclasses import dataclass
from typing import Final

from hardware_sim.cards.security import Condition

MF_ID: Final = 0x3F00
EF_ID_BASE: Final = 0xEF00


@dataclass(frozen=True, repr=False)
class RecordFile:
    """A file of records, record 1 first. `name` is what the specification calls it, e.g. "EF06"."""

    name: str
    sfi: int
    read: Condition
    records: tuple[bytes, ...]


@dataclass(frozen=True, repr=False)
class BinaryFile:
    """A transparent file."""

    name: str
    sfi: int
    read: Condition
    content: bytes


File = RecordFile | BinaryFile


@dataclass(frozen=True, repr=False)
class Key:
    """A key for authentication: id as in P2 of EXTERNAL AUTHENTICATION, and 16 secret bytes."""

    name: str
    kid: int
    value: bytes


@dataclass(frozen=True, repr=False)
class Directory:
    """MF, an environment (DDF) such as SSSE, or an application (DF). `fci` is the complete answer to its SELECT."""

    name: str
    file_id: int | None
    df_name: bytes
    fci: bytes
    files: tuple[File, ...] = ()
    children: tuple["Directory", ...] = ()
    keys: tuple[Key, ...] = ()

    def file_by_sfi(self, sfi: int) -> File | None:
        return next((file for file in self.files if file.sfi == sfi), None)

    def file_by_id(self, file_id: int) -> File | None:
        """The short id is the low byte of the file id (EF15 has SFI 15)."""
        return self.file_by_sfi(file_id - EF_ID_BASE)

    def key_by_id(self, kid: int) -> Key | None:
        return next((key for key in self.keys if key.kid == kid), None)
