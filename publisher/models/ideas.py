"""The idea bank: posters that offices share as templates, and who took them up.

An idea is a copy, made when it was shared: what becomes of the poster or its post afterwards does
not change what others take over.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostKind


class Idea(Model):
    """A poster of one office that the others of its region may adapt, naming it."""

    __tablename__ = "idea"
    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        sa.CheckConstraint("featured_at IS NULL OR ended_at IS NULL", name="featured_while_there"),
        sa.Index(
            "uq__idea__poster_now",
            "poster_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    office: Mapped[Office] = relationship()
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), index=True)
    post: Mapped[Post] = relationship()
    #: None: the poster itself was deleted since.
    poster_id: Mapped[int | None] = mapped_column(sa.ForeignKey("poster.id", ondelete="SET NULL"))
    kind: Mapped[PostKind] = status_column(PostKind)
    title: Mapped[str]
    #: What worked, in the words of whoever shares it.
    worked: Mapped[str]
    template: Mapped[str] = mapped_column(sa.String(32))
    #: As `Poster.content`, without what is the office's own; photos only if they may be reused.
    content: Mapped[dict[str, Any]]
    shared_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    shared_by: Mapped[User] = relationship(foreign_keys=[shared_by_id])
    shared_at: Mapped[datetime]
    #: Kominfo shows it first.
    featured_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    ended_by: Mapped[User | None] = relationship(foreign_keys=[ended_by_id])
    #: Why kominfo removed it. Empty: its office took it back.
    ended_reason: Mapped[str] = mapped_column(default="", server_default="")
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class IdeaUse(Model):
    """One poster that was made from an idea: the credit. Never deleted."""

    __tablename__ = "idea_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(sa.ForeignKey("idea.id"), index=True)
    idea: Mapped[Idea] = relationship()
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office] = relationship()
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    poster_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("poster.id", ondelete="SET NULL"), index=True
    )
    used_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    used_by: Mapped[User] = relationship()
    used_at: Mapped[datetime]
