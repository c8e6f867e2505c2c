"""Which characters Hall Sans holds: a list of ranges, decided by what halls write and names need."""

from collections.abc import Iterable

# 通用规范汉字表 (2013) has characters outside GBK; these are the ones in CJK Extension A that names and places use.
_EXTENSION_A_IN_NAMES = (
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃"
    "䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)
_RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),  # Latin-1 and Extended-A: pinyin with tone marks, names of foreigners
    (0x01CD, 0x01DC),  # ǎ ǐ ǒ ǔ ǖ ǘ ǚ ǜ
    (0x2010, 0x205E),  # general punctuation
    (0x2070, 0x209C),
    (0x20A0, 0x20BF),
    (0x2100, 0x218F),
    (0x2190, 0x21FF),
    (0x2460, 0x24FF),
    (0x25A0, 0x25FF),
    (0x2600, 0x27BF),
    (0x3000, 0x303F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x2F7FF),  # whatever the source has beyond the BMP (some 2 300), compatibility ideographs left out
)


def wanted(available: Iterable[int]) -> frozenset[int]:
    """The code points to keep out of ``available``: GBK, Latin, punctuation, symbols and the names' rare characters.

    Kangxi and CJK radicals (U+2E80 to U+2FDF) are never kept: they share glyphs with ordinary characters and would
    come back as the wrong ones from a text layer.
    """
    rare = {ord(character) for character in _EXTENSION_A_IN_NAMES}
    return frozenset(code for code in available if code in rare or _in_ranges(code) or _in_gbk(code))


def _in_ranges(code: int) -> bool:
    return any(first <= code <= last for first, last in _RANGES)


def _in_gbk(code: int) -> bool:
    if code > 0xFFFF or 0x2E80 <= code <= 0x2FDF or 0xE000 <= code <= 0xF8FF or 0xD800 <= code <= 0xDFFF:
        return False
    try:
        chr(code).encode("gbk")
    except UnicodeEncodeError:
        return False
    return code >= 0x20


def as_ranges(codes: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted, closed ranges that hold exactly ``codes``."""
    ranges: list[tuple[int, int]] = []
    for code in sorted(codes):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    return ranges
