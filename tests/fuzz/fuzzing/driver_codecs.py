"""Everything a driver reads from outside: answers of cards, modules, printers, pads and scanners."""

from collections.abc import Callable
from datetime import date
from itertools import cycle
from typing import Any

from drivers.barcode_reader import gm65, honeywell, newland
from drivers.barcode_reader.gs1 import Gs1RefusedError, gs1_content, parse_element_string
from drivers.barcode_reader.lines import LONGEST_LINE, LineAssembler, TooLong, UndecodableError, decode
from drivers.card_reader import bank_card, certificate_environment, elements
from drivers.card_reader import decode as card_decode
from drivers.card_reader.channel import Channel
from drivers.card_reader.files.catalogue import FILES
from drivers.card_reader.files.declaration import Kind
from drivers.card_reader.files.vectors import VECTORS
from drivers.card_reader.layouts import TLVS, parsed
from drivers.document_printer import ipp
from drivers.document_printer.capabilities import capabilities_from
from drivers.document_printer.state import status_from
from drivers.errors import DeviceError
from drivers.id_reader import frames as id_frames
from drivers.id_reader import vectors as id_vectors
from drivers.id_reader.document import DocumentRefusedError, parse_address, parse_document
from drivers.operation import Slot
from drivers.pin_pad import frames as pad_frames
from drivers.receipt_printer.condition import Condition
from drivers.receipt_printer.replies import ReplyKind, ReplyReader
from fuzzing.run import Codec

TODAY = date(2026, 11, 22)
ELEMENTS = (elements.CARD_ID_FIELD, *elements.ISSUER_ELEMENTS, *elements.HOLDER_ELEMENTS)
FCI = bytes.fromhex("6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103")
BANK_RECORD = bytes.fromhex("700C5A086200000000000000FFFF")
BANK_TRACK = bytes.fromhex("7012571062000000000000012D30122010000000")


SM2_BASE_POINT = bytes.fromhex(
    "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"
    "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"
)
"""GB/T 32918.5."""


def _in_turn(readers: tuple[Callable[[bytes], Any], ...]) -> Callable[[bytes], Any]:
    """The same readers in the same order for every run of a codec."""
    turn = cycle(readers)
    return lambda data: next(turn)(data)


def _card_file(place: int) -> Callable[[bytes], Any]:
    file = FILES[place]
    return file.decode_cyclic if file.kind is Kind.CYCLIC else file.decode


def _element(data: bytes) -> None:
    found = next((element for element in ELEMENTS if data[:1] == bytes((element.tag,))), ELEMENTS[0])
    found.decode(data)


def _right_length(data: bytes) -> bytes:
    """Tag, length, value with the length that the value has."""
    return data[:1] + bytes((len(data[2:]) & 0x7F,)) + data[2:129]


def _id_frame(data: bytes) -> bytes:
    body = data[7:-1][: id_frames.LONGEST_ANSWER - 1]
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return id_frames.PREAMBLE + counted + bytes((id_frames.xor_of(counted),))


def _pad_frame(data: bytes) -> bytes:
    return pad_frames.request_frame(0x04, data[4:64])


def _gm65_frame(data: bytes) -> bytes:
    body = b"\x00" + bytes((len(data[4:64]),)) + data[4:64]
    return b"\x02\x00" + body + gm65.crc(body).to_bytes(2, "big")


def _read_files(data: bytes) -> None:
    for place in _TYPED:
        if data[:1] == bytes((place,)):
            _card_file(place)(data[1:])


_TYPED = tuple(place for place, file in enumerate(FILES) if file.elements)


def _id_stream(data: bytes) -> bool:
    parser = id_frames.FrameParser()
    half = len(data) // 2
    answers = parser.feed(data[:half]) + parser.feed(data[half:])
    for answer in answers:
        assert len(answer.data) <= id_frames.LONGEST_ANSWER
    return bool(answers)


def _document(data: bytes) -> None:
    if len(data) == 70:
        parse_address(data)
    else:
        parse_document(data, business_date=TODAY)


def _replies(data: bytes) -> bool:
    found = ReplyReader(queued_pending=2).feed(data)
    for reply in found:
        if reply.kind is ReplyKind.AUTOMATIC:
            Condition.from_automatic(reply.data).troubles()
    return bool(found)


def _ipp_answer(data: bytes) -> None:
    message = ipp.decode(data)
    printer = message.group(ipp.Group.PRINTER)
    status_from(printer)
    capabilities_from(printer)
    ipp.integer_of(message.group(ipp.Group.JOB), "job-state")


def _pad_stream(data: bytes) -> bool:
    parser = pad_frames.PadParser()
    items = parser.feed(data)
    parser.silence()
    return any(isinstance(item, pad_frames.Answer) for item in items)


def _lines(data: bytes) -> None:
    assembler = LineAssembler()
    for line in assembler.feed(data) + assembler.silence():
        if not isinstance(line, TooLong):
            assert len(line) <= LONGEST_LINE
            gs1_content(decode(line))


def _gm65(data: bytes) -> bool:
    splitter = gm65.AnswerSplitter()
    answers, text = splitter.feed(data)
    text += splitter.silence()
    assert len(text) <= len(data)
    return bool(answers)


def _scanner_words(data: bytes) -> bool:
    found = (
        newland.setting_answer("#99900030;", data),
        newland.query_answer(data),
        honeywell.menu_answer(data),
    )
    return any(each is not None for each in found)


def _elements_text(data: bytes) -> None:
    parse_element_string(data.decode("latin-1"))


def _ipp_sample() -> bytes:
    text, whole = ipp.Tag.KEYWORD, ipp.Tag.INTEGER
    tray = b"type=sheetFeedAutoRemovableTray;level=100;maxcapacity=250;name=A4"
    supply = b"type=toner;maxcapacity=100;level=40;colorantname=black"
    printer: dict[str, tuple[ipp.Value, ...]] = {
        "printer-state": ipp.one(ipp.Tag.ENUM, 3),
        "printer-state-reasons": ipp.one(text, "none"),
        "printer-input-tray": ipp.one(ipp.Tag.OCTET_STRING, tray),
        "printer-supply": ipp.one(ipp.Tag.OCTET_STRING, supply),
        "marker-levels": ipp.one(whole, 40),
        "media-ready": ipp.one(text, "iso_a4_210x297mm"),
        "media-col-ready": (ipp.Value(ipp.Tag.BEGIN_COLLECTION, {"media-size": ipp.one(whole, 21000)}),),
    }
    job = {"job-id": ipp.one(whole, 7), "job-state": ipp.one(ipp.Tag.ENUM, 9)}
    groups: tuple[tuple[int, ipp.Attributes], ...] = (
        (ipp.Group.OPERATION, {}),
        (ipp.Group.PRINTER, printer),
        (ipp.Group.JOB, job),
    )
    return ipp.encode(ipp.Message(0, 1, groups))


_DOCUMENT_FRAMES = tuple(
    bytes.fromhex(value)
    for name, value in vars(id_vectors).items()
    if name.endswith("_FRAME") and isinstance(value, str)
)
_REPLIES = b"\x12\x1a\x7e\x00\x0f\x11\x13\x10\x00\x00\x00\x38\x00\x00\x00\x18\x00\x0f\x00"

DRIVER_CODECS: tuple[Codec, ...] = (
    Codec(
        "drivers: card answer",
        (bytes.fromhex("900061086C40"), bytes.fromhex("6F00"), FCI + b"\x90\x00"),
        lambda data: Channel(Slot.USER)._response("read", data),
        (DeviceError,),
    ),
    Codec(
        "drivers: ATR",
        (bytes.fromhex("3B6D00000081544C968684990100000001"), bytes.fromhex("3B8D80010081544C96868499010000000198")),
        card_decode.atr_facts,
        (DeviceError,),
    ),
    Codec(
        "drivers: FCI and TLV",
        (FCI, bytes.fromhex("6F8110" + "00" * 16)),
        _in_turn(
            (
                lambda data: card_decode.algorithm_of(data, "9901"),
                card_decode.directory_sfi,
                lambda data: parsed(TLVS, data, "TLVs"),
            )
        ),
        (DeviceError,),
    ),
    Codec(
        "drivers: card elements",
        tuple(
            bytes.fromhex(f"{element.tag:02X}{element.length:02X}{element.vectors[0][0]}")
            for element in ELEMENTS
            if element.vectors
        ),
        _element,
        (DeviceError,),
        repair=_right_length,
    ),
    Codec(
        "drivers: card files",
        tuple(bytes((place,)) + bytes.fromhex("".join(VECTORS[FILES[place].place].records)) for place in _TYPED),
        _read_files,
        (DeviceError,),
    ),
    Codec(
        "drivers: bank card record",
        (BANK_RECORD, BANK_TRACK),
        lambda data: bank_card.last_digits(bytearray(data)),
        (DeviceError,),
    ),
    Codec(
        "drivers: SM2 public key",
        (bytes(66), bytes(2) + SM2_BASE_POINT, SM2_BASE_POINT),
        lambda data: certificate_environment.public_key(data[:66]),
        (DeviceError,),
    ),
    Codec(
        "drivers: ID reader frames",
        (*_DOCUMENT_FRAMES, id_frames.PREAMBLE * 4),
        _id_stream,
        elsewhere=True,
        repair=_id_frame,
    ),
    Codec(
        "drivers: ID documents",
        tuple(frame[14:270] for frame in _DOCUMENT_FRAMES if len(frame) > 1000),
        _document,
        (DocumentRefusedError,),
        elsewhere=True,
    ),
    Codec("drivers: receipt printer replies", (_REPLIES,), _replies, elsewhere=True),
    Codec("drivers: IPP answers", (_ipp_sample(),), _ipp_answer, (ipp.IppMalformedError,), elsewhere=True),
    Codec(
        "drivers: PIN pad frames",
        (b"\x02010405\x03", b"\x02010405\x03*****\r", b"\x02094A0102030405060708" + b"00\x03", b"123456\r"),
        _pad_stream,
        elsewhere=True,
        repair=_pad_frame,
    ),
    Codec(
        "drivers: barcode lines",
        (b"]C1010690123456789210LOT\x1d21A7\r\n", "社会保障卡\r".encode(), "社会保障卡\r".encode("gbk")),
        _lines,
        (UndecodableError,),
        elsewhere=True,
    ),
    Codec(
        "drivers: GS1 elements",
        (b"010690123456789217261231", b"10LOT-7\x1d21A7\x1d3922199", b"00006141411234567890"),
        _elements_text,
        (Gs1RefusedError,),
        elsewhere=True,
    ),
    Codec(
        "drivers: GM65 answers",
        (bytes.fromhex("02000001003331"), b"text" + bytes.fromhex("02000001003331") + b"text"),
        _gm65,
        elsewhere=True,
        repair=_gm65_frame,
    ),
    Codec(
        "drivers: scanner words",
        (b"@@@@!99900030;^^^^", b"?99900030;", b"&{V1.2|7D31C4E2}", b"SUFBK2990D\x06", b"NOTHERE\x05"),
        _scanner_words,
        (newland.QueryDamagedError,),
    ),
)
