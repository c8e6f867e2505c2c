"""Processing: what was received is opened, checked against its commitment, and put where it belongs.

Each item gets one result, accepted or refused with a reason; a refused one never blocks the next. Sealed octets stay as
they came, so that a refusal can be looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from offline_store.chain import ChainEntry, body_info, open_commitment, stated_suite, timestamp
from sync.gateway.store import PendingBody, RegisteredCertificate, Store
from sync.protocol.messages import (
    MAX_SEALED_BYTES,
    CertificateIssued,
    Malformed,
    RecordQuery,
    UnknownAct,
    parse_act,
)
from sync.protocol.suites import CannotOpen, Opener, SuiteName


@dataclass(frozen=True, slots=True)
class Processed:
    """How many items were accepted and how many refused."""

    accepted: int
    refused: int


class _Unfit(Exception):  # noqa: N818 - named by the condition
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def process_pending(store: Store, centre: Opener, limit: int, now: datetime) -> Processed:
    """Process up to `limit` items in order of receipt, in one transaction."""
    at = timestamp(now)
    accepted = refused = 0
    with store.transaction():
        for item in store.pending(limit):
            try:
                _process(store, item, centre)
            except _Unfit as unfit:
                store.add_result(item.entry, "refused", unfit.reason, at)
                refused += 1
            else:
                store.add_result(item.entry, "accepted", None, at)
                accepted += 1
    return Processed(accepted, refused)


def _process(store: Store, item: PendingBody, centre: Opener) -> None:
    if item.entry.body_commitment is None:
        if item.sealed is not None:
            raise _Unfit("body-not-committed")
        return
    opening = store.opening(item.entry.terminal, item.entry.epoch)
    suite = None if opening is None else stated_suite(opening)
    act, plain = _opened(item.entry, item.entry.body_commitment, suite, item.sealed, centre)
    if isinstance(act, CertificateIssued):
        _register(store, item.entry, act)
    store.add_act(item.entry, act.type, plain)


def _opened(
    entry: ChainEntry, commitment: bytes, suite: SuiteName | None, sealed: bytes | None, centre: Opener
) -> tuple[RecordQuery | CertificateIssued, bytes]:
    if sealed is None:
        raise _Unfit("body-withheld")
    if len(sealed) > MAX_SEALED_BYTES:
        raise _Unfit("body-too-large")
    try:
        salted = centre.open(sealed, body_info(entry.terminal, entry.epoch, entry.seq, entry.kind))
    except CannotOpen:
        raise _Unfit("body-does-not-open") from None
    plain = open_commitment(salted, commitment, suite)
    if plain is None:
        raise _Unfit("body-not-as-committed")
    try:
        return parse_act(plain), plain
    except UnknownAct:
        raise _Unfit("act-type-unknown") from None
    except Malformed:
        raise _Unfit("act-malformed") from None


def _register(store: Store, entry: ChainEntry, act: CertificateIssued) -> None:
    if store.certificate(act.number) is not None:
        raise _Unfit("certificate-number-taken")
    store.register(
        RegisteredCertificate(
            number=act.number,
            terminal=entry.terminal,
            epoch=entry.epoch,
            seq=entry.seq,
            item=act.item,
            issued_at=act.issued_at,
            expires_at=act.expires_at,
            pdf_sha256=act.pdf_sha256,
            code_sha256=act.code_sha256,
            seal_key_id=act.seal_key_id,
            state="known",
            revoked_at=None,
        )
    )
