"""Pictures that platforms fetch from Siar itself, over real HTTP in both directions; and what
becomes of a draft that was made of them."""

import hashlib
import threading
from datetime import datetime, timedelta

import pytest
from werkzeug.serving import make_server

from publisher import clock
from publisher.db import db
from publisher.engine.finishing import Finisher
from publisher.models.deliveries import DeliveryStatus
from publisher.platforms import driver_class, http
from publisher.practice.fetching import Fetcher
from publisher.practice.server import PracticeServer
from publisher.workflow import composing
from publisher.workflow.delivering import by_hand, finishing, proving
from tests.engine.conftest import READ_TIMEOUT_S


@pytest.fixture
def pages(app):
    """Siar's own pages, on a port of this machine; return where."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def practice(app, pages, tmp_path):
    """Practice platforms that fetch below Siar's public address, wherever that is answered."""
    fetcher = Fetcher(app.config["PUBLIC_URL"], pages)
    with PracticeServer(tmp_path / "practice", fetcher=fetcher) as server:
        http.configure(server.url, connect_s=1, read_s=READ_TIMEOUT_S * 4)
        yield server
        http.configure(None)


def test_instagram_fetches_what_was_approved_and_publishes_it_with_its_link(
    app, practice, connected, due_post, send_due, delivery_of, picture, dinkes
):
    account = connected(dinkes, "instagram", handle="dinkesblora")
    pictures = [picture("Antrean ibu dan balita.", seed=0), picture("Vaksin.", seed=1)]
    post = due_post(accounts=[account], pictures=pictures)

    send_due()

    delivery = delivery_of(post, account)
    (published,) = practice.ledger("instagram", account.remote_id)
    assert delivery.status is DeliveryStatus.PUBLISHED, delivery.reason
    assert delivery.permalink.startswith("https://www.instagram.com/p/")
    rules, store = driver_class("instagram").limits, app.extensions["media_store"]
    sent = [
        composing.fitted(one.media.digest, one.media.mime, rules, store)[0] for one in post.pictures
    ]
    assert [one["sha256"] for one in published["media"]] == [
        hashlib.sha256(content).hexdigest() for content in sent
    ]
    assert published["text"] == post.text_for("instagram")


def test_tiktok_fetches_what_was_approved_and_leaves_a_draft(
    app, practice, connected, due_post, send_due, delivery_of, picture, dinkes
):
    account = connected(dinkes, "tiktok", handle="dinkesblora")
    post = due_post(accounts=[account], pictures=[picture("Antrean.", seed=0)])

    send_due()

    (draft,) = practice.app.ledger.drafts("tiktok", account.remote_id)
    assert (draft.text, draft.problem) == (post.text_for("tiktok"), "")
    assert delivery_of(post, account).status is DeliveryStatus.HANDED_OVER
    assert practice.ledger("tiktok", account.remote_id) == []


@pytest.fixture
def draft(app, practice, connected, due_post, send_due, delivery_of, picture, dinkes):
    """A delivery whose draft waits in the inbox of Dinkes."""
    account = connected(dinkes, "tiktok", handle="dinkesblora")
    post = due_post(accounts=[account], pictures=[picture("Antrean.", seed=0)])
    send_due()
    return delivery_of(post, account)


@pytest.fixture
def finish(app, engine):
    """Return a function that asks what became of drafts."""

    def finish():
        db.session.commit()
        Finisher(app, engine.steps).finish()
        db.session.expire_all()

    return finish


def finished_in_the_app(practice, delivery):
    """Let Dinkes post its draft; return what TikTok calls the post."""
    (draft,) = practice.app.ledger.drafts("tiktok", delivery.account.remote_id)
    return practice.app.tiktok.finish(draft)


def test_a_draft_that_was_finished_proves_itself(practice, draft, finish):
    finish()
    assert draft.status is DeliveryStatus.HANDED_OVER

    number = finished_in_the_app(practice, draft)
    finish()

    (post,) = practice.ledger("tiktok", draft.account.remote_id)
    assert (draft.status, draft.reason) == (DeliveryStatus.PUBLISHED, "")
    assert draft.remote_id == number == post["remote_id"]
    assert draft.permalink == f"https://www.tiktok.com/@dinkesblora/photo/{number}"
    assert abs(draft.published_at - datetime.fromisoformat(post["at"])) < timedelta(seconds=1)
    assert draft.proved_by is None
    assert draft.events[-1].step == "find"


def test_a_proof_that_somebody_filed_is_decided_by_a_person(practice, draft, finish, sari):
    number = finished_in_the_app(practice, draft)
    link, now = f"https://www.tiktok.com/@dinkesblora/photo/{number}", clock.now()
    proving.file(draft, link=link, screenshot=None, posted_at=now, actor=sari, at=now)

    finish()

    assert draft.status is DeliveryStatus.HANDED_OVER


@pytest.mark.parametrize("fault", ["outage", "expired_token", "cut_answer"])
def test_a_draft_that_cannot_be_asked_about_waits_as_it_did(practice, draft, finish, fault):
    finished_in_the_app(practice, draft)
    practice.order_fault("tiktok", draft.account.remote_id, fault, on="read", times=0)

    finish()

    assert draft.status is DeliveryStatus.HANDED_OVER
    assert draft.reason == by_hand.FINISH_IN_APP


def test_a_draft_that_is_gone_is_posted_from_here(practice, draft, finish):
    with practice.app.ledger._writing() as book:
        book.execute("UPDATE draft SET problem = 'auth_removed'")

    finish()

    assert (draft.status, draft.reason) == (DeliveryStatus.HANDED_OVER, finishing.GONE)
