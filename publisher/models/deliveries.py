"""A delivery: one post for one account, the only truth about whether it is out.

It changes only in `advancing`, by the steps named here.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher import clock
from publisher.db import Model, status_column
from publisher.models.accounts import Account
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostKind


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"  # a worker prepares it; nothing is public
    SENDING = "sending"  # the publishing request may have begun
    HANDED_OVER = "handed_over"  # a person posts it, and files the proof
    PUBLISHED = "published"
    UNKNOWN = "unknown"  # "Perlu dicek": it may be out, it may not
    FAILED = "failed"
    MISSED = "missed"
    CANCELLED = "cancelled"


_S = DeliveryStatus
#: While one of these holds, the account has a post in flight and gets no other.
IN_FLIGHT = (_S.CLAIMED, _S.SENDING, _S.UNKNOWN)
#: When a delivery that waits for a person is looked at next.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: Something still happens, by itself or by a person.
OPEN = (_S.PENDING, _S.CLAIMED, _S.SENDING, _S.HANDED_OVER, _S.UNKNOWN)
#: Nothing more happens by itself.
FINAL = (_S.PUBLISHED, _S.FAILED, _S.MISSED, _S.CANCELLED)

#: As `lookups`: brought back from a backup, so its account is read before anything is sent.
LOOK_FIRST = -1

# step: (statuses it may be taken from, status it leads to)
STEPS: dict[str, tuple[frozenset[DeliveryStatus], DeliveryStatus]] = {
    "claim": (frozenset({_S.PENDING}), _S.CLAIMED),
    "begin": (frozenset({_S.CLAIMED}), _S.SENDING),
    "publish": (frozenset({_S.SENDING}), _S.PUBLISHED),
    "postpone": (frozenset({_S.CLAIMED, _S.SENDING}), _S.PENDING),
    "fail": (frozenset({_S.CLAIMED, _S.SENDING, _S.UNKNOWN}), _S.FAILED),
    "doubt": (frozenset({_S.SENDING}), _S.UNKNOWN),
    "recover": (frozenset({_S.CLAIMED}), _S.PENDING),  # its worker died before sending
    "recheck": (frozenset({_S.CLAIMED}), _S.UNKNOWN),  # see LOOK_FIRST
    "find": (frozenset({_S.UNKNOWN, _S.HANDED_OVER}), _S.PUBLISHED),
    "resume": (frozenset({_S.UNKNOWN}), _S.PENDING),  # looked for twice, not there
    "arrive": (  # a late answer, whatever was believed meanwhile
        frozenset({_S.UNKNOWN, _S.PENDING, _S.CLAIMED, _S.FAILED, _S.MISSED}),
        _S.PUBLISHED,
    ),
    "replan": (frozenset({_S.CLAIMED}), _S.PENDING),  # approved anew meanwhile
    "hand_over": (frozenset({_S.PENDING, _S.SENDING}), _S.HANDED_OVER),
    "hand_over_late": (
        frozenset({_S.UNKNOWN, _S.PENDING, _S.CLAIMED, _S.FAILED, _S.MISSED}),
        _S.HANDED_OVER,
    ),
    "verify": (frozenset({_S.HANDED_OVER, _S.MISSED}), _S.PUBLISHED),  # a filed proof is true
    "miss": (frozenset({_S.PENDING, _S.HANDED_OVER}), _S.MISSED),
    "cancel": (
        frozenset({_S.PENDING, _S.CLAIMED, _S.HANDED_OVER, _S.FAILED, _S.MISSED}),
        _S.CANCELLED,
    ),
    "retry": (frozenset({_S.FAILED, _S.MISSED}), _S.PENDING),  # a person: "Coba lagi"
    "recall": (frozenset({_S.CLAIMED}), _S.PENDING),  # its region was stopped
    "hold": (frozenset({_S.PENDING}), _S.PENDING),  # due while its region is stopped
    "release": (frozenset({_S.PENDING}), _S.PENDING),  # and what a person then decided
    "prove": (frozenset({_S.UNKNOWN, _S.FAILED, _S.MISSED}), _S.PUBLISHED),  # a person
}


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _zone_hours(context: DefaultExecutionContext) -> int:
    zone = sa.select(Region.zone).join(Office, Office.region_id == Region.id)
    office_id = context.get_current_parameters()["office_id"]
    return clock.zone_hours(context.connection.scalar(zone.where(Office.id == office_id)) or "UTC")


def _kind(context: DefaultExecutionContext) -> PostKind | None:
    post_id = context.get_current_parameters()["post_id"]
    return context.connection.scalar(sa.select(Post.kind).where(Post.id == post_id))


#: What the counting of weeks needs of a delivery, so that it never looks anywhere else, in the
#: order in which it is counted: contents by kind.
_COUNTED = ("kind", "post_id", "account_id", "apart")
_DUE_WEEK = {
    "sqlite": "(CAST(strftime('%s', {0}due_at) AS INTEGER) + {0}zone_hours * 3600 + 259200)"
    " / 604800",
    # Of a difference of moments, because what a moment is called depends on who asks.
    "postgresql": "floor((extract(epoch FROM {0}due_at - '1970-01-01 00:00:00+00'::timestamptz)"
    " + {0}zone_hours * 3600 + 259200) / 604800)",
}


def moved(dialect: str, name: str = "") -> str:
    """Return the condition that a delivery is out, in another week than it was due in.

    :param name: of the delivery in a query; the words are those of the index of these few
    """
    row = f"{name}." if name else ""
    return f"{row}week <> {_DUE_WEEK[dialect]}".format(row)


class Delivery(Model):
    """One post for one account. Only published with a proof, and only once."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.CheckConstraint(
            "status = 'published' OR permalink IS NULL", name="permalink_only_if_published"
        ),
        # A screenshot that somebody has verified proves as well, and has no link.
        sa.CheckConstraint(
            "status <> 'published' OR permalink IS NOT NULL OR proved_by_id IS NOT NULL",
            name="proof_if_published",
        ),
        sa.CheckConstraint(
            "(status = 'published') = (published_at IS NOT NULL)", name="time_if_published"
        ),
        sa.CheckConstraint(
            "(status IN ('claimed', 'sending')) = (lease_until IS NOT NULL)", name="lease_if_held"
        ),
        sa.CheckConstraint(
            "status NOT IN ('unknown', 'failed', 'missed', 'cancelled') OR reason <> ''",
            name="reason_if_not_out",
        ),
        sa.Index(
            "uq__delivery__post_account",
            "post_id",
            "account_id",
            unique=True,
            **_where("status <> 'cancelled'"),
        ),
        # The database itself guarantees that an account has one post in flight.
        sa.Index(
            "uq__delivery__account_in_flight",
            "account_id",
            unique=True,
            **_where("status IN ('claimed', 'sending', 'unknown')"),
        ),
        sa.Index("ix__delivery__due", "next_at", "id", **_where("status = 'pending'")),
        sa.Index(
            "ix__delivery__account_due",
            "account_id",
            "due_at",
            "id",
            **_where("status = 'pending'"),
        ),
        sa.Index(
            "ix__delivery__lease", "lease_until", **_where("status IN ('claimed', 'sending')")
        ),
        # One post of a platform proves one delivery.
        sa.Index(
            "uq__delivery__account_remote_id",
            "account_id",
            "remote_id",
            unique=True,
            **_where("remote_id IS NOT NULL"),
        ),
        sa.Index("ix__delivery__published", "published_at", **_where("status = 'published'")),
        sa.Index("ix__delivery__lookup", "next_at", **_where("status = 'unknown'")),
        sa.Index(
            "ix__delivery__office_published",
            "office_id",
            "published_at",
            "post_id",
            **_where("status = 'published'"),
        ),
        # Two covering indexes, from which weeks are counted: all offices of a week, and all
        # weeks of an office. The words of the second are not those of the first, so that SQLite
        # takes it for several weeks alone: the offices of one week lie together in the first.
        sa.Index(
            "ix__delivery__week", "week", "office_id", *_COUNTED, **_where("week IS NOT NULL")
        ),
        sa.Index(
            "ix__delivery__office_week",
            "office_id",
            "week",
            *_COUNTED,
            **_where("week >= 0"),
        ),
        sa.Index(
            "ix__delivery__moved",
            "week",
            "office_id",
            "post_id",
            sqlite_where=sa.text(moved("sqlite")),
            postgresql_where=sa.text(moved("postgresql")),
        ),
        sa.Index(
            "ix__delivery__apart", "week", "office_id", **_where("week IS NOT NULL AND apart")
        ),
        sa.Index("ix__delivery__office_status", "office_id", "status", "due_at"),
        sa.Index(
            "ix__delivery__open",
            "due_at",
            "status",
            **_where("status IN ('pending', 'claimed', 'sending', 'handed_over', 'unknown')"),
        ),
        sa.Index(
            "ix__delivery__not_out",
            "due_at",
            "status",
            **_where("status IN ('failed', 'missed', 'cancelled')"),
        ),
        # What ended badly and nobody was told of yet.
        sa.Index(
            "ix__delivery__untold",
            "id",
            **_where(
                "status IN ('handed_over', 'unknown', 'failed', 'missed') "
                "AND noticed_fence <> fence"
            ),
        ),
        sa.Index("ix__delivery__handed_over", "publish_by", **_where("status = 'handed_over'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    post: Mapped[Post] = relationship()
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    account: Mapped[Account] = relationship()
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office] = relationship()
    status: Mapped[DeliveryStatus] = status_column(DeliveryStatus, default=_S.PENDING)
    #: Why it stands where it stands, in Indonesian (gettext message id); "" while all is well.
    reason: Mapped[str] = mapped_column(default="")
    #: The post's `approved_digest` when this was planned; the worker refuses anything else.
    content_digest: Mapped[str] = mapped_column(sa.String(64))
    due_at: Mapped[datetime]
    #: When the next thing happens by itself: an attempt, or a look after an unknown outcome.
    next_at: Mapped[datetime]
    #: After this it is `missed`: a Monday greeting must not appear on Tuesday.
    publish_by: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(sa.String(120))
    lease_until: Mapped[datetime | None]
    #: Goes up on every claim; a worker with an older one is stale.
    fence: Mapped[int] = mapped_column(default=0)
    #: The fence under which those who can act were told how it ended; -1: they were not.
    noticed_fence: Mapped[int] = mapped_column(default=-1, server_default=sa.text("-1"))
    attempts: Mapped[int] = mapped_column(default=0)
    #: How often the account was read back since the outcome became unknown.
    lookups: Mapped[int] = mapped_column(default=0)
    #: How often an unknown outcome was found not to be out, and tried again.
    resumed: Mapped[int] = mapped_column(default=0)
    #: What `prepare` returned, stored before the publishing request.
    prepared: Mapped[dict[str, Any] | None]
    sending_at: Mapped[datetime | None]
    #: Since when a person may post it, who then has until `publish_by` to file the proof.
    handed_over_at: Mapped[datetime | None]
    #: When the first attempt began whose outcome is not known; looks go back to it.
    doubtful_since: Mapped[datetime | None]
    remote_id: Mapped[str | None]
    permalink: Mapped[str | None]
    published_at: Mapped[datetime | None]
    #: Who proved it by hand; None when Siar published it itself.
    proved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    proved_by: Mapped[User | None] = relationship()
    created_at: Mapped[datetime]
    #: The post's kind as it was approved: changed afterwards, it changes no number.
    kind: Mapped[PostKind] = mapped_column(
        sa.Enum(PostKind, native_enum=False, create_constraint=False, length=32,
                values_callable=lambda members: [member.value for member in members]),
        default=_kind,
        server_default=PostKind.KEGIATAN.value,
    )  # fmt: skip
    #: How far the clocks of its region are ahead of UTC.
    zone_hours: Mapped[int] = mapped_column(
        sa.SmallInteger, default=_zone_hours, server_default=sa.text("7")
    )
    #: The `Week.ordinal` in which it went out; None while it is not out with a proof. Written
    #: by a trigger of the database, whoever writes the rest.
    week: Mapped[int | None]
    #: Its content is not merely counted but judged: it was planned more than once, says what
    #: another content says, or was taken down. The same for all deliveries of a content.
    apart: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    events: Mapped[list["DeliveryEvent"]] = relationship(
        back_populates="delivery", order_by="DeliveryEvent.id"
    )
    tries: Mapped[list["Attempt"]] = relationship(back_populates="delivery", order_by="Attempt.id")

    def can(self, step: str) -> bool:
        return self.status in STEPS[step][0]


def status_is(
    column: "sa.ColumnElement[DeliveryStatus] | orm.InstrumentedAttribute[DeliveryStatus]",
    *statuses: DeliveryStatus,
) -> sa.ColumnElement[bool]:
    """Compare a status with words written out, as the partial indexes do: SQLite uses such an
    index only where the words are the same, and takes `IN ('pending')` for another condition.
    """
    words: list[Any] = [sa.literal_column(f"'{status.value}'") for status in statuses]
    return column == words[0] if len(words) == 1 else column.in_(words)


class DeliveryEvent(Model):
    """Every change of a delivery: who (None: Siar itself), when, from, to, why."""

    __tablename__ = "delivery_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    delivery: Mapped[Delivery] = relationship(back_populates="events")
    step: Mapped[str] = mapped_column(sa.String(32))
    before: Mapped[str | None] = mapped_column(sa.String(32))
    after: Mapped[str] = mapped_column(sa.String(32))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    actor: Mapped[User | None] = relationship()
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")
    fence: Mapped[int]


class Attempt(Model):
    """One request, or row of requests, to a platform, and what came of it."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    delivery: Mapped[Delivery] = relationship(back_populates="tries")
    fence: Mapped[int]
    #: "prepare", "publish" or "find"
    phase: Mapped[str] = mapped_column(sa.String(16))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    #: "ok", "not_found", or the name of the platform error
    outcome: Mapped[str] = mapped_column(sa.String(32))
    detail: Mapped[str] = mapped_column(default="")
    request_id: Mapped[str | None]
