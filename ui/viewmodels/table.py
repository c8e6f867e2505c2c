"""C08: the result of a query."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import Press, Pressed
from kiosk.screen import Cell, ResultTable, Screen
from kiosk.text import text
from ui.viewmodels.base import NO_NOTICE, NoticeView, ViewModel, notice, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

COVER = "****"
LEAST_EMS, MOST_EMS, GAP_EMS = 2.5, 7.0, 1.6


@dataclass(frozen=True, slots=True)
class CellView:
    """One value as it is drawn."""

    words: str
    right: bool
    hidden: bool

    def row(self) -> Mapping[str, Any]:
        """For QML."""
        return {"words": self.words, "right": self.right, "hidden": self.hidden}


@dataclass(frozen=True, slots=True)
class SumRow:
    """One sum and its label."""

    label: str
    cell: CellView

    def row(self) -> Mapping[str, Any]:
        """For QML."""
        return {"label": self.label, **self.cell.row()}


def weight(name: str, values: Sequence[str]) -> float:
    """Parts of the width a column gets: its longest line in ems, within bounds, so that long words wrap."""
    longest = max(_ems(line) for line in (name, *values))
    return min(max(longest, LEAST_EMS), MOST_EMS) + GAP_EMS


def _ems(line: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56 for letter in line)


@dataclass(frozen=True, slots=True)
class TableView:
    """What stands on C08."""

    title: str = ""
    as_of: str = ""
    summary: tuple[SumRow, ...] = ()
    columns: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    rows: tuple[tuple[CellView, ...], ...] = ()
    remarks: tuple[str, ...] = ()
    page: int = 0
    pages: int = 0
    page_text: str = ""
    covered: bool = False
    has_private: bool = False
    can_print: bool = False
    print_reason: str = ""
    notice: NoticeView = NO_NOTICE


@QmlElement
class TableVm(ViewModel):
    """Sums first, then rows; covered values never reach the page at all."""

    titleChanged = Signal()
    asOfChanged = Signal()
    summaryChanged = Signal()
    columnsChanged = Signal()
    weightsChanged = Signal()
    rowsChanged = Signal()
    remarksChanged = Signal()
    pageChanged = Signal()
    pagesChanged = Signal()
    pageTextChanged = Signal()
    coveredChanged = Signal()
    hasPrivateChanged = Signal()
    canPrintChanged = Signal()
    printReasonChanged = Signal()
    noticeChanged = Signal()

    blank = TableView()

    def derive(self, screen: Screen) -> TableView:
        """The page in the screen's language; a covered value is replaced here and goes no further."""
        body = screen.body
        if not isinstance(body, ResultTable):
            return TableView()

        def shown(cell: Cell) -> CellView:
            hidden = cell.private and body.covered
            return CellView(COVER if hidden else words(cell.value, screen), cell.align == "right", hidden)

        cells = [cell for _, cell in body.summary] + [cell for row in body.rows for cell in row]
        columns = tuple(words(column, screen) for column in body.columns)
        rows = tuple(tuple(shown(cell) for cell in row) for row in body.rows)
        return TableView(
            title=words(body.title, screen),
            as_of=words(body.as_of, screen),
            summary=tuple(SumRow(words(label, screen), shown(cell)) for label, cell in body.summary),
            columns=columns,
            weights=tuple(weight(name, [row[at].words for row in rows]) for at, name in enumerate(columns)),
            rows=rows,
            remarks=tuple(words(remark, screen) for remark in body.remarks),
            page=body.page,
            pages=body.pages,
            page_text=words(text("page.table.page", page=body.page, pages=body.pages), screen),
            covered=body.covered,
            has_private=any(cell.private for cell in cells),
            can_print=body.can_print,
            print_reason=words(body.print_reason, screen),
            notice=notice(body.notice, screen),
        )

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        """What was asked for."""
        return str(self.view.title)

    @Property(str, notify=asOfChanged)
    def asOf(self) -> str:
        """Which day the data is of."""
        return str(self.view.as_of)

    @Property(list, notify=summaryChanged)
    def summary(self) -> list[Any]:
        """Sums."""
        return [row.row() for row in self.view.summary]

    @Property(list, notify=columnsChanged)
    def columns(self) -> list[str]:
        """Heads of the columns."""
        return list(self.view.columns)

    @Property(list, notify=weightsChanged)
    def weights(self) -> list[float]:
        """How wide each column is, in parts."""
        return list(self.view.weights)

    @Property(list, notify=rowsChanged)
    def rows(self) -> list[Any]:
        """Rows of this page, each a list of cells."""
        return [[cell.row() for cell in row] for row in self.view.rows]

    @Property(list, notify=remarksChanged)
    def remarks(self) -> list[str]:
        """Notes below the table."""
        return list(self.view.remarks)

    @Property(int, notify=pageChanged)
    def page(self) -> int:
        """This page, from 1."""
        return int(self.view.page)

    @Property(int, notify=pagesChanged)
    def pages(self) -> int:
        """Number of pages."""
        return int(self.view.pages)

    @Property(str, notify=pageTextChanged)
    def pageText(self) -> str:
        """The same in words."""
        return str(self.view.page_text)

    @Property(bool, notify=coveredChanged)
    def covered(self) -> bool:
        """Private values are hidden now."""
        return bool(self.view.covered)

    @Property(bool, notify=hasPrivateChanged)
    def hasPrivate(self) -> bool:
        """There is something to show."""
        return bool(self.view.has_private)

    @Property(bool, notify=canPrintChanged)
    def canPrint(self) -> bool:
        """It can be printed now."""
        return bool(self.view.can_print)

    @Property(str, notify=printReasonChanged)
    def printReason(self) -> str:
        """Why it cannot, or empty."""
        return str(self.view.print_reason)

    @Property(dict, notify=noticeChanged)
    def notice(self) -> Mapping[str, str]:
        """What happened, what it means, what to do now; no title means no notice."""
        return dict(self.view.notice.row())

    @Slot()
    def uncover(self) -> None:
        """Show the private values for a while, or cover them again."""
        self.post(Pressed(Press.UNCOVER))

    @Slot()
    def printOut(self) -> None:
        """Print."""
        self.post(Pressed(Press.PRINT))

    @Slot()
    def finish(self) -> None:
        """Seen enough; to the other services."""
        self.post(Pressed(Press.ANOTHER))

    @Slot()
    def nextPage(self) -> None:
        """Next page of rows."""
        self.post(Pressed(Press.NEXT_PAGE))

    @Slot()
    def previousPage(self) -> None:
        """Page before."""
        self.post(Pressed(Press.PREVIOUS_PAGE))
