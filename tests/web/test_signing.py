"""The head's pages and link: what may be done with them, by whom, and what never happens."""

import re
from datetime import timedelta

import pytest
import time_machine

from publisher.db import db
from publisher.models.needs import Stage, Vacant
from publisher.models.people import Role
from publisher.models.posts import Post, PostStatus
from publisher.workflow import drafting, signing
from publisher.workflow.signing import rules
from tests.conftest import NOW, person

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def asked(blora, budi):
    data = signing.RuleData(
        asked=True, vacant=Vacant.WAIT, deputy_id=None, late_hours=24, link_hours=72
    )
    signing.set_rule(blora, data, seen="", actor=budi, at=NOW)
    db.session.commit()


@pytest.fixture
def post(app, asked, make_post, picture, sari, wulan):
    """A post with a picture that waits for Wulan."""
    made = make_post()
    made.pictures = [picture("Balita diimunisasi.")]
    db.session.commit()
    store = app.extensions["media_store"]
    drafting.submit(made, actor=sari, at=NOW, store=store, version=made.version)
    db.session.commit()
    return made


@pytest.fixture
def link(app, client_of, post, sari):
    """The path of a link, as Sari's page shows it once."""
    page = client_of(sari).post(f"/tanda-tangan/{post.id}/tautan", data={"version": post.version})
    text = page.get_data(as_text=True)
    assert "https://wa.me/?text=Yth." in text
    return re.search(r"http://localhost(/ttd/[\w.-]+)", text)[1]


def word(page):
    return re.search(r'name="kode" value="(\w+)"', page.get_data(as_text=True))[1]


def status_of(post):
    db.session.expire_all()
    return db.session.get(Post, post.id).status


def missing(post):
    db.session.expire_all()
    return signing.asked(db.session.get(Post, post.id), at=LATER).state.missing


def test_looking_at_a_link_decides_nothing_and_tells_nobody_of_it(app, post, link):
    phone = app.test_client()
    for _ in range(3):  # messengers look at every link
        page = phone.get(link)
        assert page.status_code == 200
    assert post.caption in page.get_data(as_text=True)
    shown = phone.get(f"{link}/gambar?nomor=1")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    for answer in (page, shown):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in page.headers
    assert missing(post) == [Stage.HEAD]
    assert phone.get(f"{link}/gambar?nomor=2").status_code == 404
    for other in ("/konten", f"/konten/{post.id}", "/tanda-tangan", f"/foto/{'a' * 64}"):
        assert phone.get(other).status_code == 302  # to the sign-in page


def test_a_link_signs_once_without_a_password_or_a_session(app, post, link, wulan):
    phone = app.test_client()
    kode = word(phone.get(link))

    for wrong in ({}, {"kode": "é"}, {"kode": kode[:-1]}):
        assert phone.post(link, data={"keputusan": "setuju", **wrong}).status_code == 400
    done = phone.post(link, data={"kode": kode, "keputusan": "setuju"})

    assert (done.status_code, missing(post)) == (200, [])
    row = signing.asked(db.session.get(Post, post.id), at=LATER).head
    assert (row.answered_by_id, row.details["way"], row.details["maker"]) == (
        wulan.id, "link", "Sari",
    )  # fmt: skip
    again = phone.post(link, data={"kode": kode, "keputusan": "kembalikan", "alasan": "lainnya"})
    assert again.status_code == 409
    assert phone.get(link).status_code == 410
    assert phone.get(f"{link}/gambar").status_code == 404
    assert status_of(post) is PostStatus.IN_REVIEW


def test_a_link_sends_back_with_reasons_and_keeps_what_was_typed(app, post, link):
    phone = app.test_client()
    form = {"kode": word(phone.get(link)), "keputusan": "kembalikan", "catatan": "Foto kedua."}

    refused = phone.post(link, data=form)
    assert (refused.status_code, status_of(post)) == (422, PostStatus.IN_REVIEW)
    assert "Foto kedua." in refused.get_data(as_text=True)
    assert phone.post(link, data=form | {"alasan": "foto_buram"}).status_code == 200
    assert status_of(post) is PostStatus.CHANGES_REQUESTED


def test_whoever_drafted_it_cannot_sign_with_the_link_they_made(client_of, post, link, sari, budi):
    for somebody in (sari, budi):
        browser = client_of(somebody)
        page = browser.get(link)
        assert "Keputusan Anda" not in page.get_data(as_text=True)
        kode = {"kode": _word_of(link), "keputusan": "setuju"}
        assert browser.post(link, data=kode).status_code == 409
        browser.post("/keluar")
        if somebody is sari:  # the browser is still known as hers
            assert browser.post(link, data=kode).status_code == 409
    assert missing(post) == [Stage.HEAD]


def _word_of(link):
    from publisher.web.sign_link import form_word

    return form_word(link.rpartition("/")[2])


def test_guessing_links_is_stopped(app, post, link):
    app.extensions["sign_in_limits"] = _limiter()
    phone = app.test_client()
    answers = [phone.get(f"/ttd/tebakan{number}").status_code for number in range(32)]
    assert (answers[0], answers[-1]) == (404, 429)
    assert phone.get(link).status_code == 200  # whoever has one may share the guesser's network


def _limiter():
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

    return MovingWindowRateLimiter(MemoryStorage())


def test_a_head_signs_in_the_app_and_a_stale_page_decides_nothing(client_of, post, wulan, dishub):
    head = client_of(wulan)
    assert post.title in head.get("/tanda-tangan").get_data(as_text=True)
    assert head.get(f"/tanda-tangan/{post.id}/gambar").status_code == 200
    stale = head.post(f"/tanda-tangan/{post.id}/setujui", data={"version": post.version - 1})
    assert (stale.status_code, missing(post)) == (409, [Stage.HEAD])
    typed = {"version": post.version, "catatan": "Belum tepat"}
    kept = head.post(f"/tanda-tangan/{post.id}/kembalikan", data=typed)
    assert (kept.status_code, "Belum tepat" in kept.get_data(as_text=True)) == (422, True)

    other = client_of(person("Candra", Role.HEAD, office=dishub))
    for path in (f"/tanda-tangan/{post.id}", f"/tanda-tangan/{post.id}/gambar"):
        assert other.get(path).status_code == 404
    done = head.post(f"/tanda-tangan/{post.id}/setujui", data={"version": post.version})
    assert (done.status_code, missing(post)) == (302, [])
    late = head.post(f"/tanda-tangan/{post.id}/setujui", data={"version": post.version})
    assert (late.status_code, "sudah diputuskan oleh Wulan" in late.text) == (409, True)


def test_reviewers_see_how_many_wait_for_heads_and_whose_signature_there_is(
    client_of, post, budi, wulan, sari
):
    desk = client_of(budi)
    assert "1 konten menunggu tanda tangan kepala" in desk.get("/telaah").text
    assert post.title in desk.get("/tanda-tangan/menunggu").text
    page = desk.get(f"/telaah/{post.id}").text
    assert "Menunggu tanda tangan Wulan" in page
    assert 'id="setujui"' not in page
    refused = desk.post(f"/telaah/{post.id}/setujui", data={"version": post.version})
    assert (refused.status_code, status_of(post)) == (409, PostStatus.IN_REVIEW)
    assert "Menunggu tanda tangan Wulan" in client_of(sari).get(f"/konten/{post.id}").text

    signing.sign(db.session.get(Post, post.id), person=wulan, at=NOW)
    db.session.commit()
    assert "Ditandatangani Wulan" in desk.get(f"/telaah/{post.id}").text
    done = desk.post(f"/telaah/{post.id}/setujui", data={"version": post.version})
    assert (done.status_code, status_of(post)) == (302, PostStatus.APPROVED)


def test_rules_are_the_reviewers_and_nothing_typed_is_lost(client_of, post, budi, heru, blora):
    desk, rule = client_of(budi), signing.rule_of(blora)
    seen = rules.stamp(rule)
    form = {"seen": seen, "asked": "y", "vacant": "deputy", "late_hours": "7", "link_hours": "9"}
    refused = desk.post("/registri/persetujuan", data=form)
    assert (refused.status_code, 'value="7"' in refused.text) == (422, True)
    assert "Pilih siapa yang menandatangani" in refused.text
    kept = desk.post("/registri/persetujuan", data=form | {"vacant": "wait"})
    assert kept.status_code == 302
    with time_machine.travel(LATER):
        stale = desk.post("/registri/persetujuan", data=form | {"vacant": "wait", "seen": "x"})
    assert (stale.status_code, "baru saja diubah" in stale.text) == (422, True)
    assert client_of(heru).get("/registri/persetujuan").status_code == 200
    assert client_of(heru).post("/registri/persetujuan", data=form).status_code == 403


def test_two_reviewers_approve_on_the_page_before_an_election(
    client_of, make_post, budi, sari, blora
):
    rudi = person("Rudi", Role.REVIEWER, region=blora)
    desk, post = client_of(budi), make_post("submit")
    days = {"first": "2026-11-23", "last": "2026-11-30"}
    form = {**days, "words": "petahana\n petahana", "checklist": "Tidak memihak", "seen": ""}
    wrong = desk.post("/registri/persetujuan/netralitas", data=form | {"last": "2026-11-01"})
    assert (wrong.status_code, "Tidak memihak" in wrong.text) == (422, True)
    assert desk.post("/registri/persetujuan/netralitas", data=form).status_code == 302
    assert rules.stamp(signing.time_of(blora))
    assert "Masa netralitas pemilihan sampai 30 Nov 2026" in client_of(sari).get("/konten").text

    address, given = f"/telaah/{post.id}/setujui", {"version": post.version, "tahap": "first"}
    assert "Setujui sebagai penyetuju pertama" in desk.get(f"/telaah/{post.id}").text
    assert desk.post(address, data=given).status_code == 422  # nothing ticked
    given["periksa"] = "Tidak memihak"
    done = desk.post(address, data=given, follow_redirects=True)
    assert "menunggu penyetuju kedua" in done.text
    assert desk.post(address, data=given | {"tahap": "second"}).status_code == 403
    second = client_of(rudi)
    assert "Disetujui Budi sebagai penyetuju pertama" in second.get(f"/telaah/{post.id}").text
    assert second.post(address, data=given).status_code == 409  # an old page: he would be second
    assert second.post(address, data=given | {"tahap": "second"}).status_code == 302
    assert status_of(post) is PostStatus.APPROVED
