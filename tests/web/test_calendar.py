"""The calendar's pages: what is shown to whom, and moving without a script."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from publisher import clock
from publisher.db import db
from publisher.models.neutrality import Neutrality
from publisher.models.posts import Post
from publisher.workflow import scheduling
from tests.conftest import saved

ZONE = "Asia/Jakarta"


@pytest.fixture
def tomorrow():
    return clock.now().replace(second=0, microsecond=0) + timedelta(days=1)


def address(at, view="minggu", more=""):
    return f"/kalender?tampil={view}&pada={clock.in_zone(at, ZONE).date()}{more}"


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def form(post, at, **more):
    local = clock.in_zone(at, ZONE)
    return {"version": post.version, "tanggal": f"{local:%Y-%m-%d}", "jam": f"{local:%H:%M}"} | more


@pytest.mark.parametrize("view", ["minggu", "bulan", "agenda"])
def test_each_view_shows_what_is_planned_to_whom_it_concerns(
    client_of, make_post, tomorrow, view, sari, budi, tono, yuni
):
    make_post("submit", planned_at=tomorrow, title="Donor <b>darah</b>")
    pages = {u.name: text(client_of(u).get(address(tomorrow, view))) for u in (sari, budi)}
    assert all("Donor &lt;b&gt;darah&lt;/b&gt;" in page for page in pages.values())
    assert "Menunggu telaah" in pages["Budi"]
    assert "Dinkes" in pages["Budi"]
    assert "Pindahkan" in pages["Budi"]
    assert "/pindahkan" not in pages["Sari"]
    for stranger in (tono, yuni):
        page = text(client_of(stranger).get(address(tomorrow, view)))
        assert "darah" not in page
        assert "Belum ada yang direncanakan" in page


def test_the_words_of_a_draft_are_its_offices_own(client_of, make_post, tomorrow, budi, sari):
    make_post(planned_at=tomorrow, title="Rahasia kantor")
    assert "Rahasia kantor" not in text(client_of(budi).get(address(tomorrow)))
    assert "Draf, judul tampak setelah diajukan" in text(client_of(budi).get(address(tomorrow)))
    assert "Rahasia kantor" in text(client_of(sari).get(address(tomorrow)))


def test_moving_by_the_form_and_undoing_it(client_of, make_post, budi, tomorrow):
    post = make_post("submit", "approve", planned_at=tomorrow)
    scheduling.schedule(post, actor=budi, at=clock.now())
    db.session.commit()
    client, later = client_of(budi), tomorrow + timedelta(hours=2)
    path = f"/kalender/{post.id}/pindahkan"
    assert 'name="tanggal"' in text(client.get(path))

    answer = client.post(path, data=form(post, later, kembali=address(tomorrow)))
    assert (answer.status_code, answer.location) == (303, address(tomorrow))
    db.session.refresh(post)
    assert post.planned_at == later
    page = text(client.get(answer.location))
    assert "dipindahkan ke" in page
    undo = re.search(r'name="ke" value="([^"]+)"', page)[1]
    data = {"version": post.version, "ke": undo, "urungkan": "1"}
    page = text(client.post(path, data=data, follow_redirects=True))
    assert "Diurungkan" in page
    assert "Urungkan</button>" not in page
    db.session.refresh(post)
    assert post.planned_at == tomorrow


@pytest.mark.parametrize(
    "given",
    [
        {"tanggal": "", "jam": ""},
        {"tanggal": "2026-13-40", "jam": "25:99"},
        {"ke": "0001-01-01T00:00"},
        {"version": "0"},
    ],
)
def test_what_is_refused_is_said_on_the_form_and_changes_nothing(
    client_of, make_post, budi, tomorrow, given
):
    post = make_post("submit", planned_at=tomorrow)
    answer = client_of(budi).post(
        f"/kalender/{post.id}/pindahkan", data=form(post, tomorrow) | given
    )
    assert answer.status_code in (409, 422)
    assert "Waktu tayang belum dipindahkan" in answer.get_data(as_text=True)
    db.session.refresh(post)
    assert post.planned_at == tomorrow


def test_a_script_hears_a_sentence_and_strangers_find_nothing(
    client_of, make_post, budi, tono, yuni, tomorrow
):
    post = make_post("submit", planned_at=tomorrow)
    path, data = f"/kalender/{post.id}/pindahkan", form(post, tomorrow) | {"version": 0}
    answer = client_of(budi).post(path, data=data, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.get_data(as_text=True).startswith("Konten ini")) == (
        409,
        True,
    )
    for stranger in (tono, yuni):
        assert client_of(stranger).post(path, data=data).status_code == 404
        assert client_of(stranger).get(path).status_code == 404


def test_it_never_leads_to_another_site(client_of, make_post, budi, tomorrow):
    post = make_post("submit", planned_at=tomorrow)
    for kembali in ("https://jahat.id/kalender", "//jahat.id/kalender", "/keluar", "/telaah"):
        db.session.refresh(post)
        later = post.planned_at + timedelta(hours=1)
        data = form(post, later, kembali=kembali)
        answer = client_of(budi).post(f"/kalender/{post.id}/pindahkan", data=data)
        assert answer.location.startswith("/kalender?pada=")


def test_an_open_page_hears_that_it_is_stale(client_of, make_post, budi, tomorrow):
    post = make_post("submit", planned_at=tomorrow)
    client = client_of(budi)
    watch = re.search(r'data-watch="([^"]+)"', text(client.get(address(tomorrow))))[1]
    watch = watch.replace("&amp;", "&")
    assert client.get(watch).status_code == 204
    client.post(f"/kalender/{post.id}/pindahkan", data=form(post, tomorrow + timedelta(minutes=5)))
    assert "Kalender berubah" in text(client.get(watch))


def test_strange_addresses_show_a_calendar(client_of, budi):
    client = client_of(budi)
    for query in (
        "tampil=tahun&pada=kemarin", "pada=9999-12-31&tampil=bulan", "pada=0001-01-01",
        "status=%3Cb%3E&jenis=0&jenis_pd=x&kanal=..&perangkat_daerah=-1",
        f"perangkat_daerah={10**30}&page={10**30}", "perangkat_daerah=²&pada=2026-W01",
        "tampil=agenda&page=-3&pada=2100-12-31", "tampil=bulan&pada=2100-12-31",
    ):  # fmt: skip
        assert "Kalender" in text(client.get(f"/kalender?{query}"))


@pytest.mark.parametrize("view", ["minggu", "bulan"])
def test_a_full_region_costs_as_many_queries_as_an_empty_one(
    client_of, make_post, budi, tomorrow, view
):
    client = client_of(budi)
    empty, _ = _queries(client, address(tomorrow, view))
    first = make_post("submit", planned_at=tomorrow)
    columns = {c.key: getattr(first, c.key) for c in sa.inspect(Post).column_attrs}
    db.session.execute(
        sa.insert(Post),
        [columns | {"id": first.id + n, "title": f"Judul {n}"} for n in range(1, 120)],
    )
    db.session.commit()
    full, page = _queries(client, address(tomorrow, view))
    assert full <= empty
    assert full <= 12
    assert page.count('class="slot ') == 3
    assert "117 lagi" in page
    listed = text(client.get(address(tomorrow, "agenda")))
    assert (listed.count('class="slot '), "Halaman 1 dari 2" in listed) == (100, True)


def _queries(client, path):
    client.get(path)
    counted = []
    note = lambda *given: counted.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        page = text(client.get(path))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(counted), page


def test_a_theme_is_kept_shown_and_told_to_who_writes_for_that_day(
    client_of, make_post, tomorrow, sari, budi, yuni
):
    reviewer, day = client_of(budi), clock.in_zone(tomorrow, ZONE).date()
    given = {"name": "Kamis <b>Jawa</b>", "advice": "pakai bahasa Jawa", "again": "minggu"}
    answer = reviewer.post("/registri/tema/baru", data=given)
    assert (answer.status_code, "Pilih harinya" in answer.get_data(as_text=True)) == (422, True)
    assert 'value="pakai bahasa Jawa"' in answer.get_data(as_text=True)
    answer = reviewer.post("/registri/tema/baru", data=given | {"weekday": day.isoweekday()})
    assert answer.status_code == 302
    listed = text(reviewer.get("/registri/tema"))
    assert "Kamis &lt;b&gt;Jawa&lt;/b&gt;" in listed
    edit = re.search(r'href="(/registri/tema/\d+)"', listed)[1]
    assert "checked" in text(reviewer.get(edit))

    for view in ("minggu", "bulan", "agenda"):
        page = text(reviewer.get(address(tomorrow, view)))
        assert "Kamis &lt;b&gt;Jawa&lt;/b&gt;" in page
        assert "pakai bahasa Jawa" in page
        assert "pakai bahasa Jawa" not in text(client_of(yuni).get(address(tomorrow, view)))
    post, drafter = make_post(planned_at=None), client_of(sari)
    page = f"/konten/{post.id}"
    assert "pakai bahasa Jawa" not in text(drafter.get(f"{page}/ubah"))
    typed = {"version": post.version, "planned_date": day.isoformat(), "planned_time": "09:00"}
    assert "pakai bahasa Jawa" in text(drafter.post(f"{page}/cek", data=typed))
    assert reviewer.post(f"{edit}/hapus").status_code == 302
    assert "pakai bahasa Jawa" not in text(reviewer.get(address(tomorrow)))


def test_a_move_into_the_time_before_an_election_says_what_follows(
    client_of, make_post, budi, blora, tomorrow
):
    within = tomorrow + timedelta(days=30)  # so far ahead that no banner tells of it
    time = Neutrality(
        region=blora, starts_at=within - timedelta(days=1), ends_at=within + timedelta(days=1),
        words=[], checklist=[], set_by=budi, set_at=clock.now(),
    )  # fmt: skip
    saved(time)
    waiting = make_post("submit", planned_at=tomorrow)
    approved = make_post("submit", "approve", planned_at=tomorrow + timedelta(hours=1))
    scheduling.schedule(approved, actor=budi, at=clock.now())
    db.session.commit()
    client, note = client_of(budi), "perlu disetujui dua penelaah; yang baru disetujui satu"
    assert note in text(client.get(f"/kalender/{waiting.id}/pindahkan"))

    for post, to, said in (
        (waiting, within, "konten ini perlu disetujui dua penelaah."),
        (
            approved,
            within + timedelta(hours=1),
            "penayangannya ditahan sampai penelaah kedua menyetujuinya.",
        ),
        (approved, tomorrow, ""),
    ):
        answer = client.post(
            f"/kalender/{post.id}/pindahkan", data=form(post, to), follow_redirects=True
        )
        told = re.findall(r"Waktu itu dalam masa netralitas pemilihan: ([^<]*\.)<", text(answer))
        assert told == ([said] if said else [])

    time.starts_at = clock.now()
    db.session.commit()
    assert note in text(client.get(address(tomorrow)))
    time.ends_at = clock.now() - timedelta(seconds=1)
    time.starts_at = time.ends_at - timedelta(days=1)
    db.session.commit()
    assert note not in text(client.get(f"/kalender/{waiting.id}/pindahkan"))
