"""The stop switch: nothing of a region begins while it is stopped, and nothing of it is lost."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.errors import Invalid
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus
from publisher.models.notices import Notice, NoticeKind
from publisher.models.stops import Stop
from publisher.models.watch import Incident
from publisher.platforms.base import Prepared, Receipt
from publisher.platforms.errors import TryLater
from publisher.workflow import watching
from publisher.workflow.delivering import (
    beginning,
    board,
    by_hand,
    claiming,
    loading,
    recording,
    resuming,
    stopping,
)
from publisher.workflow.delivering.resuming import Decision, Fate
from publisher.workflow.watching import inbox
from tests.conftest import NOW
from tests.outcomes import record
from tests.workflow.conftest import bring

_S = DeliveryStatus
WINDOW = timedelta(hours=6)
WHY = "Ada bencana; kanal dipakai untuk informasi darurat."


def stop(region, actor, *, at=NOW, reason=WHY):
    """Do as the page does: the stop, then the recall, each committed."""
    made = stopping.stop(region, reason=reason, actor=actor, at=at)
    db.session.commit()
    if made is not None:
        stopping.recall(made, actor=actor, at=at)
        db.session.commit()
    db.session.expire_all()
    return made


def resume(made, decision, actor, *, at):
    done = resuming.resume(made, decision, actor=actor, at=at, window=WINDOW)
    db.session.commit()
    db.session.expire_all()
    return done


def tick(at):
    """Do as the worker does at each tick."""
    claiming.recover(at=at)
    stopping.put_aside(at=at)
    by_hand.hand_over_due(at=at)
    claiming.give_up_late(at=at)
    by_hand.give_up_unproved(at=at)
    db.session.commit()
    db.session.expire_all()


def claim(at=NOW):
    claims = claiming.claim_due(at=at, owner="test", limit=10)
    db.session.commit()
    return claims


def steps_of(delivery):
    return [event.step for event in delivery.events]


def test_nothing_of_a_stopped_region_is_claimed_and_other_regions_go_on(
    planned, blora, budi, dinkes_x, make_account, dinlutkan, agus
):
    ours = planned(dinkes_x)
    theirs = planned(make_account(dinlutkan, "x"), office=dinlutkan, drafted_by=agus)

    stop(blora, budi)

    assert [each.delivery_id for each in claim()] == [theirs.id]
    tick(NOW)
    db.session.refresh(theirs)
    assert (ours.status, ours.next_at, ours.reason) == (_S.PENDING, NEVER, stopping.HELD)
    assert theirs.status is _S.CLAIMED
    assert steps_of(ours) == ["plan", "hold"]


def test_what_was_claimed_and_not_begun_goes_back_and_can_begin_no_more(
    app, planned, blora, budi, dinkes_x
):
    delivery = planned(dinkes_x)
    (taken,) = claim()
    (_, job), *_ = loading.load([taken], vault=app.extensions["vault"])

    stop(blora, budi)

    assert (delivery.status, delivery.next_at) == (_S.PENDING, NEVER)
    assert delivery.events[-1].actor_id == budi.id
    intent = beginning.Begin(job=job, prepared=Prepared(text=""), at=NOW)
    assert recording.write([intent]) == [False]


def test_the_intent_itself_asks_for_a_stop_even_before_anything_is_taken_back(
    app, planned, blora, budi, dinkes_x
):
    planned(dinkes_x)
    (taken,) = claim()
    (_, job), *_ = loading.load([taken], vault=app.extensions["vault"])
    stopping.stop(blora, reason=WHY, actor=budi, at=NOW)
    db.session.commit()

    intent = beginning.Begin(job=job, prepared=Prepared(text=""), at=NOW)

    assert recording.write([intent]) == [False]


def test_what_is_being_sent_comes_to_its_end_and_is_shown_as_such(planned, blora, budi, dinkes_x):
    delivery = planned(dinkes_x)
    bring_to_sending = bring(delivery, TryLater("503"))  # sent once, and to be tried again
    assert bring_to_sending.status is _S.PENDING
    later = delivery.next_at
    (taken,) = claim(at=later)
    begun = {"lease_until": later + claiming.LEASE, "sending_at": later}
    assert recording.advance(taken.delivery_id, "begin", at=later, fence=taken.fence, **begun)
    db.session.commit()

    stop(blora, budi, at=later)
    assert [each.post_id for each in resuming.being_sent(budi).posts] == [delivery.post_id]

    receipt = Receipt(remote_id="7", url="https://x.com/dinkes/status/7")
    assert record(taken, receipt, phase="publish", started_at=later, at=later)
    db.session.commit()
    db.session.refresh(delivery)
    assert delivery.status is _S.PUBLISHED


def test_what_a_stop_holds_is_neither_missed_nor_late_nor_a_fault(planned, blora, budi, dinkes_x):
    delivery = planned(dinkes_x)
    stop(blora, budi)

    for hours in (0, 1, 24, 24 * 7):
        at = NOW + timedelta(hours=hours)
        tick(at)
        watching.look_around(at=at, late_after=timedelta(minutes=15))
        db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is _S.PENDING
    assert db.session.scalars(sa.select(Incident)).all() == []
    kinds = {notice.kind for notice in db.session.scalars(sa.select(Notice))}
    assert kinds == {NoticeKind.STOPPED}


def test_a_person_is_handed_nothing_either_and_loses_no_time_to_prove(
    planned, blora, budi, make_account, dinkes
):
    site = make_account(dinkes, "website", handle="dinkes.blorakab.go.id")
    given = planned(site)
    tick(NOW)
    assert given.status is _S.HANDED_OVER
    stop(blora, budi)
    later = planned(make_account(dinkes, "whatsapp"), caption="Kedua")

    after = NOW + by_hand.TIME_TO_PROVE + timedelta(hours=1)
    tick(after)

    assert (given.status, later.status, later.next_at) == (_S.HANDED_OVER, _S.PENDING, NEVER)
    assert [each.post_id for each in resuming.with_people(budi).posts] == [given.post_id]
    made = stopping.current(blora.id)
    resume(made, Decision(fate=Fate.CANCEL), budi, at=after)
    assert given.publish_by == after + by_hand.TIME_TO_PROVE


def test_stopping_twice_has_no_second_effect(blora, budi, heru):
    assert stop(blora, budi) is not None
    assert stop(blora, heru, reason="Lagi") is None

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Stop)) == 1
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["region.stopped"]
    assert len(db.session.scalars(sa.select(Notice)).all()) == 1


def test_a_stop_needs_a_reason(blora, budi):
    with pytest.raises(Invalid):
        stopping.stop(blora, reason="  ", actor=budi, at=NOW)


def test_on_resuming_a_person_decides_for_each_post(planned, blora, budi, heru, dinkes_x, dishub,
                                                    make_account, dinkes):  # fmt: skip
    first = planned(dinkes_x, caption="Pertama")
    second = planned(make_account(dishub, "x"), caption="Kedua")
    third = planned(make_account(dinkes, "x", handle="dinkes_3", remote_id="3"), caption="Ketiga")
    fourth = planned(make_account(dishub, "x", handle="dishub_4", remote_id="4"), caption="Empat")
    coming = planned(dinkes_x, due_at=NOW + timedelta(days=9), caption="Nanti")
    made = stop(blora, budi)
    at = NOW + timedelta(days=2)
    tick(at)

    tomorrow = at + timedelta(days=1)
    decision = Decision(
        fate=Fate.SEND, own={third.post_id: Fate.CANCEL, fourth.post_id: Fate.LATER},
        first=tomorrow, gap=timedelta(minutes=5),
    )  # fmt: skip
    assert resume(made, decision, heru, at=at)

    assert [each.due_at for each in (first, second, fourth, coming)] == [
        at, at + timedelta(minutes=5), tomorrow, NOW + timedelta(days=9)
    ]  # fmt: skip
    assert (first.publish_by, first.reason) == (at + WINDOW, "")
    assert (third.status, third.reason) == (_S.CANCELLED, resuming.DROPPED)
    assert steps_of(first) == ["plan", "hold", "release"]
    assert [each.delivery_id for each in claim(at)] == [first.id]
    assert made.outcome == {"send": 2, "later": 1, "cancel": 1}
    assert not resume(made, Decision(fate=Fate.CANCEL), budi, at=at)  # twice: no second effect
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["region.stopped", "region.resumed"]


def test_what_went_out_of_turn_is_not_put_aside_again_by_a_tick_that_was_late(
    planned, blora, budi, dinkes_x
):
    delivery = planned(dinkes_x)
    made = stop(blora, budi)
    resume(made, Decision(fate=Fate.SEND), budi, at=NOW + timedelta(minutes=1))

    seen = {"seen": NOW}  # what a tick had read before
    held = stopping.advance(
        delivery.id, "hold", at=NOW, fence=delivery.fence, require=(stopping._AS_SEEN, seen),
        next_at=NEVER,
    )  # fmt: skip

    assert not held
    assert delivery.next_at < NEVER


@pytest.mark.parametrize(
    "decision",
    [Decision(fate=Fate.LATER), Decision(fate=Fate.LATER, first=NOW),
     Decision(fate=Fate.SEND, gap=timedelta(hours=3))],
)  # fmt: skip
def test_a_new_time_lies_ahead_and_posts_do_not_lie_hours_apart(blora, budi, decision):
    made = stop(blora, budi)

    with pytest.raises(Invalid):
        resuming.resume(made, decision, actor=budi, at=NOW, window=WINDOW)


def test_a_content_of_which_one_channel_was_out_before_the_stop_is_not_counted_again(
    planned, blora, budi, dinkes_x, dinkes_facebook
):
    """Its second channel may go out in a later week: it is judged, and not merely counted."""
    plain = planned(dinkes_x)
    held = planned(dinkes_facebook)
    db.session.execute(
        sa.update(Delivery).where(Delivery.id == plain.id).values(post_id=held.post_id)
    )
    db.session.commit()
    bring(plain, Receipt(remote_id="7", url="https://x.com/dinkes/status/7"))
    at = NOW + timedelta(days=8)
    made = stop(blora, budi)

    resume(made, Decision(fate=Fate.SEND), budi, at=at)

    assert held.due_at == at
    assert (plain.apart, held.apart) == (True, True)


def test_nothing_stays_put_aside_where_nothing_is_stopped(planned, dinkes_x):
    delivery = planned(dinkes_x)
    delivery.next_at = NEVER
    db.session.commit()

    tick(NOW)

    assert delivery.next_at == NOW
    assert len(claim()) == 1


def test_everybody_of_the_region_is_told_once_at_both_ends_and_nobody_else(
    blora, budi, sari, tono, ratna, heru, yuni, agus
):
    told = (budi, sari, tono, ratna, heru)
    made = stop(blora, budi)
    for user in told:
        assert inbox.summary(user).unread == 1
    assert [inbox.summary(user).unread for user in (yuni, agus)] == [0, 0]

    resume(made, Decision(fate=Fate.SEND), budi, at=NOW + timedelta(hours=1))

    for user in told:
        (entry,) = inbox.inbox(user, everything=False).entries
        assert entry.notice.kind is NoticeKind.RESUMED
        assert len(inbox.inbox(user, everything=True).entries) == 2


def test_the_lists_name_posts_and_accounts_and_an_office_sees_its_own_alone(
    planned, blora, budi, sari, tono, dinkes_x
):
    held = planned(dinkes_x)
    planned(dinkes_x, due_at=NOW + timedelta(days=1), caption="Besok")
    stop(blora, budi)

    for user, counts in ((budi, (1, 1)), (sari, (1, 1)), (tono, (0, 0))):
        lists = (resuming.held(user, at=NOW), resuming.planned(user, at=NOW))
        assert tuple(each.deliveries for each in lists) == counts
    (entry,) = resuming.held(budi, at=NOW).posts
    assert entry.accounts == [("x", dinkes_x.label, held.id)]
    assert entry.office == "Dinas Kesehatan"
    tick(NOW)
    waiting = board.board(budi, board.Group.WAITING, at=NOW)
    assert len(waiting.rows) == waiting.counts[board.Group.WAITING] == 2


def test_drafting_review_and_approval_go_on_and_what_they_plan_is_held(
    planned, blora, budi, dinkes_x
):
    stop(blora, budi)

    delivery = planned(dinkes_x)

    assert isinstance(delivery, Delivery)
    assert claim() == []
    tick(NOW)
    assert delivery.next_at == NEVER
