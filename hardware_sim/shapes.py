"""What a value looks like, in words and without the value: for messages about files that people write."""

from __future__ import annotations


def shape_of(value: object) -> str:
    """Such as "a text of 5 characters" or "a table with at, do"."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "a yes or no"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return f"a text of {len(value)} characters"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"a table with {', '.join(str(key) for key in value) or 'nothing in it'}"
    return f"a {type(value).__name__}"
