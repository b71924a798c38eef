"""A picture as one platform takes it, so that no platform and no client library crops it.

Platforms cut off what does not suit them, and an office's poster has its date at the edge. So
what is too tall or too wide gets margins, what is too large is made smaller, and what is too
heavy loses quality in fixed steps: the same bytes in, the same bytes out, so that a reviewer
sees the very picture that will be sent. What suits a platform already is left untouched.
"""

import hashlib
import io
import math
from dataclasses import dataclass, fields
from fractions import Fraction

from PIL import Image, ImageStat

from publisher.posters import sandbox

Size = tuple[int, int]

#: Part of every variant's name: raise it when the same bytes would come out otherwise.
RECIPE = 1
MAX_PIXELS = 60_000_000
_READABLE = ("JPEG", "PNG", "WEBP")
#: (share of the size, JPEG quality), best first.
_STEPS = (
    *((1.0, quality) for quality in (90, 82, 74)),
    *((0.85**times, 82) for times in range(1, 11)),
)
#: An edge whose colours differ by less than this (of 255) goes on as the margin.
_EVEN = 6


class CannotFit(OSError):
    """The bytes are no picture, or nothing that this platform takes can be made of them."""


@dataclass(frozen=True, kw_only=True)
class PictureRules:
    """What a platform takes of one picture. None: it sets no limit. Sizes in px."""

    image_formats: tuple[str, ...]  # Pillow's names: "JPEG", "PNG", …
    image_bytes: int
    min_aspect: Fraction | None = None  # width to height: below it is too tall
    max_aspect: Fraction | None = None
    min_width_px: int | None = None
    max_width_px: int | None = None
    max_side_px: int | None = None
    max_side_sum_px: int | None = None  # width and height together

    @property
    def made_format(self) -> str:
        """The format of what is made for it; Siar writes JPEG wherever it may."""
        return "JPEG" if "JPEG" in self.image_formats else self.image_formats[0]


def variant(rules: PictureRules) -> str:
    """Return the name under which the media store keeps what `fit` makes by these rules."""
    told = [RECIPE, *(getattr(rules, field.name) for field in fields(PictureRules))]
    return f"fit-{hashlib.sha256(repr(told).encode()).hexdigest()[:12]}"


def frame(size: Size, rules: PictureRules) -> Size:
    """Return the size that a picture of `size` is given, margins included.

    >>> instagram = PictureRules(image_formats=("JPEG",), image_bytes=8 * 1024**2,
    ...     min_aspect=Fraction(4, 5), max_aspect=Fraction(191, 100), max_width_px=1440)
    >>> frame((2480, 3508), instagram)  # an A4 poster at 300 dpi
    (1440, 1800)
    """
    width, height = _with_margins(size, rules)
    scale = _scale(width, height, rules)
    return (width, height) if scale == 1 else _scaled(width, height, scale, rules)


def has_margins(size: Size, rules: PictureRules) -> bool:
    """Return whether a picture of `size` cannot be shown without margins."""
    return _with_margins(size, rules) != size


def is_enlarged(size: Size, rules: PictureRules) -> bool:
    """Return whether a picture of `size` is too small and will be blown up."""
    return _scale(*_with_margins(size, rules), rules) > 1


def suits(content: bytes, rules: PictureRules) -> bool:
    """Return whether `content` can go out as it is: nothing to turn, convert, scale or strip.

    :raises CannotFit: if it is no picture
    """
    image = _opened(content)
    return (
        len(content) <= rules.image_bytes
        and image.format in rules.image_formats
        and image.mode in ("RGB", "L")
        and frame(image.size, rules) == image.size
        and not image.getexif()
        and not {"icc_profile", "xmp", "comment", "transparency"} & image.info.keys()
    )


def fit(content: bytes, rules: PictureRules) -> bytes:
    """Return a picture as `rules` want it: upright, sRGB, whole, and without hidden data.

    :param content: JPEG, PNG or WebP of the media store, never straight from an upload
    :returns: `content` itself if it `suits`
    :raises CannotFit: if it is no picture, or no step is light enough
    """
    if suits(content, rules):
        return content
    image = _cleaned(content)
    whole = frame(image.size, rules)
    for share, quality in _STEPS:
        size = whole if share == 1 else _scaled(*whole, Fraction(share), rules)
        if share < 1 and size[0] < (rules.min_width_px or 1):
            break
        made = _encoded(_framed(image, size, rules), rules.made_format, quality)
        if len(made) <= rules.image_bytes:
            return made
    raise CannotFit(f"not below {rules.image_bytes} bytes")


def _with_margins(size: Size, rules: PictureRules) -> Size:
    width, height = size
    if rules.min_aspect and Fraction(width, height) < rules.min_aspect:
        return math.ceil(height * rules.min_aspect), height
    if rules.max_aspect and Fraction(width, height) > rules.max_aspect:
        return width, math.ceil(width / rules.max_aspect)
    return size


def _scale(width: int, height: int, rules: PictureRules) -> Fraction:
    """Return by how much to scale; only what is too narrow to be taken is made larger."""
    most = [
        Fraction(limit, given)
        for limit, given in (
            (rules.max_width_px, width),
            (rules.max_side_px, max(width, height)),
            (rules.max_side_sum_px and rules.max_side_sum_px - 1, width + height),
        )
        if limit is not None
    ]
    scale = min([Fraction(1), *most])
    if rules.min_width_px and width * scale < rules.min_width_px:
        return Fraction(rules.min_width_px, width)
    return scale


def _scaled(width: int, height: int, scale: Fraction, rules: PictureRules) -> Size:
    """Return whole numbers of px that are still neither too tall nor too wide, nor too many."""
    wide = max(1, math.floor(width * scale))  # down: the other side may have to go up
    high = max(1, round(height * scale))
    if rules.min_aspect:
        high = min(high, math.floor(wide / rules.min_aspect))
    if rules.max_aspect:
        high = max(high, math.ceil(wide / rules.max_aspect))
    return wide, high


def _framed(image: Image.Image, size: Size, rules: PictureRules) -> Image.Image:
    """Return the whole picture in a frame of `size`, with margins if its shape asks for them."""
    if not has_margins(image.size, rules):
        return image.resize(size, Image.Resampling.LANCZOS)
    scale = min(Fraction(size[0], image.width), Fraction(size[1], image.height))
    inner = image.resize(_inside(image.size, scale, size), Image.Resampling.LANCZOS)
    paper = Image.new("RGB", size, _margin_colour(inner, upright=inner.width < size[0]))
    paper.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
    return paper


def _inside(size: Size, scale: Fraction, limit: Size) -> Size:
    width, height = (
        max(1, min(round(one * scale), most)) for one, most in zip(size, limit, strict=True)
    )
    return width, height


def _margin_colour(image: Image.Image, *, upright: bool) -> tuple[int, int, int]:
    """Return the colour of the two edges beside the margins if it is even, else white.

    A poster on coloured paper then simply goes on; a photo is not given a made-up background.
    """
    right, low = image.width - 1, image.height - 1
    edges = (
        ((0, 0, 1, image.height), (right, 0, right + 1, image.height))
        if upright
        else ((0, 0, image.width, 1), (0, low, image.width, low + 1))
    )
    one, other = (ImageStat.Stat(image.crop(edge)) for edge in edges)
    even = max(*one.stddev, *other.stddev) < _EVEN
    alike = all(abs(a - b) < _EVEN for a, b in zip(one.mean, other.mean, strict=True))
    if not (even and alike):
        return 255, 255, 255
    red, green, blue = (round(value) for value in one.median)
    return red, green, blue


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=_READABLE)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise CannotFit("not a picture") from error
    if image.width * image.height > MAX_PIXELS:
        raise CannotFit("more pixels than a poster has")
    return image


def _cleaned(content: bytes) -> Image.Image:
    image = _opened(content)
    try:
        return sandbox.cleaned(image, max(image.size))
    except (OSError, ValueError, SyntaxError) as error:  # SyntaxError: Pillow's, of a broken PNG
        raise CannotFit("a picture that cannot be read to its end") from error


def _encoded(image: Image.Image, wanted: str, quality: int) -> bytes:
    out = io.BytesIO()
    if wanted == "JPEG":
        image.save(out, "JPEG", quality=quality, subsampling=0, optimize=True)
    else:
        image.save(out, wanted, quality=quality)
    return out.getvalue()
