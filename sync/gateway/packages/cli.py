"""`kiosk-gateway packages`: what the operator of the gateway does. What a person does who signs is in `signing_cli`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sync.gateway.command import CANNOT_TELL, DEFAULT_DATA, NO, USAGE, AsJson, Data, end, opened_house, say
from sync.gateway.packages.signing_cli import key, sign
from sync.gateway.staff.audit import Act
from sync.gateway.staff.console import at_console

if TYPE_CHECKING:
    from sync.gateway.house import House
    from sync.gateway.packages.signing import Person

packages = typer.Typer(
    help="规则、事项与文本包：两人签署，网关只存取。Packages of rules, items and texts; two persons sign.",
    no_args_is_help=True,
)
packages.add_typer(key, name="key")
packages.command()(sign)

_PublicKeys = Annotated[list[Path], typer.Argument(metavar="PUB PUB...", help="files ending in .pub, two or more")]
_Replace = Annotated[
    bool, typer.Option("--replace", help="instead of what waits for signatures; what was signed of that is dropped")
]
_NEXT = "kiosk-gateway packages export-for-signing DIR"


@packages.command()
def init(persons: _PublicKeys, replace: _Replace = False, data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Name the persons whose signatures count (a third one's key in a safe saves the day when one is lost)."""
    from sync.gateway.packages.proposing import propose_first_root

    named = [_person(path) for path in persons]
    with _house(data) as house:
        root = propose_first_root(
            house.store.packages,
            named,
            lambda: house.package_keys.make(house.authority.suite),
            _now(),
            replace=replace,
        )
        names = [one.name for one in named]
        at_console(house, Act.PACKAGE_ROOT_PROPOSED, str(root.version), reason=" ".join(names))
    say(
        {"root": root.version, "persons": names, "expires": _day(root.expires)},
        f"Root 1 names {', '.join(names)}; two of them must sign it. Next: {_NEXT}",
        as_json,
    )


@packages.command()
def root(
    add: Annotated[list[Path] | None, typer.Option("--add", metavar="PUB", help="a person who shall sign")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="NAME", help="a person who goes")] = None,
    new_online_keys: Annotated[
        bool, typer.Option("--new-online-keys", help="after a break-in: the gateway's own keys are no longer good")
    ] = False,
    replace: _Replace = False,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Propose the next root: other persons, other keys of the gateway, or the same for three more years.

    Two of the old persons and two of the new ones sign it.
    """
    from sync.gateway.packages.proposing import propose_root

    coming = [_person(path) for path in add or []]
    with _house(data) as house:
        online = (lambda: house.package_keys.make(house.authority.suite)) if new_online_keys else None
        made, listed = propose_root(
            house.store.packages, add=coming, remove=remove or [], online=online, now=_now(), replace=replace
        )
        changes = [f"+{one.name}" for one in coming] + [f"-{name}" for name in remove or []]
        renewed = ["new-online-keys"] if new_online_keys else []
        at_console(house, Act.PACKAGE_ROOT_PROPOSED, str(made.version), reason=" ".join(changes + renewed))
    also = "" if listed is None else f" List {listed.version} goes with it, for those who stay to sign."
    say(
        {"root": made.version, "targets": None if listed is None else listed.version, "expires": _day(made.expires)},
        f"Root {made.version} waits for signatures.{also} Next: {_NEXT}",
        as_json,
    )


@packages.command()
def propose(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help=r"TOML with a table \[package]")] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="KIND/NAME", help="a package that goes")
    ] = None,
    replace: _Replace = False,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Propose the next list: what is in force, with these packages. Without any it is renewed for another year."""
    from sync.gateway.packages.package_file import PackageFileUnfit, read_package
    from sync.gateway.packages.proposing import propose_list
    from sync.gateway.packages.visible import plain

    try:
        read = [read_package(path) for path in files or []]
    except PackageFileUnfit as error:
        end(f"{plain(str(error))}.", USAGE)
    paths = [facts.path for facts, _ in read]
    if len(set(paths)) < len(paths):
        end("Two of these files are the same package: give each once.", USAGE)
    with _house(data) as house:
        listed = propose_list(house.store.packages, read, remove or [], _now(), replace=replace)
        changes = [f"+{path}" for path in paths] + [f"-{path}" for path in remove or []]
        at_console(house, Act.PACKAGE_LIST_PROPOSED, str(listed.version), reason=" ".join(changes))
    say(
        {"targets": listed.version, "packages": sorted(listed.targets), "expires": _day(listed.expires)},
        f"List {listed.version} with {len(listed.targets)} packages waits for signatures. Next: {_NEXT}",
        as_json,
    )


@packages.command("export-for-signing")
def export_for_signing(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="a new folder, to be carried to each person")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Write what waits for signatures, with what is in force beside it."""
    from sync.gateway.packages.bundle import export
    from sync.gateway.packages.publishing import signatures

    with _house(data) as house:
        at_console(house, Act.PACKAGES_EXPORTED, "for-signing")
        try:
            waiting = signatures(export(house.store.packages, folder))
        except FileExistsError:
            end(f"{folder} is there already: name a new folder.", NO)
        except OSError as error:
            end(f"{folder} cannot be written: {error.strerror}.", CANNOT_TELL)
    say(
        {"folder": str(folder), "waiting": [_signatures(one) for one in waiting]},
        f"Wrote {folder}. Each person, on a machine of his own: kiosk-gateway packages sign DIR --key FILE",
        as_json,
    )


@packages.command("import-signature")
def import_signature(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="signature-NAME.json from the signed folder")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Take a person's signatures in."""
    from sync.gateway.packages.bundle import BundleUnfit, read_signatures
    from sync.gateway.packages.publishing import signatures, take_signatures

    try:
        given = read_signatures(file)
    except BundleUnfit as error:
        end(f"{error}.", USAGE)
    with _house(data) as house:
        waiting = signatures(take_signatures(house.store.packages, given, _now()))
        signed = " ".join(f"{one.role} {one.version}" for one in given.signatures)
        at_console(house, Act.PACKAGE_SIGNATURE_TAKEN, given.name, reason=signed)
    complete = all(one.complete for one in waiting)
    missing = sorted({name for one in waiting if not one.complete for name in one.unsigned})
    then = "Next: kiosk-gateway packages publish" if complete else f"Still to sign: {', '.join(missing)}"
    say(
        {"complete": complete, "waiting": [_signatures(one) for one in waiting]},
        f"Took the signatures of {given.name}. {then}",
        as_json,
    )


@packages.command()
def publish(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Put what two persons signed in force: terminals fetch it within the hour."""
    from sync.gateway.packages.publishing import publish as put_in_force

    with _house(data) as house:
        done = put_in_force(house.store.packages, house.package_keys, _now())
        said = " and ".join(f"{_NAMES[one.role]} {one.version}" for one in done)
        at_console(house, Act.PACKAGES_PUBLISHED, said)
    say({"published": {one.role: one.version for one in done}}, f"In force: {said}.", as_json)


@packages.command()
def withdraw(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Give up what waits for signatures. What is in force stays."""
    with _house(data) as house:
        house.store.packages.withdraw()
        at_console(house, Act.PACKAGES_WITHDRAWN)
    say({"withdrawn": True}, "Nothing waits for signatures any more.", as_json)


@packages.command("export-root")
def export_root(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="a new file")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Write the root in force, for kiosk provision --package-root: what a terminal's trust in packages begins with."""
    from hashlib import sha256

    from sync.gateway.packages.files import create

    with _house(data) as house:
        octets = house.store.packages.latest("root")
        if octets is None:
            end("No root is in force yet: kiosk-gateway packages init comes first.", NO)
        at_console(house, Act.PACKAGES_EXPORTED, "root")
        try:
            create(out, octets)
        except FileExistsError:
            end(f"{out} is there already: name a new file.", NO)
        except OSError as error:
            end(f"{out} cannot be written: {error.strerror}.", CANNOT_TELL)
    digest = sha256(octets).hexdigest()
    say(
        {"file": str(out), "sha256": digest},
        f"Wrote {out}. It is no secret, but must not be changed on its way: SHA-256 {digest}",
        as_json,
    )


@packages.command()
def status(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """What is in force and until when, what waits, and whose signature is missing. 0, or 1 when something expired."""
    from sync.gateway.packages.overview import overview, overview_text

    with _house(data) as house:
        found = overview(house.store.packages, house.package_keys, _now())
    say(found, overview_text(found), as_json)
    if found["expired"]:
        raise typer.Exit(NO)


_NAMES = {"root": "root", "targets": "list"}


@contextmanager
def _house(data: Path) -> Iterator[House]:
    """The data directory in a transaction, and a refusal as its sentence; nothing is kept then."""
    from sync.gateway.packages.proposing import ProposalRefused
    from sync.gateway.packages.publishing import NotYet

    with opened_house(data) as house:
        try:
            with house.store.transaction():
                yield house
        except (ProposalRefused, NotYet) as error:
            end(f"{error}.", NO)


def _person(path: Path) -> Person:
    from sync.gateway.packages.personal_keys import KeyFileUnfit, read_public

    try:
        return read_public(path)
    except KeyFileUnfit as error:
        end(f"{error}.", USAGE)


def _signatures(one: Any) -> dict[str, Any]:
    return {
        "role": one.role,
        "version": one.version,
        "signed": list(one.signed),
        "unsigned": list(one.unsigned),
        "complete": one.complete,
    }


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _now() -> datetime:
    return datetime.now(UTC)
