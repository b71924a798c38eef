"""How people say how they want to be told, and leave with the link of a letter alone."""

import re
from urllib.parse import unquote

import pytest

from publisher.db import db
from publisher.models.letters import Channel, Letter, LetterKind, LetterSetting, LetterStatus
from publisher.models.notices import Notice, NoticeKind
from publisher.workflow.informing import gathering, leaving, recipients, settings
from tests.conftest import NOW, saved


@pytest.fixture
def to_sari(sari):
    row = gathering.row("x", LetterKind.DIGEST, Channel.MAIL, NOW, user_id=sari.id)
    return saved(Letter(**row))


@pytest.fixture
def link(app, to_sari):
    return "/surel/berhenti/" + leaving.token(to_sari, secret_key=app.config["SECRET_KEY"])


def page_of(client):
    """Return the page of settings without its heading, which names Telegram."""
    return client.get("/surel").get_data(as_text=True).partition("<h1>")[2].partition("<form")[2]


def test_people_choose_how_they_are_told(app, client_of, sari):
    client = client_of(sari)
    assert "Surel belum diatur" in client.get("/surel").get_data(as_text=True)

    client.post("/surel", data={"at_once": "off", "digest": "mail", "digest_hour": "9"})

    setting = db.session.get(LetterSetting, sari.id)
    assert (setting.at_once, setting.digest, setting.digest_hour, setting.weekly) == (
        Channel.OFF, Channel.MAIL, 9, True,
    )  # fmt: skip
    assert "Telegram" not in page_of(client)
    app.config["TELEGRAM_NOTICE_BOT"] = "71:AAE-rahasia-bot-pemberitahuan"
    page = client.post("/surel", data={"at_once": "telegram", "digest": "mail", "digest_hour": "9"})
    assert page.status_code == 422
    assert "Telegram Anda belum terhubung" in page.get_data(as_text=True)


def test_only_a_leader_is_asked_about_the_weekly_report(client_of, sari, ratna):
    pages = {one.name: client_of(one).get("/surel").get_data(as_text=True) for one in (sari, ratna)}

    assert ["weekly" in pages[name] for name in ("Sari", "Ratna")] == [False, True]


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}])
def test_the_link_of_a_letter_needs_no_sign_in_and_does_nothing_until_it_is_posted(
    app, sari, link, body
):
    app.config["WTF_CSRF_ENABLED"] = True  # a mail program has no token
    client = app.test_client()

    assert "Berhenti menerima" in client.get(link).get_data(as_text=True)
    assert settings.of(sari).digest is Channel.MAIL
    for _ in range(2):
        assert client.post(link, data=body).status_code == 200
    db.session.expire_all()
    assert settings.of(sari).digest is Channel.OFF
    assert settings.of(sari).at_once is Channel.MAIL
    assert client.post(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404


def test_the_link_in_a_letter_leads_to_the_thing_and_counts_as_reading(client_of, sari, tono):
    notice = saved(
        Notice(
            key="a", kind=NoticeKind.OUTAGE, at=NOW, region_id=sari.region_id,
            office_id=sari.office_id, details={},
        )
    )  # fmt: skip
    notice.kind = NoticeKind.FAILED
    db.session.commit()
    address = f"/pemberitahuan/{notice.id}"

    assert client_of(tono).get(address).status_code == 404
    client = client_of(sari)
    assert client.get(address).location == "/penayangan"
    assert "Semua sudah dibaca" in client.get("/pemberitahuan").get_data(as_text=True)


def test_the_operator_sees_what_did_not_arrive_and_lets_siar_try_again(
    app, client_of, heru, yuni, sari, to_sari
):
    client = client_of(heru)
    assert "MAIL_URL" in client.get("/surel/pengiriman").get_data(as_text=True)
    app.config |= {"MAIL_URL": "smtp://siar:rahasia@127.0.0.1:1", "MAIL_FROM": "siar@contoh.go.id"}
    to_sari.status, to_sari.ended_at, to_sari.error = LetterStatus.REFUSED, NOW, "recipient: 550"
    setting = settings.own(sari)
    setting.refused_address, setting.refused_at = sari.email, NOW
    db.session.commit()

    page = client.get("/surel/pengiriman").get_data(as_text=True)
    for words in ("Sari", sari.email, "Ditolak peladen penerima", "recipient: 550"):
        assert words in page
    assert "rahasia" not in page
    client.post(f"/surel/pengiriman/{sari.id}/coba-lagi")
    db.session.expire_all()
    assert settings.of(sari).refused_address is None


def test_a_reviewer_keeps_the_list_of_the_weekly_report(client_of, budi, yuni, ratna):
    client = client_of(budi)
    client.post("/laporan/jadwal-tutup")
    page = client.post("/surel/penerima-laporan", data={"address": "bukan surel"})
    assert (page.status_code, "bukan surel" in page.get_data(as_text=True)) == (422, True)

    client.post("/surel/penerima-laporan", data={"address": "ajudan@luar.contoh.id"})

    page = client.get("/surel/penerima-laporan").get_data(as_text=True)
    assert "ajudan@luar.contoh.id" in page
    assert ratna.email in page
    [row] = recipients.of_region(budi.region)
    remove = f"/surel/penerima-laporan/{row.id}/hapus"
    assert client_of(yuni).post(remove).status_code == 404
    assert client.post(remove).status_code == 302
    assert recipients.of_region(budi.region) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0812-3456-7890", "6281234567890"), ("", ""), ("+62 812 345678", "62812345678")],
)
def test_a_reminder_opens_the_chat_of_who_is_in_charge(
    client_of, sari, budi, make_post, typed, kept
):
    choice = {"at_once": "mail", "digest": "mail", "digest_hour": "7"}
    sari_s = client_of(sari)
    page = sari_s.post("/surel", data={**choice, "whatsapp": "nanti saja"})
    assert (page.status_code, "nanti saja" in page.get_data(as_text=True)) == (422, True)
    sari_s.post("/surel", data={**choice, "whatsapp": typed})
    post = make_post("submit", "request_changes", title="Posyandu & *imunisasi*")

    page = client_of(budi).get("/telaah/diputuskan").get_data(as_text=True)

    [link] = re.findall(r'href="https://wa.me/(\d*)\?text=([^"]+)"', page)
    assert link[0] == kept
    assert "Konten *Posyandu & imunisasi* dikembalikan" in unquote(link[1])
    assert f"http://localhost/konten/{post.id}" in unquote(link[1])
