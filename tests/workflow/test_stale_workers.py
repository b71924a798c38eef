"""A worker that is late, doubled or out of date changes nothing: one test for each guard.

Each of these guards was taken out once, and everything else still passed.
"""

from datetime import timedelta

import pytest

from publisher.db import db
from publisher.models.advancing import advance
from publisher.models.deliveries import DeliveryStatus
from publisher.platforms.base import Receipt
from publisher.platforms.errors import OutcomeUnknown, TryLater
from publisher.workflow import scheduling
from publisher.workflow.delivering import claiming, loading, looking, people
from tests.conftest import NOW
from tests.outcomes import record

LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def delivery(make_post, dinkes_x):
    post = make_post("submit", "approve", planned_at=NOW, accounts=[dinkes_x])
    (planned,) = scheduling.schedule(post, actor=post.approved_by, at=NOW)
    db.session.commit()
    return planned


def claim(at=NOW):
    claims = claiming.claim_due(at=at, owner="test", limit=5)
    db.session.commit()
    return claims


@pytest.fixture
def in_doubt(delivery):
    (taken,) = claim()
    advance(
        taken.delivery_id, "begin", at=NOW, fence=taken.fence, sending_at=NOW,
        lease_until=NOW + claiming.LEASE,
        prepared={"text": "a", "media_ids": [], "started_at": None, "extra": {}},
    )  # fmt: skip
    record(taken, OutcomeUnknown("reset"), phase="publish", started_at=NOW, at=NOW)
    db.session.commit()
    db.session.expire_all()
    return delivery


@pytest.fixture
def looks(in_doubt):
    """Two looks at the same account: one whose time was over, and the one that followed it."""
    (slow,) = claiming.claim_lookups(at=LATER, limit=5)
    (present,) = claiming.claim_lookups(at=LATER + 2 * claiming.LOOK_LEASE, limit=5)
    db.session.commit()
    db.session.expire_all()
    return slow, present


def test_what_was_cancelled_after_its_claim_is_not_even_read(app, delivery, budi):
    (taken,) = claim()
    people.cancel(delivery, actor=budi, at=NOW, reason="salah unggah")
    db.session.commit()

    assert loading.load([taken], vault=app.extensions["vault"]) == []


def test_what_another_worker_took_over_is_not_read(app, delivery):
    (stale,) = claim()
    claiming.recover(at=NOW + 2 * claiming.LEASE)
    (present,) = claim(at=NOW + 2 * claiming.LEASE)

    ((read, _),) = loading.load([stale, present], vault=app.extensions["vault"])

    assert read == present


def test_a_look_that_another_has_followed_looks_no_more(app, looks):
    slow, present = looks
    vault = app.extensions["vault"]

    assert looking.load_search(slow, vault=vault) is None
    assert looking.load_search(present, vault=vault) is not None


def test_two_looks_that_ran_side_by_side_are_not_two_looks(in_doubt, looks):
    slow, present = looks
    at = LATER + timedelta(minutes=4)

    assert looking.record_look(present, None, started_at=at, at=at)
    assert not looking.record_look(slow, None, started_at=LATER, at=at)
    db.session.commit()
    db.session.refresh(in_doubt)

    assert in_doubt.status is DeliveryStatus.UNKNOWN
    assert in_doubt.lookups == 1


@pytest.mark.parametrize("told", [TryLater("503"), OutcomeUnknown("cut")])
def test_a_look_that_comes_too_late_does_not_set_when_to_look_next(in_doubt, looks, told):
    slow, _ = looks
    planned = in_doubt.next_at

    assert not looking.record_look(slow, told, started_at=LATER, at=LATER + timedelta(hours=3))
    db.session.commit()
    db.session.refresh(in_doubt)

    assert in_doubt.next_at == planned


def test_an_account_gets_nothing_before_it_may_have_its_next_post(delivery, dinkes_x):
    dinkes_x.next_allowed_at = NOW + timedelta(seconds=30)
    db.session.commit()

    assert claim(at=NOW + timedelta(seconds=29)) == []
    assert len(claim(at=NOW + timedelta(seconds=30))) == 1


def test_nothing_is_sent_to_an_account_that_was_retired(delivery, dinkes_x):
    dinkes_x.retired_at = NOW
    db.session.commit()

    assert claim(at=LATER) == []


def test_an_answer_is_believed_only_once(delivery, dinkes_x):
    (taken,) = claim()
    advance(
        taken.delivery_id, "begin", at=NOW, fence=taken.fence, sending_at=NOW,
        lease_until=NOW + claiming.LEASE, prepared=None,
    )  # fmt: skip
    first = Receipt(remote_id="1", url="https://x.com/dinkes/status/1")
    second = Receipt(remote_id="2", url="https://x.com/dinkes/status/2")
    given = {"phase": "publish", "started_at": NOW, "at": NOW}

    assert record(taken, first, **given)
    assert not record(taken, second, **given)
    db.session.commit()
    db.session.refresh(delivery)

    assert delivery.remote_id == "1"
