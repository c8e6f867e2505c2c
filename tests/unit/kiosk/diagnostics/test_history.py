"""The journal's chain, read as the history of each device."""

from __future__ import annotations

import pytest

from kiosk.diagnostics.findings import Part
from kiosk.diagnostics.history import LAST, History, devices_lent, histories
from offline_store.chain import GENESIS, canonical_json, make_entry


def chain(*told):
    """Entries of (kind, header)."""
    entries, before = [], GENESIS
    for seq, (kind, header) in enumerate(told, 1):
        entry = make_entry(
            prev=before,
            terminal="T001",
            epoch=1,
            seq=seq,
            kind=kind,
            at=f"2026-11-22T{seq // 60:02d}:{seq % 60:02d}:00.000Z",
            header=canonical_json(header),
        )
        entries.append(entry)
        before = entry.hash
    return entries


def device(name, fault, detail=""):
    return "audit", {"event": "device", "device": name, "fault": fault, "detail": detail}


def recovery(name, step, **more):
    return "audit", {"event": "recovery", "device": name, "fault": "PR-05", "step": step, **more}


def printed(medium, state):
    return "print", {"job": "1", "session": "s", "item": "SI-02", "medium": medium, "state": state}


def test_falls_and_recoveries_of_a_device_are_counted_by_code():
    told = histories(
        chain(
            device("receipt-printer", "PR-02", "paper-out"),
            device("receipt-printer", "none"),
            device("receipt-printer", "PR-03"),
            device("receipt-printer", "PR-02", "paper-out"),
            device("receipt-printer", "none", "paper-low"),
            device("card-reader", "CR-07", "reader-gone"),
        )
    )
    history = told[Part.RECEIPT_PRINTER]
    assert (history.faults, history.recoveries) == (3, 2)
    assert history.by_code == {"PR-02": 2, "PR-03": 1}
    assert history.last_fault is not None
    assert (history.last_fault.fault, history.last_fault.at) == ("PR-02", "2026-11-22T00:04:00.000Z")
    assert (told[Part.CARD_READER].faults, told[Part.CARD_READER].recoveries) == (1, 0)


def test_a_well_device_that_says_so_again_did_not_recover():
    told = histories(chain(device("document-printer", "none", "paper-low"), device("document-printer", "none")))
    assert told[Part.DOCUMENT_PRINTER].recoveries == 0


def test_the_ladder_is_counted_by_rung_with_its_longest_illness():
    told = histories(
        chain(
            device("receipt-printer", "PR-05"),
            recovery("receipt-printer", "list-again", outcome="in-vain", seconds="0.5", round="1"),
            recovery("receipt-printer", "reset", outcome="in-vain", seconds="1.0", round="1"),
            recovery("receipt-printer", "technician", seconds="61.0", tries="6"),
            recovery("receipt-printer", "recovered", by="by-itself", seconds="75.5", tries="7"),
            recovery("receipt-printer", "recovered", by="reset", seconds="3.0", tries="2"),
        )
    )
    history = told[Part.RECEIPT_PRINTER]
    assert history.attempts == {"list-again": 1, "reset": 1}
    assert history.technicians == 1
    assert history.longest == 75.5


def test_prints_are_counted_by_how_they_ended_and_only_then():
    told = histories(
        chain(
            printed("receipt", "queued"),
            printed("receipt", "sending"),
            printed("receipt", "printed"),
            printed("receipt", "failed"),
            printed("paper", "unknown"),
            ("print", {"job": "2", "session": "none", "state": "unknown", "reason": "terminal-stopped"}),
        )
    )
    assert told[Part.RECEIPT_PRINTER].prints == {"printed": 1, "failed": 1}
    assert told[Part.DOCUMENT_PRINTER].prints == {"unknown": 1}


def test_what_a_store_says_of_itself_is_the_journals():
    assert histories(chain(device("store", "SY-01", "low-disk")))[Part.JOURNAL].faults == 1


def test_only_the_last_events_are_kept_and_all_are_counted():
    told = histories(chain(*[device("psam", "PS-01") for _ in range(LAST + 7)]))
    history = told[Part.PSAM]
    assert (len(history.last), history.faults) == (LAST, LAST + 7)
    assert history.last[-1].at == f"2026-11-22T00:{LAST + 7:02d}:00.000Z"


def test_entries_about_anything_else_are_passed_over():
    odd = [
        ("act", {"item": "SI-02"}),
        ("audit", {"event": "restarted", "how": "checked"}),
        ("audit", {"event": "device", "device": "coffee-machine", "fault": "none"}),
        ("audit", {"event": "device", "device": 7, "fault": None}),
        ("audit", {"event": "recovery", "device": "id-reader", "step": "recovered", "seconds": "soon"}),
    ]
    assert histories(chain(*odd)) == {Part.ID_READER: History()}


# --- vendor mode ---


def vendor(state):
    return "audit", {"event": "vendor-mode", "state": state}


@pytest.mark.parametrize(
    ("told", "lent"),
    [
        ([], False),
        ([vendor("entered")], True),
        ([vendor("entered"), device("card-reader", "none")], True),
        ([vendor("entered"), vendor("left")], False),
        ([vendor("entered"), vendor("left"), vendor("entered")], True),
        ([vendor("entered"), ("audit", {"event": "restarted", "how": "checked-after-unclean-stop"})], False),
        ([vendor("entered"), ("session-opened", {"session": "s"})], False),
    ],
)
def test_devices_are_lent_from_the_word_entered_until_service_goes_on(told, lent):
    assert devices_lent(chain(*told)) is lent
