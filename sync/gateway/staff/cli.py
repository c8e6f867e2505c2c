"""`kiosk-gateway staff`: accounts, roles, locks, second factors, and the audit chain.

The console is the way to the first account and the only way to any other. What is done here stands in the chain too,
under the name of the system's user.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TextIO

import typer

from sync.gateway.command import CANNOT_TELL, DEFAULT_DATA, NO, USAGE, AsJson, Data, end, opened_house, say, table
from sync.gateway.staff.audit import Act, AuditRow, Fault
from sync.gateway.staff.console import at_console
from sync.gateway.staff.roles import NAMES, RIGHTS, Role, RolesConflict, checked

if TYPE_CHECKING:
    from sync.gateway.house import House
    from sync.gateway.staff.store import Account

staff = typer.Typer(help="工作人员账户与审计。The gateway's own people.", no_args_is_help=True)
audit = typer.Typer(help="审计链。The chain of what staff did.", no_args_is_help=True)
staff.add_typer(audit, name="audit")

Name = Annotated[str, typer.Argument(metavar="NAME", help="2 to 32 small letters, digits, dots and dashes")]
Roles = Annotated[list[Role], typer.Option("--role", help="may be given several times")]
Type = Annotated[bool, typer.Option("--type-password", help="ask for the first password instead of making one")]
_ISSUER: Final = "kiosk-gateway"


@staff.command()
def add(
    name: Name, role: Roles, data: Data = DEFAULT_DATA, type_password: Type = False, as_json: AsJson = False
) -> None:
    """Make an account. Its password, for its owner to change, and its authenticator secret are shown this once."""
    from offline_store.chain import timestamp
    from sync.gateway.staff.store import NAME, Account

    if not NAME.fullmatch(name):
        end("A name has 2 to 32 small letters, digits, dots and dashes, and begins with a letter.", USAGE)
    roles = _checked(role)
    password, shown = _new_password(name, type_password)
    with opened_house(data) as house:
        totp, address = _new_factor(house, name)
        stored, now = _hashed(password), datetime.now(UTC)
        account = Account(
            name=name, roles=roles, password=stored, password_at=int(now.timestamp()), must_change=True,
            totp=totp, last_step=0, disabled=False, created_at=timestamp(now),
        )  # fmt: skip
        with house.store.transaction():
            known = house.store.staff.account(name) is not None
            if not known:
                house.store.staff.add_account(account)
                at_console(house, Act.STAFF_ADDED, name)
    if known:
        end(f"There is an account {name} already: kiosk-gateway staff list.", NO)
    _say_secrets(name, roles, shown, address, as_json)


@staff.command("list")
def list_(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Accounts, their roles, and which are locked."""
    now = int(datetime.now(UTC).timestamp())
    with opened_house(data) as house, house.store.transaction():
        staff = house.store.staff
        accounts = [_facts(account, now < staff.locked_until(account.name)) for account in staff.accounts()]
    if as_json:
        say(accounts, "", True)
        return
    table(
        ("Account", "Roles", "State", "Made"),
        [[fact["name"], ", ".join(fact["roles"]), fact["state"], fact["created_at"]] for fact in accounts],
    )


@staff.command()
def lock(name: Name, data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Lock an account until it is unlocked; whoever is signed in with it is signed out at once."""
    with _account(data, name) as (house, _):
        house.store.staff.set_disabled(name, disabled=True)
        house.store.staff.end_sessions_of(name)
        at_console(house, Act.STAFF_LOCKED, name)
    say({"name": name, "state": "locked"}, f"{name} is locked.", as_json)


@staff.command()
def unlock(name: Name, data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Unlock an account, whether a person locked it or wrong attempts did."""
    with _account(data, name) as (house, _):
        house.store.staff.set_disabled(name, disabled=False)
        house.store.staff.forget_attempts(name)
        at_console(house, Act.STAFF_UNLOCKED, name)
    say({"name": name, "state": "open"}, f"{name} can sign in again.", as_json)


@staff.command()
def reset_totp(name: Name, data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Give an account a new authenticator secret; the old one ends now."""
    with _account(data, name) as (house, account):
        totp, address = _new_factor(house, name)
        house.store.staff.set_totp(name, totp)
        house.store.staff.end_sessions_of(name)
        at_console(house, Act.STAFF_TOTP_RESET, name)
    _say_secrets(name, account.roles, None, address, as_json)


@staff.command()
def reset_password(name: Name, data: Data = DEFAULT_DATA, type_password: Type = False, as_json: AsJson = False) -> None:
    """Give an account a new password, to be changed at the next sign-in, whoever typed it."""
    password, shown = _new_password(name, type_password)
    stored = _hashed(password)
    with _account(data, name) as (house, _):
        now = int(datetime.now(UTC).timestamp())
        house.store.staff.set_password(name, stored, now, must_change=True)
        house.store.staff.end_sessions_of(name)
        at_console(house, Act.STAFF_PASSWORD_RESET, name)
    said = f"{name} has a new password, to be changed at the next sign-in"
    said += "." if shown is None else f", shown this once: {shown}"
    say({"name": name, "password": shown}, said, as_json)


@staff.command()
def roles(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="without: which roles there are")] = "",
    role: Annotated[list[Role] | None, typer.Option("--role", help="what the person may be from now on")] = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Show the roles and their rights, or set those of an account."""
    if not name:
        say_roles(as_json)
        return
    if not role:
        end(f"Say which: kiosk-gateway staff roles {name} --role operator.", USAGE)
    wanted = _checked(role)
    with _account(data, name) as (house, _):
        house.store.staff.set_roles(name, wanted)
        house.store.staff.end_sessions_of(name)
        at_console(house, Act.STAFF_ROLES, name, reason=" ".join(sorted(wanted)))
    say({"name": name, "roles": sorted(wanted)}, f"{name}: {', '.join(sorted(wanted))}.", as_json)


def say_roles(as_json: bool) -> None:
    """The table of rights."""
    if as_json:
        say([{"role": role, "rights": sorted(RIGHTS[role])} for role in Role], "", True)
        return
    table(("Role", "角色", "Rights"), [[role, NAMES[role].zh, ", ".join(sorted(RIGHTS[role]))] for role in Role])


@audit.command()
def verify(
    data: Data = DEFAULT_DATA,
    against: Annotated[
        Path | None, typer.Option(metavar="EXPORT", help="an earlier export whose signed head must lie in the chain")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the whole chain: 0 it is whole, 1 it is not."""
    from sync.gateway.staff.audit import first_fault

    with opened_house(data) as house, house.store.transaction():
        heads = {} if against is None else _signed_heads(against, house)
        seen: dict[int, bytes] = {}
        count = 0

        def rows() -> Iterator[AuditRow]:
            nonlocal count
            for row in house.store.staff.whole_audit():
                count += 1
                if row.n in heads:
                    seen[row.n] = row.hash
                yield row

        fault = first_fault(rows())
    if fault is None:
        missing = [n for n, head in sorted(heads.items()) if seen.get(n) != head]
        fault = Fault(missing[0], "head") if missing else None
    if fault is not None:
        sentence = f"The audit chain is not whole at row {fault.n}: {_FAULTS[fault.what]}."
        say({"whole": False, "rows": count, "row": fault.n, "fault": fault.what}, sentence, as_json)
        raise typer.Exit(NO)
    say({"whole": True, "rows": count}, f"{count} rows, the chain is whole.", as_json)


_FAULTS: Final = {
    "gap": "a row is missing",
    "link": "it does not follow the row before it",
    "content": "its contents were changed",
    "head": "it is not the row that the export's signed head names",
}


@audit.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a new file: JSON, one row a line, a signed head last")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Write the chain to a file, with its head signed by the authority: keep it on another machine."""
    from offline_store.chain import timestamp
    from sync.gateway.staff.audit import SignedHead, to_line

    with opened_house(data) as house, _new_file(file) as out, house.store.transaction():
        last = at_console(house, Act.AUDIT_EXPORTED)
        for row in house.store.staff.whole_audit():
            out.write(to_line(row) + "\n")
        at = timestamp(datetime.now(UTC))
        head = SignedHead(last.n, last.hash, at, house.authority.suite)
        out.write(replace(head, signature=house.authority.signing.sign(head.statement)).to_line() + "\n")
        out.flush()
        os.fsync(out.fileno())
    say({"rows": last.n, "head": last.hash.hex()}, f"{last.n} rows in {file}; head {last.hash.hex()}.", as_json)


@contextmanager
def _new_file(file: Path) -> Iterator[TextIO]:
    """A new file for its owner alone, whole or not there at all; ends with a sentence when it cannot be written."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        end(f"{file} cannot be made: {error.strerror}.", CANNOT_TELL)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            yield out
    except OSError as error:
        file.unlink(missing_ok=True)
        end(f"{file} cannot be written: {error.strerror}.", CANNOT_TELL)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _signed_heads(file: Path, house: House) -> dict[int, bytes]:
    from sync.gateway.staff.audit import heads_of
    from sync.protocol.suites import suite

    try:
        with file.open(encoding="utf-8") as lines:
            heads = list(heads_of(lines))
    except OSError as error:
        end(f"{file} cannot be read: {error.strerror}.", CANNOT_TELL)
    except ValueError:
        heads = []
    ours = house.authority.public_key
    genuine = [suite(head.suite).verify(ours, head.signature, head.statement) for head in heads]
    if not heads or not all(genuine):
        end(f"{file} is no export of this gateway's audit chain: its head is not signed by the authority.", CANNOT_TELL)
    return {head.n: head.head for head in heads}


def _checked(roles: list[Role]) -> frozenset[Role]:
    try:
        return checked(roles)
    except RolesConflict as conflict:
        end(f"{conflict.pair[0]} and {conflict.pair[1]} must be two people: give one of them to somebody else.", USAGE)


@contextmanager
def _account(data: Path, name: str) -> Iterator[tuple[House, Account]]:
    """The house inside a transaction, and the account; ends with "no" if there is none."""
    with opened_house(data) as house, house.store.transaction():
        account = house.store.staff.account(name)
        if account is None:
            end(f"There is no account {name}: kiosk-gateway staff list.", NO)
        yield house, account


def _new_password(name: str, type_password: bool) -> tuple[str, str | None]:
    """The password, and the same again if it has to be shown."""
    from sync.gateway.staff.passwords import MIN_CHARACTERS, fit, generated

    if not type_password:
        made = generated(os.urandom(64))
        return made, made
    typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if not fit(typed, name):
        end(
            f"At least {MIN_CHARACTERS} characters of three kinds (capitals, small letters, digits, others),"
            " without the account's name.",
            USAGE,
        )
    return typed, None


def _hashed(password: str) -> str:
    from sync.gateway.staff.passwords import SALT_BYTES, hashed

    return hashed(password, os.urandom(SALT_BYTES))


def _new_factor(house: House, name: str) -> tuple[bytes, str]:
    from sync.gateway.house import KEYS
    from sync.gateway.staff.door import StaffKeyUnfit, staff_key
    from sync.gateway.staff.second_factor import NONCE_BYTES, SECRET_BYTES, sealed, set_up_address

    try:
        key = staff_key(house.folder / KEYS)
    except StaffKeyUnfit as error:
        end(f"{error}.", CANNOT_TELL)
    secret = os.urandom(SECRET_BYTES)
    stored = sealed(secret, account=name, key=key, nonce=os.urandom(NONCE_BYTES))
    return stored, set_up_address(secret, name, _ISSUER)


def _say_secrets(name: str, roles: frozenset[Role], password: str | None, address: str, as_json: bool) -> None:
    import segno

    facts: dict[str, Any] = {"name": name, "roles": sorted(roles), "password": password, "otpauth": address}
    if as_json:
        say(facts, "", True)
        return
    out = sys.stdout
    out.write(f"Account {name}: {', '.join(f'{NAMES[role].zh} {role}' for role in sorted(roles))}\n")
    if password is not None:
        out.write(f"Password, shown this once, to be changed at the first sign-in: {password}\n")
    out.write("Scan with an authenticator (RFC 6238), shown this once:\n\n")
    segno.make(address, error="l").terminal(out=out, compact=True)
    out.write(f"\n{address}\n")
    out.flush()


def _facts(account: Account, somewhere: bool) -> dict[str, Any]:
    """``somewhere``: wrong attempts from some place have locked it for that place."""
    state = "locked" if account.disabled else "locked for a while" if somewhere else "open"
    return {
        "name": account.name, "roles": sorted(account.roles), "state": state, "must_change": account.must_change,
        "created_at": account.created_at,
    }  # fmt: skip
