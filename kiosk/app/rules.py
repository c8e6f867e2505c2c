"""The rules a terminal runs by: its settings, the items it offers and their machines."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.benefits.loading import shipped_book
from kiosk.benefits.rulebook import RuleBook
from kiosk.catalogue.bundles import BundleItem
from kiosk.catalogue.card_status import CardStatus
from kiosk.catalogue.checking import CheckItem
from kiosk.catalogue.checks import Topic, checks_of, topics
from kiosk.catalogue.contribution_record import ContributionRecord
from kiosk.catalogue.enrolment_certificate import EnrolmentCertificateItem
from kiosk.catalogue.entries import entries
from kiosk.catalogue.insured_status import InsuredStatus
from kiosk.catalogue.item import ItemMachine
from kiosk.catalogue.registering import RegistrationItem
from kiosk.catalogue.suggesting import SuggestionItem
from kiosk.sessions.rules import Rules
from kiosk.settings import Settings
from kiosk.texts import render

_CHECKED = ("SI-10", "SI-11", "SI-14", "SI-16", "SI-17", "SI-18", "SI-21", "EM-04", "EM-05", "EM-06", "EM-07")


def rules_for(settings: Settings, boot: str, book: Callable[[], RuleBook] = shipped_book) -> Rules:
    """All items of the table with their machines; one without the other is a bug. `book`: the benefit rules."""
    machines: dict[str, ItemMachine] = {
        "SI-01": InsuredStatus(),
        "SI-02": ContributionRecord(),
        "SI-04": EnrolmentCertificateItem(),
        "CRD-03": CardStatus(),
        "PO-02": CheckItem(book, topics()),
        "PO-03": SuggestionItem(book),
        "PO-05": BundleItem(book),
        "EM-01": RegistrationItem(book, ("ui_leaving_reason", "seeking_work")),
        "EM-02": RegistrationItem(book, ("new_job",)),
        **{item: CheckItem(book, _topics_of(item)) for item in _CHECKED},
    }
    table = entries()
    if set(table) != set(machines):
        raise RuntimeError(f"items and machines differ: {sorted(set(table) ^ set(machines))}")
    return Rules(settings, table, machines, boot)


def _topics_of(item: str) -> tuple[Topic, ...]:
    """One topic with the checks of an item."""
    title = entries()[item].title
    return (Topic(key=item, zh=render(title, "zh"), en=render(title, "en"), check=checks_of(item)),)
