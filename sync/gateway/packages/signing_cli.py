"""`kiosk-gateway packages key new` and `packages sign`: what a person does who signs, on a machine of his own.

Neither needs a gateway, a data directory or a network.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sync.gateway.command import CANNOT_TELL, NO, USAGE, AsJson, end, say
from sync.protocol.suites import SuiteName

key = typer.Typer(help="个人签名密钥，离线保管。A person's signing key, kept off-line.", no_args_is_help=True)

_PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", metavar="FILE", help="instead of asking for the passphrase")
]


@key.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="who you are: small letters, digits, dots, dashes")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="where to keep it; FILE.pub is to hand in")],
    suite: Annotated[SuiteName, typer.Option(help="sm is 商用密码 SM2/SM3, as the centre uses")] = "intl",
    passphrase_file: _PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make your key. Whoever has the file and the passphrase signs in your name."""
    from sync.gateway.packages.personal_keys import KeyFileUnfit, new_key

    passphrase = _passphrase(passphrase_file, twice=True)
    try:
        public = new_key(name, passphrase, out, suite, datetime.now(UTC))
    except KeyFileUnfit as error:
        end(f"{error}.", USAGE)
    except FileExistsError:
        end(f"{out} or its .pub is there already: a key is never replaced.", NO)
    except OSError as error:
        end(f"{out} cannot be written: {error.strerror}.", CANNOT_TELL)
    say(
        {"name": name, "key": str(out), "public": str(public)},
        f"Made {out} (keep it off-line, keep a copy) and {public} (give it to the gateway's operator).",
        as_json,
    )


def sign(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="the folder from export-for-signing")],
    key_file: Annotated[Path, typer.Option("--key", metavar="FILE", help="your personal key")],
    passphrase_file: _PassphraseFile = None,
) -> None:
    """Show all that would be signed, ask for its version, and sign. 1 when you decide otherwise."""
    from sync.gateway.packages.bundle import BundleUnfit, read_bundle, write_signatures
    from sync.gateway.packages.personal_keys import KeyFileUnfit, open_key, whose
    from sync.gateway.packages.showing import shown, versions
    from sync.gateway.packages.visible import plain

    try:
        person = whose(key_file)
        bundle = read_bundle(folder, datetime.now(UTC))
        asked = versions(bundle, person)
        if not asked:
            end(f"Nothing in {folder} is for {person.name} to sign: is it the right key file?", NO)
        sys.stdout.write(shown(bundle, person) + "\n")
        for role, version in asked:
            what = "root" if role == "root" else "list"
            typed = typer.prompt(
                f"To sign, type the version of the {what} (anything else stops)", default="", show_default=False
            )
            if typed.strip() != str(version):
                end("Not signed.", NO)
        owner, signer = open_key(key_file, _passphrase(passphrase_file, twice=False))
        written = write_signatures(folder, bundle.sign(owner, signer))
    except KeyFileUnfit as error:
        end(f"{error}.", USAGE)
    except BundleUnfit as error:
        # the sentence may quote the folder, which nobody believes yet
        end(f"Nothing was signed. {plain(str(error))}.", NO)
    except OSError as error:
        end(f"{folder} cannot be written: {error.strerror}.", CANNOT_TELL)
    sys.stdout.write(f"Signed. Bring {written} back: kiosk-gateway packages import-signature\n")


def _passphrase(file: Path | None, *, twice: bool) -> str:
    if file is None:
        asked: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice)
        return asked
    try:
        return file.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        end(f"{file} cannot be read.", USAGE)
