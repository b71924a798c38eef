"""Whether a content counts, case by case. One table; the function that decides has no database.

The week is 2026-W47, 16 to 22 November 2026, in WIB.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.clock import Week
from publisher.models.posts import PostKind
from publisher.reports.snapshot import Uncounted
from publisher.workflow.reporting.judging import (
    REPEATED_WITHIN,
    Publication,
    Showing,
    Terms,
    counting_kinds,
    why_not,
)
from publisher.workflow.reporting.obligations import Rule, obligation, rule_for
from publisher.workflow.reporting.workdays import Calendar, DayByDecree, Pattern
from tests.weeks import utc

WIB = "Asia/Jakarta"
W47 = Week(2026, 47)
START, END = W47.starts(WIB), W47.ends(WIB)
BEFORE, AFTER = START - timedelta(seconds=1), END
TUESDAY = utc(2026, 11, 17, 3, 0)
FRIDAY = utc(2026, 11, 20, 3, 0)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
R = Uncounted


def out(at=TUESDAY, on="instagram", **more):
    return Publication(at=at, platform=on, **more)


def content(*publications, kind="kegiatan", twins=(), number=5):
    return Showing(
        post_id=number, kind=PostKind(kind), publications=publications, twins=tuple(twins)
    )


def terms(**more):
    return Terms(**{"start": START, "end": END} | more)


#: (what it is, the content, the terms, why it does not count)
CASES = [
    # -- when -----------------------------------------------------------------------------
    ("in the middle of the week", content(out()), {}, None),
    ("Monday 00.00.00", content(out(START)), {}, None),
    ("Monday 00.30", content(out(utc(2026, 11, 15, 17, 30))), {}, None),
    ("a second before Monday", content(out(BEFORE)), {}, R.OUTSIDE),
    ("Sunday's last second", content(out(END - SECOND)), {}, None),
    ("the next Monday", content(out(AFTER)), {}, R.OUTSIDE),
    ("two channels in one week", content(out(), out(FRIDAY, "x")), {}, None),
    ("first last week, again this week", content(out(BEFORE), out(on="x")), {}, R.OUTSIDE),
    ("first this week, again next week", content(out(), out(AFTER, "x")), {}, None),
    ("listed in another order", content(out(AFTER, "x"), out()), {}, None),
    ("a year ago, and now", content(out(TUESDAY - 365 * DAY), out(on="x")), {}, R.OUTSIDE),
    # -- the official account --------------------------------------------------------------
    ("on an old account", content(out(utama=False)), {}, R.NOT_UTAMA),
    ("on an old and the official one", content(out(utama=False), out(on="x")), {}, None),
    ("earlier on an old one", content(out(BEFORE, utama=False), out(on="x")), {}, None),
    ("later on the official one", content(out(utama=False), out(AFTER, "x")), {}, R.OUTSIDE),
    ("twice, on old accounts", content(out(utama=False), out(on="x", utama=False)), {},
     R.NOT_UTAMA),
    # -- the proof -------------------------------------------------------------------------
    ("without proof", content(out(proved=False)), {}, R.UNPROVED),
    ("one proved, one not", content(out(proved=False), out(on="x")), {}, None),
    ("proved last week, not this", content(out(BEFORE), out(proved=False)), {}, R.OUTSIDE),
    ("unproved last week, proved now", content(out(BEFORE, proved=False), out()), {}, None),
    ("neither proved nor official", content(out(proved=False, utama=False)), {}, R.UNPROVED),
    ("one without proof, one not official", content(out(proved=False), out(utama=False)), {},
     R.NOT_UTAMA),
    # -- taken down ------------------------------------------------------------------------
    ("taken down the same day", content(out(down_at=TUESDAY + DAY)), {}, R.TAKEN_DOWN),
    ("in the week's last second", content(out(down_at=END - SECOND)), {}, R.TAKEN_DOWN),
    ("when the week was over", content(out(down_at=END)), {}, None),
    ("a month later", content(out(down_at=END + 30 * DAY)), {}, None),
    ("on one of two channels", content(out(down_at=FRIDAY), out(on="x")), {}, None),
    ("on both", content(out(down_at=FRIDAY), out(on="x", down_at=FRIDAY)), {}, R.TAKEN_DOWN),
    ("and out again elsewhere next week", content(out(down_at=FRIDAY), out(AFTER, "x")), {},
     R.TAKEN_DOWN),
    ("and still on an old account", content(out(down_at=FRIDAY), out(on="x", utama=False)), {},
     R.TAKEN_DOWN),
    # -- channels --------------------------------------------------------------------------
    ("on the channel that counts", content(out()), {"channels": ["instagram"]}, None),
    ("on another", content(out(on="x")), {"channels": ["instagram"]}, R.CHANNEL),
    ("on both", content(out(on="x"), out(FRIDAY)), {"channels": ["instagram"]}, None),
    ("on the right one next week", content(out(on="x"), out(AFTER)), {"channels": ["instagram"]},
     R.CHANNEL),
    ("one of several", content(out(on="tiktok")), {"channels": ["instagram", "tiktok"]}, None),
    ("on the right one, taken down", content(out(down_at=FRIDAY), out(on="x")),
     {"channels": ["instagram"]}, R.CHANNEL),
    ("on the right one, not official", content(out(utama=False), out(on="x")),
     {"channels": ["instagram"]}, R.CHANNEL),
    ("no channel counts", content(out()), {"channels": []}, R.CHANNEL),
    ("by hand, on a website", content(out(on="website")), {"channels": ["website"]}, None),
    # -- kinds -----------------------------------------------------------------------------
    ("a greeting", content(out(), kind="ucapan"), {}, R.GREETING),
    ("a greeting where they count", content(out(), kind="ucapan"), {"kinds": ["ucapan"]}, None),
    ("a greeting where others count", content(out(), kind="ucapan"), {"kinds": ["layanan"]},
     R.GREETING),
    ("a service", content(out(), kind="layanan"), {"kinds": ["layanan"]}, None),
    ("an activity where services count", content(out()), {"kinds": ["layanan"]}, R.KIND),
    ("a live stream", content(out(), kind="siaran_langsung"), {}, None),
    ("an answer to a complaint", content(out(), kind="tanggapan_aduan"), {}, None),
    ("a greeting on the wrong channel", content(out(on="x"), kind="ucapan"),
     {"channels": ["instagram"]}, R.CHANNEL),
    # -- repetitions -----------------------------------------------------------------------
    ("said yesterday", content(out(), twins=[(TUESDAY - DAY, 1)]), {}, R.REPEAT),
    ("said 30 days ago", content(out(), twins=[(TUESDAY - REPEATED_WITHIN, 1)]), {}, R.REPEAT),
    ("said before that", content(out(), twins=[(TUESDAY - REPEATED_WITHIN - SECOND, 1)]), {},
     None),
    ("said again tomorrow", content(out(), twins=[(TUESDAY + DAY, 9)]), {}, None),
    ("at the same moment, written before", content(out(), twins=[(TUESDAY, 4)]), {}, R.REPEAT),
    ("at the same moment, written after", content(out(), twins=[(TUESDAY, 6)]), {}, None),
    ("long ago and yesterday", content(out(), twins=[(START - 90 * DAY, 1), (START, 2)]), {},
     R.REPEAT),
    ("long ago and tomorrow", content(out(), twins=[(START - 90 * DAY, 1), (FRIDAY, 9)]), {},
     None),
    ("a greeting, as last year", content(out(), kind="ucapan", twins=[(START, 1)]), {},
     R.GREETING),
    ("measured from its first channel", content(out(), out(FRIDAY, "x"),
     twins=[(TUESDAY + SECOND, 9)]), {}, None),
    # -- the office ------------------------------------------------------------------------
    ("on its first day", content(out()), {"began": TUESDAY - timedelta(hours=3)}, None),
    ("before its first day", content(out()), {"began": FRIDAY}, R.NO_OFFICE),
    ("on its last day", content(out()), {"ended": TUESDAY + SECOND}, None),
    ("after its last day", content(out()), {"ended": TUESDAY}, R.NO_OFFICE),
    ("once before and once after it began", content(out(), out(FRIDAY, "x")),
     {"began": TUESDAY + DAY}, None),
    ("once before and once after it ended", content(out(), out(FRIDAY, "x")),
     {"ended": TUESDAY + DAY}, None),
    ("after it ended, without proof", content(out(proved=False)), {"ended": TUESDAY},
     R.NO_OFFICE),
]  # fmt: skip


@pytest.mark.parametrize(("shown", "asked", "reason"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_a_content_counts_or_says_why_not(shown, asked, reason):
    assert why_not(shown, terms(**asked)) is reason


def test_there_are_sixty_cases_and_each_reason_is_among_them():
    assert len(CASES) >= 60
    assert {case[3] for case in CASES} == {None, *Uncounted}


# -- what always holds -------------------------------------------------------------------

MOMENTS = st.integers(-20 * 24, 20 * 24).map(lambda hours: TUESDAY + timedelta(hours=hours))
PUBLICATIONS = st.lists(
    st.builds(
        Publication,
        at=MOMENTS,
        platform=st.sampled_from(["x", "instagram"]),
        utama=st.booleans(),
        proved=st.booleans(),
        down_at=st.none() | MOMENTS,
    ),
    min_size=1,
    max_size=5,
)
CONTENTS = st.builds(
    lambda shown, kind, twins: content(*shown, kind=kind, twins=twins),
    PUBLICATIONS,
    st.sampled_from(list(PostKind)),
    st.lists(st.tuples(MOMENTS, st.integers(1, 9)), max_size=2),
)
CHANNELS = st.none() | st.sets(st.sampled_from(["x", "instagram"])).map(frozenset)


def in_week(week, channels):
    return Terms(start=week.starts(WIB), end=week.ends(WIB), channels=channels)


@given(CONTENTS, CHANNELS)
def test_a_content_counts_in_one_week_at_most_and_only_with_a_real_publication(shown, channels):
    weeks = [W47.shifted(number) for number in range(-4, 5)]
    counts_in = [week for week in weeks if why_not(shown, in_week(week, channels)) is None]

    assert len(counts_in) <= 1
    assert not counts_in or any(each.real for each in shown.publications)


@given(CONTENTS, CHANNELS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(shown, channels, order):
    shuffled = list(shown.publications)
    order.shuffle(shuffled)
    turned = content(*shuffled, kind=shown.kind.value, twins=shown.twins[::-1])

    assert why_not(turned, in_week(W47, channels)) is why_not(shown, in_week(W47, channels))


@given(st.none() | st.sets(st.sampled_from([kind.value for kind in PostKind])), CHANNELS)
def test_what_is_counted_without_a_look_is_what_a_look_would_count(kinds, channels):
    asked = terms(kinds=kinds, channels=channels)

    for kind in PostKind:
        passes = any(
            why_not(content(out(on=name), kind=kind.value), asked) is None
            for name in (channels if channels is not None else ["x"])
        )
        assert (kind in counting_kinds(asked)) == passes


# -- what is asked -----------------------------------------------------------------------


def a_rule(number, minimum, since=date(2026, 1, 5), **more):
    return Rule(id=number, minimum=minimum, valid_from=since, **more)


@pytest.mark.parametrize(
    ("rules", "minimum"),
    [
        ([], None),
        ([a_rule(1, 2)], 2),
        ([a_rule(1, 2), a_rule(2, 3, office_kind="dinas")], 3),
        ([a_rule(1, 2), a_rule(2, 3, office_kind="dinas"), a_rule(3, 4, office_id=7)], 4),
        ([a_rule(1, 9, since=date(2026, 11, 9)), a_rule(2, 3, office_kind="dinas")], 3),
        ([a_rule(1, 2), a_rule(2, 5, since=date(2026, 11, 16))], 5),
        ([a_rule(1, 2), a_rule(2, 5, since=date(2026, 11, 23))], 2),
        ([a_rule(1, 2), a_rule(2, 5, office_id=7, valid_to=date(2026, 11, 15))], 2),
        ([a_rule(2, 5), a_rule(1, 2)], 5),
    ],
)
def test_the_most_specific_rule_that_holds_applies(rules, minimum):
    found = rule_for(rules, W47)

    assert (found.minimum if found else None) == minimum


LOCAL = DayByDecree(day=date(2026, 11, 18), works=False, name="Hari Jadi", source="SK 1/2026")
#: 25 December 2026 is a Friday; the day before is cuti bersama.
MOVED = DayByDecree(day=date(2026, 12, 25), works=True, name="Digeser", source="SKB 2/2026")
CALENDAR = Calendar({LOCAL.day: LOCAL, MOVED.day: MOVED})
SIX_DAYS = Pattern(weekdays="123456")
ALWAYS = Pattern(weekdays="1234567", rests_on_holidays=False)


@pytest.mark.parametrize(
    ("week", "calendar", "pattern", "days", "full", "required"),
    [
        ("2026-W47", Calendar(), Pattern(), 5, 5, 5),
        ("2026-W47", CALENDAR, Pattern(), 4, 5, 4),
        ("2026-W47", CALENDAR, SIX_DAYS, 5, 6, 5),
        ("2026-W47", CALENDAR, ALWAYS, 7, 7, 5),
        ("2026-W52", Calendar(), Pattern(), 3, 5, 3),
        ("2026-W52", CALENDAR, Pattern(), 4, 5, 4),
        ("2026-W52", Calendar(), ALWAYS, 7, 7, 5),
        ("2027-W10", Calendar(), Pattern(), 0, 5, 0),
        ("2027-W10", Calendar(), SIX_DAYS, 1, 6, 1),
        ("2025-W01", Calendar(), Pattern(), 4, 5, 4),
        ("2026-W53", Calendar(), Pattern(), 4, 5, 4),
    ],
)
def test_an_office_owes_by_its_own_working_days(week, calendar, pattern, days, full, required):
    worked = calendar.week(Week.parse(week), pattern)

    assert (worked.days, worked.full) == (days, full)
    assert obligation(a_rule(1, 5), worked).required == required


def test_a_decree_is_named_where_it_changes_a_day():
    assert CALENDAR.week(W47).free == ((LOCAL.day, "Hari Jadi, SK 1/2026"),)
    assert CALENDAR.week(Week(2026, 52)).worked == ((MOVED.day, "Digeser, SKB 2/2026"),)


def test_without_proration_one_working_day_asks_for_all_of_it():
    one_day = Calendar().week(Week.parse("2027-W20"))
    none = Calendar().week(Week.parse("2027-W10"))

    assert obligation(a_rule(1, 5, prorated=False), one_day).required == 5
    assert obligation(a_rule(1, 5, prorated=False), none).required == 0
