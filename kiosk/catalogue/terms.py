"""Words of the field as texts: kinds of insurance, states of enrolment, money, months."""

from __future__ import annotations

from kiosk.text import Text, text, verbatim
from offline_store.schema import INSURANCE_KINDS


def insurance_kind(code: str) -> Text:
    """险种; a code this project does not name is shown as the code."""
    return text(f"kind.{code}") if code in INSURANCE_KINDS else verbatim(code)


def enrolment_status(status: str) -> Text:
    """参保状态."""
    return text(f"enrolment.{status}")


def card_status(status: str) -> Text:
    """社会保障卡应用状态."""
    return text(f"card.{status}")


def money(fen: int) -> Text:
    """1234567 fen -> 12,345.67."""
    return verbatim(f"{fen // 100:,}.{fen % 100:02d}")


def months(count: int) -> Text:
    """A count of whole months; never rounded to years."""
    return text("unit.months", n=count)


def region_name(code: str, place_region: str, agency: str) -> str:
    """The agency's own place by name, another one by its code."""
    return agency if code == place_region else code
