"""The page as values: nothing overlaps, nothing leaves the page, whatever the data."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.certificates.facts import EnrolmentCertificate, InsuranceLine
from kiosk.certificates.layout import SealText, lay_out
from kiosk.certificates.marks import POINT, CodeSquare, Letters, Slanted, bounds_of
from kiosk.certificates.wrapping import wrap

PRINTED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SEAL = SealText("演示机构", "0123456789abcdef", False, "https://verify.example/v#AAAA")


def _measure(text, size, bold):
    """Widths like Hall Sans's: an em for Han, a little over half for the rest."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.58 for character in text) * size * POINT


def _certificate(name="张三", lines=3, employer="示例精密制造有限公司", agency="示例市社会保险基金管理中心", same=True):
    return EnrolmentCertificate(
        number="ZM-T001-20261122-1-0007-K",
        agency=agency,
        place="示例市",
        terminal="T001",
        name=name,
        sex="男",
        id_number="11010519880312001X",
        lines=tuple(
            InsuranceLine(
                kind="城乡居民基本养老保险",
                status="参保缴费",
                since="2010-07-01",
                employer=employer if same or employer is None else f"{employer}{n}",
                months=185 + n,
            )
            for n in range(lines)
        ),
        data_as_of=PRINTED - timedelta(hours=9),
        printed_at=PRINTED,
        expires_at=PRINTED + timedelta(days=90),
    )


def _assert_clean(pages):
    for page in pages:
        texts = [mark for mark in page if isinstance(mark, Letters) and mark.text]
        boxes = [bounds_of(mark, _measure) for mark in texts]
        boxes += [(m.x, m.y, m.x + m.size, m.y + m.size) for m in page if isinstance(m, CodeSquare)]
        for left, top, right, bottom in boxes:
            assert left >= 20 and right <= 190.01, (left, right)  # noqa: PT018 - one edge of the page each
            assert top >= 15 and bottom <= 290, (top, bottom)  # noqa: PT018
        for at, one in enumerate(boxes):
            for other in boxes[at + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, (one, other)


def _words(page):
    return "".join(mark.text for mark in page if isinstance(mark, Letters))


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("lines", [1, 3, 6, 9, 14, 20])
def test_nothing_overlaps_however_many_insurances_there_are(lines, same):
    for employer in (None, "甲公司", "示例省示例市高新技术产业开发区某某科技发展（集团）有限责任公司示例分公司"):
        _assert_clean(lay_out(_certificate(lines=lines, employer=employer, same=same), SEAL, _measure))


def test_nothing_overlaps_for_names_and_employers_of_any_length():
    chance = random.Random(5)
    for _ in range(60):
        made = _certificate(
            name="".join(chance.choices("张阿卜杜热合曼·", k=chance.randint(1, 60))),
            lines=chance.randint(1, 20),
            employer="".join(chance.choices("示例公司（集团）ABC 12", k=chance.randint(1, 190))).strip() or "甲",
            agency="".join(chance.choices("示例市社会保险中心", k=chance.randint(1, 60))),
            same=chance.random() < 0.5,
        )
        _assert_clean(lay_out(made, SEAL, _measure))


def test_six_insurances_with_a_long_employer_fit_on_one_page():
    employer = "示例省示例市高新技术产业开发区某某科技发展（集团）有限责任公司示例分公司"
    assert len(lay_out(_certificate(lines=6, employer=employer), SEAL, _measure)) == 1


def test_every_line_is_on_paper_exactly_once_and_every_page_is_counted():
    pages = lay_out(_certificate(lines=20, same=False), SEAL, _measure)
    assert len(pages) > 1
    words = "".join(_words(page) for page in pages)
    for n in range(20):
        assert words.count(f"{185 + n} 个月") == 1
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页  共 {len(pages)} 页" in _words(page)
        assert "涂改无效" in _words(page)
        assert "ZM-T001-20261122-1-0007-K" in _words(page)


def test_a_table_that_goes_on_repeats_its_heading():
    pages = lay_out(_certificate(lines=20), SEAL, _measure)
    assert all("险种" in _words(page) for page in pages if "个月" in _words(page))
    assert "社会保险参保证明（续）" in _words(pages[1])


def test_the_signature_is_text_beside_the_code_on_the_last_page_alone():
    pages = lay_out(_certificate(lines=20), SEAL, _measure)
    assert [any(isinstance(mark, CodeSquare) for mark in page) for page in pages] == [False] * (len(pages) - 1) + [True]
    assert "终端签名不是机构印章" in _words(pages[-1])
    (code,) = [mark for mark in pages[-1] if isinstance(mark, CodeSquare)]
    assert code.size >= 25


def test_only_a_demonstration_says_specimen_and_then_on_every_page():
    demo = SealText(SEAL.issuer, SEAL.key_id, True, SEAL.code_text)
    for seal, expected in ((SEAL, False), (demo, True)):
        for page in lay_out(_certificate(lines=20), seal, _measure):
            assert any(isinstance(mark, Slanted) and mark.text == "样张" for mark in page) is expected
    assert "没有效力" in _words(lay_out(_certificate(), demo, _measure)[0])
    assert "样张" not in _words(lay_out(_certificate(), SEAL, _measure)[0])


def test_an_employer_shared_by_all_stands_once_with_the_person():
    words = _words(lay_out(_certificate(employer="甲乙丙公司"), SEAL, _measure)[0])
    assert words.count("甲乙丙公司") == 1


def test_lines_never_begin_with_closing_punctuation_and_hold_every_character():
    chance = random.Random(9)
    for _ in range(300):
        text = "".join(chance.choices("养老保险，。（）“”abc de1", k=chance.randint(1, 80))).strip()
        lines = wrap(text, 30, 10, _measure)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(_measure(line, 10, False) <= 30 or len(line) == 1 for line in lines)
    lines = wrap("一二三四五六七，八九十", 7 * 10 * POINT, 10, _measure)
    assert lines == ["一二三四五六", "七，八九十"]
    assert wrap("", 30, 10, _measure) == [""]
