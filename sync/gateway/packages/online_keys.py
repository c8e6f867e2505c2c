"""The gateway's own two keys, for timestamp and snapshot: files in `keys/packages/`, one pair a file.

A new pair is made with a root that names it and takes over when that root is published; until then the old one signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field
from tuf.api.metadata import Root

from sync.gateway.packages.files import create
from sync.gateway.packages.signing import Online
from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import Malformed, Message, parse
from sync.protocol.suites import SuiteName, suite

FOLDER: Final = "packages"


class _Pair(Message):
    format: Literal["package-online-keys-1"] = "package-online-keys-1"
    suite: SuiteName
    timestamp: Annotated[Base64Bytes, Field(min_length=32, max_length=32)] = Field(repr=False)
    snapshot: Annotated[Base64Bytes, Field(min_length=32, max_length=32)] = Field(repr=False)


@dataclass(frozen=True, slots=True)
class OnlineKeyFiles:
    """The pairs of one gateway; `folder` is its `keys/`."""

    folder: Path

    def make(self, named: SuiteName) -> Online:
        """A new pair, on the disk."""
        chosen = suite(named)
        pair = _Pair(suite=named, timestamp=chosen.new_signing_key(), snapshot=chosen.new_signing_key())
        made = _online(pair)
        place = self.folder / FOLDER
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        create(place / f"{made.keys[0].keyid[:16]}.json", pair.to_wire())
        return made

    def of(self, root: Root) -> Online | None:
        """The pair that a root names; None when it is not here."""
        wanted = (root.roles["timestamp"].keyids, root.roles["snapshot"].keyids)
        for path in sorted((self.folder / FOLDER).glob("*.json")):
            try:
                found = _online(parse(_Pair, path.read_bytes()))
            except (Malformed, OSError):
                continue
            if ([found.keys[0].keyid], [found.keys[1].keyid]) == wanted:
                return found
        return None


def _online(pair: _Pair) -> Online:
    chosen = suite(pair.suite)
    return Online(chosen.signer(pair.timestamp), chosen.signer(pair.snapshot))
