"""Photos of posts, to those who may see the office they belong to.

A photo is named by its digest, so it never changes and a browser may keep it; but only the
person's own browser, because an unpublished photo is nobody else's business.
"""

from flask import Blueprint, Response, abort, current_app, request

from publisher.models.people import OFFICE_ROLES
from publisher.posters import photos as pictures
from publisher.storage import DIGEST, Store
from publisher.web.access import me, signed_in
from publisher.workflow import drafting

bp = Blueprint("photos", __name__, url_prefix="/foto")

SMALL_PX = 480
MIME = "image/jpeg"


@bp.get("/<digest>")
@signed_in
def show(digest: str) -> Response:
    """Send a photo, or with `?ukuran=kecil` a small one; 404 to whoever may not see it."""
    if not DIGEST.fullmatch(digest):
        abort(404)
    whole_region = me().role not in OFFICE_ROLES
    if drafting.visible_media(digest, user=me(), whole_region=whole_region) is None:
        abort(404)
    return _sent(digest, small=request.args.get("ukuran") == "kecil")


def _sent(digest: str, *, small: bool) -> Response:
    response = Response(mimetype=MIME)
    response.set_etag(f"{digest}-{SMALL_PX}" if small else digest)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.make_conditional(request).status_code == 304:
        return response
    try:
        response.data = _small(digest) if small else _store().get(digest)
    except FileNotFoundError:
        abort(404)
    return response


def _small(digest: str) -> bytes:
    return _store().derived(
        digest, f"{SMALL_PX}.jpg", lambda content: pictures.thumbnail(content, SMALL_PX)
    )


def _store() -> Store:
    store: Store = current_app.extensions["media_store"]
    return store
