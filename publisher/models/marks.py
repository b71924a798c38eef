"""Marks of a reviewer on a post: on a sentence, or on a spot of a picture.

A mark is noted while the reviewer looks, and belongs to them alone until the post is returned.
From then on it belongs to that event, and the office ticks it off.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.posts import Post, PostEvent, ReturnReason


class ReturnMark(Model):
    """What is to be better at one place of a post, and why."""

    __tablename__ = "return_mark"
    __table_args__ = (
        sa.CheckConstraint("(quote <> '') <> (digest <> '')", name="sentence_or_spot"),
        sa.CheckConstraint(
            "(digest <> '') = (x IS NOT NULL) AND (x IS NULL) = (y IS NULL)", name="spot_is_whole"
        ),
        sa.CheckConstraint("x BETWEEN 0 AND 1000 AND y BETWEEN 0 AND 1000", name="spot_inside"),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_by_somebody"),
        sa.CheckConstraint("done_at IS NULL OR event_id IS NOT NULL", name="done_once_sent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post: Mapped[Post] = relationship()
    reason: Mapped[ReturnReason] = status_column(ReturnReason)
    comment: Mapped[str] = mapped_column(default="")
    #: Which text of the post, by the names of `checking.texts`; "" for a spot.
    field: Mapped[str] = mapped_column(sa.String(64), default="")
    #: The sentence as it stood; "" for a spot.
    quote: Mapped[str] = mapped_column(default="")
    #: Of the picture that a spot is on.
    digest: Mapped[str] = mapped_column(sa.String(64), default="")
    #: Thousandths of the picture's width and height, from its top left corner.
    x: Mapped[int | None] = mapped_column(sa.SmallInteger)
    y: Mapped[int | None] = mapped_column(sa.SmallInteger)
    noted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    noted_by: Mapped[User] = relationship(foreign_keys=[noted_by_id])
    noted_at: Mapped[datetime]
    #: The return it was sent with; None while only its reviewer knows of it.
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post_event.id"))
    event: Mapped[PostEvent | None] = relationship()
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    done_by: Mapped[User | None] = relationship(foreign_keys=[done_by_id])
