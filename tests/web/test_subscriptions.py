"""Calendars for calendar programs, read back by another library."""

from datetime import timedelta

import icalendar
import pytest
import sqlalchemy as sa
import time_machine

from publisher import create_app
from publisher.db import db
from publisher.models.advancing import advance
from publisher.models.posts import Post
from publisher.models.series import CalendarFeed
from publisher.workflow import drafting, scheduling
from tests.conftest import NOW, settings


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def anyone(app):
    """A program that nobody has signed in with."""
    return app.test_client()


def text(answer):
    return answer.get_data(as_text=True)


def open_feed(client):
    page = text(client.post("/langganan-kalender"))
    return page.split('readonly value="http://localhost')[1].split('"')[0]


def events(answer):
    assert answer.content_type == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert not calendar.errors
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


def publish(post, reviewer):
    for delivery in scheduling.schedule(post, actor=reviewer, at=NOW):
        lease = {"lease_owner": "w", "lease_until": NOW}
        assert advance(delivery.id, "claim", at=NOW, **lease)
        assert advance(delivery.id, "begin", at=NOW, **lease)
        link = f"https://x.com/dinkes/status/{delivery.id}"
        out = NOW + timedelta(hours=1, minutes=2)
        assert advance(delivery.id, "publish", at=NOW, permalink=link, published_at=out)
    db.session.commit()


def test_an_office_reads_what_is_planned_approved_and_out_and_of_nobody(
    client_of, anyone, sari, budi, make_post, dinkes_x
):
    hard = "Vaksin; gratis, \\ untuk “semua” — Warga Desa Sambongrejo, Jl. Pemuda 12\nBlora 🎉"
    make_post(title=hard, planned_at=NOW + timedelta(days=2))
    make_post("submit", title="Menunggu")
    out = make_post("submit", "approve", title="Sudah tayang", accounts=[dinkes_x])
    publish(out, budi)
    make_post(title="Hubungi 0812-3456-7890", planned_at=NOW + timedelta(days=3))
    for days in (-31, 91):
        make_post(title="Terlalu jauh", planned_at=NOW + timedelta(days=days))
    make_post("submit", "reject", title="Ditolak")
    db.session.commit()

    answer = anyone.get(open_feed(client_of(sari)))

    found = events(answer)
    assert set(found) == {
        hard, "Menunggu", "Sudah tayang", "Judul disembunyikan karena memuat data pribadi"
    }  # fmt: skip
    shown = found["Sudah tayang"]
    assert shown["DTSTART"].dt == NOW + timedelta(hours=1, minutes=2)
    assert shown["DTEND"].dt - shown["DTSTART"].dt == timedelta(minutes=15)
    assert shown["STATUS"] == "CONFIRMED"
    assert "https://x.com/dinkes/status/" in shown["URL"]
    assert str(shown["DESCRIPTION"]).startswith("Tayang\nX: https://x.com/")
    assert found["Menunggu"]["STATUS"] == "TENTATIVE"
    assert shown["DTSTAMP"].dt == shown["DTSTART"].dt
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    for private in ("Sari", "Budi", "sari@", "Imunisasi gratis untuk balita"):
        assert private not in text(answer)


def test_an_event_keeps_its_name_and_counts_its_changes(client_of, anyone, sari, make_post):
    post = make_post(title="Tetap")
    address = open_feed(client_of(sari))
    before = events(anyone.get(address))["Tetap"]

    fields = drafting.Fields.of(post)
    post = db.session.get(Post, post.id)
    changed = {"planned_at": NOW + timedelta(days=4)}
    drafting.save(
        post, type(fields)(**{**vars(fields), **changed}), actor=sari, at=NOW + timedelta(minutes=1)
    )
    db.session.commit()

    after = events(anyone.get(address))["Tetap"]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt
    assert after["DTSTART"].dt == NOW + timedelta(days=4)


def test_a_region_reads_all_its_offices_but_no_word_that_was_not_submitted(
    client_of, anyone, budi, tono, agus, make_post
):
    make_post(title="Rahasia draf")
    make_post("submit", title="Terbuka")
    for stranger in (tono, agus):
        post = Post(
            office=stranger.office, title=f"Milik {stranger.office.abbreviation}",
            drafted_by=stranger, edited_by=stranger, created_at=NOW, edited_at=NOW,
            submitted_at=NOW, planned_at=NOW + timedelta(hours=2),
        )  # fmt: skip
        db.session.add(post)
    db.session.commit()

    answer = anyone.get(open_feed(client_of(budi)))

    assert set(events(answer)) == {
        "Dinkes: Terbuka", "Dinkes: Draf, judul tampak setelah diajukan", "Dishub: Milik Dishub"
    }  # fmt: skip
    assert "Rahasia" not in text(answer)


def test_a_feed_is_sent_again_only_when_something_changed(client_of, anyone, sari, budi, make_post):
    post = make_post("submit", "approve", title="Satu")
    address = open_feed(client_of(sari))
    first = anyone.get(address)
    assert first.headers["Last-Modified"]
    assert "private" in first.headers["Cache-Control"]
    known = {"If-None-Match": first.headers["ETag"]}

    assert anyone.get(address, headers=known).status_code == 304
    publish(post, budi)

    again = anyone.get(address, headers=known)
    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]
    # What was taken out of the plan leaves no later date behind.
    since = {"If-Modified-Since": again.headers["Last-Modified"]}
    assert anyone.get(address, headers=since).status_code == 200


def test_an_address_is_shown_once_kept_as_a_digest_renewed_and_revoked(
    client_of, anyone, sari, budi, tono
):
    desk = client_of(sari)
    address = open_feed(desk)
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert token not in text(desk.get("/langganan-kalender"))
    stored = db.session.scalars(sa.select(CalendarFeed)).one()
    assert token not in str(vars(stored))
    assert anyone.get(address).status_code == 200

    renewed = open_feed(desk)
    assert anyone.get(address).status_code == 404
    assert anyone.get(renewed).status_code == 200

    feed_id = db.session.scalars(
        sa.select(CalendarFeed.id).where(CalendarFeed.revoked_at.is_(None))
    ).one()
    revoking = f"/langganan-kalender/{feed_id}/cabut"
    assert client_of(tono).post(revoking).status_code == 404
    kominfo = client_of(budi)
    assert "Dinas Kesehatan" in text(kominfo.get("/langganan-kalender"))
    assert kominfo.post(revoking).status_code == 302
    assert anyone.get(renewed).status_code == 404
    again = desk.post(revoking, follow_redirects=True)
    assert "sudah dicabut" in text(again)
    for nonsense in ("x" * 43, "x", "é" * 43):
        assert anyone.get(f"/langganan-kalender/{nonsense}.ics").status_code == 404


def test_who_guesses_addresses_is_soon_not_answered(app, database_url, tmp_path):
    limited = create_app({**settings(database_url, tmp_path), "RATELIMIT_ENABLED": True})
    client = limited.test_client()
    answers = {client.get("/langganan-kalender/x.ics").status_code for _ in range(121)}
    with limited.app_context():
        db.engine.dispose()

    assert answers == {404, 429}
