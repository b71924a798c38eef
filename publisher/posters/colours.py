"""Colours that can be read: contrast as WCAG 2.2 counts it, and shades that pass it.

An office chooses two colours; all others are derived from them here, so that no choice makes a
poster nobody can read.
"""

from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageColor

from publisher.posters.brush import mix

#: WCAG 2.2, success criterion 1.4.3: normal text. Large text would need only 3.
READABLE = 4.5
#: Derived colours keep this, so that rounding and JPEG do not take them below `READABLE`.
SURE = 4.9
WHITE, BLACK = "#ffffff", "#000000"
_STEPS = 40


@lru_cache(maxsize=512)
def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG defines it, 0 to 1."""
    red, green, blue = (linear(part) for part in ImageColor.getrgb(colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(value: float) -> float:
    """Return the linear light (0 to 1) of one sRGB value (0 to 255)."""
    share = value / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def contrast(one: float, other: float) -> float:
    """Return the contrast of two luminances, 1 to 21."""
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


def between(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    return contrast(luminance(one), luminance(other))


def readable(colour: str, ground: str, ratio: float = SURE) -> str:
    """Return `colour`, made just so much lighter or darker that it can be read on `ground`."""
    goal = WHITE if between(WHITE, ground) >= between(BLACK, ground) else BLACK
    shades = (mix(colour, goal, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in shades if between(shade, ground) >= ratio), goal)


@dataclass(frozen=True)
class Tone:
    """The colours of what is written on one ground."""

    ground: str
    text: str
    muted: str
    accent: str
    card: str  # a shade of the ground that lifts a part from it

    @property
    def dark(self) -> bool:
        return luminance(self.ground) < 0.2


@lru_cache(maxsize=256)
def tone(ground: str, accent: str) -> Tone:
    """Return what can be read on `ground` and on its cards."""
    dark = luminance(ground) < 0.2
    card = mix(ground, WHITE, 0.1) if dark else mix(ground, WHITE, 0.75)
    hardest = card if dark else ground  # the one nearer to the text
    return Tone(
        ground=ground,
        text=WHITE if dark else readable(mix(ground, BLACK, 0.86), ground, 9),
        muted=readable(mix(ground, WHITE, 0.78), hardest, 6)
        if dark
        else readable(mix(ground, BLACK, 0.62), hardest, 6),
        accent=readable(accent, hardest),
        card=card,
    )
