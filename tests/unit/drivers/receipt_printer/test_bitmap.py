"""Pictures of dots: put on a canvas, clipped, made bold."""

import random

import pytest

from drivers.receipt_printer.bitmap import Bitmap


def dots(bitmap: Bitmap) -> list[str]:
    return [
        "".join("#" if bitmap.row(y)[x // 8] & (0x80 >> x % 8) else "." for x in range(bitmap.width))
        for y in range(bitmap.height)
    ]


def of(*rows: str) -> Bitmap:
    size = (len(rows[0]) + 7) // 8
    packed = b"".join(
        int(row.replace("#", "1").replace(".", "0").ljust(size * 8, "0"), 2).to_bytes(size, "big") for row in rows
    )
    return Bitmap(len(rows[0]), len(rows), packed)


def test_a_picture_is_put_on_a_larger_canvas() -> None:
    assert dots(of("##", "#.").on_canvas(11, 3, 8)) == ["........##.", "........#..", "..........."]


def test_what_does_not_fit_is_clipped_on_every_side() -> None:
    picture = of("#########.", ".#.......#", "##########")
    assert dots(picture.on_canvas(4, 2, -1)) == ["####", "#..."]
    assert dots(picture.on_canvas(4, 1, 2)) == ["..##"]


def test_any_placing_agrees_with_dot_by_dot() -> None:
    chance = random.Random(7)
    for _ in range(500):
        width, height = chance.randint(1, 30), chance.randint(1, 4)
        picture = of(*("".join(chance.choice("#.") for _ in range(width)) for _ in range(height)))
        w, h, at = chance.randint(1, 40), chance.randint(1, 5), chance.randint(-35, 45)
        source = dots(picture)
        expected = [
            "".join(source[y][x - at] if y < height and 0 <= x - at < width else "." for x in range(w))
            for y in range(h)
        ]
        assert dots(picture.on_canvas(w, h, at)) == expected


def test_rows_that_do_not_fit_the_size_are_refused() -> None:
    with pytest.raises(ValueError, match="rows"):
        Bitmap(9, 1, b"\x00")


def test_bold_adds_a_dot_at_the_right_and_none_outside() -> None:
    bold = of("#.......#.#", ".........#.").emboldened()
    assert dots(bold) == ["##......###", ".........##"]
    assert bold.rows[1] & 0x1F == bold.rows[3] & 0x1F == 0
