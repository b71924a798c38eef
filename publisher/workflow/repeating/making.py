"""Making the drafts of series ahead of their time: each date once, and never one of the past.

A date is settled by its row, in the transaction that makes its draft. Whoever settles holds the
row of the series, so that two workers, or a worker and a person, come one after the other.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account
from publisher.models.people import Role
from publisher.models.places import Region
from publisher.models.posts import Language, Post, PostKind
from publisher.models.series import DayOutcome, Series, SeriesDay, SeriesStatus
from publisher.workflow.composing.beginning import begin, publishable_accounts
from publisher.workflow.repeating.rhythms import Rhythm
from publisher.workflow.repeating.wording import filled

#: So many series are looked at in one round, and dates of one in one transaction.
BATCH = 100
DAYS_AT_ONCE = 60
OWNER_GONE = N_(
    "Dijeda otomatis: penyusunnya tidak lagi bertugas di perangkat daerah ini. "
    "Tekan Lanjutkan untuk mengambil alih."
)
OFFICE_ENDED = N_("Berakhir bersama perangkat daerahnya.")
ALL_DONE = N_("Semua tanggalnya sudah lewat.")

#: Names the days off of a region from a day up to, but without, another.
DaysOff = Callable[[Region, date, date], Mapping[date, str]]


def due(*, at: datetime) -> list[int]:
    """Return the ids of the series that have a date to look at, the longest waiting first."""
    query = (
        sa.select(Series.id)
        .where(sa.text("series.status = 'active'"), Series.make_at <= at)  # as in the index
        .order_by(Series.make_at, Series.id)
        .limit(BATCH)
    )
    return list(db.session.scalars(query))


def lock(series_id: int) -> Series:
    """Return a series as it stands now, and let nobody else change it until we are done."""
    query = sa.select(Series).where(Series.id == series_id).with_for_update()
    return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def make(series_id: int, *, days_off: DaysOff, at: datetime) -> int:
    """Settle the dates of a series whose time has come; return how many drafts were made.

    Calling it again, or from two places at once, makes nothing twice.
    """
    series = lock(series_id)
    if series.status is not SeriesStatus.ACTIVE:
        return 0
    if not may_draft(series):
        series.status, series.halted_because = SeriesStatus.PAUSED, OWNER_GONE
        return 0
    made = 0
    for _ in range(DAYS_AT_ONCE):
        if series.make_at is None or series.make_at > at:
            break
        made += _next(series, days_off=days_off, at=at)
    db.session.flush()
    return made


def _next(series: Series, *, days_off: DaysOff, at: datetime) -> bool:
    """Settle the next date, or end a series that has none; True if a draft was made."""
    day, office = series.next_day, series.office
    if day is None or (office.valid_to is not None and day > office.valid_to):
        end(series, because=ALL_DONE if day is None else OFFICE_ENDED, at=at)
        return False
    made = office.exists_on(day) and _settle(series, day, days_off=days_off, at=at)
    plan_next(series, day + timedelta(days=1))
    return made


def plan_next(series: Series, first: date, *, besides: date | None = None) -> None:
    """Find the next date, from `first` on, that is not settled, and when it is time for it.

    Never one before a draft that was made: dates of a rhythm that has been changed since are not
    looked at again. `besides` is the one that may be, because a person takes it in again.

    Where there is none the series ends on the day after its last: until then a person may still
    take back what was skipped, or let it go on for longer.
    """
    first = max(first, _after_made(series))
    rhythm, settled = Rhythm.of(series), _settled(series, first)
    series.next_day = next((day for day in rhythm.days(first) if day not in settled), None)
    if besides is not None and besides < first and besides in rhythm:
        series.next_day = besides
    wake = series.next_day or series.ends_on
    if wake is None:
        raise ValueError("a series without an end always has a next date")
    ahead = timedelta(days=-series.ahead_days if series.next_day else 1)
    series.make_at = clock.from_local(
        datetime.combine(wake + ahead, time()), series.office.region.zone
    )


def end(series: Series, *, because: str, at: datetime) -> None:
    series.status, series.ended_at, series.halted_because = SeriesStatus.ENDED, at, because
    series.next_day = series.make_at = None


def moment_of(series: Series, day: date) -> datetime:
    """Return when the post of a date is planned, in UTC."""
    return clock.from_local(datetime.combine(day, series.local_time), series.office.region.zone)


def today(series: Series, at: datetime) -> date:
    return clock.in_zone(at, series.office.region.zone).date()


def may_draft(series: Series) -> bool:
    owner = series.owner
    drafts_here = owner.role is Role.DRAFTER and owner.office_id == series.office_id
    return drafts_here and owner.ended_at is None


def _after_made(series: Series) -> date:
    query = sa.select(sa.func.max(SeriesDay.day)).where(
        SeriesDay.series_id == series.id, SeriesDay.outcome == DayOutcome.MADE
    )
    last = db.session.scalar(query)
    return last + timedelta(days=1) if last else date.min


def _settled(series: Series, first: date) -> set[date]:
    query = sa.select(SeriesDay.day).where(SeriesDay.series_id == series.id)
    return set(db.session.scalars(query.where(SeriesDay.day >= first)))


def _settle(series: Series, day: date, *, days_off: DaysOff, at: datetime) -> bool:
    """Decide about one date; True if a draft was made."""
    moment, outcome, note = moment_of(series, day), DayOutcome.MADE, ""
    if moment <= at:
        outcome = DayOutcome.PAST
    elif series.skips_holidays:
        note = days_off(series.office.region, day, day + timedelta(days=1)).get(day, "")
        outcome = DayOutcome.HOLIDAY if note else DayOutcome.MADE
    post = _draft(series, moment, at=at) if outcome is DayOutcome.MADE else None
    row = SeriesDay(series=series, day=day, outcome=outcome, post=post, note=note, at=at)
    db.session.add(row)
    db.session.flush()
    return post is not None


def _draft(series: Series, moment: datetime, *, at: datetime) -> Post:
    accounts = _accounts(series)
    post = begin(series.office, actor=series.owner, at=at, accounts=accounts)
    post.kind = PostKind(series.template["kind"])
    post.language = Language(series.template["language"])
    for name, text in filled(series.template, series.office, moment).items():
        setattr(post, name, text or (series.office.name if name == "who" else ""))
    post.planned_at = moment
    return post


def _accounts(series: Series) -> list[Account]:
    """Return the chosen accounts that may still be published to."""
    found = publishable_accounts(series.office_id)
    chosen = set(series.account_ids)
    return [one for one in found if one.id in chosen] if chosen else found
