"""Senders as processes: ready only while messages reach them, and none takes another with it."""

import os
import signal

import sqlalchemy as sa

from publisher.db import db
from publisher.engine.distributed import DELIVER, celery_app, queue_of
from publisher.models.audit import Heartbeat
from publisher.workflow.delivering.pulse import SENDER
from tests.distributed.conftest import PATIENCE_S, ready, wait_for


def senders(platform):
    """Return the processes that have said that they send to a platform, and not yet gone."""
    db.session.rollback()
    query = sa.select(Heartbeat.name).where(Heartbeat.name.startswith(f"{SENDER}{platform}:"))
    found = {int(name.rpartition(":")[2]) for name in db.session.scalars(query)}
    db.session.rollback()
    return found


def test_a_sender_that_the_broker_does_not_reach_is_not_ready(broker, start_senders):
    sender = start_senders("x")
    broker.kill()
    wait_for(lambda: ready() == {})

    broker.start()
    wait_for(lambda: ready() == {"x": 4})

    broker.kill()
    wait_for(lambda: ready() == {})
    sender.terminate()
    assert sender.wait(timeout=PATIENCE_S) == 0


def test_a_sender_that_dies_is_started_again_and_takes_no_other_with_it(start_senders):
    parent = start_senders("x", "facebook")
    kept, (killed,) = senders("x"), senders("facebook")

    os.kill(killed, signal.SIGKILL)

    wait_for(lambda: senders("facebook") - {killed})
    assert senders("x") == kept
    assert parent.poll() is None
    parent.terminate()
    assert parent.wait(timeout=PATIENCE_S) == 0
    assert senders("x") | senders("facebook") <= {killed}


def test_an_operator_reads_at_once_that_the_broker_is_away_and_never_its_password(
    start, said, broker
):
    broker.kill()
    address = broker.url.replace("redis://", "redis://:kata-sandi-perantara@")
    processes = [start("worker", ENGINE_URL=address), start("sender", "x", ENGINE_URL=address)]

    wait_for(lambda: "nothing can be handed over to senders: ConnectionError" in said())
    wait_for(lambda: "Cannot connect to redis://:**@" in said())

    for process in processes:
        process.terminate()
    assert [process.wait(timeout=PATIENCE_S) for process in processes] == [0, 0]
    assert "kata-sandi" not in said()
    assert "Traceback" not in said()


def test_a_message_that_no_worker_wrote_sends_nothing_and_stops_nobody(
    broker, engine, start_senders, due_post, dinkes_x, practice
):
    due_post(accounts=[dinkes_x])
    sender = start_senders("x")
    (claim,) = engine.steps.claim(5)
    told = (claim.delivery_id, claim.fence)
    celery, queue = celery_app(broker.url), queue_of("x")
    for body in ([], ["apa saja"], [[["x", "y"]]], [[[told[0]]]], [[[told[0], None]]], [told]):
        celery.send_task(DELIVER, body, queue=queue)
    celery.send_task("siar.kirim_lagi", [[told]], queue=queue)
    celery.send_task(DELIVER, [[told, (told[0], told[1] + 1)] * 40], queue=queue)

    wait_for(lambda: practice.ledger("x", dinkes_x.remote_id))
    due_post(accounts=[dinkes_x], caption="Posyandu lansia buka setiap Rabu.")
    wait_for(lambda: engine.hand_over() or len(practice.ledger("x", dinkes_x.remote_id)) > 1)

    assert sender.poll() is None
    assert len(practice.ledger("x", dinkes_x.remote_id)) == 2
