"""What Sari posts herself: she copies it, files the proof, and Budi verifies it."""

import io
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from publisher import clock
from publisher.db import db
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.media import Media
from publisher.models.notices import Notice
from publisher.models.people import Role
from publisher.models.proofs import Proof, ProofStatus
from publisher.workflow import scheduling, watching
from publisher.workflow.delivering import by_hand

LINK = "https://dinkes.blorakab.go.id/berita/imunisasi"


@pytest.fixture
def handed(make_account, make_post, dinkes, picture, sari):
    """The id of a delivery for the website of Sari's office, which is hers to post."""
    now = clock.now()
    sari.created_at = now - timedelta(days=1)  # else she is not told what happened before her
    website = make_account(dinkes, "website", handle="dinkes.blorakab.go.id")
    post = make_post(
        "submit", "approve", accounts=[website], planned_at=now, at=now,
        pictures=[picture("Kader menimbang balita.", seed=1), picture("", seed=2)],
    )  # fmt: skip
    (delivery,) = scheduling.schedule(post, actor=post.approved_by, at=now)
    by_hand.hand_over_due(at=now + timedelta(seconds=1))
    db.session.commit()
    return delivery.id


def screenshot():
    content = io.BytesIO()
    Image.new("RGB", (640, 1200), (200, 220, 210)).save(content, "PNG")
    return (io.BytesIO(content.getvalue()), "layar.png")


def filing(**fields):
    local = clock.in_zone(clock.now(), "Asia/Jakarta")
    when = {"posted_date": local.date().isoformat(), "posted_time": f"{local:%H:%M}"}
    return {**when, **fields}


def page_of(delivery_id):
    return f"/penayangan/{delivery_id}/sendiri"


def fetch(model, row_id):
    db.session.rollback()
    return db.session.get(model, row_id)


def only_proof():
    db.session.rollback()
    return db.session.scalars(db.select(Proof)).one()


def test_the_page_has_all_there_is_to_post(client_of, sari, handed):
    page = client_of(sari).get(page_of(handed)).get_data(as_text=True)

    assert "Imunisasi gratis untuk balita di semua puskesmas hari ini." in page
    assert "Kader menimbang balita." in page
    assert "https://dinkes.blorakab.go.id" in page
    assert page.count('download="siar-') == 2


def test_who_has_a_draft_in_the_app_is_sent_there_and_copies_nothing(client_of, sari, handed):
    fetch(Delivery, handed).remote_id = "p_pub_url~v2.17"
    db.session.commit()

    page = client_of(sari).get(page_of(handed)).get_data(as_text=True)

    assert "1. Selesaikan drafnya di aplikasi" in page
    assert "1. Salin teksnya" not in page
    assert "2. Catat bukti tayangnya" in page


def test_all_pictures_come_in_one_file_with_their_texts(client_of, sari, handed):
    answer = client_of(sari).get(f"{page_of(handed)}/foto.zip")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert names == ["teks.txt", "1.jpg", "1.jpg.teks-alternatif.txt", "2.jpg"]
        assert Image.open(archive.open("1.jpg")).size == (64, 48)
        assert b"#BloraSehat" in archive.read("teks.txt")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_sari_files_is_verified_by_budi_and_then_it_is_out(client_of, sari, budi, handed):
    answer = client_of(sari).post(page_of(handed), data=filing(link=LINK), follow_redirects=True)
    assert "Kominfo akan memeriksanya" in answer.get_data(as_text=True)

    reviewer = client_of(budi)
    assert LINK in reviewer.get("/bukti").get_data(as_text=True)
    reviewer.post(f"/bukti/{only_proof().id}/verifikasi")

    delivery = fetch(Delivery, handed)
    assert delivery.status is DeliveryStatus.PUBLISHED
    assert delivery.permalink == LINK


def test_a_screenshot_alone_is_enough_and_is_cleaned(client_of, sari, budi, handed):
    client_of(sari).post(page_of(handed), data=filing(screenshot=screenshot()))

    proof = only_proof()
    media = fetch(Media, proof.screenshot_id)
    assert (media.mime, media.office_id) == ("image/jpeg", sari.office_id)
    reviewer = client_of(budi)
    assert media.digest in reviewer.get("/bukti").get_data(as_text=True)
    reviewer.post(f"/bukti/{proof.id}/verifikasi")
    page = reviewer.get("/penayangan?kelompok=tayang").get_data(as_text=True)
    assert "Lihat tangkapan layar" in page


def test_nothing_typed_is_lost_not_even_a_file(client_of, sari, handed):
    answer = client_of(sari).post(
        page_of(handed),
        data=filing(link="https://lain.example/berita", screenshot=screenshot()),
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="https://lain.example/berita"' in page
    assert "Tangkapan layar ini sudah terunggah" in page
    db.session.rollback()
    digest = db.session.scalars(db.select(Media.digest).order_by(Media.id.desc())).first()
    client_of(sari).post(page_of(handed), data=filing(kept=digest))
    assert fetch(Media, only_proof().screenshot_id).digest == digest


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"link": "a" * 501},
        {"posted_date": "kemarin"},
        {"posted_date": "1999-01-01"},
        {"posted_date": "2099-01-01"},
        {"posted_time": ""},
        {"screenshot": (io.BytesIO(b"<svg/>"), "layar.svg")},
        {"kept": "0" * 64},
        {"kept": "' OR 1=1"},
    ],
)
def test_what_cannot_be_is_answered_with_the_form_again(client_of, sari, handed, fields):
    answer = client_of(sari).post(page_of(handed), data=filing(**{"link": "", **fields}))

    assert answer.status_code == 422
    assert "Ada yang perlu diperbaiki" in answer.get_data(as_text=True)
    db.session.rollback()
    assert db.session.scalars(db.select(Proof)).all() == []


def test_a_picture_of_another_office_is_no_proof(client_of, sari, handed, app, dishub):
    digest = app.extensions["media_store"].put(b"rahasia")
    db.session.add(
        Media(
            office_id=dishub.id, digest=digest, mime="image/jpeg", width=1, height=1, size_bytes=7,
            uploaded_by_id=sari.id, uploaded_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()

    answer = client_of(sari).post(page_of(handed), data=filing(kept=digest))

    assert answer.status_code == 422


def test_a_returned_proof_shows_its_reason_and_the_form_again(client_of, sari, budi, handed):
    client_of(sari).post(page_of(handed), data=filing(link=LINK))
    proof = only_proof()
    client_of(budi).post(f"/bukti/{proof.id}/kembalikan", data={"alasan": "Tautan ke berita lain"})

    page = client_of(sari).get(page_of(handed)).get_data(as_text=True)

    assert fetch(Proof, proof.id).status is ProofStatus.RETURNED
    assert "Tautan ke berita lain" in page
    assert "Catat bukti tayangnya" in page
    assert "Tautan ke berita lain" in client_of(sari).get("/pemberitahuan").get_data(as_text=True)


def test_a_return_needs_a_reason(client_of, sari, budi, handed):
    client_of(sari).post(page_of(handed), data=filing(link=LINK))
    proof = only_proof()

    client_of(budi).post(f"/bukti/{proof.id}/kembalikan", data={"alasan": "  "})

    assert fetch(Proof, proof.id).status is ProofStatus.WAITING


def test_whoever_filed_it_may_not_verify_it_whatever_their_role_is_by_now(client_of, sari, handed):
    client_of(sari).post(page_of(handed), data=filing(link=LINK))
    proof = only_proof()
    person_now = proof.filed_by
    person_now.role, person_now.office_id = Role.REVIEWER, None
    db.session.commit()

    answer = client_of(sari).post(f"/bukti/{proof.id}/verifikasi")

    assert answer.status_code in (302, 403)
    assert fetch(Proof, proof.id).status is ProofStatus.WAITING


def test_a_stranger_finds_neither_the_page_nor_the_pictures(client_of, tono, yuni, handed):
    for who in (tono, yuni):
        client = client_of(who)
        for path in ("", "/foto.zip"):
            assert client.get(page_of(handed) + path).status_code == 404
    assert client_of(tono).post(page_of(handed), data=filing(link=LINK)).status_code == 404


def test_a_head_reads_and_does_not_file(client_of, wulan, handed):
    client = client_of(wulan)

    assert "Catat bukti tayangnya" not in client.get(page_of(handed)).get_data(as_text=True)
    assert client.post(page_of(handed), data=filing(link=LINK)).status_code == 403


def test_what_changed_since_its_approval_is_not_shown_to_be_posted(client_of, sari, handed):
    delivery = fetch(Delivery, handed)
    db.session.execute(db.update(Delivery).values(content_digest="0" * 64))
    db.session.commit()
    assert delivery

    client = client_of(sari)
    page = client.get(page_of(handed)).get_data(as_text=True)

    assert "Jangan menayangkannya" in page
    assert "#BloraSehat" not in page
    assert client.get(f"{page_of(handed)}/foto.zip").status_code in (302, 422)


def test_hostile_words_in_a_proof_stay_words(client_of, sari, budi, handed):
    client_of(sari).post(
        page_of(handed), data=filing(link="https://dinkes.blorakab.go.id/<script>alert(1)</script>")
    )

    page = client_of(budi).get("/bukti").get_data(as_text=True)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_office_is_led_from_its_notice_to_the_page(client_of, sari, handed):
    watching.look_around(at=clock.now(), late_after=timedelta(minutes=15))
    db.session.commit()
    notice = db.session.scalars(db.select(Notice)).one()
    number = notice.id
    db.session.rollback()

    client = client_of(sari)
    assert "Saatnya ditayangkan sendiri" in client.get("/pemberitahuan").get_data(as_text=True)
    assert client.post(f"/pemberitahuan/{number}/buka").location == page_of(handed)


def test_a_screenshot_that_is_none_is_said_and_the_link_stays(client_of, sari, handed):
    broken = (io.BytesIO(b"GIF89a no picture"), "layar.gif")

    answer = client_of(sari).post(page_of(handed), data=filing(link=LINK, screenshot=broken))

    assert answer.status_code == 422
    assert LINK in answer.get_data(as_text=True)
    db.session.rollback()
    assert db.session.scalars(db.select(Proof)).first() is None
