"""Makes the font of the pages from the one the posters are drawn with.

The wheel of Plus Jakarta Sans carries a TTF of 176 KB with every weight in it. Browsers get
the letters that Indonesian and English need, as WOFF2, all weights kept: 38 KB. The result
is built at set-up (`make run` does it) and not kept in git.
"""

import sys
from pathlib import Path

from fontpkg_plus_jakarta_sans import ROOT
from fontTools.subset import Options, Subsetter, load_font, parse_unicodes, save_font

SOURCE = ROOT / "files" / "PlusJakartaSans[wght].ttf"
#: Latin-1, the letters of names such as Š and ł, quotes, dashes, arrows, × − ≤ ≥ € ™.
LETTERS = (
    "U+0020-007E,U+00A0-017F,U+02C6,U+02DA,U+02DC,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,"
    "U+202F,U+2030,U+2032-2033,U+2039-203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,"
    "U+2260,U+2264-2265"
)


def build(target: Path) -> int:
    """Write the WOFF2 subset to `target` and return its size in bytes."""
    options = Options(flavor="woff2", layout_features=["*"], name_IDs=[0, 1, 2, 13, 14])
    font = load_font(str(SOURCE), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(LETTERS))
    subsetter.subset(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    save_font(font, draft, options)
    return draft.replace(target).stat().st_size


if __name__ == "__main__":
    build(Path(sys.argv[1]))
