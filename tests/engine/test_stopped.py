"""A stop against a worker that is about to send, over real HTTP: what has not begun never does."""

from threading import Thread

import pytest

from publisher import clock
from publisher.db import db
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import User
from publisher.models.places import Region
from publisher.workflow.delivering import resuming, stopping
from publisher.workflow.delivering.resuming import Decision, Fate

_S = DeliveryStatus
OFFICES = 12


@pytest.fixture
def stop(app, blora, budi):
    """Return a function that stops Blora as the page does, from any thread; it returns what had
    begun by then."""
    blora_id, budi_id = blora.id, budi.id

    def stop(*, recall=True):
        with app.app_context():
            region, at = db.session.get(Region, blora_id), clock.now()
            made = stopping.stop(region, reason="Darurat", actor=db.session.get(User, budi_id),
                                 at=at)  # fmt: skip
            db.session.commit()
            if recall:
                stopping.recall(made, actor=db.session.get(User, budi_id), at=at)
                db.session.commit()
            query = db.select(Delivery.id, Delivery.status)
            begun = {
                row.id
                for row in db.session.execute(query)
                if row.status not in (_S.PENDING, _S.CLAIMED)
            }
            db.session.commit()
            return begun

    return stop


@pytest.mark.parametrize("recall", [True, False])
def test_a_stop_between_the_claim_and_the_request_lets_nothing_out(
    practice, engine, due_post, delivery_of, dinkes_x, stop, recall
):
    post = due_post(accounts=[dinkes_x])
    (claim,) = engine.steps.claim(10)
    ((_, job),) = engine.steps.load([claim])

    stop(recall=recall)
    engine.steps.deliver(claim, job)

    db.session.expire_all()
    assert practice.ledger("x", dinkes_x.remote_id) == []
    expected = _S.PENDING if recall else _S.CLAIMED  # whose lease ends, and then it is held
    assert delivery_of(post, dinkes_x).status is expected


def test_while_many_are_being_sent_nothing_begins_once_the_stop_is_answered(
    practice, engine, due_post, connected, dinkes, blora, budi, stop
):
    accounts = [connected(dinkes, "x", handle=f"dinkes_{n}") for n in range(OFFICES)]
    for account in accounts:
        due_post(accounts=[account], caption=f"Kabar {account.handle}")
    blora_id, budi_id = blora.id, budi.id
    db.session.commit()

    sender = Thread(target=engine.send_all_due)
    sender.start()
    begun = stop()
    sender.join(timeout=60)

    assert not sender.is_alive()
    db.session.expire_all()
    out = {
        row.id
        for row in db.session.scalars(db.select(Delivery))
        if practice.ledger("x", row.account.remote_id)
    }
    assert out <= begun
    db.session.commit()

    at = clock.now()
    made = stopping.current(blora_id)
    budi = db.session.get(User, budi_id)
    resuming.resume(made, Decision(fate=Fate.SEND), actor=budi, at=at, window=resuming.LONGEST_GAP)
    db.session.commit()
    engine.send_all_due()
    for account in accounts:
        assert len(practice.ledger("x", account.remote_id)) == 1
