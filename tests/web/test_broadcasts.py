"""The page that everybody may read: closed until it is opened, and only what is out is on it."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from limits import RateLimitItemPerMinute

from publisher.db import db
from publisher.models.accounts import Standing
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.standing_out import Takedown
from publisher.web.broadcasts import views
from publisher.workflow import reporting
from tests.conftest import NOW, saved

HOME = "/siaran/33.16"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _monday_at_noon():
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        yield


@pytest.fixture
def opened(blora):
    blora.public_since = NOW
    return saved(blora)


@pytest.fixture
def anybody(app):
    return app.test_client()


@pytest.fixture
def put_out(make_post, dinkes_x):
    """Return a function that approves a post and puts it out on an account."""

    def put_out(account=None, *, at=NOW + timedelta(hours=1), **fields):
        account = account or dinkes_x
        post = make_post("submit", "approve", accounts=[account], **fields)
        number = str(db.session.query(Delivery).count() + 1)
        return saved(
            Delivery(
                post=post, account=account, office=post.office, due_at=at, next_at=at,
                content_digest=post.approved_digest, publish_by=at, created_at=at,
                status=DeliveryStatus.PUBLISHED, published_at=at, remote_id=number,
                permalink=f"https://x.com/dinkes_blora/status/{number}",
            )
        )  # fmt: skip

    return put_out


def text(answer):
    return answer.get_data(as_text=True)


def test_it_does_not_exist_until_the_region_opens_it(anybody, client_of, budi, blora, put_out):
    put_out()
    for part in ("", "/2026-W47", "/atom.xml", "/feed.json", f"/gambar/{'0' * 64}"):
        assert anybody.get(HOME + part).status_code == 404
    browser = client_of(budi)

    browser.post("/registri/halaman-publik/buka")
    assert anybody.get(HOME).status_code == 200
    assert HOME in text(browser.get("/registri/halaman-publik"))

    browser.post("/registri/halaman-publik/tutup")
    assert anybody.get(HOME).status_code == 404
    actions = [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert [one for one in actions if one.startswith("region")] == [
        "region.open_page", "region.close_page",
    ]  # fmt: skip


def test_it_shows_the_accounts_and_what_went_out_with_its_link(anybody, opened, put_out):
    put_out()

    page = text(anybody.get(HOME))

    assert "Imunisasi gratis untuk balita di semua puskesmas hari ini." in page
    assert "https://x.com/dinkes_blora/status/1" in page
    assert 'href="https://x.com/dinkes_blora"' in page


def test_nothing_but_what_is_out_and_proved_on_an_official_account_is_shown(
    anybody, opened, make_post, make_account, dinkes, put_out, budi
):
    make_post(caption="RAHASIA-draf")
    make_post("submit", "approve", caption="RAHASIA-terjadwal")
    second = make_account(dinkes, "telegram", standing=Standing.GANDA, handle="RAHASIA-ganda")
    put_out(second, caption="RAHASIA-akun-ganda")
    down = put_out(caption="RAHASIA-diturunkan")
    taken = {"at": NOW + timedelta(hours=2), "reason": "Keliru", "noted_by": budi}
    saved(Takedown(delivery=down, noted_at=NOW + timedelta(hours=2), **taken))
    again = put_out(caption="Sudah tayang")
    again.post.move("reopen", actor=budi, at=NOW)
    again.post.caption = "RAHASIA-draf-baru"
    db.session.commit()

    for part in ("", "/atom.xml", "/feed.json"):
        shown = text(anybody.get(HOME + part))
        assert "RAHASIA" not in shown
        assert again.permalink in shown


def test_nothing_of_staff_is_shown(anybody, opened, put_out, sari, wulan, budi, dinkes_x):
    for person, name in ((sari, "Nama-Petugas"), (wulan, "Nama-Kepala"), (budi, "Nama-Penelaah")):
        person.name, person.email = name, f"{name.lower()}@petugas.go.id"
    dinkes_x.keeper, dinkes_x.connected_by, dinkes_x.note = sari, budi, "Catatan-Dalam"
    put_out(title="Judul-Dalam-Kantor", who="Siapa-Dalam")

    for part in ("", "/2026-W48", "/atom.xml", "/feed.json"):
        shown = text(anybody.get(HOME + part))
        for planted in ("nama-petugas", "nama-kepala", "nama-penelaah", "petugas.go.id",
                        "judul-dalam", "catatan-dalam", "siapa-dalam"):  # fmt: skip
            assert planted not in shown.lower()


def test_it_agrees_with_what_the_quota_counts_as_out(anybody, opened, blora, put_out):
    for days in (-3, 0, 0):
        put_out(at=NOW + timedelta(days=days, hours=1), caption=f"Kabar {days}, {NOW}")
    week = reporting.read_week("2026-W48")
    report = reporting.week_report(blora, week, at=NOW + timedelta(hours=3))
    out = [content for row in report.rows for content in row.contents]

    assert f"{len(out)} konten tayang" in text(anybody.get(HOME))
    assert text(anybody.get(HOME)).count('class="broadcast"') == len(out)
    assert text(anybody.get(f"{HOME}/2026-W47")).count('class="broadcast"') == 1


def test_another_region_is_another_page(anybody, opened, rembang, put_out):
    rembang.public_since = NOW
    saved(rembang)
    put_out()

    assert "Imunisasi" not in text(anybody.get("/siaran/33.17"))


@pytest.mark.parametrize("week", ["2026-W49", "2025-W01", "kemarin", "2026-W60"])
def test_weeks_to_come_of_long_ago_or_none_at_all_do_not_exist(anybody, opened, week):
    assert anybody.get(f"{HOME}/{week}").status_code == 404


def test_only_pictures_that_are_out_are_sent_and_small(
    anybody, opened, put_out, picture, make_post
):
    shown, hidden = picture("Balita diimunisasi", seed=1), picture("Belum tayang", seed=2)
    put_out(pictures=[shown])
    make_post(pictures=[hidden])

    page = text(anybody.get(HOME))
    answer = anybody.get(f"{HOME}/gambar/{shown.media.digest}")

    assert 'alt="Balita diimunisasi"' in page
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert hidden.media.digest not in page
    assert anybody.get(f"{HOME}/gambar/{hidden.media.digest}").status_code == 404
    assert anybody.get(f"{HOME}/gambar/apa").status_code == 404


def test_caches_may_keep_it_and_are_told_when_it_changed(anybody, opened, put_out):
    first = anybody.get(HOME)
    assert "Set-Cookie" not in first.headers
    assert "Cookie" not in first.headers.get("Vary", "")
    assert first.headers["Cache-Control"].startswith("public")
    assert "script-src 'self'" in first.headers["Content-Security-Policy"]
    same = {"If-None-Match": first.headers["ETag"]}
    assert anybody.get(HOME, headers=same).status_code == 304

    put_out()

    assert anybody.get(HOME, headers=same).status_code == 200


def test_what_was_made_once_is_not_made_again(anybody, opened, put_out, monkeypatch):
    put_out()
    first = text(anybody.get(HOME))
    monkeypatch.setattr(reporting, "public_week", None)  # asked again, it would fail

    assert text(anybody.get(HOME)) == first


def test_the_feeds_can_be_read_and_hold_what_is_out(anybody, opened, put_out):
    put_out(caption="Imunisasi <gratis> & aman.\nDatang ke puskesmas.")

    root = ElementTree.fromstring(anybody.get(f"{HOME}/atom.xml").data)
    [entry] = root.iter(f"{ATOM}entry")
    told = json.loads(anybody.get(f"{HOME}/feed.json").data)

    assert entry.findtext(f"{ATOM}title") == "Dinas Kesehatan: Imunisasi <gratis> & aman."
    assert "Datang ke puskesmas." in entry.findtext(f"{ATOM}summary")
    assert told["items"][0]["title"] == "Dinas Kesehatan: Imunisasi <gratis> & aman."
    assert told["items"][0]["id"] == entry.findtext(f"{ATOM}id")
    assert told["items"][0]["external_url"] == "https://x.com/dinkes_blora/status/1"
    assert told["items"][0]["url"].startswith("http://localhost/siaran/33.16/2026-W48#konten-")


def test_who_asks_too_often_waits(app, anybody, opened, monkeypatch):
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

    app.extensions["sign_in_limits"] = MovingWindowRateLimiter(MemoryStorage())
    monkeypatch.setattr(views, "PAGES", RateLimitItemPerMinute(2))
    answers = [anybody.get(f"{HOME}/2026-W47").status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_an_address_below_it_that_leads_nowhere_is_said_so(anybody, opened):
    assert anybody.get(f"{HOME}/ini/tidak/ada").status_code == 404
    assert anybody.post(HOME).status_code == 405
