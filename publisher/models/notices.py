"""Notices: what happened that asks for a person, said once to those who can act.

A notice names what it is about by ids, never by words of its own, so it always shows the present
state of that thing. Its key names the event; the database keeps it unique, so any number of
workers may write it. Who may see it follows from `AUDIENCE` and from its place: with an office
it is for that office and its region, without one for the region alone (a stop of the region: for
all its offices too), and without a region for
every region, because all share the machine (`models.audience`). What goes out by e-mail or
Telegram is in `models.letters`: at once what `AT_ONCE` names, all else once a day.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, db, status_column
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery
from publisher.models.people import Role
from publisher.models.places import Office, Region
from publisher.models.posts import Post
from publisher.models.watch import Incident


class NoticeKind(StrEnum):
    FAILED = "failed"  # a delivery was refused
    MISSED = "missed"  # a delivery could not go out within its window
    UNKNOWN = "unknown"  # only a person can tell whether a delivery is out
    HANDED_OVER = "handed_over"  # it is time that a person posts it
    PROOF_WAITING = "proof_waiting"  # somebody filed a proof, another is to verify it
    PROOF_RETURNED = "proof_returned"  # a proof was not accepted
    RECONNECT = "reconnect"  # an account needs its person
    PAUSED = "paused"  # an account is held by its platform; time heals it
    RISK = "risk"  # planned deliveries that would not go out as things stand
    INCIDENT = "incident"  # deliveries are late and nobody knows why yet
    OUTAGE = "outage"  # no worker was at work while something was due
    OBJECTION_FILED = "objection_filed"  # an office objects to its number
    OBJECTION_ANSWERED = "objection_answered"
    CLOSING_HELD = "closing_held"  # a week was not closed on its day: objections are open
    STOPPED = "stopped"  # somebody stopped all publishing of the region
    RESUMED = "resumed"  # and let it go on
    CLAIM_FILED = "claim_filed"  # an office says that a post made without Siar is its own
    CLAIM_ANSWERED = "claim_answered"
    RETURNED = "returned"  # a reviewer sent a post back, refused it, or took an approval back
    WEEK_CLOSED = "week_closed"  # the report of a week is there for good
    PLAN_DUE = "plan_due"  # an office's plan of a week lacks something, and is due tomorrow
    SIGN_OFF_ASKED = "sign_off_asked"  # a post waits for the signature of its office's head
    SIGN_OFF_ANSWERED = "sign_off_answered"
    SIGN_OFF_LATE = "sign_off_late"  # and waits too long
    PLAN_LATE = "plan_late"  # and its time is over


_REGION = frozenset({Role.REVIEWER, Role.OPERATOR})
_DECIDES = frozenset({Role.DRAFTER, Role.REVIEWER})
#: Who can do something about it. Office roles see only their own office's.
AUDIENCE: dict[NoticeKind, frozenset[Role]] = {
    NoticeKind.FAILED: _DECIDES,
    NoticeKind.MISSED: _DECIDES,
    NoticeKind.UNKNOWN: _DECIDES,
    NoticeKind.HANDED_OVER: frozenset({Role.DRAFTER}),
    NoticeKind.PROOF_WAITING: frozenset({Role.REVIEWER}),
    NoticeKind.PROOF_RETURNED: frozenset({Role.DRAFTER}),
    NoticeKind.RECONNECT: _DECIDES | _REGION,
    NoticeKind.PAUSED: _DECIDES | _REGION,
    NoticeKind.RISK: _DECIDES | _REGION,
    NoticeKind.INCIDENT: _DECIDES | _REGION,
    NoticeKind.OUTAGE: _REGION,
    NoticeKind.OBJECTION_FILED: frozenset({Role.REVIEWER}),
    NoticeKind.OBJECTION_ANSWERED: frozenset({Role.DRAFTER}),
    NoticeKind.CLOSING_HELD: frozenset({Role.REVIEWER}),
    NoticeKind.STOPPED: _REGION | {Role.DRAFTER, Role.LEADER},
    NoticeKind.RESUMED: _REGION | {Role.DRAFTER, Role.LEADER},
    NoticeKind.CLAIM_FILED: frozenset({Role.REVIEWER}),
    NoticeKind.CLAIM_ANSWERED: frozenset({Role.DRAFTER}),
    NoticeKind.RETURNED: frozenset({Role.DRAFTER}),
    NoticeKind.WEEK_CLOSED: frozenset({Role.REVIEWER, Role.LEADER}),
    NoticeKind.PLAN_DUE: frozenset({Role.DRAFTER}),
    NoticeKind.PLAN_LATE: _DECIDES,
    NoticeKind.SIGN_OFF_ASKED: frozenset({Role.HEAD}),
    NoticeKind.SIGN_OFF_ANSWERED: frozenset({Role.DRAFTER, Role.HEAD}),
    NoticeKind.SIGN_OFF_LATE: _DECIDES,
}
#: Whom a letter reaches at once: something is lost, or goes wrong, unless this person acts today.
#: All else that a person is told waits for their daily letter.
AT_ONCE: dict[NoticeKind, frozenset[Role]] = {
    NoticeKind.SIGN_OFF_ASKED: frozenset({Role.HEAD}),
    NoticeKind.SIGN_OFF_LATE: frozenset({Role.DRAFTER}),
    NoticeKind.FAILED: frozenset({Role.DRAFTER}),
    NoticeKind.MISSED: frozenset({Role.DRAFTER}),
    NoticeKind.UNKNOWN: frozenset({Role.DRAFTER}),
    NoticeKind.HANDED_OVER: frozenset({Role.DRAFTER}),
    NoticeKind.RETURNED: frozenset({Role.DRAFTER}),
    NoticeKind.RECONNECT: frozenset({Role.DRAFTER, Role.OPERATOR}),
    NoticeKind.RISK: frozenset({Role.DRAFTER}),
    NoticeKind.INCIDENT: frozenset({Role.OPERATOR}),
    NoticeKind.OUTAGE: frozenset({Role.OPERATOR}),
    NoticeKind.CLOSING_HELD: frozenset({Role.REVIEWER}),
    NoticeKind.STOPPED: AUDIENCE[NoticeKind.STOPPED],
}
#: Of a region, and told to its offices as well.
TO_ALL_OFFICES = (NoticeKind.STOPPED, NoticeKind.RESUMED)
_STOPS = sa.text("kind IN ('stopped', 'resumed')")
_NEW = sa.text("passed_on_at IS NULL")
#: Everybody who is ever told anything.
RECIPIENTS = frozenset().union(*AUDIENCE.values())


def _open() -> dict[str, Any]:
    condition = sa.text("resolved_at IS NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


class Notice(Model):
    """One event, told once. `resolved_at` says when it stopped asking for anybody."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index("ix__notice__region_open", "region_id", "id", **_open()),
        sa.Index("ix__notice__office_open", "office_id", "id", **_open()),
        sa.Index("ix__notice__region", "region_id", "id"),
        sa.Index("ix__notice__office", "office_id", "id"),
        sa.Index("ix__notice__account", "account_id", "at"),
        sa.Index("ix__notice__new", "id", sqlite_where=_NEW, postgresql_where=_NEW),
        sa.Index(
            "ix__notice__stops", "region_id", "id", sqlite_where=_STOPS, postgresql_where=_STOPS
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Names the event, such as "delivery:17:event:230".
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[NoticeKind] = status_column(NoticeKind)
    at: Mapped[datetime]
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region | None] = relationship()
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"))
    account: Mapped[Account | None] = relationship()
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delivery.id"))
    delivery: Mapped[Delivery | None] = relationship()
    incident_id: Mapped[int | None] = mapped_column(sa.ForeignKey("incident.id"))
    incident: Mapped[Incident | None] = relationship()
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))
    post: Mapped[Post | None] = relationship()
    #: Why, in Indonesian (gettext message id); `details` fill its %(name)s placeholders.
    reason: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    resolved_at: Mapped[datetime | None]
    #: Since when the letters that tell of it at once are written; None: it is new.
    passed_on_at: Mapped[datetime | None]


class NoticeRead(Model):
    """Who has seen which notice."""

    __tablename__ = "notice_read"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"), primary_key=True)
    at: Mapped[datetime]


class Hold(Model):
    """The hold of an account that was told about; there for as long as it lasts."""

    __tablename__ = "hold"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    status: Mapped[AccountStatus] = status_column(AccountStatus)
    since: Mapped[datetime]


def add_once(model: type[Model], rows: Sequence[dict[str, Any]]) -> int:
    """Add rows and return how many were new; those that are there already, by whatever is
    unique, stay as they are."""
    if not rows:
        return 0
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    statement = insert[db.session.get_bind().dialect.name](model).on_conflict_do_nothing()
    names = sorted({name for row in rows for name in row})  # one statement needs the same of all
    whole = [{name: row.get(name) for name in names} for row in rows]
    added = statement.values(whole).returning(sa.inspect(model).primary_key[0])
    return len(db.session.execute(added).all())
