"""The guided tour touches the real window and fails loudly; here: that it passes, and what it leaves."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture(scope="session")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One tour with a small population, walked once for all workers of a run: whoever comes first walks."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    output, passed = shared / "tour", shared / "tour.passed"
    with (shared / "tour.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not passed.exists():
            assert not output.exists(), "the walk of another worker failed"
            _walk(output)
            passed.touch()
    return output


def _walk(output: Path) -> None:
    command = [sys.executable, "-m", "kiosk.cli", "demo", "--output", str(output), "--count", "30"]
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for word in ("Traceback", "TypeError", "qrc:", ".qml:"):
        assert word not in done.stderr


def test_the_walk_leaves_a_picture_of_each_page_in_order(tour):
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


def test_the_receipt_is_masked_and_says_that_it_is_no_certificate(tour):
    receipt = (tour / "receipt.txt").read_text("utf-8")
    assert "周*安" in receipt
    assert "周予安" not in receipt
    assert "不是证明" in receipt
    assert (tour / "receipt.png").stat().st_size > 10_000


def test_the_print_out_of_a_check_holds_the_month_the_article_and_the_way_to_a_person(tour):
    receipt = (tour / "check-receipt.txt").read_text("utf-8").replace("\n", "")
    for word in ("2025年10月", "您填写的", "第一条", "下一步", "人工复核"):
        assert word in receipt


def test_the_certificate_is_genuine_and_of_a_demonstration_authority(tour):
    verdict = json.loads((tour / "certificate-verdict.json").read_text("utf-8"))
    assert verdict["answer"] == "genuine"
    assert verdict["code"]["demo"] is True


def test_the_centre_has_each_entry_once_and_refused_none(tour):
    rows = json.loads((tour / "gateway-record.json").read_text("utf-8"))
    positions = [(row["terminal"], row["epoch"], row["seq"]) for row in rows]
    assert len(positions) == len(set(positions))
    assert {row["state"] for row in rows} == {"accepted"}
    assert sum(row["kind"] == "print" for row in rows) == 9
