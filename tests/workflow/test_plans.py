"""The week as a unit: its deadline, what a plan lacks, who is told, and which times are free."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.clock import Week
from publisher.db import db
from publisher.engine.planning import Planner
from publisher.engine.steps import Steps
from publisher.models.notices import Notice, NoticeKind
from publisher.models.places import Office, OfficeKind
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.models.quotas import QuotaRule
from publisher.typed import Unacceptable
from publisher.workflow import planning, reporting, scheduling
from publisher.workflow.planning import Settings
from publisher.workflow.planning.days import Special
from publisher.workflow.reporting import PlanState
from tests.conftest import NOW, office, saved

ZONE = "Asia/Jakarta"
W49 = Week(2026, 49)  # Monday 30 November 2026; NOW is the Monday before
FRIDAY_1500 = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def two_asked(blora, dinkes, dishub, dinkes_x):
    """Two contents a week are asked of Dinas Kesehatan and of Dinas Perhubungan."""
    saved(QuotaRule(region=blora, minimum=2, valid_from=date(2020, 1, 6), set_at=NOW))
    return blora


@pytest.fixture
def look(app):
    """Return a function that lets a worker look whom to tell, at a moment."""

    def look(moment):
        db.session.commit()
        steps = Steps(app, owner="test")
        steps.now = lambda: moment
        Planner(steps).remind()
        db.session.expire_all()
        query = sa.select(Notice.kind, Office.abbreviation, Notice.resolved_at.is_(None))
        query = query.join(Office, Office.id == Notice.office_id)
        told = NoticeKind.PLAN_DUE, NoticeKind.PLAN_LATE
        return {tuple(row) for row in db.session.execute(query.where(Notice.kind.in_(told)))}

    return look


def plans_of(region, *, at=NOW, late=False):
    return {
        plan.office.abbreviation: plan
        for plan in reporting.region_plans(region, W49, at=at, late=late)
    }


def test_a_plan_counts_what_was_handed_in_and_would_count(
    two_asked, make_post, budi, dishub, make_account, dinkes_x
):
    when = W49.starts(ZONE) + 9 * HOUR
    accounts = [dinkes_x]
    approved = make_post("submit", "approve", planned_at=when, accounts=accounts)
    scheduling.schedule(approved, actor=budi, at=NOW)
    make_post("submit", planned_at=when + DAY, kind=PostKind.UCAPAN, accounts=accounts)
    make_post("submit", planned_at=when + 8 * DAY, accounts=accounts)  # the week after
    make_post(planned_at=when + DAY, accounts=accounts)
    db.session.commit()

    plans = plans_of(two_asked)
    short = plans["Dinkes"]
    assert (short.tally.planned, short.waiting, short.drafts, short.missing) == (1, 0, 1, 1)
    assert short.state is PlanState.SHORT
    assert plans["Dishub"].state is PlanState.NOTHING
    assert plans_of(two_asked, late=True)["Dinkes"].state is PlanState.LATE

    make_post("submit", planned_at=when + 2 * DAY, accounts=accounts, caption="Yang kedua.")
    whole = plans_of(two_asked)["Dinkes"]
    assert (whole.waiting, whole.missing, whole.state) == (1, 0, PlanState.COMPLETE)
    assert whole == reporting.office_plan(approved.office, W49, at=NOW, late=False)


def test_offices_with_a_gap_are_told_once_before_and_once_after_the_deadline(
    two_asked, look, make_post, dinkes_x
):
    assert look(NOW) == set()  # a region begins with the next deadline
    assert look(FRIDAY_1500 - DAY - MINUTE) == set()
    due = {(NoticeKind.PLAN_DUE, "Dinkes", True), (NoticeKind.PLAN_DUE, "Dishub", True)}
    assert look(FRIDAY_1500 - DAY) == due
    assert look(FRIDAY_1500 - HOUR) == due

    for number in range(2):
        when = W49.starts(ZONE) + (9 + number) * HOUR
        make_post("submit", planned_at=when, accounts=[dinkes_x], caption=f"Ke-{number}")
    settled = {(NoticeKind.PLAN_DUE, "Dinkes", False), (NoticeKind.PLAN_DUE, "Dishub", True)}
    assert look(FRIDAY_1500 - MINUTE) == settled

    late = look(FRIDAY_1500)
    assert late == {
        (NoticeKind.PLAN_DUE, "Dinkes", False),
        (NoticeKind.PLAN_DUE, "Dishub", False),
        (NoticeKind.PLAN_LATE, "Dishub", True),
    }
    assert look(FRIDAY_1500 + HOUR) == late
    assert all(not is_open for *_, is_open in look(W49.ends(ZONE)))


def test_a_region_that_comes_after_its_deadline_is_told_of_the_next_one(two_asked, look):
    assert look(FRIDAY_1500 + HOUR) == set()
    assert look(FRIDAY_1500 + 7 * DAY - HOUR) != set()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (Settings(day=8, hour=15, slots_from=8, slots_to=16), "day"),
        (Settings(day=5, hour=24, slots_from=8, slots_to=16), "hour"),
        (Settings(day=5, hour=15, slots_from=9, slots_to=9), "slots_to"),
        (Settings(day=5, hour=15, slots_from=9, slots_to=25), "slots_to"),
    ],
)
def test_a_deadline_is_a_day_and_an_hour_that_exist(blora, budi, data, field):
    with pytest.raises(Unacceptable) as refused:
        planning.set_deadline(blora, data, actor=budi, at=NOW)

    assert {name for name, fault in refused.value.faults.items() if fault} == {field}


def test_the_deadline_is_in_the_week_before_by_the_clock_of_the_region(blora, budi):
    assert planning.deadline(blora, W49) == FRIDAY_1500
    blora.zone = "Asia/Jayapura"
    data = Settings(day=4, hour=12, slots_from=8, slots_to=16)
    planning.set_deadline(blora, data, actor=budi, at=NOW)
    assert planning.deadline(blora, W49) == datetime(2026, 11, 26, 3, tzinfo=UTC)


# -- free times --------------------------------------------------------------------------------

WEEKDAYS = [W49.monday + DAY * number for number in range(5)]


def test_no_two_offices_are_told_the_same_time_and_no_half_hour_is_a_crowd(blora, sari):
    offices = [sari.office]
    offices += [office(blora, f"Dinas {n}", f"D{n}", OfficeKind.DINAS) for n in range(89)]

    def suggested(each):
        return planning.free_slots(each, WEEKDAYS, at=NOW, spacing=MINUTE)

    asked_at_once = [{slot.at for slot in suggested(each)} for each in offices]
    assert all(len(times) == 5 for times in asked_at_once)
    assert len(set().union(*asked_at_once)) == 5 * len(offices)

    busy = {}
    for each in offices:  # each takes what is told first, before the next one asks
        at = suggested(each)[0].at
        half_hour = at.replace(minute=at.minute // 30 * 30)
        busy[half_hour] = busy.get(half_hour, 0) + 1
        given = {"drafted_by": sari, "edited_by": sari, "created_at": NOW, "edited_at": NOW}
        saved(Post(office=each, planned_at=at, **given))
    assert max(busy.values()) <= 8  # 90 offices on the 16 half hours of the emptiest day
    assert suggested(offices[0]) == suggested(offices[0])


def test_days_off_and_weekends_are_not_suggested():
    special = {
        WEEKDAYS[1]: Special(name="Libur", off=True),
        WEEKDAYS[2]: Special(name="X", off=False),
    }

    days = planning.working_days(W49.monday, W49.sunday + DAY, special)

    assert days == [WEEKDAYS[0], *WEEKDAYS[2:]]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.lists(st.integers(0, 5 * 24 * 60), max_size=40),
    now=st.integers(-600, 6 * 24 * 60),
    spacing=st.integers(0, 240),
    hours=st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda both: both[0] < both[1]),
)
def test_no_suggested_time_is_past_or_near_another_post_of_the_office(
    minutes, now, spacing, hours, slots_world
):
    sari, own = slots_world
    start = W49.starts(ZONE)
    own(start + MINUTE * minute for minute in minutes)
    sari.office.region.slots_from, sari.office.region.slots_to = hours
    at, apart = start + MINUTE * now, MINUTE * spacing

    slots = planning.free_slots(sari.office, WEEKDAYS, at=at, spacing=apart)

    times = [slot.at for slot in slots]
    assert times == sorted(set(times))
    assert len(times) <= 5
    for moment in times:
        local = moment + 7 * HOUR
        assert moment > at
        assert local.date() in WEEKDAYS
        assert hours[0] <= local.hour < hours[1]
        assert all(abs(moment - start - MINUTE * minute) >= apart for minute in minutes)
    db.session.rollback()


@pytest.fixture
def slots_world(sari):
    """Sari, and a function that plans posts of her office; undone by a rollback."""

    def own(moments):
        given = {"drafted_by_id": sari.id, "edited_by_id": sari.id, "version": 1}
        rows = [
            {"office_id": sari.office_id, "planned_at": moment, "status": PostStatus.DRAFT,
             "created_at": NOW, "edited_at": NOW, **given}
            for moment in moments
        ]  # fmt: skip
        if rows:
            db.session.execute(sa.insert(Post), rows)

    return sari, own


def test_a_time_is_suggested_by_the_clock_of_the_region(blora, sari):
    blora.slots_from, blora.slots_to = 8, 9
    (first, *_rest) = planning.free_slots(sari.office, WEEKDAYS[:1], at=NOW, spacing=MINUTE)

    assert first.at == datetime(2026, 11, 30, 1, tzinfo=UTC)
