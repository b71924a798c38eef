"""Posters: what one says, not how it looks in pixels.

The content is the whole description; pictures are made of it whenever they are needed. Only what
was put on a post is kept as a picture, and only that is published.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from publisher.db import Model
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post


class Poster(Model):
    """One poster of a post; a post may have several, in an order.

    `content` holds every text field of `posters.contents.Content` by its name, "figures" and
    "agenda" as lists of rows, each a list of texts, and "photos" as a list of
    {"digest": of the office's media, "focus": [x, y]}, shares of width and height, or None.
    """

    __tablename__ = "poster"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    office: Mapped[Office] = relationship()
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post: Mapped[Post] = relationship()
    position: Mapped[int]
    #: A name from `posters.templates.templates()`.
    template: Mapped[str] = mapped_column(sa.String(32))
    #: The sizes that go into the post: names from `posters.templates.FORMATS`.
    shapes: Mapped[list[str]]
    content: Mapped[dict[str, Any]]
    #: What it shows, in words. Empty: as proposed from its fields.
    alt_text: Mapped[str] = mapped_column(default="")
    #: Size to the digest of the picture that was put on the post. Empty: not used yet.
    rendered: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: SHA-256 over all that those pictures were made of; see `designing.key`.
    rendered_key: Mapped[str] = mapped_column(sa.String(64), default="")
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])
    made_at: Mapped[datetime]
    edited_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    edited_by: Mapped[User] = relationship(foreign_keys=[edited_by_id])
    edited_at: Mapped[datetime]
    #: The page that saved last, so that a lost answer is no quarrel with oneself.
    page: Mapped[str] = mapped_column(sa.String(32), default="")
    #: Goes up on every save. A save on an older version is refused.
    version: Mapped[int] = mapped_column()
    steps: Mapped[list["PosterStep"]] = relationship(
        back_populates="poster", cascade="all, delete-orphan", order_by="PosterStep.id"
    )
    photos: Mapped[list["PosterPhoto"]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @validates("content")
    def _note_photos(self, _name: str, content: dict[str, Any]) -> dict[str, Any]:
        """Keep which photos it shows where the library can look for them."""
        shown = {photo["digest"] for photo in content.get("photos", ()) if photo}
        kept = [one for one in self.photos if one.digest in shown]
        new = sorted(shown - {one.digest for one in kept})
        self.photos = [*kept, *(PosterPhoto(digest=digest) for digest in new)]
        return content


class PosterPhoto(Model):
    """Which of its office's photos a poster shows."""

    __tablename__ = "poster_photo"

    poster_id: Mapped[int] = mapped_column(sa.ForeignKey("poster.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True, index=True)


class PosterStep(Model):
    """What a poster said before an edit: the way back."""

    __tablename__ = "poster_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    poster_id: Mapped[int] = mapped_column(sa.ForeignKey("poster.id"), index=True)
    poster: Mapped[Poster] = relationship(back_populates="steps")
    #: What the edit changed, so that one sentence typed is one step.
    field: Mapped[str] = mapped_column(sa.String(32))
    template: Mapped[str] = mapped_column(sa.String(32))
    content: Mapped[dict[str, Any]]
    alt_text: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    at: Mapped[datetime]
