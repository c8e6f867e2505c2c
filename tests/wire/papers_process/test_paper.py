"""What comes out of the papers process, looked at with other people's tools."""

import hashlib
import io
import random
import subprocess
from datetime import timedelta

import pikepdf
import pytest
import zxingcpp
from PIL import Image
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from kiosk.certificates.facts import code_facts
from kiosk.certificates.pipe import Refused
from kiosk.certificates.verifying import FileReason, Outcome, verify_octets, verify_pdf
from sync.gateway.authority import pem
from sync.protocol.certificate_code import (
    Answer,
    Code,
    RegisterAnswer,
    code_text,
    decide,
    read_code,
    read_revocations,
    read_text,
)

NOT_ASKED = RegisterAnswer.NOT_ASKED
DPI = 300


@pytest.fixture(scope="session")
def nss(place, tmp_path_factory):
    """An NSS database that trusts the authority's root, as pdfsig wants it."""
    folder = tmp_path_factory.mktemp("nss")
    root = folder / "root.pem"
    root.write_text(pem(place.authority.root))
    database = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True, capture_output=True)
    subprocess.run(
        ["certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", str(root), "-d", database],
        check=True,
        capture_output=True,
    )
    return folder


def _pdfsig(folder, pdf, tmp_path):
    path = tmp_path / "signed.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdfsig", "-nssdir", str(folder), str(path)], capture_output=True, text=True, check=False
    ).stdout


def _text(pdf, tmp_path):
    path = tmp_path / "text.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True).stdout


def _rendered(pdf, tmp_path):
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", str(path), str(tmp_path / "page")], check=True)
    return [Image.open(each) for each in sorted(tmp_path.glob("page-*.png"))]


def test_poppler_finds_the_signature_valid_and_the_authority_trusted(paper, nss, tmp_path):
    said = _pdfsig(nss, paper.pdf, tmp_path)
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said
    assert "ETSI.CAdES.detached" in said
    assert "Total document signed" in said


def test_one_changed_byte_is_refused_by_poppler_and_by_us(paper, place, nss, tmp_path):
    changed = bytearray(paper.pdf)
    changed[len(changed) // 3] ^= 0x01
    assert "Digest Mismatch" in _pdfsig(nss, bytes(changed), tmp_path)
    verdict = verify_octets(bytes(changed), place.authorities, NOT_ASKED, place.now)
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, FileReason.CHANGED)


def test_no_changed_bit_outside_the_signature_itself_leaves_the_file_genuine(paper, place):
    chance = random.Random(11)
    start = paper.pdf.index(b"/Contents <") + len(b"/Contents ")
    signature = range(start, paper.pdf.index(b">", start) + 1)
    refused = 0
    for _ in range(60):
        at = chance.choice([chance.randrange(signature.start), chance.randrange(signature.stop, len(paper.pdf))])
        changed = bytearray(paper.pdf)
        changed[at] ^= 1 << chance.randrange(8)
        outcome = verify_octets(bytes(changed), place.authorities, NOT_ASKED, place.now).outcome
        assert outcome is not Outcome.GENUINE, at
        refused += outcome is Outcome.REFUSED
    assert refused > 10


def test_a_damaged_signature_is_a_verdict_and_never_an_exception(paper, place):
    chance = random.Random(12)
    start = paper.pdf.index(b"/Contents <") + len(b"/Contents <")
    end = paper.pdf.index(b">", start)
    for _ in range(40):
        changed = bytearray(paper.pdf)
        changed[chance.randrange(start, end)] = chance.choice(b"0123456789abcdef")
        verdict = verify_octets(bytes(changed), place.authorities, NOT_ASKED, place.now)
        if verdict.outcome is Outcome.GENUINE:  # a digit of the enclosed chain that no check reads
            assert verdict.code.facts is not None


def test_a_cut_off_file_is_never_genuine_and_never_an_exception(paper, place):
    for length in range(0, len(paper.pdf), 2477):
        verdict = verify_octets(paper.pdf[:length], place.authorities, NOT_ASKED, place.now)
        assert verdict.outcome is not Outcome.GENUINE


def test_qpdf_finds_no_fault(paper, rare_paper, tmp_path):
    for number, each in enumerate((paper, rare_paper)):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(each.pdf)
        done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_our_own_check_accepts_it_with_the_code_and_marks_the_demonstration(paper, place, certificate, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper.pdf)
    verdict = verify_pdf(path, place.authorities, NOT_ASKED, place.now + timedelta(hours=1))
    assert (verdict.outcome, verdict.reason) == (Outcome.GENUINE, FileReason.GENUINE)
    assert verdict.signed_at == certificate.printed_at
    assert "T001" in verdict.signer
    assert verdict.code.answer is Answer.GENUINE_VALID
    assert verdict.code.demo
    assert verdict.code.facts == code_facts(certificate, issuer=place.authority.organisation)


def test_an_unknown_authority_cannot_be_verified_and_is_not_called_false(paper, place_maker, place):
    stranger = place_maker().authorities
    verdict = verify_octets(paper.pdf, stranger, NOT_ASKED, place.now)
    assert (verdict.outcome, verdict.reason) == (Outcome.CANNOT_VERIFY, FileReason.UNKNOWN_AUTHORITY)


def test_a_revoked_certificate_is_refused_though_its_file_is_untouched(paper, place):
    data = place.authority.revocation_list([paper.number], now=place.now)
    listed = read_revocations(data, [place.authority.anchor])
    authorities = place.authorities
    revoked = type(authorities)(authorities.roots, authorities.intermediates, authorities.anchors, listed)
    verdict = verify_octets(paper.pdf, revoked, NOT_ASKED, place.now)
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, FileReason.CODE_REFUSED)


def test_without_a_revocation_list_the_file_cannot_be_verified_offline(paper, place):
    authorities = place.authorities
    bare = type(authorities)(authorities.roots, authorities.intermediates, authorities.anchors)
    verdict = verify_octets(paper.pdf, bare, NOT_ASKED, place.now)
    assert (verdict.outcome, verdict.reason) == (Outcome.CANNOT_VERIFY, FileReason.CODE_UNDECIDED)


def test_something_appended_after_signing_is_refused(paper, place):
    writer = IncrementalPdfFileWriter(io.BytesIO(paper.pdf))
    writer.root["/Note"] = generic.pdf_string("added")
    writer.update_root()
    output = io.BytesIO()
    writer.write(output)
    verdict = verify_octets(output.getvalue(), place.authorities, NOT_ASKED, place.now)
    assert (verdict.outcome, verdict.reason) == (Outcome.REFUSED, FileReason.CHANGED)


def test_what_is_no_signed_pdf_cannot_be_verified(paper, place, tmp_path):
    with pikepdf.new() as empty:
        empty.add_blank_page()
        empty.save(tmp_path / "empty.pdf")
    for data, reason in (
        (b"", FileReason.UNREADABLE),
        (b"hello", FileReason.UNREADABLE),
        (paper.code, FileReason.UNREADABLE),
        ((tmp_path / "empty.pdf").read_bytes(), FileReason.UNSIGNED),
    ):
        verdict = verify_octets(data, place.authorities, NOT_ASKED, place.now)
        assert (verdict.outcome, verdict.reason) == (Outcome.CANNOT_VERIFY, reason)


def test_the_code_on_the_rendered_page_is_the_code_of_the_paper_and_large_enough(paper, rare_paper, tmp_path):
    for number, each in enumerate((paper, rare_paper)):
        folder = tmp_path / str(number)
        folder.mkdir()
        pages = _rendered(each.pdf, folder)
        assert len(pages) == each.pages
        (found,) = zxingcpp.read_barcodes(pages[-1])
        shown = read_text(found.text)
        assert isinstance(shown, Code)
        assert shown.data == each.code
        corners = found.position
        side = (corners.top_right.x - corners.top_left.x) / DPI * 25.4
        assert side >= 25


def test_the_code_alone_is_enough_for_a_verifier_who_knows_only_the_authority(paper, place):
    authorities = place.authorities
    verdict = decide(read_code(paper.code), authorities.anchors, authorities.revocations, NOT_ASKED, place.now)
    assert verdict.text_zh == "真实且在有效期（演示机构）"


def test_the_text_layer_gives_back_every_name_and_figure(paper, rare_paper, certificate, rare_certificate, tmp_path):
    for each, content in ((paper, certificate), (rare_paper, rare_certificate)):
        text = _text(each.pdf, tmp_path).replace("\n", "")
        assert content.name in text
        assert content.number in text
        for line in content.lines:
            assert line.kind in text
            assert f"{line.months} 个月" in text
        assert not any(0x2E80 <= ord(character) <= 0x2FDF for character in text)


def test_a_character_only_the_mincho_face_has_is_embedded_from_it(rare_paper, paper):
    def embedded(pdf):
        with pikepdf.open(io.BytesIO(pdf)) as document:
            fonts = [each for each in document.objects if isinstance(each, pikepdf.Dictionary)]
            return {str(each.BaseFont).partition("+")[2] for each in fonts if each.get("/Type") == "/Font"}

    assert embedded(rare_paper.pdf) == {"HallSans-Regular", "HallSans-Bold", "HanaMinB"}
    assert embedded(paper.pdf) == {"HallSans-Regular", "HallSans-Bold"}


def test_the_id_number_is_masked_unless_the_purpose_needs_it(papers, paper, certificate, tmp_path):
    assert certificate.id_number not in _text(paper.pdf, tmp_path)
    assert "110***********001X" in _text(paper.pdf, tmp_path)
    shown = papers.make(certificate.model_copy(update={"show_id_number": True}), 60)
    assert certificate.id_number in _text(shown.pdf, tmp_path)


def test_demonstration_paper_says_specimen_on_every_page(papers, certificate, tmp_path):
    many = certificate.model_copy(update={"lines": certificate.lines * 5})
    made = papers.make(many, 60)
    assert made.pages == 2
    with pikepdf.open(io.BytesIO(made.pdf)) as document:
        assert len(document.pages) == 2
    for number in (1, 2):
        path = tmp_path / "many.pdf"
        path.write_bytes(made.pdf)
        command = ["pdftotext", "-raw", "-f", str(number), "-l", str(number), str(path), "-"]
        page = subprocess.run(command, capture_output=True, text=True, check=True).stdout.replace("\n", "")
        assert "样张" in page.replace(" ", "") or ("样" in page and "张" in page)
        assert f"第 {number} 页" in page
        assert "共 2 页" in page


def test_there_is_no_red_on_the_page_that_could_pass_for_a_seal(paper, tmp_path):
    path = tmp_path / "colour.pdf"
    path.write_bytes(paper.pdf)
    subprocess.run(["pdftoppm", "-r", "60", "-png", str(path), str(tmp_path / "colour")], check=True)
    image = Image.open(next(tmp_path.glob("colour-*.png"))).convert("RGB")
    assert not any(red > 150 and green < 100 and blue < 100 for red, green, blue in set(image.get_flattened_data()))


def test_the_file_has_the_parts_of_pdf_a_2b(paper, rare_paper, certificate):
    for each in (paper, rare_paper):
        with pikepdf.open(io.BytesIO(each.pdf)) as document:
            assert document.pdf_version == "1.7"
            assert "/Version" not in document.Root
            assert not document.is_encrypted
            assert len(document.trailer.ID) == 2
            assert document.Root.OutputIntents[0].DestOutputProfile.read_bytes()[36:40] == b"acsp"
            fonts = [each for each in document.objects if isinstance(each, pikepdf.Dictionary)
                     and each.get("/Type") == "/Font"]  # fmt: skip
            assert fonts
            for font in fonts:
                assert "/FontFile2" in font.FontDescriptor
                assert "+" in str(font.BaseFont)
            with document.open_metadata() as metadata:
                assert metadata.pdfa_status == "2B"
                assert metadata["dc:title"] == str(document.docinfo.Title)
                assert metadata["pdf:Producer"] == str(document.docinfo.Producer)
                assert metadata["xmp:ModifyDate"] == metadata["xmp:CreateDate"]
            for page in document.pages:
                for annotation in page.obj.get("/Annots", []):
                    assert int(annotation.F) & 4


def test_the_hashes_in_the_answer_are_those_of_file_and_code(paper):
    assert paper.sha256 == hashlib.sha256(paper.pdf).hexdigest()
    assert paper.code_sha256 == hashlib.sha256(paper.code).hexdigest()
    assert read_code(paper.code).sha256 == paper.code_sha256


def test_a_character_without_a_glyph_is_refused_rather_than_printed_as_a_box(papers, certificate):
    made = papers.make(certificate.model_copy(update={"name": "张\U0002ebf0"}), 60)
    assert isinstance(made, Refused)
    assert made.reason == "no-glyph"
    assert "张" not in made.sentence


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"terminal": "T002"}, "other-issuer"),
        ({"printed_at": timedelta(days=-30)}, "out-of-time"),
        ({"lines": 20}, "too-long"),
    ],
)
def test_what_the_seal_may_not_sign_comes_back_as_a_value(papers, certificate, change, reason):
    update = dict(change)
    if "printed_at" in update:
        update["printed_at"] = certificate.printed_at + update["printed_at"]
    if "lines" in update:
        line = certificate.lines[0]
        update["lines"] = tuple(line.model_copy(update={"employer": f"{n}号" + "长" * 60}) for n in range(20))
    made = papers.make(certificate.model_copy(update=update), 60)
    assert isinstance(made, Refused)
    assert made.reason == reason


def test_the_address_in_the_code_is_the_verifiers_with_everything_after_the_hash(paper, place):
    with pikepdf.open(io.BytesIO(paper.pdf)) as document:
        (link,) = [each for each in document.pages[-1].obj.Annots if each.Subtype == "/Link"]
        assert str(link.A.URI) == code_text("https://verify.example/v", paper.code)
