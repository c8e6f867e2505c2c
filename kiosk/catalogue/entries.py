"""The table of service items, read and checked once. An entry without a legal basis cannot be published."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kiosk.events import Device
from kiosk.identity import Level
from kiosk.text import Text, text


class Basis(BaseModel):
    """Law and article an item stands on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    document: str = Field(min_length=4)
    article: str = Field(min_length=2)


class Entry(BaseModel):
    """One service item (service catalogue, section 9)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    code: str = Field(pattern=r"^[A-Z]{2,3}-\d{2}$")
    icon: Literal["card", "list", "calendar", "shield", "certificate", "paper", "receipt", "person"]
    level: Level
    offline: Literal["F", "S", "D", "G", "N"]
    medium: Literal["none", "receipt", "paper"] = Field(alias="print")
    needs: tuple[Device, ...]
    agent: Literal["not-allowed", "with-authority", "guardian-only"]
    channels: tuple[Literal["K", "A", "B", "W"], ...]
    retention_months: int = Field(gt=0)
    version: str
    valid_from: date = Field(alias="from")
    official_basic_code: str = Field(pattern=r"^([0-9A-Z]{12})?$")
    official_implementing_code: str = Field(pattern=r"^([0-9A-Z]{31})?$")
    basis: tuple[Basis, ...] = Field(min_length=1)
    tile: bool = True
    """Whether it has a tile of its own; the others are reached through the checks (PO-02) and bundles (PO-05)."""

    @field_validator("level", mode="before")
    @classmethod
    def _level_by_name(cls, value: object) -> object:
        return Level[value] if isinstance(value, str) and value in Level.__members__ else value

    @property
    def title(self) -> Text:
        """As tiles and headings show it."""
        return text(f"item.{self.code}.title")

    @property
    def subtitle(self) -> Text:
        """One plain line about it."""
        return text(f"item.{self.code}.subtitle")


@cache
def entries() -> Mapping[str, Entry]:
    """Code -> entry, in the order in which tiles are shown."""
    table = tomllib.loads(resources.files("kiosk.catalogue").joinpath("items.toml").read_text("utf-8"))
    found = [Entry.model_validate(row) for row in table["item"]]
    return {entry.code: entry for entry in found}
