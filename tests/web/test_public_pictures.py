"""Pictures that a platform may fetch: this one, as it goes out, for a while, by nobody's leave."""

import io
from datetime import timedelta

import pytest
import structlog
from PIL import Image

from publisher import clock
from publisher.gallery import LASTS
from publisher.platforms import driver_class
from publisher.workflow import composing


@pytest.fixture
def store(app):
    return app.extensions["media_store"]


@pytest.fixture
def kept(store):
    """Return a function that keeps a picture and returns its digest."""

    def kept(size=(1600, 900), kind="JPEG"):
        content = io.BytesIO()
        Image.effect_noise(size, 20).convert("RGB").save(content, kind)
        return store.put(content.getvalue())

    return kept


@pytest.fixture
def path_of(app):
    """Return a function that gives the path of a picture's public address."""

    def path_of(digest, driver="instagram", *, age=timedelta(0)):
        address = app.extensions["gallery"].address(digest, driver, at=clock.now() - age)
        return address.removeprefix(app.config["PUBLIC_URL"])

    return path_of


def test_a_stranger_gets_the_very_picture_that_the_platform_is_sent(app, store, kept, path_of):
    for size in ((1080, 1080), (2480, 3508)):  # one that suits, one that is given margins
        digest = kept(size)
        rules = driver_class("instagram").limits

        answer = app.test_client().get(path_of(digest))

        assert answer.status_code == 200
        assert answer.data == composing.fitted(digest, "image/jpeg", rules, store)[0]
        assert answer.content_type == "image/jpeg"


def test_a_picture_that_is_no_jpeg_is_shown_as_one(app, kept, path_of):
    answer = app.test_client().get(path_of(kept(kind="PNG"), "tiktok"))

    assert answer.content_type == "image/jpeg"
    assert Image.open(io.BytesIO(answer.data)).format == "JPEG"


def test_it_may_be_kept_until_its_address_ends_and_is_in_no_index(app, kept, path_of):
    headers = app.test_client().get(path_of(kept(), age=timedelta(minutes=30))).headers

    kind, age, forever = headers["Cache-Control"].split(", ")
    left_s = (LASTS - timedelta(minutes=30)).total_seconds()
    assert (kind, forever) == ("public", "immutable")
    assert left_s - 60 < int(age.removeprefix("max-age=")) <= left_s
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_no_log_tells_an_address(app, kept, path_of):
    path = path_of(kept())

    with structlog.testing.capture_logs() as lines:
        app.test_client().get(path)

    assert [line["path"] for line in lines] == ["/publik/•••.jpg"]


def test_an_address_that_is_over_shows_nothing(app, kept, path_of):
    old = path_of(kept(), age=LASTS + timedelta(minutes=1))

    answer = app.test_client().get(old)

    assert answer.status_code == 404
    assert "public" not in answer.headers["Cache-Control"]


def test_a_changed_address_shows_nothing(app, kept, path_of):
    path = path_of(kept())

    for wrong in (path[:-6] + "AA.jpg", path.replace(".jpg", ".png"), "/publik/x.jpg"):
        assert app.test_client().get(wrong).status_code == 404


def test_a_picture_that_is_lost_or_damaged_shows_nothing(app, store, kept, path_of):
    lost, damaged = kept(), kept((400, 400))
    store.delete(lost)
    store.path(damaged).write_bytes(b"something else")

    for digest in (lost, damaged):
        assert app.test_client().get(path_of(digest)).status_code == 404


def test_a_driver_that_is_gone_shows_nothing(app, kept, path_of):
    assert app.test_client().get(path_of(kept(), "friendster")).status_code == 404
