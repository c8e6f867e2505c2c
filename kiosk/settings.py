"""Settings of one terminal: `terminal.toml` in its data directory, checked at start.

Times are seconds under `timeouts.*` with the UX guide's names (section 2).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class SettingsError(Exception):
    """terminal.toml cannot be used as it is: what is wrong, naming file and field, and `remedy`, the next step."""

    def __init__(self, sentence: str, remedy: str = "correct terminal.toml; kiosk settings checks it") -> None:
        super().__init__(sentence)
        self.remedy = remedy


class SettingsUnreadable(SettingsError):  # noqa: N818 named by the condition
    """It is not there, not TOML, or not settings: nothing is known of this terminal."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Timeouts(_Table):
    """UX guide, section 2. Doubled in elder mode where the guide says ×2."""

    attract: Seconds = 30
    idle_session: Seconds = 60
    idle_private: Seconds = 45
    idle_warning: Seconds = 20
    card_insert: Seconds = 60
    pin_total: Seconds = 60
    pin_gap: Seconds = 30
    card_read: Seconds = 15
    card_remind1: Seconds = 10
    card_remind2: Seconds = 20
    card_capture: Seconds = 30
    paper_take: Seconds = 30
    result_hold: Seconds = 30
    notice_fault: Seconds = 20
    host_slow: Seconds = 8
    print_limit: Seconds = 60
    paper_limit: Seconds = 30
    goodbye: Seconds = 3
    uncover: Seconds = 10
    poll_devices: Seconds = 20


class Place(_Table):
    """Where the terminal stands, as people read it."""

    hall_zh: str = "人力资源和社会保障自助服务厅"
    hall_en: str = "Social Security Self-Service Hall"
    city_zh: str = "示例市"
    agency_zh: str = "示例市社会保险基金管理中心"
    agency_en: str = "Sample City Social Insurance Centre"
    region: str = Field(default="990100", pattern=r"^[0-9]{6}$")
    phone: str = "12333"


class Readers(_Table):
    """Roles of PC/SC readers: a regular expression on the reader's name, never a slot number."""

    user: str = "User"
    sam: str = "PSAM"


AUTO = "auto"
"""In place of a port: the device is looked for by asking each port."""


class Devices(_Table):
    """Where the devices are. Empty: not fitted. A serial device is named by its port, by a stable name, or `auto`."""

    id_reader: str = ""
    id_reader_baud: int = 115_200
    receipt_printer: str = ""
    receipt_baud: int = 115_200
    document_printer: str = ""
    pin_pad: str = ""
    pin_pad_baud: int = 9_600
    barcode_reader: str = ""
    barcode_baud: int = 9_600
    barcode_make: Literal["plain", "newland", "honeywell", "gm65"] = "plain"


class Centre(_Table):
    """How to reach the central platform."""

    gateway: str = ""
    verify_url: str = "https://verify.example/v"


class Keys(_Table):
    """Where keys live: in a TPM, or in files, which are refused unless allowed, and warned about for ever.

    ``tpm``: how to reach the chip (a TCTI of tpm2-tss): ``device:/dev/tpmrm0``. ``tpm_pcrs``: platform registers of
    the SHA-256 bank that keys are bound to; 0 to 7 are firmware and boot loader (TCG PC Client profile, 3.3.4).
    """

    allow_file: bool = False
    tpm: str = Field(default="", pattern=r"^$|^(device:/dev/|tabrmd:|swtpm:)[A-Za-z0-9_.,:=/-]*$", max_length=200)
    tpm_pcrs: tuple[Annotated[int, Field(ge=0, le=23)], ...] = Field(default=(), max_length=8)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.tpm and self.allow_file:
            raise ValueError("keys lie in the TPM or in files: take allow_file or tpm out")
        if self.tpm_pcrs and not self.tpm:
            raise ValueError("tpm_pcrs needs tpm")
        if len(set(self.tpm_pcrs)) != len(self.tpm_pcrs):
            raise ValueError("a register stands twice in tpm_pcrs")
        return self


class Crypto(_Table):
    """The suite of algorithms: `intl` (Ed25519, SHA-256, AES) or `sm` (商用密码: SM2, SM3, SM4), the centre's own.

    Certificate codes and PDF seals are P-256 in both, and SQLite's pages are encrypted by AES.
    """

    suite: Literal["intl", "sm"] = "intl"


class Panel(_Table):
    """The screen: diagonal in inches as configured, since EDID lies on kiosk panels."""

    diagonal_inch: Annotated[float, Field(ge=10, le=60)] = 21.5
    width: int = 1080
    height: int = 1920
    animate: bool = True


class Settings(_Table):
    """terminal.toml."""

    terminal: str = Field(pattern=r"^[A-Z][A-Z0-9]{2,11}$")
    profile: Literal["service", "demonstration"] = "service"
    """`service` refuses a demonstration authority: what it certifies is valid nowhere."""
    place: Place = Place()
    readers: Readers = Readers()
    devices: Devices = Devices()
    centre: Centre = Centre()
    keys: Keys = Keys()
    crypto: Crypto = Crypto()
    panel: Panel = Panel()
    timeouts: Timeouts = Timeouts()


def load(path: Path) -> Settings:
    """Read terminal.toml. Raises SettingsUnreadable: field, its shape and the remedy."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        step = "give --data DIR if the terminal is elsewhere; kiosk provision --help tells how one is made"
        raise SettingsUnreadable(f"{path} does not exist", step) from error
    except OSError as error:
        step = "run it as the owner of the data directory"
        raise SettingsUnreadable(f"{path} cannot be read: {error.strerror}", step) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsUnreadable(f"{path} is not TOML: {error}", _correct(path, "that line")) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        step = _correct(path, "that line")
        raise SettingsUnreadable(f"{path} is not TOML: no UTF-8 text (at line {line})", step) from error
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        sentence = f"{path}: {field}: {first['msg']} (got a {type(first['input']).__name__})"
        raise SettingsUnreadable(sentence, _correct(path, field)) from error


def _correct(path: Path, what: str) -> str:
    return f"correct {what} in {path}, then kiosk settings --data {path.parent} checks it"
