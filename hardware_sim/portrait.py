"""An invented photo: a silhouette drawn at run time, so that no picture of a person and no binary is shipped."""

import io
import zlib
from typing import Final

from PIL import Image, ImageDraw

# 26 x 32 mm at 300 dpi, the photo of EF08 (card sheet section 5).
WIDTH: Final = 307
HEIGHT: Final = 378

_BACKGROUND: Final = (232, 236, 240)
_CLOTHES: Final = ((72, 92, 122), (96, 84, 110), (70, 108, 98), (120, 92, 80))
_SKIN: Final = (214, 186, 164)
_NECK: Final = (196, 166, 146)
_HAIR: Final = (58, 54, 54)
_GREY_HAIR: Final = (168, 168, 170)


def portrait_jpeg(seed: str, *, long_hair: bool, grey: bool, limit: int) -> bytes:
    """A 24-bit JPEG of 307 x 378 pixels in at most `limit` bytes; the same seed gives the same picture."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    clothes = _CLOTHES[zlib.crc32(seed.encode("utf-8")) % len(_CLOTHES)]
    hair = _GREY_HAIR if grey else _HAIR
    if long_hair:
        draw.rounded_rectangle((84, 60, 222, 272), radius=64, fill=hair)
    draw.rounded_rectangle((22, 282, 285, 460), radius=90, fill=clothes)
    draw.rounded_rectangle((124, 210, 182, 312), radius=24, fill=_NECK)
    draw.ellipse((94, 78, 212, 246), fill=_SKIN)
    draw.chord((90, 66, 216, 226), 198, 342, fill=hair)
    for quality in range(80, 9, -10):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, dpi=(300, 300))
        if out.tell() <= limit:
            return out.getvalue()
    raise ValueError(f"no JPEG of this size fits into {limit} bytes")
