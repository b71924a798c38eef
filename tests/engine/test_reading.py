"""When something was last posted on an account is read now and then, whoever posted it."""

from datetime import timedelta

import pytest

from publisher import clock
from publisher.db import db
from publisher.engine.reading import Reader
from publisher.workflow.watching import reading

DAY = timedelta(days=1)


@pytest.fixture
def read(app, engine):
    def read():
        db.session.commit()
        Reader(app, engine.steps).read()
        db.session.expire_all()

    return read


def posted(practice, account, at):
    practice.remember(
        [
            {
                "platform": account.platform,
                "account": account.remote_id,
                "text": f"Dengan tangan, {at:%d %H.%M.%S}",
                "at": at.isoformat(),
            }
        ]
    )


@pytest.mark.parametrize("platform", ["x", "facebook"])
def test_a_post_made_by_hand_counts_as_the_last(practice, connected, dinkes, read, platform):
    account = connected(dinkes, platform)
    at = (clock.now() - 3 * DAY).replace(microsecond=0)
    posted(practice, account, at)
    posted(practice, account, at - DAY)

    read()

    assert account.last_post_at == at
    assert account.read_at is not None


def test_an_account_is_read_again_after_half_a_day_and_only_for_what_is_new(
    practice, dinkes_x, read
):
    at = (clock.now() - 3 * DAY).replace(microsecond=0)
    posted(practice, dinkes_x, at)
    read()
    posted(practice, dinkes_x, at + DAY)
    read()
    assert dinkes_x.last_post_at == at

    dinkes_x.read_at -= reading.EVERY
    read()
    assert dinkes_x.last_post_at == at + DAY


def test_what_we_published_counts_where_an_account_cannot_be_read(
    practice, dinkes_x, due_post, send_due, delivery_of, read
):
    post = due_post(accounts=[dinkes_x])
    send_due()
    practice.order_fault("x", dinkes_x.remote_id, "outage", times=0)

    read()

    assert dinkes_x.last_post_at == delivery_of(post, dinkes_x).published_at


def test_only_one_worker_reads_an_account(app, engine, dinkes_x):
    vault = app.extensions["vault"]
    at = clock.now()
    db.session.commit()
    first = engine.steps.transact(lambda: reading.take(at=at, vault=vault))
    second = engine.steps.transact(lambda: reading.take(at=at, vault=vault))

    assert [each.account_id for each in first] == [dinkes_x.id]
    assert second == []
