"""The packages' part of the gateway's file (`sync.gateway.packages.store`)."""

from __future__ import annotations

from sync.gateway.packages.store import Role, SignedRole
from sync.gateway.sqlite_database import Database


class SqlitePackages:
    """Metadata, proposals and contents in `gateway.db`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def metadata(self, role: Role, version: int) -> bytes | None:
        row = self._database.one("SELECT octets FROM package_metadata WHERE role = ? AND version = ?", role, version)
        return row[0] if row else None

    def latest(self, role: Role) -> bytes | None:
        row = self._database.one(
            "SELECT octets FROM package_metadata WHERE role = ? ORDER BY version DESC LIMIT 1", role
        )
        return row[0] if row else None

    def add(self, role: Role, version: int, octets: bytes, at: str) -> None:
        self._database.run("INSERT INTO package_metadata VALUES (?, ?, ?, ?)", (role, version, octets, at))

    def forget_old(self, role: Role, keep: int) -> None:
        self._database.run(
            "DELETE FROM package_metadata WHERE role = ? AND version NOT IN"
            " (SELECT version FROM package_metadata WHERE role = ? ORDER BY version DESC LIMIT ?)",
            (role, role, keep),
        )

    def proposal(self, role: SignedRole) -> bytes | None:
        row = self._database.one("SELECT octets FROM package_proposal WHERE role = ?", role)
        return row[0] if row else None

    def propose(self, role: SignedRole, octets: bytes, at: str) -> None:
        self._database.run("INSERT OR REPLACE INTO package_proposal VALUES (?, ?, ?)", (role, octets, at))

    def withdraw(self) -> None:
        self._database.run("DELETE FROM package_proposal")

    def content(self, sha256: str) -> bytes | None:
        row = self._database.one("SELECT octets FROM package_content WHERE sha256 = ?", sha256)
        return row[0] if row else None

    def add_content(self, sha256: str, octets: bytes) -> None:
        self._database.run("INSERT OR IGNORE INTO package_content VALUES (?, ?)", (sha256, octets))
