"""Who may move which post to when, what goes along, and what the calendar says stands where."""

from datetime import date, timedelta

import pytest

from publisher.clock import Week
from publisher.db import db
from publisher.errors import Invalid, InvalidTransition, Outdated
from publisher.models.audit import first_broken_link
from publisher.models.deliveries import Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.places import OfficeKind
from publisher.models.posts import PostKind, PostStatus
from publisher.models.quotas import CalendarDay
from publisher.models.stops import Stop
from publisher.platforms.base import Receipt
from publisher.platforms.errors import Refused
from publisher.workflow import planning, reviewing, scheduling
from publisher.workflow.delivering import claiming
from publisher.workflow.planning import Scope, State, Wanted
from publisher.workflow.reporting.workdays import national_holidays
from tests.conftest import NOW, saved
from tests.workflow.conftest import bring

TUESDAY = NOW + timedelta(days=1)
CATCH_UP = timedelta(hours=6)
WEEK = Week.of(NOW, "Asia/Jakarta")
SPAN = WEEK.starts("Asia/Jakarta"), WEEK.ends("Asia/Jakarta")


def move(post, actor, to=TUESDAY, *, version=None, spacing_s=60, at=NOW):
    return planning.move(
        post,
        to,
        actor=actor,
        at=at,
        version=post.version if version is None else version,
        spacing=timedelta(seconds=spacing_s),
        catch_up=CATCH_UP,
    )


def approved(make_post, budi, **fields):
    post = make_post("submit", "approve", **fields)
    scheduling.schedule(post, actor=budi, at=NOW)
    db.session.commit()
    return post


def rows_of(user, wanted=Wanted(), span=SPAN):
    return planned_states(planning.planned(Scope.of(user), wanted, *span))


def planned_states(rows):
    return {row.id: row.state for row in rows}


def test_an_approved_post_stays_approved_and_takes_its_deliveries_along(make_post, budi):
    post = approved(make_post, budi)
    digest = post.approved_digest

    made = move(post, budi)
    db.session.commit()

    assert (post.status, post.approved_digest) == (PostStatus.APPROVED, digest)
    deliveries = db.session.scalars(db.select(Delivery)).all()
    assert {(row.due_at, row.next_at, row.publish_by) for row in deliveries} == {
        (TUESDAY, TUESDAY, TUESDAY + CATCH_UP)
    }
    assert made.version == post.version
    moves = db.session.scalars(db.select(DeliveryEvent).where(DeliveryEvent.step == "move")).all()
    assert [(row.actor_id, row.after) for row in moves] == [(budi.id, "pending")] * 2
    assert post.events[-1].step == "move"
    assert "24 November 2026 pukul 09.00 WIB" in post.events[-1].note
    assert first_broken_link() is None
    assert claiming.claim_due(at=NOW + timedelta(hours=2), owner="test", limit=5) == []

    move(post, budi, made.before)
    assert {row.due_at for row in db.session.scalars(db.select(Delivery))} == {made.before}


def test_who_only_moved_a_post_may_still_decide_on_it(make_post, budi, app):
    post = make_post("submit")
    move(post, budi)
    reviewing.approve(post, reviewer=budi, at=NOW, store=app.extensions["media_store"])
    assert post.status is PostStatus.APPROVED


@pytest.mark.parametrize(
    ("steps", "who"),
    [
        ((), "budi"),
        (("submit",), "sari"),
        (("submit", "approve"), "sari"),
        (("submit", "request_changes"), "budi"),
        (("submit", "reject"), "budi"),
        ((), "wulan"),
    ],
)
def test_nobody_moves_what_is_in_the_hands_of_another(make_post, request, steps, who):
    post = make_post(*steps)
    before = post.planned_at
    with pytest.raises((Invalid, InvalidTransition)):
        move(post, request.getfixturevalue(who))
    assert post.planned_at == before


def test_an_office_plans_moves_and_unplans_its_draft(make_post, sari, wulan):
    post = make_post(planned_at=None)
    assert planning.unplanned(sari.office_id) == [post]
    move(post, sari)
    assert rows_of(sari) == {post.id: State.DRAFT}
    move(post, sari, None)
    assert (post.planned_at, rows_of(sari)) == (None, {})
    assert not planning.may_move(wulan.role, post.status)


def test_times_that_make_no_sense_are_refused(make_post, budi):
    post = make_post("submit")
    for to in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=400), None):
        with pytest.raises(Invalid):
            move(post, budi, to)


def test_a_page_that_is_outdated_moves_nothing_and_names_who_was_quicker(make_post, budi):
    post = make_post("submit")
    seen = post.version
    move(post, budi)
    db.session.commit()
    with pytest.raises(Outdated, match="Budi"):
        move(post, budi, TUESDAY + timedelta(hours=1), version=seen)
    assert post.planned_at == TUESDAY


def test_posts_of_one_account_keep_their_distance(make_post, budi, dinkes_x, make_account, dinkes):
    there = make_post("submit", planned_at=TUESDAY, title="Donor darah", accounts=[dinkes_x])
    post = make_post("submit", accounts=[dinkes_x], caption="Lain")
    with pytest.raises(Invalid, match="Donor darah"):
        move(post, budi, TUESDAY + timedelta(seconds=59))
    move(post, budi, TUESDAY + timedelta(seconds=60))
    other = make_post("submit", accounts=[make_account(dinkes, "telegram")])
    move(other, budi, there.planned_at)


def test_a_time_at_which_the_platform_hears_the_same_again_is_refused(make_post, budi, dinkes_x):
    approved(make_post, budi, planned_at=TUESDAY, accounts=[dinkes_x])
    twin = make_post("submit", planned_at=NOW + timedelta(days=9), accounts=[dinkes_x])
    with pytest.raises(Invalid, match="Teks yang sama"):
        move(twin, budi, TUESDAY + timedelta(hours=3))


@pytest.mark.parametrize(
    ("steps", "before", "may"),
    [
        (("submit",), NOW + timedelta(hours=1), True),
        (("submit",), NOW - timedelta(hours=1), False),
        (("submit",), None, False),
        ((), None, True),
    ],
)
def test_undoing_is_offered_only_where_it_can_be_done(make_post, sari, budi, steps, before, may):
    post = make_post(*steps)
    post.planned_at = before
    db.session.commit()
    made = move(post, budi if steps else sari)
    assert planning.may_undo(post, made, at=NOW) is may
    if may:
        move(post, budi if steps else sari, made.before)
        assert post.planned_at == before


def test_what_has_begun_is_not_moved(make_post, budi, planned, dinkes_x):
    delivery = planned(dinkes_x)
    claiming.claim_due(at=NOW, owner="test", limit=1)
    db.session.commit()
    with pytest.raises(Invalid, match="sudah tayang"):
        move(delivery.post, budi)
    db.session.rollback()
    db.session.refresh(delivery)
    assert (delivery.status, delivery.due_at) == (DeliveryStatus.CLAIMED, NOW)


def test_while_all_publishing_is_stopped_what_is_approved_stays_where_it_is(make_post, budi, blora):
    post, waiting = approved(make_post, budi), make_post("submit", caption="Lain")
    saved(Stop(region=blora, reason="Masa tenang", stopped_at=NOW, stopped_by=budi))
    with pytest.raises(Invalid, match="sedang dihentikan"):
        move(post, budi)
    move(waiting, budi)


def test_each_state_is_told(make_post, budi, planned, dinkes_x, dinkes_facebook):
    out, bad = planned(dinkes_x), planned(dinkes_facebook)
    receipt = Receipt(remote_id="1", url="https://x.com/i/status/1", published_at=NOW)
    bring_each({out.id: receipt, bad.id: Refused("teks")})
    expected = {
        out.post_id: State.PUBLISHED,
        bad.post_id: State.PROBLEM,
        make_post().id: State.DRAFT,
        make_post("submit").id: State.WAITING,
        make_post("submit", "request_changes").id: State.RETURNED,
        approved(make_post, budi).id: State.APPROVED,
    }
    make_post("withdraw"), make_post("submit", "reject")
    assert rows_of(budi) == expected


def bring_each(outcomes):
    """Take each delivery to where its outcome leads."""
    for delivery_id, outcome in outcomes.items():
        others = db.select(Delivery).where(Delivery.id.in_(outcomes), Delivery.id != delivery_id)
        waiting = [row for row in db.session.scalars(others) if row.status == "pending"]
        for row in waiting:
            row.next_at = NOW + timedelta(hours=1)
        db.session.commit()
        bring(db.session.get(Delivery, delivery_id), outcome)
        for row in waiting:
            row.next_at = NOW
        db.session.commit()


def test_nobody_sees_beyond_their_office_or_region(make_post, sari, tono, budi, yuni):
    post = make_post("submit")
    seen = {user.name: post.id in rows_of(user) for user in (sari, tono, budi, yuni)}
    assert seen == {"Sari": True, "Tono": False, "Budi": True, "Yuni": False}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(office_kind=OfficeKind.DINAS), True),
        (Wanted(office_kind=OfficeKind.RSUD), False),
        (Wanted(platform="x"), True),
        (Wanted(platform="tiktok"), False),
        (Wanted(kind=PostKind.LAYANAN), True),
        (Wanted(kind=PostKind.UCAPAN), False),
        (Wanted(office_id=0), False),
    ],
)
def test_filters_narrow(make_post, budi, wanted, found):
    post = make_post("submit")
    assert (post.id in rows_of(budi, wanted)) is found


def test_the_sign_changes_when_somebody_moved_something_and_only_then(make_post, budi):
    post = make_post("submit")
    scope = Scope.of(budi)
    before = planning.sign(scope, Wanted(), *SPAN)
    assert before == planning.sign_of(planning.planned(scope, Wanted(), *SPAN))
    move(post, budi)
    assert planning.sign(scope, Wanted(), *SPAN) != before


def test_the_days_of_a_region_stand_before_the_national_ones(blora, budi):
    by = {"region": blora, "source": "SK 1", "set_by": budi, "set_at": NOW}
    saved(CalendarDay(day=date(2026, 12, 11), works=True, name="Hari Jadi Blora", **by))
    saved(CalendarDay(day=date(2026, 12, 25), works=True, name="Piket Natal", **by))
    days = planning.special_days(blora, date(2026, 12, 1), date(2027, 1, 1), national_holidays)
    assert (days[date(2026, 12, 11)].name, days[date(2026, 12, 11)].off) == (
        "Hari Jadi Blora", False,
    )  # fmt: skip
    assert days[date(2026, 12, 25)].name == "Piket Natal"
    assert days[date(2026, 12, 24)].off
