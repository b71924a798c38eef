"""The series of an office as its people see them: what comes, what was made, what was left out."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.models.posts import Post
from publisher.models.series import DayOutcome, Series, SeriesDay, SeriesStatus
from publisher.workflow.repeating import making
from publisher.workflow.repeating.making import DaysOff
from publisher.workflow.repeating.rhythms import Rhythm, coming

COMING, PAST = 6, 30


@dataclass(frozen=True, kw_only=True)
class Row:
    """One series in the list, and how many of its dates came to what."""

    series: Series
    counts: Counter[DayOutcome]


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A date that is still to come.

    :ivar off: the holiday for which it will be left out; "": a draft will be made
    :ivar skipped: a person left it out
    """

    day: date
    off: str
    skipped: bool


def of_office(office_id: int) -> list[Row]:
    """Return the series of an office, those that are over last. Two queries."""
    ended = Series.status == SeriesStatus.ENDED
    query = (
        sa.select(Series)
        .where(Series.office_id == office_id)
        .options(joinedload(Series.owner))
        .order_by(ended, Series.next_day, Series.id.desc())
        .limit(200)
    )
    found = list(db.session.scalars(query))
    counts = _counts([series.id for series in found])
    return [Row(series=series, counts=counts[series.id]) for series in found]


def days(series: Series) -> list[SeriesDay]:
    """Return the dates that were settled, the latest first, with their drafts."""
    query = (
        sa.select(SeriesDay)
        .where(SeriesDay.series_id == series.id, SeriesDay.outcome != DayOutcome.SKIPPED)
        .options(joinedload(SeriesDay.post).load_only(Post.id, Post.status, Post.title))
        .order_by(SeriesDay.day.desc())
        .limit(PAST)
    )
    return list(db.session.scalars(query))


def ahead(series: Series, *, days_off: DaysOff, at: datetime) -> list[Coming]:
    """Return the next dates of which there is no draft yet. Two queries."""
    if series.status is SeriesStatus.ENDED:
        return []
    first = making.today(series, at)
    query = sa.select(SeriesDay.day, SeriesDay.outcome)
    query = query.where(SeriesDay.series_id == series.id, SeriesDay.day >= first)
    settled = {row.day: row.outcome for row in db.session.execute(query)}
    found = [
        day
        for day in coming(Rhythm.of(series), first, COMING + len(settled))
        if settled.get(day, DayOutcome.SKIPPED) is DayOutcome.SKIPPED
        and making.moment_of(series, day) > at
    ][:COMING]
    if not found:
        return []
    named = days_off(series.office.region, found[0], found[-1] + timedelta(days=1))
    off = named if series.skips_holidays else {}
    return [Coming(day=day, off=off.get(day, ""), skipped=day in settled) for day in found]


def _counts(series_ids: list[int]) -> dict[int, Counter[DayOutcome]]:
    query = (
        sa.select(SeriesDay.series_id, SeriesDay.outcome, sa.func.count())
        .where(SeriesDay.series_id.in_(series_ids))
        .group_by(SeriesDay.series_id, SeriesDay.outcome)
    )
    counts: dict[int, Counter[DayOutcome]] = defaultdict(Counter)
    for series_id, outcome, count in db.session.execute(query):
        counts[series_id][outcome] = count
    return counts
