"""The pictures the studio shows and gives away. Only to those who may see the post."""

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from publisher.db import db
from publisher.models.people import Role
from publisher.models.posters import Poster
from publisher.models.posts import Post
from publisher.posters.templates import templates
from publisher.web import access
from publisher.web.access import allow
from publisher.web.current import store
from publisher.web.studio.blueprint import bp, get_poster, theme_of
from publisher.workflow import designing
from publisher.workflow.designing import SIZES, Design

THUMBNAIL_PX = 160
SAMPLE_PX = 320


@bp.get("/<int:poster_id>/<shape>.jpg")
@allow(Role.DRAFTER, Role.HEAD)
def picture(post_id: int, poster_id: int, shape: str) -> ResponseReturnValue:
    """Send a poster as it is saved: small to look at, or whole to take away (`?unduh=1`)."""
    poster = get_poster(post_id, poster_id)
    if shape not in SIZES:
        abort(404)
    design, theme = Design.of(poster), theme_of(poster.post.office)
    current = request.args.get("v") == f"{poster.version}-{designing.theme_key(theme)}"
    name, template = _file_name(poster), poster.template
    db.session.rollback()  # no transaction is open while a poster is drawn
    if "unduh" in request.args:
        drawn = designing.pictures(design, theme, (shape,), store())
        if drawn.problems:
            raise designing.Unfinished(drawn.problems)
    else:
        width = {"mini": THUMBNAIL_PX}.get(request.args.get("lebar", ""), designing.PREVIEW_PX)
        drawn = designing.preview(design, theme, shape, store(), width)
    if not drawn.pictures:  # not yet to be drawn: what its template looks like
        return redirect(url_for(".sample", post_id=post_id, template=template))
    response = Response(next(iter(drawn.pictures.values())), mimetype="image/jpeg")
    if "unduh" in request.args:
        label = f"{name}-{designing.file_label(shape)}.jpg"
        response.headers.set("Content-Disposition", "attachment", filename=label)
    elif current:
        response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response


@bp.get("/<int:poster_id>/semua.zip")
@allow(Role.DRAFTER, Role.HEAD)
def archive(post_id: int, poster_id: int) -> Response:
    """Send all sizes at once."""
    poster = get_poster(post_id, poster_id)
    design, theme, name = Design.of(poster), theme_of(poster.post.office), _file_name(poster)
    db.session.rollback()
    packed = designing.packed(design, theme, store(), name)
    response = Response(packed, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.zip")
    return response


@bp.get("/contoh/<template>.jpg")
@allow(Role.DRAFTER, Role.HEAD)
def sample(post_id: int, template: str) -> Response:
    """Send the example of a template in the office's look."""
    post = access.get_post(post_id)
    if template not in templates():
        abort(404)
    theme = theme_of(post.office)
    db.session.rollback()
    response = Response(designing.sample(template, theme, SAMPLE_PX), mimetype="image/jpeg")
    if request.args.get("v") == designing.theme_key(theme):
        response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response


@bp.app_template_global("poster_picture")
def poster_picture(poster: Poster, shape: str, theme_key: str, width: str = "") -> str:
    """Return the address of a saved poster's picture; another one for each version."""
    version = f"{poster.version}-{theme_key}"
    return url_for(
        "studio.picture",
        post_id=poster.post_id,
        poster_id=poster.id,
        shape=shape,
        lebar=width or None,
        v=version,
    )


@bp.app_template_global("posters_on")
def posters_on(post: Post) -> dict[str, int]:
    """Return which of a post's pictures are posters: digest to the poster's id."""
    return {
        digest: poster.id
        for poster in designing.posters_of(post)
        for digest in poster.rendered.values()
    }


def _file_name(poster: Poster) -> str:
    return _("poster-%(number)s", number=f"{poster.post_id}-{poster.position + 1}")
