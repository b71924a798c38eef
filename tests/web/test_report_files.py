"""Files of a large region: asked for, made by a worker, kept for a day, and only for its own."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from openpyxl import load_workbook

from publisher.clock import Week
from publisher.db import db
from publisher.engine.preparing import Preparer
from publisher.engine.steps import Steps
from publisher.models.weeks import FileStep, PreparedFile, ReportFile
from publisher.reports.forms import FORMS
from publisher.workflow import closing, reporting
from publisher.workflow.closing import filing, preparing
from tests.weeks import content, rule, utc

W47 = Week(2026, 47)
FRIDAY = utc(2026, 11, 20, 2, 5)
CLOSING = utc(2026, 11, 24, 5)
FILE, PAGE = "/laporan/2026-W47.xlsx", "/laporan/2026-W47/berkas/xlsx"

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


@pytest.fixture
def now():
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def a_week(blora, dinkes, dishub, dinkes_x, sari, budi, now, monkeypatch):
    """A region of two offices, which is as many as are too many here."""
    monkeypatch.setattr(preparing, "MOST_AT_ONCE", 1)
    rule(blora)
    content(sari, budi, {dinkes_x: utc(2026, 11, 17, 3)})
    return blora


@pytest.fixture
def a_round(app):
    """Return a function that lets a worker make what waits."""

    def a_round():
        db.session.commit()
        Preparer(app, Steps(app, owner="test")).prepare()
        db.session.expire_all()

    return a_round


def words(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def rows():
    return list(db.session.scalars(sa.select(PreparedFile)))


def test_a_workbook_is_asked_for_once_and_had_when_it_is_made(
    client_of, ratna, budi, yuni, sari, a_week, a_round, app
):
    leader, reviewer = client_of(ratna), client_of(budi)
    assert f'href="{PAGE}"' in leader.get("/laporan/2026-W47").get_data(as_text=True)
    assert leader.get("/laporan/2026-W47.png").status_code == 200  # takes no longer than elsewhere
    assert leader.get(FILE).location.endswith(PAGE)
    assert "Siapkan berkas" in words(leader.get(PAGE))

    assert leader.post(PAGE).status_code == reviewer.post(PAGE).status_code == 303
    [row] = rows()
    assert (row.step, row.asked_by.name) == (FileStep.ASKED, ratna.name)
    assert "Menunggu giliran sedang berlangsung" in words(reviewer.get(PAGE))
    assert leader.get(f"{PAGE}?tahap=asked").status_code == 204
    assert leader.get(FILE).location.endswith(PAGE)

    a_round()

    assert "Siap diunduh" in words(leader.get(f"{PAGE}?tahap=asked"))
    answer = leader.get(FILE)
    assert answer.headers["Content-Disposition"].endswith("filename=Rekap-33.16-2026-W47.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert [row[1].value for row in book["Rekap"].iter_rows(min_row=6)] == [
        "Dinas Kesehatan",
        "Dinas Perhubungan",
    ]
    assert reviewer.get(FILE).data == answer.data
    assert (
        client_of(yuni).get(FILE).status_code == 200
    )  # her own region's: one office, made at once
    assert client_of(yuni).get(FILE).data != answer.data
    assert {client_of(sari).open(PAGE, method=how).status_code for how in ("GET", "POST")} == {403}
    assert app.extensions["media_store"].exists(rows()[0].digest)


def test_what_was_made_is_let_go_after_a_day_or_for_a_newer_one(
    client_of, ratna, a_week, a_round, now, app
):
    client, store = client_of(ratna), app.extensions["media_store"]
    client.post(PAGE)
    a_round()
    [first] = [row.digest for row in rows()]
    client.post(PAGE)
    assert not store.exists(first)
    a_round()
    [second] = [row.digest for row in rows()]
    store.delete(second)  # as after a restored backup
    assert client.get(FILE).location.endswith(PAGE)
    assert "sudah tidak disimpan" in words(client.get(PAGE))
    client.post(PAGE)
    a_round()
    [third] = [row.digest for row in rows()]

    now.move_to(FRIDAY + timedelta(days=1, seconds=1))
    a_round()

    assert rows() == []
    assert not store.exists(third)
    assert "Siapkan berkas" in words(client_of(ratna).get(PAGE))


def test_the_file_of_a_closed_week_is_kept_for_good_and_never_that_of_the_open_one(
    client_of, budi, a_week, a_round, now
):
    now.move_to(CLOSING)
    client = client_of(budi)
    client.post(PAGE)  # while it is open
    report = reporting.week_report(a_week, W47, at=CLOSING)
    closing.close(a_week, report, by=budi, at=CLOSING, reason="")
    a_round()
    assert rows() == []
    assert "Minggu ini sudah ditutup" in words(client.get(PAGE))

    client.post(PAGE)
    a_round()

    assert rows() == []
    [kept] = db.session.scalars(sa.select(ReportFile))
    assert (kept.form, kept.name) == ("xlsx", "Rekap-33.16-2026-W47.xlsx")
    first = client.get(FILE).data
    client.post(PAGE)
    assert rows() == []
    assert "tidak berubah lagi" in words(client.get(PAGE))
    assert client.get(FILE).data == first


def test_a_file_that_cannot_be_made_says_so_and_may_be_asked_for_again(
    client_of, ratna, a_week, a_round, now, monkeypatch
):
    client = client_of(ratna)
    client.post(PAGE)
    now.move_to(FRIDAY + preparing.LATE + timedelta(seconds=1))
    assert "hubungi operator" in words(client.get(PAGE))
    with monkeypatch.context() as patch:
        patch.setattr(preparing, "put", lambda *_given: 1 / 0)
        a_round()
    assert "Berkas belum dapat dibuat" in words(client.get(PAGE))
    client.post(PAGE)
    a_round()
    assert "Siap diunduh" in words(client.get(PAGE))


def test_of_two_workers_one_makes_a_file_and_the_second_takes_over_when_the_first_died(
    ratna, a_week, now
):
    preparing.ask(a_week, W47, None, "xlsx", actor=ratna, at=FRIDAY)
    [[file_id], _] = preparing.look(at=FRIDAY)
    first = preparing.take(file_id, at=FRIDAY)
    assert preparing.take(file_id, at=FRIDAY) is None
    assert preparing.look(at=FRIDAY) == ([], False)

    later = FRIDAY + preparing.LEASE + timedelta(seconds=1)
    assert preparing.look(at=later)[0] == [file_id]
    second = preparing.take(file_id, at=later)
    report = reporting.week_report(a_week, W47, at=later)
    assert not preparing.finish(first, report, "a" * 64, 1)  # it was only slow
    assert preparing.finish(second, report, "b" * 64, 1)
    assert preparing.find(a_week, W47, None, "xlsx").digest == "b" * 64

    preparing.ask(a_week, W47, None, "xlsx", actor=ratna, at=later)
    taken = []
    for number in range(1, 6):  # each of them dies of it
        at = later + number * (preparing.LEASE + timedelta(seconds=1))
        taken += [preparing.take(each, at=at) for each in preparing.look(at=at)[0]]
    assert [task is not None for task in taken] == [True, True, True, False]
    assert preparing.find(a_week, W47, None, "xlsx").step is FileStep.FAILED


@pytest.mark.parametrize("form", ["txt", "csv"])  # made at once, and prepared by a worker
def test_a_file_that_the_media_store_lost_is_made_again_or_said_to_be_lost(
    client_of, ratna, a_week, now, app, monkeypatch, form
):
    def close(at):
        report = reporting.week_report(a_week, W47, at=at)
        closed = closing.close(a_week, report, by=None, at=at)
        made = filing.make(closing.read_id(closed.id), form, store)
        filing.keep(closed.id, made, at=at)
        db.session.commit()
        return made.digest

    store, client = app.extensions["media_store"], client_of(ratna)
    now.move_to(CLOSING)
    digest = close(CLOSING)
    address = f"/laporan/2026-W47.{form}"
    before = client.get(address).data
    assert before

    store.delete(digest)
    assert client.get(address).data == before
    assert store.exists(digest)

    store.delete(digest)
    later = replace(FORMS[form], render=lambda *_: b"Rekap versi lain")
    monkeypatch.setitem(FORMS, form, later)
    answer = client.get(address, follow_redirects=True)
    assert "hilang dari tempat penyimpanan" in words(answer)
    assert "Minggu ke-47" in words(answer)
    assert not store.exists(digest)
