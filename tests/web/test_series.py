"""The pages of series: what is typed stays, what is saved comes as drafts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from publisher.db import db
from publisher.models.posts import Post, PostStatus
from publisher.models.series import Series
from tests.conftest import NOW

FORM = {
    "title": "Posyandu {tanggal}",
    "kind": "layanan",
    "language": "id",
    "caption": "Posyandu balita, {jam}",
    "pattern": "minggu",
    "weekday": "3",
    "every_weeks": "1",
    "month_day": "1",
    "local_time": "09:30",
    "starts_on": "2026-11-23",
    "ahead_days": "7",
    "skips_holidays": "y",
}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def desk(client_of, sari, dinkes_x):
    return client_of(sari)


def series():
    return db.session.scalars(sa.select(Series)).one()


def text(answer):
    return answer.get_data(as_text=True)


def test_a_series_is_made_with_its_first_draft_shown_changed_and_ended(desk):
    made = desk.post("/rangkaian/baru", data=FORM, follow_redirects=True)

    assert "1 draf langsung dibuat" in text(made)
    page = text(desk.get(f"/rangkaian/{series().id}"))
    assert "Setiap Rabu pukul 09.30" in page
    assert "Posyandu Rabu, 25 November 2026" in page
    assert "Rabu, 2 Desember 2026" in page
    assert "Posyandu {tanggal}" in text(desk.get("/rangkaian"))

    address = f"/rangkaian/{series().id}"
    skipped = desk.post(f"{address}/lewati", data={"tanggal": "2026-12-02"}, follow_redirects=True)
    assert "Dilewati" in text(skipped)
    desk.post(f"{address}/kembalikan", data={"tanggal": "2026-12-02"})
    for step in ("jeda", "lanjutkan"):
        desk.post(f"{address}/{step}", data={"version": series().version})
    ended = desk.post(
        f"{address}/akhiri", data={"version": series().version, "tarik": "1"}, follow_redirects=True
    )
    assert "1 draf ditarik kembali" in text(ended)
    assert db.session.scalars(sa.select(Post.status)).all() == [PostStatus.WITHDRAWN]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Wajib diisi."),
        ({"caption": "Besok {tanggl}"}, "Penanda {tanggl} tidak dikenal."),
        ({"every_weeks": "99"}, "Isi dengan angka 1 sampai 12."),
        ({"pattern": "bulan", "month_day": "40"}, "Isi dengan angka 1 sampai 31."),
        ({"starts_on": "besok"}, "Isian ini tidak terbaca."),
        ({"local_time": ""}, "Wajib diisi."),
        ({"kind": "<script>"}, "Isian ini tidak terbaca."),
    ],
)
def test_what_was_typed_stays_where_something_is_wrong(desk, changes, said):
    answer = desk.post("/rangkaian/baru", data={**FORM, "where": "Balai desa", **changes})

    assert answer.status_code == 422
    assert said in text(answer)
    assert 'value="Balai desa"' in text(answer)
    assert db.session.scalar(sa.select(sa.func.count(Series.id))) == 0


def test_a_change_on_an_old_page_overwrites_nothing_and_loses_nothing(desk):
    desk.post("/rangkaian/baru", data=FORM)
    address = f"/rangkaian/{series().id}/ubah"
    desk.post(address, data={**FORM, "title": "Yang kedua", "version": "1"})

    stale = desk.post(address, data={**FORM, "title": "Yang ketiga", "version": "1"})

    assert stale.status_code == 422
    assert "telah diubah setelah halaman Anda dibuka" in text(stale)
    assert 'value="Yang ketiga"' in text(stale)
    assert series().title == "Yang kedua"


def test_a_series_begins_with_what_a_post_says_and_with_its_day_and_time(desk, make_post):
    post = make_post(planned_at=NOW + timedelta(days=2, hours=1))

    page = text(desk.get(f"/rangkaian/baru?dari={post.id}"))

    assert 'value="Imunisasi gratis di puskesmas"' in page
    assert 'value="10:00"' in page
    assert '<option selected value="3">' in page


def test_a_stranger_finds_no_series_and_a_head_only_reads(client_of, desk, tono, wulan):
    desk.post("/rangkaian/baru", data=FORM)
    address = f"/rangkaian/{series().id}"

    assert client_of(tono).get(address).status_code == 404
    head = client_of(wulan)
    assert "Jeda" not in text(head.get(address))
    assert head.post(f"{address}/jeda").status_code == 403
    assert client_of(tono).get(f"/rangkaian/baru?dari={10**25}").status_code in (404, 500, 422)
