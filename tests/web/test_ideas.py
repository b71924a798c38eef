"""The pages of the idea bank: share, find, adapt with credit, feature, remove."""

import pytest

from publisher.db import db
from publisher.models.ideas import Idea, IdeaUse
from publisher.models.posters import Poster
from publisher.posters.themes import Theme
from publisher.workflow import designing
from tests.conftest import NOW

THEME = Theme(region="Blora", office="Dinas Kesehatan")


@pytest.fixture
def poster(make_post, sari):
    post = make_post()
    poster = designing.start(post, "layanan", THEME, actor=sari, at=NOW)
    post.move("submit", actor=sari, at=NOW)
    post.move("approve", actor=sari, at=NOW)
    db.session.commit()
    return poster


@pytest.fixture
def idea(client_of, sari, poster):
    told = {"worked": "Pendaftar naik dua kali lipat.", "kind": "layanan"}
    assert client_of(sari).post(f"/ide/bagikan/{poster.id}", data=told).status_code == 302
    return db.session.query(Idea).one()


def test_an_approved_poster_is_offered_for_sharing_and_shared(client_of, sari, poster, idea):
    page = client_of(sari).get("/ide/bagikan").get_data(as_text=True)

    assert f"/ide/{idea.id}" in page
    assert f"/ide/bagikan/{poster.id}" not in page  # it is shared now


def test_what_is_missing_is_said_beside_its_field(client_of, sari, poster):
    answer = client_of(sari).post(
        f"/ide/bagikan/{poster.id}", data={"worked": " ", "kind": "layanan"}
    )

    assert answer.status_code == 422
    assert 'id="worked-error"' in answer.get_data(as_text=True)


def test_the_region_finds_an_idea_and_sees_its_picture(client_of, tono, idea):
    page = client_of(tono)

    assert idea.worked in page.get("/ide?cari=imunisasi&jenis=layanan").get_data(as_text=True)
    assert idea.worked not in page.get("/ide?cari=tidakada").get_data(as_text=True)
    assert page.get(f"/ide/{idea.id}.jpg").mimetype == "image/jpeg"


@pytest.mark.parametrize("name", ["agus", "yuni"])
def test_for_another_region_it_does_not_exist(client_of, request, poster, idea, name):
    page = client_of(request.getfixturevalue(name))

    assert page.get(f"/ide/{idea.id}").status_code == 404
    assert page.get(f"/ide/{idea.id}.jpg").status_code == 404
    assert idea.worked not in page.get("/ide").get_data(as_text=True)
    for step in ("tiru", "tarik", "pilihan", "keluarkan"):
        data = {"alasan": "x", "version": idea.version}
        assert page.post(f"/ide/{idea.id}/{step}", data=data).status_code in (403, 404)
    assert db.session.query(IdeaUse).count() == 0
    assert db.session.get(Idea, idea.id).ended_at is None


def test_another_office_cannot_share_what_is_not_its_own(client_of, tono, poster):
    assert client_of(tono).get(f"/ide/bagikan/{poster.id}").status_code == 404


def test_an_idea_is_adapted_in_a_new_draft_with_credit(client_of, tono, sari, idea):
    page = client_of(tono)

    answer = page.post(f"/ide/{idea.id}/tiru", data={"konten": ""}, follow_redirects=True)

    new = db.session.query(Poster).filter_by(office_id=tono.office_id).one()
    assert new.content["headline"] == idea.title
    assert "Diadaptasi dari poster Dinas Kesehatan" in answer.get_data(as_text=True)
    told = client_of(sari).get(f"/ide/{idea.id}").get_data(as_text=True)
    assert "Dinas Perhubungan" in told


def test_it_cannot_be_put_into_a_draft_of_somebody_else(client_of, tono, poster, idea):
    answer = client_of(tono).post(f"/ide/{idea.id}/tiru", data={"konten": poster.post_id})

    assert answer.status_code == 404
    assert db.session.query(IdeaUse).count() == 0


def test_an_office_takes_its_idea_back(client_of, sari, tono, idea):
    assert client_of(tono).post(f"/ide/{idea.id}/tarik").status_code == 403
    assert db.session.get(Idea, idea.id).ended_at is None

    client_of(sari).post(f"/ide/{idea.id}/tarik")
    assert client_of(tono).get(f"/ide/{idea.id}").status_code == 404


def test_kominfo_features_an_idea_and_removes_it_with_a_reason(client_of, budi, sari, idea):
    page, address = client_of(budi), f"/ide/{idea.id}"
    page.post(f"{address}/pilihan", data={"pilih": "1", "version": idea.version})
    assert "Pilihan Kominfo" in page.get("/ide").get_data(as_text=True)

    page.post(f"{address}/keluarkan", data={"alasan": "Logo sudah diganti"})

    assert "Logo sudah diganti" in client_of(sari).get(address).get_data(as_text=True)
    assert idea.worked not in page.get("/ide").get_data(as_text=True)
