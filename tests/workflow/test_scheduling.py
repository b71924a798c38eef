"""An approved post gets one delivery for each account, once, whatever happens in between."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Standing
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.posts import PostStatus
from publisher.workflow import scheduling
from tests.conftest import NOW

LEASE = {"lease_owner": "uji", "lease_until": NOW + timedelta(minutes=2)}
#: How a delivery gets to each status it may have when its post is approved again.
WAYS = {
    DeliveryStatus.PENDING: [],
    DeliveryStatus.CLAIMED: [("claim", LEASE)],
    DeliveryStatus.SENDING: [("claim", LEASE), ("begin", LEASE)],
    DeliveryStatus.HANDED_OVER: [("hand_over", {"handed_over_at": NOW})],
    DeliveryStatus.PUBLISHED: [
        ("claim", LEASE),
        ("begin", LEASE),
        ("publish", {"permalink": "https://x.com/i/1", "published_at": NOW}),
    ],
    DeliveryStatus.UNKNOWN: [("claim", LEASE), ("begin", LEASE), ("doubt", {"reason": "Putus"})],
    DeliveryStatus.FAILED: [("claim", LEASE), ("fail", {"reason": "Ditolak"})],
    DeliveryStatus.MISSED: [("miss", {"reason": "Lewat"})],
    DeliveryStatus.CANCELLED: [("cancel", {"reason": "Dibatalkan"})],
}


def schedule(post, actor, **options):
    planned = scheduling.schedule(post, actor=actor, at=NOW, **options)
    db.session.commit()
    return planned


def take(delivery, status):
    for step, values in WAYS[status]:
        assert advance(delivery.id, step, at=NOW, **values)
    db.session.commit()
    assert delivery.status is status


def test_every_account_gets_one_delivery_at_the_planned_time(make_post, budi):
    post = make_post("submit", "approve")

    planned = schedule(post, budi, catch_up=timedelta(hours=3))

    assert [d.account_id for d in planned] == [account.id for account in post.accounts]
    for delivery in planned:
        assert delivery.status is DeliveryStatus.PENDING
        assert delivery.due_at == delivery.next_at == post.planned_at
        assert delivery.publish_by == post.planned_at + timedelta(hours=3)
        assert delivery.content_digest == post.approved_digest
        assert delivery.office_id == post.office_id


def test_who_planned_a_delivery_is_on_record(make_post, budi):
    (delivery, _) = schedule(make_post("submit", "approve"), budi)

    (event,) = delivery.events
    assert (event.step, event.before, event.after) == ("plan", None, "pending")
    assert (event.actor, event.at, event.fence) == (budi, NOW, 0)


def test_planning_twice_adds_nothing(make_post, budi):
    post = make_post("submit", "approve")

    first, second = schedule(post, budi), schedule(post, budi)

    assert (len(first), second) == (2, [])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DeliveryEvent)) == 2


@pytest.mark.parametrize("status", [s for s in DeliveryStatus if s in WAYS])
def test_another_approval_plans_anew_what_is_neither_out_nor_sent_nor_in_doubt_nor_in_our_hands(
    make_post, budi, sari, dinkes_x, status
):
    post = make_post("submit", "approve", accounts=[dinkes_x])
    (delivery,) = schedule(post, budi)
    take(delivery, status)
    later = NOW + timedelta(hours=1)
    for step, actor in (("reopen", sari), ("submit", sari), ("approve", budi)):
        post.move(step, actor=actor, at=later)

    planned = scheduling.schedule(post, actor=budi, at=later)

    kept = {DeliveryStatus.SENDING, DeliveryStatus.PUBLISHED, DeliveryStatus.UNKNOWN}
    kept.add(DeliveryStatus.HANDED_OVER)  # the content is the same: somebody may be posting it now
    assert bool(planned) is (status not in kept)
    alive = sa.select(Delivery).where(Delivery.status != DeliveryStatus.CANCELLED)
    assert len(db.session.scalars(alive).all()) == 1


def test_every_status_a_delivery_may_have_is_tried_above():
    assert set(WAYS) == set(DeliveryStatus)


def test_a_new_account_is_planned_beside_one_that_is_out(
    make_post, budi, sari, dinkes_x, dinkes_facebook
):
    post = make_post("submit", "approve", accounts=[dinkes_x])
    (delivery,) = schedule(post, budi)
    take(delivery, DeliveryStatus.PUBLISHED)
    post.move("reopen", actor=sari, at=NOW)
    post.accounts.append(dinkes_facebook)
    post.move("submit", actor=sari, at=NOW)
    post.move("approve", actor=budi, at=NOW)

    assert [d.account for d in schedule(post, budi)] == [dinkes_facebook]


@pytest.mark.parametrize("planned_at", [None, NOW - timedelta(days=2), NOW])
def test_what_is_late_or_not_planned_is_due_now(make_post, budi, planned_at):
    post = make_post("submit", "approve", planned_at=planned_at)

    for delivery in schedule(post, budi):
        assert delivery.due_at == delivery.next_at == NOW
        assert delivery.publish_by == NOW + scheduling.CATCH_UP


@pytest.mark.parametrize("standing", [s for s in Standing if s is not Standing.UTAMA])
def test_only_main_accounts_are_planned_for(make_post, budi, dinkes_x, standing):
    post = make_post("submit", "approve")
    dinkes_x.standing = standing

    assert [d.account.platform for d in schedule(post, budi)] == ["facebook"]


def test_a_retired_account_is_not_planned_for(make_post, budi, dinkes_x):
    post = make_post("submit", "approve", accounts=[dinkes_x])
    dinkes_x.retired_at = NOW

    assert schedule(post, budi) == []


@pytest.mark.parametrize("steps", [[], ["submit"], ["submit", "reject"], ["withdraw"]])
def test_what_is_not_approved_is_never_planned(make_post, budi, steps):
    post = make_post(*steps)
    assert post.status is not PostStatus.APPROVED

    with pytest.raises(ValueError, match="not approved"):
        scheduling.schedule(post, actor=budi, at=NOW)

    assert db.session.scalars(sa.select(Delivery)).all() == []
