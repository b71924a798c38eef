"""Senders as processes: ready only while messages reach them, and none takes another with it."""

import os
import signal

import sqlalchemy as sa

from publisher.db import db
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
