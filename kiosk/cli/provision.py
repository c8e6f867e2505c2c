"""`kiosk provision`, `kiosk settings`: make a terminal out of a directory, and look at what it is set to."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from kiosk.cli.answers import EXITS, Exit, answer, refuse
from kiosk.cli.options import Data, Json, keys_table, opened


def provision_command(
    data: Data,
    terminal: Annotated[str, typer.Option("--terminal", help="number of this terminal, e.g. T001")],
    gateway: Annotated[str, typer.Option("--gateway", help="address of the gateway")],
    code: Annotated[str, typer.Option("--code", help="enrolment code from the centre: single use, 24 hours")],
    allow_key_files: Annotated[
        bool, typer.Option("--allow-key-files", help="keep keys in files: for demonstration or transition only")
    ] = False,
    tpm: Annotated[
        str, typer.Option("--tpm", metavar="TCTI", help="seal keys to this security chip, e.g. device:/dev/tpmrm0")
    ] = "",
    tpm_pcrs: Annotated[
        str, typer.Option("--tpm-pcrs", metavar="LIST", help="and to these platform registers (SHA-256), e.g. 0,7")
    ] = "",
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="accept a demonstration authority; nothing it certifies is valid")
    ] = False,
    suite: Annotated[
        Literal["intl", "sm"], typer.Option(help="suite of algorithms, the centre's own; sm is 商用密码 SM2/SM3/SM4")
    ] = "intl",
    receipt_printer: Annotated[str, typer.Option(help="serial device of the receipt printer")] = "",
    id_reader: Annotated[str, typer.Option(help="serial device of the ID reader")] = "",
    document_printer: Annotated[str, typer.Option(help="ipp:// address of the A4 printer")] = "",
    pin_pad: Annotated[str, typer.Option(help="serial device of the PIN pad")] = "",
    barcode_reader: Annotated[str, typer.Option(help="serial device of the barcode reader")] = "",
    package_root: Annotated[
        Path | None, typer.Option(metavar="FILE", help="root of the packages, from the centre by another way")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the keys, enrol at the centre with the code, and write terminal.toml."""
    from kiosk.app.directory import DataDirectory
    from kiosk.app.hardening import harden
    from kiosk.app.provisioning import provision, refuse_a_terminal
    from kiosk.app.refusing import ProvisioningRefused
    from offline_store.errors import StoreError

    harden()
    if not allow_key_files and not tpm:
        step = "give --tpm device:/dev/tpmrm0, or --allow-key-files for a demonstration"
        refuse(
            Exit.USAGE, "this machine would keep its keys in files", why="key-files", next_step=step, as_json=as_json
        )
    keys_in = keys_table(tpm, tpm_pcrs, allow_file=allow_key_files, as_json=as_json)
    devices = {
        "receipt_printer": receipt_printer,
        "id_reader": id_reader,
        "document_printer": document_printer,
        "pin_pad": pin_pad,
        "barcode_reader": barcode_reader,
    }
    directory = DataDirectory(data)
    try:
        if package_root is not None:
            from kiosk.cli.synchronise import lay_package_root

            refuse_a_terminal(directory, terminal)
            lay_package_root(data, package_root, as_json=as_json)
        trust = provision(
            directory,
            terminal,
            gateway,
            code,
            devices,
            keys_in=keys_in,
            demonstration=demonstration,
            now=lambda: datetime.now(UTC),
            random=os.urandom,
            suite=suite,
        )
    except ProvisioningRefused as error:
        refuse(EXITS[error.kind], str(error), why=error.code, next_step=error.next_step, as_json=as_json)
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)
    answer(
        {
            "terminal": terminal,
            "organisation": trust.organisation,
            "demo": trust.demo,
            "suite": suite,
            "next": f"kiosk sync now --data {data}, then kiosk run --data {data}",
        },
        as_json=as_json,
    )


def settings_command(data: Data, as_json: Json = False) -> None:
    """What the terminal is set to, after checking it."""
    _, settings, keys = opened(data, as_json=as_json)
    document = settings.model_dump(mode="json")
    document["warnings"] = [keys.warning.text_en] if keys.warning else []
    answer(document, as_json=as_json)
