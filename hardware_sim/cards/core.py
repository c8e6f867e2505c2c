"""A card between two commands: its tree, its keys, what is selected, what has been proved and what was written."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from hardware_sim.cards.coding import coded_pin
from hardware_sim.cards.crypto import Family
from hardware_sim.cards.files import BinaryFile, Directory, File, Key, RecordFile
from hardware_sim.cards.layout import CERTIFICATES_NAME, SSSE_NAME
from hardware_sim.cards.memory import CardMemory
from hardware_sim.cards.security import Proofs


@dataclass(frozen=True, repr=False)
class Pending:
    """A transaction of the medical account between its INITIALIZE and its CREDIT or DEBIT."""

    kind: Literal["load", "purchase"]
    random_input: bytes
    """The card's random number (4) and sequence (2), which the session key is made from."""
    terminal: bytes
    amounts: tuple[int, int, int]
    """Account, self-paid, fund, in fen; a load has only the first."""


@dataclass
class Session:
    """Everything a card forgets without power. `pointer` is the number of the record last found by tag, or None."""

    path: tuple[Directory, ...]
    file: File | None = None
    pointer: int | None = None
    challenge: bytes | None = None
    proofs: Proofs = field(default_factory=Proofs)
    pending: Pending | None = None


@dataclass(repr=False)
class Issued:
    """What the issuer put into the chip beside its files. PINs are digits, empty when none was set."""

    pin: str
    pin_tries: int
    auth_tries: int
    certificate_pin: str


@dataclass(repr=False)
class Core:
    """The chip. `failing_writes` is how many writes the worn memory refuses before the next one succeeds."""

    tree: Directory
    family: Family
    issued: Issued
    memory: CardMemory
    chance: Callable[[int], bytes]
    session: Session
    contactless: bool = False
    failing_writes: int = 0

    @property
    def directory(self) -> Directory:
        """The current directory."""
        return self.session.path[-1]

    @property
    def environment(self) -> Directory | None:
        """The environment (DDF below the MF) we are in, at any depth."""
        return self.session.path[1] if len(self.session.path) > 1 else None

    @property
    def in_social_security(self) -> bool:
        """Inside SSSE, where the holder's PIN is."""
        return self.environment is not None and self.environment.df_name == SSSE_NAME

    @property
    def in_certificates(self) -> bool:
        """Inside the certificate environment of a third-generation card."""
        return self.environment is not None and self.environment.df_name == CERTIFICATES_NAME

    @property
    def pin(self) -> bytes | None:
        """The PIN as VERIFY carries it, or None when none is set."""
        if self.memory.pin is not None:
            return bytes.fromhex(self.memory.pin) or None
        return coded_pin(self.issued.pin) if self.issued.pin else None

    @property
    def blocked(self) -> bool:
        """Whether the current directory, or one above it, was blocked for good."""
        path = self.session.path
        return any(path_name(path[:depth]) in self.memory.blocked for depth in range(2, len(path) + 1))

    def forget_session(self) -> None:
        """Power off or reset: back to the MF, nothing proved."""
        self.session = Session(path=(self.tree,))

    def enter(self, path: tuple[Directory, ...]) -> None:
        """Make the last directory of `path` the current one and drop the proofs that end with what we leave."""
        proofs = self.session.proofs
        if path[1:2] != self.session.path[1:2]:
            proofs.of_environment.clear()
        if path[2:3] != self.session.path[2:3]:
            proofs.of_application.clear()
        self.session.path = path
        self.open(None)

    def open(self, file: File | None) -> None:
        """Make `file` the current EF. A new file starts without a record pointer."""
        if file is not self.session.file:
            self.session.pointer = None
        self.session.file = file

    def key(self, kid: int) -> tuple[Directory, Key] | None:
        """The key `kid` names: bit 8 set means a key of the current DF, otherwise one of the environment."""
        holder = self.directory if kid & 0x80 else self.environment
        key = None if holder is None else holder.key_by_id(kid)
        return None if holder is None or key is None else (holder, key)

    def take_challenge(self) -> bytes | None:
        """The last challenge, which is used up now, or None when there is none that fits a block of the cipher."""
        challenge, self.session.challenge = self.session.challenge, None
        if challenge is None or len(challenge) > self.family.block:
            return None
        return challenge

    def write_fails(self) -> bool:
        """Asked once by each command before it writes: True when the memory does not take it (6581)."""
        if self.failing_writes == 0:
            return False
        self.failing_writes -= 1
        return True

    def records(self, file: RecordFile) -> tuple[bytes, ...]:
        """The records of a file of the current directory as they are now."""
        written = self.memory.records.get(self._path_of(file))
        return file.records if written is None else tuple(bytes.fromhex(record) for record in written)

    def content(self, file: BinaryFile) -> bytes:
        """The bytes of a transparent file of the current directory as they are now."""
        written = self.memory.contents.get(self._path_of(file))
        return file.content if written is None else bytes.fromhex(written)

    def replace_records(self, file: RecordFile, records: tuple[bytes, ...]) -> None:
        """All records in one step: there is no moment with half of a change."""
        self.memory.records[self._path_of(file)] = [record.hex() for record in records]

    def replace_content(self, file: BinaryFile, content: bytes) -> None:
        """All bytes in one step."""
        self.memory.contents[self._path_of(file)] = content.hex()

    def _path_of(self, file: File) -> str:
        return f"{path_name(self.session.path)}/{file.name}"


def path_name(path: tuple[Directory, ...]) -> str:
    """ "SSSE/DF01": names below the MF."""
    return "/".join(directory.name for directory in path[1:])
