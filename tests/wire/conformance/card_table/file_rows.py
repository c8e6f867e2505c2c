"""Rows about files: SELECT, READ and UPDATE (sheet, sections 2 to 7). The work state (DF01 EF07) and the reserved file
EF16 of DF01 are what is written to: nobody misses what stood there."""

from __future__ import annotations

from card_table.oracle import Family
from card_table.rows import Desk, Row
from card_table.steps import DF01, PIN, SSSE, authenticated, secured, worn

_CODE: dict[Family, str] = {"3DES": "01", "SM4": "03"}
_DIR_1 = "61124F06D156000005005008B9ABB9B2D3A6D3C3"
_CARD_ID = "0110990100D15600000500000001FFFFFFFF"


def _fci(desk: Desk) -> str:
    return f"6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C038601{_CODE[desk.family]}"


SELECT = (
    Row("SELECT", "9000", "the environment by name, with its FCI", (SSSE,), _fci),
    Row("SELECT", "9000", "an EF under the environment, bare", (SSSE, "00A4020002EF05"), ""),
    Row("SELECT", "6700", "a name of four bytes", ("00A40400047378312E",)),
    Row("SELECT", "6A82", "a name nobody has", ("00A40400050102030405",)),
    Row("SELECT", "6A82", "an EF the environment does not have", (SSSE, "00A4020002EF1D")),
    Row("SELECT", "6A86", "P1 05", ("00A4050002EF05",)),
)

READ_RECORD = (
    Row("READ RECORD", "9000", "the card id by position", (SSSE, "00B2012C12"), _CARD_ID),
    Row("READ RECORD", "9000", "the card id by tag", (SSSE, "00B2012812"), _CARD_ID),
    Row("READ RECORD", "9000", "the directory's first entry", (SSSE, "00B201F414"), _DIR_1),
    Row("READ RECORD", "6981", "of the transparent photo", (SSSE, "00B2014410")),
    Row("READ RECORD", "6982", "a home address, nothing proved", (SSSE, DF01, "00B2012C04")),
    Row("READ RECORD", "6986", "of the current EF, there is none", (SSSE, "00B2010412")),
    Row("READ RECORD", "6A82", "of an EF that is not there", (SSSE, "00B201EC12")),
    Row("READ RECORD", "6A83", "record 8 of seven", (SSSE, "00B2082C12")),
    Row("READ RECORD", "6A83", "a tag that is not there", (SSSE, "00B2772812")),
    Row("READ RECORD", "6A86", "mode 7", (SSSE, "00B2012F12")),
)

_READ_RECORD_WRONG_LE = (Row("READ RECORD", "6C12", "Le 05 for a record of 12 (hex)", (SSSE, "00B2012C05")),)
READ_RECORD_LE_00 = (Row("READ RECORD", "6C12", "Le 00 of a card with contacts", (SSSE, "00B2012C00")),)

HOLDER_LOCKED = (
    Row("READ RECORD", "6982", "the holder of a 3.0 card, nothing proved", (SSSE, "00B2083014")),
    Row("READ RECORD", "6982", "the holder of a 3.0 card, the PIN given", (SSSE, PIN, "00B2083014")),
    Row("READ RECORD", "9000", "the holder of a 3.0 card, RK_SSSE proved", (SSSE, authenticated(), "00B2083014")),
)
HOLDER_FREE = (Row("READ RECORD", "9000", "the holder of a 2.0 card", (SSSE, "00B2083014")),)

READ_BINARY = (
    Row("READ BINARY", "9000", "a reserved file, from its end", (SSSE, DF01, "00B0967E02"), "0000"),
    Row("READ BINARY", "9000", "the start of the photo", (SSSE, authenticated(), "00B0880002"), "FFD8"),
    Row("READ BINARY", "6981", "of the records of EF05", (SSSE, "00B0850010")),
    Row("READ BINARY", "6982", "the fingerprints, nothing proved", (SSSE, "00B0870010")),
    Row("READ BINARY", "6986", "of the current EF, there is none", (SSSE, "00B0000010")),
    Row("READ BINARY", "6A82", "of an EF that is not there", (SSSE, "00B09D0010")),
    Row("READ BINARY", "6B00", "behind the last byte", (SSSE, DF01, "00B0968001")),
)
_READ_BINARY_WRONG_LE = (Row("READ BINARY", "6C10", "more than is left", (SSSE, DF01, "00B0967020")),)

_IN = (SSSE, DF01)
_STATE = "290131"

UPDATE_RECORD = (
    Row("UPDATE RECORD", "9000", "the work state, with a MAC", (*_IN, secured("04DC013C", _STATE))),
    Row("UPDATE RECORD", "9000", "the work state by its tag, with a MAC", (*_IN, secured("04DC2938", _STATE))),
    Row("UPDATE RECORD", "6581", "into worn memory", (*_IN, worn, secured("04DC013C", _STATE))),
    Row("UPDATE RECORD", "6700", "without data", (*_IN, "00DC013C00")),
    Row("UPDATE RECORD", "6981", "of a transparent file", (*_IN, "00DC01B403290131")),
    Row("UPDATE RECORD", "6982", "plain, its key not proved", (*_IN, "00DC013C03290131")),
    Row("UPDATE RECORD", "6982", "plain, only the PIN given", (SSSE, PIN, DF01, "00DC013C03290131")),
    Row("UPDATE RECORD", "6984", "a MAC without a challenge", (*_IN, "04DC013C0729013100000000")),
    Row("UPDATE RECORD", "6986", "of the current EF, there is none", (*_IN, "00DC010403290131")),
    Row("UPDATE RECORD", "6988", "a wrong MAC", (*_IN, secured("04DC013C", _STATE, wrong=True))),
    Row("UPDATE RECORD", "6A82", "of an EF that is not there", (*_IN, "00DC01EC03290131")),
    Row("UPDATE RECORD", "6A83", "record 5 of one", (*_IN, secured("04DC053C", _STATE))),
    Row("UPDATE RECORD", "6A84", "longer than the element", (*_IN, secured("04DC013C", "29023131"))),
    Row("UPDATE RECORD", "6A85", "the length inside against Lc", (*_IN, secured("04DC013C", "290531"))),
    Row("UPDATE RECORD", "6A86", "mode 7", (*_IN, "00DC013F03290131")),
)

UPDATE_BINARY = (
    Row("UPDATE BINARY", "9000", "two bytes, with a MAC", (*_IN, secured("04D69600", "0000"))),
    Row("UPDATE BINARY", "6581", "into worn memory", (*_IN, worn, secured("04D69600", "AABB"))),
    Row("UPDATE BINARY", "6700", "without data", (*_IN, "00D6960000")),
    Row("UPDATE BINARY", "6700", "one byte too many for the file", (*_IN, secured("04D6967F", "AABB"))),
    Row("UPDATE BINARY", "6981", "of a file of records", (*_IN, "00D685000100")),
    Row("UPDATE BINARY", "6982", "plain, its key not proved", (*_IN, "00D696000100")),
    Row("UPDATE BINARY", "6984", "a MAC without a challenge", (*_IN, "04D69600050000000000")),
    Row("UPDATE BINARY", "6986", "of the current EF, there is none", (*_IN, "00D600000100")),
    Row("UPDATE BINARY", "6988", "a wrong MAC", (*_IN, secured("04D69600", "AABB", wrong=True))),
    Row("UPDATE BINARY", "6A82", "of an EF that is not there", (*_IN, "00D69D000100")),
    Row("UPDATE BINARY", "6A86", "a short id with bits it must not have", (*_IN, "00D6F6000100")),
    Row("UPDATE BINARY", "6B00", "behind the last byte", (*_IN, secured("04D69680", "AA"))),
)

FILES = (*SELECT, *READ_RECORD, *READ_BINARY, *UPDATE_RECORD, *UPDATE_BINARY)
WRONG_LE = (*_READ_RECORD_WRONG_LE, *_READ_BINARY_WRONG_LE)
