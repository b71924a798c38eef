"""Small signs, drawn in code as L masks: no icon font, no files, sharp at any size."""

from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw

from publisher.posters.brush import font

_OVERSIZE = 4
Pen = ImageDraw.ImageDraw


def _clock(pen: Pen, s: float) -> None:
    line = round(s * 0.1)
    pen.ellipse((s * 0.04, s * 0.04, s * 0.96, s * 0.96), outline=255, width=line)
    pen.line(
        (s * 0.5, s * 0.24, s * 0.5, s * 0.53, s * 0.7, s * 0.64),
        fill=255,
        width=line,
        joint="curve",
    )


def _place(pen: Pen, s: float) -> None:
    pen.ellipse((s * 0.14, 0, s * 0.86, s * 0.72), fill=255)
    pen.polygon([(s * 0.18, s * 0.5), (s * 0.82, s * 0.5), (s * 0.5, s)], fill=255)
    pen.ellipse((s * 0.36, s * 0.22, s * 0.64, s * 0.5), fill=0)


def _steps(pen: Pen, s: float) -> None:
    line = round(s * 0.1)
    for y in (0.18, 0.5, 0.82):
        pen.ellipse((0, s * (y - 0.08), s * 0.16, s * (y + 0.08)), fill=255)
        pen.rounded_rectangle((s * 0.28, s * y - line / 2, s, s * y + line / 2), line / 2, fill=255)


def _chat(pen: Pen, s: float) -> None:
    pen.ellipse((s * 0.02, s * 0.02, s * 0.98, s * 0.9), fill=255)
    pen.polygon([(s * 0.12, s * 0.6), (s * 0.5, s * 0.86), (s * 0.06, s * 0.98)], fill=255)
    for x in (0.28, 0.5, 0.72):
        pen.ellipse((s * (x - 0.065), s * 0.395, s * (x + 0.065), s * 0.525), fill=0)


def _quote(pen: Pen, s: float) -> None:
    """Draw the marks from the very left, without the room a letter has beside it."""
    large = Image.new("L", (round(s * 2), round(s * 2)))
    face = font(round(s * 1.5), 800)
    ImageDraw.Draw(large).text((s / 2, s / 2), "“", font=face, fill=255, anchor="lt")
    ink = large.crop(large.getbbox())
    pen.bitmap((0, 0), ink, fill=255)


def _arrow(pen: Pen, s: float) -> None:
    line = round(s * 0.13)
    pen.line((s * 0.1, s * 0.5, s * 0.84, s * 0.5), fill=255, width=line)
    pen.line(
        (s * 0.52, s * 0.18, s * 0.86, s * 0.5, s * 0.52, s * 0.82),
        fill=255,
        width=line,
        joint="curve",
    )


_DRAWN: dict[str, Callable[[Pen, float], None]] = {
    "clock": _clock, "place": _place, "steps": _steps, "chat": _chat, "quote": _quote,
    "arrow": _arrow,
}  # fmt: skip


@lru_cache(maxsize=64)
def sign(name: str, size: tuple[int, int]) -> Image.Image:
    """Return a sign as an L mask of `size` px; it is as wide as the size, from the top."""
    large = Image.new("L", (size[0] * _OVERSIZE, size[1] * _OVERSIZE))
    _DRAWN[name](ImageDraw.Draw(large), size[0] * _OVERSIZE)
    return large.reduce(_OVERSIZE)


@lru_cache(maxsize=32)
def shield(side: int) -> tuple[Image.Image, Image.Image]:
    """Return a plain shield and the flower on it, as L masks: for offices without a logo."""
    s = side * _OVERSIZE
    outer, inner = Image.new("L", (s, s)), Image.new("L", (s, s))
    pen = ImageDraw.Draw(outer)
    pen.rounded_rectangle((s * 0.1, 0, s * 0.9, s * 0.55), s * 0.08, fill=255)
    pen.polygon(
        [(s * 0.1, s * 0.4), (s * 0.9, s * 0.4), (s * 0.88, s * 0.62), (s * 0.74, s * 0.84),
         (s * 0.5, s), (s * 0.26, s * 0.84), (s * 0.12, s * 0.62)], fill=255,
    )  # fmt: skip
    petal = Image.new("L", (s, s))
    ImageDraw.Draw(petal).ellipse((s * 0.43, s * 0.2, s * 0.57, s * 0.455), fill=255)
    for angle in (45, 135, 225, 315):
        inner.paste(255, (0, 0), petal.rotate(angle, center=(s * 0.5, s * 0.47)))
    return outer.reduce(_OVERSIZE), inner.reduce(_OVERSIZE)
