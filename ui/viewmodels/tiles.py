"""Service tiles, for the home page and the personal menu: as many at a time as people can take in."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import ItemChosen, Press, Pressed
from kiosk.screen import Home, Menu, Screen, TextSize, Tile
from kiosk.text import text
from ui.viewmodels.base import Post, ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

# choices on a page: accessibility figures (C.2) allow 9 and 4; two columns hold 6 within reach
TILES_ON_A_PAGE = {TextSize.STANDARD: 6, TextSize.ELDER: 4}


@dataclass(frozen=True, slots=True)
class TileRow:
    """One tile as it is drawn."""

    item: str
    title: str
    subtitle: str
    icon: str
    available: bool
    reason: str

    def row(self) -> Mapping[str, Any]:
        """For QML."""
        return {
            "item": self.item,
            "title": self.title,
            "subtitle": self.subtitle,
            "icon": self.icon,
            "available": self.available,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class TilesView:
    """What stands on C01 and C07."""

    greeting: str = ""
    tiles: tuple[TileRow, ...] = ()
    page: int = 1
    pages: int = 1
    page_text: str = ""


@QmlElement
class TilesVm(ViewModel):
    """The tiles of one page of them; which page is looked at is the only thing it remembers."""

    greetingChanged = Signal()
    tilesChanged = Signal()
    pageChanged = Signal()
    pagesChanged = Signal()
    pageTextChanged = Signal()

    blank = TilesView()

    def __init__(self, post: Post, parent: QObject) -> None:
        super().__init__(post, parent)
        self._screen: Screen | None = None
        self._page = 1

    def show(self, screen: Screen) -> None:
        """Show the screen's tiles, on the page looked at so far if it still exists."""
        self._screen = screen
        self.swap(self.derive(screen))
        self._page = self.view.page

    def derive(self, screen: Screen) -> TilesView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Home | Menu):
            return TilesView()
        size = TILES_ON_A_PAGE[screen.preferences.text_size]
        pages = max(1, -(-len(body.tiles) // size))
        page = min(max(1, self._page), pages)
        hello = text("page.menu.greeting", name=body.masked_name) if isinstance(body, Menu) else None
        return TilesView(
            greeting=words(hello, screen),
            tiles=tuple(row(tile, screen) for tile in body.tiles[(page - 1) * size : page * size]),
            page=page,
            pages=pages,
            page_text=words(text("page.tiles.page", page=page, pages=pages), screen),
        )

    def wipe(self) -> None:
        """Back to nothing, and to the first page."""
        self._screen = None
        self._page = 1
        super().wipe()

    @Property(str, notify=greetingChanged)
    def greeting(self) -> str:
        """Hello, with a masked name; empty at home."""
        return str(self.view.greeting)

    @Property(list, notify=tilesChanged)
    def tiles(self) -> list[Any]:
        """The tiles to draw."""
        return [tile.row() for tile in self.view.tiles]

    @Property(int, notify=pageChanged)
    def page(self) -> int:
        """This page of tiles, from 1."""
        return int(self.view.page)

    @Property(int, notify=pagesChanged)
    def pages(self) -> int:
        """Number of pages of tiles."""
        return int(self.view.pages)

    @Property(str, notify=pageTextChanged)
    def pageText(self) -> str:
        """The same in words."""
        return str(self.view.page_text)

    @Slot(str)
    def choose(self, item: str) -> None:
        """A tile was pressed; one that cannot work now stays silent."""
        if any(tile.item == item and tile.available for tile in self.view.tiles):
            self.post(ItemChosen(item))

    @Slot()
    def switchTextSize(self) -> None:
        """长辈版."""
        self.post(Pressed(Press.TEXT_SIZE))

    @Slot()
    def nextTiles(self) -> None:
        """The next page of tiles."""
        self._turn(1)

    @Slot()
    def previousTiles(self) -> None:
        """The page of tiles before."""
        self._turn(-1)

    def _turn(self, pages: int) -> None:
        if self._screen is not None:
            self._page += pages
            self.show(self._screen)


def row(tile: Tile, screen: Screen) -> TileRow:
    """One tile in the screen's language."""
    return TileRow(
        item=tile.item,
        title=words(tile.title, screen),
        subtitle=words(tile.subtitle, screen),
        icon=tile.icon,
        available=tile.available,
        reason=words(tile.reason, screen),
    )
