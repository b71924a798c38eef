"""Fresh tokens in time, over real HTTP: one renewal at a time, nothing good overwritten, and a
lost answer costs at most one account's connection, never a post sent twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from config import PRACTICE_APPS
from publisher import clock
from publisher.db import db
from publisher.engine.checking import Checker
from publisher.engine.renewing import Renewer
from publisher.models.accounts import AccountStatus
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import DeliveryStatus
from publisher.models.notices import Notice
from publisher.platforms import open_driver
from publisher.practice.grants import Grant
from publisher.workflow import scheduling, watching
from publisher.workflow.watching import renewing

MINUTE = timedelta(minutes=1)


@pytest.fixture
def renewer(app, engine):
    app.config.update(PRACTICE_APPS)
    return Renewer(app, engine.steps)


@pytest.fixture
def by_consent(app, practice, dinkes_x):
    """The account of Dinkes on X, connected by consent 81 minutes ago."""
    grant = Grant(platform="x", accounts=(dinkes_x.remote_id,), scope="tweet.write")
    tokens = practice.app.grants.issue(grant, lasts_s=3600)
    store(app, dinkes_x, {"user_token": tokens.access, "refresh_token": tokens.refresh})
    dinkes_x.renew_at = clock.now() - MINUTE
    dinkes_x.token_ends_at = clock.now() + 39 * MINUTE
    db.session.commit()
    return dinkes_x


def store(app, account, credentials):
    account.credentials = app.extensions["vault"].seal(credentials, bound_to=account.vault_name)


def opened(app, account):
    db.session.expire_all()
    return app.extensions["vault"].open(account.credentials, bound_to=account.vault_name)


def renew(renewer):
    db.session.commit()
    renewer.renew()
    db.session.expire_all()


def test_a_token_is_renewed_in_time_and_both_tokens_replaced(app, by_consent, renewer):
    before = opened(app, by_consent)

    renew(renewer)

    after = opened(app, by_consent)
    assert after["user_token"] != before["user_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert open_driver("x", after).check().remote_id == by_consent.remote_id
    assert by_consent.renewing_since is None
    assert timedelta(minutes=85) < by_consent.renew_at - clock.now() < timedelta(minutes=91)
    assert by_consent.token_ends_at > clock.now() + 100 * MINUTE
    renew(renewer)
    assert opened(app, by_consent) == after  # nothing is due any more


def test_an_empty_refresh_token_never_overwrites_a_good_one(app, practice, by_consent, renewer):
    practice.order_fault("x", by_consent.remote_id, "empty_refresh", on="token")
    before = opened(app, by_consent)

    renew(renewer)

    after = opened(app, by_consent)
    assert after["refresh_token"] == before["refresh_token"]
    assert after["user_token"] != before["user_token"]


def test_one_renewal_at_a_time_across_processes(app, practice, by_consent, renewer, engine):
    remote_id = by_consent.remote_id
    db.session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: Renewer(app, engine.steps).renew(), range(4)))

    assert len(practice.requests("x", remote_id, "token")) == 1
    assert opened(app, by_consent)["user_token"]


def test_a_refused_renewal_asks_for_a_person_once(practice, by_consent, renewer, budi):
    practice.order_fault("x", by_consent.remote_id, "refresh_refused", on="token")

    renew(renewer)
    for _ in range(2):
        watching.look_around(at=clock.now(), late_after=timedelta(minutes=15))
        db.session.commit()
        renew(renewer)

    assert by_consent.status is AccountStatus.RECONNECT
    assert by_consent.paused_reason == renewing.REFUSED
    assert by_consent.renew_at is None
    notices = list(db.session.scalars(sa.select(Notice).filter_by(account_id=by_consent.id)))
    assert [notice.reason for notice in notices] == [renewing.REFUSED]
    held = db.session.scalars(sa.select(AuditEntry).filter_by(action="account.held")).all()
    assert len(held) == 1


def test_a_lost_answer_is_asked_for_once_more_and_then_a_person(app, practice, by_consent, renewer):
    practice.order_fault("x", by_consent.remote_id, "drop_after", on="token")
    before = opened(app, by_consent)

    renew(renewer)
    assert by_consent.status is AccountStatus.ACTIVE
    assert by_consent.renewing_since is not None
    assert opened(app, by_consent) == before
    renew(renewer)  # too early: another process might still be waiting for its answer
    assert len(practice.requests("x", by_consent.remote_id, "token")) == 1

    by_consent.renewing_since -= renewing.LEASE
    renew(renewer)
    assert by_consent.status is AccountStatus.RECONNECT
    assert by_consent.paused_reason == renewing.LOST


def test_an_answer_lost_before_it_arrived_costs_nothing(app, practice, by_consent, renewer):
    practice.order_fault("x", by_consent.remote_id, "drop_before", on="token")
    renew(renewer)
    by_consent.renewing_since -= renewing.LEASE

    renew(renewer)

    assert by_consent.status is AccountStatus.ACTIVE
    assert by_consent.renewing_since is None
    assert open_driver("x", opened(app, by_consent)).check().remote_id == by_consent.remote_id


def test_a_platform_that_asks_to_wait_is_asked_later(practice, by_consent, renewer):
    practice.order_fault("x", by_consent.remote_id, "rate_limit", on="token")

    renew(renewer)

    assert by_consent.status is AccountStatus.ACTIVE
    assert by_consent.renewing_since is None
    assert clock.now() < by_consent.renew_at <= clock.now() + renewing.AGAIN


def test_a_wrong_app_secret_holds_nobody_until_the_token_has_ended(app, by_consent, renewer):
    app.config["X_CLIENT_SECRET"] = "salah"
    renew(renewer)
    assert by_consent.status is AccountStatus.ACTIVE

    by_consent.renew_at = by_consent.token_ends_at = clock.now() - MINUTE
    renew(renewer)
    assert by_consent.status is AccountStatus.RECONNECT
    assert by_consent.paused_reason == renewing.APP


def test_what_a_person_connected_meanwhile_is_not_overwritten(app, by_consent, engine):
    at = clock.now()
    vault = app.extensions["vault"]
    [renewal] = engine.steps.transact(lambda: renewing.take(at=at, vault=vault))
    answer = renewing.ask(renewal, {**app.config, **PRACTICE_APPS})
    db.session.expire_all()
    store(app, by_consent, {"user_token": "baru", "refresh_token": "baru"})
    by_consent.renewing_since = None  # as connecting does
    db.session.commit()

    engine.steps.transact(lambda: renewing.keep(renewal, answer, vault=vault, at=at))

    assert opened(app, by_consent)["user_token"] == "baru"


def test_credentials_sealed_anew_meanwhile_are_renewed_all_the_same(app, by_consent, engine):
    at, vault = clock.now(), app.extensions["vault"]
    before = opened(app, by_consent)
    db.session.commit()
    [renewal] = engine.steps.transact(lambda: renewing.take(at=at, vault=vault))
    answer = renewing.ask(renewal, {**app.config, **PRACTICE_APPS})
    store(app, by_consent, before)  # as `flask vault rotate` does
    db.session.commit()

    engine.steps.transact(lambda: renewing.keep(renewal, answer, vault=vault, at=at))

    assert opened(app, by_consent)["refresh_token"] == answer.credentials["refresh_token"]


def test_nothing_is_sent_with_a_token_that_has_ended(
    app, practice, by_consent, renewer, due_post, send_due, delivery_of
):
    practice.app.grants.end("x", by_consent.remote_id)
    by_consent.token_ends_at = clock.now() - MINUTE
    post = due_post(accounts=[by_consent])

    send_due()
    assert delivery_of(post, by_consent).status is DeliveryStatus.PENDING
    assert delivery_of(post, by_consent).attempts == 0
    renew(renewer)
    send_due()

    assert delivery_of(post, by_consent).status is DeliveryStatus.PUBLISHED
    assert len(practice.ledger("x", by_consent.remote_id)) == 1


def test_an_old_tokens_refusal_does_not_hold_an_account_that_has_a_new_one(
    app, practice, by_consent, due_post, engine, delivery_of
):
    post = due_post(accounts=[by_consent])
    db.session.commit()
    claims = engine.steps.claim(10)
    [(claim, job)] = engine.steps.load(claims)
    practice.app.grants.end("x", by_consent.remote_id)
    by_consent.renewed_at = clock.now() + MINUTE  # while the sender was at work
    db.session.commit()

    engine.steps.deliver(claim, job)

    db.session.expire_all()
    assert by_consent.status is AccountStatus.ACTIVE
    assert delivery_of(post, by_consent).status is DeliveryStatus.PENDING


def test_a_token_that_ended_while_nobody_worked_costs_no_connection(
    app, practice, by_consent, renewer, due_post, send_due, look, delivery_of, engine
):
    """A night without a worker: what is checked and looked for at its start finds the old token
    refused before the new one is there."""
    post = due_post(accounts=[by_consent])
    practice.order_fault("x", by_consent.remote_id, "drop_after")
    send_due()
    assert delivery_of(post, by_consent).status is DeliveryStatus.UNKNOWN
    practice.app.grants.end("x", by_consent.remote_id)
    by_consent.token_ends_at = clock.now() - MINUTE

    look(after=MINUTE)
    assert by_consent.status is AccountStatus.ACTIVE
    renew(renewer)
    look(after=120 * MINUTE)

    assert delivery_of(post, by_consent).status is DeliveryStatus.PUBLISHED


def test_before_the_time_an_account_that_awaits_its_renewal_is_not_called_risky(
    app, practice, by_consent, make_post, budi, engine
):
    now = clock.now()
    post = make_post(
        "submit", "approve", planned_at=now + 30 * MINUTE, at=now, accounts=[by_consent]
    )
    scheduling.schedule(post, actor=budi, at=now)
    practice.app.grants.end("x", by_consent.remote_id)
    by_consent.token_ends_at = now - MINUTE
    db.session.commit()

    checker = Checker(app, engine.steps)
    checker.check()
    checker.stop()

    db.session.expire_all()
    assert by_consent.status is AccountStatus.ACTIVE
    assert db.session.scalars(sa.select(Notice)).all() == []
