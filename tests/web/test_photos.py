"""Photos reach those who may see their office, and nobody else."""

import io

import pytest
from PIL import Image

from publisher.db import db
from publisher.workflow import drafting
from tests.conftest import NOW


@pytest.fixture
def photo(app, sari):
    """A photo on a draft of Sari's: the address of it."""
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), (10, 120, 90)).save(out, "JPEG")
    post = drafting.new_post(actor=sari, at=NOW)
    store = app.extensions["media_store"]
    picture = drafting.attach_photo(post, out.getvalue(), store=store, actor=sari, at=NOW)
    db.session.commit()
    return f"/foto/{picture.media.digest}"


@pytest.mark.parametrize("name", ["sari", "wulan", "budi", "ratna"])
def test_the_office_and_its_region_see_a_photo(client_of, request, photo, name):
    answer = client_of(request.getfixturevalue(name)).get(photo)

    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]
    assert Image.open(io.BytesIO(answer.data)).size == (1600, 900)


@pytest.mark.parametrize("name", ["tono", "agus", "yuni"])
def test_for_everybody_else_it_does_not_exist(client_of, request, photo, name):
    page = client_of(request.getfixturevalue(name))

    assert page.get(photo).status_code == 404
    assert page.get(f"{photo}?ukuran=kecil").status_code == 404


def test_strangers_are_asked_to_sign_in(app, photo):
    assert app.test_client().get(photo).status_code == 302


def test_two_offices_with_the_same_photo_both_see_it(app, client_of, sari, tono, photo):
    content = app.extensions["media_store"].get(photo.removeprefix("/foto/"))
    store = app.extensions["media_store"]
    post = drafting.new_post(actor=tono, at=NOW)
    kept = drafting.Kept(
        digest=store.put(content), mime="image/jpeg", width=1600, height=900, size_bytes=1
    )
    drafting.attach(post, kept, actor=tono, at=NOW)
    db.session.commit()

    assert client_of(tono).get(photo).status_code == 200


def test_a_small_photo_is_made_once_and_kept(app, client_of, sari, photo, monkeypatch):
    page = client_of(sari)
    first = page.get(f"{photo}?ukuran=kecil")

    store = app.extensions["media_store"]
    monkeypatch.setattr(type(store), "get", None)  # the second comes from beside the master
    second = page.get(f"{photo}?ukuran=kecil")

    assert first.data == second.data
    assert Image.open(io.BytesIO(first.data)).size == (480, 270)


def test_a_browser_that_has_it_is_not_sent_it_again(client_of, sari, photo):
    page = client_of(sari)
    tag = page.get(photo).headers["ETag"]

    again = page.get(photo, headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("digest", ["0" * 64, "x", "..%2f..%2fetc", "A" * 64])
def test_what_is_no_photo_is_not_found(client_of, sari, digest):
    assert client_of(sari).get(f"/foto/{digest}").status_code == 404


def test_a_lost_file_is_not_found_rather_than_an_error(app, client_of, sari, photo):
    app.extensions["media_store"].delete(photo.removeprefix("/foto/"))

    assert client_of(sari).get(photo).status_code == 404


def test_a_photo_is_shown_as_a_channel_would_send_it(app, client_of, sari, photo):
    page = client_of(sari)
    whole, small = page.get(f"{photo}?kanal=instagram"), page.get(f"{photo}?kanal=x&ukuran=kecil")

    assert Image.open(io.BytesIO(whole.data)).size == (1440, 810)
    assert Image.open(io.BytesIO(small.data)).size == (480, 270)
    assert page.get(f"{photo}?kanal=x").data == page.get(photo).data
    assert page.get(photo).headers["ETag"] != whole.headers["ETag"]


@pytest.mark.parametrize("channel", ["friendster", "../x", "X", "instagram%00"])
def test_a_channel_that_is_none_has_no_photos(client_of, sari, photo, channel):
    assert client_of(sari).get(f"{photo}?kanal={channel}").status_code == 404


def test_a_channel_opens_no_photo_of_another_office(client_of, tono, photo):
    assert client_of(tono).get(f"{photo}?kanal=instagram").status_code == 404
