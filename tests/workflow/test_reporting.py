"""The number a bupati reads on Friday: what counts, for whom, in which week.

2026-W47 is 16 to 22 November 2026; its Monday begins in Blora on Sunday at 17.00 UTC.
"""

import itertools
from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.clock import ZONE_NAMES, Week, last_weeks
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.deliveries import Delivery
from publisher.models.posts import Post, PostKind
from publisher.reports.snapshot import Cluster, Excuse, OfficeName, WeekStatus
from publisher.workflow import reporting
from publisher.workflow.reporting import counting, obligations, rows, rules, workdays
from publisher.workflow.reporting.obligations import Rule
from tests.weeks import content, rule, utc

W47 = Week(2026, 47)
FRIDAY = utc(2026, 11, 20, 2, 5)
NEXT_MONDAY = utc(2026, 11, 23, 2, 0)
TUESDAY = utc(2026, 11, 17, 3, 0)


@pytest.fixture
def show(sari, budi):
    """Return a function that saves a content; see `tests.weeks.content`."""
    return lambda out, **fields: content(sari, budi, out, **fields)


def row_of(report, office):
    return next(row for row in report.rows if row.office.id == office.id)


def counted(office, week=W47, at=NEXT_MONDAY):
    return reporting.office_detail(office, week, at=at).row.tally.counted


# -- obligations: no database -------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "days"),
    [
        ("2026-W12", 2),
        ("2027-W10", 0),
        ("2027-W20", 1),
        ("2025-W14", 0),
        ("2026-W08", 3),
        ("2026-W13", 3),
        ("2026-W20", 3),
        ("2026-W22", 3),
        ("2026-W52", 3),
        ("2026-W47", 5),
        ("2026-W53", 4),  # 1 January 2027 is its Friday
    ],
)
def test_working_days_leave_out_holidays_and_cuti_bersama(week, days):
    assert workdays.NATIONAL.week(Week.parse(week)).days == days


@given(st.integers(0, 500), st.integers(0, 5))
def test_an_obligation_is_rounded_up_and_never_more_than_the_minimum(minimum, days):
    owed = obligations.required(minimum, days)

    assert minimum * days <= owed * 5 < minimum * days + 5
    assert owed <= minimum
    assert (owed == 0) == (minimum == 0 or days == 0)


def region_rule(minimum, since, until=None, *, office_id=None, number=1):
    return Rule(id=number, office_id=office_id, minimum=minimum, valid_from=since, valid_to=until)


def test_the_rule_of_the_office_wins_over_that_of_the_region():
    of_region = region_rule(2, date(2026, 6, 1), number=2)
    of_office = region_rule(5, date(2026, 1, 1), office_id=7)

    assert obligations.rule_for([of_region, of_office], W47) is of_office


def test_a_rule_that_begins_after_the_monday_does_not_hold_in_that_week():
    before = region_rule(2, date(2026, 1, 1), date(2026, 11, 16))
    after = region_rule(4, date(2026, 11, 17), number=2)

    assert obligations.rule_for([before, after], W47) is before
    assert obligations.rule_for([before, after], W47.next()) is after


def test_of_two_rules_the_one_that_began_last_wins():
    older, newer = region_rule(2, date(2026, 1, 1)), region_rule(1, date(2026, 7, 1), number=2)

    assert obligations.rule_for([newer, older], W47) is newer


# -- which week ----------------------------------------------------------------------------


def test_monday_half_past_midnight_in_wib_belongs_to_the_week_that_begins(show, dinkes, dinkes_x):
    show({dinkes_x: utc(2026, 11, 15, 17, 30)})  # Monday 00.30 WIB, still Sunday in UTC

    assert counted(dinkes) == 1
    assert counted(dinkes, W47.previous()) == 0


def test_the_last_minute_of_sunday_still_belongs_to_the_week(show, dinkes, dinkes_x):
    show({dinkes_x: utc(2026, 11, 22, 16, 59, 59)})

    assert (counted(dinkes), counted(dinkes, W47.next(), NEXT_MONDAY)) == (1, 0)


def test_a_cross_post_over_midnight_counts_once_in_the_week_of_its_first(
    show, dinkes, dinkes_x, dinkes_facebook
):
    show({dinkes_x: utc(2026, 11, 22, 16, 59), dinkes_facebook: utc(2026, 11, 22, 17, 20)})

    assert (counted(dinkes), counted(dinkes, W47.next())) == (1, 0)
    [shown] = reporting.office_detail(dinkes, W47, at=NEXT_MONDAY).row.counted
    assert [proof.platform for proof in shown.proofs] == ["x", "facebook"]


def test_a_cross_post_of_long_ago_does_not_count_again(show, dinkes, dinkes_x, dinkes_facebook):
    show({dinkes_x: utc(2026, 1, 7, 3, 0), dinkes_facebook: TUESDAY})

    assert counted(dinkes) == 0


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 12, 28), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2024, 12, 29), "2024-W52"),
    ],
)
def test_weeks_at_the_turn_of_the_year_are_iso_weeks(show, dinkes, dinkes_x, day, week):
    show({dinkes_x: datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Asia/Jakarta"))})

    assert counted(dinkes, Week.parse(week), utc(2027, 2, 1)) == 1


@pytest.mark.parametrize(
    ("zone", "in_the_new_week"),
    [("Asia/Jakarta", False), ("Asia/Makassar", True), ("Asia/Jayapura", True)],
)
def test_the_zone_of_the_region_decides(show, blora, dinkes, dinkes_x, zone, in_the_new_week):
    blora.zone = zone
    db.session.commit()
    show({dinkes_x: utc(2026, 11, 15, 16, 10)})  # 23.10 WIB, 00.10 WITA, 01.10 WIT

    assert counted(dinkes) == int(in_the_new_week)
    assert counted(dinkes, W47.previous()) == int(not in_the_new_week)


# -- what counts ---------------------------------------------------------------------------


def test_one_content_on_two_channels_counts_once_and_is_shown_on_both(
    show, blora, dinkes, dinkes_x, dinkes_facebook
):
    rule(blora)
    show({dinkes_x: TUESDAY, dinkes_facebook: TUESDAY + timedelta(minutes=2)})

    row = row_of(reporting.week_report(blora, W47, at=NEXT_MONDAY), dinkes)
    assert row.tally.counted == 1
    assert (row.on_channel("x"), row.on_channel("facebook")) == (1, 1)
    assert row.counted[0].first_at == TUESDAY


def test_a_greeting_is_shown_and_not_counted(show, dinkes, dinkes_x):
    show({dinkes_x: TUESDAY}, kind=PostKind.UCAPAN)

    row = reporting.office_detail(dinkes, W47, at=NEXT_MONDAY).row
    assert (row.tally.counted, row.tally.greetings) == (0, 1)
    assert len(row.greetings) == 1


@pytest.mark.parametrize("standing", [Standing.GANDA, Standing.LAMA, Standing.TIRUAN])
def test_only_an_utama_account_counts(show, dinkes, make_account, standing):
    show({make_account(dinkes, "x", standing=standing): TUESDAY})

    assert counted(dinkes) == 0


@pytest.mark.parametrize(
    "status", ["pending", "claimed", "sending", "unknown", "failed", "missed", "cancelled"]
)
def test_only_what_is_published_counts(show, dinkes, dinkes_x, status):
    show({dinkes_x: (status, TUESDAY)})

    assert counted(dinkes) == 0


def test_an_empty_permalink_proves_nothing(show, dinkes, dinkes_x):
    show({dinkes_x: TUESDAY})
    try:
        db.session.execute(sa.update(Delivery).values(permalink=""))
        db.session.commit()
    except sa.exc.IntegrityError:
        db.session.rollback()  # the database refuses it already
        return

    assert counted(dinkes) == 0


def test_nothing_of_another_region_is_in_a_report(
    show, blora, rembang, dinkes, dinlutkan, dinkes_x, make_account
):
    rule(rembang, 1)
    show({dinkes_x: TUESDAY})
    show({make_account(dinlutkan, "x"): TUESDAY})

    report = reporting.week_report(blora, W47, at=NEXT_MONDAY)
    assert [row.office.id for row in report.rows] == [dinkes.id]
    assert report.totals.contents == 1
    assert report.rows[0].tally.status is WeekStatus.NO_RULE
    assert {row.office.id for row in report.matrix.rows} == {dinkes.id}


# -- how an office stands ------------------------------------------------------------------


def test_target_met_and_not_met(show, blora, dinkes, dishub, dinkes_x):
    rule(blora, 1)
    show({dinkes_x: TUESDAY})

    report = reporting.week_report(blora, W47, at=NEXT_MONDAY)
    assert row_of(report, dinkes).tally.status is WeekStatus.MET
    assert row_of(report, dishub).tally.status is WeekStatus.NOT_MET
    assert (report.totals.met, report.totals.obliged) == (1, 2)


def test_a_week_without_working_days_is_libur_and_never_met(show, blora, dinkes, dinkes_x):
    rule(blora)
    week = Week.parse("2025-W14")
    show({dinkes_x: utc(2025, 4, 2, 3, 0)})

    row = reporting.office_detail(dinkes, week, at=NEXT_MONDAY).row
    assert row.tally.status is WeekStatus.HOLIDAY
    assert row.tally.counted == 1
    assert reporting.week_report(blora, week, at=NEXT_MONDAY).totals.obliged == 0


def test_a_short_week_owes_less(blora, dinkes):
    rule(blora, 4)

    tally = reporting.office_detail(dinkes, Week.parse("2026-W12"), at=NEXT_MONDAY).row.tally
    assert (tally.obligation.minimum, tally.required) == (4, 2)


def test_without_a_rule_nothing_is_owed(blora, dinkes):
    report = reporting.week_report(blora, W47, at=NEXT_MONDAY)

    assert row_of(report, dinkes).tally.status is WeekStatus.NO_RULE
    assert report.totals.obliged == 0


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "status", "excuse"),
    [
        (date(2026, 11, 16), None, WeekStatus.NOT_MET, None),
        (date(2026, 11, 17), None, WeekStatus.EXEMPT, Excuse.BEGAN),
        (None, date(2026, 11, 19), WeekStatus.EXEMPT, Excuse.ENDED),
        (None, date(2026, 11, 20), WeekStatus.NOT_MET, None),
    ],
)
def test_an_office_owes_only_for_a_whole_working_week(
    blora, dinkes, valid_from, valid_to, status, excuse
):
    rule(blora)
    dinkes.valid_from, dinkes.valid_to = valid_from, valid_to
    db.session.commit()

    tally = reporting.office_detail(dinkes, W47, at=NEXT_MONDAY).row.tally
    assert (tally.status, tally.excuse) == (status, excuse)


def test_an_office_is_not_in_a_week_in_which_it_did_not_exist(blora, dinkes):
    dinkes.valid_to = date(2026, 11, 15)
    db.session.commit()

    assert reporting.office_detail(dinkes, W47, at=NEXT_MONDAY) is None
    assert reporting.week_report(blora, W47, at=NEXT_MONDAY).rows == ()
    assert len(reporting.week_report(blora, W47, at=NEXT_MONDAY).matrix.rows) == 1


@pytest.mark.parametrize(
    ("due_at", "status"),
    [
        (utc(2026, 11, 21, 3, 0), WeekStatus.ON_TRACK),
        (utc(2026, 11, 23, 3, 0), WeekStatus.AT_RISK),  # only next week
    ],
)
def test_while_the_week_runs_what_is_planned_within_it_tells_how_it_will_end(
    show, blora, dinkes, dinkes_x, due_at, status
):
    rule(blora, 2)
    show({dinkes_x: TUESDAY})
    show({dinkes_x: ("pending", due_at)})

    tally = reporting.office_progress(dinkes, at=FRIDAY)
    assert tally.status is status
    assert tally.counted == 1


def test_when_the_week_is_over_plans_help_nobody(show, blora, dinkes, dinkes_x):
    rule(blora, 1)
    show({dinkes_x: ("pending", utc(2026, 11, 21, 3, 0))})

    assert (
        reporting.office_detail(dinkes, W47, at=NEXT_MONDAY).row.tally.status is WeekStatus.NOT_MET
    )


def test_a_content_already_out_elsewhere_is_not_planned_as_well(
    show, blora, dinkes, dinkes_x, dinkes_facebook
):
    rule(blora, 2)
    show({dinkes_x: TUESDAY, dinkes_facebook: ("pending", utc(2026, 11, 21, 3, 0))})

    tally = reporting.office_progress(dinkes, at=FRIDAY)
    assert (tally.counted, tally.planned, tally.status) == (1, 0, WeekStatus.AT_RISK)


def test_what_the_platform_failed_is_shown_and_not_charged_to_the_office(
    show, blora, dinkes, dinkes_x
):
    rule(blora, 1)
    show({dinkes_x: ("missed", TUESDAY, "TryLater")})

    report = reporting.week_report(blora, W47, at=NEXT_MONDAY)
    row = row_of(report, dinkes)
    assert (row.tally.counted, row.tally.stranded) == (0, 1)
    assert (row.tally.status, row.tally.excuse) == (WeekStatus.EXEMPT, Excuse.PLATFORM)
    assert [trouble.by_platform for trouble in row.troubles] == [True]
    assert report.totals.obliged == 0


@pytest.mark.parametrize("outcome", ["Refused", "ContentChanged", "AccountBlocked"])
def test_what_the_platform_refused_is_no_excuse(show, blora, dinkes, dinkes_x, outcome):
    rule(blora, 1)
    show({dinkes_x: ("failed", TUESDAY, "TryLater", outcome)})

    tally = reporting.office_detail(dinkes, W47, at=NEXT_MONDAY).row.tally
    assert (tally.status, tally.stranded) == (WeekStatus.NOT_MET, 0)


def test_a_failed_greeting_is_no_excuse(show, blora, dinkes, dinkes_x):
    rule(blora, 1)
    show({dinkes_x: ("missed", TUESDAY, "TryLater")}, kind=PostKind.UCAPAN)

    tally = reporting.office_detail(dinkes, W47, at=NEXT_MONDAY).row.tally
    assert tally.status is WeekStatus.NOT_MET


def test_weeks_in_a_row_are_broken_by_a_miss_and_not_by_a_holiday():
    week = Week.parse("2026-W47")
    office = OfficeName(id=1, name="Dinas", abbreviation="D", kind="dinas")
    always = region_rule(1, date(2020, 1, 1))
    owed = obligations.obligation(always, workdays.NATIONAL.week(week))
    met = rules.tally(office, week, owed, counted=1, over=True)
    missed = rules.tally(office, week, owed, over=True)
    running = rules.tally(office, week, owed, over=False)
    free = obligations.obligation(always, workdays.NATIONAL.week(Week.parse("2025-W14")))
    holiday = rules.tally(office, week, free, over=True)

    assert rules.streak((met, missed, met, holiday, met, running)) == (2, False)
    assert rules.streak((met, met)) == (2, True)
    assert rules.streak((None, met)) == (1, False)
    assert rules.streak((met, missed)) == (0, False)


def test_an_office_silent_for_four_weeks_is_dormant(show, blora, dinkes, dishub, dinkes_x):
    show({dinkes_x: FRIDAY - timedelta(days=28)})

    report = reporting.week_report(blora, W47, at=FRIDAY)
    assert [row.office.id for row in report.dormant] == [dinkes.id, dishub.id]
    assert row_of(report, dinkes).last_at == FRIDAY - timedelta(days=28)
    assert row_of(report, dishub).last_at is None
    earlier = reporting.week_report(blora, W47, at=FRIDAY - timedelta(seconds=1))
    assert dinkes.id not in {row.office.id for row in earlier.dormant}


def test_a_new_office_has_four_weeks_before_it_is_called_dormant(blora, dinkes):
    dinkes.valid_from = date(2026, 11, 2)
    db.session.commit()

    assert reporting.week_report(blora, W47, at=FRIDAY).dormant == ()


# -- the report as a whole -----------------------------------------------------------------


def test_the_change_from_last_week_is_the_difference_of_two_reports(
    show, blora, dinkes, dishub, dinkes_x
):
    rule(blora, 1)
    show({dinkes_x: TUESDAY})

    report = reporting.week_report(blora, W47, at=NEXT_MONDAY)
    before = reporting.week_report(blora, W47.previous(), at=NEXT_MONDAY)
    assert report.previous == before.totals
    assert (report.change, report.change_words) == (1, ("up", 1))
    assert reporting.region_progress(blora, at=FRIDAY)[0].met == 1


def test_offices_are_compared_with_their_like(blora, dinkes, dishub):
    from tests.conftest import office

    office(blora, "Kecamatan Cepu", "Kec. Cepu", kind="kecamatan")

    clusters = reporting.week_report(blora, W47, at=FRIDAY).clusters()
    assert [(cluster, len(rows)) for cluster, rows in clusters] == [
        (Cluster.DINAS, 2),
        (Cluster.KECAMATAN, 1),
    ]


def test_what_needs_a_decision_is_counted_in_the_region_alone(
    show, blora, rembang, make_post, dinkes_x, dinkes_facebook, dishub
):
    make_post("submit", planned_at=FRIDAY - timedelta(hours=1))
    make_post("submit", planned_at=FRIDAY + timedelta(hours=1))
    make_post("submit", planned_at=FRIDAY + timedelta(days=3))
    show({dinkes_x: ("unknown", TUESDAY), dinkes_facebook: ("failed", TUESDAY)})

    waiting = reporting.week_report(blora, W47, at=FRIDAY).decisions
    assert (waiting.reviews, waiting.reviews_overdue, waiting.reviews_soon) == (3, 1, 1)
    assert waiting.deliveries == 2
    assert waiting.unconnected_offices == 1  # Dinas Perhubungan
    dinkes_x.status = dinkes_facebook.status = AccountStatus.RECONNECT
    dinkes_x.paused_reason = dinkes_facebook.paused_reason = "Sesi berakhir"
    db.session.commit()
    assert reporting.week_report(blora, W47, at=FRIDAY).decisions.unconnected_offices == 2
    elsewhere = reporting.week_report(rembang, W47, at=FRIDAY).decisions
    assert (elsewhere.reviews, elsewhere.deliveries, elsewhere.unconnected_offices) == (0, 0, 0)


def count_queries(work):
    seen = []

    def note(*args):
        seen.append(args[2])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return len([text for text in seen if text.lstrip().startswith(("SELECT", "WITH"))])


def test_the_number_of_queries_does_not_grow(show, blora, dinkes, dinkes_x, make_account):
    from tests.conftest import office

    def queries():
        db.session.commit()
        _ = blora.zone  # loaded before we count
        return (
            count_queries(lambda: reporting.week_report(blora, W47, at=FRIDAY)),
            count_queries(lambda: reporting.region_matrix(blora, W47, at=FRIDAY)),
        )

    rule(blora)
    few = queries()
    for number in range(6):
        account = make_account(office(blora, f"Dinas {number}", f"D{number}"), "x")
        for week in range(4):
            show({account: TUESDAY - timedelta(weeks=week)})
        show({account: ("failed", TUESDAY, "Refused")})
    assert queries() == few == (14, 10)


def plan_of(work):
    """Return how SQLite answers the queries that `work` asks about deliveries."""
    seen = []

    def note(*args):
        if "FROM delivery" in args[2]:
            seen.append(args[2:4])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    run = db.session.connection().exec_driver_sql
    return [row[3] for text, given in seen for row in run(f"EXPLAIN QUERY PLAN {text}", given)]


def test_counting_reads_two_covering_indexes_and_nothing_else(app, blora, dinkes):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads a table this small from end to end")
    region, office = rows.Scope(region=blora), rows.Scope(region=blora, office_id=dinkes.id)
    sieve = counting.Sieve(frozenset({PostKind.KEGIATAN}))

    one_week = plan_of(lambda: counting.counts(region, [W47], [sieve]))
    a_year = plan_of(lambda: counting.counts(office, last_weeks(W47, 52), [sieve]))
    for steps in (one_week, a_year):
        assert any(f"delivery USING COVERING INDEX ix__delivery__{which}week" in step
                   for step in steps for which in ("", "office_")), steps  # fmt: skip


# -- invariants ----------------------------------------------------------------------------

MOMENTS = st.integers(0, 6 * 7 * 24 * 60 - 1).map(
    lambda minutes: utc(2026, 10, 11, 17, 0) + timedelta(minutes=minutes)
)
STATUSES = st.sampled_from(["published", "published", "published", "failed", "pending", "unknown"])
CONTENTS = st.lists(
    st.tuples(
        st.sampled_from([PostKind.KEGIATAN, PostKind.LAYANAN, PostKind.UCAPAN]),
        st.dictionaries(st.integers(0, 3), st.tuples(STATUSES, MOMENTS), min_size=1),
        # Planned once for all channels, so long before the first of them was out; or a day after.
        st.none() | st.integers(-24 * 60, 3 * 7 * 24 * 60).map(lambda m: timedelta(minutes=m)),
    ),
    max_size=8,
)


def brute_force(accounts, zone):
    """Count again from the raw rows, the slow and plain way: (office, week): contents."""
    tally = Counter()
    official = {account.id for account in accounts if account.standing is Standing.UTAMA}
    by_post = itertools.groupby(
        sorted(db.session.scalars(sa.select(Delivery)).all(), key=lambda row: row.post_id),
        key=lambda row: row.post_id,
    )
    for post_id, deliveries in by_post:
        post = db.session.get(Post, post_id)
        out = [
            row.published_at
            for row in deliveries
            if row.status == "published" and row.permalink and row.account_id in official
        ]
        if out and post.kind is not PostKind.UCAPAN:
            tally[post.office_id, Week.of(min(out), zone)] += 1
    return tally


def unconnected(office, handle, standing):
    account = Account(
        office=office,
        platform="x",
        handle=handle,
        display_name=handle,
        standing=standing,
        paused_reason="Belum disambungkan",
    )
    db.session.add(account)
    db.session.commit()
    return account


def forget_everything():
    for table in ("attempt", "delivery", "post_event", "post_account", "post"):
        db.session.execute(sa.text(f"DELETE FROM {table}"))
    db.session.commit()


@pytest.mark.parametrize("zone", ZONE_NAMES)
def test_every_number_equals_a_recount_from_the_raw_rows(app, zone, show, blora, dinkes):
    standings = [Standing.UTAMA, Standing.UTAMA, Standing.UTAMA, Standing.LAMA]
    accounts = [unconnected(dinkes, f"akun{n}", s) for n, s in enumerate(standings)]
    blora.zone = zone
    rule(blora)

    @given(CONTENTS, st.randoms(use_true_random=False))
    @settings(
        max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def check(contents, order):
        forget_everything()
        in_flight = set()
        order.shuffle(contents)  # the order in which rows arrive changes nothing
        for kind, places, before in contents:
            out = {}
            first = min(at for _, at in places.values())
            for place, (status, at) in places.items():
                if status == "unknown":  # the database allows one in flight per account
                    status = "failed" if place in in_flight else status
                    in_flight.add(place)
                out[accounts[place]] = at if status == "published" else (status, at)
            show(out, kind=kind, due=None if before is None else first - before)
        expected = brute_force(accounts, zone)
        report = reporting.week_report(blora, W47, at=NEXT_MONDAY)
        for cell in report.matrix.rows[0].cells:
            assert cell.counted == expected[dinkes.id, cell.week], cell.week
        row = report.rows[0]
        assert len(row.counted) == row.tally.counted == expected[dinkes.id, W47]
        assert len(row.greetings) == row.tally.greetings
        assert report.totals.contents == sum(r.tally.counted for r in report.rows)
        assert all(row.on_channel(p) <= row.tally.counted for p in report.platforms)
        published = db.session.scalar(
            sa.select(sa.func.count()).where(Delivery.status == "published")
        )
        assert sum(cell.counted for cell in report.matrix.rows[0].cells) <= published
        outline = reporting.week_outline(blora, W47, at=NEXT_MONDAY)
        assert (outline.matrix, outline.totals) == (report.matrix, report.totals)
        assert outline.mix == report.mix
        posts = set(db.session.scalars(sa.select(Post.id)))
        assert outline.counted_among(posts) == report.counted_among(posts)

    check()
