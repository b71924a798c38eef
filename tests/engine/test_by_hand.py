"""What the tick hands over to people, and what only a person can tell of Telegram."""

from datetime import timedelta

import pytest

from publisher.db import db
from publisher.models.deliveries import NEVER, DeliveryStatus
from publisher.platforms import BY_HAND
from publisher.worker import Worker
from publisher.workflow.delivering import looking

SOON = timedelta(seconds=50)


@pytest.fixture
def channel(connected, dinkes):
    return connected(dinkes, "telegram", handle="dinkesblora")


@pytest.mark.parametrize("platform", sorted(BY_HAND))
def test_a_tick_hands_over_what_a_person_posts_and_asks_no_platform(
    app, practice, make_account, dinkes, due_post, delivery_of, platform
):
    account = make_account(dinkes, platform, handle="dinkes.blorakab.go.id")
    post = due_post(accounts=[account])
    asked = len(practice.requests())
    db.session.rollback()
    worker = Worker(app)
    try:
        assert worker.settle()
        assert worker.engine.steps.claim(10) == []
    finally:
        worker.stop()

    db.session.expire_all()
    delivery = delivery_of(post, account)
    assert delivery.status is DeliveryStatus.HANDED_OVER
    assert [event.step for event in delivery.events] == ["plan", "hand_over"]
    assert len(practice.requests()) == asked


def test_an_approved_post_is_out_once_on_a_channel_of_telegram(
    practice, due_post, send_due, delivery_of, channel, picture
):
    post = due_post(accounts=[channel], pictures=[picture("Posyandu", seed=1)])

    send_due()
    send_due()

    delivery = delivery_of(post, channel)
    (published,) = practice.ledger("telegram", channel.remote_id)
    assert delivery.status is DeliveryStatus.PUBLISHED
    assert published["text"] == post.text_for("telegram")
    assert len(published["media"]) == 1
    assert delivery.permalink.startswith("https://t.me/")


def test_an_unknown_outcome_on_telegram_waits_for_a_person_and_is_not_sent_again(
    practice, due_post, send_due, look, delivery_of, channel
):
    practice.order_fault("telegram", channel.remote_id, "drop_after")
    post = due_post(accounts=[channel])

    send_due()
    look(SOON)
    send_due()

    delivery = delivery_of(post, channel)
    assert (delivery.status, delivery.next_at) == (DeliveryStatus.UNKNOWN, NEVER)
    assert delivery.reason == looking.CANNOT_LOOK
    assert len(practice.ledger("telegram", channel.remote_id)) == 1
