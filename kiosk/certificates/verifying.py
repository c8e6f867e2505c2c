"""Is this certificate file genuine? Signature of the file by its X.509 chain, then the code on its last page.

Nothing is fetched: only the authorities handed in are believed. As with codes, an unknown authority is not called
false: the file cannot be verified here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from kiosk.certificates.sealing import load_certificate
from sync.protocol.certificate_code import (
    Anchor,
    Answer,
    Code,
    CodeUnreadableError,
    RegisterAnswer,
    RevocationList,
    Verdict,
    decide,
    public_key_of,
    read_text,
)
from sync.protocol.enrolment import Trust

MAX_FILE_BYTES: Final = 16 * 1024 * 1024


class Outcome(Enum):
    """What the check came to, with the exit code of `kiosk certificate verify`."""

    GENUINE = 0
    REFUSED = 1
    CANNOT_VERIFY = 3


class FileReason(Enum):
    """Why: a word for programs and one sentence for people."""

    GENUINE = ("genuine", "文件签名真实，内容未被改动。", "The signature holds and the file is unchanged.")
    UNREADABLE = ("unreadable", "这不是可读取的 PDF 文件。", "This is not a readable PDF file.")
    UNSIGNED = ("unsigned", "文件没有数字签名。", "The file carries no signature.")
    UNKNOWN_AUTHORITY = ("unknown-authority", "本机不认识签发机构。", "The issuing authority is not known here.")
    NO_CODE = ("no-code", "文件中没有可查验的二维码。", "There is no code in the file.")
    CODE_UNDECIDED = (
        "code-cannot-be-verified",
        "文件签名真实，但二维码无法离线核验。",
        "The code cannot be verified here.",
    )
    CHANGED = ("digest-mismatch", "文件在签名后被改动。", "The file was changed after signing.")
    EXPIRED_AT_SIGNING = (
        "expired-at-signing",
        "签名时，签名证书不在有效期内。",
        "The certificate of the signature was not valid at the time of signing.",
    )
    CODE_OF_ANOTHER = ("code-of-another", "二维码不属于这份文件。", "The code belongs to another certificate.")
    CODE_REFUSED = ("code-refused", "二维码不真实或已撤销。", "The code is not genuine, or revoked.")

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class FileVerdict:
    """`code` is the verdict on the code in the file, when there is one to be read."""

    outcome: Outcome
    reason: FileReason
    signer: str | None = None
    signed_at: datetime | None = None
    code: Verdict | None = None


@dataclass(frozen=True)
class Authorities:
    """Whom to believe: X.509 roots and intermediates (PEM) for files, anchors for codes, and a revocation list."""

    roots: tuple[str, ...]
    intermediates: tuple[str, ...]
    anchors: tuple[Anchor, ...]
    revocations: RevocationList | None = None


def authorities_of(trust: Trust, revocations: RevocationList | None) -> Authorities:
    """Those a terminal was told at enrolment (`trust/centre.json`)."""
    return Authorities((trust.x509_root,), (trust.x509_intermediate,), trust.issuers, revocations)


def verify_pdf(path: Path, authorities: Authorities, register: RegisterAnswer, now: datetime) -> FileVerdict:
    """The verdict on a file. OSError when it cannot be opened; a file too large is unreadable."""
    with path.open("rb") as file:
        return verify_octets(file.read(MAX_FILE_BYTES + 1), authorities, register, now)


def verify_octets(data: bytes, authorities: Authorities, register: RegisterAnswer, now: datetime) -> FileVerdict:
    """The same for the file's octets."""
    if len(data) > MAX_FILE_BYTES:
        return FileVerdict(Outcome.CANNOT_VERIFY, FileReason.UNREADABLE)
    try:
        reader, signature = _signature_of(data)
    except _UnreadableError:
        return FileVerdict(Outcome.CANNOT_VERIFY, FileReason.UNREADABLE)
    if signature is None:
        return FileVerdict(Outcome.CANNOT_VERIFY, FileReason.UNSIGNED)
    leaf = x509.load_der_x509_certificate(signature.signer_cert.dump())
    signed_at: datetime | None = signature.self_reported_timestamp
    signer = ", ".join(str(each.value) for each in leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
    try:
        reason = _check_signature(signature, authorities, signed_at)
        code = _code_in(reader)
    except _UnreadableError:
        return FileVerdict(Outcome.CANNOT_VERIFY, FileReason.UNREADABLE)
    verdict = None if code is None else decide(code, authorities.anchors, authorities.revocations, register, now)
    if reason is FileReason.GENUINE:
        reason = _check_code(code, verdict, leaf)
    return FileVerdict(_OUTCOMES[reason], reason, signer, signed_at, verdict)


_OUTCOMES: Final = {
    FileReason.GENUINE: Outcome.GENUINE,
    FileReason.UNREADABLE: Outcome.CANNOT_VERIFY,
    FileReason.UNSIGNED: Outcome.CANNOT_VERIFY,
    FileReason.UNKNOWN_AUTHORITY: Outcome.CANNOT_VERIFY,
    FileReason.NO_CODE: Outcome.CANNOT_VERIFY,
    FileReason.CODE_UNDECIDED: Outcome.CANNOT_VERIFY,
    FileReason.CHANGED: Outcome.REFUSED,
    FileReason.EXPIRED_AT_SIGNING: Outcome.REFUSED,
    FileReason.CODE_OF_ANOTHER: Outcome.REFUSED,
    FileReason.CODE_REFUSED: Outcome.REFUSED,
}


class _UnreadableError(Exception):
    """The PDF library stumbled over the file."""


def _signature_of(data: bytes) -> tuple[Any, Any]:
    """(reader, its one embedded signature or None)."""
    try:
        reader = PdfFileReader(io.BytesIO(data))
        signatures = list(reader.embedded_regular_signatures)
        if len(signatures) != 1:
            return reader, None
        signatures[0].compute_integrity_info()
        signatures[0].signer_cert.dump()
    except Exception as error:
        # a damaged file makes the reader raise nearly anything: PdfError, KeyError, TypeError, asn1crypto's ValueError
        raise _UnreadableError from error
    return reader, signatures[0]


def _check_signature(signature: Any, authorities: Authorities, signed_at: datetime | None) -> FileReason:
    context = ValidationContext(
        trust_roots=[load_certificate(each) for each in authorities.roots],
        other_certs=[load_certificate(each) for each in authorities.intermediates],
        allow_fetching=False,
        moment=signed_at,
    )
    try:
        status = validate_pdf_signature(signature, context)
    except Exception as error:
        raise _UnreadableError from error
    trouble = status.trust_problem_indic
    if trouble not in (None, AdESIndeterminate.OUT_OF_BOUNDS_NO_POE):
        return FileReason.UNKNOWN_AUTHORITY
    if not status.intact or not status.valid or not status.docmdp_ok:
        return FileReason.CHANGED
    if trouble is not None or signed_at is None:
        return FileReason.EXPIRED_AT_SIGNING
    return FileReason.GENUINE if status.bottom_line else FileReason.CHANGED


def _code_in(reader: Any) -> Code | None:
    """The code behind the link over the QR square, looked for on every page, last first."""
    try:
        addresses = [
            str(annotation.get_object()["/A"]["/URI"])
            for page in reversed(list(_pages(reader)))
            for annotation in page.get("/Annots", ())
            if "/A" in annotation.get_object() and "/URI" in annotation.get_object()["/A"]
        ]
    except Exception as error:
        raise _UnreadableError from error
    for address in addresses:
        try:
            shown = read_text(address)
        except CodeUnreadableError:
            continue
        if isinstance(shown, Code):
            return shown
    return None


def _pages(reader: Any) -> Iterator[Any]:
    for number in range(int(reader.root["/Pages"]["/Count"])):
        yield reader.find_page_for_modification(number)[0].get_object()


def _check_code(code: Code | None, verdict: Verdict | None, leaf: x509.Certificate) -> FileReason:
    """The code must be this file's: signed by the same seal key. Its own verdict then counts."""
    if code is None or verdict is None:
        return FileReason.NO_CODE
    key = leaf.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or public_key_of(key) != code.seal.public_key:
        return FileReason.CODE_OF_ANOTHER
    if verdict.answer is Answer.NOT_GENUINE_OR_REVOKED:
        return FileReason.CODE_REFUSED
    return FileReason.CODE_UNDECIDED if verdict.answer is Answer.CANNOT_VERIFY else FileReason.GENUINE
