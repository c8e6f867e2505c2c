"""Keeps what the printers printed: numbered files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path


class Tray:
    """A folder of numbered papers. Goes on counting where an earlier station stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        numbers = [int(file.stem) for file in folder.iterdir() if file.stem.isascii() and file.stem.isdigit()]
        self._last = max(numbers, default=0)
        self.count = 0
        """Papers since this station is up."""
        self.newest: tuple[Path, ...] = ()
        """The files of the last paper."""

    def keep(self, forms: dict[str, bytes]) -> None:
        """Write one paper in several forms, by file ending: 007.txt, 007.png."""
        self._last += 1
        files = []
        for ending, content in forms.items():
            file = self._folder / f"{self._last:03d}.{ending}"
            fresh = file.with_name(f".{file.name}.new")
            fresh.write_bytes(content)
            fresh.replace(file)
            files.append(file)
        self.count += 1
        self.newest = tuple(files)
