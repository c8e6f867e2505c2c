"""The centre of the night: the gateway's core in this process, its store on disk, snapshots with short leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from night.when import CentreClock

from offline_store.chain import timestamp
from offline_store.schema import SnapshotRow, to_record
from sync.gateway.authority import make_demo_authority
from sync.gateway.core import handle
from sync.gateway.endpoint import Centre, FileAnswer
from sync.gateway.enrolling import issue_code
from sync.gateway.processing import process_pending
from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.store import PublishedSnapshot
from sync.protocol.exchange import Request, Response
from sync.protocol.packages import PackageWriter, sign_manifest


class CentralPlatform:
    """One gateway with its keys."""

    def __init__(self, folder: Path, clock: CentreClock) -> None:
        folder.mkdir()
        self.folder = folder
        self.clock = clock
        self.authority = make_demo_authority(clock.now())
        self.store = SqliteStore(folder, create=True)
        self._centre = Centre(self.authority, "https://gateway.example", "https://verify.example/v")

    def answer(self, request: Request) -> Response:
        """Whatever arrives is handled to the end."""
        answer = handle(request, self.store, self.clock, self._centre)
        if isinstance(answer, FileAnswer):
            return Response(answer.status, answer.headers, answer.file.read_bytes())
        return answer

    def enrolment_code(self, terminal: str) -> str:
        with self.store.transaction():
            return issue_code(terminal, self.authority, self.store, self.clock.now()).to_text()

    def process(self) -> None:
        """A pass of the processing step."""
        process_pending(self.store, self.authority.centre, 500, self.clock.now())

    def publish(self, rows: Sequence[SnapshotRow], lease: timedelta) -> None:
        """The next generation."""
        now = self.clock.now()
        writer = PackageWriter()
        package = b"".join(writer.pack(to_record(row) for row in rows))
        with self.store.transaction():
            latest = self.store.latest_snapshot()
            generation = latest.generation + 1 if latest else 1
            manifest = writer.manifest(
                generation=generation,
                area="990100",
                origin="demo-centre",
                as_of=timestamp(now),
                made_at=timestamp(now),
                expires_at=timestamp(now + lease),
            )
            file = f"snapshot-{generation}.ndjson.gz"
            (self.folder / "snapshots" / file).write_bytes(package)
            signed = sign_manifest(manifest, self.authority.package).to_wire()
            self.store.publish(PublishedSnapshot(generation, signed, file, timestamp(now)))

    def close(self) -> None:
        self.store.close()
