"""Generated pictures for the demo: posters of offices that do not exist, each one different.

A demo with grey boxes convinces nobody, and photos of real officials are not ours to use. A
scene is drawn from its kind and a seed: the same seed gives the same bytes for ever.
"""

import io
import re
import textwrap
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import combinations, pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw

from publisher.posters.brush import PALETTES, Palette, Size, font, mix
from publisher.posters.inside import INSIDE
from publisher.posters.outside import OUTSIDE

DRAWINGS: Mapping[str, Callable[[Size, Palette, Random], Image.Image]] = {**OUTSIDE, **INSIDE}
#: What `scene` can draw.
KINDS = tuple(DRAWINGS)
OVERSIZE = 2  # drawn larger, then reduced: smooth edges and even word spaces
QUALITY = 88
LINE_HEIGHT = 1.16
LONGEST_TITLE = 110  # characters; the rest becomes an ellipsis
MEASURE_PX = 200  # lengths are measured once at this size and scaled
#: Words and numbers that belong to what follows and must not end a line.
HANGING = re.compile(r"(?:^| )(?:di|ke|dan|yang|untuk|dengan|dari|pada|para|\d[\d.,]*)$")


def scene(kind: str, *, title: str, office: str, seed: int, size: Size = (1080, 1350)) -> bytes:
    """Return a poster as JPEG.

    :param kind: one of KINDS
    :param title: the headline; up to about 70 characters are set well
    :param office: the name under which it goes out
    :param seed: decides colours, arrangement and people
    :param size: width and height in px; portrait and landscape are both fine
    :raises KeyError: if there is no such kind
    """
    rng = Random(f"{kind}/{seed}")  # noqa: S311 - a picture, not a secret
    palette = PALETTES[rng.randrange(len(PALETTES))]
    full = (size[0] * OVERSIZE, size[1] * OVERSIZE)
    layout = rng.choice((_with_panel, _with_sky))
    if size[0] > size[1]:  # no sky to write on
        layout = _with_panel
    poster = layout(full, kind, palette, rng, title, office)
    out = io.BytesIO()
    poster.reduce(OVERSIZE).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def photo(kind: str, *, seed: int, size: Size = (1280, 960)) -> bytes:
    """Return a scene without a word on it as JPEG, as a photo of it would be.

    :raises KeyError: if there is no such kind
    """
    rng = Random(f"foto/{kind}/{seed}")  # noqa: S311 - a picture, not a secret
    palette = PALETTES[rng.randrange(len(PALETTES))]
    drawn = DRAWINGS[kind]((size[0] * OVERSIZE, size[1] * OVERSIZE), palette, rng)
    out = io.BytesIO()
    drawn.reduce(OVERSIZE).save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def _with_panel(
    size: Size, kind: str, palette: Palette, rng: Random, title: str, office: str
) -> Image.Image:
    """Put the scene above and the words on a dark panel with a batik motif below."""
    width, height = size
    stage = round(height * (0.6 if height > width else 0.54))
    poster = Image.new("RGB", size, palette.ink)
    poster.paste(DRAWINGS[kind]((width, stage), palette, rng), (0, 0))
    panel = (0, stage, width, height)
    _kawung(poster, panel, mix(palette.ink, palette.soft, 0.32))
    draw, margin = ImageDraw.Draw(poster), min(size) * 6 // 100
    draw.rectangle((0, stage, width, stage + height // 130), fill=palette.accent)
    foot = _signature(poster, (margin, height - margin * 3 // 2), office, palette, light=True)
    box = (margin, stage + margin, width - margin, foot - margin // 2)
    _headline(poster, box, title, "#ffffff", palette.accent)
    return poster


def _with_sky(
    size: Size, kind: str, palette: Palette, rng: Random, title: str, office: str
) -> Image.Image:
    """Let the scene fill the poster and write on its sky."""
    width, height = size
    poster = DRAWINGS[kind](size, palette, rng)
    margin = width * 6 // 100
    sky = (0, 0, width, height * 40 // 100)
    _kawung(poster, sky, mix(palette.paper, palette.brand, 0.42), fades_down=True)
    _signature(poster, (margin, margin), office, palette, light=False)
    box = (margin, margin * 2 + width // 20, width - margin, height * 37 // 100)
    _headline(poster, box, title, palette.ink, palette.brand)
    return poster


def _signature(
    poster: Image.Image, at: tuple[int, int], office: str, palette: Palette, *, light: bool
) -> int:
    """Write the office beside a plain shield, at its upper left corner; return its top in px."""
    draw, height = ImageDraw.Draw(poster), min(poster.size) // 20
    x, y = at
    shield = [(0, 0), (0.84, 0), (0.84, 0.6), (0.42, 1), (0, 0.6)]
    draw.polygon([(x + a * height, y + b * height) for a, b in shield], fill=palette.accent)
    inner = palette.ink if light else palette.brand
    inset = [(0.1, 0.1), (0.74, 0.1), (0.74, 0.56), (0.42, 0.86), (0.1, 0.56)]
    draw.polygon([(x + a * height, y + b * height) for a, b in inset], fill=inner)
    ring = (x + height * 0.24, y + height * 0.2, x + height * 0.6, y + height * 0.56)
    draw.ellipse(ring, fill=palette.accent)
    room = poster.width - x * 2 - height
    size = min(height * 62 // 100, int(room / (_length(office, 700) or 1)))
    colour = "#ffffff" if light else palette.ink
    draw.text((x + height * 1.15, y + height // 2), office, colour, font(size), anchor="lm")
    return y


def _headline(
    poster: Image.Image, box: tuple[int, int, int, int], title: str, colour: str, rule: str
) -> None:
    """Set the title as large as the box allows, below a short rule."""
    draw, (left, top, right, bottom) = ImageDraw.Draw(poster), box
    thick = poster.width // 110
    draw.rounded_rectangle((left, top, left + thick * 9, top + thick), thick // 2, fill=rule)
    top += thick * 3
    words = textwrap.shorten(title, LONGEST_TITLE, placeholder=" …").split()
    size, lines = _fitted(words, right - left, bottom - top, min(poster.size) // 9)
    for number, line in enumerate(lines):
        baseline = top + round(size * (0.82 + number * LINE_HEIGHT))
        draw.text((left, baseline), line, colour, font(size, 800), anchor="ls")


def _fitted(words: list[str], width: int, height: int, largest: int) -> tuple[int, list[str]]:
    """Return the largest size in px at which the words fit the box, and their lines."""
    best: tuple[int, list[str]] = (0, [])
    for count in range(1, min(4, len(words)) + 1):
        lines = _balanced(words, count)
        tallest = int(height / (count - 1 + 1.05) / LINE_HEIGHT)
        size = min(largest, tallest, int(width / max(map(_length, lines))))
        if size > best[0]:
            best = size, lines
    return best


def _balanced(words: list[str], count: int) -> list[str]:
    """Return the words on `count` lines of much the same length, broken where one breathes."""

    def cost(lines: list[str]) -> float:
        lengths = [_length(line) for line in lines]
        hanging = sum(bool(HANGING.search(line)) for line in lines[:-1])
        return max(lengths) * (1 + 0.3 * hanging) + (max(lengths) - min(lengths)) * 0.2

    breaks = combinations(range(1, len(words)), count - 1)
    cuts = ([0, *places, len(words)] for places in breaks)
    return min(([" ".join(words[a:b]) for a, b in pairwise(cut)] for cut in cuts), key=cost)


@lru_cache(maxsize=4096)
def _length(line: str, weight: int = 800) -> float:
    """Return the length of a line in multiples of the font size."""
    return font(MEASURE_PX, weight).getlength(line) / MEASURE_PX


def _kawung(
    poster: Image.Image,
    box: tuple[int, int, int, int],
    colour: str,
    *,
    fades_down: bool = False,
) -> None:
    """Lay the batik motif over a part of the poster, fading to the left."""
    left, top, right, bottom = box
    mask = _kawung_mask(right - left, bottom - top, min(poster.size) // 9, fades_down)
    poster.paste(colour, (left, top, right, bottom), mask)


@lru_cache(maxsize=16)
def _kawung_mask(width: int, height: int, tile: int, fades_down: bool) -> Image.Image:
    """Return four petals round a knot, repeated; L, 0 to about 150."""
    petal, middle = Image.new("L", (tile * 2, tile * 2)), tile
    draw, thick = ImageDraw.Draw(petal), max(2, tile // 40)
    box = (middle - tile * 0.17, middle - tile * 0.66, middle + tile * 0.17, middle - tile * 0.06)
    draw.ellipse(box, outline=200, width=thick)
    inner = (middle - tile * 0.07, middle - tile * 0.52, middle + tile * 0.07, middle - tile * 0.2)
    draw.ellipse(inner, fill=150)
    cell = Image.new("L", petal.size)
    for angle in (45, 135, 225, 315):
        cell = ImageChops.lighter(cell, petal.rotate(angle, Image.Resampling.BICUBIC))
    cell = cell.crop((tile // 2, tile // 2, tile // 2 + tile, tile // 2 + tile))
    mask = Image.new("L", (width, height))
    for x in range(0, width, tile):
        for y in range(0, height, tile):
            mask.paste(cell, (x, y))
    fade = Image.linear_gradient("L")  # black above, white below
    if fades_down:
        mask = ImageChops.multiply(mask, ImageChops.invert(fade).resize((width, height)))
    return ImageChops.multiply(mask, fade.rotate(90).resize((width, height)))
