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
        self._reduced: dict[tuple[int, int], Image.Image] = {}
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
        image = self._halved(number, size)
        part = crop(image.size, size, self._photos[number].focus)
        # Enlarging, Hamming would show steps; reducing, it is as good as bicubic at half the cost.
        larger = part[2] - part[0] < size[0]
        how = Image.Resampling.BICUBIC if larger else Image.Resampling.HAMMING
        found = image.resize(size, how, box=part)
        return found if found.mode == "RGB" else found.convert("RGB")

    def _halved(self, number: int, size: Size) -> Image.Image:
        """Return a photo no larger than twice what `size` needs; kept for the next size."""
        image, factor = self._opened[number], 1
        while min(image.width / size[0], image.height / size[1]) >= 2 * factor:
            factor *= 2
        if factor == 1:
            return image
        if (number, factor) not in self._reduced:
            self._reduced[number, factor] = image.reduce(factor)
        return self._reduced[number, factor]


def crop(whole: Size, size: Size, focus: tuple[float, float]) -> Part:
    """Return the part of a picture, of the shape of `size`, with `focus` as central as can be."""
    scale = min(whole[0] / size[0], whole[1] / size[1])
    width, height = min(size[0] * scale, whole[0]), min(size[1] * scale, whole[1])
    left = max(0.0, min(focus[0] * whole[0] - width / 2, whole[0] - width))
    top = max(0.0, min(focus[1] * whole[1] - height / 2, whole[1] - height))
    return left, top, min(left + width, whole[0]), min(top + height, whole[1])


def darken(poster: Image.Image, scrim: Scrim, texts: Sequence[Words]) -> None:
    """Lay `scrim` on the poster, as dark as the texts on it need."""
    share = 1.0 if scrim.full else _needed(poster, scrim, texts)
    box = scrim.box
    if box.height:
        ink = Image.new("RGB", box.size, scrim.colour)
        poster.paste(Image.blend(poster.crop(box.as_tuple()), ink, share), box.as_tuple())
    top, bottom = (box.top - scrim.run_out, box.top) if scrim.upwards else (
        box.bottom, box.bottom + scrim.run_out)  # fmt: skip
    shown = max(0, top), min(poster.height, bottom)
    ramp = _ramp(scrim.run_out, round(share * 255), scrim.upwards)
    mask = ramp.resize((box.width, shown[1] - shown[0]), Image.Resampling.NEAREST,
                       (0, shown[0] - top, 1, shown[1] - top))  # fmt: skip
    poster.paste(scrim.colour, (box.left, shown[0], box.right, shown[1]), mask)


def _needed(poster: Image.Image, scrim: Scrim, texts: Iterable[Words]) -> float:
    """Return the least darkness with which nearly every pixel behind the texts is dark enough."""
    share = _LIGHTEST
    for text in texts:
        # Every third pixel of every third line, as they are: a mean would hide small lights.
        box = text.box
        few = poster.resize(
            (max(1, box.width // 3), max(1, box.height // 3)), Image.Resampling.NEAREST,
            box.as_tuple(),
        )  # fmt: skip
        ink = Image.new("RGB", few.size, scrim.colour)
        while share < _DARKEST and lowest(Image.blend(few, ink, share), text.colour) < _AIM:
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
def _ramp(height: int, full: int, upwards: bool) -> Image.Image:
    """Return one column of darkness that eases in, so that nobody sees where it starts."""
    column = Image.new("L", (1, height))
    shares = [(y if upwards else height - 1 - y) / height for y in range(height)]
    column.putdata([round(full * share * share * (3 - 2 * share)) for share in shares])
    return column
