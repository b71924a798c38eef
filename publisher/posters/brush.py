"""What the drawn scenes are made with: a stage in its own units, colours, and things that recur.

A stage is 1000 units wide and 700 high, y counted upwards from the ground, and grows sideways
or upwards with the picture, so that one drawing suits a portrait and a landscape. Everything
is drawn at twice the size and reduced: plain Pillow shapes have jagged edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin

from fontpkg_plus_jakarta_sans import ROOT
from PIL import Image, ImageColor, ImageDraw, ImageFont

FONT_FILE = str(ROOT / "files" / "PlusJakartaSans[wght].ttf")
STAGE_WIDTH, STAGE_HEIGHT = 1000, 700
SKINS = ("#8d5a3b", "#a9714b", "#c08a5e", "#6f4630")
Point = tuple[float, float]
Size = tuple[int, int]


@dataclass(frozen=True)
class Palette:
    """The colours of one poster; every scene mixes its own shades from them."""

    ink: str  # the darkest: panels, text on light
    brand: str
    soft: str  # a light relative of the brand
    accent: str
    paper: str  # the lightest: skies, walls


PALETTES = (
    Palette("#0b3b46", "#0f766e", "#8fd3c8", "#f5b83d", "#eaf6f3"),
    Palette("#3d0c16", "#9b1c31", "#f0b6ac", "#f7c656", "#fdf1e7"),
    Palette("#1b1f4b", "#3949ab", "#b3c0f2", "#ff9f68", "#eff2ff"),
    Palette("#12381f", "#2e7d4f", "#b5dca6", "#ffcc4d", "#f3f9e9"),
    Palette("#0d2c4f", "#1769aa", "#a5d3f2", "#ffb03a", "#edf6fd"),
    Palette("#3b1f4a", "#7b3f98", "#dcc0ea", "#f9c74f", "#f8f1fb"),
)


def mix(one: str, other: str, share: float) -> str:
    """Return the colour that is `share` (0 to 1) of the way from `one` to `other`."""
    pairs = zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@lru_cache(maxsize=256)
def font(size_px: int, weight: int = 700) -> ImageFont.FreeTypeFont:
    face = ImageFont.truetype(FONT_FILE, size_px)
    face.set_variation_by_axes([weight])
    return face


def gradient(size: Size, top: str, bottom: str) -> Image.Image:
    """Return an RGB picture that runs from one colour above to another below."""
    ends = Image.new("RGB", (1, 2), top)
    ends.putpixel((0, 1), ImageColor.getrgb(bottom)[:3])
    column = ends.resize((1, size[1]), Image.Resampling.BILINEAR, box=(0, 0.5, 1, 1.5))
    return column.resize(size, Image.Resampling.NEAREST)


class Brush:
    """Draws on a stage that fills a picture of `size` px, sky included."""

    def __init__(self, size: Size, top: str, bottom: str) -> None:
        self.image = gradient(size, top, bottom)
        self.draw = ImageDraw.Draw(self.image)
        self.unit = min(size[0] / STAGE_WIDTH, size[1] / STAGE_HEIGHT)
        self.top = size[1] / self.unit
        spare = size[0] / self.unit - STAGE_WIDTH
        self.left, self.right = -spare / 2, STAGE_WIDTH + spare / 2

    def at(self, x: float, y: float) -> Point:
        """Return the pixel of a place on the stage."""
        return (x - self.left) * self.unit, (self.top - y) * self.unit

    def _box(self, x: float, y: float, width: float, height: float) -> list[Point]:
        return [self.at(x, y + height), self.at(x + width, y)]

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, round_by: float = 0
    ) -> None:
        """Draw a rectangle whose lower left corner is at (x, y)."""
        self.draw.rounded_rectangle(self._box(x, y, width, height), round_by * self.unit, fill=fill)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        self.draw.ellipse(self._box(x - rx, y - ry, 2 * rx, 2 * ry), fill=fill)

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        self.ellipse(x, y, radius, radius, fill)

    def half(self, x: float, y: float, radius: float, fill: str, *, upper: bool = True) -> None:
        """Draw half a disc on its flat side, or hanging from it."""
        start, end = (180, 360) if upper else (0, 180)
        box = self._box(x - radius, y - radius, 2 * radius, 2 * radius)
        self.draw.pieslice(box, start, end, fill=fill)

    def poly(self, points: Sequence[Point], fill: str) -> None:
        self.draw.polygon([self.at(x, y) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        places = [self.at(x, y) for x, y in points]
        self.draw.line(places, fill=fill, width=max(1, round(width * self.unit)), joint="curve")

    def text(self, x: float, y: float, words: str, size: float, fill: str) -> None:
        """Write `words` in bold, centred at (x, y), `size` units high."""
        face = font(max(8, round(size * self.unit)), 800)
        self.draw.text(self.at(x, y), words, font=face, fill=fill, anchor="mm")

    def ground(self, height: float, fill: str) -> None:
        self.rect(self.left, 0, self.right - self.left, height, fill)

    def hills(self, base: float, swing: float, wave: float, shift: float, fill: str) -> None:
        """Draw a wavy range over the whole width, down to the ground."""
        step = (self.right - self.left) / 60
        xs = [self.left + step * number for number in range(62)]
        crest = [
            (x, base + swing * (sin(x / wave + shift) + 0.35 * sin(2.3 * x / wave + 2 * shift)))
            for x in xs
        ]
        self.poly([(self.left, 0), *crest, (xs[-1], 0)], fill)

    def sun(self, x: float, y: float, radius: float, fill: str, sky: str) -> None:
        for grown, share in ((2.1, 0.86), (1.5, 0.7), (1.0, 0.0)):
            self.circle(x, y, radius * grown, mix(fill, sky, share))

    def cloud(self, x: float, y: float, size: float, fill: str) -> None:
        self.rect(x - size, y, size * 2, size * 0.45, fill, size * 0.22)
        self.circle(x - size * 0.25, y + size * 0.42, size * 0.42, fill)
        self.circle(x + size * 0.35, y + size * 0.34, size * 0.32, fill)

    def tree(self, x: float, y: float, size: float, leaf: str) -> None:
        self.rect(x - size * 0.06, y, size * 0.12, size * 0.5, "#6b4a33")
        self.circle(x - size * 0.2, y + size * 0.58, size * 0.26, mix(leaf, "#000000", 0.14))
        self.circle(x + size * 0.2, y + size * 0.55, size * 0.25, mix(leaf, "#000000", 0.08))
        self.circle(x, y + size * 0.76, size * 0.3, leaf)

    def palm(self, x: float, y: float, size: float, leaf: str) -> None:
        crown = (x + size * 0.08, y + size)
        self.line([(x, y), (x + size * 0.02, y + size * 0.5), crown], "#7a5a3c", size * 0.05)
        for angle in (8, 48, 92, 136, 176, -28, 206):
            tip = (
                crown[0] + cos(radians(angle)) * size * 0.42,
                crown[1] + sin(radians(angle)) * size * 0.2 - size * 0.1,
            )
            bend = ((crown[0] + tip[0]) / 2, (crown[1] + tip[1]) / 2 + size * 0.15)
            low = (bend[0], bend[1] - size * 0.12)
            self.poly([crown, bend, tip, low], mix(leaf, "#000000", abs(angle - 92) / 900))

    def flag(self, x: float, y: float, height: float) -> None:
        """Draw the red and white on its pole."""
        self.rect(x - 4, y, 8, height, "#d9dde3", 4)
        self.circle(x, y + height, 9, "#f2c14e")
        cloth = height * 0.13
        for number, colour in ((1, "#ffffff"), (0, "#d32231")):
            low = y + height - 14 - cloth * (number + 1)
            lift = cloth * 0.3
            self.poly(
                [
                    (x + 4, low),
                    (x + 4 + cloth * 1.5, low - lift),
                    (x + 4 + cloth * 3, low),
                    (x + 4 + cloth * 3, low + cloth),
                    (x + 4 + cloth * 1.5, low + cloth - lift),
                    (x + 4, low + cloth),
                ],
                colour,
            )
