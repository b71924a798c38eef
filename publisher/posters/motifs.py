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
    """Slanting rows of blades between two lines."""
    side = tile.width
    line = max(2, side // 30)
    for shift in (-side, 0, side):
        draw.line((shift - 9, side + 9, shift + side + 9, -9), fill=255, width=line)
        for step in (0.0, 0.5):
            _blade(draw, side, shift + side * (0.25 + step), side * (0.75 - step) - 0, line)
            _blade(
                draw, side, shift + side * (0.25 + step) + side * 0.25, side * (1.0 - step), line
            )


def _blade(draw: ImageDraw.ImageDraw, side: int, x: float, y: float, line: int) -> None:
    reach = side * 0.17
    box = (x - reach, y - reach, x + reach, y + reach)
    draw.arc(box, 150, 330, fill=255, width=line)
    draw.ellipse((x - reach / 4, y - reach / 4, x + reach / 4, y + reach / 4), fill=255)


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
