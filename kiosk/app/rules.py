"""The rules a terminal runs by: its settings, the items it offers and their machines."""

from __future__ import annotations

from kiosk.catalogue.card_status import CardStatus
from kiosk.catalogue.contribution_record import ContributionRecord
from kiosk.catalogue.enrolment_certificate import EnrolmentCertificateItem
from kiosk.catalogue.entries import entries
from kiosk.catalogue.insured_status import InsuredStatus
from kiosk.catalogue.item import ItemMachine
from kiosk.catalogue.retirement_month import RetirementMonthItem
from kiosk.sessions.rules import Rules
from kiosk.settings import Settings


def rules_for(settings: Settings, boot: str) -> Rules:
    """All items of the table with their machines; one without the other is a bug."""
    machines: dict[str, ItemMachine] = {
        "SI-01": InsuredStatus(),
        "SI-02": ContributionRecord(),
        "SI-04": EnrolmentCertificateItem(),
        "SI-11": RetirementMonthItem(),
        "CRD-03": CardStatus(),
    }
    table = entries()
    if set(table) != set(machines):
        raise RuntimeError(f"items and machines differ: {sorted(set(table) ^ set(machines))}")
    return Rules(settings, table, machines, boot)
