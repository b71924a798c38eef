"""Photos of posts, to those who may see the office they belong to.

A photo is named by its digest, so it never changes and a browser may keep it; but only the
person's own browser, because an unpublished photo is nobody else's business.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request, url_for

from publisher.models.media import Media
from publisher.models.people import OFFICE_ROLES
from publisher.platforms import DRIVERS, driver_class
from publisher.posters import fitting
from publisher.posters import photos as pictures
from publisher.posters.fitting import PictureRules
from publisher.storage import DIGEST, Unreachable
from publisher.web.access import me, my_area, sees_office, signed_in
from publisher.web.current import store
from publisher.workflow import composing, drafting

bp = Blueprint("photos", __name__, url_prefix="/foto")

#: px; the widths that `?ukuran=` names: for a grid, and the same for screens twice as fine.
SIZES = {"mini": 240, "kecil": 480}


JPEG = pictures.MIME["JPEG"]


@dataclass(frozen=True)
class Shown:
    """A photo as one channel shows it; `margins`: it is given some, so as to stay whole there."""

    small: str
    large: str
    width: int
    height: int
    margins: bool


@bp.get("/<digest>")
@signed_in
def show(digest: str) -> Response:
    """Send a photo; 404 to whoever may not see it.

    With `?ukuran=` a small one, with `?kanal=` as that channel's driver would send it.
    """
    driver = request.args.get("kanal", "")
    if not DIGEST.fullmatch(digest) or driver not in {"", *DRIVERS}:
        abort(404)
    whole_region = me().role not in OFFICE_ROLES
    media = drafting.visible_media(digest, user=me(), whole_region=whole_region)
    if media is None or (my_area() and not sees_office(media.office)):
        abort(404)
    rules = driver_class(driver).limits if driver else None
    return sent(media, rules, width=SIZES.get(request.args.get("ukuran", "")))


@bp.app_template_global("shown_on")
def shown_on(media: Media, driver: str) -> Shown:
    """Return how a photo goes out by a driver. Asks nothing but the photo's own size."""
    rules, size = driver_class(driver).limits, (media.width, media.height)
    margins = fitting.has_margins(size, rules)
    width, height = fitting.frame(size, rules)
    channel = driver if margins else None
    return Shown(
        small=url_for("photos.show", digest=media.digest, kanal=channel, ukuran="kecil"),
        large=url_for("photos.show", digest=media.digest, kanal=channel),
        width=width,
        height=height,
        margins=margins,
    )


def sent(media: Media, rules: PictureRules | None, *, width: int | None) -> Response:
    """Return the answer that is a photo, to whoever was found to be allowed to see it.

    :param width: in px, of a small one; None for the whole
    """
    name = (fitting.variant(rules) if rules else "") + (f"-{width}.jpg" if width else "")
    response = Response()
    response.set_etag(f"{media.digest}{name}")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.make_conditional(request).status_code == 304:
        return response
    try:
        response.data, response.mimetype = (
            _small(media, rules, name, width) if width else _whole(media, rules)
        )
    except Unreachable:
        abort(503)
    except OSError:  # lost or damaged
        abort(404)
    return response


def _whole(media: Media, rules: PictureRules | None) -> tuple[bytes, str]:
    if rules is None:
        return store().get(media.digest), media.mime
    return composing.fitted(media.digest, media.mime, rules, store())


def _small(media: Media, rules: PictureRules | None, name: str, width: int) -> tuple[bytes, str]:
    mime = media.mime if rules is None else JPEG

    def make(_master: bytes) -> bytes:
        return pictures.thumbnail(_whole(media, rules)[0], width, mime)

    return store().derived(media.digest, name, make), mime
