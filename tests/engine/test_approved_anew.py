"""A post that is approved again while an older approval of it is still on its way or in doubt."""

from datetime import timedelta

import pytest

from publisher import clock
from publisher.db import db
from publisher.models.deliveries import DeliveryStatus
from publisher.workflow import scheduling
from publisher.workflow.delivering import people
from tests.engine.test_engine import allow_now, make_due

SOON, LATER = timedelta(minutes=1), timedelta(minutes=7)
WINDOW = timedelta(hours=6)


@pytest.fixture
def approve_anew(sari, budi):
    """Return a function that changes an approved post and has it approved again."""

    def approve_anew(post, *, caption, accounts):
        at = clock.now()
        post.move("reopen", actor=sari, at=at)
        post.caption, post.accounts, post.planned_at = caption, accounts, at
        post.touch(actor=sari, at=at)
        post.move("submit", actor=sari, at=at)
        post.move("approve", actor=budi, at=clock.now())
        scheduling.schedule(post, actor=budi, at=clock.now())
        db.session.commit()

    return approve_anew


def test_an_account_that_a_post_is_no_longer_for_gets_nothing_of_its_new_text(
    practice, due_post, send_due, look, delivery_of, approve_anew, dinkes_x, dinkes_facebook
):
    """In doubt, it stood while the post was changed; it turns out that it is not there."""
    post = due_post(accounts=[dinkes_x, dinkes_facebook])
    practice.order_fault("x", dinkes_x.remote_id, "drop_before")
    send_due()
    doubtful = delivery_of(post, dinkes_x)
    assert doubtful.status is DeliveryStatus.UNKNOWN

    approve_anew(post, caption="Hanya untuk Facebook.", accounts=[dinkes_facebook])
    look(SOON)
    look(LATER)
    for _ in range(2):
        allow(dinkes_x, doubtful)
        send_due()

    assert practice.ledger("x", dinkes_x.remote_id) == []
    assert doubtful.status is DeliveryStatus.CANCELLED
    assert "tanpa akun ini" in doubtful.reason


def allow(account, delivery):
    allow_now(account)
    if delivery.status is DeliveryStatus.PENDING:
        make_due(delivery)


@pytest.fixture
def in_doubt(practice, connected, dinkes, due_post, send_due, look, delivery_of):
    """Return a function that makes a delivery of which only a person can tell whether it is out,
    and says which."""

    def in_doubt():
        channel = connected(dinkes, "telegram")
        practice.order_fault("telegram", channel.remote_id, "drop_before")
        post = due_post(accounts=[channel])
        send_due()
        look(SOON)
        delivery = delivery_of(post, channel)
        assert delivery.status is DeliveryStatus.UNKNOWN
        return delivery

    return in_doubt


def say_not_out(delivery, budi):
    at = clock.now() + LATER
    assert "not_out" in people.choices(delivery, at=at).steps
    again = people.say_not_out(delivery, seen=delivery.fence, actor=budi, at=at, window=WINDOW)
    db.session.commit()
    db.session.refresh(delivery)
    return again


def test_that_it_is_not_out_can_be_said_of_a_post_that_went_back_to_its_drafter(
    practice, in_doubt, due_post, send_due, delivery_of, sari, budi
):
    """Else nobody could answer, and nothing went out on this account any more."""
    delivery = in_doubt()
    delivery.post.move("reopen", actor=sari, at=clock.now())
    db.session.commit()

    assert not say_not_out(delivery, budi)
    assert delivery.status is DeliveryStatus.FAILED
    assert "Isi berubah" in delivery.reason

    channel = delivery.account
    following = due_post(accounts=[channel], caption="Berikutnya.")
    allow_now(channel)
    send_due()
    assert delivery_of(following, channel).status is DeliveryStatus.PUBLISHED
    assert len(practice.ledger("telegram", channel.remote_id)) == 1


def test_what_is_not_out_goes_out_as_it_was_approved_meanwhile(
    practice, in_doubt, send_due, approve_anew, budi
):
    delivery = in_doubt()
    channel, post = delivery.account, delivery.post
    approve_anew(post, caption="Teks yang disetujui kemudian.", accounts=[channel])

    assert say_not_out(delivery, budi)
    for _ in range(2):
        allow(channel, delivery)
        send_due()

    (published,) = practice.ledger("telegram", channel.remote_id)
    assert published["text"] == post.text_for("telegram")
    assert delivery.status is DeliveryStatus.PUBLISHED


def test_what_is_not_out_on_an_account_that_is_out_of_use_has_failed(in_doubt, budi):
    delivery = in_doubt()
    delivery.account.retired_at = clock.now()
    db.session.commit()

    assert not say_not_out(delivery, budi)
    assert (delivery.status, delivery.reason) == (DeliveryStatus.FAILED, people.NOT_PUBLISHABLE)
