"""Photos on posters: decoded once, cropped round what matters, darkened where text stands."""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache

from PIL import Image

from publisher.posters.colours import contrast, linear, luminance
from publisher.posters.contents import Photo
from publisher.posters.items import Picture, Scrim, Words

Size = tuple[int, int]
Part = tuple[float, float, float, float]
#: The least share of darkness behind text, for the looks; more where the photo asks for it.
_LIGHTEST, _DARKEST, _STEP = 0.58, 0.97, 0.03
#: Aimed at behind text, so that JPEG and the few brightest pixels stay above 4.5.
_AIM = 4.9
_LINEAR = [round(linear(value) * 255) for value in range(256)] * 3
#: Share of the pixels behind a text that must be dark enough.
_NEARLY_ALL = 0.99


class Pictures:
    """The photos of one poster, each decoded once for all its sizes."""

    def __init__(self, photos: Sequence[Photo], wanted: Iterable[Picture]) -> None:
        self._photos = photos
        self._opened: dict[int, Image.Image] = {}
        for item in wanted:
            if item.filled:
                self._open(item)

    def _open(self, item: Picture) -> None:
        """Decode as small as every box allows.

        :raises OSError: if the bytes are no JPEG that can be read
        """
        image = self._opened.get(item.number)
        if image is None:
            content = self._photos[item.number].content
            image = Image.open(io.BytesIO(content), formats=("JPEG",))
            self._opened[item.number] = image

    def load(self, largest: Size) -> None:
        for image in self._opened.values():
            scale = max(largest[0] / image.width, largest[1] / image.height)
            image.draft("RGB", (round(image.width * scale), round(image.height * scale)))
            image.load()

    def has(self, number: int) -> bool:
        return number in self._opened

    def cut(self, number: int, size: Size) -> Image.Image:
        """Return the photo filling `size`, cropped round its focus."""
        image = self._opened[number]
        found = image.resize(
            size,
            Image.Resampling.BICUBIC,
            box=crop(image.size, size, self._photos[number].focus),
            reducing_gap=2.0,
        )
        return found if found.mode == "RGB" else found.convert("RGB")


def crop(whole: Size, size: Size, focus: tuple[float, float]) -> Part:
    """Return the part of a picture, of the shape of `size`, with `focus` as central as can be."""
    scale = min(whole[0] / size[0], whole[1] / size[1])
    width, height = min(size[0] * scale, whole[0]), min(size[1] * scale, whole[1])
    left = max(0.0, min(focus[0] * whole[0] - width / 2, whole[0] - width))
    top = max(0.0, min(focus[1] * whole[1] - height / 2, whole[1] - height))
    return left, top, min(left + width, whole[0]), min(top + height, whole[1])


def darken(poster: Image.Image, scrim: Scrim, texts: Sequence[Words]) -> None:
    """Lay `scrim` on the poster, as dark as the texts on it need."""
    share = (
        1.0
        if scrim.full
        else max((_needed(poster, scrim, text) for text in texts), default=_LIGHTEST)
    )
    box = scrim.box
    top = box.top - scrim.run_out if scrim.upwards else box.top
    bottom = box.bottom if scrim.upwards else box.bottom + scrim.run_out
    top, bottom = max(0, top), min(poster.height, bottom)
    mask = _ramp(bottom - top, scrim.run_out, round(share * 255), scrim.upwards)
    place = (box.left, top, box.right, bottom)
    poster.paste(
        scrim.colour, place, mask.resize((box.width, bottom - top), Image.Resampling.NEAREST)
    )


def _needed(poster: Image.Image, scrim: Scrim, text: Words) -> float:
    """Return the least darkness with which nearly every pixel behind a text is dark enough."""
    part = poster.crop(text.box.as_tuple())
    share = _LIGHTEST
    ink = Image.new("RGB", part.size, scrim.colour)
    while share < _DARKEST and lowest(Image.blend(part, ink, share), text.colour) < _AIM:
        share += _STEP
    return min(share, _DARKEST)


def lowest(ground: Image.Image, colour: str) -> float:
    """Return the contrast of `colour` with the pixels of `ground`, but for the worst hundredth."""
    light = ground.point(_LINEAR).convert("L", (0.2126, 0.7152, 0.0722, 0))
    counts, seen, limit = light.histogram(), 0, 0
    wanted = _NEARLY_ALL * light.width * light.height
    for value, count in enumerate(counts):
        seen, limit = seen + count, value
        if seen >= wanted:
            break
    return contrast(luminance(colour), (limit + 0.5) / 255)


@lru_cache(maxsize=64)
def _ramp(height: int, run_out: int, full: int, upwards: bool) -> Image.Image:
    """Return one column of darkness that eases in, so that nobody sees where it starts."""
    run_out = min(run_out, height)
    values = []
    for y in range(height):
        share = min(1.0, (y if upwards else height - 1 - y) / max(1, run_out))
        values.append(round(full * share * share * (3 - 2 * share)))
    column = Image.new("L", (1, height))
    column.putdata(values)
    return column
