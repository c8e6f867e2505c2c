"""What terminals fetch: results of their items, snapshots, the list of what was taken back."""

from __future__ import annotations

from typing import Final

from sync.gateway.endpoint import Asked, Endpoint, FileAnswer, answered, number_in
from sync.gateway.refusals import no_more_for_a_forked_key, problem
from sync.gateway.terminal_certificates import revoked_seals
from sync.protocol.exchange import COSE, JSON, NDJSON_GZIP, Response
from sync.protocol.messages import ItemResult, Results
from sync.protocol.packages import SignedManifest

RESULTS_PAGE: Final = 200


def _results(asked: Asked) -> Response:
    wanted = number_in(asked.request.query.get("after", ""))
    generation = number_in(asked.request.query.get("generation", "0"))
    common = asked.store.rewinds.common_results(asked.terminal, generation) if generation else None
    after = wanted if common is None else min(wanted, common)
    rows = asked.store.results_after(asked.terminal, after, RESULTS_PAGE + 1)
    page = tuple(
        ItemResult(
            n=row.n, epoch=row.epoch, seq=row.seq, hash=row.hash, state=row.state, reason=row.reason,
            processed_at=row.processed_at, case_number=row.case_number, decision=row.decision,
            correction=row.correction,
        )
        for row in rows[:RESULTS_PAGE]
    )  # fmt: skip
    return answered(
        Results(
            terminal=asked.terminal,
            generation=asked.store.rewinds.generation(),
            after=after,
            results=page,
            more=len(rows) > RESULTS_PAGE,
        )
    )


def _manifest(asked: Asked) -> Response:
    latest = asked.store.latest_snapshot()
    if latest is None:
        return problem(404, "no-snapshot", "The centre has published no snapshot yet.")
    if asked.key.forked_at is not None:
        return no_more_for_a_forked_key()
    return Response(200, {"content-type": JSON}, latest.manifest)


def _package(asked: Asked) -> Response:
    generation = number_in(asked.request.route.removeprefix("/v1/snapshot/"))
    found = asked.store.snapshot(generation)
    if found is None:
        return problem(404, "no-snapshot", "The centre does not offer this generation.")
    if asked.key.forked_at is not None:
        return no_more_for_a_forked_key()
    file = asked.store.package(found)
    if file is None:
        # of a gateway that was restored without its folder: somebody has to publish again
        return problem(503, "snapshot-file-missing", "The centre has lost this file.", headers={"retry-after": "600"})
    return FileAnswer(200, {"content-type": NDJSON_GZIP}, file=file)


def _revocations(asked: Asked) -> Response:
    seals = revoked_seals(asked.store)
    listed = asked.centre.authority.revocation_list(asked.store.revoked_numbers(), seals, now=asked.now)
    return Response(200, {"content-type": COSE}, listed)


ENDPOINTS: Final = (
    Endpoint(
        "/v1/results",
        "GET",
        "Results of this terminal's items after n",
        _results,
        None,
        Results,
        ("after", "generation"),
    ),
    Endpoint("/v1/snapshot", "GET", "Signed manifest of the latest snapshot", _manifest, None, SignedManifest),
    Endpoint("/v1/snapshot/{generation}", "GET", "Package of one generation", _package, None, NDJSON_GZIP),
    Endpoint("/v1/revocations", "GET", "Signed list of revoked certificates", _revocations, None, COSE),
)
