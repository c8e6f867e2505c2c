"""What the end of a job says about the terminal's standing with the centre: may it serve people or not.

Nobody is served by a disk that the centre does not take for the terminal, for what it would accept could never arrive.
A fork stays until an operator's code has begun a new epoch; a word about the key is taken back when the centre answers
that key again; the word that nothing proves the journal's opening, when the journal was taken.
"""

from __future__ import annotations

from typing import Final

from offline_store.delivery import Delivery
from offline_store.standing import FORK, NOT_OPENED, OutOfService
from sync.client.outcomes import Done, Outcome, Stopped
from sync.client.renewal import REVOKED

ABOUT_THE_KEY: Final = frozenset({REVOKED, "certificate-superseded", "certificate-expired", "signature-unknown-key"})
_ABOUT_THE_JOURNAL: Final = frozenset({"upload", "head"})
_TAKES_THE_JOURNAL: Final = "upload"
_PROVES_THE_KEY: Final = frozenset({"head", "results"})
"""Jobs that always ask, so that their good end is the centre's answer to this key."""


def judge(delivery: Delivery, job: str, outcome: Outcome, at: str) -> None:
    """Put the mark or take it away. A fork of a salvaged branch says nothing about the present journal."""
    if isinstance(outcome, Stopped):
        fork = outcome.code == FORK and job in _ABOUT_THE_JOURNAL
        not_opened = outcome.code == NOT_OPENED and job == _TAKES_THE_JOURNAL
        if fork or not_opened or outcome.code in ABOUT_THE_KEY:
            delivery.take_out_of_service(OutOfService(outcome.code, outcome.epoch, outcome.seq, at))
    elif isinstance(outcome, Done) and job in _PROVES_THE_KEY:
        delivery.put_back_in_service()
    elif isinstance(outcome, Done) and job == _TAKES_THE_JOURNAL:
        delivery.put_back_in_service(journal_taken=True)
