"""The pages of plans as tables: look first, decide then, undo."""

import io

import pytest
import sqlalchemy as sa
import time_machine
from openpyxl import load_workbook

from publisher.db import db
from publisher.models.posts import Post, PostStatus
from publisher.models.series import PlanFile
from publisher.workflow import batching
from tests.conftest import NOW

GOOD = "tanggal,jam,judul\n25/11/2026,09.00,Posyandu balita\n"
MIXED = GOOD + "kemarin,09.00,Keliru\n"


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def desk(client_of, sari, dinkes_x):
    return client_of(sari)


def upload(desk, content, name="rencana.csv"):
    sent = {"file": (io.BytesIO(content.encode()), name)}
    return desk.post("/impor-rencana", data=sent, follow_redirects=True)


def text(answer):
    return answer.get_data(as_text=True)


def sign(answer):
    return text(answer).split('name="tanda" value="')[1].split('"')[0]


def file():
    return db.session.scalars(sa.select(PlanFile).order_by(PlanFile.id.desc())).first()


def statuses():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Post.status)))


def test_a_plan_is_looked_at_made_into_drafts_and_undone(desk):
    looked = upload(desk, GOOD)
    assert "Belum ada draf yang dibuat." in text(looked)
    assert "Buat 1 draf" in text(looked)
    assert statuses() == []

    address = f"/impor-rencana/{file().id}"
    decided = {"baris": "semua", "tanda": sign(looked)}
    made = desk.post(f"{address}/buat", data=decided, follow_redirects=True)
    assert "1 draf dibuat." in text(made)
    twice = desk.post(f"{address}/buat", data=decided, follow_redirects=True)
    assert "Tidak ada draf yang dibuat dua kali." in text(twice)
    assert "sudah menjadi draf" in text(upload(desk, GOOD))
    assert statuses() == [PostStatus.DRAFT]

    undone = desk.post(f"{address}/urungkan", follow_redirects=True)
    assert "1 draf ditarik kembali" in text(undone)
    assert statuses() == [PostStatus.WITHDRAWN]
    assert "Buat 1 draf" in text(upload(desk, GOOD))


def test_wrong_rows_are_named_and_left_out_only_by_a_button_that_says_so(desk):
    looked = upload(desk, MIXED)

    assert "1 baris benar, 1 baris keliru" in text(looked)
    assert "“kemarin” bukan tanggal" in text(looked)
    address = f"/impor-rencana/{file().id}/buat"
    desk.post(address, data={"tanda": sign(looked)}, follow_redirects=True)
    assert statuses() == []
    desk.post(address, data={"tanda": sign(looked), "baris": "benar"})
    assert statuses() == [PostStatus.DRAFT]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "kolom tanggal tidak ada."),
        ("tanggal,jam,judul\nbesok,9,A\n", "Tidak ada baris yang dapat menjadi draf."),
        ("tanggal,jam,judul,<b>\n", "kolom “&lt;b&gt;” tidak dikenal."),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_is_not_kept(desk, content, words):
    answer = upload(desk, content)

    assert answer.status_code == 422
    assert words in text(answer)
    assert file() is None


def test_the_templates_can_be_filled_in_and_sent_as_they_are(desk, client_of, budi):
    for who in (desk, client_of(budi)):
        book = who.get("/impor-rencana/contoh.xlsx")
        sheet = load_workbook(io.BytesIO(book.data)).worksheets[0]
        assert sheet["B2"].value == "09.00"
        sent = {"file": (io.BytesIO(book.data), "rencana.xlsx")}
        answer = who.post("/impor-rencana", data=sent, follow_redirects=True)
        assert "Buat 1 draf" in text(answer)
    table = desk.get("/impor-rencana/contoh.csv")
    assert text(table).startswith("\ufefftanggal;jam;judul;jenis")
    assert desk.get("/impor-rencana/contoh.exe").status_code == 404


def test_a_plan_is_its_uploaders_alone(desk, client_of, tono, budi, wulan):
    upload(desk, GOOD)

    for stranger in (tono, budi):
        assert client_of(stranger).get(f"/impor-rencana/{file().id}").status_code == 404
    assert client_of(wulan).get("/impor-rencana").status_code == 403


def test_who_has_moved_leaves_the_plans_of_the_old_office_behind(desk, sari, dishub):
    looked = upload(desk, GOOD)
    address = f"/impor-rencana/{file().id}"
    desk.post(f"{address}/buat", data={"baris": "semua", "tanda": sign(looked)})
    sari.office = dishub
    db.session.commit()

    assert desk.get(address).status_code == 404
    assert desk.post(f"{address}/urungkan").status_code == 404
    assert address not in text(desk.get("/impor-rencana"))
    assert statuses() == [PostStatus.DRAFT]


def test_nobody_waits_for_the_database_while_a_file_is_read(desk, database_url, monkeypatch):
    free = []

    def read(content):
        with db.engine.begin() as other:  # what SQLite lets only one do
            other.execute(sa.text("UPDATE plan_file SET name = name"))
        free.append(len(content))
        return batching.checking.read(content)

    monkeypatch.setattr(batching, "read", read)
    looked = upload(desk, GOOD)
    decided = {"baris": "semua", "tanda": sign(looked)}
    desk.post(f"/impor-rencana/{file().id}/buat", data=decided)

    assert len(free) == 3  # looked at, shown, used
    assert statuses() == [PostStatus.DRAFT]
