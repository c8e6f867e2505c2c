"""`kiosk enrol`: a new key and a new epoch for a terminal that exists, by a new code from the centre."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from kiosk.cli.answers import EXITS, Exit, answer, refuse
from kiosk.cli.options import Data, Json, opened


def enrol_command(
    data: Data,
    code: Annotated[str, typer.Option("--code", help="enrolment code from the centre: single use, 24 hours")],
    as_json: Json = False,
) -> None:
    """Enrol this terminal again, after a fork or when its key was taken back: a new key, a new epoch, nothing lost.

    Stop the terminal first. What the journal holds and the centre has not is uploaded by the next `kiosk sync`.
    """
    from kiosk.app.enrolling_again import enrol_again
    from kiosk.app.refusing import ProvisioningRefused
    from offline_store.errors import StoreBusy, StoreError
    from sync.trust import NotEnrolled

    directory, settings, keys = opened(data, as_json=as_json)
    try:
        done = enrol_again(directory, settings, keys, code, now=lambda: datetime.now(UTC), random=os.urandom)
    except ProvisioningRefused as error:
        refuse(EXITS[error.kind], str(error), why=error.code, next_step=error.next_step, as_json=as_json)
    except NotEnrolled as error:
        refuse(Exit.UNKNOWN, str(error), why="not-enrolled", next_step=error.remedy, as_json=as_json)
    except StoreBusy as error:
        refuse(Exit.NO, str(error), why="terminal-runs", next_step="stop the terminal first", as_json=as_json)
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)
    answer(
        {
            "terminal": settings.terminal,
            "organisation": done.organisation,
            "epoch": done.epoch,
            "begun_because": done.reason,
            "next": f"kiosk sync now --data {data}, then kiosk run --data {data}",
        },
        as_json=as_json,
    )
