"""`kiosk-gateway terminal`: keys and certificates of terminals, and what a forked disk brought in.

Taking back is for good: a terminal whose certificates were taken back comes in again only with a new key, by a new
code.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from sync.gateway.alarm_cli import acknowledged, alarm_facts, happened
from sync.gateway.command import DEFAULT_DATA, NO, AsJson, Data, end, opened_house, say, table
from sync.gateway.staff.audit import Act
from sync.gateway.staff.console import at_console

if TYPE_CHECKING:
    from sync.gateway.house import House
    from sync.gateway.staff.alarms import ListedAlarm
    from sync.gateway.terminal_certificate_store import CertifiedKey

terminal = typer.Typer(help="终端密钥与证书。Terminals' keys and certificates.", no_args_is_help=True)
_AFTERWARDS: Final = (
    "Acts that it has not delivered can no longer be taken. An order to wipe given now is still obeyed, if it comes"
    " into contact within 24 hours; give it before another machine is enrolled under this number: that would obey it."
    " Unused enrolment codes of this number are cancelled."
)
Number = Annotated[str, typer.Argument(metavar="TERMINAL", help="its number, for example T0001")]


@terminal.command("list")
def list_command(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Every terminal with its present certificate."""
    with opened_house(data) as house, house.store.transaction():
        now = datetime.now(UTC)
        rows = [
            _certificate(_present(house.store.terminal_certificates.keys(row.number)), now) | {"terminal": row.number}
            for row in house.store.fleet()
        ]
    if as_json:
        say(rows, "", True)
        return
    table(
        ("Terminal", "State", "Until", "Key"),
        [[row["terminal"], row["state"], row["not_after"], row["key_fingerprint"][:16]] for row in rows],
    )


@terminal.command("show")
def show_command(number: Number, data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """One terminal: every key it had, alarms and who looked at them, entries of forked branches.

    1 if there is none of this number.
    """
    with opened_house(data) as house, house.store.transaction():
        keys = house.store.terminal_certificates.keys(number)
        if not keys:
            end(f"{number}: no terminal of this number is enrolled here.", NO)
        now = datetime.now(UTC)
        alarms = house.store.staff.alarms.of(number)
        answer: dict[str, Any] = {
            "terminal": number,
            "last_epoch": house.store.terminal_certificates.last_epoch(number),
            "certificates": [_certificate(key, now) for key in keys],
            "alarms": [alarm_facts(alarm) for alarm in alarms],
            "forked": _forked(house, number),
        }
    lines = [f"{row['state']:<11} until {row['not_after']}  key {row['key_fingerprint'][:16]}  serial {row['serial']}"
             for row in answer["certificates"]]  # fmt: skip
    lines += [_alarm_line(alarm) for alarm in alarms]
    lines += [f"forked      {row['epoch']}/{row['seq']}  {row['kind']}  {row['state']}" for row in answer["forked"]]
    say(answer, "\n".join([f"{number}, epoch {answer['last_epoch']}", *lines]), as_json)


@terminal.command("revoke")
def revoke_command(
    number: Number,
    reason: Annotated[
        Literal["stolen", "compromised", "retired"],
        typer.Option(help="what it sealed since is not good any more; of a retired one it stays good"),
    ],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Take back every certificate of a terminal: it is refused from now on, and the lists say so.

    What it asked and waits for expires, and its unused enrolment codes are cancelled. A wipe can still be ordered.
    """
    from offline_store.chain import timestamp

    with opened_house(data) as house, house.store.transaction():
        if not house.store.terminal_certificates.keys(number):
            end(f"{number}: no terminal of this number is enrolled here.", NO)
        count = house.store.terminal_certificates.revoke(number, timestamp(datetime.now(UTC)), reason)
        at_console(house, Act.TERMINAL_REVOKED, number, reason=reason)
    done = f"{number}: {count} certificates taken back." if count else f"{number}: all were taken back before."
    say(
        {"terminal": number, "state": "revoked", "reason": reason, "certificates": count},
        f"{done}\n{_AFTERWARDS}",
        as_json,
    )


@terminal.command("adopt")
def adopt_command(number: Number, data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Process what a forked disk of this terminal had accepted, each thing once. Look at it first: terminal show."""
    from sync.gateway.processing import adopt

    with opened_house(data) as house, house.store.transaction():
        if not house.store.terminal_certificates.keys(number):
            end(f"{number}: no terminal of this number is enrolled here.", NO)
        done = adopt(house.store, number, house.authority.centre, datetime.now(UTC))
        at_console(house, Act.FORK_ADOPTED, number)
    say(
        {"terminal": number, "accepted": done.accepted, "refused": done.refused},
        f"{number}: {done.accepted} accepted, {done.refused} refused.",
        as_json,
    )


def _present(keys: Any) -> CertifiedKey | None:
    return next((key for key in keys if key.current), None)


def _certificate(key: CertifiedKey | None, now: datetime) -> dict[str, Any]:
    from offline_store.chain import timestamp

    if key is None:
        return {"state": "none", "not_after": "", "key_fingerprint": "", "serial": ""}
    state = (
        "revoked"
        if key.revoked_at
        else "superseded" if not key.current
        else "forked" if key.forked_at
        else "expired" if timestamp(now) > key.not_after
        else "valid"
    )  # fmt: skip
    return {
        "state": state,
        "serial": key.serial,
        "key_fingerprint": key.fingerprint,
        "not_before": key.not_before,
        "not_after": key.not_after,
        "revoked_at": key.revoked_at,
        "reason": key.reason,
    }


def _alarm_line(alarm: ListedAlarm) -> str:
    raised = alarm.raised
    often = "" if raised.times == 1 else f", {raised.times} times"
    state = f"acknowledged {acknowledged(alarm, ', ')}" if alarm.acknowledged else "open"
    return f"alarm       {happened(alarm, ', ')}{often}  {raised.code} at {raised.place}  {state}"


def _forked(house: House, number: str) -> list[dict[str, Any]]:
    return [
        {
            "epoch": row.entry.epoch,
            "seq": row.entry.seq,
            "kind": row.entry.kind,
            "at": row.entry.at,
            "has_body": row.entry.body_commitment is not None,
            "state": row.state,
            "reason": row.reason,
        }
        for row in house.store.rewinds.forked(number)
    ]
