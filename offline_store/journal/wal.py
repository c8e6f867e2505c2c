"""Is a write-ahead log whole, and what can be made of it when it is not. Pure: bytes in, bytes out.

SQLite reads a WAL up to the first frame whose checksum is wrong and takes the rest for the leavings of a crash. One
flipped bit therefore drops every transaction behind it without an error. Here a WAL is *suspect* when a frame of the
present generation lies at or behind the first wrong checksum and closes a transaction: with synchronous=FULL that
transaction may have been acknowledged. A power cut that tore the last, never acknowledged commit can look the same;
then a new epoch opens needlessly and nothing is lost. After a kill without a power cut the wal-index knows better (see
`offline_store.journal.wal_index`).

Layout: sqlite.org/fileformat2.html section 4 (header 32 bytes, frame header 24 bytes, then one page).
"""

from __future__ import annotations

import itertools
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

PAGE_BYTES: Final = 4096
"""SQLCipher 4's page size."""
_HEADER: Final = struct.Struct(">8I")
_FRAME: Final = struct.Struct(">6I")
_MAGIC_LITTLE: Final = 0x377F0682
_MAGIC_BIG: Final = 0x377F0683
_FORMAT: Final = 3007000
_MASK: Final = 0xFFFFFFFF
_FRAME_BYTES: Final = _FRAME.size + PAGE_BYTES

Sum = tuple[int, int]
Salts = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Committed:
    """Where the last closed transaction ends: ``frames`` from the WAL's beginning, the running checksum behind them."""

    frames: int
    salts: Salts
    checksum: Sum


@dataclass(frozen=True, slots=True)
class _Frame:
    index: int
    page: int
    commit: int
    salts: Salts
    checksum: Sum
    content: bytes


def is_suspect(wal: bytes, committed: Committed | None = None) -> bool:
    """True when committed transactions may lie behind a wrong checksum, so that SQLite would drop them in silence.

    ``committed``: what a wal-index of this same boot says; then only what it counts must be whole.
    """
    if len(wal) < _HEADER.size + _FRAME_BYTES:
        return committed is not None and committed.frames > 0
    header = _header(wal)
    if header is None:
        # a header is synced before the first frame is written: frames behind a wrong one were cut off by damage
        return True
    order, salts, running = header
    if committed is not None and committed.salts == salts:
        return committed.frames > 0 and _sum_behind(wal, committed.frames, header) != committed.checksum
    frames = _frames(wal)
    for frame in frames:
        following = _frame_sum(frame.page, frame.commit, frame.content, running, order)
        if frame.salts == salts and frame.checksum == following:
            running = following
            continue
        return _closes_a_transaction(frame, salts, running, order) or any(
            later.salts == salts and later.commit for later in frames
        )
    return False


def rechained(wal: bytes, *, without_wrong_frames: bool) -> bytes | None:
    """A WAL with its checksums worked out anew, so that SQLite reads past the damage. None when nothing can be made.

    For salvage on a copy only: SQLCipher's own page authentication still refuses a page whose content was changed, and
    each entry is proved by its hash. One bit that turned over in a frame's page number or size is turned back where
    the checksum proves it. ``without_wrong_frames`` leaves out the frames whose checksum is wrong.
    """
    frames = list(_frames(wal))
    if not frames:
        return None
    header = _header(wal)
    order = header[0] if header else "<"
    salts = header[1] if header else Counter(frame.salts for frame in frames).most_common(1)[0][0]
    kept: list[_Frame] = []
    # a frame's checksum goes on from the one before it, whichever of the two was damaged; before the first frame
    # behind a damaged header nothing is known
    before: tuple[Sum, ...] = (header[2],) if header else ()
    mended_one = False
    for frame in frames:
        if not _same_generation(frame.salts, salts):
            break
        sums = [_frame_sum(frame.page, frame.commit, frame.content, each, order) for each in before]
        mended: _Frame | None = frame if not before or frame.checksum in sums else None
        if mended is None and not mended_one:
            # one is enough for one flipped bit, and it takes 64 sums
            mended, mended_one = _mended(frame, before[0], order), True
        if mended is not None or not without_wrong_frames:
            kept.append(mended or frame)
        before = (frame.checksum, *(sums[:1] if mended is None else ()))
    while kept and not kept[-1].commit:
        kept.pop()
    return _written(kept, salts) if kept else None


def _mended(frame: _Frame, before: Sum, order: str) -> _Frame | None:
    """The frame with one bit of its page number or size turned back, if its checksum is right then."""
    for bit in range(32):
        for page, commit in ((frame.page ^ 1 << bit, frame.commit), (frame.page, frame.commit ^ 1 << bit)):
            if _frame_sum(page, commit, frame.content, before, order) == frame.checksum:
                return replace(frame, page=page, commit=commit)
    return None


def _header(wal: bytes) -> tuple[str, Salts, Sum] | None:
    magic, form, page_bytes, _, salt_1, salt_2, sum_1, sum_2 = _HEADER.unpack_from(wal)
    if magic not in (_MAGIC_LITTLE, _MAGIC_BIG) or form != _FORMAT or page_bytes != PAGE_BYTES:
        return None
    order = "<" if magic == _MAGIC_LITTLE else ">"
    checksum = checksum_of(wal[:24], order)
    return (order, (salt_1, salt_2), checksum) if checksum == (sum_1, sum_2) else None


def _sum_behind(wal: bytes, count: int, header: tuple[str, Salts, Sum]) -> Sum | None:
    """The running checksum behind so many frames; None when one of them is missing or wrong."""
    order, salts, running = header
    for frame in itertools.islice(_frames(wal), count):
        running = _frame_sum(frame.page, frame.commit, frame.content, running, order)
        if (frame.salts, frame.checksum) != (salts, running):
            return None
        count -= 1
    return None if count else running


def _frames(wal: bytes) -> Iterator[_Frame]:
    for index, start in enumerate(range(_HEADER.size, len(wal) - _FRAME_BYTES + 1, _FRAME_BYTES)):
        page, commit, salt_1, salt_2, sum_1, sum_2 = _FRAME.unpack_from(wal, start)
        content = wal[start + _FRAME.size : start + _FRAME_BYTES]
        yield _Frame(index, page, commit, (salt_1, salt_2), (sum_1, sum_2), content)


def _closes_a_transaction(frame: _Frame, salts: Salts, running: Sum, order: str) -> bool:
    """Whether a frame with a wrong checksum was a commit of this generation, allowing for one flipped bit in it."""
    if not _same_generation(frame.salts, salts):
        return False
    if frame.commit:
        return True
    # the one bit that was flipped may have been the commit field's only one
    return any(_frame_sum(frame.page, 1 << bit, frame.content, running, order) == frame.checksum for bit in range(32))


def _same_generation(found: Salts, expected: Salts) -> bool:
    # both halves change when a generation begins; one flipped bit changes one half
    return found[0] == expected[0] or found[1] == expected[1]


def _frame_sum(page: int, commit: int, content: bytes, running: Sum, order: str) -> Sum:
    return _sum(content, _sum(struct.pack(">2I", page, commit), running, order), order)


def checksum_of(content: bytes, order: str) -> Sum:
    """SQLite's checksum of a header. ``order``: "<" or ">", that of its 32-bit words."""
    return _sum(content, (0, 0), order)


def _sum(content: bytes, running: Sum, order: str) -> Sum:
    first, second = running
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for left, right in zip(words[::2], words[1::2], strict=True):
        first = (first + left + second) & _MASK
        second = (second + right + first) & _MASK
    return first, second


def _written(frames: list[_Frame], salts: Salts) -> bytes:
    head = struct.pack(">6I", _MAGIC_LITTLE, _FORMAT, PAGE_BYTES, 0, *salts)
    running = checksum_of(head, "<")
    parts = [head, struct.pack(">2I", *running)]
    for frame in frames:
        running = _frame_sum(frame.page, frame.commit, frame.content, running, "<")
        parts.append(_FRAME.pack(frame.page, frame.commit, *salts, *running))
        parts.append(frame.content)
    return b"".join(parts)
