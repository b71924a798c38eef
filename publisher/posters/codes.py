"""QR codes whose modules are whole pixels, so that they still scan at half the size."""

from functools import lru_cache

import segno
from PIL import Image, ImageDraw

#: Modules of white around a code: less than the standard's 4, because it lies on a white card.
QUIET = 2


@lru_cache(maxsize=64)
def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="l", boost_error=True)


def modules(text: str) -> int:
    """Return how many modules a side has, the white around them included; 999 for too much."""
    try:
        return int(_code(text).symbol_size(border=QUIET)[0])
    except segno.DataOverflowError:
        return 999


@lru_cache(maxsize=32)
def drawn(text: str, side: int) -> Image.Image:
    """Return the code as an L mask of `side` px: white where it is dark."""
    rows = list(_code(text).matrix_iter(border=QUIET))
    small = Image.new("L", (len(rows), len(rows)))
    small.putdata([255 * bool(cell) for row in rows for cell in row])
    whole = Image.new("L", (side, side))
    scale = max(1, side // len(rows))
    large = small.resize((len(rows) * scale,) * 2, Image.Resampling.NEAREST)
    whole.paste(large, ((side - large.width) // 2,) * 2)
    return whole


@lru_cache(maxsize=32)
def card(side: int) -> Image.Image:
    """Return the rounded white card below a code, as an L mask."""
    large = Image.new("L", (side * 3, side * 3))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, side * 3 - 1, side * 3 - 1), side * 3 // 12, 255)
    return large.reduce(3)
