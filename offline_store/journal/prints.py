"""How prints stand, derived from chain entries of kind ``print``: queued -> sending -> printed | failed | unknown.

A print entry's header has ``job`` (id) and ``state``, and may have ``session``. The chain is the only place where a
print's state lives; the last word about a job counts. A job whose last word is queued or sending after a crash is
neither printed nor failed: the terminal appends ``unknown`` for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from offline_store.chain import ChainEntry, Header
from offline_store.journal.outcomes import PrintJob
from offline_store.schema import FINAL_PRINT_STATES, PRINT_STATES, PrintState


def require_print_header(header: Header) -> None:
    """Raises ValueError when a print entry names no job or no known state."""
    if not isinstance(header.get("job"), str) or header.get("state") not in PRINT_STATES:
        raise ValueError(f"a print entry names its job and one state of {', '.join(PRINT_STATES)}")


def print_jobs(entries: Iterable[ChainEntry]) -> Mapping[str, PrintJob]:
    """Every job's last state, in the order in which jobs first appeared."""
    jobs: dict[str, PrintJob] = {}
    for entry in entries:
        if entry.kind != "print":
            continue
        header = entry.header_values()
        require_print_header(header)
        session = header.get("session")
        job = str(header["job"])
        jobs[job] = PrintJob(
            job=job,
            state=cast("PrintState", header["state"]),
            position=entry.position,
            at=entry.at,
            session=session if isinstance(session, str) else None,
        )
    return jobs


def unfinished(jobs: Mapping[str, PrintJob]) -> tuple[PrintJob, ...]:
    """Jobs that have no final state."""
    return tuple(job for job in jobs.values() if job.state not in FINAL_PRINT_STATES)
