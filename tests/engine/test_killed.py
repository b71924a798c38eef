"""A worker that is ended with kill -9 leaves no copy twice and nothing unsettled."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from publisher import clock
from publisher.db import db
from publisher.models.deliveries import FINAL, Delivery, DeliveryStatus
from publisher.worker import Worker

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40


@pytest.fixture
def environment(app, practice, database_url, tmp_path):
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": app.config["SECRET_KEY"],
        "VAULT_KEYS": app.config["VAULT_KEYS"],
        "DATABASE_URL": database_url,
        "MEDIA_URL": app.config["MEDIA_URL"],
        "PLATFORM_GATEWAY": practice.url,
        "SENDER_THREADS": "4",
        "SPACING_S": "0",
    }


@contextmanager
def worker(environment):
    """Run `flask worker` as an operator does; kill it if it is still there at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition):
    """Wait until `condition` holds on a fresh look at the database."""
    give_up = clock.running_s() + PATIENCE_S
    while clock.running_s() < give_up:
        db.session.rollback()
        if condition():
            db.session.rollback()
            return
        db.session.rollback()
        time.sleep(0.1)
    pytest.fail("did not happen in time")


def status_of(delivery_id):
    return db.session.scalar(db.select(Delivery.status).filter_by(id=delivery_id))


def expire_leases():
    """PostgreSQL may have other workers, so a new one waits for the lease; the test does not."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(db.update(Delivery).where(Delivery.lease_until.is_not(None)).values(
            lease_until=clock.now() - timedelta(seconds=1)
        ))  # fmt: skip
        db.session.commit()


def test_kill_9_while_sending_leaves_one_copy_and_nothing_in_sending(
    practice, environment, due_post, dinkes_x
):
    practice.order_fault("x", dinkes_x.remote_id, "slow", seconds=20)
    post = due_post(accounts=[dinkes_x])
    delivery_id = db.session.scalar(db.select(Delivery.id).filter_by(post_id=post.id))
    remote_id = dinkes_x.remote_id
    db.session.rollback()

    with worker(environment) as first:
        wait_for(lambda: practice.ledger("x", remote_id))
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert status_of(delivery_id) is DeliveryStatus.SENDING
    db.session.rollback()
    expire_leases()

    with worker(environment):
        wait_for(lambda: status_of(delivery_id) in FINAL)

    assert status_of(delivery_id) is DeliveryStatus.PUBLISHED
    assert len(practice.ledger("x", remote_id)) == 1


def test_sigterm_lets_what_has_begun_come_to_its_end(practice, environment, due_post, dinkes_x):
    practice.order_fault("x", dinkes_x.remote_id, "slow", seconds=2)
    post = due_post(accounts=[dinkes_x])
    delivery_id = db.session.scalar(db.select(Delivery.id).filter_by(post_id=post.id))
    db.session.rollback()

    with worker(environment) as process:
        wait_for(lambda: status_of(delivery_id) is DeliveryStatus.SENDING)
        process.terminate()
        assert process.wait(timeout=PATIENCE_S) == 0

    assert status_of(delivery_id) is DeliveryStatus.PUBLISHED


def test_a_second_worker_on_sqlite_stands_by_until_the_first_is_gone(app):
    if db.engine.dialect.name == "postgresql":
        pytest.skip("any number may work on PostgreSQL")
    first, second = Worker(app), Worker(app)
    try:
        assert first.tick()
        assert not second.tick()
        first.stop()
        assert second.tick()
    finally:
        first.stop()
        second.stop()
