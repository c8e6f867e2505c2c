"""The decoder of every wire that is tapped, by the word people type for the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hardware_sim.barcode_reader.meaning import BarcodeReaderDecoder
from hardware_sim.id_reader.meaning import IdReaderDecoder
from hardware_sim.ipp_printer.meaning import IppDecoder
from hardware_sim.meaning import Decoder
from hardware_sim.pin_pad.meaning import PinPadDecoder
from hardware_sim.receipt_printer.meaning import ReceiptPrinterDecoder

DECODERS: Final[dict[str, Callable[[], Decoder]]] = {
    "id-reader": IdReaderDecoder,
    "pin-pad": PinPadDecoder,
    "barcode-reader": BarcodeReaderDecoder,
    "receipt-printer": ReceiptPrinterDecoder,
    "a4-printer": IppDecoder,
}
