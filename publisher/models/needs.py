"""Which decisions a post still needs before it may be approved, and how each was taken.

A head's signature and a second reviewer are rows of one table: asked of a submission, answered
once, by a person of their own. A row holds for what was submitted and as it was submitted: it
names the moment and the digest, so a post that went back, or says something else, needs new ones
without anybody having to cancel the old.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.posts import Post


class Stage(StrEnum):
    """Whose decision, in the order in which they are taken."""

    HEAD = "head"  # the head of the office signs
    FIRST = "first"  # one reviewer approves
    SECOND = "second"  # and another does


#: Decisions of reviewers, each by another one; the last is the approval itself.
OF_REVIEWERS = (Stage.FIRST, Stage.SECOND)


class Answer(StrEnum):
    GIVEN = "given"
    RETURNED = "returned"
    PASSED = "passed"  # nobody holds the post: it went on without


class Vacant(StrEnum):
    """What becomes of a post when its office has no head who could sign."""

    GO_ON = "go_on"  # it goes to the reviewers, marked
    DEPUTY = "deputy"  # somebody named signs instead
    WAIT = "wait"


class NeededDecision(Model):
    """One decision that a submitted post needs, open or taken."""

    __tablename__ = "needed_decision"
    __table_args__ = (
        sa.UniqueConstraint("post_id", "stage", "submitted_at", "digest"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="time_if_answered"),
        sa.CheckConstraint(
            "(answer IN ('given', 'returned')) = (answered_by_id IS NOT NULL)"
            " OR (answer IS NULL AND answered_by_id IS NULL)",
            name="somebody_if_decided",
        ),
        sa.Index(
            "ix__needed_decision__open",
            "stage",
            "post_id",
            sqlite_where=sa.text("answer IS NULL"),
            postgresql_where=sa.text("answer IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    post: Mapped[Post] = relationship()
    stage: Mapped[Stage] = status_column(Stage)
    #: Of which submission: `Post.submitted_at`.
    submitted_at: Mapped[datetime]
    #: Of what: `Post.digest()` when it was asked.
    digest: Mapped[str] = mapped_column(sa.String(64))
    asked_at: Mapped[datetime]
    #: When whoever is asked is reminded, and when the reviewers are told. None: never, or done.
    remind_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    answer: Mapped[Answer | None] = status_column(Answer, nullable=True)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)
    #: Their position on that day, such as "Plt. Kepala Dinas Kesehatan".
    position: Mapped[str] = mapped_column(default="")
    #: How: which link, made by whom, at which address; what was ticked.
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SignOffRule(Model):
    """Whether the posts of a region need the signature of their office's head."""

    __tablename__ = "sign_off_rule"

    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), primary_key=True)
    region: Mapped[Region] = relationship()
    asked: Mapped[bool]
    vacant: Mapped[Vacant] = status_column(Vacant, default=Vacant.GO_ON)
    #: Who signs where nobody else can, if so it is to be.
    deputy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    deputy: Mapped[User | None] = relationship(foreign_keys=deputy_id)
    #: After so many hours without a signature the reviewers are told.
    late_hours: Mapped[int] = mapped_column(sa.SmallInteger, default=24)
    #: So many hours a link to sign with leads somewhere.
    link_hours: Mapped[int] = mapped_column(sa.SmallInteger, default=72)
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User] = relationship(foreign_keys=set_by_id)
    set_at: Mapped[datetime]


class SignOffException(Model):
    """An office for which it is otherwise."""

    __tablename__ = "sign_off_exception"

    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), primary_key=True)
    office: Mapped[Office] = relationship()
    asked: Mapped[bool]
    deputy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    deputy: Mapped[User | None] = relationship(foreign_keys=deputy_id)
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User] = relationship(foreign_keys=set_by_id)
    set_at: Mapped[datetime]


class SignOffLink(Model):
    """A link with which one person may take one decision, once, for a while.

    Only a hash of it is kept. It ends with the decision, whoever took it.
    """

    __tablename__ = "sign_off_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(sa.ForeignKey("needed_decision.id"), index=True)
    need: Mapped[NeededDecision] = relationship()
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    person: Mapped[User] = relationship(foreign_keys=person_id)
    #: SHA-256, hex.
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: Who asked for it; None: Siar sent it by itself.
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    made_by: Mapped[User | None] = relationship(foreign_keys=made_by_id)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for one office: its own word, else that of its region."""

    asked: bool = False
    vacant: Vacant = Vacant.GO_ON
    deputy: User | None = None
    late_hours: int = 24
    link_hours: int = 72


def asks_head() -> sa.ColumnElement[bool]:
    """Return the condition of what the head of a submitted post's office is asked for still."""
    return sa.and_(
        NeededDecision.post_id == Post.id,
        NeededDecision.stage == sa.literal_column("'head'"),
        NeededDecision.answer.is_(None),
        NeededDecision.submitted_at == Post.submitted_at,
    )


def waits_for_head() -> sa.ColumnElement[bool]:
    """Return the condition of a submitted post that its office's head has not signed yet."""
    return sa.exists().where(asks_head())
