"""The five receipts are what they are called, and what a stranger reads from their pictures is what was sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from drivers.print_outcome import PrintResult
from hardware_sim.receipt_printer.fonts import ask_fontconfig
from hardware_sim.receipt_printer.picture import MARGIN
from hardware_sim.receipt_printer.ticket import DOTS, Ending, Raster
from tests.receipts.__main__ import main
from tests.receipts.checks import CHECKS
from tests.receipts.five import RECEIPTS, VERIFY, Printed, draw_all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("receipts")


@pytest.fixture(scope="module")
def drawn(folder: Path) -> dict[str, Printed]:
    return draw_all(folder, ask_fontconfig())


def test_all_but_the_last_are_printed_and_cut(drawn: dict[str, Printed]) -> None:
    *whole, torn = drawn.values()
    assert len(whole) == 4
    assert {each.outcome.result for each in whole} == {PrintResult.PRINTED}
    assert {each.tickets[0].ending for each in whole} == {Ending.PARTIAL_CUT}
    assert torn.outcome.out_of_paper_in_the_middle
    assert torn.tickets[0].ending is Ending.TORN_OFF


def test_each_shows_what_it_is_for(drawn: dict[str, Printed]) -> None:
    texts = {name: printed.tickets[0].text() for name, printed in drawn.items()}
    assert "周*安" in texts["1-contributions"]
    assert "110199" not in "".join(texts.values()), "no number of a person"
    assert "[picture" in texts["2-rare-name"]
    assert "REPRINT 1" in texts["3-reprint-in-english"]
    assert f"[QR {VERIFY}]" in texts["4-with-a-code"]
    assert texts["1-contributions"].startswith(texts["5-out-of-paper"].partition("\n~~")[0][:400])


def test_the_pictures_are_all_different_and_nothing_runs_over_the_edge(drawn: dict[str, Printed], folder: Path) -> None:
    looks = set()
    for name in RECEIPTS:
        with Image.open(folder / f"receipt-{name}.png") as image:
            grey = image.convert("L")
        looks.add(grey.tobytes())
        height = grey.height - 60
        for margin in ((0, 0, MARGIN, height), (MARGIN + DOTS, 0, 2 * MARGIN + DOTS, height)):
            assert min(grey.crop(margin).tobytes()) > 128, name
    assert len(looks) == 5


def test_the_code_on_the_picture_is_read_by_a_stranger(drawn: dict[str, Printed], folder: Path) -> None:
    with Image.open(folder / "receipt-4-with-a-code.png") as image:
        codes = zxingcpp.read_barcodes(image.convert("L"))
    assert [code.text for code in codes] == [VERIFY]


def test_the_line_with_a_rare_name_has_ink_on_both_sides(drawn: dict[str, Printed]) -> None:
    (line,) = [item for item in drawn["2-rare-name"].tickets[0].items if isinstance(item, Raster)]
    assert line.width == DOTS
    rows = [line.bits[at : at + line.row_bytes] for at in range(0, len(line.bits), line.row_bytes)]
    assert any(any(row[:12]) for row in rows)
    assert any(any(row[-12:]) for row in rows)


def test_the_command_writes_them_into_the_folder_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "new" / "folder")]) == 0
    count = len(RECEIPTS) + len(CHECKS)
    assert (
        sorted(file.suffix for file in (tmp_path / "new" / "folder").iterdir()) == [".png"] * count + [".txt"] * count
    )
    assert capsys.readouterr().out.count("printed") == count - 1
