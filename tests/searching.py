"""Looks for planted words in files, in every way a program could have written them there."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path


def spellings(words: Iterable[str]) -> dict[bytes, str]:
    """Octets to look for, each with what it is; the word itself is not told."""
    found: dict[bytes, str] = {}
    for word in words:
        for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
            octets = word.encode(encoding)
            found[octets] = f"{word[0]}… in {encoding}"
            found |= dict.fromkeys(in_base64(octets), f"{word[0]}… in {encoding}, base64")
        found[word.encode("unicode-escape")] = f"{word[0]}… escaped"
        if word.isdigit() and len(word) % 2 == 0:
            found |= dict.fromkeys(packed(word), f"{word[0]}… as packed digits")
    return found


def packed(digits: str) -> set[bytes]:
    """Two digits an octet. A PIN's three octets alone are in any megabyte of ciphertext by chance (one in sixteen):
    it is looked for as it is packed for a card or a PIN pad, filled to eight octets, with and without its length.
    """
    octets = bytes.fromhex(digits)
    if len(octets) >= 6:
        return {octets}
    return {octets.ljust(8, b"\xff"), octets.ljust(8, b"\0"), (bytes([0x20 + len(digits)]) + octets).ljust(8, b"\xff")}


def spellings_of_octets(named: Mapping[str, bytes]) -> dict[bytes, str]:
    """The same for keys: as they are, in hex and in base64."""
    found: dict[bytes, str] = {}
    for name, octets in named.items():
        found |= {
            octets: name,
            octets.hex().encode(): f"{name} in hex",
            octets.hex().upper().encode(): f"{name} in HEX",
        }
        found |= dict.fromkeys(in_base64(octets), f"{name} in base64")
    return found


def in_base64(octets: bytes) -> set[bytes]:
    """The characters that are sure wherever the octets begin within a longer text, in both alphabets."""
    found: set[bytes] = set()
    for shift in range(3):
        whole = (len(octets) + shift) // 3 * 4
        text = base64.b64encode(bytes(shift) + octets)[(0, 2, 3)[shift] : whole]
        if len(text) >= 8:
            found |= {text, text.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def found_in(files: Iterable[Path], needles: Mapping[bytes, str]) -> list[str]:
    """What was found, and where."""
    hits: list[str] = []
    for file in files:
        content = file.read_bytes()
        hits += [f"{file}: {what}" for needle, what in needles.items() if needle in content]
    return hits


def files_below(folder: Path) -> list[Path]:
    """Every file of a tree, also hidden ones."""
    return [file for file in folder.rglob("*") if file.is_file()]
