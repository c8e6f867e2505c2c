"""What a phrase is. Devices are imported for type checkers only: `do` and `do help` are typed often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardware_sim.station.hall import Hall

Said = Mapping[str, Any]
"""The words in the places of a phrase, read, by the name of the place."""

Act = Callable[["Hall", Said], None]


@dataclass(frozen=True)
class Phrase:
    """One thing that can be said."""

    pattern: str
    zh: str
    en: str
    act: Act
