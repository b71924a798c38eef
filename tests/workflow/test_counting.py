"""What sets a content apart, from the deed to the number: repetition, takedown, a second planning,
rules, decrees and dispensations as rows.
"""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.errors import Invalid
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery
from publisher.models.places import OfficeKind
from publisher.models.posts import PostKind, PostPicture
from publisher.models.quotas import Binding, QuotaRule
from publisher.models.standing_out import Twin
from publisher.reports.snapshot import Excuse, Uncounted, WeekStatus
from publisher.typed import Unacceptable
from publisher.workflow import closing, registering, reporting, scheduling
from publisher.workflow.delivering import taking_down
from publisher.workflow.registering import For, Grant
from tests.weeks import content, rule, utc

W47 = Week(2026, 47)
TUESDAY = utc(2026, 11, 17, 3, 0)
THURSDAY = utc(2026, 11, 19, 3, 0)
NEXT_MONDAY = utc(2026, 11, 23, 2, 0)


@pytest.fixture
def plan(make_post, budi):
    """Return a function that approves and plans a post as people do, and lets it go out."""

    def plan(caption, *, at, **fields):
        post = make_post("submit", "approve", caption=caption, planned_at=at, **fields)
        deliveries = scheduling.schedule(post, actor=budi, at=at - timedelta(hours=1))
        for delivery in deliveries:
            publish(delivery, at)
        db.session.commit()
        return post

    return plan


def publish(delivery, at):
    """Let it go out; the two steps a worker takes."""
    lease = {"lease_owner": "w", "lease_until": at}
    assert advance(delivery.id, "claim", at=at, **lease)
    assert advance(delivery.id, "begin", at=at, **lease)
    link = f"https://contoh.id/{delivery.id}"
    assert advance(delivery.id, "publish", at=at, permalink=link, published_at=at)


def row_of(office, week=W47, at=NEXT_MONDAY):
    """Return the office in the week; the page that is only an outline of it must say the same."""
    report = reporting.week_report(office.region, week, at=at)
    outline = reporting.week_outline(office.region, week, at=at)
    posts = [content.post_id for row in report.rows for content in row.contents]
    assert (outline.matrix, outline.mix) == (report.matrix, report.mix)
    assert outline.counted_among(posts) == report.counted_among(posts)
    return reporting.office_detail(office, week, at=at).row


def reasons(row):
    return [content.reason for content in row.contents]


def test_the_database_numbers_the_week_whoever_writes(plan, dinkes, dinkes_x):
    plan("Imunisasi gratis", at=utc(2026, 11, 15, 17, 30), accounts=[dinkes_x])
    [delivery] = db.session.scalars(sa.select(Delivery)).all()

    assert delivery.week == W47.ordinal
    change = sa.update(Delivery).values(published_at=utc(2026, 11, 15, 16, 30))
    db.session.execute(change)
    db.session.commit()
    assert delivery.week == W47.previous().ordinal


def test_the_same_words_again_do_not_count(plan, dinkes, dinkes_x):
    plan("Imunisasi gratis", at=TUESDAY, accounts=[dinkes_x])
    plan("imunisasi  GRATIS", at=THURSDAY, accounts=[dinkes_x])
    plan("Donor darah", at=THURSDAY, accounts=[dinkes_x])

    row = row_of(dinkes)
    assert (row.tally.counted, row.tally.uncounted) == (2, 1)
    assert sorted(map(str, reasons(row))) == ["None", "None", "repeat"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Twin)) == 2


def test_one_photo_serves_many_contents(plan, dinkes, dinkes_x, picture):
    photo = picture("Pos imunisasi")
    again = PostPicture(media=photo.media, position=1, alt_text="Pos imunisasi")
    plan("Imunisasi gratis", at=TUESDAY, accounts=[dinkes_x], pictures=[photo])
    plan("Donor darah", at=THURSDAY, accounts=[dinkes_x], pictures=[again])

    assert reasons(row_of(dinkes)) == [None, None]


def test_the_earlier_of_two_counts_whichever_was_planned_first(plan, dinkes, dinkes_x):
    plan("Imunisasi gratis", at=THURSDAY, accounts=[dinkes_x])
    plan("Imunisasi gratis", at=TUESDAY, accounts=[dinkes_x])

    row = row_of(dinkes)
    assert [(c.first_at, c.reason) for c in row.contents] == [
        (TUESDAY, None),
        (THURSDAY, Uncounted.REPEAT),
    ]


def test_what_was_taken_down_within_its_week_does_not_count_and_may_be_said_again(
    plan, blora, dinkes, dinkes_x, budi
):
    rule(blora, 1)
    wrong = plan("Imunisasi gratis", at=TUESDAY, accounts=[dinkes_x])
    [delivery] = db.session.scalars(sa.select(Delivery).filter_by(post_id=wrong.id)).all()
    down = taking_down.take_down(
        delivery, down_at=TUESDAY + timedelta(hours=2), reason="Salah foto", actor=budi,
        at=THURSDAY,
    )  # fmt: skip
    db.session.commit()
    assert row_of(dinkes).tally.status is WeekStatus.NOT_MET

    plan("Imunisasi gratis", at=THURSDAY, accounts=[dinkes_x])
    row = row_of(dinkes)
    assert reasons(row) == [Uncounted.TAKEN_DOWN, None]
    assert (row.tally.counted, row.tally.uncounted) == (1, 1)
    matrix = reporting.region_matrix(blora, W47.next(), at=NEXT_MONDAY)
    assert matrix.column(W47)[0].counted == 1  # judged the same without its contents

    seen = down.noted_at.isoformat()
    taking_down.put_back(delivery, seen=seen, actor=budi, at=NEXT_MONDAY)
    db.session.commit()
    assert reasons(row_of(dinkes)) == [None, Uncounted.REPEAT]


@pytest.mark.parametrize("hours", [-1, 24 * 30])
def test_nothing_is_taken_down_before_it_was_out_or_in_the_future(plan, dinkes_x, budi, hours):
    post = plan("Imunisasi gratis", at=TUESDAY, accounts=[dinkes_x])
    [delivery] = db.session.scalars(sa.select(Delivery).filter_by(post_id=post.id)).all()

    with pytest.raises(Invalid):
        taking_down.take_down(
            delivery, down_at=TUESDAY + timedelta(hours=hours), reason="Keliru", actor=budi,
            at=NEXT_MONDAY,
        )  # fmt: skip


def test_a_channel_added_in_a_later_week_does_not_count_again(
    plan, make_post, budi, sari, dinkes, dinkes_x, dinkes_facebook
):
    post = plan("Imunisasi gratis", at=TUESDAY - timedelta(weeks=1), accounts=[dinkes_x])
    post.move("reopen", actor=budi, at=TUESDAY)
    post.accounts = [dinkes_x, dinkes_facebook]
    post.move("submit", actor=sari, at=TUESDAY)
    post.move("approve", actor=budi, at=TUESDAY)
    post.planned_at = THURSDAY
    [new] = scheduling.schedule(post, actor=budi, at=TUESDAY)
    publish(new, THURSDAY)
    db.session.commit()

    assert row_of(dinkes).tally.counted == 0
    assert row_of(dinkes, W47.previous()).tally.counted == 1


def test_the_kind_that_was_approved_counts_whatever_it_is_called_later(plan, dinkes, dinkes_x):
    post = plan("Selamat hari jadi", at=TUESDAY, accounts=[dinkes_x], kind=PostKind.UCAPAN)
    post.kind = PostKind.KEGIATAN
    db.session.commit()

    assert reasons(row_of(dinkes)) == [Uncounted.GREETING]


def a_rule(region, minimum, **more):
    row = QuotaRule(region=region, minimum=minimum, valid_from=date(2026, 1, 5), set_at=TUESDAY,
                    **more)  # fmt: skip
    db.session.add(row)
    db.session.commit()


@pytest.mark.parametrize(
    ("binding", "status"),
    [(Binding.IMBAUAN, WeekStatus.URGED), (Binding.PANTAU, WeekStatus.WATCHED)],
)
def test_what_does_not_bind_is_shown_and_held_against_nobody(
    blora, dinkes, dishub, binding, status
):
    rule(blora, 2)
    a_rule(blora, 3, office=dinkes, binding=binding)

    report = reporting.week_report(blora, W47, at=NEXT_MONDAY)
    assert {row.office.id: row.tally.status for row in report.rows} == {
        dinkes.id: status,
        dishub.id: WeekStatus.NOT_MET,
    }
    assert (report.totals.obliged, report.totals.not_met) == (1, 1)


def test_only_the_channels_and_kinds_of_the_rule_count(
    sari, budi, blora, dinkes, dinkes_x, dinkes_facebook
):
    a_rule(blora, 1, office_kind=OfficeKind.DINAS, channels=["facebook"], kinds=["layanan"])
    service = {"kind": PostKind.LAYANAN}
    content(sari, budi, {dinkes_x: TUESDAY}, **service)
    content(sari, budi, {dinkes_x: TUESDAY, dinkes_facebook: TUESDAY}, **service)
    content(sari, budi, {dinkes_facebook: TUESDAY})

    row = row_of(dinkes)
    assert sorted(map(str, reasons(row))) == ["None", "channel", "kind"]
    assert (row.tally.counted, row.tally.uncounted) == (1, 2)
    older = reporting.region_matrix(blora, W47.next(), at=NEXT_MONDAY).column(W47)[0]
    assert (older.counted, older.uncounted) == (1, 2)


def test_a_dispensation_exempts_for_its_weeks_until_it_is_taken_back(blora, dinkes, budi):
    rule(blora, 2)
    granted = registering.grant(
        dinkes,
        Grant(first=W47, last=W47, reason="Kantor terdampak banjir", document="Sekda 400/12"),
        actor=budi,
        at=TUESDAY,
    )
    db.session.commit()

    row = row_of(dinkes)
    assert (row.tally.status, row.tally.excuse) == (WeekStatus.EXEMPT, Excuse.DISPENSATION)
    assert (row.exemption.reason, row.exemption.granted_by) == ("Kantor terdampak banjir", "Budi")
    assert row_of(dinkes, W47.previous()).tally.status is WeekStatus.NOT_MET

    registering.revoke_dispensation(granted, because="Keliru", actor=budi, at=THURSDAY)
    db.session.commit()
    assert row_of(dinkes).tally.status is WeekStatus.NOT_MET


def test_a_decree_and_an_offices_own_days_change_what_is_owed(blora, dinkes, dishub, budi):
    rule(blora, 5)
    registering.add_day(
        blora, date(2026, 11, 18), works=False, name="Hari Jadi", source="SK 1/2026",
        actor=budi, at=TUESDAY,
    )  # fmt: skip
    registering.set_pattern(
        dishub, weekdays="1234567", rests_on_holidays=False, source="", week=W47, actor=budi,
        at=TUESDAY,
    )  # fmt: skip
    db.session.commit()

    assert (row_of(dinkes).tally.required, row_of(dishub).tally.required) == (4, 5)
    assert row_of(dinkes, W47.previous()).tally.required == 5


def test_a_closed_week_takes_no_rule_or_day(blora, dinkes, budi):
    blora.closed_through = W47.sunday
    db.session.commit()
    by = {"actor": budi, "at": TUESDAY}

    for refused in (
        lambda: registering.set_quota(blora, minimum=2, week=W47, **by),
        lambda: registering.add_day(blora, W47.monday, works=False, name="A", source="B", **by),
        lambda: registering.set_pattern(
            dinkes, weekdays="12", rests_on_holidays=True, source="", week=W47, **by
        ),
    ):
        with pytest.raises(Unacceptable):
            refused()
    registering.set_quota(blora, minimum=2, week=W47.next(), **by)


def test_a_dispensation_that_comes_late_is_a_correction_of_its_closed_week(blora, dinkes, budi):
    rule(blora, 2)

    def closed():
        return closing.read(closing.latest(blora, W47), newest=9).rows[0]

    report = reporting.week_report(blora, W47, at=NEXT_MONDAY)
    closing.close(blora, report, by=budi, at=NEXT_MONDAY, reason="Lebih awal")
    later = NEXT_MONDAY + timedelta(hours=1)
    weeks = {"first": W47.previous(), "last": W47.next()}
    grant = Grant(**weeks, reason="Banjir", document="Sekda 400/12")
    row = registering.grant(dinkes, grant, actor=budi, at=later)
    db.session.commit()

    assert closed().tally.status is WeekStatus.NOT_MET  # it stays what it was
    assert registering.to_correct(blora, [row]) == {row.id: [W47]}
    anew = reporting.week_report(blora, W47, at=later)
    closing.correct(blora, anew, by=budi, at=later, reason="Dispensasi", seen=1)
    db.session.commit()
    assert (closed().tally.status, closed().exemption.document) == (
        WeekStatus.EXEMPT, "Sekda 400/12",
    )  # fmt: skip
    assert registering.to_correct(blora, [row]) == {row.id: []}
    with pytest.raises(Unacceptable):  # a version rests on it
        registering.revoke_dispensation(row, because="Keliru", actor=budi, at=later)
    db.session.rollback()

    another = registering.grant(dinkes, grant, actor=budi, at=later + timedelta(hours=1))
    registering.revoke_dispensation(another, because="Keliru", actor=budi, at=later)
    assert registering.to_correct(blora, [another]) == {another.id: []}


def test_a_target_for_a_kind_is_set_ended_and_found(blora, dinkes, budi):
    kind = For(kind=OfficeKind.DINAS)
    by = {"actor": budi, "at": TUESDAY}
    registering.set_quota(blora, minimum=2, week=W47, **by)
    registering.set_quota(blora, minimum=4, week=W47.next(), whose=kind, **by)
    registering.end_quota(blora, kind, week=W47.shifted(3), **by)
    db.session.commit()

    later = utc(2027, 1, 4)
    weeks = [W47.shifted(number) for number in range(4)]
    assert [row_of(dinkes, week, later).tally.obligation.minimum for week in weeks] == [2, 4, 4, 2]
    assert row_of(dinkes, weeks[1], later).tally.obligation.office_kind == "dinas"
