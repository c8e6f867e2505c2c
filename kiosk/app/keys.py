"""Where this terminal's keys lie: the provider its settings name, and the ways from one place to another."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.app.directory import DataDirectory, log_warning
from kiosk.settings import Keys, Settings, SettingsError
from offline_store.durable import write_file
from offline_store.keys import KeyFiles, KeyProvider
from offline_store.keys_moving import copy_into_chip, destroy_files, nobody_else
from offline_store.keys_tpm import TpmKeys
from sync.seal_key import SEAL_KEY

SIGNING_KEYS = frozenset({SEAL_KEY})
"""P-256 keys: they are taken into the chip and sign there. A TPM has no Ed25519, so the terminal's own is sealed."""

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: names of the keys that are in the chip now, and how many files were destroyed."""

    keys: tuple[str, ...]
    destroyed: int


def key_provider(settings: Settings, data: DataDirectory, *, quiet: bool = False) -> KeyProvider:
    """The keys of this terminal. Its permanent warning is logged, unless the command that started this one did.

    Raises KeyFilesRefused when the settings name neither a chip nor allow files. A chip is not asked yet.
    """
    if not settings.keys.tpm:
        return data.key_files(settings, quiet=quiet)
    keys = in_chip(data, settings.keys)
    if not quiet and keys.warning is not None:
        log_warning(keys.warning)
    return keys


def in_chip(data: DataDirectory, chosen: Keys) -> TpmKeys:
    """The provider of a chip that the settings name."""
    return TpmKeys(data.keys, chosen.tpm, chosen.tpm_pcrs)


def move_to_tpm(data: DataDirectory, chosen: Keys, step: Step = lambda word: None) -> Moved:
    """Seal every key file to the chip, read all back, switch the settings, destroy the files. Can be repeated.

    `chosen`: the chip and its registers. Terminal and sync are stopped. Raises SettingsError, StoreBusy, and the errors
    of keys; before the settings are switched the files stay in use.
    """
    settings = data.load_settings()
    if settings.keys.tpm and settings.keys != chosen:
        raise SettingsError(
            "the keys are in a TPM already, and settings name another chip or other registers",
            "kiosk keys reseal changes the registers; name the chip that terminal.toml names",
        )
    chip, fresh = in_chip(data, chosen), _settings_with(data, chosen)
    with nobody_else(data.root):
        files = KeyFiles(data.keys, allow_file=True, warn=lambda warning: None)
        # once the chip counts, what a file says of a key that is in it may be old
        copy_into_chip(files, chip, SIGNING_KEYS, step, files_count=not settings.keys.tpm)
        if not settings.keys.tpm:
            step("settings")
            _switch(data, fresh)
        return Moved(chip.names(), destroy_files(data.keys, step))


def reseal(data: DataDirectory, registers: tuple[int, ...], step: Step = lambda word: None) -> tuple[str, ...]:
    """Bind every key in the chip to these registers as they are now; none: to the chip alone. The keys' names.

    Before a planned change of firmware or boot loader: none; after it: the ones wanted. Can be repeated. Raises
    SettingsError, StoreBusy, and the errors of keys.
    """
    settings = data.load_settings()
    if not settings.keys.tpm:
        raise SettingsError("the keys are not in a TPM", "kiosk keys move-to-tpm moves them there")
    chosen = Keys(tpm=settings.keys.tpm, tpm_pcrs=registers)
    chip, fresh = in_chip(data, chosen), _settings_with(data, chosen)
    with nobody_else(data.root):
        names = chip.names()
        for name in names:
            step(f"reseal {name}")
            chip.reseal(name)
        step("settings")
        _switch(data, fresh)
    return names


def lines_for(chosen: Keys) -> list[str]:
    """The table [keys] of terminal.toml."""
    if not chosen.tpm:
        return [
            "[keys]",
            "# keys lie in files, not in a security chip: for demonstration or transition only",
            "allow_file = true",
        ]
    bound = [f"tpm_pcrs = [{', '.join(map(str, chosen.tpm_pcrs))}]"] if chosen.tpm_pcrs else []
    return ["[keys]", "# keys are sealed to this machine's security chip", f'tpm = "{chosen.tpm}"', *bound]


def _settings_with(data: DataDirectory, chosen: Keys) -> str:
    """terminal.toml with its table [keys] anew, and nothing else. SettingsError when it is written otherwise."""
    old = data.settings_file.read_text("utf-8")
    fresh = _with_keys(old, chosen)
    wanted = tomllib.loads("\n".join(lines_for(chosen)))["keys"]
    before = tomllib.loads(old)
    try:
        after = tomllib.loads(fresh)
    except tomllib.TOMLDecodeError:
        # keys.tpm = … in dotted words
        after = {}
    if before.get("keys") != wanted and after != {**before, "keys": wanted}:
        name = data.settings_file.name
        raise SettingsError(
            f"{name} has its keys.… in another way", "write them by hand as a table [keys], then give the command again"
        )
    return old if before.get("keys") == wanted else fresh


def _switch(data: DataDirectory, fresh: str) -> None:
    """From here on the other place counts."""
    mode = data.settings_file.stat().st_mode & 0o777
    write_file(data.settings_file, fresh.encode())
    data.settings_file.chmod(mode)


def _with_keys(text: str, chosen: Keys) -> str:
    lines, kept, inside = text.splitlines(), [], False
    for line in lines:
        if line.strip().startswith("["):
            inside = line.split("#")[0].strip() == "[keys]"
        if not inside:
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join([*kept, "", *lines_for(chosen)]) + "\n"
