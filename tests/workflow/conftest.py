"""Deliveries at any point of their way, and two deeds at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from publisher.db import begin_writing, db
from publisher.errors import PublisherError
from publisher.models.advancing import advance
from publisher.workflow import scheduling
from publisher.workflow.delivering import claiming
from tests.conftest import NOW
from tests.outcomes import record


@pytest.fixture
def planned(make_post):
    """Return a function that makes an approved post with a delivery due at NOW."""

    def planned(*accounts, due_at=NOW, **fields):
        post = make_post("submit", "approve", planned_at=due_at, accounts=list(accounts), **fields)
        (delivery,) = scheduling.schedule(post, actor=post.approved_by, at=NOW)
        db.session.commit()
        return delivery

    return planned


def bring(delivery, outcome, at=NOW):
    """Take a delivery to where an outcome of its publishing request leads."""
    (claim,) = claiming.claim_due(at=at, owner="test", limit=1)
    assert claim.delivery_id == delivery.id
    advance(
        delivery.id, "begin", at=at, fence=claim.fence, lease_until=at + claiming.LEASE,
        sending_at=at,
    )  # fmt: skip
    record(claim, outcome, phase="publish", started_at=at, at=at)
    db.session.commit()
    db.session.refresh(delivery)
    return delivery


def now_waits(is_done):
    """Wait until another connection waits for a lock, or has what it wanted."""
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    pause = threading.Event()
    for _ in range(3000):
        with db.engine.connect() as connection:
            if connection.scalar(query):
                return
        if is_done():
            return
        pause.wait(0.01)
    raise AssertionError("nobody waits")


@pytest.fixture
def at_once(app, database_url):
    """Return a function that does something twice at the same moment, and returns what stopped
    each: the first, then the second; None: nothing did.

    :param deed: takes whether it is the second's turn
    """
    many_write = database_url.startswith("postgres")  # SQLite lets one wait for the other

    def at_once(deed):
        db.session.remove()
        written, over = threading.Event(), threading.Event()

        def first():
            with app.app_context():
                begin_writing()
                deed(second=False)
                db.session.flush()
                written.set()
                if many_write:
                    now_waits(over.is_set)
                db.session.commit()

        def second():
            with app.app_context():
                assert written.wait(60)
                try:
                    begin_writing()
                    deed(second=True)
                    db.session.commit()
                except PublisherError as error:
                    db.session.rollback()
                    return type(error)
                finally:
                    over.set()

        with ThreadPoolExecutor(2) as pool:
            both = pool.submit(first), pool.submit(second)
            return [each.result(timeout=120) for each in both]

    return at_once


def all_of(model):
    return list(db.session.scalars(sa.select(model)))
