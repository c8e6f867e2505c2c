"""Makes a terminal out of an empty directory: settings, keys, trust. Can be repeated with the same code.

A directory that is a terminal already is refused before anything is asked or changed: its keys are known to the centre
under its own number, and what it holds would be out of reach under another.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from kiosk import settings
from kiosk.app.directory import DataDirectory
from kiosk.app.keys import key_provider, lines_for
from kiosk.app.refusing import ProvisioningRefused, address_refused, enrolment_refused
from kiosk.app.stores import PSEUDONYM_KEY, STORE_KEY, TerminalStores
from kiosk.clock import SystemClock
from kiosk.settings import SettingsError
from offline_store.durable import make_folder, write_file
from offline_store.journal.files import ASIDE, DATABASE, HEAD
from offline_store.keys import KeyProvider, hand_over
from offline_store.wiping import WIPED
from sync.client.http import TLS_FOLDER, GatewayAddressUnfit, HttpSender, checked_address
from sync.enrolment import enrol
from sync.protocol.enrolment import EnrolmentRefused, Trust
from sync.protocol.suites import SuiteName
from sync.trust import NotEnrolled, read_trust

KEY_BYTES = 32


def refuse_a_terminal(data: DataDirectory, terminal: str) -> None:
    """Raises ProvisioningRefused when something in this directory belongs to a terminal, or was begun for another."""
    marks = (data.settings_file.name, DATABASE, HEAD, WIPED, f"{ASIDE}*")
    found = next((path for mark in marks for path in data.root.glob(mark)), None)
    if found is not None:
        raise ProvisioningRefused(
            "a-terminal",
            f"{data.root} is a terminal already ({found.name} is there): nothing was changed",
            f"kiosk enrol --data {data.root} --code CODE gives it a new key; a new terminal wants an empty directory",
            kind="usage",
        )
    try:
        begun = read_trust(data.root).terminal
    except NotEnrolled:
        return
    if begun != terminal:
        raise ProvisioningRefused(
            "a-terminal",
            f"{data.root} was enrolled as {begun}: nothing was changed",
            f"give --terminal {begun}, or name an empty directory",
            kind="usage",
        )


def provision(
    data: DataDirectory,
    terminal: str,
    gateway: str,
    code: str,
    devices: Mapping[str, str],
    *,
    keys_in: settings.Keys,
    demonstration: bool,
    now: Callable[[], datetime],
    random: Callable[[int], bytes],
    suite: SuiteName = "intl",
) -> Trust:
    """Enrol, then write terminal.toml last: a directory with settings is a terminal. `keys_in`: where its keys lie.

    Raises ProvisioningRefused, and the errors of keys and disk.
    """
    refuse_a_terminal(data, terminal)
    draft = _draft(terminal, gateway, devices, suite, keys_in, demonstration=demonstration)
    _check(draft)
    try:
        checked_address(gateway)
    except GatewayAddressUnfit as error:
        raise address_refused(error, typed=True) from error
    make_folder(data.root)
    keys = key_provider(settings.Settings(terminal=terminal, keys=keys_in), data, quiet=True)
    try:
        sender = HttpSender(gateway, tls=data.root / TLS_FOLDER)
    except GatewayAddressUnfit as error:
        raise address_refused(error, typed=True) from error
    try:
        trust = enrol(
            data.root, terminal=terminal, code=code, keys=keys, send=sender, now=now, random=random, suite=suite
        )
    except EnrolmentRefused as error:
        raise enrolment_refused(error) from error
    finally:
        sender.close()
    if trust.demo and not demonstration:
        sentence = f"{trust.organisation} is a demonstration authority: what it certifies is valid nowhere"
        raise ProvisioningRefused(
            "demonstration", sentence, "enrol at a real centre in an empty directory, or give --demonstration"
        )
    _make_keys(keys, random)
    write_file(data.settings_file, (draft + _centre(trust)).encode())
    # the journal's first epoch is opened here, so that the sync process finds one whoever starts first
    TerminalStores(data, data.load_settings(), keys, SystemClock()).close()
    return trust


def _make_keys(keys: KeyProvider, random: Callable[[int], bytes]) -> None:
    for name in (STORE_KEY, PSEUDONYM_KEY):
        hand_over(keys, name, bytearray(random(KEY_BYTES)))


def _draft(
    terminal: str,
    gateway: str,
    devices: Mapping[str, str],
    suite: SuiteName,
    keys_in: settings.Keys,
    *,
    demonstration: bool,
) -> str:
    lines = [
        "# Settings of this terminal. `kiosk settings` checks and shows them.",
        f'terminal = "{_plain(terminal)}"',
        f'profile = "{"demonstration" if demonstration else "service"}"',
        "",
        *lines_for(keys_in),
        "",
        "[crypto]",
        f'suite = "{suite}"',
        "",
        "[devices]",
        *(f'{name} = "{_plain(path)}"' for name, path in devices.items() if path),
        "",
        "[centre]",
        f'gateway = "{_plain(gateway)}"',
    ]
    return "\n".join(lines) + "\n"


def _centre(trust: Trust) -> str:
    return f'verify_url = "{_plain(trust.verify_url)}"\n'


def _plain(value: str) -> str:
    """A TOML basic string's content: what is typed here never needs a quote, a backslash or a control character."""
    if any(character in '"\\' or ord(character) < 32 for character in value):
        raise ProvisioningRefused(
            "characters", "a value has a quote, backslash or control character", "type it plainly", kind="usage"
        )
    return value


def _check(draft: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "terminal.toml"
        file.write_text(draft, "utf-8")
        try:
            settings.load(file)
        except SettingsError as error:
            sentence = str(error).replace(str(file), "terminal.toml")
            raise ProvisioningRefused("settings", sentence, "give the value as --help says", kind="usage") from error
