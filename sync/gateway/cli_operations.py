"""`kiosk-gateway order | orders | clock | decide | correct`: what operators tell terminals, and what became of it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from sync.gateway.command import DEFAULT_DATA, NO, USAGE, AsJson, Data, end, opened_house, say, table
from sync.gateway.staff.audit import Act
from sync.gateway.staff.console import at_console

if TYPE_CHECKING:
    from sync.gateway.store import FleetRow, Store

_WELL: Final = ("online", "starting")
_LISTED: Final = 50
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
"""What a message takes as one; another could be stored and never sent."""


def with_heartbeat(row: FleetRow, store: Store, now: datetime) -> dict[str, Any]:
    """A row of the fleet and what the terminal last said of itself; `age` in seconds, None if it never did.

    What another release kept in another form is replaced by the next heartbeat; until then it is none.
    """
    from sync.gateway.beating import read_heartbeat

    latest = store.heartbeats.latest(row.number)
    beat = read_heartbeat(latest)
    if latest is None or beat is None:
        return {**asdict(row), "heartbeat": None}
    said = json.loads(beat.to_wire())
    del said["nonce"]
    age = round((now - datetime.fromisoformat(latest.at)).total_seconds())
    return {**asdict(row), "heartbeat": {"age": age, "received_at": latest.at, **said}}


def fleet_line(row: dict[str, Any]) -> list[str]:
    """The row for people: number, enrolled, last seen, counts, then how it is."""
    beat = row["heartbeat"]
    plain = [str(value) if value is not None else "never" for name, value in row.items() if name != "heartbeat"]
    if beat is None:
        return [*plain, "no heartbeat yet"]
    ill = [f"{each['device']} {each.get('fault') or each['state']}" for each in beat["devices"] if _ill(each)]
    how = [f"{beat['age']} s ago", *(["locked"] if beat["locked"] else []), *(ill or ["all devices well"])]
    return [*plain, ", ".join(how)]


def _not_enrolled(terminal: str) -> str:
    return f"{terminal} is not enrolled here: kiosk-gateway fleet lists the terminals."


def _ill(device: dict[str, Any]) -> bool:
    return device["state"] not in _WELL or device.get("fault") is not None


def _word(text: str, what: str) -> str:
    if not _WORD.fullmatch(text):
        end(f"{what} is a word of letters, digits and dashes, up to 64, without a dash in front.", USAGE)
    return text


def order(
    terminal: Annotated[str, typer.Argument(metavar="TERMINAL")],
    command: Annotated[Literal["lock", "unlock", "refresh", "collect-diagnostics", "wipe"], typer.Argument()],
    reason: Annotated[str, typer.Option(help="a word for the records, for example stolen")] = "operator",
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Order a terminal to do something; it is told with its next heartbeat, within 24 hours."""
    from sync.gateway.beating import TooManyOrders, issue_order

    with opened_house(data) as house, house.store.transaction():
        if house.store.terminal(terminal) is None:
            end(_not_enrolled(terminal), NO)
        try:
            issued = issue_order(
                terminal, command, _word(reason, "--reason"), store=house.store, authority=house.authority,
                now=datetime.now(UTC),
            )  # fmt: skip
        except TooManyOrders as error:
            end(f"{error}: {error.remedy}.", NO)
        at_console(house, Act.TERMINAL_ORDERED, terminal, reason=f"{command} {reason}")
    say(
        {"terminal": terminal, "number": issued.number, "command": command, "not_after": issued.not_after},
        f"Order {issued.number} to {terminal}: {command}, until {issued.not_after}.",
        as_json,
    )


def orders(
    terminal: Annotated[str, typer.Argument(metavar="TERMINAL")], data: Data = DEFAULT_DATA, as_json: AsJson = False
) -> None:
    """Orders to a terminal and what it said of them. 1 if there is none of this number."""
    with opened_house(data) as house, house.store.transaction():
        if house.store.terminal(terminal) is None:
            end(_not_enrolled(terminal), NO)
        found = house.store.heartbeats.orders(terminal, _LISTED)
    rows = [{name: value for name, value in asdict(row).items() if name != "statement"} for row in found]
    if as_json:
        say(rows, "", True)
        return
    shown = [
        [str(row.number), row.command, row.reason, row.issued_at, row.state, row.detail or "", row.reported_at or ""]
        for row in found
    ]
    table(("Number", "Command", "Reason", "Issued", "State", "Detail", "Said"), shown)


def clock(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """This machine's time, and when requests are refused because the clock was set back. 1 if they are now."""
    from offline_store.chain import timestamp
    from sync.protocol.signatures import WINDOW_SECONDS

    def at(second: int) -> str:
        return timestamp(datetime.fromtimestamp(second - WINDOW_SECONDS, UTC))

    now = int(datetime.now(UTC).timestamp()) + WINDOW_SECONDS
    with opened_house(data) as house, house.store.reading():
        found = house.store.forgotten_after(now)
    refused = bool(found) and found[0][0] <= now
    times = [{"from": at(first), "until": at(last)} for first, last in found]
    lines = [f"It is {at(now)}; a request of this time is {'refused' if refused else 'answered'}."]
    lines += [f"refused from {each['from']} until {each['until']}" for each in times]
    if refused:
        lines.append("What was asked then is forgotten. Set the clock right; a newly enrolled key is answered.")
    say({"now": at(now), "refused_now": refused, "refused": times}, "\n".join(lines), as_json)
    if refused:
        raise typer.Exit(NO)


def decide(
    case: Annotated[str, typer.Argument(metavar="CASE", help="its number")],
    decision: Annotated[str, typer.Argument(metavar="WORD", help="for example approved, rejected")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Decide a case that an act opened, once; its terminal is told. `correct` changes a decision."""
    from offline_store.chain import timestamp

    with opened_house(data) as house, house.store.transaction():
        found = house.store.cases.case(case)
        if found is None:
            end(f"{case}: there is no such case.", NO)
        if found.decision is not None:
            wrong = house.store.cases.last_decision(found)
            end(
                f"{case} was decided on {found.decided_at}: {found.decision}. To change that:"
                f" kiosk-gateway correct {found.terminal} {wrong} accepted --decision WORD",
                NO,
            )
        n = house.store.cases.decide(found, _word(decision, "The decision"), timestamp(datetime.now(UTC)))
        at_console(house, Act.CASE_DECIDED, case, reason=decision)
    facts = {"case": case, "decision": decision, "n": n, "submitted_at": found.submitted_at}
    say(facts, f"{case}, submitted {found.submitted_at}: {decision}.", as_json)


def correct(
    terminal: Annotated[str, typer.Argument(metavar="TERMINAL")],
    n: Annotated[int, typer.Argument(metavar="N", help="number of the result that was wrong")],
    state: Annotated[Literal["accepted", "refused"], typer.Argument()],
    reason: Annotated[str, typer.Option(help="a word")] = "corrected",
    decision: Annotated[
        str | None, typer.Option(metavar="WORD", help="of a result that brought a case's decision: the right one")
    ] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Correct a result that a terminal was given; the first one stays, and the terminal is told of both."""
    from offline_store.chain import timestamp

    with opened_house(data) as house, house.store.transaction():
        wrong = house.store.cases.result(terminal, n)
        if wrong is None:
            end(f"{terminal} has no result {n}: kiosk-gateway records shows what came in from it.", NO)
        if decision is not None and wrong.decision is None:
            end(f"Result {n} of {terminal} brought no decision: kiosk-gateway decide CASE WORD.", NO)
        right = None if decision is None else _word(decision, "--decision")
        at = timestamp(datetime.now(UTC))
        later = house.store.cases.correct(terminal, wrong, state, _word(reason, "--reason"), at, decision=right)
        told = " ".join(word for word in (state, right, reason) if word)
        at_console(house, Act.RESULT_CORRECTED, f"{terminal} {n}", reason=told)
    say({"terminal": terminal, "n": later, "corrects": n}, f"Result {later} of {terminal} corrects {n}.", as_json)


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    for command in (order, orders, clock, decide, correct):
        app.command()(command)
