"""Makes a terminal out of an empty directory: settings, keys, trust. Can be repeated with the same code."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from kiosk import settings
from kiosk.app.directory import DataDirectory
from kiosk.app.keys import key_provider, lines_for
from kiosk.app.stores import PSEUDONYM_KEY, STORE_KEY, TerminalStores
from kiosk.clock import SystemClock
from kiosk.settings import SettingsError
from offline_store.keys import KeyProvider
from sync.client.http import TLS_FOLDER, GatewayAddressUnfit, HttpSender
from sync.enrolment import enrol
from sync.protocol.enrolment import EnrolmentRefused, Trust
from sync.protocol.suites import SuiteName

KEY_BYTES = 32


class ProvisioningRefused(Exception):  # noqa: N818 named by the condition
    """The terminal could not be made; says what is wrong and what to do."""

    def __init__(self, code: str, sentence: str, next_step: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.next_step = next_step


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
    """Enrol, then write terminal.toml last: a directory with settings is a terminal. `keys_in`: where its keys lie."""
    draft = _draft(terminal, gateway, devices, suite, keys_in, demonstration=demonstration)
    _check(draft)
    data.root.mkdir(parents=True, exist_ok=True)
    keys = key_provider(settings.Settings(terminal=terminal, keys=keys_in), data, quiet=True)
    try:
        sender = HttpSender(gateway, tls=data.root / TLS_FOLDER)
    except GatewayAddressUnfit as error:
        raise ProvisioningRefused("address", str(error), "give --gateway http(s)://host:port") from error
    try:
        trust = enrol(
            data.root, terminal=terminal, code=code, keys=keys, send=sender, now=now, random=random, suite=suite
        )
    except EnrolmentRefused as error:
        raise ProvisioningRefused(error.code, error.sentence, "ask the centre for a new code") from error
    finally:
        sender.close()
    if trust.demo and not demonstration:
        sentence = f"{trust.organisation} is a demonstration authority: what it certifies is valid nowhere"
        raise ProvisioningRefused("demonstration", sentence, "enrol at a real centre, or give --demonstration")
    _make_keys(keys, random)
    _write(data.settings_file, draft + _centre(trust))
    # the journal's first epoch is opened here, so that the sync process finds one whoever starts first
    TerminalStores(data, data.load_settings(), keys, SystemClock()).close()
    return trust


def _make_keys(keys: KeyProvider, random: Callable[[int], bytes]) -> None:
    for name in (STORE_KEY, PSEUDONYM_KEY):
        material = bytearray(random(KEY_BYTES))
        keys.create(name, material)
        material[:] = bytes(KEY_BYTES)


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
            "characters", "a value has a quote, backslash or control character", "type it plainly"
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
            raise ProvisioningRefused("settings", sentence, "give the value as --help says") from error


def _write(file: Path, content: str) -> None:
    draft = file.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
