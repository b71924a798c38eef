"""What the operator of a region sees of its letters: how many go out, and which did not arrive."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.models.letters import Letter, LetterSetting, LetterStatus, ReportRecipient
from publisher.models.people import User
from publisher.models.places import Region

#: So far back the page looks.
SHOWN = timedelta(days=14)
LISTED = 50
NOT_ARRIVED = (LetterStatus.REFUSED, LetterStatus.UNSURE, LetterStatus.GIVEN_UP)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """The letters of a region.

    :ivar sent: of the last 24 hours
    :ivar waiting: to be sent
    :ivar since: since when the oldest of them has been tried in vain
    :ivar error: what the server said to it
    :ivar silent: people whose address does not exist
    :ivar outside: addresses of the weekly report that do not exist
    :ivar lost: letters that did not arrive, or nobody knows, the newest first
    """

    sent: int
    waiting: int
    since: datetime | None
    error: str
    silent: list[LetterSetting]
    outside: list[ReportRecipient]
    lost: list[Letter]


def of_region(region: Region, *, at: datetime) -> Trouble:
    """Return what there is to know; six queries however many letters."""
    mine = _of(region)
    stuck = db.session.scalar(
        mine.where(Letter.ended_at.is_(None), Letter.attempts > 0).order_by(Letter.made_at).limit(1)
    )
    sent = mine.where(Letter.status == LetterStatus.SENT, Letter.ended_at > at - timedelta(days=1))
    lost = (
        mine.where(Letter.status.in_(NOT_ARRIVED), Letter.ended_at > at - SHOWN)
        .options(joinedload(Letter.user), joinedload(Letter.recipient))
        .order_by(Letter.id.desc())
        .limit(LISTED)
    )
    return Trouble(
        sent=_count(sent),
        waiting=_count(mine.where(Letter.ended_at.is_(None))),
        since=stuck.made_at if stuck else None,
        error=stuck.error if stuck else "",
        silent=list(db.session.scalars(_silent(region))),
        outside=list(db.session.scalars(_outside(region))),
        lost=list(db.session.scalars(lost)),
    )


def oldest_waiting(*, at: datetime) -> timedelta:
    """Return how long the oldest letter that is due has been waiting, over all regions."""
    query = sa.select(sa.func.min(Letter.next_at)).where(
        Letter.ended_at.is_(None), Letter.next_at < at
    )
    first = db.session.scalar(query)
    return at - first if first else timedelta(0)


def _of(region: Region) -> sa.Select[Any]:
    whose = sa.func.coalesce(User.region_id, ReportRecipient.region_id)
    return (
        sa.select(Letter)
        .outerjoin(User, User.id == Letter.user_id)
        .outerjoin(ReportRecipient, ReportRecipient.id == Letter.recipient_id)
        .where(whose == region.id)
    )


def _count(letters: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(letters.subquery())) or 0


def _silent(region: Region) -> sa.Select[Any]:
    return (
        sa.select(LetterSetting)
        .join(User, User.id == LetterSetting.user_id)
        .where(User.region_id == region.id, User.ended_at.is_(None))
        .where(LetterSetting.refused_address == User.email)
        .options(joinedload(LetterSetting.user))
        .order_by(User.name, User.id)
    )


def _outside(region: Region) -> sa.Select[Any]:
    return (
        sa.select(ReportRecipient)
        .where(ReportRecipient.region_id == region.id, ReportRecipient.removed_at.is_(None))
        .where(ReportRecipient.refused_at.is_not(None))
        .order_by(ReportRecipient.address)
    )
