"""The reckoning at dawn: what the centre has, and how every print ended."""

from __future__ import annotations

from night.chain import BrokenError, Chain
from night.invariants import FINAL, Invariants

from sync.client.outcomes import Stopped
from sync.gateway.store import Store


def the_centre_has_it_once(store: Store, terminal: str, chain: Chain, alarmed: list[Stopped]) -> None:
    """Every entry of the terminal's chain exactly once and processed, nothing else, and no alarm."""
    chain.catch_up()
    with store.transaction():
        rows = store.records(1_000_000)
        results = store.results_after(terminal, 0, 1_000_000)
        hashes = {row.seq: store.hash_at(terminal, row.epoch, row.seq) for row in rows}
        registered = {number for number in chain.issued if store.certificate(number) is not None}
        alarms = sum(each.alarms for each in store.fleet())
    ours = {entry.seq: entry.hash for entry in chain.entries}
    if len(rows) != len(hashes) or hashes != ours:
        raise BrokenError(f"the centre has {len(rows)} entries, the terminal recorded {len(ours)}, or they differ")
    if sorted(each.seq for each in results) != sorted(ours):
        raise BrokenError("an entry has no result at the centre, or two")
    if refused := [each for each in results if each.state != "accepted"]:
        raise BrokenError(f"the centre refused {len(refused)} entries: {refused[0].reason}")
    acts = {row.seq for row in rows if row.act is not None}
    with_body = {entry.seq for entry in chain.entries if entry.body_commitment is not None}
    if acts != with_body:
        raise BrokenError("the centre opened other bodies than were sealed")
    if registered != set(chain.issued):
        raise BrokenError("a certificate is not in the register")
    if alarms or alarmed:
        raise BrokenError(f"there were {alarms} alarms at the centre, and sync stopped {alarmed}")


def every_print_ended(invariants: Invariants) -> None:
    """In exactly one of three ways, and the printers agree."""
    for job, states in invariants.chain.jobs.items():
        if sum(state in FINAL for state in states) != 1:
            raise BrokenError(f"print {job} ended as {' -> '.join(states)}")
        invariants.print_agrees(job, states[-1])
