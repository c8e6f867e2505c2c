"""A certificate of enrolment, from its facts to the signed file, beside the bare parts doing the same work."""

from __future__ import annotations

import io
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

import pikepdf
import segno
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import ImageCms
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from kiosk.certificates.facts import EnrolmentCertificate, InsuranceLine
from kiosk.certificates.layout import SealText, lay_out
from kiosk.certificates.marks import CodeSquare, Letters
from kiosk.certificates.pdf import Typesetter
from kiosk.certificates.pipe import Paper
from kiosk.certificates.press import Press, PressSettings
from kiosk.certificates.sealing import Seal, load_certificate
from kiosk.fonts import locate
from sync.gateway.authority import make_demo_authority, pem
from sync.protocol.certificate_code import code_text, signer_for
from tests.benchmarks.figures import Figure
from tests.benchmarks.pairs import measure, timed
from tests.benchmarks.surroundings import Surroundings

CERTIFICATES: Final = 40
VERIFY_URL: Final = "https://verify.example/v"


def vs_parts(around: Surroundings) -> Figure:
    """`Press.make`, warm, against the four libraries called by hand for a page with the same text and code."""
    authority, now = make_demo_authority(around.now - timedelta(days=3)), around.now
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = pem(authority.seal_certificate("T001", key.public_key(), serial=1, now=now - timedelta(days=2)))
    compact = authority.compact_seal_certificate("T001", key.public_key(), now=now - timedelta(days=2))
    chain = (pem(authority.intermediate), pem(authority.root))
    fonts = locate(around.fonts)
    press = Press(PressSettings(Seal(signer_for(key), leaf, chain), compact, VERIFY_URL, True), fonts)
    certificate = _certificate(around)
    made = press.make(certificate)
    if not isinstance(made, Paper):
        raise RuntimeError(made.sentence)
    seal_text = SealText(authority.organisation, made.seal_key_id, True, code_text(VERIFY_URL, made.code))
    pages = lay_out(certificate, seal_text, Typesetter(fonts).measure)
    texts = [[(mark.x, mark.baseline, mark.size, mark.text) for mark in page if isinstance(mark, Letters)]
             for page in pages]  # fmt: skip
    code = next(mark.text for page in pages for mark in page if isinstance(mark, CodeSquare))
    bare = _BareParts(str(fonts.regular.path), key, leaf, chain, texts, code)
    value, limit = measure(CERTIFICATES, timed(lambda: press.make(certificate)), timed(bare.make), warm=3)
    return Figure("certificate.vs_parts", value * 1000, limit * 1000)


def _certificate(around: Surroundings) -> EnrolmentCertificate:
    kinds = (("企业职工基本养老保险", 185), ("失业保险", 142), ("工伤保险", 140))
    return EnrolmentCertificate(
        number="ZM-T001-20261122-1-0007-K",
        agency="示例市社会保险基金管理中心",
        place="示例市",
        terminal="T001",
        name="张三",
        sex="男",
        id_number="11010519880312001X",
        lines=tuple(
            InsuranceLine(
                kind=kind, status="参保缴费", since="2010-07-01", employer="示例精密制造有限公司", months=months
            )
            for kind, months in kinds
        ),
        data_as_of=around.now - timedelta(hours=14),
        printed_at=around.now,
        expires_at=around.now + timedelta(days=90),
    )


class _BareParts:
    """The libraries as their own examples use them; what can be kept from file to file is made once."""

    def __init__(
        self,
        font: str,
        key: ec.EllipticCurvePrivateKey,
        leaf: str,
        chain: tuple[str, ...],
        texts: list[list[tuple[float, float, float, str]]],
        code: str,
    ) -> None:
        pdfmetrics.registerFont(TTFont("bare", font))
        registry = SimpleCertificateStore()
        registry.register_multiple([load_certificate(each) for each in chain])
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._signer = signers.SimpleSigner(
            signing_cert=load_certificate(leaf),
            signing_key=load_private_key_from_pemder_data(private, passphrase=None),
            cert_registry=registry,
        )
        self._profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        self._texts = texts
        self._code = code

    def make(self) -> bytes:
        """One signed file."""
        return self._signed(self._archival(self._drawn()))

    def _drawn(self) -> bytes:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=A4, initialFontName="bare", pageCompression=1)
        for number, page in enumerate(self._texts):
            for x, y, size, text in page:
                canvas.setFont("bare", size)
                canvas.drawString(x * 2.8346, A4[1] - y * 2.8346, text)
            if number == 0:
                self._draw_code(canvas)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    def _draw_code(self, canvas: Any) -> None:
        path = canvas.beginPath()
        for y, row in enumerate(segno.make_qr(self._code, error="m", boost_error=False).matrix):
            x = 0
            for dark, modules in groupby(row):
                length = len(list(modules))
                if dark:
                    path.rect(50 + x, 300 - y, length, 1)
                x += length
        canvas.drawPath(path, stroke=0, fill=1)

    def _archival(self, pdf: bytes) -> bytes:
        buffer = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdf)) as document:
            profile = document.make_stream(self._profile)
            profile.N = 3
            document.Root.OutputIntents = pikepdf.Array([
                document.make_indirect(pikepdf.Dictionary(
                    Type=pikepdf.Name.OutputIntent, S=pikepdf.Name.GTS_PDFA1, DestOutputProfile=profile,
                    OutputConditionIdentifier=pikepdf.String("sRGB"),
                ))
            ])  # fmt: skip
            with document.open_metadata() as metadata:
                metadata["dc:title"] = "certificate"
                metadata["pdfaid:part"] = "2"
                metadata["pdfaid:conformance"] = "B"
            document.save(buffer)
        return buffer.getvalue()

    def _signed(self, pdf: bytes) -> bytes:
        output = io.BytesIO()
        metadata = signers.PdfSignatureMetadata(
            field_name="Signature", md_algorithm="sha256", certify=True, subfilter=fields.SigSeedSubFilter.PADES
        )
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=self._signer, output=output)
        return output.getvalue()
