"""A picture of black and white dots, as the printer takes it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bitmap:
    """``width`` x ``height`` dots; ``rows`` holds each row in whole bytes, left dot in the high bit, 1 is black."""

    width: int
    height: int
    rows: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse rows that do not have the size (ValueError)."""
        if self.width < 1 or self.height < 1 or len(self.rows) != self.row_bytes * self.height:
            raise ValueError("rows do not fit width and height")

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return (self.width + 7) // 8

    def row(self, y: int) -> bytes:
        """The bytes of one row."""
        return self.rows[y * self.row_bytes : (y + 1) * self.row_bytes]

    def on_canvas(self, width: int, height: int, x: int) -> "Bitmap":
        """This picture, clipped, at the top of a white canvas, ``x`` dots from its left."""
        canvas_bytes = (width + 7) // 8
        rows = bytearray()
        for y in range(height):
            dots = 0
            if y < self.height:
                dots = int.from_bytes(self.row(y), "big") >> (self.row_bytes * 8 - self.width)
            shift = canvas_bytes * 8 - self.width - x
            dots = dots << shift if shift >= 0 else dots >> -shift
            mask = ((1 << width) - 1) << (canvas_bytes * 8 - width)
            rows += (dots & mask).to_bytes(canvas_bytes, "big")
        return Bitmap(width, height, bytes(rows))

    def emboldened(self) -> "Bitmap":
        """Every dot with one more at its right."""
        spare = self.row_bytes * 8 - self.width
        rows = bytearray()
        for y in range(self.height):
            dots = int.from_bytes(self.row(y), "big")
            rows += ((dots | dots >> 1) >> spare << spare).to_bytes(self.row_bytes, "big")
        return Bitmap(self.width, self.height, bytes(rows))
