"""A document that the centre sealed: its octets, and beside them a COSE_Sign1 by the centre's issuing authority.

The seal names the document's SHA-256, so that a terminal can tell that what it prints is what the centre sealed, and
write that hash into the record of the print. (RFC 9052; the payload is deterministic CBOR.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError

from sync.protocol import cose
from sync.protocol.certificate_wire import Anchor
from sync.protocol.messages import Line, Message, Time, Word

_TYPE: Final = "x/sealed-document"
_KEY_ID: Final = 4
"""COSE header parameter kid (RFC 9052 section 3.1)."""

MediaType = Literal["application/pdf"]


class SealRefusedError(Exception):
    """A document that must not be printed. `reason`: malformed, unknown-authority, not-genuine or document-differs."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the document's seal is not accepted: {reason}")
        self.reason = reason


class SealedDocument(Message):
    """What a seal says about a document. `number`: the centre's own number of it."""

    number: Word
    title: Line
    media_type: MediaType
    sealed_at: Time
    sha256: Annotated[bytes, Field(min_length=32, max_length=32)]

    @property
    def sha256_hex(self) -> str:
        """For the print record."""
        return self.sha256.hex()


def seal_document(
    document: bytes, *, number: str, title: str, sealed_at: str, anchor: Anchor, signer: cose.Signer
) -> bytes:
    """The centre's seal over a PDF. `sealed_at`: UTC."""
    facts = SealedDocument(
        number=number,
        title=title,
        media_type="application/pdf",
        sealed_at=sealed_at,
        sha256=hashlib.sha256(document).digest(),
    )
    return cose.sign(_TYPE, facts.model_dump(), signer, header={_KEY_ID: anchor.key_id})


def check_document(document: bytes, seal: bytes, anchors: Iterable[Anchor]) -> SealedDocument:
    """What the seal says, once a trusted authority made it for exactly these octets. Raises SealRefusedError."""
    read, facts = _read(seal)
    trusted = [anchor for anchor in anchors if anchor.key_id == read.header.get(_KEY_ID)]
    if not trusted:
        raise SealRefusedError("unknown-authority")
    if not any(read.is_signed_by(anchor.public_key) for anchor in trusted):
        raise SealRefusedError("not-genuine")
    if hashlib.sha256(document).digest() != facts.sha256:
        raise SealRefusedError("document-differs")
    return facts


def number_said(seal: bytes) -> str | None:
    """The number that a seal says, whoever made it; None when it is no seal."""
    try:
        return _read(seal)[1].number
    except SealRefusedError:
        return None


def _read(seal: bytes) -> tuple[cose.Sign1, SealedDocument]:
    try:
        read = cose.read(_TYPE, seal)
        return read, SealedDocument.model_validate(cose.decode(read.payload))
    except (cose.NotCoseError, cose.OtherSuiteError, ValidationError):
        raise SealRefusedError("malformed") from None
