"""The certificate a person takes home: genuine as it came out of the printer, refused with one byte changed."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def certificate(hall):
    """The PDF that the printer got, and its number."""
    before = hall.pages()
    hall.to_menu()
    hall.kiosk.tell(choose="SI-04")
    hall.kiosk.until("C10")
    hall.press("confirm")
    done = hall.kiosk.until("C12")
    assert done.body["kind"] == "done"
    hall.press("finish")
    hall.kiosk.until("C13")
    hall.leave()
    (paper,) = set(hall.pages()) - set(before)
    return paper, done.body["reference"]


def verified(hall, what):
    done = hall.command("kiosk", "certificate", "verify", str(what), "--data", str(hall.data), "--json")
    return done.returncode, json.loads(done.stdout)


def test_the_paper_is_genuine_and_a_changed_byte_is_refused_with_the_reason(hall, certificate, tmp_path):
    paper, number = certificate
    code, verdict = verified(hall, paper)
    assert (code, verdict["answer"], verdict["code"]["answer"]) == (0, "genuine", "genuine_valid")
    assert verdict["code"]["number"] == number
    assert verdict["code"]["name"] == "周*安"
    (job,) = [each["header"] for each in hall.chain() if each["header"].get("state") == "printed"]
    (issued,) = [each["header"] for each in hall.chain() if each["kind"] == "certificate-issued"]
    assert job["sha256"] == issued["pdf_sha256"]
    content = paper.read_bytes()
    for place in (len(content) // 3, content.index(b"/ByteRange") + 200):
        changed = bytearray(content)
        changed[place] ^= 1
        other = tmp_path / "changed.pdf"
        other.write_bytes(changed)
        code, verdict = verified(hall, other)
        assert code == 1
        assert verdict["answer"] != "genuine"
        assert verdict["reason"]
        assert verdict["zh"]
