"""Codings of the application files beyond text and digits, and the shape in which a file's values are handed on.

Each is a construct adapter that works in both directions and raises ``construct.ValidationError`` with the rule a value
breaks. An element that was never filled in reads as None.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from construct import Adapter, BytesInteger, ValidationError

from drivers.card_reader.codings import Date, Digits, Text
from drivers.card_reader.files.tables import Code, CodeTable


class Values(Mapping[str, Any]):
    """Name to value. Its repr shows the names alone: the values are somebody's."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Values({', '.join(self._values)})"


class OptionalDate(Date):
    """A date, or None: filled with F, with E, or with zeros (a field no personalisation wrote)."""

    def _decode(self, value: str, context: Any, path: Any) -> date | None:  # type: ignore[override]
        return super()._decode(value, context, path) if value.strip("0") else None

    def _encode(self, value: date | None, context: Any, path: Any) -> str:
        return "" if value is None else super()._encode(value, context, path)


class Moment(Adapter):  # type: ignore[misc]
    """``cn`` YYYYMMDDhhmmss, local time of the terminal that wrote it. None: never written."""

    def __init__(self) -> None:
        super().__init__(Digits(7))

    def _decode(self, value: str, context: Any, path: Any) -> datetime | None:
        if not value.strip("0"):
            return None
        if len(value) != 14:
            raise ValidationError("no such time")
        try:
            return datetime.strptime(value, "%Y%m%d%H%M%S")
        except ValueError:
            raise ValidationError("no such time") from None

    def _encode(self, value: datetime | None, context: Any, path: Any) -> str:
        return "" if value is None else f"{value:%Y%m%d%H%M%S}"


class Fen(Adapter):  # type: ignore[misc]
    """Money in fen as ``cn``, written with leading zeros so that no filler is needed. None: never filled in."""

    def __init__(self, length: int) -> None:
        super().__init__(Digits(length))
        self._length = length

    def _decode(self, value: str, context: Any, path: Any) -> int | None:
        return int(value) if value else None

    def _encode(self, value: int | None, context: Any, path: Any) -> str:
        if value is not None and value < 0:
            raise ValidationError("negative amount")
        return "" if value is None else f"{value:0{2 * self._length}}"


class Coded(Adapter):  # type: ignore[misc]
    """A code of a table, as ``an`` or (``bcd``) as ``cn``. None: empty."""

    def __init__(self, table: CodeTable, length: int, *, bcd: bool = False) -> None:
        super().__init__(Digits(length) if bcd else Text(length))
        self._table = table

    def _decode(self, value: str, context: Any, path: Any) -> Code | None:
        return self._table.code(value) if value else None

    def _encode(self, value: Code | None, context: Any, path: Any) -> str:
        if value is not None and value.text not in self._table.meanings:
            # What stands on a card is read as it is; what we write there is in the table.
            raise ValidationError("not one of the code table")
        return "" if value is None else value.text


def number(length: int) -> BytesInteger:
    """``b``: an unsigned binary number, big-endian."""
    return BytesInteger(length)


@dataclass(frozen=True, slots=True, repr=False)
class MedicalKind:
    """险种类型 and five flags (tag 81). A flag is None where the card has neither 0 nor 1 there."""

    insurance: Code
    out_of_region: bool | None
    outpatient_pool: bool | None
    serious_outpatient: bool | None
    medical_aid: bool | None
    special_care: bool | None

    def __repr__(self) -> str:
        return "MedicalKind(…)"


class MedicalKindText(Adapter):  # type: ignore[misc]
    """Tag 81: 3 characters of 险种, then one character a flag, 0 no, 1 yes."""

    def __init__(self, table: CodeTable) -> None:
        super().__init__(Text(8))
        self._table = table

    def _decode(self, value: str, context: Any, path: Any) -> MedicalKind | None:
        if not value:
            return None
        if len(value) < 3 or not set(value[3:]) <= set("01 "):
            raise ValidationError("not a kind of insurance and five flags")
        flags = [{"0": False, "1": True}.get(flag) for flag in value[3:].ljust(5)]
        return MedicalKind(self._table.code(value[:3]), *flags)

    def _encode(self, value: MedicalKind | None, context: Any, path: Any) -> str:
        if value is None:
            return ""
        flags = (
            value.out_of_region,
            value.outpatient_pool,
            value.serious_outpatient,
            value.medical_aid,
            value.special_care,
        )
        return value.insurance.text + "".join(" " if flag is None else str(int(flag)) for flag in flags)
