"""The data directory of a terminal: what lies where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk import settings
from kiosk.settings import Settings
from offline_store.keys import KeyFiles, KeyWarning
from sync.trust import AUTHORITY, COMPACT_SEAL_CERTIFICATE, FOLDER, SEAL_CERTIFICATE


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Paths below one directory."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """terminal.toml."""
        return self.root / "terminal.toml"

    @property
    def snapshots(self) -> Path:
        """Generations and the pointer to the present one."""
        return self.root / "snapshot"

    @property
    def keys(self) -> Path:
        """Sealed keys, or key files where they are allowed."""
        return self.root / "keys"

    @property
    def authority(self) -> Path:
        """X.509 root and intermediate of the certificates' authority (PEM)."""
        return self.root / FOLDER / AUTHORITY

    @property
    def seal_certificate(self) -> Path:
        """X.509 certificate of this terminal's seal key (PEM)."""
        return self.root / FOLDER / SEAL_CERTIFICATE

    @property
    def compact_seal_certificate(self) -> Path:
        """The same for codes (COSE)."""
        return self.root / FOLDER / COMPACT_SEAL_CERTIFICATE

    def load_settings(self) -> Settings:
        """SettingsError says what is wrong and what to do."""
        return settings.load(self.settings_file)

    def key_files(self, chosen: Settings, *, quiet: bool = False) -> KeyFiles:
        """Keys in files; refused unless the settings allow them, warned about each time."""
        return KeyFiles(self.keys, allow_file=chosen.keys.allow_file, warn=_silent if quiet else log_warning)


def _silent(warning: KeyWarning) -> None:
    """The warning was given by the command that started this one."""


def log_warning(warning: KeyWarning) -> None:
    """For the log: where keys are kept is weak, and what to do about it."""
    import structlog

    structlog.get_logger().warning(warning.code, folder=warning.folder, advice=warning.text_en)
