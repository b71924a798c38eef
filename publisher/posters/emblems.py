"""Emblems: a cleaned logo, made ready to lie on any ground of a poster."""

import io

from PIL import Image

from publisher.errors import N_, Invalid
from publisher.posters.photos import MIME, Photo

SIDE_PX = 640
LEAST_PX = 120  # posters show it at 82 px
CLEAR = 16  # of 255: nobody sees what is less than this


class LogoNotTransparent(Invalid):
    """A logo on a ground of its own would lie on a poster as a box."""

    message = N_(
        "Latar logo ini tidak transparan, jadi di poster akan tampak sebagai kotak. "
        "Unggah logo berformat PNG dengan latar transparan."
    )


class LogoTooSmall(Invalid):
    message = N_(
        "Logo ini terlalu kecil dan akan tampak buram. Unggah gambar yang sisi panjangnya "
        "paling sedikit %(least)s piksel."
    )


def emblem(content: bytes) -> Photo:
    """Return a logo without the empty edges around it, as a PNG at most `SIDE_PX` wide and high.

    :param content: what `photos.normalise_logo` made; never an upload itself
    :raises LogoNotTransparent: if nothing of it can be seen through, or nothing seen
    :raises LogoTooSmall: if it would be blurred
    """
    logo: Image.Image = Image.open(io.BytesIO(content), formats=("PNG",))
    if logo.mode != "RGBA":
        raise LogoNotTransparent
    alpha = logo.getchannel("A")
    box = alpha.point([255 * (value > CLEAR) for value in range(256)]).getbbox()
    if box is None or int(alpha.getextrema()[0]) > CLEAR:  # type: ignore[arg-type]
        raise LogoNotTransparent
    logo = logo.crop(box)
    if max(logo.size) < LEAST_PX:
        raise LogoTooSmall(least=LEAST_PX)
    logo.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    logo.save(out, "PNG", optimize=True)
    return Photo(content=out.getvalue(), width=logo.width, height=logo.height, mime=MIME["PNG"])
