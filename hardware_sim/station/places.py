"""Where a station keeps its sockets, ttys and papers, and what a program under test must know of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


def default_folder() -> Path:
    """`$XDG_RUNTIME_DIR/hardware-sim`, or build/hardware-sim below the working directory."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(runtime, "hardware-sim") if runtime else Path("build", "hardware-sim").absolute()


@dataclass(frozen=True)
class Places:
    """The names inside a state directory."""

    folder: Path

    @property
    def control(self) -> Path:
        return self.folder / "control.sock"

    @property
    def lock(self) -> Path:
        return self.folder / "station.lock"

    @property
    def pcscd(self) -> Path:
        return self.folder / "pcscd.sock"

    @property
    def id_reader(self) -> Path:
        return self.folder / "id-reader.tty"

    @property
    def receipt_printer(self) -> Path:
        return self.folder / "receipt-printer.tty"

    @property
    def pin_pad(self) -> Path:
        return self.folder / "pin-pad.tty"

    @property
    def barcode_reader(self) -> Path:
        return self.folder / "barcode-reader.tty"

    @property
    def a4_printer(self) -> Path:
        """A file that holds the printer's URI."""
        return self.folder / "a4-printer.uri"

    @property
    def receipts(self) -> Path:
        return self.folder / "receipts"

    @property
    def pages(self) -> Path:
        return self.folder / "pages"
