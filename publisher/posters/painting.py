"""From what lies where to pixels. Shapes and text are drawn larger and reduced: smooth edges,
and even spaces between words, which plain Pillow text of 15 to 35 px does not have.
"""

import io
from collections.abc import Sequence
from functools import lru_cache, singledispatch
from math import cos, pi
from typing import cast

from PIL import Image, ImageColor, ImageDraw, ImageFilter, UnidentifiedImageError

from publisher.posters import codes, glyphs, motifs, shots, signs
from publisher.posters.items import (
    Box,
    Bubble,
    Code,
    Emblem,
    Item,
    Picture,
    Scrim,
    Shape,
    Sign,
    Weave,
    Words,
)
from publisher.posters.layout import Layout
from publisher.posters.lettering import length

Size = tuple[int, int]


class Canvas:
    """The poster while it is painted."""

    def __init__(self, layout: Layout, pictures: shots.Pictures, logo: bytes | None) -> None:
        self.layout, self.pictures, self.logo = layout, pictures, logo
        size = (layout.format.width, layout.format.height)
        self.image = Image.new("RGB", size, layout.ground)

    def fill(self, colour: str, box: Box, mask: Image.Image | None) -> None:
        """Paint `colour` through a mask; what hangs over the edge of the poster is left out."""
        self.image.paste(colour, box.as_tuple(), mask)


def painted(layout: Layout, pictures: shots.Pictures, logo: bytes | None) -> Image.Image:
    """Return the poster as RGB.

    :raises OSError: if a photo cannot be read to its end
    """
    canvas = Canvas(layout, pictures, logo)
    for item in layout.items:
        paint(item, canvas)
    return canvas.image


@singledispatch
def paint(item: Item, _canvas: Canvas) -> None:
    raise TypeError(f"nothing paints {type(item).__name__}")


@paint.register
def _(item: Words, canvas: Canvas) -> None:
    size, weight = item.set.size, item.set.weight
    colour = ImageColor.getrgb(item.colour)
    for number, line in enumerate(item.set.lines):
        baseline = item.box.top + round(size * 0.79) + number * item.set.leading
        spare = {"left": 0.0, "centre": 0.5, "right": 1.0}[item.align]
        left = item.box.left + round(spare * (item.box.width - _width(line, item)))
        for text, pen, letters in glyphs.placed(line, weight, spaced=item.tracking > 0):
            x = left + (pen + item.tracking * letters) * size
            glyphs.pasted(canvas.image, text, size, weight, (x, baseline), colour)


def _width(line: str, item: Words) -> float:
    tracked = item.tracking * max(0, len(line) - 1)
    return (length(line, item.set.weight) + tracked) * item.set.size


@paint.register
def _(item: Shape, canvas: Canvas) -> None:
    if item.shadow:
        _shadow(canvas, item)
    if item.alpha == 1:
        _rounded(canvas, item.colour, item.box, item.radius)
        return
    canvas.fill(item.colour, item.box, rounded(item.box.size, item.radius, round(item.alpha * 255)))


def _rounded(canvas: Canvas, colour: str, box: Box, radius: int) -> None:
    """Fill a box: only its corners need a mask, which costs ten times as much per pixel."""
    radius = min(radius, box.width // 2, box.height // 2)
    middle = Box(box.left + radius, box.top, box.right - radius, box.bottom)
    canvas.image.paste(colour, middle.as_tuple())
    if radius == 0:
        return
    disc = _disc(radius, 255)
    for x, left in ((0, box.left), (radius, box.right - radius)):
        side = Box(left, box.top + radius, left + radius, box.bottom - radius)
        canvas.image.paste(colour, side.as_tuple())
        for y, top in ((0, box.top), (radius, box.bottom - radius)):
            corner = disc.crop((x, y, x + radius, y + radius))
            canvas.fill(colour, Box(left, top, left + radius, top + radius), corner)


def _shadow(canvas: Canvas, item: Shape) -> None:
    """Lay a soft shadow round a shape; what the shape will hide is left out."""
    reach = max(8, item.box.width // 36)
    mask = _soft(item.box.size, item.radius, reach)
    left, top = item.box.left - reach * 2, item.box.top - reach * 2 + reach // 2
    rim = reach * 3 + item.radius
    low = max(rim, mask.height - rim)
    for part in (
        Box(0, 0, mask.width, rim),
        Box(0, low, mask.width, mask.height),
        Box(0, rim, rim, low),
        Box(mask.width - rim, rim, mask.width, low),
    ):
        canvas.fill("#000000", part.moved(left, top), mask.crop(part.as_tuple()))


@lru_cache(maxsize=32)
def _soft(size: Size, radius: int, reach: int) -> Image.Image:
    mask = Image.new("L", (size[0] + reach * 4, size[1] + reach * 4))
    mask.paste(rounded(size, radius, 46), (reach * 2, reach * 2))
    return mask.filter(ImageFilter.BoxBlur(reach))


@lru_cache(maxsize=128)
def rounded(size: Size, radius: int, value: int = 255) -> Image.Image:
    """Return a rectangle with round corners as an L mask."""
    mask = Image.new("L", size, value)
    radius = min(radius, size[0] // 2, size[1] // 2)
    if radius > 0:
        disc = _disc(radius, value)
        for x in (0, 1):
            for y in (0, 1):
                corner = disc.crop((x * radius, y * radius, (x + 1) * radius, (y + 1) * radius))
                mask.paste(corner, (x * (size[0] - radius), y * (size[1] - radius)))
    return mask


@lru_cache(maxsize=64)
def _disc(radius: int, value: int) -> Image.Image:
    disc = Image.new("L", (radius * 8, radius * 8))
    ImageDraw.Draw(disc).ellipse((0, 0, radius * 8 - 1, radius * 8 - 1), fill=value)
    return disc.reduce(4)


@paint.register
def _(item: Bubble, canvas: Canvas) -> None:
    _rounded(canvas, item.colour, item.box, item.radius)
    tail = _tail(item.tail)
    left, top = item.box.left + item.radius, item.box.bottom - 1
    canvas.fill(item.colour, Box(left, top, left + tail.width, top + tail.height), tail)


@lru_cache(maxsize=8)
def _tail(side: int) -> Image.Image:
    large = Image.new("L", (side * 6, side * 4))
    ImageDraw.Draw(large).polygon([(0, 0), (side * 6, 0), (side, side * 4)], fill=255)
    return large.reduce(4)


@paint.register
def _(item: Picture, canvas: Canvas) -> None:
    size = item.box.size
    plain = not (item.radius or item.arch or item.edge != "none")
    mask = None if plain else _outline(size, item.radius, item.edge, item.arch)
    if item.rule:
        low = max(6, size[1] // 60)
        canvas.fill(item.rule, item.box.moved(0, low), mask)
    if canvas.pictures.has(item.number):
        canvas.image.paste(canvas.pictures.cut(item.number, size), item.box.as_tuple()[:2], mask)
    else:
        canvas.fill(item.colour, item.box, mask)


@lru_cache(maxsize=32)
def _outline(size: Size, radius: int, edge: str, arch: bool) -> Image.Image:
    if arch:
        return _arch(size)
    if edge == "wave":
        return _wave(size)
    return rounded(size, radius)


def _arch(size: Size) -> Image.Image:
    """Return a window with a round head."""
    mask = Image.new("L", size, 255)
    radius = size[0] // 2
    head = rounded((size[0], size[0]), radius)
    mask.paste(head.crop((0, 0, size[0], radius)), (0, 0))
    return mask


def _wave(size: Size) -> Image.Image:
    """Return a plane whose lower edge swings, as water does."""
    width, height = size
    swing = min(height // 7, width // 14)
    large = Image.new("L", (width * 2, height * 2), 255)
    points = [(x * width / 30, _swung(x / 60, height, swing)) for x in range(62)]
    ImageDraw.Draw(large).polygon([*points, (width * 3, height * 2), (0, height * 2)], fill=0)
    return large.reduce(2)


def _swung(share: float, height: int, swing: int) -> float:
    return (height - swing - swing * cos(share * pi * 1.5 + 0.5 * pi)) * 2


@paint.register
def _(item: Scrim, canvas: Canvas) -> None:
    texts = [text for text in canvas.layout.words() if text.on_photo and item.box.meets(text.box)]
    shots.darken(canvas.image, item, texts)


@paint.register
def _(item: Weave, canvas: Canvas) -> None:
    mask = motifs.woven(item.motif, item.box.size, item.scale, item.strength, item.fade)
    bands = canvas.image.crop(item.box.as_tuple()).getextrema()
    below = cast("tuple[tuple[int, int], ...]", bands)  # one number alone for pictures of one band
    if any(low != high for low, high in below):
        canvas.fill(item.colour, item.box, mask)
        return
    # On one plain colour each value of the mask is one colour: to look it up is far cheaper.
    mask = mask.copy()
    mask.putpalette(_between([low for low, _ in below], ImageColor.getrgb(item.colour)))
    canvas.image.paste(mask.convert("RGB"), item.box.as_tuple()[:2])


def _between(ground: Sequence[int], colour: Sequence[int]) -> list[int]:
    """Return 256 colours from `ground` to `colour`, one after the other."""
    pairs = list(zip(ground, colour, strict=True))
    return [round(a + (b - a) * share / 255) for share in range(256) for a, b in pairs]


@paint.register
def _(item: Sign, canvas: Canvas) -> None:
    canvas.fill(item.colour, item.box, signs.sign(item.name, item.box.size))


@paint.register
def _(item: Code, canvas: Canvas) -> None:
    canvas.fill("#ffffff", item.box, codes.card(item.box.width))
    canvas.fill(item.colour, item.box, codes.drawn(item.text, item.box.width))


@paint.register
def _(item: Emblem, canvas: Canvas) -> None:
    if canvas.logo is not None:
        logo = fitted_logo(canvas.logo, item.box.size)
        left = item.box.left + (item.box.width - logo.width) // 2
        top = item.box.top + (item.box.height - logo.height) // 2
        canvas.image.paste(logo, (left, top), logo)
        return
    outer, inner = signs.shield(item.box.width)
    canvas.fill(item.colour, item.box, outer)
    canvas.fill(item.inner, item.box, inner)


@lru_cache(maxsize=64)
def fitted_logo(content: bytes, size: Size) -> Image.Image:
    """Return a logo as RGBA, whole, within `size`.

    :raises OSError: if it is no PNG that can be read
    """
    try:
        logo = Image.open(io.BytesIO(content), formats=("PNG",)).convert("RGBA")
    except (UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise OSError("the logo cannot be read") from error
    logo.thumbnail(size, Image.Resampling.LANCZOS)
    return logo
