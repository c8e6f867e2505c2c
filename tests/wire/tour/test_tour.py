"""The guided tour touches the real window and fails loudly; here: that it passes, and what it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image


def test_the_walk_leaves_pages_receipts_a_genuine_certificate_and_each_entry_once_at_the_centre(tmp_path):
    """One test for one walk of half a minute, so that no worker waits for another's."""
    output = tmp_path / "out"
    command = [sys.executable, "-m", "kiosk.cli", "demo", "--output", str(output), "--count", "30"]
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for word in ("Traceback", "TypeError", "qrc:", ".qml:"):
        assert word not in done.stderr
    a_picture_of_each_page_is_there_in_order(output)
    the_receipt_is_masked_and_says_that_it_is_no_certificate(output)
    the_print_out_of_a_check_holds_the_month_the_article_and_the_way_to_a_person(output)
    the_certificate_is_genuine_and_of_a_demonstration_authority(output)
    the_centre_has_each_entry_once_and_refused_none(output)


def a_picture_of_each_page_is_there_in_order(tour: Path):
    pictures = sorted(tour.glob("[0-9][0-9]-*.png"))
    names = [picture.stem[3:] for picture in pictures]
    assert len(pictures) >= 18
    for page in (
        "standby",
        "home",
        "question",
        "insert-card",
        "pin",
        "check",
        "record",
        "confirm",
        "result",
        "goodbye",
    ):
        assert page in names
    assert all(Image.open(picture).size == (1080, 1920) for picture in pictures)


def the_receipt_is_masked_and_says_that_it_is_no_certificate(tour: Path):
    receipt = (tour / "receipt.txt").read_text("utf-8")
    assert "周*安" in receipt
    assert "周予安" not in receipt
    assert "不是证明" in receipt
    assert (tour / "receipt.png").stat().st_size > 10_000


def the_print_out_of_a_check_holds_the_month_the_article_and_the_way_to_a_person(tour: Path):
    receipt = (tour / "check-receipt.txt").read_text("utf-8").replace("\n", "")
    for word in ("2025年10月", "您填写的", "第一条", "下一步", "人工复核"):
        assert word in receipt


def the_certificate_is_genuine_and_of_a_demonstration_authority(tour: Path):
    verdict = json.loads((tour / "certificate-verdict.json").read_text("utf-8"))
    assert verdict["answer"] == "genuine"
    assert verdict["code"]["demo"] is True


def the_centre_has_each_entry_once_and_refused_none(tour: Path):
    rows = json.loads((tour / "gateway-record.json").read_text("utf-8"))
    positions = [(row["terminal"], row["epoch"], row["seq"]) for row in rows]
    assert len(positions) == len(set(positions))
    assert {row["state"] for row in rows} == {"accepted"}
    assert sum(row["kind"] == "print" for row in rows) == 9
