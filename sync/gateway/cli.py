"""`kiosk-gateway`: set the centre up, fill it, publish, enrol terminals, serve, and look at what came in.

Exit codes: 0 done; 1 asked and answered "no"; 2 not understood; 3 could not find out.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from sync.gateway import alarm_cli, cli_operations
from sync.gateway.cli_operations import fleet_line, with_heartbeat
from sync.gateway.command import CANNOT_TELL, NO, USAGE, AsJson, Data, is_address
from sync.gateway.command import DEFAULT_DATA as _DEFAULT
from sync.gateway.command import end as _end
from sync.gateway.command import opened_house as _house
from sync.gateway.command import say as _say
from sync.gateway.command import table as _table
from sync.gateway.packages.cli import packages
from sync.gateway.staff.audit import Act
from sync.gateway.staff.cli import staff
from sync.gateway.staff.console import at_console
from sync.gateway.terminal_cli import terminal

_RECORDS: Final = 200

app = typer.Typer(
    help="中心侧网关：登记终端、接收、核验。The central platform's door.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


app.add_typer(staff, name="staff")
app.add_typer(packages, name="packages")
app.add_typer(terminal, name="terminal")
cli_operations.add_to(app)
alarm_cli.add_to(app)


@app.command()
def init(
    data: Data = _DEFAULT,
    gateway_url: Annotated[str, typer.Option(help="address terminals are told; default: where serve listens")] = "",
    verify_url: Annotated[str, typer.Option(help="address of the verification page, ending in /v")] = "",
    staff_url: Annotated[str, typer.Option(help="address of the staff's pages; default: where serve listens")] = "",
    suite: Annotated[
        Literal["intl", "sm"], typer.Option(help="suite of algorithms for good; sm is 商用密码 SM2/SM3/SM4")
    ] = "intl",
    as_json: AsJson = False,
) -> None:
    """Make a data directory with a DEMO authority. Doing it again changes nothing."""
    from sync.gateway.house import SETTINGS, make_house
    from sync.gateway.sqlite_database import StoreUnusable
    from sync.gateway.store import StoreUnavailable

    for option, url in (("--gateway-url", gateway_url), ("--verify-url", verify_url), ("--staff-url", staff_url)):
        if url and not is_address(url):
            _end(f"{option} {url} is no address: give https://host[:port], as others reach it.", USAGE)
    if verify_url and not verify_url.endswith("/v"):
        _end("The verification page's address ends in /v: https://verify.example/v", USAGE)
    if (data / SETTINGS).exists():
        with _house(data) as house:
            facts = {"made": False, "demo": house.authority.demo, "suite": house.authority.suite}
            _say(facts, f"{data} is set up already, with the suite {house.authority.suite}.", as_json)
        return
    try:
        house = make_house(
            data, gateway_url=gateway_url, verify_url=verify_url, staff_url=staff_url, suite=suite,
            noted=lambda made: at_console(made, Act.GATEWAY_MADE, suite),
        )  # fmt: skip
    except FileExistsError:
        _end(f"{data} holds a gateway, or a part of one: name an empty folder.", NO)
    except StoreUnusable as error:
        _end(f"No gateway was made in {data}: {error}.", CANNOT_TELL)
    except StoreUnavailable:
        _end(f"No gateway was made in {data}: its disk is full.", CANNOT_TELL)
    except OSError as error:
        _end(f"{error.filename or data} cannot be written: {error.strerror}.", CANNOT_TELL)
    house.store.close()
    _say(
        {"made": True, "demo": True, "organisation": house.authority.organisation, "suite": suite},
        f"Made {data} with a demo authority ({house.authority.organisation}), suite {suite}."
        " Next: kiosk-gateway population.",
        as_json,
    )


@app.command()
def population(
    data: Data = _DEFAULT,
    count: Annotated[int, typer.Option(help="people, the personas among them")] = 10_000,
    seed: Annotated[int, typer.Option(help="the same seed makes the same people")] = 1,
    personas: Annotated[Path | None, typer.Option(metavar="DIR", help="personas of the simulated cards")] = None,
    today: Annotated[str, typer.Option(help="YYYY-MM-DD: the day they stand as of; default today")] = "",
    as_json: AsJson = False,
) -> None:
    """Invent a population as the next snapshot's draft."""
    from rich.console import Console
    from rich.progress import Progress

    from sync.gateway.house import write_draft
    from sync.gateway.population import PersonaUnfit, generate, read_personas

    try:
        day = date.fromisoformat(today) if today else datetime.now(UTC).date()
    except ValueError:
        _end("--today is a day: YYYY-MM-DD.", USAGE)
    with _house(data) as house, Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
        making = progress.add_task("People", total=count)
        writing = progress.add_task("Rows", total=None)
        try:
            known = () if personas is None else read_personas(personas, day)
            people = generate(count, seed, day, known, lambda done: progress.update(making, completed=done))
        except PersonaUnfit as error:
            _end(f"{error}.", CANNOT_TELL)
        except ValueError as error:
            _end(f"{error}.", USAGE)

        def noted() -> None:
            with house.store.transaction():
                at_console(house, Act.POPULATION_DRAFTED, str(count))

        def shown(done: int) -> None:
            progress.update(writing, completed=done)

        try:
            rows = write_draft(house.folder, people.rows(), shown, noted=noted)
        except OSError as error:
            _end(f"The population cannot be written: {error.strerror}.", CANNOT_TELL)
    _say(
        {"people": count, "seed": seed, "today": str(day), "personas": len(known), "rows": rows},
        f"Invented {count} people ({sum(rows.values())} rows). Next: kiosk-gateway publish.",
        as_json,
    )


@app.command()
def publish(data: Data = _DEFAULT, as_json: AsJson = False) -> None:
    """Sign the draft and offer it to terminals as the next generation."""
    from sync.gateway.house import NoDraft
    from sync.gateway.house import publish as publish_draft

    with _house(data) as house:
        try:
            manifest = publish_draft(
                house,
                datetime.now(UTC),
                noted=lambda made: at_console(house, Act.SNAPSHOT_PUBLISHED, str(made.generation)),
            )
        except NoDraft as error:
            _end(f"{error}.", NO)
    _say(
        {
            "generation": manifest.generation,
            "rows": dict(manifest.rows),
            "bytes": manifest.package_bytes,
            "expires_at": manifest.expires_at,
        },
        f"Generation {manifest.generation} is on offer until {manifest.expires_at[:10]}.",
        as_json,
    )


@app.command()
def enrol(
    terminal: Annotated[str, typer.Argument(metavar="TERMINAL", help="its number, for example T0001")],
    data: Data = _DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make an enrolment code for one terminal: good once, for 24 hours."""
    from sync.gateway.enrolling import issue_code
    from sync.protocol.signatures import TERMINAL_NUMBER

    if not TERMINAL_NUMBER.fullmatch(terminal):
        _end("A terminal's number has 2 to 32 capitals, digits and dashes.", USAGE)
    with _house(data) as house, house.store.transaction():
        known = house.store.terminal(terminal) is not None
        code = issue_code(terminal, house.authority, house.store, datetime.now(UTC)).to_text()
        at_console(house, Act.ENROLMENT_CODE, terminal)
    _say(
        {"terminal": terminal, "code": code, "hours": 24, "enrolled_before": known},
        f"{code}\nFor terminal {terminal}, once, within 24 hours; unused older codes of {terminal} are cancelled."
        f" Whoever has it can enrol as {terminal}."
        + (f"\n{terminal} is enrolled: its present key ends with it, and a new epoch begins." if known else ""),
        as_json,
    )


@app.command()
def serve(
    data: Data = _DEFAULT,
    port: Annotated[int, typer.Option(min=0, max=65535, help="for terminals; 0 takes a free one")] = 8440,
    public_port: Annotated[int, typer.Option(min=0, max=65535, help="for the public; 0 takes a free one")] = 8441,
    staff_port: Annotated[
        int, typer.Option(min=0, max=65535, help="for staff, on loopback; 0 takes a free one")
    ] = 8442,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    behind_proxy: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="listen on Unix sockets in DIR instead, for a proxy that ends TLS"),
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(help="written when all listen, with the chosen ports")] = None,
    per_second: Annotated[float, typer.Option(min=1, help="requests of terminals; more are asked to come later")] = 300,
) -> None:
    """Serve terminals, the public and staff until ended."""
    from sync.gateway.listeners import BehindProxy, Listening, Ports
    from sync.gateway.server import AddressMissing, ProcessingFailed
    from sync.gateway.server import serve as serve_house
    from sync.gateway.staff.door import StaffKeyUnfit

    def told(listening: Listening) -> None:
        sys.stdout.write(
            f"Terminals: {listening.gateway_url}   Public: {listening.verify_url}   Staff: {listening.staff_url}\n"
        )
        sys.stdout.flush()

    places = BehindProxy(behind_proxy) if behind_proxy else Ports(host, port, public_port, staff_port)
    with _house(data) as house:
        if house.authority.demo:
            sys.stderr.write("DEMO authority: nothing certified here is valid.\n")
        try:
            serve_house(
                house,
                places=places,
                ready_file=ready_file,
                told=told,
                per_second=per_second,
            )
        except OSError as error:
            where = str(behind_proxy) if behind_proxy else f"{host}:{port}, :{public_port} or :{staff_port}"
            _end(f"{where} cannot be listened on: {error.strerror}.", CANNOT_TELL)
        except AddressMissing as error:
            _end(f"{error}.", USAGE)
        except (ProcessingFailed, StaffKeyUnfit) as error:
            _end(f"{error}.", CANNOT_TELL)


@app.command()
def fleet(data: Data = _DEFAULT, as_json: AsJson = False) -> None:
    """Terminals: when last seen, what waits, what was refused, open alarms, and how each says it is."""
    now = datetime.now(UTC)
    with _house(data) as house, house.store.transaction():
        rows = [with_heartbeat(row, house.store, now) for row in house.store.fleet()]
    if as_json:
        _say(rows, "", True)
        return
    _table(
        ("Terminal", "Enrolled", "Last seen", "Entries", "Pending", "Refused", "Open alarms", "How it is"),
        [fleet_line(row) for row in rows],
    )


@app.command()
def register(
    number: Annotated[str, typer.Argument(metavar="NUMBER")], data: Data = _DEFAULT, as_json: AsJson = False
) -> None:
    """What the register says of a certificate number: 0 known, 1 revoked or unknown."""
    with _house(data) as house, house.store.transaction():
        found = house.store.certificate(number)
    if found is None:
        _say({"number": number, "state": "unknown"}, f"{number}: the register does not have it.", as_json)
        raise typer.Exit(NO)
    text = (
        f"{number}: {found.state}, {found.item}, issued {found.issued_at} by {found.terminal}, until {found.expires_at}"
    )
    _say(asdict(found), text, as_json)
    if found.state != "known":
        raise typer.Exit(NO)


@app.command()
def revoke(
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    reason: Annotated[
        Literal["issued-in-error", "facts-changed", "paper-lost", "terminal-doubtful"],
        typer.Option(help="why; it stands in the audit"),
    ],
    data: Data = _DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Revoke a certificate: the register and the next revocation list say so."""
    from offline_store.chain import timestamp

    with _house(data) as house, house.store.transaction():
        found = house.store.certificate(number)
        if found is not None and found.state == "known":
            house.store.revoke(number, timestamp(datetime.now(UTC)))
            at_console(house, Act.CERTIFICATE_REVOKED, number, reason=reason)
    if found is None:
        _end(f"{number}: the register does not have it.", NO)
    _say({"number": number, "state": "revoked"}, f"{number}: revoked.", as_json)


@app.command()
def records(
    data: Data = _DEFAULT,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="the latest so many")] = _RECORDS,
    reveal: Annotated[bool, typer.Option("--reveal", help="show personal data")] = False,
    as_json: AsJson = False,
) -> None:
    """What was received and what became of it; personal data masked unless --reveal, which stands in the audit."""
    from sync.gateway.overview import record

    with _house(data) as house, house.store.transaction():
        rows = [record(row, reveal=reveal) for row in house.store.records(limit)]
        if reveal:
            at_console(house, Act.RECORDS_REVEALED, str(len(rows)))
    if as_json:
        _say(rows, "", True)
        return
    _table(
        ("Entry", "Kind", "Submitted", "Received", "State", "What"),
        [
            [
                f"{row['terminal']} {row['epoch']}/{row['seq']}",
                row["kind"],
                row["submitted_at"] or row["at"],
                row["received_at"],
                row["state"] + (f" ({row['reason']})" if row["reason"] else ""),
                "" if row["act"] is None else _act_line(row["act"], row["case_number"], row["decision"]),
            ]
            for row in rows
        ],
    )


def _act_line(act: dict[str, Any], *case: str | None) -> str:
    words = [
        act["type"],
        act["item"],
        act.get("number", ""),
        act.get("name", ""),
        act["id_number"],
        act.get("outcome", ""),
        *case,
    ]
    return " ".join(word for word in words if word)


def main() -> None:
    """The console script."""
    app()


if __name__ == "__main__":
    main()
