"""Cookies: which there are, and how browsers are told to keep them (RFC 6265).

With TLS their names begin with `__Host-`, so that no other host and no plain connection can set them.
"""

from __future__ import annotations

from typing import Final

from sync.gateway.staff.door import Door
from sync.gateway.staff.texts import Language

SESSION: Final = "staff"
BEFORE: Final = "staff-before"
"""Binds the form of the sign-in page to the browser it was shown in."""
LANGUAGE: Final = "staff-language"
_YEAR: Final = 365 * 86_400


def name_of(cookie: str, door: Door) -> str:
    """Its name in the browser."""
    return f"__Host-{cookie}" if door.secure else cookie


def kept(cookie: str, value: str, door: Door) -> str:
    """A Set-Cookie field for as long as the browser runs."""
    return f"{name_of(cookie, door)}={value}; Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if door.secure else "")


def cleared(cookie: str, door: Door) -> str:
    """A Set-Cookie field that removes it."""
    return kept(cookie, "", door) + "; Max-Age=0"


def language_kept(language: Language, door: Door) -> str:
    """The language for a year."""
    return kept(LANGUAGE, language, door) + f"; Max-Age={_YEAR}"


def held_in(header: str, cookie: str, door: Door) -> str:
    """A cookie's value in a Cookie field; empty if it is not there, or there twice."""
    wanted = name_of(cookie, door)
    pairs = (part.strip().partition("=") for part in header.split(";"))
    values = [value for name, _, value in pairs if name == wanted]
    return values[0] if len(values) == 1 else ""
