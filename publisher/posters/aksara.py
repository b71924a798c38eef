"""Aksara Jawa, wherever its font is present: an option, because no package index carries it.

The font is Noto Sans Javanese, of Debian's `fonts-noto-core` or named by `AKSARA_FONT`. Its
letters stand below and round one another, so there is no writing it without Raqm either.
"""

import re
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont, features

#: The Javanese block of Unicode, and what joins and parts its letters.
WRITTEN = re.compile("[\ua980-\ua9df][\ua980-\ua9df\u200c\u200d]*")
KNOWN = (
    Path("/usr/share/fonts/truetype/noto/NotoSansJavanese-Regular.ttf"),
    Path("/usr/share/fonts/noto/NotoSansJavanese-Regular.ttf"),
    Path("/usr/local/share/fonts/NotoSansJavanese-Regular.ttf"),
)
#: Its letters are larger than Latin ones of the same size, and reach further down.
SHARE = 0.86
#: What a line of it needs, in em: to the next baseline, and below the last one.
LEADING, BELOW = 1.9, 0.5
_BOLD = 650

_named: Path | None = None


def configure(path: str | None) -> None:
    """Name the font file of this process; None for the known places."""
    global _named
    _named = Path(path) if path else None
    for cached in (_files, letters, face):
        cached.cache_clear()


def present() -> bool:
    """Return whether aksara can be written here."""
    return bool(_files()) and bool(features.check("raqm"))


def used(text: str) -> bool:
    return WRITTEN.search(text) is not None


@lru_cache(maxsize=1)
def _files() -> tuple[str, ...]:
    """Return the font file, and its bold one if that lies beside it."""
    places = (_named,) if _named else KNOWN
    plain = next((place for place in places if place.is_file()), None)
    if plain is None:
        return ()
    bold = plain.with_name(plain.name.replace("-Regular", "-Bold"))
    return (str(plain), str(bold if bold.is_file() else plain))


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """Return the code points that can be written; none without font or Raqm."""
    if not present():
        return frozenset()
    with TTFont(_files()[0], lazy=True) as font:
        return frozenset(one for one in font.getBestCmap() if WRITTEN.match(chr(one))) | {
            0x200C, 0x200D,
        }  # fmt: skip


@lru_cache(maxsize=64)
def face(size_px: int, weight: int) -> ImageFont.FreeTypeFont:
    """Return the font at a size that goes with Latin letters of `size_px`.

    :raises OSError: without the font
    """
    files = _files()
    if not files:
        raise OSError("there is no font for aksara Jawa")
    return ImageFont.truetype(files[weight >= _BOLD], max(1, round(size_px * SHARE)))
