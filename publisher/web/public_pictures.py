"""Pictures of posts that are just being sent, to platforms that fetch them.

No sign-in: whoever was given the address may see this one picture for a while. It is always a
JPEG, exactly as the platform is to show it; see `publisher.gallery`.
"""

from flask import Blueprint, Response, abort, current_app

from publisher import clock
from publisher.gallery import PATH, Gallery, NoSuchPicture
from publisher.platforms import driver_class
from publisher.storage import Unreachable
from publisher.web.access import public
from publisher.web.current import store
from publisher.workflow import composing

bp = Blueprint("public_pictures", __name__, url_prefix=PATH)

MIME = "image/jpeg"


@bp.get("/<token>.jpg")
@public
def show(token: str) -> Response:
    """Send a picture; 404 for an address that is changed, too old, or leads to nothing."""
    gallery: Gallery = current_app.extensions["gallery"]
    now = clock.now()
    try:
        shown = gallery.open(token, at=now)
        rules = driver_class(shown.driver).limits
        content, mime = composing.fitted(shown.digest, MIME, rules, store())
    except Unreachable:  # a platform may ask again
        abort(503)
    except (NoSuchPicture, KeyError, OSError):  # OSError: lost or damaged
        abort(404)
    if mime != MIME:
        abort(404)
    response = Response(content, mimetype=MIME)
    left_s = max(int((shown.until - now).total_seconds()), 0)
    response.headers["Cache-Control"] = f"public, max-age={left_s}, immutable"
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
