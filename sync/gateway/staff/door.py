"""The door staff come through: its address, the key of second factors, the suite, and where chance comes from."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sync.gateway.staff.second_factor import KEY_BYTES
from sync.protocol.suites import SuiteName

KEY_FILE = "staff.key"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class StaffKeyUnfit(Exception):  # noqa: N818 - named by the condition
    """keys/staff.key is not what this gateway wrote: put it back, or remove it and reset every second factor."""


@dataclass(frozen=True, slots=True)
class Door:
    """`url` is the address in people's browsers: scheme, host and port decide cookies and the origin of forms."""

    url: str
    key: bytes = field(repr=False)
    suite: SuiteName
    random: Callable[[int], bytes] = os.urandom

    @property
    def origin(self) -> str:
        """What a browser says in `Origin` when a form of ours is sent (RFC 6454 section 6.2)."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
        return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS. Plain http is for loopback alone, as the server sees to."""
        return self.url.startswith("https://")


def staff_key(keys: Path, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """The key in `keys/staff.key` (0600), made at first use. Raises StaffKeyUnfit."""
    path = keys / KEY_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "wb") as file:
            file.write(random(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise StaffKeyUnfit(f"{path} has {len(key)} octets, not {KEY_BYTES}: put the right file back")
    return key
