"""Where a picture is used: what would lose it if it were thrown away."""

from dataclasses import dataclass

import sqlalchemy as sa

from publisher.db import db
from publisher.models.looks import Logo
from publisher.models.media import Media
from publisher.models.posters import Poster, PosterPhoto
from publisher.models.posts import Post, PostEvent, PostPicture
from publisher.models.proofs import Proof

#: So many are named; there may be more.
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Uses:
    """What shows a picture, newest first.

    :param posters: by their posts, which are where they can be opened
    :param proves: it is the screenshot that proves a post
    """

    posts: list[Post]
    posters: list[Post]
    proves: bool

    @property
    def none(self) -> bool:
        return not (self.posts or self.posters or self.proves)


def uses(media: Media) -> Uses:
    """Return where a picture is used. Three queries."""
    on_posts = sa.select(PostPicture.post_id).where(PostPicture.media_id == media.id)
    on_posters = (
        sa.select(Poster.post_id)
        .join(PosterPhoto, PosterPhoto.poster_id == Poster.id)
        .where(PosterPhoto.digest == media.digest, Poster.office_id == media.office_id)
    )
    proving = sa.exists().where(Proof.screenshot_id == media.id)
    return Uses(
        posts=_posts(on_posts),
        posters=_posts(on_posters),
        proves=bool(db.session.scalar(sa.select(proving))),
    )


def _posts(ids: sa.Select[int]) -> list[Post]:
    query = sa.select(Post).where(Post.id.in_(ids)).order_by(Post.id.desc()).limit(SHOWN)
    return list(db.session.scalars(query))


def is_in_history(media: Media) -> bool:
    """Return whether a post was ever submitted with it: history must be able to show it."""
    told = sa.cast(PostEvent.content, sa.Text).contains(media.digest)
    event = (
        sa.select(PostEvent.id)
        .join(Post, Post.id == PostEvent.post_id)
        .where(Post.office_id == media.office_id, told)
        .limit(1)
    )
    return db.session.scalar(event) is not None


def is_shared(media: Media) -> bool:
    """Return whether another row stands for the same bytes: another office's, or an emblem."""
    other = sa.exists().where(Media.digest == media.digest, Media.id != media.id)
    emblem = sa.exists().where(Logo.digest == media.digest)
    return bool(db.session.scalar(sa.select(other | emblem)))
