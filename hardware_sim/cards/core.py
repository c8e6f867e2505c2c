"""A card between two commands: its tree, its keys, what is selected and what has been proved."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hardware_sim.cards.crypto import Family
from hardware_sim.cards.files import Directory, File, Key
from hardware_sim.cards.security import CardMemory, Proofs


@dataclass
class Session:
    """Everything a card forgets without power. `pointer` is the number of the record last found by tag, or None."""

    path: tuple[Directory, ...]
    file: File | None = None
    pointer: int | None = None
    challenge: bytes | None = None
    proofs: Proofs = field(default_factory=Proofs)


@dataclass(repr=False)
class Core:
    """The chip. `pin` is coded as it is sent (BCD, F filled) or None when the issuer set none."""

    tree: Directory
    family: Family
    pin: bytes | None
    pin_tries: int
    auth_tries: int
    memory: CardMemory
    chance: Callable[[int], bytes]
    session: Session

    @property
    def directory(self) -> Directory:
        """The current directory."""
        return self.session.path[-1]

    @property
    def environment(self) -> Directory | None:
        """The environment (DDF below the MF) we are in, at any depth."""
        return self.session.path[1] if len(self.session.path) > 1 else None

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
        if holder is None:
            return None
        key = holder.key_by_id(kid)
        return None if key is None else (holder, key)
