"""Letters as masks, each drawn once: the same "a" of one size comes again and again.

To draw a letter takes FreeType 70 µs, and a poster has some hundreds; to paste one that is
kept takes a few. Letters stand at thirds of a pixel: on whole ones, text of 15 to 35 px has
uneven spaces. What a font changes by its neighbours (ligatures, marks, other scripts) is kept
by the word instead, so that it is shaped as a whole.
"""

import re
from functools import lru_cache
from itertools import accumulate
from math import ceil, floor

from PIL import Image, ImageDraw

from publisher.posters.lettering import face, length, runs

#: Words whose letters stay the same whatever stands beside them. This font joins f with f, i
#: and l, and changes an x and a hyphen that follow a digit.
_PLAIN = re.compile(r"(?!.*f[fil])(?!.*\dx)[A-Za-z0-9.,:;()%!?/“”&+#]+")
#: A letter with the marks that stand on it.
_LETTER = re.compile(r".[\u0300-\u036f]*")

#: A text, how far its pen stands from the start of the line in em, and how many letters did.
Placed = tuple[str, float, int]


@lru_cache(maxsize=1024)
def placed(line: str, weight: int, *, spaced: bool = False) -> tuple[Placed, ...]:
    """Return what of a line is drawn at once, and where.

    :param spaced: whether there is extra room between letters: each is placed by itself
    """
    found: list[Placed] = []
    pen, before = 0.0, ""
    for text, at in _pieces(line, spaced=spaced):
        pen += _kerned(before, text[:1], weight)
        if text != " ":
            found.append((text, pen, at))
        pen, before = pen + length(text, weight), text[-1]
    return tuple(found)


def _pieces(line: str, *, spaced: bool) -> list[tuple[str, int]]:
    pieces = []
    for word in re.finditer(r" |[^ ]+", line):
        if _PLAIN.fullmatch(word[0]) is None and not spaced:
            texts = runs(word[0])
        else:
            texts = _LETTER.findall(word[0])
        starts = accumulate(map(len, texts), initial=word.start())
        pieces += list(zip(texts, starts, strict=False))
    return pieces


@lru_cache(maxsize=4096)
def _kerned(before: str, letter: str, weight: int) -> float:
    """Return how much two letters move together (below 0) or apart, in em."""
    if not before:
        return 0.0
    return length(before + letter, weight) - length(before, weight) - length(letter, weight)


def pasted(image: Image.Image, text: str, size: int, weight: int, at: tuple[float, int],
           colour: tuple[int, ...]) -> None:  # fmt: skip
    """Draw `text` with its pen at `at`, the y of which is the baseline."""
    # Large letters need less: their edges are smooth and a pixel of space is not seen.
    finer = 3 if size < 44 else 2
    whole, shift = divmod(round(at[0] * finer), finer)
    mask, left, top = _mask(text, size, weight, finer, shift)
    left, top = whole + left, at[1] + top
    image.paste(colour, (left, top, left + mask.width, top + mask.height), mask)


@lru_cache(maxsize=4096)
def _mask(
    text: str, size: int, weight: int, finer: int, shift: int
) -> tuple[Image.Image, int, int]:
    """Return an L mask and where it lies from the pen, which is `shift` parts after a pixel."""
    font = face(text, size * finer, weight)
    box = font.getbbox(text, anchor="ls")
    left, top = floor(box[0] / finer) - 1, floor(box[1] / finer) - 1
    right, bottom = ceil((box[2] + shift) / finer) + 1, ceil(box[3] / finer) + 1
    large = Image.new("L", ((right - left) * finer, (bottom - top) * finer))
    pen = (shift - left * finer, -top * finer)
    ImageDraw.Draw(large).text(pen, text, 255, font, anchor="ls")
    return large.reduce(finer), left, top
