"""The shapes of a card's file tree: record files, transparent files, directories and their keys, all plain values.

What a terminal writes later lies in the card's memory and covers what is here; see core.py.
"""

from dataclasses import dataclass
from typing import Final

from hardware_sim.cards.security import Condition

MF_ID: Final = 0x3F00
EF_ID_BASE: Final = 0xEF00


@dataclass(frozen=True, repr=False)
class RecordFile:
    """A file of records as issued, record 1 first. `name` is what the specification calls it, e.g. "EF06".

    `write` names the key of its directory that UPDATE RECORD needs, None means never. A cyclic file holds at most
    `most` records of `record_length` bytes without tags, the newest as record 1; for other files both are 0.
    """

    name: str
    sfi: int
    read: Condition
    records: tuple[bytes, ...]
    write: str | None = None
    most: int = 0
    record_length: int = 0

    @property
    def cyclic(self) -> bool:
        return self.most > 0


@dataclass(frozen=True, repr=False)
class BinaryFile:
    """A transparent file as issued; `write` as in RecordFile."""

    name: str
    sfi: int
    read: Condition
    content: bytes
    write: str | None = None


File = RecordFile | BinaryFile


@dataclass(frozen=True, repr=False)
class Key:
    """A key: id as in P2 of EXTERNAL AUTHENTICATION, and 16 secret bytes."""

    name: str
    kid: int
    value: bytes


@dataclass(frozen=True, repr=False)
class Directory:
    """MF, an environment (DDF) such as SSSE, or an application (DF). `fci` is the complete answer to its SELECT.

    The file id of an EF is `ef_base` and its short id: EF05 of SSSE is EF05, EF12 of the certificates is 0012.
    """

    name: str
    file_id: int | None
    df_name: bytes
    fci: bytes
    files: tuple[File, ...] = ()
    children: tuple["Directory", ...] = ()
    keys: tuple[Key, ...] = ()
    ef_base: int = EF_ID_BASE

    def file_by_sfi(self, sfi: int) -> File | None:
        return next((file for file in self.files if file.sfi == sfi), None)

    def file_by_id(self, file_id: int) -> File | None:
        """The short id is the low byte of the file id (EF15 has SFI 15)."""
        return self.file_by_sfi(file_id - self.ef_base)

    def key_by_id(self, kid: int) -> Key | None:
        return next((key for key in self.keys if key.kid == kid), None)

    def key_by_name(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)
