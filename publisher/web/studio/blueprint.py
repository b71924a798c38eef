"""Where the studio's pages hang, and how they get at the rows behind them."""

from flask import Blueprint, abort

from publisher.db import db
from publisher.models.people import Role
from publisher.models.places import Office
from publisher.models.posters import Poster
from publisher.models.posts import EDITABLE
from publisher.posters.themes import Theme
from publisher.web import access
from publisher.web.access import me
from publisher.web.current import store
from publisher.workflow import branding

bp = Blueprint("studio", __name__, url_prefix="/konten/<int:post_id>/poster")


def get_poster(post_id: int, poster_id: int) -> Poster:
    """Return a poster of a post that the signed-in person may see."""
    post = access.get_post(post_id)
    poster = db.session.get(Poster, poster_id)
    if poster is None or poster.post_id != post.id:
        abort(404)
    return poster


def may_edit(poster: Poster) -> bool:
    return me().role is Role.DRAFTER and poster.post.status in EDITABLE


def theme_of(office: Office) -> Theme:
    return branding.theme_of(office, store())
