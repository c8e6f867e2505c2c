"""What the gateway asks of a core system (核心业务系统)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sync.protocol.questions import (
    Answer,
    CardStatusAnswer,
    CardStatusChange,
    ConfirmEcardCode,
    ConfirmIdentity,
    DocumentAnswer,
    EcardAnswer,
    FetchDocument,
    IdentityAnswer,
    LiveRecord,
    LiveRecordAnswer,
    PinResetAnswer,
    PinResetToken,
    Refusal,
)


class CoreUnavailable(Exception):  # noqa: N818 - named by the condition
    """The core system does not answer now. Whether it did what was asked is not known: it is asked again."""


class CoreSystem(Protocol):
    """Every method may take seconds, and may raise CoreUnavailable.

    ``key`` is the same for the same question however often it comes, and never for another: what changes something is
    done once per key, and answered alike each time. ``now`` is aware.
    """

    def confirm_identity(self, asks: ConfirmIdentity) -> IdentityAnswer: ...
    def confirm_ecard_code(self, key: str, asks: ConfirmEcardCode, now: datetime) -> EcardAnswer: ...
    def live_record(self, asks: LiveRecord, now: datetime) -> LiveRecordAnswer: ...
    def change_card_status(self, key: str, asks: CardStatusChange, now: datetime) -> CardStatusAnswer | Refusal: ...
    def pin_reset_token(self, key: str, asks: PinResetToken, now: datetime) -> PinResetAnswer | Refusal: ...
    def fetch_document(self, asks: FetchDocument, now: datetime) -> DocumentAnswer | Refusal: ...
    def recall(self, key: str) -> Answer | Refusal | None:
        """What was said to that key. None: nothing was done for it, and whatever still arrives under it will not be."""
