"""Series: each date makes one draft, ahead of its time and never for the past."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.engine.repeating import Repeater, days_off
from publisher.engine.steps import Steps
from publisher.models.people import Role
from publisher.models.posts import Language, Post, PostKind, PostStatus
from publisher.models.series import DayOutcome, Series, SeriesDay, SeriesStatus
from publisher.typed import Unacceptable
from publisher.workflow import repeating
from publisher.workflow.repeating import Rhythm, SeriesChanged, SeriesData
from publisher.workflow.repeating.arranging import NotThatDay
from tests.conftest import NOW, person

#: NOW is Monday, 23 November 2026, 09.00 WIB; the first Wednesday after it.
WEDNESDAY = date(2026, 11, 25)
WEEK = timedelta(weeks=1)


def data(**changes):
    rhythm = {"starts_on": NOW.date(), "every_weeks": 1, "weekday": 3}
    rhythm = changes.pop("rhythm", rhythm)
    texts = {"title": "Posyandu {hari}", "what": "Posyandu balita", "caption": "{tanggal}, {jam}"}
    given = {
        "texts": texts | changes.pop("texts", {}),
        "kind": PostKind.LAYANAN,
        "language": Language.ID,
        "rhythm": Rhythm(**rhythm),
        "local_time": time(9, 30),
    }
    return SeriesData(**given | changes)


@pytest.fixture
def series(sari, dinkes_x, dinkes_facebook):
    made = repeating.start(data(), actor=sari, at=NOW)
    db.session.commit()
    return made


def make(series, at=NOW):
    made = repeating.make(series.id, days_off=days_off, at=at)
    db.session.commit()
    return made


def posts():
    return list(db.session.scalars(sa.select(Post).order_by(Post.planned_at)))


def settled(series):
    query = sa.select(SeriesDay).where(SeriesDay.series_id == series.id).order_by(SeriesDay.day)
    return [(row.day, row.outcome.value) for row in db.session.scalars(query)]


@pytest.mark.parametrize(
    ("rhythm", "first", "expected"),
    [
        # every week; the day before the start is not counted
        ({"every_weeks": 1, "weekday": 1}, "2026-11-01", ["2026-11-30", "2026-12-07"]),
        ({"every_weeks": 2, "weekday": 3}, "2026-11-25", ["2026-11-25", "2026-12-09"]),
        # counted from the first such day, wherever one begins to look
        ({"every_weeks": 3, "weekday": 3}, "2026-12-01", ["2026-12-16", "2027-01-06"]),
        # a month without that day has its last one
        ({"month_day": 31}, "2027-01-30", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ({"month_day": 29}, "2028-02-01", ["2028-02-29", "2028-03-29"]),
        ({"month_day": 1}, "2026-11-24", ["2026-12-01", "2027-01-01"]),
        ({"month_day": 1, "ends_on": date(2026, 12, 1)}, "2026-11-24", ["2026-12-01"]),
    ],
)
def test_a_rhythm_falls_on_the_days_that_people_expect(rhythm, first, expected):
    found = Rhythm(starts_on=date(2026, 11, 24), **rhythm).days(date.fromisoformat(first))

    assert [str(day) for day in islice(found, max(2, len(expected)))] == expected


def test_drafts_are_made_a_week_ahead_each_once_with_the_date_filled_in(series, sari, dinkes_x):
    assert [make(series, NOW + n * timedelta(hours=5)) for n in range(3)] == [1, 0, 0]
    assert make(series, NOW + WEEK) == 1

    first, second = posts()
    assert first.planned_at == datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    assert second.planned_at - first.planned_at == WEEK
    assert first.title == "Posyandu Rabu"
    assert first.caption == "Rabu, 25 November 2026, 09.30 WIB"
    assert (first.status, first.drafted_by, first.edited_by) == (PostStatus.DRAFT, sari, sari)
    assert (first.kind, first.who) == (PostKind.LAYANAN, "Dinas Kesehatan")
    assert len(first.accounts) == 2


def test_the_time_is_that_of_the_region_s_clocks(series):
    db.session.get(Series, series.id).office.region.zone = "Asia/Jayapura"
    db.session.commit()

    make(series)

    assert posts()[0].planned_at.isoformat() == "2026-11-25T00:30:00+00:00"
    assert posts()[0].caption.endswith("09.30 WIT")


def test_two_rounds_at_once_make_each_draft_once(app, series):
    """And a third after a restart finds nothing to do."""
    repeaters = [Repeater(Steps(app, owner=f"w{n}")) for n in range(2)]
    for one in repeaters:
        one._steps.now = lambda: NOW
    together = threading.Barrier(2)

    def run(repeater):
        together.wait()
        repeater.repeat()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, repeaters))
    repeaters[0].repeat()

    db.session.rollback()
    assert len(posts()) == 1
    assert settled(series) == [(WEDNESDAY, "made")]


def test_a_machine_that_slept_for_a_month_makes_nothing_of_the_past_and_says_so(series):
    at = NOW + 4 * WEEK + timedelta(days=3)  # Thursday, 24 December

    assert make(series, at) == 1

    past = [(WEDNESDAY + n * WEEK, "past") for n in range(5)]
    assert settled(series) == [*past, (date(2026, 12, 30), "made")]
    assert posts()[0].planned_at > at


def test_holidays_are_left_out_by_name_if_so_wished(series, sari, dinkes_x):
    friday = {"starts_on": NOW.date(), "every_weeks": 1, "weekday": 5}
    rests = repeating.start(data(rhythm=friday), actor=sari, at=NOW)
    works = repeating.start(data(rhythm=friday, skips_holidays=False), actor=sari, at=NOW)
    for n in range(5):
        make(rests, NOW + n * WEEK)
        make(works, NOW + n * WEEK)

    christmas = db.session.get(SeriesDay, (rests.id, date(2026, 12, 25)))
    assert christmas.outcome is DayOutcome.HOLIDAY
    assert "Natal" in christmas.note
    assert db.session.get(SeriesDay, (works.id, date(2026, 12, 25))).post is not None
    coming = repeating.ahead(rests, days_off=days_off, at=NOW + timedelta(days=1))
    assert all(not one.skipped for one in coming)


def test_paused_and_resumed_it_does_not_make_up_for_the_pause(series, sari):
    repeating.pause(series, actor=sari, at=NOW, version=series.version)
    later = NOW + 3 * WEEK
    assert make(series, later) == 0

    repeating.resume(series, actor=sari, at=later, version=series.version)

    assert make(series, later) == 1
    assert [day for day, _ in settled(series)] == [WEDNESDAY + 3 * WEEK]


def test_a_change_is_of_what_comes_and_leaves_what_was_made(series, sari):
    make(series)
    friday = {"starts_on": NOW.date(), "every_weeks": 1, "weekday": 5}
    changed = data(rhythm=friday, texts={"title": "Kelas ibu"})

    repeating.change(series, changed, actor=sari, at=NOW, version=series.version)
    make(series)

    assert [post.title for post in posts()] == ["Posyandu Rabu", "Kelas ibu"]
    with pytest.raises(SeriesChanged):
        repeating.change(series, changed, actor=sari, at=NOW, version=1)


def test_dates_left_out_or_a_pause_bring_no_earlier_date_of_a_new_rhythm(sari, dinkes_x):
    two_weeks = {"ahead_days": 14}
    series = repeating.start(data(**two_weeks), actor=sari, at=NOW)
    make(series)
    friday = {"starts_on": NOW.date(), "every_weeks": 1, "weekday": 5}
    given = {"actor": sari, "at": NOW}
    changed = data(rhythm=friday, **two_weeks)
    repeating.change(series, changed, version=series.version, **given)
    make(series)
    made = settled(series)
    far = date(2026, 12, 18)

    for deed in (repeating.skip, repeating.unskip):
        deed(series, far, **given)
        make(series)
    repeating.pause(series, version=series.version, **given)
    repeating.resume(series, version=series.version, **given)
    make(series)

    assert settled(series) == made


def test_a_date_is_taken_in_again_though_a_later_draft_was_made(sari, dinkes_x):
    series = repeating.start(data(ahead_days=14), actor=sari, at=NOW)
    given = {"actor": sari, "at": NOW}
    repeating.skip(series, WEDNESDAY, **given)
    assert make(series) == 1

    repeating.unskip(series, WEDNESDAY, **given)

    assert make(series) == 1
    assert settled(series)[0] == (WEDNESDAY, "made")


def test_nobody_counts_to_a_date_thousands_of_years_away(series, sari, monkeypatch):
    monkeypatch.setattr(repeating.arranging.Rhythm, "days", None)

    with pytest.raises(NotThatDay):
        repeating.skip(series, date(9999, 12, 22), actor=sari, at=NOW)


def test_one_date_can_be_left_out_and_taken_in_again(series, sari):
    given = {"actor": sari, "at": NOW}
    repeating.skip(series, WEDNESDAY, **given)
    assert make(series) == 0
    for day in (WEDNESDAY, WEDNESDAY + timedelta(days=1), NOW.date() - timedelta(days=5)):
        with pytest.raises(NotThatDay):
            repeating.skip(series, day, **given)

    repeating.unskip(series, WEDNESDAY, **given)

    assert make(series) == 1
    for refused in (repeating.skip, repeating.unskip):
        with pytest.raises(NotThatDay):
            refused(series, WEDNESDAY, **given)


def test_an_ended_series_makes_nothing_and_is_changed_by_nobody(series, sari):
    repeating.finish(series, actor=sari, at=NOW, version=series.version)

    assert make(series) == 0
    assert repeating.due(at=NOW + 9 * WEEK) == []
    with pytest.raises(SeriesChanged):
        repeating.resume(series, actor=sari, at=NOW, version=series.version)


def test_it_ends_by_itself_on_the_day_after_its_last_date(sari, dinkes_x):
    rhythm = {"starts_on": NOW.date(), "ends_on": WEDNESDAY, "every_weeks": 1, "weekday": 3}
    series = repeating.start(data(rhythm=rhythm), actor=sari, at=NOW)
    assert make(series) == 1
    assert series.status is SeriesStatus.ACTIVE

    make(series, NOW + WEEK)

    assert series.status is SeriesStatus.ENDED
    assert series.halted_because


@pytest.mark.parametrize("who", ["left", "moved"])
def test_nothing_is_made_in_the_name_of_somebody_who_is_gone_until_taken_over(
    series, sari, dishub, who
):
    if who == "left":
        sari.ended_at = NOW
    else:
        sari.office = dishub
    db.session.commit()

    assert make(series) == 0

    assert series.status is SeriesStatus.PAUSED
    assert series.halted_because
    assert posts() == []


def test_an_orphan_is_taken_over_by_whoever_resumes_it(series, sari, dinkes):
    sari.ended_at = NOW
    make(series)
    rina = person("Rina", Role.DRAFTER, office=dinkes)

    repeating.resume(series, actor=rina, at=NOW, version=series.version)

    assert make(series) == 1
    assert posts()[0].drafted_by is rina


def test_nothing_is_made_for_the_time_after_an_office_ends(series):
    series.office.valid_to = WEDNESDAY
    db.session.commit()

    assert make(series) == 1
    assert make(series, NOW + WEEK) == 0
    assert series.status is SeriesStatus.ENDED


def test_drafts_that_nobody_touched_can_be_taken_back_at_once(series, sari):
    make(series)
    make(series, NOW + WEEK)
    touched = posts()[0]
    touched.benefit = "Balita sehat"
    touched.touch(actor=sari, at=NOW)
    db.session.commit()

    assert repeating.withdraw_untouched(series, actor=sari, at=NOW) == 1

    assert [post.status for post in posts()] == [PostStatus.DRAFT, PostStatus.WITHDRAWN]
    assert make(series, NOW + WEEK) == 0  # it is not made again


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"texts": {"title": " "}}, "title"),
        ({"texts": {"caption": "Besok {tanggl}"}}, "caption"),
        ({"texts": {"title": "x" * 130 + " {tanggal}"}}, "title"),
        ({"ahead_days": 31}, "ahead_days"),
        ({"account_ids": (999,)}, "accounts"),
        ({"rhythm": {"starts_on": NOW.date(), "every_weeks": 0, "weekday": 1}}, "every_weeks"),
        ({"rhythm": {"starts_on": NOW.date(), "every_weeks": 1, "weekday": 8}}, "weekday"),
        ({"rhythm": {"starts_on": NOW.date(), "month_day": 32}}, "month_day"),
        ({"rhythm": {"starts_on": date(1999, 1, 1), "month_day": 1}}, "starts_on"),
        (
            {"rhythm": {"starts_on": NOW.date(), "ends_on": NOW.date(), "month_day": 1}},
            "ends_on",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(sari, dinkes_x, changes, where):
    with pytest.raises(Unacceptable) as refused:
        repeating.start(data(**changes), actor=sari, at=NOW)

    assert list(refused.value.faults) == [where]
