"""Check character of the card number (sheet section 4, annex A of 人社信息函〔2012〕37号)."""

import string

_VALUES = {character: value for value, character in enumerate(string.digits + string.ascii_uppercase)}
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

VECTORS = {"D2143569": "X", "A0000001": "1", "AB123456": "5", "00000000": "0", "12345678": "8", "Z9999999": "7"}
"""Body to check character; the first is the standard's printed sample."""


def check_character(body: str) -> str:
    """For the first 8 characters, digits and capital letters. ValueError: something else."""
    if len(body) != len(_WEIGHTS) or not set(body) <= set(_VALUES):
        raise ValueError("the body of a card number has 8 digits or capital letters")
    total = sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, body, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))


def is_card_number(number: str) -> bool:
    """9 characters, the last of which fits the others."""
    return (
        len(number) == len(_WEIGHTS) + 1 and set(number) <= set(_VALUES) and check_character(number[:-1]) == number[-1]
    )
