"""Makes one certificate from its content: code, layout, PDF, PDF/A, signature. Used inside the papers process only.

Importing this module loads everything a certificate needs, which takes half a second: the process does it when it is
asked to warm up.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from kiosk.certificates.facts import EnrolmentCertificate, InsuranceLine, code_facts
from kiosk.certificates.layout import TITLE, SealText, lay_out
from kiosk.certificates.pdf import Typesetter, draw
from kiosk.certificates.pdfa import Description, conform
from kiosk.certificates.pipe import Paper, Refused
from kiosk.certificates.sealing import PdfSealer, Seal
from kiosk.fonts import Fonts
from sync.protocol.certificate_code import CodeRefusedError, code_text, issue_code, read_seal_certificate


@dataclass(frozen=True)
class PressSettings:
    """What all certificates of this terminal share: the seal for files, the one for codes, the verifier's address."""

    seal: Seal
    compact_seal_certificate: bytes
    verify_url: str
    demo: bool


class Press:
    """Holds the loaded fonts and the seal."""

    def __init__(self, settings: PressSettings, fonts: Fonts) -> None:
        self._settings = settings
        self._fonts = fonts
        self._certificate = read_seal_certificate(settings.compact_seal_certificate)
        self._typesetter = Typesetter(fonts)
        self._sealer = PdfSealer(settings.seal)

    def make(self, certificate: EnrolmentCertificate) -> Paper | Refused:
        """The paper, or why there is none."""
        if missing := self._fonts.without_glyph(_all_text(certificate)):
            return Refused(reason="no-glyph", sentence=f"{len(missing)} characters of the person's data have no glyph")
        facts = code_facts(certificate, issuer=self._certificate.issuer)
        try:
            code = issue_code(facts, self._settings.compact_seal_certificate, self._settings.seal.sign)
        except CodeRefusedError as error:
            return Refused.model_validate({"reason": error.reason, "sentence": str(error)})
        demo = self._settings.demo or self._certificate.demo
        text = SealText(
            self._certificate.issuer, self._certificate.key_id.hex(), demo, code_text(self._settings.verify_url, code)
        )
        pages = lay_out(certificate, text, self._typesetter.measure)
        description = Description(
            title=f"{TITLE} {certificate.number}",
            author=self._certificate.issuer,
            subject=f"{certificate.item} {TITLE}",
            made_at=certificate.printed_at,
        )
        plain = conform(draw(pages, self._typesetter), description)
        pdf = self._sealer.seal(plain, at=certificate.printed_at, place=certificate.place, reason=f"签发{TITLE}")
        return Paper(
            number=certificate.number,
            pdf=pdf,
            sha256=hashlib.sha256(pdf).hexdigest(),
            code=code,
            code_sha256=hashlib.sha256(code).hexdigest(),
            seal_key_id=self._certificate.key_id.hex(),
            pages=len(pages),
        )

    def warm_up(self) -> None:
        """Make and throw away a certificate of nobody, so that the first real one finds everything loaded."""
        self.make(_nobody(self._certificate.terminal, self._certificate.not_before, "预热"))


def _all_text(certificate: EnrolmentCertificate) -> str:
    lines = "".join(line.kind + line.status + (line.employer or "") for line in certificate.lines)
    return certificate.name + certificate.sex + certificate.agency + certificate.place + lines


def _nobody(terminal: str, at: datetime, kind: str) -> EnrolmentCertificate:
    return EnrolmentCertificate(
        number="WARM-UP",
        agency="预热",
        place="预热",
        terminal=terminal,
        name="无名氏",
        sex="—",
        id_number="000000000000000000",
        lines=(InsuranceLine(kind=kind, status="—", since="2000-01-01", months=0),),
        data_as_of=at,
        printed_at=at,
        expires_at=at,
    )
