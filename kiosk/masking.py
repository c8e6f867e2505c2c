"""How personal values are shown where others could read them: screens, receipts, telephones' pictures of both.

The table is section A.2 of the privacy sheet. Every function is total: a value of an unexpected shape is hidden
further, never shown. The masks do not let the hidden part be worked out; callers never put a birth date beside a masked
ID number.
"""

import re
import unicodedata
from datetime import date

HIDDEN = "****"
_STAR = "*"
# U+00B7 is the standard's separator (GB 18030 A1A4); the others come from other systems' exports
_SEPARATORS = "·•‧・･∙⋅․"
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_MIN_LENGTH_FOR_LAST_FOUR = 8

_PROVINCE = r"(?:[^\d]{2,8}?(?:省|自治区|特别行政区))?"
_CITY = r"(?:[^\d]{2,10}?(?:自治州|地区|盟|市))?"
# From the third character on a district's name holds no word of a street or village; 小区, 社区 and the like are none.
_DISTRICT = (
    r"(?:[^\d省市区县]{2,14}?(?:自治县|自治旗)"
    r"|[^\d]{1,2}?[^\d镇乡街路村号巷弄栋幢室组道]{0,6}?(?:(?<![小社校厂景院])区|县|旗|市))?"
)
_ADMINISTRATIVE = re.compile(_PROVINCE + _CITY + _DISTRICT)


def mask_name(name: str) -> str:
    """张* · 张*三 · 欧**娜; a name with a separator keeps its first part: 买买提·*. One character is hidden."""
    name = name.strip()
    first, separator, _ = _split_at_separator(name)
    if separator:
        return f"{first}{separator}{_STAR}" if first else _STAR
    letters = _letters(name)
    if len(letters) <= 1:
        return _STAR * len(letters)
    if len(letters) == 2:
        return letters[0] + _STAR
    return letters[0] + _STAR * (len(letters) - 2) + letters[-1]


def mask_id_number(number: str) -> str:
    """110***********002X: the first 3 and the last 4 of 18. A number of another length keeps at most its last 4."""
    number = number.strip()
    if len(number) != 18:
        return mask_all_but_last_four(number)
    return number[:3] + _STAR * 11 + number[-4:]


def mask_card_number(number: str) -> str:
    """****0011."""
    return mask_all_but_last_four(number)


def mask_bank_account(number: str) -> str:
    """****1234."""
    return mask_all_but_last_four(number)


def mask_all_but_last_four(value: str) -> str:
    """Four stars and the last 4; only stars when the value is so short that 4 would show most of it."""
    value = value.strip()
    if not value:
        return ""
    return HIDDEN + value[-4:] if len(value) >= _MIN_LENGTH_FOR_LAST_FOUR else HIDDEN


def mask_phone(number: str) -> str:
    """138****1234 for a mobile number (+86, spaces and hyphens ignored); other numbers keep their last 4."""
    digits = re.sub(r"[\s-]", "", number.strip())
    mobile = digits.removeprefix("+86")
    if re.fullmatch(r"1[0-9]{10}", mobile):
        return mobile[:3] + HIDDEN + mobile[-4:]
    return mask_all_but_last_four(digits)


def mask_address(address: str) -> str:
    """北京市朝阳区****: down to the district. Hidden altogether when no city or district is recognised."""
    address = address.strip()
    if not address:
        return ""
    match = _ADMINISTRATIVE.match(address)
    kept = match.group() if match else ""
    return kept + HIDDEN


def mask_birth_date(born: date) -> str:
    """1988: the year only."""
    return f"{born.year:04d}"


def last_four(value: str) -> str:
    """The last 4 characters of an ID number, as certificates and their codes carry them."""
    return value.strip()[-4:]


def _split_at_separator(name: str) -> tuple[str, str, str]:
    for at, character in enumerate(name):
        if character in _SEPARATORS:
            return name[:at], character, name[at + 1 :]
    return name, "", ""


def _letters(name: str) -> list[str]:
    """Code points with their combining marks and variation selectors; one Han character outside the BMP is one."""
    letters: list[str] = []
    for character in name:
        joins = unicodedata.combining(character) or any(ord(character) in each for each in _VARIATION_SELECTORS)
        if joins and letters:
            letters[-1] += character
        else:
            letters.append(character)
    return letters
