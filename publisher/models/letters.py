"""What goes out to people by e-mail and Telegram: to whom, what about, and how far it came.

A letter is a row before it is sent. Whoever sends it claims it, writes down that it is being handed
over, and only then hands it over: what died in between is never sent again (`UNSURE`), because
a letter that comes twice teaches people to ignore the first. Nothing is lost with it: what it
told of stands in the app. `LetterNotice` keeps that a person is told of a notice once, by
whichever way.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Region
from publisher.models.weeks import ClosedWeek


class Channel(StrEnum):
    """By which way somebody wants to be told; OFF: only in the app."""

    MAIL = "mail"
    TELEGRAM = "telegram"
    OFF = "off"


class LetterKind(StrEnum):
    NOW = "now"  # something needs this person now
    DIGEST = "digest"  # the rest, once a day
    WEEK = "week"  # the report of a closed week


class LetterStatus(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"  # somebody writes it; nothing was handed over
    SENDING = "sending"  # it is being handed over
    SENT = "sent"
    UNSURE = "unsure"  # handed over or not, nobody knows; never sent again
    REFUSED = "refused"  # the address or the letter will never be taken
    GIVEN_UP = "given_up"  # the server took nothing for as long as it made sense
    DROPPED = "dropped"  # there was nothing to tell any more


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


class ReportRecipient(Model):
    """An address outside of Siar that gets a region's weekly report."""

    __tablename__ = "report_recipient"
    __table_args__ = (
        sa.Index(
            "uq__report_recipient__now", "region_id", "address", unique=True,
            **_where("removed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: Lower case.
    address: Mapped[str] = mapped_column(sa.String(254))
    added_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    added_by: Mapped[User] = relationship()
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    #: Since when its owner wants no more of it, by the link in a letter.
    left_at: Mapped[datetime | None]
    #: Since when its server says that there is no such address.
    refused_at: Mapped[datetime | None]


class Letter(Model):
    """One letter to one person or address."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.CheckConstraint("(user_id IS NULL) <> (recipient_id IS NULL)", name="to_one"),
        sa.CheckConstraint(
            "(status IN ('waiting', 'claimed', 'sending')) = (ended_at IS NULL)",
            name="end_if_ended",
        ),
        sa.CheckConstraint(
            "(status IN ('claimed', 'sending')) = (lease_until IS NOT NULL)",
            name="lease_if_claimed",
        ),
        sa.Index("ix__letter__open", "next_at", "id", **_where("ended_at IS NULL")),
        sa.Index("ix__letter__user", "user_id", "kind", "id"),
        sa.Index("ix__letter__recipient", "recipient_id"),
        sa.Index("ix__letter__week", "closed_week_id", **_where("closed_week_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What it is about and to whom, such as "digest:2026-11-23:user:4"; a second is never made.
    key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[LetterKind] = status_column(LetterKind)
    channel: Mapped[Channel] = status_column(Channel)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    user: Mapped[User | None] = relationship()
    recipient_id: Mapped[int | None] = mapped_column(sa.ForeignKey("report_recipient.id"))
    recipient: Mapped[ReportRecipient | None] = relationship()
    closed_week_id: Mapped[int | None] = mapped_column(sa.ForeignKey("closed_week.id"))
    closed_week: Mapped[ClosedWeek | None] = relationship()
    #: Of a digest: the day in the region's zone.
    day: Mapped[date | None]
    status: Mapped[LetterStatus] = status_column(LetterStatus, default=LetterStatus.WAITING)
    made_at: Mapped[datetime]
    #: Before this moment nobody tries.
    next_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    #: Goes up with each claim, so that a worker that was frozen cannot end another's.
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: What the server said last, without anything secret.
    error: Mapped[str] = mapped_column(default="")


class LetterNotice(Model):
    """Which letter tells a person of a notice: one, for ever."""

    __tablename__ = "letter_notice"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notice.id"), primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), index=True)


#: When the daily letter comes, unless somebody chose another hour of their region's clock.
DIGEST_HOUR = 7


class LetterSetting(Model):
    """How a person wants to be told. Without a row: by e-mail, and daily at seven."""

    __tablename__ = "letter_setting"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    user: Mapped[User] = relationship()
    at_once: Mapped[Channel] = status_column(Channel, default=Channel.MAIL)
    digest: Mapped[Channel] = mapped_column(
        sa.Enum(
            Channel,
            native_enum=False,
            create_constraint=True,
            name="channel_of_digest",
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
        default=Channel.MAIL,
    )
    digest_hour: Mapped[int] = mapped_column(sa.SmallInteger, default=DIGEST_HOUR)
    #: Whether a leader gets the report of each closed week.
    weekly: Mapped[bool] = mapped_column(default=True)
    #: Their number for work as wa.me takes it; "": they gave none.
    whatsapp: Mapped[str] = mapped_column(sa.String(15), default="")
    #: Where the Siar bot reaches them; None: not connected.
    telegram_chat: Mapped[str | None] = mapped_column(sa.String(32))
    telegram_name: Mapped[str] = mapped_column(default="")
    telegram_since: Mapped[datetime | None]
    #: SHA-256 of the code that connects their Telegram, in hexadecimal; good once, for a while.
    code_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    code_until: Mapped[datetime | None]
    #: The address of theirs that its server said does not exist; nothing more goes there.
    refused_address: Mapped[str | None] = mapped_column(sa.String(254))
    refused_at: Mapped[datetime | None]


class DigestRound(Model):
    """Up to which full hour the daily letters of a region were begun."""

    __tablename__ = "digest_round"

    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), primary_key=True)
    through: Mapped[datetime]


class WeekMailed(Model):
    """The version of a closed week whose letters were written; a closed week itself never
    changes."""

    __tablename__ = "week_mailed"

    closed_week_id: Mapped[int] = mapped_column(sa.ForeignKey("closed_week.id"), primary_key=True)
    at: Mapped[datetime]


class BotReading(Model):
    """How far the messages to the Siar bot were read, and by whom until when."""

    __tablename__ = "bot_reading"

    #: The number of the bot, which is the first part of its token.
    bot: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    #: The name that a link to it has; empty: not asked yet.
    name: Mapped[str] = mapped_column(default="")
    next_update: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    lease_until: Mapped[datetime | None]
