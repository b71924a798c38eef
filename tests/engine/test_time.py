"""What time does to deliveries: an outage, a day asleep, a slow upload, a clock that was set.

The clock of Siar and that of the practice platforms are moved by hand here; nothing waits.
"""

from datetime import timedelta
from itertools import pairwise

import pytest

from publisher import clock
from publisher.db import db
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.practice import records
from publisher.worker import Worker
from publisher.workflow.delivering.claiming import LEASE
from tests.engine.test_killed import wait_for

SPACING = timedelta(seconds=90)


@pytest.fixture
def hands(monkeypatch):
    """The hands of every clock: what they show, moved on by a test."""
    hands = Hands(clock.now())

    class Clocked(records.datetime):
        @classmethod
        def now(cls, tz=None):
            return hands.shown.astimezone(tz)

    monkeypatch.setattr(clock, "now", lambda: hands.shown)
    monkeypatch.setattr(records, "datetime", Clocked)
    return hands


class Hands:
    def __init__(self, shown):
        self.shown = shown

    def move(self, step):
        self.shown += step


@pytest.fixture
def worker(app, practice, hands, monkeypatch):
    """A worker that does its rounds when it is told to. The database has the same clock."""
    monkeypatch.setattr("publisher.engine.steps.database_now", lambda: None)
    monkeypatch.setitem(app.config, "SPACING_S", SPACING.total_seconds())
    worker = Worker(app)
    yield worker
    worker.stop()


def do_a_round(worker):
    db.session.commit()
    assert worker.settle()
    assert worker.engine.finish(timeout_s=60)
    worker.engine.send_all_due()
    assert worker.engine.finish(timeout_s=60)
    db.session.expire_all()


def live(worker, hands, minutes, *, step=timedelta(seconds=30)):
    end = hands.shown + timedelta(minutes=minutes)
    while hands.shown < end:
        do_a_round(worker)
        hands.move(step)


def standings():
    return {one.status for one in db.session.scalars(db.select(Delivery))}


def test_after_an_outage_of_half_an_hour_all_goes_out_in_order_and_apart(
    practice, worker, hands, due_post, dinkes_x, dinkes_facebook
):
    posts = []
    for number in range(4):
        posts.append(due_post(caption=f"Kegiatan {number} hari ini."))
        hands.move(timedelta(minutes=2))
    for platform in ("x", "facebook"):
        practice.order_fault(platform, "*", "outage", times=0)

    live(worker, hands, 30, step=timedelta(minutes=1))
    assert practice.ledger("x", dinkes_x.remote_id) == []
    asked = practice.requests("x", dinkes_x.remote_id, "publish")
    assert 1 <= len(asked) <= 6, "a platform that is away is not to be stormed"
    practice.clear()
    live(worker, hands, 45, step=timedelta(minutes=1))

    assert standings() == {DeliveryStatus.PUBLISHED}
    for account in (dinkes_x, dinkes_facebook):
        book = practice.ledger(account.platform, account.remote_id)
        assert [one["text"] for one in book] == [post.text_for(account.platform) for post in posts]
        times = [records.datetime.fromisoformat(one["at"]) for one in book]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert min(gaps) >= SPACING


def test_a_machine_that_slept_for_a_day_publishes_nothing_late_and_says_so(
    practice, worker, hands, due_post, dinkes_x
):
    for number in range(3):
        due_post(accounts=[dinkes_x], caption=f"Selamat hari Senin, bagian {number}.")
    hands.move(timedelta(days=1))

    live(worker, hands, 10)

    assert practice.ledger("x", dinkes_x.remote_id) == []
    missed = list(db.session.scalars(db.select(Delivery)))
    assert [one.status for one in missed] == [DeliveryStatus.MISSED] * 3
    assert all(one.reason for one in missed)


def test_what_is_due_after_a_night_asleep_goes_out_as_if_nothing_had_been(
    practice, worker, hands, due_post, dinkes_x
):
    due_post(accounts=[dinkes_x], caption="Malam ini.")
    hands.move(timedelta(hours=5, minutes=59))  # its window is six hours
    due_post(accounts=[dinkes_x], caption="Pagi ini.")

    live(worker, hands, 5)

    texts = [one["text"] for one in practice.ledger("x", dinkes_x.remote_id)]
    assert [text.partition("\n")[0] for text in texts] == ["Malam ini.", "Pagi ini."]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_while_a_post_is_on_its_way_makes_no_second_one(
    practice, worker, hands, due_post, dinkes_x, hours
):
    practice.order_fault("x", dinkes_x.remote_id, "slow", seconds=1)
    due_post(accounts=[dinkes_x])
    remote_id = dinkes_x.remote_id
    db.session.commit()

    worker.engine.send(worker.steps.claim(5))
    wait_for(lambda: practice.ledger("x", remote_id))
    # Only ours: the platform's clock is right, and looks are made at ours.
    hands.move(timedelta(hours=hours))
    live(worker, hands, 80, step=timedelta(minutes=4))

    assert standings() == {DeliveryStatus.PUBLISHED}
    assert len(practice.ledger("x", remote_id)) == 1


@pytest.mark.parametrize("ahead", [-9, -1, 1, 9])
def test_a_machine_that_takes_local_time_for_utc_finds_what_it_sent(
    practice, worker, hands, due_post, dinkes_facebook, monkeypatch, ahead
):
    """By its clock the post is hours old when it has just been sent, or not yet."""
    practice.order_fault("facebook", dinkes_facebook.remote_id, "drop_after")
    monkeypatch.setattr(practice.app.ledger, "refuses_duplicates", False)
    monkeypatch.setattr(clock, "now", lambda: hands.shown + timedelta(hours=ahead))
    due_post(accounts=[dinkes_facebook])

    live(worker, hands, 30)

    assert len(practice.ledger("facebook", dinkes_facebook.remote_id)) == 1
    assert standings() == {DeliveryStatus.PUBLISHED}


def test_a_clock_that_was_ahead_and_is_right_again_holds_up_nothing(
    practice, worker, hands, due_post, dinkes_x, dinkes_facebook
):
    """What was written by it is hours away now: rests of accounts, looks, new attempts."""
    started = hands.shown
    practice.order_fault("facebook", dinkes_facebook.remote_id, "drop_after")
    hands.move(timedelta(hours=9))
    first = due_post()
    do_a_round(worker)
    assert standings() == {DeliveryStatus.PUBLISHED, DeliveryStatus.UNKNOWN}

    hands.move(started - hands.shown)
    second = due_post(accounts=[dinkes_x], caption="Berikutnya.")
    live(worker, hands, 75, step=timedelta(minutes=5))

    assert standings() == {DeliveryStatus.PUBLISHED}
    texts = {one["text"] for one in practice.ledger("x", dinkes_x.remote_id)}
    assert texts == {post.text_for("x") for post in (first, second)}
    assert len(practice.ledger("facebook", dinkes_facebook.remote_id)) == 1


def test_a_slow_upload_keeps_its_lease_as_long_as_nothing_is_public(
    practice, worker, hands, due_post, dinkes_x, picture
):
    practice.order_fault("x", dinkes_x.remote_id, "slow", seconds=1.2, on="upload")
    practice.order_fault("x", dinkes_x.remote_id, "slow", seconds=1.2, on="upload")
    due_post(accounts=[dinkes_x], pictures=[picture("Balita diimunisasi")])
    remote_id = dinkes_x.remote_id
    db.session.commit()

    worker.engine.send(worker.steps.claim(5))
    wait_for(lambda: practice.requests("x", remote_id, "upload"))
    for _ in range(3):
        hands.move(LEASE * 0.9)
        assert worker.settle()
        assert standings() <= {DeliveryStatus.CLAIMED, DeliveryStatus.SENDING}
        db.session.commit()
    assert worker.engine.finish(timeout_s=60)
    db.session.expire_all()

    assert standings() == {DeliveryStatus.PUBLISHED}
    steps = [event.step for event in db.session.scalars(db.select(Delivery)).one().events]
    assert steps == ["plan", "claim", "begin", "publish"]


def test_a_slow_publication_keeps_no_lease_and_its_late_answer_counts(
    practice, worker, hands, due_post, dinkes_x
):
    practice.order_fault("x", dinkes_x.remote_id, "slow", seconds=1.2)
    due_post(accounts=[dinkes_x])
    remote_id = dinkes_x.remote_id
    db.session.commit()

    worker.engine.send(worker.steps.claim(5))
    wait_for(lambda: practice.ledger("x", remote_id))
    hands.move(LEASE + timedelta(seconds=5))
    worker.steps.transact(worker._settle)
    db.session.expire_all()
    steps = [event.step for event in db.session.scalars(db.select(Delivery)).one().events]
    assert "doubt" in steps
    db.session.commit()
    assert worker.engine.finish(timeout_s=60)
    live(worker, hands, 1)

    assert standings() == {DeliveryStatus.PUBLISHED}
    assert len(practice.ledger("x", remote_id)) == 1
