"""Who may take which delivery, and when: the promises of the claim, on both databases."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.errors import Invalid, InvalidTransition
from publisher.models.accounts import AccountStatus, Standing
from publisher.models.advancing import NotAllOurs, advance, cancel_open
from publisher.models.deliveries import Delivery, DeliveryEvent, DeliveryStatus
from publisher.platforms.base import Prepared, Receipt
from publisher.platforms.errors import OutcomeUnknown, Refused, TryLater
from publisher.vault import Vault
from publisher.workflow import scheduling
from publisher.workflow.delivering import (
    beginning,
    claiming,
    holding,
    loading,
    looking,
    people,
    recording,
    sending,
)
from publisher.workflow.registering import connecting
from tests import outcomes
from tests.conftest import NOW
from tests.workflow.plans import asked_for_each, first_asked

LATER = NOW + timedelta(minutes=10)
DIGEST = "0" * 64


@pytest.fixture
def planned(make_post):
    """Return a function that makes an approved post with deliveries due at NOW."""

    def planned(**fields):
        post = make_post("submit", "approve", planned_at=NOW, **fields)
        deliveries = scheduling.schedule(post, actor=post.approved_by, at=NOW)
        db.session.commit()
        return deliveries

    return planned


@pytest.fixture
def delivery(planned, dinkes_x):
    return planned(accounts=[dinkes_x])[0]


def claim(at=NOW, limit=10):
    claims = claiming.claim_due(at=at, owner="test", limit=limit)
    db.session.commit()
    return claims


def load(app, claim):
    """Return what is read of a claim, or None if it is not ours any more."""
    loaded = dict(loading.load([claim], vault=app.extensions["vault"]))
    return loaded.get(claim)


def begin(claim, at=NOW):
    """Take a claimed delivery to `sending`, as the engine does before it publishes."""
    begun = advance(
        claim.delivery_id, "begin", at=at, fence=claim.fence, lease_until=at + claiming.LEASE,
        sending_at=at, prepared={"text": "", "media_ids": [], "started_at": None, "extra": {}},
    )  # fmt: skip
    db.session.commit()
    return begun


def begins(job, prepared, **given):
    """Note the intent to publish, as the engine does; return whether it may be sent."""
    return recording.write([beginning.Begin(job=job, prepared=prepared, **given)])[0]


def record(claim, outcome, at=NOW):
    done = outcomes.record(claim, outcome, phase="publish", started_at=at, at=at)
    db.session.commit()
    db.session.expire_all()
    return done


RECEIPT = Receipt(remote_id="1", url="https://x.com/dinkes/status/1")


def test_a_claimed_delivery_cannot_be_claimed_again(delivery):
    (first,) = claim()

    assert first.delivery_id == delivery.id
    assert claim() == []


def test_nothing_is_claimed_before_its_time(delivery):
    assert claim(at=NOW - timedelta(seconds=1)) == []


def test_an_account_has_one_post_in_flight_and_the_earliest_goes_first(planned, dinkes_x):
    (late,) = planned(accounts=[dinkes_x], caption="Kedua")
    late.due_at = late.next_at = NOW + timedelta(seconds=2)
    (early,) = planned(accounts=[dinkes_x], caption="Pertama")
    db.session.commit()

    (taken,) = claim(at=LATER)

    assert taken.delivery_id == early.id
    assert claim(at=LATER) == []
    assert begin(taken, at=LATER)
    assert record(taken, RECEIPT, at=LATER)
    assert [each.delivery_id for each in claim(at=LATER + timedelta(minutes=1))] == [late.id]


def test_what_a_platform_could_not_take_goes_out_before_what_was_planned_later(planned, dinkes_x):
    (first,) = planned(accounts=[dinkes_x], caption="Pertama")
    (second,) = planned(accounts=[dinkes_x], caption="Kedua")
    second.due_at = second.next_at = NOW + timedelta(seconds=2)
    db.session.commit()
    (taken,) = claim(at=LATER)
    record(taken, TryLater("503", wait_s=1800), at=LATER)

    assert claim(at=LATER + timedelta(seconds=1799)) == []
    (again,) = claim(at=LATER + timedelta(seconds=1800))
    assert again.delivery_id == first.id


def test_an_account_rests_between_two_posts(app, planned, dinkes_x):
    planned(accounts=[dinkes_x], caption="Pertama")
    planned(accounts=[dinkes_x], caption="Kedua")
    (taken,) = claim()
    minute = timedelta(minutes=1)
    assert begins(load(app, taken), Prepared(text=""), at=NOW, spacing=minute)
    record(taken, RECEIPT)

    assert claim(at=NOW + minute - timedelta(seconds=1)) == []
    assert len(claim(at=NOW + minute)) == 1


def test_a_picture_that_is_missing_holds_up_no_other_post(planned, dinkes_x):
    planned(accounts=[dinkes_x], caption="Pertama")
    (second,) = planned(accounts=[dinkes_x], caption="Kedua")
    second.due_at = second.next_at = NOW + timedelta(seconds=2)
    db.session.commit()
    (taken,) = claim(at=LATER)
    record(taken, holding.PictureUnreadable("gone"), at=LATER)

    assert [each.delivery_id for each in claim(at=LATER + timedelta(seconds=1))] == [second.id]


def test_a_worker_without_the_key_leaves_an_account_to_those_who_have_it(app, delivery, dinkes_x):
    (taken,) = claim()
    stranger = Vault("lain:" + base64.b64encode(b"z" * 32).decode())
    [(_, outcome)] = loading.load([taken], vault=stranger)
    record(taken, outcome)

    db.session.refresh(dinkes_x)
    db.session.refresh(delivery)
    assert (delivery.status, dinkes_x.status) == (DeliveryStatus.PENDING, AccountStatus.ACTIVE)
    assert delivery.reason == holding.REASONS[holding.KeyMissing]
    [again] = claim(at=delivery.next_at)
    assert isinstance(load(app, again), sending.Job)


def test_a_look_without_the_key_is_taken_again_by_those_who_have_it(app, delivery, dinkes_x):
    (taken,) = claim()
    begin(taken)
    record(taken, OutcomeUnknown("reset"))
    stranger = Vault("lain:" + base64.b64encode(b"z" * 32).decode())
    (look,) = claiming.claim_lookups(at=LATER, limit=1)
    outcome = looking.load_search(look, vault=stranger)
    looking.record_look(look, outcome, started_at=LATER, at=LATER)
    db.session.commit()

    db.session.refresh(dinkes_x)
    assert dinkes_x.status == AccountStatus.ACTIVE
    (again,) = claiming.claim_lookups(at=LATER + timedelta(minutes=10), limit=1)
    search = looking.load_search(again, vault=app.extensions["vault"])
    assert isinstance(search, sending.Search)


def test_a_platform_with_enough_to_do_keeps_no_other_waiting(planned, dinkes_x, dinkes_facebook):
    planned(accounts=[dinkes_x])
    (other,) = planned(accounts=[dinkes_facebook])

    claims = claiming.claim_due(at=NOW, owner="test", limit=10, busy=["x"])

    assert [each.delivery_id for each in claims] == [other.id]


def test_a_post_in_doubt_keeps_its_account_from_taking_another(planned, dinkes_x):
    planned(accounts=[dinkes_x])
    planned(accounts=[dinkes_x], caption="Berikutnya")
    (taken,) = claim()
    begin(taken)
    record(taken, OutcomeUnknown("reset"))

    assert claim(at=LATER) == []


@pytest.mark.parametrize(
    ("status", "until", "claimed"),
    [
        (AccountStatus.RECONNECT, None, 0),
        (AccountStatus.PAUSED, None, 0),
        (AccountStatus.PAUSED, NOW + timedelta(hours=1), 0),
        (AccountStatus.PAUSED, NOW - timedelta(seconds=1), 1),
    ],
)
def test_a_held_account_holds_its_queue_until_time_or_a_person_heals_it(
    delivery, dinkes_x, status, until, claimed
):
    dinkes_x.status, dinkes_x.paused_until, dinkes_x.paused_reason = status, until, "uji"
    db.session.commit()

    assert len(claim()) == claimed


@pytest.mark.parametrize("standing", [Standing.GANDA, Standing.LAMA, Standing.TIRUAN])
def test_only_main_accounts_are_published_to(delivery, dinkes_x, standing):
    dinkes_x.standing = standing
    db.session.commit()

    assert claim() == []


def test_workers_that_race_never_take_the_same_row(app, planned, connected_accounts):
    for account in connected_accounts:
        planned(accounts=[account])
    db.session.commit()

    def race(_):
        with app.app_context():
            try:
                claims = claiming.claim_due(at=NOW, owner="test", limit=3)
                db.session.commit()
            except sa.exc.IntegrityError:  # PostgreSQL: two took the same account; one loses
                return []
            return [each.delivery_id for each in claims]

    with ThreadPoolExecutor(4) as pool:
        taken = [each for claims in pool.map(race, range(12)) for each in claims]

    assert len(taken) == len(set(taken)) == len(connected_accounts)


@pytest.fixture
def connected_accounts(make_account, dinkes):
    return [make_account(dinkes, "x", handle=f"akun{n}", remote_id=f"77{n}") for n in range(10)]


def test_a_stale_worker_changes_nothing(delivery):
    (stale,) = claim()
    assert claiming.recover(at=NOW + claiming.LEASE * 2) == 1
    db.session.commit()
    (fresh,) = claim(at=NOW + claiming.LEASE * 2)

    assert fresh.fence > stale.fence
    assert not begin(stale)
    for outcome in (TryLater("503"), Refused("no"), OutcomeUnknown("reset")):
        assert not record(stale, outcome)
    assert delivery.status is DeliveryStatus.CLAIMED
    assert delivery.fence == fresh.fence


def test_an_answer_that_comes_after_its_lease_is_still_an_answer(delivery):
    (slow,) = claim()
    begin(slow)
    claiming.recover(at=NOW + claiming.LEASE * 2)
    db.session.commit()

    assert record(slow, RECEIPT)
    assert delivery.status is DeliveryStatus.PUBLISHED
    assert delivery.permalink == RECEIPT.url


def test_a_stale_not_out_never_sends_what_was_sent_meanwhile(delivery, budi):
    (taken,) = claim()
    begin(taken)
    record(taken, OutcomeUnknown("reset"))
    seen = delivery.fence
    claiming.claim_lookups(at=LATER, limit=1)  # Siar itself looks in between
    db.session.commit()
    db.session.refresh(delivery)

    with pytest.raises(InvalidTransition):
        people.say_not_out(delivery, seen=seen, actor=budi, at=LATER, window=timedelta(hours=6))
    with pytest.raises(Invalid):  # and not while the platform may still be busy
        people.say_not_out(
            delivery, seen=delivery.fence, actor=budi, at=NOW, window=timedelta(hours=6)
        )
    at = delivery.sending_at + timedelta(seconds=66)  # a request may last 65 s
    with pytest.raises(Invalid):
        people.say_not_out(
            delivery, seen=delivery.fence, actor=budi, at=at, window=timedelta(hours=6)
        )


def looked_for_and_denied(delivery, actor):
    """Return the look that is under way while a person says that it is not out."""
    (taken,) = claim()
    begin(taken)
    record(taken, OutcomeUnknown("reset"))
    (look,) = claiming.claim_lookups(at=LATER, limit=1)
    db.session.commit()
    db.session.refresh(delivery)
    people.say_not_out(
        delivery, seen=delivery.fence, actor=actor, at=LATER, window=timedelta(hours=6)
    )
    db.session.commit()
    return look


def test_what_a_look_finds_is_out_though_a_person_said_meanwhile_that_it_is_not(delivery, budi):
    """It would be sent a second time, by the word of somebody who looked a moment too early."""
    look = looked_for_and_denied(delivery, budi)

    assert looking.record_look(look, RECEIPT, started_at=LATER, at=LATER)
    db.session.commit()

    db.session.refresh(delivery)
    assert (delivery.status, delivery.permalink) == (DeliveryStatus.PUBLISHED, RECEIPT.url)
    assert claim(at=LATER) == []


def test_what_is_found_too_late_does_not_touch_what_is_sent_again(delivery, budi):
    look = looked_for_and_denied(delivery, budi)
    (again,) = claim(at=LATER)
    begin(again, at=LATER)

    assert not looking.record_look(look, RECEIPT, started_at=LATER, at=LATER)
    db.session.commit()
    assert record(again, RECEIPT, at=LATER)


@pytest.mark.parametrize("ended", [DeliveryStatus.MISSED, DeliveryStatus.FAILED])
def test_an_answer_that_comes_after_the_end_still_tells_that_it_is_out(delivery, budi, ended):
    """Else somebody reads that nothing is out, and tries again."""
    (slow,) = claim()
    begin(slow)
    claiming.recover(at=NOW + claiming.LEASE * 2)
    for minutes in (6, 12):
        at = NOW + timedelta(minutes=minutes)
        (search,) = claiming.claim_lookups(at=at, limit=1)
        looking.record_look(search, None, started_at=at, at=at)
        db.session.commit()
    if ended is DeliveryStatus.MISSED:
        claiming.give_up_late(at=delivery.publish_by)
    else:
        (again,) = claim(at=LATER + timedelta(minutes=5))
        record(again, Refused("no"), at=LATER + timedelta(minutes=5))
    db.session.commit()
    db.session.refresh(delivery)
    assert delivery.status is ended

    assert record(slow, RECEIPT, at=delivery.publish_by)
    db.session.refresh(delivery)
    assert (delivery.status, delivery.permalink) == (DeliveryStatus.PUBLISHED, RECEIPT.url)


def test_a_duplicate_is_a_doubt_never_a_failure(delivery):
    (taken,) = claim()
    begin(taken)

    record(taken, Refused("duplicate content", duplicate=True))

    assert delivery.status is DeliveryStatus.UNKNOWN


def test_looks_go_back_to_the_first_attempt_in_doubt(app, delivery):
    (first,) = claim()
    begin(first)
    record(first, OutcomeUnknown("reset"))
    for minutes in (6, 12):
        at = NOW + timedelta(minutes=minutes)
        (search,) = claiming.claim_lookups(at=at, limit=1)
        looking.record_look(search, None, started_at=at, at=at)
        db.session.commit()
    (second,) = claim(at=LATER + timedelta(minutes=3))
    begin(second, at=LATER + timedelta(minutes=3))
    record(second, OutcomeUnknown("reset"), at=LATER + timedelta(minutes=3))

    assert delivery.doubtful_since == NOW
    (look,) = claiming.claim_lookups(at=LATER + timedelta(minutes=9), limit=1)
    search = looking.load_search(look, vault=app.extensions["vault"])
    assert search.since < NOW


def test_a_post_edited_after_it_was_read_is_not_sent(app, delivery, sari):
    (taken,) = claim()
    job = load(app, taken)
    delivery.post.touch(actor=sari, at=LATER)
    db.session.commit()

    assert not begins(job, Prepared(text=""), at=NOW)


def test_nothing_begins_after_its_window(app, delivery):
    (taken,) = claim()
    job = load(app, taken)
    delivery.publish_by = NOW
    db.session.commit()

    assert not begins(job, Prepared(text=""), at=NOW)


def test_what_was_approved_again_while_it_was_sent_takes_the_new_time(app, delivery, sari, budi):
    (taken,) = claim()
    begin(taken)
    post = delivery.post
    post.move("reopen", actor=sari, at=NOW)
    friday = NOW + timedelta(days=4)
    post.planned_at = friday
    post.move("submit", actor=sari, at=NOW)
    post.move("approve", actor=budi, at=NOW + timedelta(minutes=1))
    assert scheduling.schedule(post, actor=budi, at=NOW + timedelta(minutes=1)) == []
    db.session.commit()
    record(taken, TryLater("503", wait_s=1), at=NOW + timedelta(minutes=2))

    (again,) = claim(at=NOW + timedelta(minutes=3))
    refused = load(app, again)
    record(again, refused, at=NOW + timedelta(minutes=3))

    assert delivery.status is DeliveryStatus.PENDING
    assert delivery.next_at == friday
    assert claim(at=NOW + timedelta(minutes=10)) == []


def test_a_picture_that_cannot_be_read_is_told_and_tried_again(app, planned, dinkes_x, picture):
    (delivery,) = planned(accounts=[dinkes_x], pictures=[picture("Balita")])
    app.extensions["media_store"].delete(delivery.post.pictures[0].media.digest)
    (taken,) = claim()

    outcome = sending.prepare(None, load(app, taken), app.extensions["media_store"])
    record(taken, outcome)

    assert isinstance(outcome, TryLater)
    assert delivery.status is DeliveryStatus.PENDING
    assert "Foto" in delivery.reason


@pytest.mark.parametrize("wait_s", [10**15, 86401])
def test_no_platform_makes_an_account_wait_longer_than_a_day(delivery, dinkes_x, wait_s):
    (taken,) = claim()
    begin(taken)

    record(taken, TryLater("429", wait_s=wait_s, whole_account=True))

    assert dinkes_x.paused_until <= NOW + timedelta(days=1)


def test_an_account_that_was_disconnected_meanwhile_stays_so(delivery, dinkes_x):
    (taken,) = claim()
    begin(taken)
    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.RECONNECT, "Diputus"
    dinkes_x.credentials = None
    db.session.commit()

    assert record(taken, TryLater("429\0\ud800", wait_s=60, whole_account=True))
    assert dinkes_x.status is AccountStatus.RECONNECT


def test_a_link_proves_one_post_only(planned, dinkes_x, budi):
    link = f"https://x.com/{dinkes_x.handle}/status/1"
    first = failed(planned(accounts=[dinkes_x])[0])
    people.prove(first, actor=budi, at=LATER, link=link)
    second = failed(planned(accounts=[dinkes_x], caption="Lain")[0])

    with pytest.raises(Invalid):
        people.prove(second, actor=budi, at=LATER, link=link)


def test_what_was_posted_by_hand_counts_when_it_was_proved(delivery, dinkes_x, budi):
    failed(delivery)
    nextweek = NOW + timedelta(days=8)
    link = f"https://x.com/{dinkes_x.handle}/status/1"

    people.prove(delivery, actor=budi, at=nextweek, link=link)
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.published_at == nextweek


def test_a_claim_never_compares_all_that_is_due_with_all_that_is_there(app):
    """PostgreSQL would, whenever it guesses wrong how much is due: 4,000 posts then took 3 s, and
    all accounts were read anew for each."""
    if db.session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite asks row by row anyway")
    assert asked_for_each(*first_asked(claim)) >= {"busy", "earlier", "account", "office_of_stop"}


def test_claims_and_recovery_use_their_partial_indexes(app):
    if db.session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by statistics; the measured plan is in the benchmarks")
    statement, values = first_asked(claim)
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    told = " ".join(row[-1] for row in plan)
    for index in ("uq__delivery__account_in_flight", "ix__delivery__due", "account_due"):
        assert index in told
    assert not re.search(r"SCAN (delivery|busy|earlier|account)", told)


def test_a_worker_that_slept_through_its_lease_may_not_begin(app, delivery):
    (taken,) = claim()
    job = load(app, taken)

    late = NOW + claiming.LEASE + timedelta(seconds=1)
    assert not begins(job, Prepared(text=""), at=late)
    assert begins(job, Prepared(text=""), at=NOW)


def test_nothing_is_sent_to_an_account_that_was_disconnected_while_it_was_prepared(
    app, delivery, dinkes_x, budi
):
    (taken,) = claim()
    job = load(app, taken)
    connecting.disconnect(dinkes_x, actor=budi, at=NOW)
    db.session.commit()

    assert not begins(job, Prepared(text=""), at=NOW)


def test_a_post_that_was_reopened_while_it_was_prepared_is_not_sent(app, delivery, sari):
    (taken,) = claim()
    job = load(app, taken)
    delivery.post.move("reopen", actor=sari, at=NOW)
    cancel_open(delivery.post, actor=sari, at=NOW, reason="diubah")
    db.session.commit()

    assert not begins(job, Prepared(text=""), at=NOW)
    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.CANCELLED


def test_a_worker_that_died_before_sending_leaves_a_post_that_is_simply_due_again(delivery):
    claim()

    claiming.recover(at=NOW + claiming.LEASE * 2)
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.PENDING
    assert len(claim(at=NOW + claiming.LEASE * 2)) == 1


def test_a_worker_that_died_while_sending_leaves_a_doubt_never_a_retry(delivery):
    (taken,) = claim()
    begin(taken)

    claiming.recover(at=NOW + claiming.LEASE * 2)
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.UNKNOWN
    assert delivery.reason == claiming.WORKER_STOPPED
    assert claim(at=NOW + claiming.LEASE * 2) == []


def test_a_lone_worker_does_not_wait_for_the_leases_of_the_dead(delivery):
    claim()

    claiming.forsake_leases(at=NOW, owner="another")
    assert claiming.recover(at=NOW) == 1


def test_what_could_not_go_out_in_its_window_is_missed_with_a_reason(delivery):
    after = NOW + scheduling.CATCH_UP + timedelta(seconds=1)

    assert claim(at=after) == []
    assert claiming.give_up_late(at=after) == 1
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.MISSED
    assert delivery.reason


@pytest.mark.parametrize("attempts", [1, 2, 5, 30])
def test_waits_grow_and_never_pass_an_hour(attempts):
    for _ in range(50):
        wait = recording._wait(TryLater("503"), attempts)
        longest = min(3600, 30 * 2**attempts)
        assert timedelta(seconds=5) <= wait <= timedelta(seconds=longest)


def test_a_platform_that_says_how_long_to_wait_is_believed(delivery):
    (taken,) = claim()

    record(taken, TryLater("429", wait_s=77))

    assert delivery.next_at == NOW + timedelta(seconds=77)


def test_a_wait_past_the_window_ends_at_the_window(delivery):
    (taken,) = claim()

    record(taken, TryLater("429", wait_s=7 * 24 * 3600))

    assert delivery.next_at == delivery.publish_by
    assert claiming.give_up_late(at=delivery.publish_by) == 1


def test_every_step_leaves_an_event_with_who_and_from_and_to(delivery):
    (taken,) = claim()
    begin(taken)
    record(taken, RECEIPT)

    told = [(event.step, event.before, event.after) for event in delivery.events]
    assert told == [
        ("plan", None, "pending"),
        ("claim", "pending", "claimed"),
        ("begin", "claimed", "sending"),
        ("publish", "sending", "published"),
    ]


def test_looking_in_vain_again_and_again_ends_with_a_person(delivery):
    at = NOW
    for _ in range(looking.RESUMES):
        (taken,) = claim(at=at)
        begin(taken, at=at)
        record(taken, OutcomeUnknown("reset"), at=at)
        for _ in range(looking.LOOKS):
            at += timedelta(minutes=6)
            (search,) = claiming.claim_lookups(at=at, limit=5)
            looking.record_look(search, None, started_at=at, at=at)
            db.session.commit()
        db.session.refresh(delivery)
        assert delivery.status is DeliveryStatus.PENDING
    (taken,) = claim(at=at)
    begin(taken, at=at)
    record(taken, OutcomeUnknown("reset"), at=at)
    for _ in range(looking.LOOKS):
        at += timedelta(minutes=6)
        (search,) = claiming.claim_lookups(at=at, limit=5)
        looking.record_look(search, None, started_at=at, at=at)
        db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.UNKNOWN
    assert delivery.reason == looking.LOOKED_IN_VAIN
    assert claiming.claim_lookups(at=at + timedelta(days=400), limit=5) == []


def test_two_workers_never_look_for_the_same_post_at_once(delivery):
    (taken,) = claim()
    begin(taken)
    record(taken, OutcomeUnknown("reset"))

    assert len(claiming.claim_lookups(at=LATER, limit=5)) == 1
    assert claiming.claim_lookups(at=LATER, limit=5) == []


# -- people ---------------------------------------------------------------------------------


def failed(delivery):
    (taken,) = claim()
    begin(taken)
    record(taken, Refused("no"))
    return delivery


def test_a_person_may_try_a_failed_delivery_again(delivery, budi):
    failed(delivery)

    people.try_again(delivery, actor=budi, at=LATER, window=timedelta(hours=6))
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.PENDING
    assert delivery.events[-1].actor_id == budi.id
    assert len(claim(at=LATER)) == 1


def test_a_failed_delivery_of_changed_content_needs_a_new_approval(delivery, budi, sari):
    failed(delivery)
    delivery.post.move("reopen", actor=sari, at=NOW)
    db.session.commit()

    with pytest.raises(Invalid):
        people.try_again(delivery, actor=budi, at=LATER, window=timedelta(hours=6))


def test_what_is_out_can_neither_be_tried_again_nor_cancelled(delivery, budi):
    (taken,) = claim()
    begin(taken)
    record(taken, RECEIPT)

    with pytest.raises(InvalidTransition):
        people.try_again(delivery, actor=budi, at=LATER, window=timedelta(hours=6))
    with pytest.raises(InvalidTransition):
        people.cancel(delivery, actor=budi, at=LATER, reason="salah")


def test_a_reopened_post_keeps_what_is_out_and_is_never_sent_there_again(
    planned, dinkes_x, dinkes_facebook, sari, budi
):
    on_x, on_facebook = planned()
    (taken, _) = claim()
    first = db.session.get(Delivery, taken.delivery_id)
    begin(taken)
    record(taken, RECEIPT)
    post = first.post
    post.move("reopen", actor=sari, at=NOW)
    cancel_open(post, actor=sari, at=NOW, reason="diubah")
    post.move("submit", actor=sari, at=NOW)
    post.move("approve", actor=budi, at=NOW)
    again = scheduling.schedule(post, actor=budi, at=NOW)
    db.session.commit()

    other = on_facebook if first is on_x else on_x
    assert [each.account_id for each in again] == [other.account_id]
    assert first.status is DeliveryStatus.PUBLISHED


def test_a_proof_needs_a_link_of_the_platform(delivery, budi):
    failed(delivery)

    for link in (
        "https://contoh.com/x.com/1",
        "http://x.com/a/status/1",
        "x.com/1",
        "https://x.com",
        "https://x.com/orang_lain/status/1",
        "https://x.com/dinkes_blora",
    ):
        with pytest.raises(Invalid):
            people.prove(delivery, actor=budi, at=LATER, link=link)
    people.prove(delivery, actor=budi, at=LATER, link=" https://x.com/dinkes_blora/status/1 ")
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.PUBLISHED
    assert delivery.permalink == "https://x.com/dinkes_blora/status/1"
    assert delivery.proved_by_id == budi.id


def test_history_is_only_added_to(delivery):
    claim()
    before = [event.id for event in delivery.events]
    claiming.recover(at=NOW + claiming.LEASE * 2)
    db.session.commit()

    query = sa.select(DeliveryEvent.id).where(DeliveryEvent.delivery_id == delivery.id)
    assert set(before) < set(db.session.scalars(query))


def test_a_batch_with_one_stale_worker_is_refused_whole_and_each_is_tried_alone(
    app, planned, dinkes_x, dinkes_facebook
):
    first, second = planned(accounts=[dinkes_x, dinkes_facebook])
    claims = claim()
    jobs = dict(loading.load(claims, vault=app.extensions["vault"]))
    stale = claims[1]
    advance(stale.delivery_id, "cancel", at=NOW, reason="batal", note="batal")
    db.session.commit()
    begins = [
        beginning.Begin(job=jobs[each], prepared=Prepared(text=""), at=NOW) for each in claims
    ]

    with pytest.raises(NotAllOurs):
        recording.write(begins)
    db.session.rollback()

    assert [recording.write([each])[0] for each in begins] == [True, False]
    db.session.expire_all()
    assert {first.status, second.status} == {DeliveryStatus.SENDING, DeliveryStatus.CANCELLED}
