"""Pictures that lie in a bucket, and what people and machines are told when it is away."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from publisher import clock
from publisher.db import db
from publisher.models.posts import Post, PostStatus
from publisher.storage import open_store
from publisher.workflow import composing, drafting
from publisher.workflow.delivering import pulse
from tests.buckets import KEY_ID, SECRET_KEY
from tests.conftest import NOW


def a_photo():
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), (10, 120, 90)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def bucket(app, bucket_url):
    """The app keeps its media in a bucket."""
    store = open_store(bucket_url, key_id=KEY_ID, secret_key=SECRET_KEY)
    app.extensions["media_store"] = store
    return store


@pytest.fixture
def take_away(app):
    """Return a function that lets the bucket no longer answer."""

    def take_away():
        store = open_store("s3://siar?endpoint=http://127.0.0.1:1", key_id="a", secret_key="b")
        app.extensions["media_store"] = store

    return take_away


@pytest.fixture
def draft(app, bucket, sari):
    post = drafting.new_post(actor=sari, at=NOW)
    drafting.attach_photo(post, a_photo(), store=bucket, actor=sari, at=NOW)
    db.session.commit()
    return post


@pytest.fixture
def photo(draft):
    return f"/foto/{draft.pictures[0].media.digest}"


def test_a_photo_in_a_bucket_is_sent_by_siar_and_to_its_own_people_alone(
    app, client_of, sari, tono, photo
):
    page = client_of(sari)
    for address, size in ((photo, (1600, 900)), (f"{photo}?ukuran=kecil", (480, 270))):
        answer = page.get(address)
        assert Image.open(io.BytesIO(answer.data)).size == size
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer.headers["Cache-Control"]

    assert client_of(tono).get(photo).status_code == 404
    assert app.test_client().get(photo).status_code == 302


def test_a_photo_in_a_bucket_that_is_away_is_not_said_to_be_gone(client_of, sari, photo, take_away):
    take_away()
    answer = client_of(sari).get(photo)

    assert answer.status_code == 503
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_platform_that_fetches_a_picture_is_told_to_come_again(app, photo, take_away):
    digest = photo.removeprefix("/foto/")
    address = app.extensions["gallery"].address(digest, "instagram", at=clock.now())
    path = "/" + address.split("/", 3)[3]
    assert app.test_client().get(path).status_code == 200

    take_away()

    assert app.test_client().get(path).status_code == 503


def test_pages_open_while_the_bucket_is_away_and_nothing_is_approved(
    app, client_of, budi, make_post, picture, bucket, take_away
):
    post = make_post("submit", pictures=[picture("Balita diimunisasi")])
    take_away()
    page = client_of(budi)

    assert page.get("/telaah").status_code == 200
    shown = page.get(f"/telaah/{post.id}")
    assert shown.status_code == 200
    assert composing.refusals.LOST.message in shown.text
    assert approved(page, post) is PostStatus.IN_REVIEW

    app.extensions["media_store"] = bucket

    assert approved(page, post) is PostStatus.APPROVED


def approved(page, post):
    """Try to approve; return the status afterwards."""
    form = {"version": post.version, "setujui-at_once": "1"}
    page.post(f"/telaah/{post.id}/setujui", data=form)
    db.session.expire_all()
    return db.session.get(Post, post.id).status


def test_an_upload_while_the_bucket_is_away_loses_no_word(client_of, sari, draft, take_away):
    take_away()
    page = client_of(sari)
    sent = {
        "version": draft.version,
        "caption": "Posyandu Melati dibuka kembali.",
        "photos": [(io.BytesIO(a_photo()), "posyandu.jpg")],
        "aksi": "unggah",
    }

    answer = page.post(f"/konten/{draft.id}/ubah", data=sent)

    assert answer.status_code == 422
    assert "posyandu.jpg: Foto belum tersimpan" in answer.text
    db.session.expire_all()
    assert db.session.get(Post, draft.id).caption == "Posyandu Melati dibuka kembali."


def test_health_names_a_bucket_that_is_away(app, bucket, take_away):
    pulse.beat("worker", at=clock.now() - timedelta(seconds=1))
    db.session.commit()
    client = app.test_client()
    assert client.get("/sehat").json["wrong"] == []

    take_away()
    answer = client.get("/sehat")

    assert answer.status_code == 503
    assert answer.json["wrong"] == ["media"]
    assert "s3://" not in answer.get_data(as_text=True)
