"""The region's logo on paper and in the picture.

A report names it by its digest, so whoever changes the logo changes no week that is closed: the
store keeps what a logo was for as long as the region is there.
"""

import io
import logging

from PIL import Image, UnidentifiedImageError

from publisher.posters.colours import between
from publisher.reports.snapshot import WeekReport
from publisher.storage import Store, Unreachable

log = logging.getLogger(__name__)

#: Wide and high: enough for 20 mm on paper, and for 104 px in the picture.
SIDE_PX = 320
#: What is larger was not made by us.
MOST_PX = 4_000_000
#: Of a logo that many parts in 100 may be no clearer than this on what lies below it.
MOST_LOST, UNCLEAR = 90, 1.5
_LOOKED_AT_PX = 24


def logo_of(report: WeekReport, store: Store) -> bytes | None:
    """Return the logo as a small PNG; None where the region has none.

    One that is lost or damaged for good is left out: a leader waits for the figures, not for it.

    :raises Unreachable: if the store does not answer; then it is better to try again later
    """
    if not report.logo:
        return None
    try:
        return _small(store.get(report.logo))
    except Unreachable:
        raise
    except (OSError, ValueError) as error:
        log.warning("the logo of %s is left out of its report: %s", report.region_code, error)
        return None


def is_lost(logo: bytes, ground: str) -> bool:
    """Return whether nearly nothing of a logo can be told from the colour below it, as of a white
    one on paper; then it needs a plate of its own.

    :param ground: "#rrggbb"
    """
    with Image.open(io.BytesIO(logo), formats=("PNG",)) as image:
        image.thumbnail((_LOOKED_AT_PX, _LOOKED_AT_PX))
        pixels = image.convert("RGBA").tobytes()
    seen = [pixels[at : at + 3] for at in range(0, len(pixels), 4) if pixels[at + 3] > 127]
    unclear = sum(between(f"#{colour.hex()}", ground) < UNCLEAR for colour in seen)
    return unclear * 100 >= MOST_LOST * len(seen)


def _small(content: bytes) -> bytes:
    """Return the same picture no larger than is needed, and nothing else that was in the file."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as logo:
            if logo.width * logo.height > MOST_PX:
                raise ValueError("the logo is too large")
            small = logo.convert("RGBA")
    except (UnidentifiedImageError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("the logo is no PNG") from error
    small.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    Image.frombytes("RGBA", small.size, small.tobytes()).save(out, "PNG")
    return out.getvalue()
