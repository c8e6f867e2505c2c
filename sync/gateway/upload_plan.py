"""What an upload would change, and what is known of the epochs it speaks of: looked at before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from offline_store.chain import ChainEntry, EpochOpened, Position, stated_suite
from offline_store.truncation import Truncation
from sync.gateway.store import Store
from sync.gateway.terminal_certificate_store import CertifiedKey
from sync.protocol.suites import SuiteName, suite_of_public_key


@dataclass
class UploadPlan:
    """An upload's entries so far, over what the store holds. `former`: keys whose certificates came with it."""

    store: Store
    key: CertifiedKey
    salvaged: bool
    former: tuple[bytes, ...] = ()
    new: dict[tuple[int, int], tuple[ChainEntry, bytes | None]] = field(default_factory=dict)
    truncation: ChainEntry | None = None
    already: int = 0
    lost: list[tuple[int, int, int]] = field(default_factory=list)
    """Holes: epoch, first and last number."""
    heads: dict[int, Position] = field(default_factory=dict)
    _latest: int = 0
    """The last epoch that is known to have been opened."""
    _stated: dict[int, dict[int, bytes]] = field(default_factory=dict)
    """What later openings say: epoch, number, hash."""
    _read_above: int | None = None
    """The store's openings of epochs above this one were looked at."""

    @property
    def terminal(self) -> str:
        """Its number."""
        return self.key.terminal

    @property
    def keys(self) -> tuple[bytes, ...]:
        """Every key that is known to have been the terminal's."""
        return (*self.store.keys_of(self.terminal), *self.former)

    def head(self, epoch: int) -> Position | None:
        """The highest entry of an epoch, those of this upload included."""
        head = self.heads.get(epoch) or self.store.head(self.terminal, epoch)
        if head is not None:
            self.heads[epoch] = head
        return head

    def take(self, entry: ChainEntry, sealed: bytes | None) -> None:
        """The entry is new."""
        self.new[entry.epoch, entry.seq] = (entry, sealed)
        if entry.seq == 1:
            self._note(entry)
        head = self.heads.get(entry.epoch)
        if head is None or head.seq < entry.seq:
            self.heads[entry.epoch] = entry.position

    def hash_at(self, epoch: int, seq: int) -> bytes | None:
        """The hash held at a number."""
        new = self.new.get((epoch, seq))
        return new[0].hash if new else self.store.hash_at(self.terminal, epoch, seq)

    def prev_at(self, epoch: int, seq: int) -> bytes | None:
        """What the entry held at a number says of the one before it."""
        head = self.head(epoch)
        if head is None or seq > head.seq:
            return None
        new = self.new.get((epoch, seq))
        return new[0].prev if new else self.store.prev_at(self.terminal, epoch, seq)

    def suite(self, entry: ChainEntry) -> SuiteName | None:
        """The suite of an entry's epoch; None when nobody has its opening."""
        if entry.seq == 1:
            return stated_suite(entry) if entry.kind == "epoch-opened" else None
        new = self.new.get((entry.epoch, 1))
        opening = new[0] if new else self.store.opening(self.terminal, entry.epoch)
        return None if opening is None else stated_suite(opening)

    def has_ended(self, epoch: int) -> bool:
        """A later epoch was opened, perhaps by this upload."""
        self._read_openings(epoch)
        return self._latest > epoch

    def stated(self, epoch: int) -> dict[int, bytes]:
        """The hash a later opening states for a number of this epoch."""
        self._read_openings(epoch)
        return self._stated.get(epoch, {})

    def _read_openings(self, above: int) -> None:
        """Each is read once: there may be thousands, and entries by the hundred that ask."""
        if self._read_above is None or above < self._read_above:
            for opening in self.store.openings_after(self.terminal, above):
                self._note(opening)
            self._read_above = above

    def _note(self, opening: ChainEntry) -> None:
        self._latest = max(self._latest, opening.epoch)
        known = _last_known(opening)
        if known is not None and known.epoch < opening.epoch:
            self._stated.setdefault(known.epoch, {})[known.seq] = known.hash

    def takes_holes(self, epoch: int) -> bool:
        """A salvaged journal of an epoch that has ended."""
        return self.salvaged and self.has_ended(epoch)

    def contradicted(self, opening: ChainEntry) -> Position | None:
        """Where an opening states another entry than is held, of an epoch that was written under this key."""
        known = _last_known(opening)
        if known is None or known.epoch < self.key.least_epoch:
            return None
        return None if self.hash_at(known.epoch, known.seq) in (None, known.hash) else known

    def cut_before(self, entry: ChainEntry) -> bool:
        """Whether the terminal proves that what came before this entry left its chain after its retention."""
        record = self.truncation
        if record is None or record.epoch != entry.epoch:
            return False
        try:
            cut = Truncation.read(record)
        except (ValueError, RecursionError):  # the header is whatever was sent, nested as deep as it likes
            return False
        # its own hash is looked at when it comes in its place; all that counts of it here is signed
        fits = (cut.up_to.seq + 1, cut.up_to.hash) == (entry.seq, entry.prev)
        statement = Truncation.statement(self.terminal, record.at, cut.up_to, cut.opening)
        return (
            fits
            and cut.opening == self.hash_at(entry.epoch, 1)
            and any(suite_of_public_key(key).verify(key, cut.signature, statement) for key in self.keys)
        )


def _last_known(opening: ChainEntry) -> Position | None:
    """The head that an opening which was taken states; of one with odd numbers, taken by an earlier release, none."""
    try:
        return EpochOpened.read(opening).last_known
    except (ValueError, RecursionError):
        return None
