"""TLS certificates that terminals came with, as the gateway's store keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class ClientCertificateStore(Protocol):
    """Which certificates came with which terminal."""

    def note(self, terminal: str, serial: str, at: str) -> None:
        """The terminal came with this one; the same again changes nothing."""

    def newest(self) -> Mapping[str, str]:
        """Terminal to the serial that was new last."""
