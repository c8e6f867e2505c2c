"""The whole vocabulary, declared once: what people and programs can say to a station, and which hand moves then.

A pattern is words and `<places>`; a place takes one word of the kind its name says, `<text>` all words that are left.
The table is the help, too. One file per device; what a place takes is in `understanding.KINDS`. The first phrase that
fits is the one that was meant.
"""

from __future__ import annotations

from typing import Final

from hardware_sim.station.phrases.a4_printer import A4_PRINTER
from hardware_sim.station.phrases.barcode_reader import BARCODE_READER
from hardware_sim.station.phrases.cards import CARDS
from hardware_sim.station.phrases.id_reader import ID_READER
from hardware_sim.station.phrases.phrase import Act, Phrase
from hardware_sim.station.phrases.pin_pad import PIN_PAD
from hardware_sim.station.phrases.plugs import PLUGS
from hardware_sim.station.phrases.receipt_printer import RECEIPT_PRINTER

__all__ = ["PHRASES", "Act", "Phrase"]

PHRASES: Final[tuple[Phrase, ...]] = (
    *CARDS,
    *ID_READER,
    *PIN_PAD,
    *BARCODE_READER,
    *RECEIPT_PRINTER,
    *A4_PRINTER,
    *PLUGS,
)
