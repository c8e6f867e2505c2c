"""TLS certificates that terminals came with, on SQLite (`sync.gateway.client_certificate_store`)."""

from __future__ import annotations

from collections.abc import Mapping

from sync.gateway.sqlite_database import Database


class SqliteClientCertificates:
    """Serials in `gateway.db`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, terminal: str, serial: str, at: str) -> None:
        known = self._database.one(
            "SELECT 1 FROM client_certificate WHERE terminal = ? AND serial = ?", terminal, serial
        )
        if known is None:
            self._database.run(
                "INSERT INTO client_certificate (terminal, serial, first_seen_at) VALUES (?, ?, ?)",
                (terminal, serial, at),
            )

    def newest(self) -> Mapping[str, str]:
        return dict(self._database.all("SELECT terminal, serial FROM client_certificate ORDER BY id"))
