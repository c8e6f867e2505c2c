"""Five receipts as a person would hold them: made by the terminal, sent by the driver, drawn by the simulated printer.

Nobody in them exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from drivers.lanes import Done, Outcome, VirtualLane
from drivers.links.memory import SerialMemoryLink
from drivers.print_outcome import PrintOutcome
from drivers.receipt_printer.document import Align, Feed, Pair, Qr, Receipt, Rule, Text
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.receipt_printer.raster import FontFile, PillowRasteriser
from drivers.scheduler import VirtualScheduler
from hardware_sim.receipt_printer.fonts import FontFiles
from hardware_sim.receipt_printer.picture import picture
from hardware_sim.receipt_printer.printer import ReceiptPrinter as Machine
from hardware_sim.receipt_printer.ticket import Ticket
from kiosk.catalogue.answer import Answer
from kiosk.catalogue.answering import AnsweringItem
from kiosk.catalogue.contribution_record import ContributionRecord
from kiosk.catalogue.entries import entries
from kiosk.catalogue.insured_status import InsuredStatus
from kiosk.catalogue.item import Case, Desk
from kiosk.clock import HALL_ZONE, Moment
from kiosk.effects import Outbox
from kiosk.identity import Holder, Identity, Level
from kiosk.local_number import LocalNumber
from kiosk.receipts import receipt
from kiosk.records import PersonRecord
from kiosk.screen import Language, Preferences
from kiosk.settings import Place, Timeouts
from offline_store.schema import ContributionRow, EnrolmentRow, PersonRow

ID_NUMBER: Final = "110199198803120014"
TERMINAL: Final = "T001"
MOMENT: Final = Moment(0.0, datetime(2026, 11, 22, 9, 41, tzinfo=HALL_ZONE))
VERIFY: Final = "https://verify.example/v#" + "2oRDoQEmoFifqQFxWk0" * 20
"""As long as the link of a certificate."""
FACES: Final = (
    FontFile(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 2),
    FontFile(Path("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf")),
    FontFile(Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf")),
)


@dataclass(frozen=True)
class Printed:
    """What the driver says of a print, and the papers that came out."""

    outcome: PrintOutcome
    tickets: tuple[Ticket, ...]


def case_of(code: str, name: str, language: Language) -> Case:
    """An item served to somebody identified by card and PIN."""
    holder = Holder(ID_NUMBER, name, "1", date(1988, 3, 12), "A00000011", date(2034, 1, 1))
    return Case(
        session="boot-1",
        entry=entries()[code],
        identity=Identity(Level.L2, holder),
        preferences=Preferences(language=language),
        terminal=TERMINAL,
        place=Place(),
        verify_url="https://verify.example/v",
        timeouts=Timeouts(),
        print_fault=None,
    )


def _record(name: str) -> PersonRecord:
    months = [f"{2026 - back // 12}-{12 - back % 12:02d}" for back in range(2, 26)]
    return PersonRecord(
        as_of="2026-11-21T16:00:00.000Z",
        origin="sample",
        person=PersonRow(ID_NUMBER, name, "1", "01", "1988-03-12", "worker", "990100", None),
        enrolments=(
            EnrolmentRow(ID_NUMBER, "110", "990100", "active", "2011-07-01", "星湖市样品机械厂", 184),
            EnrolmentRow(ID_NUMBER, "210", "990100", "active", "2011-07-01", "星湖市样品机械厂", 184),
            EnrolmentRow(ID_NUMBER, "310", "990100", "active", "2011-07-01", "星湖市样品机械厂", 180),
            EnrolmentRow(ID_NUMBER, "410", "990100", "paused", "2011-07-01", "星湖市样品机械厂", 101),
        ),
        contributions=tuple(
            ContributionRow(ID_NUMBER, kind, month, "星湖市样品机械厂", base, base * 8 // 100, base * 16 // 100, "paid")
            for month, base in ((month, 712_300 + 18_450 * (month < "2026-07")) for month in months)
            for kind in ("110", "310")
        ),
    )


def _answered(item: AnsweringItem, code: str, name: str, language: Language, *, copy: int = 0) -> Receipt:
    case = case_of(code, name, language)
    answer = item.answer(_record(name), case, Desk(case, Outbox(1, MOMENT), None))
    if not isinstance(answer, Answer):
        raise TypeError(f"{code} gives no answer to print")
    return receipt(answer, LocalNumber.of(TERMINAL, MOMENT.today, 1, 40 + copy), case, MOMENT, copy=copy)


def _with_a_code() -> Receipt:
    return Receipt(
        (
            Text("示例市社会保险基金管理中心", Align.CENTRE),
            Text("参保证明核验", Align.CENTRE, bold=True, double=True),
            Rule(),
            Pair("证明编号", "ZM-990100-T001-2026-000042-7"),
            Pair("有效期至", "2026-12-22"),
            Text("用手机扫描下面的二维码，可核对证明内容。"),
            Qr(VERIFY, module_dots=4),
            Text("核验结果以扫码页面为准。", Align.CENTRE),
            Feed(2),
        )
    )


def contributions() -> Receipt:
    """个人缴费记录, in Chinese: columns, sums, masked name."""
    return _answered(ContributionRecord(), "SI-02", "周明安", Language.ZH)


def rare_name() -> Receipt:
    """参保状态 of somebody whose name no printer has: that line is a picture."""
    return _answered(InsuredStatus(), "SI-01", "𠮷文𬭩", Language.ZH)


def reprint_in_english() -> Receipt:
    """The second print of an answer, in English."""
    return _answered(ContributionRecord(), "SI-02", "周明安", Language.EN, copy=1)


RECEIPTS: Final[Mapping[str, tuple[Callable[[], Receipt], float | None]]] = {
    "1-contributions": (contributions, None),
    "2-rare-name": (rare_name, None),
    "3-reprint-in-english": (reprint_in_english, None),
    "4-with-a-code": (_with_a_code, None),
    "5-out-of-paper": (contributions, 62.0),
}
"""Name -> the receipt, and how many millimetres of paper are left, where it ends in the middle."""


def print_one(document: Receipt, paper_left: float | None = None) -> Printed:
    """Print on a printer of its own, in virtual time; where the paper ended, somebody tears off what hangs out."""
    scheduler, machine = VirtualScheduler(), Machine()
    lane = VirtualLane("receipt-printer", scheduler, SerialMemoryLink(scheduler, machine))
    if paper_left is not None:
        machine.leave_paper(paper_left)
    outcomes: list[Outcome[PrintOutcome]] = []
    driver = ReceiptPrinter(scheduler.now, PillowRasteriser(FACES))
    lane.submit(driver.print_receipt(document), outcomes.append, deadline=60.0)
    scheduler.run_until_idle()
    (outcome,) = outcomes
    if not isinstance(outcome, Done):
        raise outcome.error
    if paper_left is not None:
        machine.jam(scheduler.now())
        machine.clear(scheduler.now())
    return Printed(outcome.value, tuple(machine.collect()))


def draw_all(
    folder: Path, fonts: FontFiles, receipts: Mapping[str, tuple[Callable[[], Receipt], float | None]] = RECEIPTS
) -> dict[str, Printed]:
    """Write every receipt as ``receipt-NAME.png`` and ``.txt`` into ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    done = {name: print_one(make(), paper_left) for name, (make, paper_left) in receipts.items()}
    for name, printed in done.items():
        (ticket,) = printed.tickets
        picture(ticket, fonts).save(folder / f"receipt-{name}.png", "PNG")
        (folder / f"receipt-{name}.txt").write_text(ticket.text(), encoding="utf-8")
    return done
