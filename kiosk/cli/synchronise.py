"""`kiosk sync run|now|status`: everything that goes over the network."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.cli.options import Data, Json, opened

if TYPE_CHECKING:
    from offline_store.schema import RunRow
    from sync.packages import PackageStatus

app = typer.Typer(help="What goes between this terminal and the centre.", no_args_is_help=True)


@app.command("run")
def run_command(
    data: Data, gateway: Annotated[str, typer.Option(help="another address than the one from enrolment")] = ""
) -> None:
    """The sync process: until SIGTERM; at once when the terminal pokes it."""
    from sync import process

    directory, settings, keys = opened(data, as_json=False)
    _guarded(lambda: process.run(directory.root, keys=keys, gateway_url=gateway or settings.centre.gateway), False)


@app.command("now")
def now_command(data: Data, as_json: Json = False) -> None:
    """One pass: uploads first, then what the centre has for this terminal."""
    from kiosk.cli.after_sync import after_a_stop, after_no_end
    from sync import process
    from sync.client.outcomes import Later, Stopped

    directory, settings, keys = opened(data, as_json=as_json)
    summary = _guarded(lambda: process.now(directory.root, keys=keys, gateway_url=settings.centre.gateway), as_json)
    document: dict[str, Any] = {
        "terminal": summary.terminal,
        "complete": summary.complete,
        "jobs": {run.job: run.word if run.detail is None else f"{run.word}: {run.detail}" for run in summary.runs},
        "pending": summary.backlog.pending,
        "oldest_pending": summary.backlog.oldest_at,
        "awaiting_result": summary.backlog.awaiting_result,
        "refused": summary.backlog.refused,
    }
    if summary.wiped is not None:
        document["wiped"] = summary.wiped
    answer(document, as_json=as_json)
    if summary.wiped is False:
        refuse(
            Exit.NO,
            "the wipe that the centre ordered waits: another process has the stores open",
            why="wipe-waits",
            next_step="stop the terminal and its sync process, then give the command again",
            as_json=False,
        )
    if summary.wiped:
        return
    if summary.alarms:
        refuse(
            Exit.NO,
            f"{len(summary.alarms)} jobs stopped and need a person",
            why="stopped",
            next_step=after_a_stop(run.outcome.code for run in summary.alarms if isinstance(run.outcome, Stopped)),
            as_json=False,
        )
    later = {run.job: run.outcome.reason for run in summary.runs if isinstance(run.outcome, Later)}
    if later:
        refuse(
            Exit.UNKNOWN,
            f"not done yet: {', '.join(later)}",
            why="later",
            next_step=after_no_end(later.values()),
            as_json=False,
        )


@app.command("status")
def status_command(data: Data, as_json: Json = False) -> None:
    """What waits, how old it is, what the centre refused, and how each job last ended; no network."""
    from sync import process
    from sync.trust import read_trust
    from sync.unbelieved import unbelieved

    directory, _, keys = opened(data, as_json=as_json)
    status = _guarded(lambda: process.status(directory.root, keys=keys), as_json)
    damaged = unbelieved(directory.root, read_trust(directory.root))
    last_done = {job: run.ended_at if run else None for job, run in status.last_done}
    snapshot = status.snapshot
    out = status.out_of_service
    document: dict[str, Any] = {
        "terminal": status.terminal,
        "out_of_service": None if out is None else {"reason": out.code, "since": out.since},
        "wipe_waits_for": status.wipe_waits_for,
        "certificate_until": status.certificate.expires_at,
        "terminal_revocations": {
            "as_of": status.certificate.revocations_as_of,
            "revoked": status.certificate.revoked_terminals,
        },
        "gateway": status.gateway_url,
        "demo": status.demo,
        "pending": status.backlog.pending,
        "oldest_pending": status.backlog.oldest_at,
        "awaiting_result": status.backlog.awaiting_result,
        "refused": status.backlog.refused,
        "refused_items": [asdict(item) for item in status.refused],
        "jobs": {job: _last(run) for job, run in status.last_runs},
        "last_done": last_done,
        "snapshot": (
            {"generation": snapshot.generation, "as_of": snapshot.as_of, "expires": snapshot.expires}
            if snapshot
            else None
        ),
        "packages": _packages(status.packages),
        "not_believed": list(damaged),
    }
    answer(document, as_json=as_json)
    if out is not None:
        refuse(
            Exit.NO,
            f"the centre does not take this disk for {status.terminal}: {out.code}",
            why="out-of-service",
            next_step="ask the centre to look, then: kiosk enrol --code (a new code)",
            as_json=False,
        )
    if damaged:
        refuse(
            Exit.NO,
            f"damaged or of another hand, and not believed: {', '.join(damaged)}",
            why="not-believed",
            next_step="kiosk sync now brings it anew; if it comes back, look at the disk's health",
            as_json=False,
        )


@app.command("package-root")
def package_root_command(
    data: Data,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="from kiosk-gateway packages export-root")],
    as_json: Json = False,
) -> None:
    """Whom this terminal believes about rules, items and texts. The file must come from the centre itself."""
    directory, _, _ = opened(data, as_json=as_json)
    laid = lay_package_root(directory.root, file, as_json=as_json)
    answer({"root": laid, "next": f"kiosk sync now --data {data}"}, as_json=as_json)


def lay_package_root(data: Path, file: Path, *, as_json: bool) -> str:
    """Lay it, or refuse; answers its SHA-256."""
    from hashlib import sha256

    from offline_store.errors import StoreError
    from sync.packages import PackagesUnusable, lay_root

    try:
        octets = file.read_bytes()
        lay_root(data, octets)
    except OSError as error:
        step = "name the file from kiosk-gateway packages export-root"
        refuse(Exit.USAGE, f"{file}: {error.strerror}", why="file", next_step=step, as_json=as_json)
    except PackagesUnusable as error:
        refuse(Exit.NO, str(error), why=error.code, next_step="ask the centre for the file again", as_json=as_json)
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)
    return sha256(octets).hexdigest()


def _last(run: RunRow | None) -> dict[str, Any] | None:
    """How a job ended when it last ran; one under way has no outcome yet."""
    if run is None:
        return None
    return {"outcome": run.outcome or "running", "reason": run.detail, "at": run.ended_at or run.started_at}


def _packages(status: PackageStatus) -> dict[str, Any]:
    """In use, by name, and until when; what to do when there are none."""
    document: dict[str, Any] = {"state": status.state if status.root_laid else "no root"}
    if not status.root_laid:
        document["next"] = "kiosk sync package-root FILE lays it; the centre gives the file"
    if status.state not in ("none", "unusable"):
        document |= {
            "list": status.list_version,
            "versions": {f"{one.kind}/{one.name}": one.version for one in status.packages},
            "confirmed_until": status.confirmed_until.isoformat() if status.confirmed_until else None,
            "expires": status.expires.isoformat() if status.expires else None,
        }
    return document


def _guarded(work: Any, as_json: bool) -> Any:
    from offline_store.errors import StoreError
    from sync.client.http import GatewayAddressUnfit
    from sync.process import AlreadyRunning
    from sync.trust import NotEnrolled
    from sync.wiping import TerminalWiped

    try:
        return work()
    except TerminalWiped as error:
        step = "provision a terminal in an empty directory, with a new code"
        refuse(Exit.NO, str(error), why="wiped", next_step=step, as_json=as_json)
    except NotEnrolled as error:
        refuse(Exit.UNKNOWN, str(error), why="not-enrolled", next_step=error.remedy, as_json=as_json)
    except AlreadyRunning as error:
        step = "let the running one work, or end it first"
        refuse(Exit.NO, str(error), why="already-running", next_step=step, as_json=as_json)
    except GatewayAddressUnfit as error:
        refuse(Exit.UNKNOWN, str(error), why="address", next_step=error.remedy, as_json=as_json)
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)
