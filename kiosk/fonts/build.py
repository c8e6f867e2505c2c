"""Build the font directory at set-up: two weights in two processes, cached by the hash of the sources.

A first build takes a minute or two; a second call compares sizes and times of the sources and returns at once.
"""

import fcntl
import hashlib
import multiprocessing
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fontTools.ttLib import TTFont

from kiosk.fonts.characters import as_ranges
from kiosk.fonts.licence import NOTICE, OPEN_FONT_LICENCE
from kiosk.fonts.located import (
    BOLD,
    RARE,
    REGULAR,
    BuiltFile,
    Fonts,
    FontsMissingError,
    Manifest,
    SourceFile,
    locate,
    read_manifest,
    write_manifest,
)
from kiosk.fonts.outlines import SourceUnusableError, convert

# Raise it whenever characters.py or outlines.py make other bytes from the same source.
BUILDER_VERSION = 1
LICENCE_FILE = "OFL.txt"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Sources:
    """The fonts of the operating system that the build reads (defaults: where Debian puts them)."""

    regular: Path = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    bold: Path = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
    rare: tuple[Path, ...] = field(
        default=(
            Path("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"),
            Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
        )
    )

    def missing(self) -> tuple[Path, ...]:
        """Those that are not there."""
        return tuple(path for path in (self.regular, self.bold, *self.rare) if not path.is_file())


class SourcesMissingError(Exception):
    """A source font is not installed. The message names the packages to install."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        self.remedy = "apt-get install fonts-noto-cjk fonts-hanazono"
        super().__init__(f"font sources not found: {', '.join(map(str, paths))}; run: {self.remedy}")


class BuildFailedError(Exception):
    """A weight could not be made; the reason is on standard error."""


def build(output: Path, sources: Sources, say: Say) -> Fonts:
    """Make ``output`` hold the fonts of these ``sources`` and return them; quick when it already does.

    Two builds into one directory wait for one another. Raises SourcesMissingError, BuildFailedError.
    """
    if missing := sources.missing():
        raise SourcesMissingError(missing)
    output.mkdir(parents=True, exist_ok=True)
    with _alone_in(output):
        if _is_current(output, sources):
            return locate(output)
        say("Building the fonts (once; one to two minutes).")
        weights = _both_weights(output, sources)
        rare = [_copy(path, output / name) for name, path in zip(RARE, sources.rare, strict=True)]
        (output / LICENCE_FILE).write_text(f"{NOTICE}\n\n{OPEN_FONT_LICENCE}", encoding="utf-8")
        write_manifest(output, Manifest(builder_version=BUILDER_VERSION, files=(*weights, *rare)))
        say(f"Fonts are in {output}")
        return locate(output)


@contextmanager
def _alone_in(output: Path) -> Iterator[None]:
    with (output / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_current(output: Path, sources: Sources) -> bool:
    try:
        manifest = read_manifest(output)
        locate(output)
    except FontsMissingError:
        return False
    if manifest.builder_version != BUILDER_VERSION:
        return False
    built = {each.name: each.source for each in manifest.files}
    pairs = zip((REGULAR, BOLD, *RARE), (sources.regular, sources.bold, *sources.rare), strict=True)
    return all(_unchanged(built[name], path) for name, path in pairs)


def _unchanged(then: SourceFile, path: Path) -> bool:
    stat = path.stat()
    if stat.st_size != then.size:
        return False
    return (path == then.path and stat.st_mtime_ns == then.modified_ns) or _sha256(path) == then.sha256


def _describe(path: Path) -> SourceFile:
    stat = path.stat()
    return SourceFile(path=path, size=stat.st_size, modified_ns=stat.st_mtime_ns, sha256=_sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _both_weights(output: Path, sources: Sources) -> list[BuiltFile]:
    # spawn: the caller may be a program with threads
    context = multiprocessing.get_context("spawn")
    jobs = [("Regular", sources.regular, output / REGULAR), ("Bold", sources.bold, output / BOLD)]
    processes = [context.Process(target=_make_weight, args=job) for job in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode != 0 for process in processes):
        raise BuildFailedError("the fonts could not be built; the reason is above")
    return [_built(source, target) for _, source, target in jobs]


def _make_weight(style: str, source: Path, target: Path) -> None:
    def progress(done: int, total: int) -> None:
        sys.stderr.write(f"  Hall Sans {style}: {done} of {total} glyphs\n")
        sys.stderr.flush()

    fresh = target.with_suffix(".new")
    try:
        convert(source, style, fresh, progress)
    except SourceUnusableError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    fresh.replace(target)


def _copy(source: Path, target: Path) -> BuiltFile:
    fresh = target.with_suffix(".new")
    shutil.copyfile(source, fresh)
    fresh.replace(target)
    return _built(source, target)


def _built(source: Path, target: Path) -> BuiltFile:
    with TTFont(target, lazy=True) as font:
        characters = tuple(as_ranges(font.getBestCmap()))
    return BuiltFile(name=target.name, sha256=_sha256(target), source=_describe(source), characters=characters)
