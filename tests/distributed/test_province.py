"""With a broker and senders elsewhere: everything goes out once, whoever is killed."""

import os
import signal
import subprocess
import sys
from collections import Counter

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.workflow.delivering import claiming, handing_over, pulse, resuming, stopping
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.resuming import Decision, Fate
from tests.distributed.conftest import PATIENCE_S, ROOT, ready, wait_for

S = DeliveryStatus


def statuses():
    db.session.rollback()
    counted = Counter(db.session.scalars(sa.select(Delivery.status)))
    db.session.rollback()
    return counted


def copies(practice, accounts):
    return [len(practice.ledger(each.platform, each.remote_id)) for each in accounts]


def end_leases():
    """Let two minutes pass for those who hold leases."""
    gone = sa.func.now() - sa.text("interval '1 second'")
    held = Delivery.lease_until.is_not(None)
    db.session.execute(sa.update(Delivery).where(held).values(lease_until=gone))
    db.session.commit()


def hand_over_until(engine, condition):
    """Tick as a worker does until `condition` holds."""

    def tick():
        engine.steps.transact(lambda: claiming.recover(at=clock.now()))
        engine.hand_over()
        return condition()

    wait_for(tick)


def test_each_platform_has_its_senders_and_everything_goes_out_once(
    practice, workers, start_senders, due_post, accounts
):
    well, slow = accounts("x", 12), accounts("facebook", 16)  # these need 24 s, on four threads
    practice.order_fault("facebook", "*", "slow", times=0, seconds=6)
    senders = start_senders(threads=4)
    due_post(accounts=[*well, *slow])
    db.session.commit()

    for worker in workers:
        worker.start()
    wait_for(lambda: all_out("x"))
    wait_for(lambda: statuses()[S.SENDING] == 4)
    senders.terminate()
    assert senders.wait(timeout=PATIENCE_S) == 0

    assert copies(practice, well) == [1] * 12
    assert statuses()[S.SENDING] == 0  # what had begun came to its end
    out = sum(copies(practice, slow))
    assert statuses()[S.PUBLISHED] == 12 + out
    assert 4 <= out < 16
    assert max(copies(practice, slow)) == 1


def test_what_nobody_could_send_is_not_claimed(engine, due_post, dinkes_x):
    due_post(accounts=[dinkes_x])

    assert not engine.hand_over()

    assert ready() == {}
    assert statuses() == {S.PENDING: 1}


def all_out(platform):
    db.session.rollback()
    waiting = sa.exists().where(
        Delivery.account_id == Account.id,
        Account.platform == platform,
        Delivery.status != S.PUBLISHED,
    )
    return not db.session.scalar(sa.select(waiting))


def test_a_broker_that_is_emptied_and_a_sender_that_is_killed_lose_nothing(
    practice, broker, engine, start_senders, due_post, accounts, caplog
):
    everywhere = accounts("x", 12)
    sender = start_senders("x")
    due_post(accounts=everywhere)
    os.kill(sender.pid, signal.SIGSTOP)  # what is handed over now is still in the broker
    engine.hand_over()
    assert statuses()[S.CLAIMED] == 6

    broker.kill()
    end_leases()
    engine.steps.transact(lambda: claiming.recover(at=clock.now()))
    engine.hand_over()
    engine.hand_over()  # the broker is left in peace for a while
    assert statuses() == {S.PENDING: 12}
    assert caplog.text.count("the broker takes nothing") == 1

    os.kill(sender.pid, signal.SIGCONT)
    broker.start()
    hand_over_until(engine, lambda: statuses() == {S.PUBLISHED: 12})
    assert copies(practice, everywhere) == [1] * 12

    for account in everywhere[:3]:
        practice.order_fault("x", account.remote_id, "slow", seconds=PATIENCE_S)
    due_post(accounts=everywhere[:3], caption="Posyandu lansia buka setiap Rabu.")
    hand_over_until(engine, lambda: statuses()[S.SENDING] == 3)
    wait_for(lambda: copies(practice, everywhere[:3]) == [2] * 3)
    sender.kill()
    sender.wait()
    end_leases()
    engine.steps.transact(lambda: claiming.recover(at=clock.now()))
    assert statuses() == {S.UNKNOWN: 3, S.PUBLISHED: 12}
    engine.look(engine.steps.transact(lambda: claiming.claim_lookups(at=clock.now(), limit=9)))
    assert engine.finish(timeout_s=PATIENCE_S)

    assert statuses() == {S.PUBLISHED: 15}
    assert copies(practice, everywhere) == [2] * 3 + [1] * 9


def test_a_stop_holds_what_is_in_the_broker_already_and_lets_it_out_once_afterwards(
    practice, workers, start_senders, due_post, accounts, connected, agus, blora, budi
):
    everywhere, elsewhere = accounts("x", 6), connected(agus.office, "x", handle="dinlutkan")
    sender = start_senders("x")
    due_post(accounts=everywhere)
    os.kill(sender.pid, signal.SIGSTOP)  # what is handed over now is still in the broker
    tick(workers[0])
    assert statuses()[S.CLAIMED] == 6

    at = clock.now()
    made = stopping.stop(blora, reason="Darurat", actor=budi, at=at)
    db.session.commit()
    stopping.recall(made, actor=budi, at=at)
    db.session.commit()
    os.kill(sender.pid, signal.SIGCONT)
    others = {"drafted_by": agus, "edited_by": agus, "office": agus.office}
    due_post(accounts=[elsewhere], caption="Pasar ikan dibuka pukul lima.", **others)
    tick_until(workers, lambda: copies(practice, [elsewhere]) == [1])

    # The sender has read past what was in the broker: another region's post came after it.
    tick_until(workers, lambda: statuses() == {S.PENDING: 6, S.PUBLISHED: 1})
    assert copies(practice, everywhere) == [0] * 6

    resuming.resume(
        stopping.current(blora.id), Decision(fate=Fate.SEND), actor=budi, at=clock.now(),
        window=resuming.LONGEST_GAP,
    )  # fmt: skip
    db.session.commit()
    tick_until(workers, lambda: statuses() == {S.PUBLISHED: 7})
    assert copies(practice, everywhere) == [1] * 6


def tick(worker):
    """Let a worker do at once what it does every second."""
    worker.settle()
    worker.engine.hand_over()


def tick_until(workers, condition):
    def ticked():
        for worker in workers:
            tick(worker)
        return condition()

    wait_for(ticked)


def test_a_message_that_is_stale_late_or_comes_twice_finds_nothing_to_do(
    engine, due_post, dinkes_x
):
    due_post(accounts=[dinkes_x])
    (claim,) = engine.steps.claim(5)

    def take_over(claim, owner="sender:x:4:lain"):
        return engine.steps.transact(
            lambda: handing_over.take_over([claim], owner=owner, at=clock.now())
        )

    assert not take_over(Claim(delivery_id=claim.delivery_id, fence=claim.fence - 1))
    assert take_over(claim)
    assert not take_over(claim, owner="sender:x:4:kedua")
    end_leases()
    db.session.execute(sa.update(Delivery).values(lease_owner="worker"))
    db.session.commit()
    assert not take_over(claim)


def test_only_who_has_a_delivery_puts_it_back(engine, due_post, dinkes_x):
    def take_back(claim, owner):
        return engine.steps.transact(
            lambda: handing_over.take_back([claim], owner=owner, at=clock.now())
        )

    due_post(accounts=[dinkes_x])
    (claim,) = engine.steps.claim(5)
    assert take_back(claim, "sender:x:4:yang-berhenti")  # nobody had taken it over

    (claim,) = engine.steps.claim(5)
    engine.steps.transact(
        lambda: handing_over.take_over([claim], owner="sender:x:4:satu", at=clock.now())
    )
    assert not take_back(claim, "sender:x:4:yang-berhenti")  # its message came twice
    assert not take_back(claim, engine.steps.owner)  # or nobody confirmed it
    assert statuses() == {S.CLAIMED: 1}
    assert take_back(claim, "sender:x:4:satu")


def test_what_only_a_province_needs_is_not_loaded_without_it(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi, publisher.worker; print(*sys.modules)"],
        cwd=ROOT,
        env={"DEMO": "1", "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert "publisher.engine" in said
    assert not {"celery", "kombu", "redis", "amqp", "psycopg"} & set(said)


def test_machines_are_told_to_which_platform_nobody_sends(app, dinkes_x, dinkes_facebook):
    app.config["ENGINE_URL"] = "redis://127.0.0.1:1/0"  # never asked: it is the rows that count
    client = app.test_client()
    pulse.beat("worker", at=clock.now())
    db.session.commit()

    assert client.get("/sehat").json["wrong"] == ["sender facebook", "sender x"]

    name = handing_over.sender_name("x", threads=8, where="pengirim-1:17")
    handing_over.stand_ready(name, at=clock.now())
    db.session.commit()
    assert client.get("/sehat").json["wrong"] == ["sender facebook"]
    assert b'siar_sender_threads{platform="x"} 8.0' in client.get("/metrik").data


def test_a_sender_is_no_worker(app):
    name = handing_over.sender_name("x", threads=8, where="pengirim-1:17")
    handing_over.stand_ready(name, at=clock.now())
    db.session.commit()

    assert app.test_client().get("/sehat").json["wrong"] == ["worker"]
