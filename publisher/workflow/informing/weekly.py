"""Who gets the report of a closed week, and that each gets each version once.

The leaders of the region, unless they want none, and the addresses that a reviewer added. A
version is marked in the transaction that writes its letters, once its files are kept: letters
carry those very bytes.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.models.letters import (
    Channel,
    Letter,
    LetterKind,
    LetterNotice,
    LetterSetting,
    ReportRecipient,
    WeekMailed,
)
from publisher.models.notices import Notice, add_once
from publisher.models.people import Role, User
from publisher.models.places import Region
from publisher.models.weeks import ClosedWeek, ReportFile
from publisher.workflow.informing import gathering
from publisher.workflow.informing.ways import Ways

#: The report of a week that was closed longer ago is mailed to nobody: it is no news.
MAILED_WITHIN = timedelta(days=7)
#: The files that a letter is made of.
NEEDED = ("txt", "pdf", "png")


def write(*, at: datetime, ways: Ways) -> None:
    """Write the letters of all versions whose files are kept."""
    kept = (
        sa.select(sa.func.count())
        .where(ReportFile.closed_week_id == ClosedWeek.id, ReportFile.form.in_(NEEDED))
        .scalar_subquery()
    )
    query = (
        sa.select(ClosedWeek)
        .where(ClosedWeek.closed_at >= at - MAILED_WITHIN, kept == len(NEEDED))
        .where(~sa.exists().where(WeekMailed.closed_week_id == ClosedWeek.id))
        .options(joinedload(ClosedWeek.region))
        .order_by(ClosedWeek.id)
    )
    for closed in db.session.scalars(query).all():
        marked = add_once(WeekMailed, [{"closed_week_id": closed.id, "at": at}])
        if marked and ways.mail:
            _write(closed, at=at)


def _write(closed: ClosedWeek, *, at: datetime) -> None:
    people = leaders_with_choice(closed.region)
    taken = {person.email for person, _ in people}
    others = [one for one in of_region(closed.region) if one.address not in taken]
    wanting = [one for one in others if not (one.left_at or one.refused_at)]
    rows = [
        *(_row(closed, at, f"user:{one.id}", user_id=one.id, recipient_id=None)
          for one, setting in people if gets_it(one, setting)),
        *(_row(closed, at, f"address:{one.id}", user_id=None, recipient_id=one.id)
          for one in wanting),
    ]  # fmt: skip
    gathering.add(rows)
    _tell_no_more(closed)


def _row(closed: ClosedWeek, at: datetime, whom: str, **fields: int | None) -> dict:
    return gathering.row(
        f"week:{closed.id}:{whom}", LetterKind.WEEK, Channel.MAIL, at,
        closed_week_id=closed.id, **fields,
    )  # fmt: skip


def _tell_no_more(closed: ClosedWeek) -> None:
    """Who gets the report itself is told of it by no other letter."""
    query = (
        sa.select(Letter.user_id, Notice.id.label("notice_id"), Letter.id.label("letter_id"))
        .select_from(Letter)
        .join(Notice, Notice.key == notice_key(closed.id))
        .where(Letter.closed_week_id == closed.id, Letter.user_id.is_not(None))
    )
    add_once(LetterNotice, [dict(row._mapping) for row in db.session.execute(query)])


def notice_key(closed_id: int) -> str:
    """Return the key of the notice that a week was closed; `closing` writes it."""
    return f"closed_week:{closed_id}"


# -- who gets it


def leaders_with_choice(region: Region) -> list[tuple[User, LetterSetting | None]]:
    """Return who leads a whole region, by name, with how they want to be told if they ever said."""
    query = (
        sa.select(User, LetterSetting)
        .outerjoin(LetterSetting, LetterSetting.user_id == User.id)
        .where(User.region_id == region.id, User.role == Role.LEADER, User.ended_at.is_(None))
        .where(User.area_id.is_(None))  # a camat reads of the own area alone
        .order_by(User.name, User.id)
    )
    return [(person, setting) for person, setting in db.session.execute(query)]


def gets_it(person: User, setting: LetterSetting | None) -> bool:
    """Return whether the report goes to a leader: unless they want none, or nobody is there."""
    return setting is None or (setting.weekly and setting.refused_address != person.email)


def of_region(region: Region) -> list[ReportRecipient]:
    """Return the further addresses of a region, in order."""
    query = (
        sa.select(ReportRecipient)
        .where(ReportRecipient.region_id == region.id, ReportRecipient.removed_at.is_(None))
        .order_by(ReportRecipient.address)
    )
    return list(db.session.scalars(query))
