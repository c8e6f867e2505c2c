"""The terminal's signature on a PDF file: PAdES (ETSI EN 319 142-1, B-B), ECDSA P-256, certified against any change.

The key stays with whoever made the `Signer`; what comes in here is the right to sign and the certificates. Nothing is
fetched: the chain is handed in whole.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers import constants
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sync.protocol.certificate_code import Signer

FIELD_NAME: Final = "TerminalSignature"
_DIGEST: Final = "sha256"
_HALF: Final = 32


@dataclass(frozen=True)
class Seal:
    """The right to sign with a terminal's seal key (ES256, 64 octets), its X.509 leaf, and the chain above it."""

    sign: Signer = field(repr=False)
    certificate: str  # PEM
    chain: tuple[str, ...]  # PEM, from the leaf's issuer to the root


class _SealSigner(signers.Signer):
    """pyHanko's signer around a handed-in key."""

    def __init__(self, seal: Seal) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple([load_certificate(each) for each in seal.chain])
        super().__init__(signing_cert=load_certificate(seal.certificate), cert_registry=registry)
        self._sign = seal.sign

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != _DIGEST:
            raise ValueError(f"the seal key signs with {_DIGEST} only")
        if dry_run:
            return bytes(72)
        raw = self._sign(data)
        return encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))


class _DatedSigner(signers.PdfSigner):
    """Takes the time of signing as a value instead of asking the machine's clock, and keeps the file PDF 1.7."""

    def __init__(self, at: datetime, **rest: Any) -> None:
        super().__init__(**rest)
        self._at = at

    def init_signing_session(self, *arguments: Any, **named: Any) -> Any:
        session = super().init_signing_session(*arguments, **named)
        session.system_time = self._at
        return session

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        # pyHanko would raise the file to PDF 2.0 for the curve's sake (ISO 32002); PDF/A-2 is PDF 1.7
        pdf_out.ensure_output_version((1, 7))
        pdf_out.register_extension(constants.ESIC_EXTENSION_1)


class _FaithfulWriter(IncrementalPdfFileWriter):
    """Appends the signature and leaves title, producer and dates as the document declares them."""

    def _update_meta(self) -> None:
        # pyHanko's own sets ModDate to now in one of two places, which would set them at odds (PDF/A-2, 6.6.3)
        return


class PdfSealer:
    """Signs files with one seal; made once per process, for reading the certificates takes time."""

    def __init__(self, seal: Seal) -> None:
        self._signer = _SealSigner(seal)

    def seal(self, pdf: bytes, *, at: datetime, place: str, reason: str) -> bytes:
        """The file with an invisible signature field over all of it; any later change breaks the certification."""
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm=_DIGEST,
            location=place,
            reason=reason,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            subfilter=fields.SigSeedSubFilter.PADES,
        )
        signer = _DatedSigner(at, signature_meta=metadata, signer=self._signer)
        output = io.BytesIO()
        signer.sign_pdf(_FaithfulWriter(io.BytesIO(pdf)), output=output)
        return output.getvalue()


def load_certificate(text: str) -> Any:
    """A certificate from PEM text, as pyHanko takes it. ValueError if it is not exactly one."""
    (certificate,) = load_certs_from_pemder_data(text.encode("ascii"))
    return certificate
