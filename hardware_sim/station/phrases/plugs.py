"""What can be said of the plug of every serial device."""

from __future__ import annotations

from typing import Final

from hardware_sim.station.phrases.phrase import Phrase

PLUGS: Final[tuple[Phrase, ...]] = (
    Phrase("unplug <device>", "拔掉设备数据线", "its tty goes away", lambda s, a: s.unplug(a["device"])),
    Phrase("plug <device>", "插回设备数据线", "and comes back under its path", lambda s, a: s.plug(a["device"])),
)
