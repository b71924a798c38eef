"""Small pieces of motifs, to choose one by eye."""

import io
from functools import lru_cache

from PIL import Image

from publisher.posters.motifs import woven
from publisher.posters.themes import Theme

SIZE_PX = (240, 120)
_TILE_PX = 60


@lru_cache(maxsize=16)
def swatch(motif: str) -> bytes:
    """Return a PNG of a motif in Siar's own colours.

    :raises KeyError: for a motif there is not
    """
    own = Theme(region="", office="")
    image = Image.new("RGB", SIZE_PX, own.brand)
    image.paste(own.accent, (0, 0), woven(motif, SIZE_PX, _TILE_PX, 0.75, "none"))
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()
