"""Batik and woven motifs, drawn in code: one tile each, repeated, and fading at one side.

Masks (L) of white on black; the caller chooses the colour. The names are those of the regions'
own cloths: kawung and parang of Central Java, lurik, and the clouds of Cirebon.
"""

from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

_OVERSIZE = 3
Size = tuple[int, int]


def _kawung(draw: ImageDraw.ImageDraw, tile: Image.Image) -> None:
    """Four petals round a knot; petals of neighbours close the circles."""
    side = tile.width
    petal = Image.new("L", tile.size)
    pen = ImageDraw.Draw(petal)
    middle, line = side / 2, max(2, side // 36)
    outer = (
        middle - side * 0.125,
        middle - side * 0.47,
        middle + side * 0.125,
        middle - side * 0.07,
    )
    inner = (middle - side * 0.03, middle - side * 0.33, middle + side * 0.03, middle - side * 0.21)
    pen.ellipse(outer, outline=255, width=line)
    pen.ellipse(inner, fill=255)
    for angle in (45, 135, 225, 315):
        turned = petal.rotate(angle, Image.Resampling.BICUBIC)
        tile.paste(255, (0, 0), turned)
    dot = side * 0.028
    for x, y in ((middle, middle), (0, 0), (side, 0), (0, side), (side, side)):
        draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill=255)


def _parang(draw: ImageDraw.ImageDraw, tile: Image.Image) -> None:
    """Slanting rows of curved blades, and a row of lozenges between two lines."""
    side = tile.width
    line = max(2, side // 40)
    for shift in (-1, 0, 1, 2):
        for apart in (-0.1, 0.1):
            x = side * (shift + apart)
            draw.line((x + side, -side, x - side, side), fill=255, width=line)
    blade = _blade(side)
    for number in range(-4, 9):
        for row in (0, 1, 2):
            x = side * (row + 0.5 + number / 4) - blade.width / 2
            y = side * -number / 4 - blade.height / 2
            tile.paste(255, (round(x), round(y)), blade)
            _lozenge(draw, side * (row + number / 4 + 0.125), side * (-number / 4 - 0.125), side)


def _blade(side: int) -> Image.Image:
    """Return a crescent across the row."""
    high = round(side * 0.42)
    blade = Image.new("L", (high, high))
    pen, wide = ImageDraw.Draw(blade), high * 0.24
    middle = high / 2
    pen.ellipse((middle - wide, 0, middle + wide, high - 1), fill=255)
    pen.ellipse((middle - wide * 0.1, -high * 0.08, middle + wide * 2.2, high * 0.88), fill=0)
    return blade.rotate(-28, Image.Resampling.BICUBIC)


def _lozenge(draw: ImageDraw.ImageDraw, x: float, y: float, side: int) -> None:
    r = side * 0.042
    draw.polygon([(x - r, y), (x, y - r), (x + r, y), (x, y + r)], fill=255)


def _lurik(draw: ImageDraw.ImageDraw, tile: Image.Image) -> None:
    """Threads of several weights, upright."""
    side = tile.width
    threads = ((0.04, 0.05, 255), (0.14, 0.015, 190), (0.2, 0.015, 190), (0.32, 0.11, 120),
               (0.5, 0.02, 255), (0.56, 0.02, 255), (0.7, 0.06, 150), (0.84, 0.012, 210),
               (0.9, 0.012, 210))  # fmt: skip
    for at, wide, value in threads:
        draw.rectangle((side * at, 0, side * (at + wide), side), fill=value)


def _mega(draw: ImageDraw.ImageDraw, tile: Image.Image) -> None:
    """Clouds in rows, each of three arcs, every other row shifted by half."""
    side = tile.width
    line = max(2, side // 34)
    rows = ((-0.5, 0.0), (0.5, 0.0), (1.5, 0.0), (0.0, 0.5), (1.0, 0.5), (-0.5, 1.0), (0.5, 1.0),
            (1.5, 1.0), (0.0, 1.5), (1.0, 1.5))  # fmt: skip
    for x, y in rows:
        for radius in (0.5, 0.37, 0.24, 0.11):
            r = side * radius
            box = (side * x - r, side * y - r, side * x + r, side * y + r)
            draw.ellipse(box, fill=0, outline=255, width=line)


_DRAWN: dict[str, Callable[[ImageDraw.ImageDraw, Image.Image], None]] = {
    "kawung": _kawung,
    "parang": _parang,
    "lurik": _lurik,
    "mega": _mega,
}


@lru_cache(maxsize=32)
def _tile(motif: str, side: int) -> Image.Image:
    large = Image.new("L", (side * _OVERSIZE, side * _OVERSIZE))
    _DRAWN[motif](ImageDraw.Draw(large), large)
    return large.reduce(_OVERSIZE)


@lru_cache(maxsize=32)
def woven(motif: str, size: Size, side: int, strength: float, fade: str) -> Image.Image:
    """Return a mask of `size` px filled with a motif.

    :param side: of one tile, in px
    :param strength: of its lines, 0 to 1
    :param fade: towards where it runs out: "none", "left", "down" or "up"
    """
    tile = _tile(motif, side).point([round(value * strength) for value in range(256)])
    mask = Image.new("L", size)
    for x in range(0, size[0], side):
        for y in range(0, size[1], side):
            mask.paste(tile, (x, y))
    if fade == "none":
        return mask
    ramp = Image.linear_gradient("L")  # black above, white below
    turned = {"left": ramp.rotate(90), "down": ramp.rotate(180), "up": ramp}[fade]
    return ImageChops.multiply(mask, turned.resize(size))
