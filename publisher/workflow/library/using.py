"""Where a picture is used: what would lose it if it were thrown away."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from publisher.db import db
from publisher.models.ideas import Idea
from publisher.models.looks import Logo
from publisher.models.media import Media
from publisher.models.posters import Poster, PosterPhoto
from publisher.models.posts import Post, PostEvent, PostPicture
from publisher.models.proofs import Proof
from publisher.models.quotas import DispensationFile
from publisher.models.weeks import ReportFile

#: So many are named; there may be more.
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Uses:
    """What shows a picture, newest first.

    :param posters: by their posts, which are where they can be opened
    :param shared: an idea that others may take over shows it
    :param proves: it is the screenshot that proves a post
    """

    posts: list[Post]
    posters: list[Post]
    shared: bool
    proves: bool

    @property
    def none(self) -> bool:
        return not (self.posts or self.posters or self.shared or self.proves)


def uses(media: Media) -> Uses:
    """Return where a picture is used. Four queries."""
    on_posts = sa.select(PostPicture.post_id).where(PostPicture.media_id == media.id)
    on_posters = (
        sa.select(Poster.post_id)
        .join(PosterPhoto, PosterPhoto.poster_id == Poster.id)
        .where(PosterPhoto.digest == media.digest, Poster.office_id == media.office_id)
    )
    sharing = sa.exists().where(
        Idea.office_id == media.office_id, Idea.ended_at.is_(None), _names(Idea.content, media)
    )
    proving = sa.exists().where(Proof.screenshot_id == media.id)
    return Uses(
        posts=_posts(on_posts),
        posters=_posts(on_posters),
        shared=bool(db.session.scalar(sa.select(sharing))),
        proves=bool(db.session.scalar(sa.select(proving))),
    )


def _posts(ids: sa.Select[int]) -> list[Post]:
    query = sa.select(Post).where(Post.id.in_(ids)).order_by(Post.id.desc()).limit(SHOWN)
    return list(db.session.scalars(query))


def is_in_history(media: Media) -> bool:
    """Return whether a post was ever submitted with it: history must be able to show it."""
    event = (
        sa.select(PostEvent.id)
        .join(Post, Post.id == PostEvent.post_id)
        .where(Post.office_id == media.office_id, _names(PostEvent.content, media))
        .limit(1)
    )
    return db.session.scalar(event) is not None


def is_shared(media: Media) -> bool:
    """Return whether the same bytes are needed elsewhere: another office's, an emblem, which closed
    weeks name, a kept file, or what a poster was drawn as."""
    drawn = sa.exists().where(Poster.office_id == media.office_id, _names(Poster.rendered, media))
    other = sa.exists().where(Media.digest == media.digest, Media.id != media.id)
    kept = (Logo.digest, DispensationFile.digest, ReportFile.digest)
    elsewhere = (sa.exists().where(digest == media.digest) for digest in kept)
    return bool(db.session.scalar(sa.select(sa.or_(other, drawn, *elsewhere))))


def _names(told: InstrumentedAttribute[Any], media: Media) -> sa.ColumnElement[bool]:
    """A digest is long enough to occur in JSON only where it is meant."""
    return sa.cast(told, sa.Text).contains(media.digest)
