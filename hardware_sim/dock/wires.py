"""What passed on the wires, as rows for a person: the newest on top, one device or all."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hardware_sim.dock.buttons import PANELS, without_digits

KEPT = 200
HAND = "hand"
ALL = ""
_ARROWS = {"to": "→", "from": "←", HAND: "☞"}


@dataclass(frozen=True)
class Row:
    """One thing that passed, as it is shown."""

    time: str
    device: str
    arrow: str
    zh: str
    en: str
    hex: str


@dataclass(frozen=True)
class Choice:
    """One wire to look at alone; `key` is empty for all."""

    key: str
    zh: str
    en: str


PSAM = "psam-reader"
CHOICES: Final = (
    Choice(ALL, "全部", "All"),
    *(Choice(key.replace("_", "-"), panel.zh, panel.en) for key, panel in PANELS.items()),
)


class Wires:
    """The newest entries of the station's log."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.last = 0

    def add(self, entries: Sequence[dict[str, Any]]) -> bool:
        """Take what the control socket told; whether there was anything new."""
        self._entries.extend(entries)
        if entries:
            self.last = entries[-1]["number"]
        return bool(entries)

    def forget(self) -> None:
        """Another station begins to count anew."""
        self._entries.clear()
        self.last = 0

    def rows(self, device: str = ALL, most: int = KEPT) -> list[Row]:
        """Newest first; what people did stands between, whatever the device. The PSAM goes with the card reader."""
        shown = (device, "", PSAM) if device == "card-reader" else (device, "")
        wanted = [each for each in self._entries if device == ALL or each["device"] in shown]
        # what passed between readers and cards is told a little later than the rest
        newest = sorted(wanted, key=lambda each: (each["at"], each["number"]), reverse=True)
        return [_row(each) for each in newest[:most]]


def _row(entry: dict[str, Any]) -> Row:
    shown = entry["hex"]
    if entry["size"] > (len(shown) + 1) // 3:
        shown = f"{shown} … {entry['size']} B"
    hand = entry["direction"] == HAND
    panel = PANELS.get(entry["device"].replace("-", "_"))
    return Row(
        time=f"{entry['at']:.3f}",
        device=panel.zh if panel is not None else "PSAM" if entry["device"] == PSAM else "操作",
        arrow=_ARROWS[entry["direction"]],
        zh=without_digits(entry["zh"]),
        # what a hand did is a phrase: it needs no second language
        en="" if hand else entry["en"],
        hex=shown,
    )
