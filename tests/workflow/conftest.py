"""Deliveries at any point of their way."""

import threading

import pytest
import sqlalchemy as sa

from publisher.db import db
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
