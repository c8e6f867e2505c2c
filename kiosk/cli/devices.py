"""`kiosk read-card`, `kiosk read-id`: look at one device without the rest of the terminal."""

from __future__ import annotations

import queue
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.clock import HALL_ZONE

Json = Annotated[bool, typer.Option("--json", help="one JSON document")]
Reveal = Annotated[bool, typer.Option("--reveal", help="personal data in full; somebody may look over your shoulder")]

_CARD_NO: dict[str, tuple[str, str]] = {
    "card_gone": ("no card is in the reader", "insert a card, chip up and first, and try again"),
    "card_mute": ("the card gives no answer to reset", "turn it over, wipe the chip, try again"),
    "foreign_card": ("this is not a social security card", "insert a social security card"),
    "not_genuine": (
        "the card did not prove that it is genuine",
        "do not serve it; note the time, call the issuer",
    ),
    "card_expired": ("the card has expired", "renew it at a card service outlet"),
    "card_blocked": ("the card is blocked", "unlock it at a counter"),
    "card_malformed": ("data on the card break the card's own rules", "keep the facts, call the issuer"),
    "card_unsupported": ("this kind of card is not supported here", "use the centre's counter"),
    "terminal_refused": ("the card did not accept this terminal", "check the PSAM's keys; do not try again"),
}
"""Driver codes that are an answer about the card; every other fault means that nothing could be found out."""


def _run(lane: Any, operation: Any, seconds: float) -> Any:
    outcomes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    lane.submit(operation, outcomes.put, deadline=seconds)
    return outcomes.get()


def read_card_command(
    as_json: Json = False,
    reveal: Reveal = False,
    user: Annotated[str, typer.Option(help="regular expression on the user reader's name")] = "User",
    sam: Annotated[str, typer.Option(help="regular expression on the PSAM reader's name")] = "PSAM",
    data: Annotated[Path | None, typer.Option("--data", help="take the readers from this terminal's settings")] = None,
) -> None:
    """Prove and read the social security card in the reader. The PIN is not touched; its tries left are asked for."""
    from drivers.card_reader.pin import pin_tries
    from drivers.card_reader.session import end_session, read_card
    from drivers.lanes import Done, ThreadLane
    from drivers.links.pcsc import PcscLink
    from kiosk import settings
    from kiosk.app.hardening import harden
    from kiosk.app.lanes import reader_roles
    from kiosk.settings import Readers, Settings, SettingsError

    harden()
    named = Settings(terminal="CLI", readers=Readers(user=user, sam=sam))
    try:
        chosen = settings.load(data / "terminal.toml") if data else named
    except SettingsError as error:
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step=error.remedy, as_json=as_json)
    lane = ThreadLane("card-reader", PcscLink(reader_roles(chosen)))
    try:
        read = _run(lane, read_card(datetime.now(HALL_ZONE).date()), 20)
        tries = _run(lane, pin_tries(), 5) if isinstance(read, Done) else None
        _run(lane, end_session(), 5)
    finally:
        lane.stop()
    if not isinstance(read, Done):
        _refuse_device(read.error, _CARD_NO, as_json)
    pin = tries.value if isinstance(tries, Done) else None
    answer(_card_document(read.value, pin, reveal=reveal), as_json=as_json)


def _card_document(facts: Any, pin: Any, *, reveal: bool) -> dict[str, Any]:
    from drivers.card_reader.pin import PinLocked, PinTries
    from kiosk.masking import mask_id_number, mask_name

    holder = facts.holder
    number, name = holder.social_number, holder.name
    return {
        "genuine": facts.genuine,
        "card_id": facts.card_id.text,
        "card_number": facts.issuer.number,
        "version": facts.issuer.version.text,
        "algorithm": facts.algorithm.name,
        "card_class": facts.issuer.card_class,
        "issued": facts.issuer.issued.isoformat(),
        "expires": facts.issuer.expires.isoformat(),
        "holder": {
            "name": name if reveal else mask_name(name),
            "social_number": number if reveal else mask_id_number(number),
            "sex": holder.sex if reveal else None,
            "birth_date": holder.birth_date.isoformat() if reveal else str(holder.birth_date.year),
        },
        "pin": {
            "state": "locked" if isinstance(pin, PinLocked) else "set" if isinstance(pin, PinTries) else "unknown",
            "tries_left": pin.left if isinstance(pin, PinTries) else 0 if isinstance(pin, PinLocked) else None,
        },
    }


def _refuse_device(error: Any, answers: dict[str, tuple[str, str]], as_json: bool) -> None:
    what = answers.get(error.code)
    if what is not None:
        refuse(Exit.NO, f"{what[0]} ({error})", why=error.code, next_step=what[1], as_json=as_json)
    step = "check the cable, the power and that the service runs; kiosk read-card --help names the options"
    refuse(Exit.UNKNOWN, f"could not find out: {error}", why=error.code, next_step=step, as_json=as_json)


def read_id_command(
    device: Annotated[str, typer.Option("--device", help="serial device of the reader, e.g. /dev/ttyUSB0")],
    as_json: Json = False,
    reveal: Reveal = False,
    seconds: Annotated[float, typer.Option(help="how long to wait for a card", min=0.5, max=120)] = 10,
) -> None:
    """Read the resident identity card on the reader."""
    import time

    from drivers.id_reader import reader
    from drivers.lanes import Done, ThreadLane
    from drivers.links.serial import SerialLink, SerialSettings
    from kiosk.app.hardening import harden

    harden()
    today = datetime.now(HALL_ZONE).date()
    lane = ThreadLane("id-reader", SerialLink("id_reader", SerialSettings(device)))
    try:
        polled = reader.IdReader(time.monotonic).poll_and_read(seconds, business_date=today)
        read = _run(lane, polled, seconds + 10)
    finally:
        lane.stop()
    if not isinstance(read, Done):
        _refuse_device(read.error, _ID_NO, as_json)
    match read.value:
        case reader.DocumentRead(document=document):
            answer(_id_document(document, today, reveal=reveal), as_json=as_json)
        case reader.NoDocument():
            refuse(Exit.NO, "no card was laid down", why="no_document", next_step="lay it flat", as_json=as_json)
        case reader.WrongCard():
            refuse(Exit.NO, "this is no ID card", why="wrong_card", next_step="lay an ID card down", as_json=as_json)
        case reader.NotReadable(tries=tries, sw=sw):
            what = f"the card could not be read {tries} times (last SW3 {sw})"
            refuse(Exit.UNKNOWN, what, why="not_readable", next_step="lay it flat and hold still", as_json=as_json)
        case reader.DocumentKindNotServed(kind=kind):
            what = f"documents of kind {kind.value} ({kind.name.lower()}) are not read here"
            refuse(Exit.NO, what, why="kind_not_served", next_step="go to a counter", as_json=as_json)
        case reader.DocumentRefused(field_name=field, rule=rule):
            what = f"the card's {field} breaks a rule: {rule}"
            refuse(Exit.NO, what, why="document_refused", next_step="do not serve it; call staff", as_json=as_json)


_ID_NO: dict[str, tuple[str, str]] = {
    "not_genuine": ("the reader could not confirm the card", "do not serve it; call staff"),
}


def _id_document(document: Any, today: date, *, reveal: bool) -> dict[str, Any]:
    from kiosk.masking import mask_address, mask_birth_date, mask_id_number, mask_name

    until = document.valid_to
    number = document.number.text
    return {
        "kind": "citizen",
        "name": document.name if reveal else mask_name(document.name),
        "number": number if reveal else mask_id_number(number),
        "sex": document.sex.value if reveal else None,
        "ethnic_group": document.ethnic_group if reveal else None,
        "birth_date": document.birth_date.isoformat() if reveal else mask_birth_date(document.birth_date),
        "address": document.address if reveal else mask_address(document.address),
        "issuer": document.issuer if reveal else None,
        "valid_from": document.valid_from.isoformat() if document.valid_from else None,
        "valid_to": until.isoformat() if isinstance(until, date) else until.value if until else None,
        "validity": document.validity_on(today).value,
    }
