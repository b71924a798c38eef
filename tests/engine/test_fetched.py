"""Pictures that platforms fetch from Siar itself, over real HTTP in both directions."""

import hashlib
import threading

import pytest
from werkzeug.serving import make_server

from publisher.models.deliveries import DeliveryStatus
from publisher.platforms import driver_class, http
from publisher.practice.fetching import Fetcher
from publisher.practice.server import PracticeServer
from publisher.workflow import composing
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
