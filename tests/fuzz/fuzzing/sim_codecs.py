"""Everything a simulated device hears from a program, and the decoders that explain the wires.

A simulated device refuses in its own protocol: a status word, an error frame, or nothing but a remark. So `read` says
False for an answer that refuses, and asserts that the answer has the shape of the protocol.
"""

import io
from collections.abc import Callable
from typing import Any

import pikepdf

from fuzzing.run import Codec
from hardware_sim.barcode_reader import gm65
from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.cards.device import CardDevice
from hardware_sim.cards.psam import Psam
from hardware_sim.cards.social_security_card import SocialSecurityCard
from hardware_sim.id_reader import frames as id_frames
from hardware_sim.id_reader.card import IdCard
from hardware_sim.id_reader.reader import IdReader
from hardware_sim.ipp_printer import codec as ipp
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.meaning import Direction
from hardware_sim.pcsc.wire import CardWire, framed
from hardware_sim.people import persona
from hardware_sim.pin_pad import frames as pad_frames
from hardware_sim.pin_pad.pad import PinPad
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.recording.decoders import DECODERS

LONGEST_RESPONSE = 258
LONGEST_HELD = 256
"""Bytes of an input before that a device may still hold and answer together with this one."""
AGAIN_AFTER = 500
"""Inputs after which a device with a memory is as issued again: a blocked card says no to everything."""

SELECT_SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
CARD_COMMANDS = (
    SELECT_SSSE,
    *(f"00A4040006D156000005{df:02X}" for df in (0x00, 0x01, 0x02, 0x03, 0x06)),
    "00A4000002EF05",
    "00A40000023F00",
    "0084000008",
    "0084000004",
    "00B2012C12",
    "00B2082C00",
    "00B2013403",
    "00B0850010",
    "0020000003123456",
    "0020000000",
    "002001811000112233445566778899AABBCCDDEEFF",
    "00880000101122334455667788" + "0102030405060708",
    "0082000A10" + "00" * 16,
    "04DC012C16" + "0110990100D15600000500000001FFFFFFFF" + "00000000",
    "04D6850008" + "00" * 8,
    "805C000204",
    "B02800010B0100000064990100000001",
    "B02801011301000000640000001000000020990100000001",
    "B02A00000B2026030109300000112233",
    "B02C01000F0000000120260301093000" + "11223344",
    "80CA000000",
    "8056010000",
    "841E000004" + "00000000",
    "842C000014" + "00" * 20,
    "805E010108" + "123456FF654321FF",
    "00C0000012",
    "00A404000E315041592E5359532E4444463031",
    "80A8000002" + "8300",
)
PSAM_COMMANDS = (
    "00A4040006D15600000590",
    "00A40000023F00",
    "00B095000E",
    "00B0960006",
    "BFEC00000199",
    "BFDE6708" + "28" + "00" * 40,
    "BFDE680828" + "00" * 40,
    "80FA000010" + "0102030405060708" + "00" * 8,
    "8070000018" + "00" * 24,
    "807200000411223344",
    "00C0000010",
)


_SELECTS = (bytes.fromhex(SELECT_SSSE), bytes.fromhex(f"{CARD_COMMANDS[2]}"), bytes.fromhex(PSAM_COMMANDS[0]))


def _inside(device: CardDevice, apdu: bytes, noted: Callable[[], int]) -> bool:
    """Now and then go back into an application: outside of one nearly everything is refused at once."""
    if apdu[-1:] < b"\x60":
        device.transmit(_SELECTS[len(apdu) % len(_SELECTS)])
    return _response(device, apdu, noted)


def _response(device: CardDevice, apdu: bytes, noted: Callable[[], int]) -> bool:
    before = noted()
    answer = device.transmit(apdu)
    assert 2 <= len(answer) <= LONGEST_RESPONSE, "no response of a short APDU"
    assert device.seconds(apdu) < 60
    sw1 = answer[-2]
    assert sw1 == 0x90 or 0x61 <= sw1 <= 0x6F or 0x93 <= sw1 <= 0x94, f"status {answer[-2:].hex()}"
    fine = sw1 in (0x90, 0x61, 0x6C)
    if sw1 in (0x67, 0x6D, 0x6E):
        assert noted() > before, "refused without a note"
    return fine


class _FreshAgain:
    """Makes its device anew after some inputs, so that what one input did does not end the fuzzing."""

    def __init__(self, make: Callable[[], Any], use: Callable[[Any, bytes], Any]) -> None:
        self._make, self._use = make, use
        self._device: Any = None
        self._inputs = 0

    def __call__(self, data: bytes) -> Any:
        if self._inputs % AGAIN_AFTER == 0:
            self._device = self._make()
        self._inputs += 1
        return self._use(self._device, data)


def _zeros(count: int) -> bytes:
    return bytes(count)


def _powered_card(**how: Any) -> SocialSecurityCard:
    card = SocialSecurityCard(persona("worker"), chance=_zeros, **how)
    card.power_on()
    return card


def _powered_psam() -> Psam:
    psam = Psam("SM4")
    psam.power_on()
    return psam


def _vpcd(card: SocialSecurityCard, data: bytes) -> bool:
    wire = CardWire(card)
    replies = [wire.reply(message) for message in wire.feed(data)]
    card.power_on()
    for reply in replies:
        if reply is not None:
            assert int.from_bytes(reply.frame[:2], "big") == len(reply.frame) - 2 <= LONGEST_RESPONSE
    return any(replies)


def _id_reader() -> IdReader:
    reader = IdReader()
    reader.place(IdCard(b"\x20\x00" * 128, bytes(1024), bytes(512)))
    return reader


class _Clocked:
    """A serial device in a time of its own, one second an input."""

    def __init__(self, device: Any) -> None:
        self.device = device
        self.now = 0.0

    def feed(self, data: bytes) -> list[bytes]:
        self.now += 1.0
        half = len(data) // 2
        said = self.device.feed(data[:half], self.now) + self.device.feed(data[half:], self.now)
        for delay, _ in said:
            assert 0 <= delay < 3600
        return [answer for _, answer in said]


def _id_request(reader: _Clocked, data: bytes) -> bool:
    sw3 = []
    for answer in reader.feed(data):
        assert answer.startswith(id_frames.PREAMBLE)
        assert id_frames.checksum(answer[5:]) == 0
        assert int.from_bytes(answer[5:7], "big") == len(answer) - 7
        sw3.append(answer[9])
    return bool(sw3) and all(each in (0x90, 0x9F) for each in sw3)


def _pad_request(pad: _Clocked, data: bytes) -> bool:
    fine = True
    for answer in pad.feed(data):
        if len(answer) == 1:
            assert answer == b"\x00", "only the end of an entry comes by itself"
            continue
        heard = pad_frames.read(answer[1:-1])
        assert isinstance(heard, pad_frames.Request), "an answer that is no frame"
        fine = fine and heard.command in (0x04, 0xA4, 0xC4)
    assert len(pad.device.remarks) <= 100
    return fine


def _scanner_command(scanner: _Clocked, data: bytes) -> bool:
    said = b"".join(scanner.feed(data))
    assert len(said) <= 8 * len(data) + LONGEST_HELD
    assert len(scanner.device.remarks) <= 100
    return bool(said)


def _escpos(printer: _Clocked, data: bytes) -> bool:
    said = b"".join(printer.feed(data))
    assert len(said) <= 8 * len(data) + LONGEST_HELD
    printer.device.load_paper(printer.now)
    printer.device.collect()
    return bool(said)


def _ipp_request(printer: IppPrinter, data: bytes) -> bool:
    answer, seconds = printer.handle(data, 0.0)
    assert 0 <= seconds < 60
    message = ipp.decode(answer)
    printer.collect(0.0)
    return message.code < 0x0100


def simulated_pdf() -> bytes:
    """One blank page."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _ipp_requests() -> tuple[bytes, ...]:
    head = (
        ipp.attribute("attributes-charset", ipp.Tag.CHARSET, "utf-8"),
        ipp.attribute("attributes-natural-language", ipp.Tag.LANGUAGE, "en"),
        ipp.attribute("printer-uri", ipp.Tag.URI, "ipp://localhost/ipp/print"),
    )
    job = (ipp.attribute("job-id", ipp.Tag.INTEGER, 1),)
    form = (ipp.attribute("document-format", ipp.Tag.MIME_TYPE, "application/pdf"),)
    more: dict[int, tuple[ipp.Attribute, ...]] = {0x02: form, 0x04: form, 0x08: job, 0x09: job, 0x0A: (), 0x0B: ()}
    template = ipp.Group(ipp.GroupTag.JOB, (ipp.attribute("copies", ipp.Tag.INTEGER, 1),))
    requests = []
    for operation, attributes in more.items():
        groups: tuple[ipp.Group, ...] = (ipp.Group(ipp.GroupTag.OPERATION, head + attributes),)
        data = simulated_pdf() if operation == 0x02 else b""
        groups += (template,) if operation in (0x02, 0x04) else ()
        requests.append(ipp.encode(ipp.Message((2, 0), operation, 1, groups, data)))
    return tuple(requests)


def _decoder(device: str) -> Callable[[bytes], bool]:
    def explain(data: bytes) -> bool:
        decoder = DECODERS[device]()
        half = len(data) // 2
        pieces = decoder.hear(Direction.TO_DEVICE, data[:half]) + decoder.hear(Direction.FROM_DEVICE, data[half:])
        pieces += [piece for _, piece in decoder.rest()]
        for piece in pieces:
            assert piece.zh
            assert piece.en
        assert sum(len(piece.data) for piece in pieces) <= len(data)
        return bool(pieces)

    return explain


def _right_p3(apdu: bytes) -> bytes:
    """Header and data with the P3 that the data have; without data any P3 will do."""
    data = apdu[5:260]
    return apdu[:4] + bytes((len(data),)) + data if data else apdu


def _id_frame(data: bytes) -> bytes:
    body = data[7:-1][: id_frames.LONGEST_REQUEST - 1]
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return id_frames.PREAMBLE + counted + bytes((id_frames.checksum(counted),))


def _pad_frame(data: bytes) -> bytes:
    """The command of what was a frame, with its damaged data."""
    try:
        raw = bytes.fromhex(data[1:-1].decode("ascii"))
    except ValueError:
        raw = data
    return pad_frames.frame(raw[1] if len(raw) > 1 else 0x30, raw[2:-1][:254])


def _gm65_frame(data: bytes) -> bytes:
    body = data[2:-2][:64] or b"\x07"
    return gm65.frame(body[:1] + bytes((len(body[4:]) & 0xFF,)) + body[2:])


ID_REQUESTS = tuple(
    bytes.fromhex("AAAAAA96690003" + rest)
    for rest in ("10FFEC", "11FFED", "12FFEE", "200122", "200221", "300132", "301023", "300330", "600063", "600467")
)
PAD_REQUESTS = tuple(
    pad_frames.frame(command, bytes.fromhex(data))
    for command, data in (
        (0x30, ""),
        (0x31, ""),
        (0x31, "38"),
        (0x32, "00" + "31" * 16),
        (0x32, "01" + "31" * 8),
        (0x33, "0000" + "22" * 16),
        (0x33, "0001" + "22" * 8),
        (0x34, "313233343536373839303132"),
        (0x35, "0601010014"),
        (0x36, "00" * 16),
        (0x37, "00" * 8),
        (0x38, ""),
        (0x41, "0102030405"),
        (0x42, ""),
        (0x43, "0000"),
        (0x45, "02"),
        (0x45, "01"),
        (0x46, "0030"),
        (0x46, "0020"),
    )
)
SCANNER_COMMANDS = {
    "newland": (b"$$$$#99900030;%%%%", b"\x1b1", b"\x1b0", b"$$$$", b"%%%%", b"#12345678;"),
    "honeywell": (b"\x16T\r", b"\x16U\r", b"\x16M\rSUFBK2990D0A.", b"\x16M\rDEFALT!", b"\x16M\rREVINF."),
    "gm65": tuple(
        bytes.fromhex(frame)
        for frame in ("7E000801000201ABCD", "7E0008010002000000", "7E000701002A02D80F", "7E00080100D9D32038")
    ),
}
RECEIPTS = (
    b"\x1b@\x1ba\x01\x1bE\x01" + "社会保障卡".encode("gb18030") + b"\n\x1b@\x1c&\xc9\xe7\xbb\xe1\n\x1c.",
    b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1\x1d(k\x05\x001P0A1\x1d(k\x03\x001Q0",
    b"\x1dv0\x00\x02\x00\x08\x00" + bytes(16) + b"\x1dVB\x00\x1dr\x01",
    b"\x10\x04\x01\x10\x04\x04\x1da\x4e\x1bd\x03\x1bJ\x20\x1di\x1bm\x1bv\x1de\x03",
    b"\x1b!\x30\x1d!\x11\x1c!\x0cABC\n\x1bD\x08\x10\x18\x00\ta\tb\n\x1b3\x20\x1b2",
)

SIM_CODECS: tuple[Codec, ...] = (
    *(
        Codec(
            f"hardware_sim: card APDUs, {interface}",
            tuple(bytes.fromhex(command) for command in CARD_COMMANDS),
            _FreshAgain(
                lambda interface=interface: _powered_card(interface=interface),  # type: ignore[misc]
                lambda card, data: _inside(card, data, lambda: card.notes.count),
            ),
            repair=_right_p3,
        )
        for interface in ("contact", "contactless")
    ),
    Codec(
        "hardware_sim: PSAM APDUs",
        tuple(bytes.fromhex(command) for command in PSAM_COMMANDS),
        _FreshAgain(_powered_psam, lambda psam, data: _inside(psam, data, lambda: psam.notes.count)),
        repair=_right_p3,
    ),
    Codec(
        "hardware_sim: vpcd wire",
        (
            framed(b"\x01") + framed(b"\x04"),
            framed(b"\x02") + framed(bytes.fromhex(SELECT_SSSE)) + framed(bytes.fromhex("00C000001E")),
            framed(b"\x01") + framed(bytes.fromhex("0084000008")) + framed(b"\x00"),
        ),
        _FreshAgain(_powered_card, _vpcd),
        repair=lambda data: framed(b"\x01") + framed(data[2:258]),
    ),
    Codec(
        "hardware_sim: ID reader requests",
        ID_REQUESTS,
        _FreshAgain(lambda: _Clocked(_id_reader()), _id_request),
        repair=_id_frame,
    ),
    Codec(
        "hardware_sim: PIN pad commands",
        PAD_REQUESTS,
        _FreshAgain(lambda: _Clocked(PinPad(master_key=b"1" * 16)), _pad_request),
        repair=_pad_frame,
    ),
    *(
        Codec(
            f"hardware_sim: {make} commands",
            commands,
            _FreshAgain(lambda make=make: _Clocked(BarcodeReader(make)), _scanner_command),  # type: ignore[misc]
            repair=_gm65_frame if make == "gm65" else lambda data: data,
        )
        for make, commands in SCANNER_COMMANDS.items()
    ),
    Codec("hardware_sim: ESC/POS stream", RECEIPTS, _FreshAgain(lambda: _Clocked(ReceiptPrinter(pace=0)), _escpos)),
    Codec("hardware_sim: IPP requests", _ipp_requests(), _FreshAgain(IppPrinter, _ipp_request)),
    Codec("hardware_sim: meaning of the ID reader's wire", ID_REQUESTS, _decoder("id-reader")),
    Codec("hardware_sim: meaning of the PIN pad's wire", PAD_REQUESTS, _decoder("pin-pad")),
    Codec(
        "hardware_sim: meaning of the barcode reader's wire",
        tuple(command for commands in SCANNER_COMMANDS.values() for command in commands),
        _decoder("barcode-reader"),
    ),
    Codec("hardware_sim: meaning of the receipt printer's wire", RECEIPTS, _decoder("receipt-printer")),
    Codec("hardware_sim: meaning of the A4 printer's wire", _ipp_requests(), _decoder("a4-printer")),
)
