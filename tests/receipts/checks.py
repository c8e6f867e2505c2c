"""Print-outs of checks as a person would hold them: each way an answer can come out, and an application that waits.

Made by the terminal, sent by the driver, drawn by the simulated printer. Nobody in them exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from drivers.receipt_printer.document import Receipt
from kiosk.benefits.loading import shipped_book
from kiosk.catalogue.check_slip import application_slip, slip
from kiosk.catalogue.entries import entries
from kiosk.local_number import LocalNumber
from kiosk.screen import Language
from tests.receipts.five import MOMENT, TERMINAL, case_of
from ui.check_examples import samples

NAME: Final = "周明安"


def _check(name: str, language: Language) -> Callable[[], Receipt]:
    def made() -> Receipt:
        number = LocalNumber.of(TERMINAL, MOMENT.today, 1, 60 + list(samples()).index(name))
        case = case_of("PO-02", NAME, language)
        return slip(shipped_book(), samples()[name].checked, number, case, MOMENT, copy=0, more=())

    return made


def _application() -> Receipt:
    """What somebody takes along who applied while the network was down."""
    case = case_of("SI-14", NAME, Language.ZH)
    number = LocalNumber.of(TERMINAL, MOMENT.today, 1, 90)
    return application_slip(entries()["SI-14"].title, number, case, MOMENT)


CHECKS: Final[Mapping[str, tuple[Callable[[], Receipt], float | None]]] = {
    **{f"check-{name}": (_check(name, Language.ZH), None) for name in samples()},
    "check-yes-in-english": (_check("yes", Language.EN), None),
    "check-category-unknown-in-english": (_check("category-unknown", Language.EN), None),
    "application": (_application, None),
}
"""As RECEIPTS of `five`."""
