"""What a worker claims for its senders: as much as each can soon begin with, whoever is slow."""

from collections import Counter

import pytest
import redis
import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.engine.distributed import celery_app, fault
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.workflow.delivering import handing_over
from tests.distributed.conftest import wait_for

S = DeliveryStatus


@pytest.fixture
def ready():
    """Return a function that lets a sender of so many threads say that it is there."""

    def ready(platform, threads):
        name = handing_over.sender_name(platform, threads=threads, where="pengirim-1:17")
        handing_over.stand_ready(name, at=clock.now())
        db.session.commit()

    return ready


def claimed():
    db.session.rollback()
    query = sa.select(Account.platform).join(Delivery, Delivery.account_id == Account.id)
    counted = Counter(db.session.scalars(query.where(Delivery.status == S.CLAIMED)))
    db.session.rollback()
    return counted


def test_a_platform_with_little_room_does_not_set_the_pace_of_the_others(
    engine, ready, due_post, accounts
):
    ready("x", 16)
    ready("facebook", 1)
    due_post(accounts=[*accounts("x", 20), *accounts("facebook", 2)])

    engine.hand_over()

    assert claimed() == {"x": 20, "facebook": 1}


def test_a_platform_comes_in_turn_although_much_of_another_was_due_before(
    engine, ready, due_post, accounts
):
    ready("x", 16)
    ready("facebook", 2)
    due_post(accounts=accounts("x", 40))
    due_post(accounts=accounts("facebook", 2), caption="Posyandu lansia buka setiap Rabu.")

    engine.hand_over()

    assert claimed() == {"x": 24, "facebook": 2}


def test_who_waits_for_room_is_looked_after_while_nothing_of_others_is_due(
    engine, ready, due_post, accounts
):
    ready("x", 4)
    ready("facebook", 4)
    due_post(accounts=accounts("x", 12))

    assert engine.hand_over()
    assert claimed() == {"x": 6}
    assert engine.hand_over(again=True)

    ready("x", 8)
    assert not engine.hand_over(again=True)
    assert claimed() == {"x": 12}


def test_one_tick_is_enough_for_all_that_is_due(
    engine, start_senders, due_post, accounts, practice
):
    start_senders("x", "facebook")
    everywhere = accounts("x", 20)
    due_post(accounts=everywhere)
    db.session.commit()

    engine.wake()

    wait_for(lambda: all(len(practice.ledger("x", each.remote_id)) == 1 for each in everywhere))


def test_what_a_broker_refuses_is_put_back_at_once_and_the_reason_is_told(
    broker, engine, ready, due_post, accounts, caplog
):
    ready("x", 4)
    due_post(accounts=accounts("x", 3))
    with redis.Redis.from_url(broker.url) as full:
        full.config_set("maxmemory", 1)

        assert not engine.hand_over()
        assert claimed() == {}
        assert "the broker takes nothing, deliveries wait: OutOfMemoryError" in caplog.text


def test_nothing_is_claimed_for_a_broker_that_is_still_away(
    broker, engine, ready, due_post, accounts, caplog, monkeypatch
):
    monkeypatch.setattr("publisher.engine.distributed.BROKER_AGAIN_S", 0)
    ready("x", 4)
    (account,) = accounts("x", 1)
    due_post(accounts=[account])
    broker.kill()

    for _ in range(3):
        assert not engine.hand_over()
    db.session.rollback()
    assert db.session.scalar(sa.select(Delivery.attempts)) == 1
    assert caplog.text.count("the broker takes nothing") == 1

    broker.start()
    engine.hand_over()
    assert claimed() == {"x": 1}
    assert "the broker answers again" in caplog.text


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_cannot_be_reached_is_told_apart_without_its_password(scheme):
    found = fault(celery_app(f"{scheme}://siar:kata-sandi-perantara@127.0.0.1:1/0"))

    assert "refused" in found
    assert "kata-sandi" not in found
