"""Closing a week on the page: who may, what it shows afterwards, and that files never change."""

import re

import pytest
import time_machine

from publisher.clock import Week
from publisher.db import db
from publisher.models.weeks import ClosedWeek, Objection
from tests.weeks import content, rule, utc

W47 = Week(2026, 47)
MONDAY = utc(2026, 11, 23, 2)
AFTERWARDS = utc(2026, 11, 24, 6)
FORMS = ("pdf", "png", "xlsx", "txt", "csv", "json")


@pytest.fixture
def a_week(blora, dinkes, dishub, dinkes_x, sari, budi):
    rule(blora)
    content(sari, budi, {dinkes_x: utc(2026, 11, 17, 3)})
    return blora


def words(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def close(client):
    answer = client.post("/laporan/2026-W47/tutup", data={})
    assert answer.status_code == 302, answer.get_data(as_text=True)


def test_a_closed_week_shows_what_was_frozen_and_gives_the_same_bytes_for_ever(
    client_of, budi, sari, a_week, dinkes, dinkes_x
):
    with time_machine.travel(AFTERWARDS, tick=False):
        client = client_of(budi)
        close(client)
        before = {form: client.get(f"/laporan/2026-W47.{form}").data for form in FORMS}

    content(sari, budi, {dinkes_x: utc(2026, 11, 18, 3)})
    with time_machine.travel(utc(2026, 11, 26, 1), tick=False):
        client = client_of(budi)
        page = words(client.get("/laporan/2026-W47"))
        of_office = words(client.get(f"/laporan/perangkat-daerah/{dinkes.id}/2026-W47"))
        after = {form: client.get(f"/laporan/2026-W47.{form}").data for form in FORMS}

    digest = db.session.scalar(db.select(ClosedWeek.digest))
    assert f"versi 1, sidik {digest[:12]}" in page
    assert "0 dari 2 perangkat daerah memenuhi target" in page
    assert "Minggu ini sudah ditutup" in of_office
    assert "1 dari 2" in of_office
    assert after == before


def test_a_correction_shows_both_versions_and_marks_the_old_one(
    client_of, budi, sari, a_week, dinkes_x
):
    with time_machine.travel(AFTERWARDS, tick=False):
        client = client_of(budi)
        close(client)
        old = client.get("/laporan/2026-W47.json").data
        content(sari, budi, {dinkes_x: utc(2026, 11, 18, 3)})
        asked = words(client.get("/laporan/2026-W47/koreksi"))
        refused = client.post("/laporan/2026-W47/koreksi", data={"version": 1, "reason": ""})
        client.post("/laporan/2026-W47/koreksi", data={"version": 1, "reason": "Bukti menyusul"})
        newest = words(client.get("/laporan/2026-W47"))
        oldest = words(client.get("/laporan/2026-W47?versi=1"))
        again = client.get("/laporan/2026-W47.json?versi=1").data
        missing = client.get("/laporan/2026-W47?versi=3")

    assert "Memenuhi target 0 1" in asked
    assert refused.status_code == 422
    assert "versi 2" in newest
    assert "Alasan: Bukti menyusul" in newest
    assert "1 dari 2 perangkat daerah memenuhi target" in newest
    assert "Versi lama. Minggu ini sudah dikoreksi." in oldest
    assert "0 dari 2 perangkat daerah memenuhi target" in oldest
    assert again == old
    assert missing.status_code == 404


def test_an_office_objects_and_reads_the_answer_and_no_other_office_does(
    client_of, budi, sari, tono, yuni, a_week, dinkes
):
    page = f"/laporan/perangkat-daerah/{dinkes.id}/2026-W47"
    with time_machine.travel(MONDAY, tick=False):
        assert "Ajukan sanggahan" in words(client_of(sari).get(page))
        sent = {"text": "Satu kegiatan belum dihitung.", "link": "http://contoh.id"}
        assert client_of(sari).post(f"{page}/sanggah", data=sent).status_code == 422
        sent["link"] = ""
        assert client_of(sari).post(f"{page}/sanggah", data=sent).status_code == 302
        assert client_of(tono).post(f"{page}/sanggah", data=sent).status_code == 404
        row = db.session.scalars(db.select(Objection)).one()
        reviewer = client_of(budi)
        waiting = words(reviewer.get("/laporan/2026-W47/tutup"))
        assert "1 sanggahan belum dijawab" in waiting
        assert reviewer.post("/laporan/2026-W47/tutup", data={}).status_code == 422
        answer = {"verdict": "decline", "answer": "Tayang di minggu lain."}
        address = f"/laporan/sanggahan/{row.id}"
        assert client_of(yuni).post(address, data=answer).status_code == 404
        assert client_of(sari).post(address, data=answer).status_code == 403
        assert reviewer.post(address, data=answer).status_code == 302
        shown = words(client_of(sari).get(page))
        told = words(client_of(sari).get("/pemberitahuan"))

    assert "Tidak diterima" in shown
    assert "Tayang di minggu lain." in shown
    assert "Sanggahan minggu ke\u201147 (16–22 Nov 2026) sudah dijawab" in told


def test_the_reviewer_finds_who_is_behind_with_words_to_send(client_of, budi, sari, a_week):
    with time_machine.travel(utc(2026, 11, 20, 2), tick=False):
        answer = client_of(budi).get("/laporan/2026-W47/belum")
        page = words(answer)

    assert "Dinas Kesehatan" in page
    assert "kurang 1 konten" in page
    assert "Penanggung jawab: Sari" in page
    assert "Dinas Perhubungan: kurang 2 konten" in page
    assert "https://wa.me/?text=Yth.%20Sari" in answer.get_data(as_text=True)


def test_the_reviewer_says_when_weeks_close(client_of, budi, ratna, a_week):
    with time_machine.travel(MONDAY, tick=False):
        client = client_of(budi)
        late = {"day": "1", "hour": "9", "objection_days": "3"}
        assert client.post("/laporan/jadwal-tutup", data=late).status_code == 422
        late["day"] = "4"
        assert client.post("/laporan/jadwal-tutup", data=late).status_code == 302
        page = words(client_of(ratna).get("/laporan/2026-W47"))

    assert "Ditutup otomatis 26 Nov 2026 pukul 09.00 WIB" in page
