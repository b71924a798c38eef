"""One delivery from due to its end, over real HTTP, under every fault a platform can have."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.posts import normalised

SOON = timedelta(minutes=1)
LATER = timedelta(minutes=7)


def copies(practice, account):
    return len(practice.ledger(account.platform, account.remote_id))


@pytest.fixture
def only_on(due_post):
    """Return a function that makes a due post for one account alone."""
    return lambda account, **fields: due_post(accounts=[account], **fields)


def test_an_approved_post_is_out_once_on_every_account_with_its_link(
    practice, due_post, send_due, delivery_of, dinkes_x, dinkes_facebook
):
    post = due_post()

    send_due()
    send_due()

    for account in (dinkes_x, dinkes_facebook):
        delivery = delivery_of(post, account)
        (published,) = practice.ledger(account.platform, account.remote_id)
        assert delivery.status is DeliveryStatus.PUBLISHED
        assert published["text"] == post.text_for(account.platform)
        assert delivery.remote_id == published["remote_id"]
        assert delivery.permalink.startswith("https://")
        assert abs(delivery.published_at - clock.now()) < timedelta(seconds=30)
        steps = [event.step for event in delivery.events]
        assert steps == ["plan", "claim", "begin", "publish"]


@pytest.mark.parametrize("kind", ["drop_after", "half_answer", "no_id", "error_500_after"])
@pytest.mark.parametrize("platform", ["x", "facebook"])
def test_a_post_whose_answer_was_lost_is_found_and_never_sent_again(
    practice, only_on, send_due, look, delivery_of, connected, dinkes, kind, platform
):
    account = connected(dinkes, platform, handle=f"dinkes_{kind}")
    practice.order_fault(platform, account.remote_id, kind)
    post = only_on(account)

    send_due()
    assert delivery_of(post, account).status is DeliveryStatus.UNKNOWN
    assert delivery_of(post, account).reason

    look(SOON)
    send_due()

    assert delivery_of(post, account).status is DeliveryStatus.PUBLISHED
    assert copies(practice, account) == 1


@pytest.mark.parametrize("kind", ["drop_before", "error_500"])
def test_a_post_that_is_not_there_is_sent_again_only_after_two_looks(
    practice, only_on, send_due, look, delivery_of, dinkes_x, kind
):
    practice.order_fault("x", dinkes_x.remote_id, kind)
    post = only_on(dinkes_x)

    send_due()
    look(SOON)
    send_due()
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.UNKNOWN
    assert copies(practice, dinkes_x) == 0

    look(LATER)
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.PENDING
    allow_now(dinkes_x)
    make_due(delivery_of(post, dinkes_x))
    send_due()

    assert delivery_of(post, dinkes_x).status is DeliveryStatus.PUBLISHED
    assert copies(practice, dinkes_x) == 1


def test_a_duplicate_after_doubt_means_that_it_is_already_there(
    practice, only_on, send_due, look, delivery_of, dinkes_x
):
    """The platform took the post but hid it from two looks: sending again must find, not fail."""
    practice.order_fault("x", dinkes_x.remote_id, "drop_after")
    practice.order_fault("x", dinkes_x.remote_id, "hidden", times=2, seconds=3600, on="read")
    post = only_on(dinkes_x)

    send_due()
    look(SOON)
    look(LATER)
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.PENDING
    allow_now(dinkes_x)
    make_due(delivery_of(post, dinkes_x))
    send_due()
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.UNKNOWN

    look(SOON)

    assert delivery_of(post, dinkes_x).status is DeliveryStatus.PUBLISHED
    assert copies(practice, dinkes_x) == 1


def test_a_limit_of_the_platform_pauses_the_account_and_heals_by_itself(
    practice, only_on, send_due, delivery_of, engine, dinkes_x
):
    practice.order_fault("x", dinkes_x.remote_id, "rate_limit", seconds=300)
    post = only_on(dinkes_x)

    send_due()

    delivery = delivery_of(post, dinkes_x)
    assert delivery.status is DeliveryStatus.PENDING
    assert dinkes_x.status is AccountStatus.PAUSED
    assert timedelta(seconds=200) < dinkes_x.paused_until - clock.now() <= timedelta(seconds=301)
    assert delivery.next_at >= dinkes_x.paused_until - timedelta(seconds=1)

    send_due()
    assert copies(practice, dinkes_x) == 0


def test_what_a_platform_refuses_fails_with_a_reason_and_is_not_tried_again(
    practice, only_on, send_due, delivery_of, dinkes_facebook
):
    practice.order_fault("facebook", dinkes_facebook.remote_id, "refused")
    post = only_on(dinkes_facebook)

    send_due()
    send_due()

    delivery = delivery_of(post, dinkes_facebook)
    assert delivery.status is DeliveryStatus.FAILED
    assert "menolak" in delivery.reason
    assert len(delivery.tries) == 1
    assert copies(practice, dinkes_facebook) == 0


def test_an_expired_token_holds_the_account_not_one_post_after_the_other(
    practice, due_post, send_due, delivery_of, dinkes_x
):
    practice.order_fault("x", dinkes_x.remote_id, "expired_token", times=0)
    first = due_post(accounts=[dinkes_x])
    second = due_post(accounts=[dinkes_x], caption="Posyandu lansia buka setiap Rabu.")

    send_due()
    send_due()

    assert dinkes_x.status is AccountStatus.RECONNECT
    assert delivery_of(first, dinkes_x).status is DeliveryStatus.PENDING
    assert delivery_of(second, dinkes_x).attempts == 0


def test_a_platform_that_is_away_while_we_prepare_is_tried_later(
    practice, only_on, send_due, delivery_of, dinkes_x, picture
):
    practice.order_fault("x", dinkes_x.remote_id, "error_500", on="upload")
    post = only_on(dinkes_x, pictures=[picture("Balita diimunisasi")])

    send_due()

    delivery = delivery_of(post, dinkes_x)
    assert delivery.status is DeliveryStatus.PENDING
    assert delivery.next_at > clock.now()
    assert [attempt.phase for attempt in delivery.tries] == ["prepare"]


def test_pictures_go_out_with_their_alternative_text(
    practice, due_post, send_due, dinkes_x, dinkes_facebook, picture
):
    post = due_post(pictures=[picture("Balita diimunisasi"), picture("Antrean warga", seed=2)])
    digests = [kept.media.digest for kept in post.pictures]

    send_due()

    for account in (dinkes_x, dinkes_facebook):
        (published,) = practice.ledger(account.platform, account.remote_id)
        assert [media["alt_text"] for media in published["media"]] == [
            "Balita diimunisasi",
            "Antrean warga",
        ]
        assert [media["sha256"] for media in published["media"]] == digests


@pytest.mark.parametrize("error", [sa.exc.OperationalError, sa.exc.InternalError])
def test_what_a_platform_answered_outlives_a_database_that_is_long_away(
    practice, only_on, send_due, delivery_of, connected, dinkes, monkeypatch, error
):
    """A channel cannot be read back: what is lost of its answer nobody but a person can tell."""
    monkeypatch.setattr("publisher.engine.steps.RECORD_WAITS_S", (0.01, 0.02))
    channel = connected(dinkes, "telegram")
    post = only_on(channel)
    refused = []

    def away(_, __, statement, *___):
        stores = statement.startswith("UPDATE delivery") and "permalink" in statement
        if stores and len(refused) < 7:
            refused.append(statement)
            raise error("", {}, Exception("gone"))

    sa.event.listen(db.engine, "before_cursor_execute", away)
    try:
        send_due()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", away)

    assert len(refused) == 7
    assert delivery_of(post, channel).status is DeliveryStatus.PUBLISHED
    assert copies(practice, channel) == 1


def test_content_that_is_not_what_was_approved_is_never_sent(
    practice, only_on, send_due, delivery_of, dinkes_x
):
    post = only_on(dinkes_x)
    db.session.execute(  # past every rule of ours, as a hand in the database would
        sa.text("UPDATE post SET caption = 'Isi lain' WHERE id = :id"), {"id": post.id}
    )

    send_due()

    assert delivery_of(post, dinkes_x).status is DeliveryStatus.FAILED
    assert "berubah setelah disetujui" in delivery_of(post, dinkes_x).reason
    assert copies(practice, dinkes_x) == 0


def test_credentials_of_one_account_open_no_other(
    practice, only_on, send_due, delivery_of, dinkes_x, connected, dishub
):
    other = connected(dishub, "x")
    dinkes_x.credentials = other.credentials
    post = only_on(dinkes_x)

    send_due()

    assert dinkes_x.status is AccountStatus.RECONNECT
    assert delivery_of(post, dinkes_x).status is DeliveryStatus.PENDING
    assert copies(practice, other) == 0


def test_a_text_with_foreign_newlines_is_sent_as_it_was_counted(
    practice, only_on, send_due, dinkes_x
):
    post = only_on(dinkes_x, caption="Baris satu\r\nbaris dua")

    send_due()

    (published,) = practice.ledger("x", dinkes_x.remote_id)
    assert published["text"] == normalised(post.text_for("x"))
    assert "\r" not in published["text"]


def allow_now(account):
    account.next_allowed_at = None
    db.session.commit()


def make_due(delivery):
    """Let a delivery be due now: the test looked from a later time than it is."""
    now = clock.now()
    db.session.execute(
        sa.update(Delivery)
        .where(Delivery.id == delivery.id)
        .values(next_at=now, publish_by=now + timedelta(hours=1))
    )
    db.session.commit()
