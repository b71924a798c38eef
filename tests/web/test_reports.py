"""The leaders' page: who sees what, and that all forms say the same numbers."""

import csv
import io
import re
from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from publisher.clock import Week
from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.reports.forms import FORMS
from publisher.workflow import reporting
from tests.weeks import content, rule, utc

FRIDAY = utc(2026, 11, 20, 2, 5)
TUESDAY = utc(2026, 11, 17, 3, 0)
W47 = Week(2026, 47)


@pytest.fixture(autouse=True)
def on_friday():
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def a_week(blora, dinkes, dishub, dinkes_x, dinkes_facebook, sari, budi):
    """Dinas Kesehatan met its target of two; Dinas Perhubungan showed nothing."""
    rule(blora)
    content(sari, budi, {dinkes_x: TUESDAY, dinkes_facebook: TUESDAY}, title="Imunisasi gratis")
    content(sari, budi, {dinkes_x: TUESDAY})
    return blora


def text_of(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def rekap_rows(page):
    """Return the cells of each row of the Rekap, by office."""
    found = re.findall(r'<tr data-office="(\d+)">(.*?)</tr>', page, re.DOTALL)
    return {
        int(office): [
            re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip()
            for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        ]
        for office, row in found
    }


def test_the_leader_reads_how_many_met_the_target_and_who_did_not(client_of, ratna, a_week):
    page = text_of(client_of(ratna).get("/laporan"))

    assert "1 dari 2 perangkat daerah sudah memenuhi target" in page
    assert "1 lebih banyak dari minggu lalu" in page
    assert "Dinas Perhubungan Belum pernah tayang" in page
    assert "Data per 20 Nov 2026 pukul 09.05 WIB" in page


def test_page_file_and_command_say_the_numbers_of_the_snapshot(
    app, client_of, ratna, a_week, tmp_path
):
    client = client_of(ratna)
    page = rekap_rows(client.get("/laporan/2026-W47").get_data(as_text=True))
    body = client.get("/laporan/2026-W47.csv").get_data().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(body), delimiter=";"))
    result = app.test_cli_runner().invoke(
        args=["report", "--region", "33.16", "--week", "2026-W47", "--out", str(tmp_path)]
    )
    assert result.exit_code == 0, result.output
    assert {path.suffix[1:] for path in tmp_path.glob("Rekap-*")} == FORMS.keys()
    [written] = tmp_path.glob("*.csv")
    assert written.read_bytes().decode("utf-8-sig") == body

    report = reporting.week_report(a_week, W47, at=FRIDAY)
    assert f"{report.totals.met} dari {report.totals.obliged} perangkat" in result.output
    for line, row in zip(lines, report.rows, strict=True):
        cells = page[row.office.id]
        figures = f"{row.tally.counted:>3}/{row.tally.required:<3}"
        assert cells[1] == line["Perangkat Daerah"] == row.office.name
        assert cells[2] == line["Wajib setelah penyesuaian"] == str(row.tally.required)
        assert cells[3] == line["Dihitung"] == str(row.tally.counted)
        assert cells[6] == line["Status"]
        assert any(
            shown.strip().startswith(figures.strip()) and row.office.name in shown
            for shown in result.output.splitlines()
        )


@pytest.mark.parametrize("form", FORMS)
def test_the_week_is_handed_on_in_every_form(app, client_of, ratna, sari, a_week, form):
    client, store = client_of(ratna), app.extensions["media_store"]
    saved = client.get(f"/laporan/2026-W47.{form}?unduh=1")
    shown = client.get(f"/laporan/2026-W47.{form}")
    page = client.get("/laporan/2026-W47").get_data(as_text=True)

    assert saved.status_code == 200
    assert saved.content_type == FORMS[form].mime
    assert (
        saved.headers["Content-Disposition"] == f"attachment; filename=Rekap-33.16-2026-W47.{form}"
    )
    assert shown.headers["Content-Disposition"].startswith(
        ("inline", "attachment")[not FORMS[form].shown]
    )
    assert saved.headers["Cache-Control"] == "no-store"
    assert (
        saved.data
        == shown.data
        == FORMS[form].render(reporting.week_report(a_week, W47, at=FRIDAY), store)
    )
    assert form == "txt" or f'href="/laporan/2026-W47.{form}?unduh=1"' in page
    assert client_of(sari).get(f"/laporan/2026-W47.{form}").status_code == 403


def test_the_message_to_copy_is_that_of_the_week(client_of, ratna, a_week):
    page = text_of(client_of(ratna).get("/laporan/2026-W47"))

    assert "Mohon izin melaporkan capaian publikasi mingguan" in page
    assert "*1 dari 2* perangkat daerah sudah memenuhi target (50%)" in page


def test_the_proof_of_each_content_is_one_step_away(client_of, ratna, a_week, dinkes):
    answer = client_of(ratna).get(f"/laporan/perangkat-daerah/{dinkes.id}/2026-W47")
    page = answer.get_data(as_text=True)

    assert page.count('href="https://contoh.id/') == 3
    assert "Imunisasi gratis" in page
    assert "Wajib: 2 × 5 ÷ 5, dibulatkan ke atas = 2." in text_of(answer)


def test_a_takedown_is_noted_and_taken_back_on_its_page_as_it_was_seen(client_of, budi, a_week):
    delivery_id = db.session.scalar(sa.select(sa.func.min(Delivery.id)))
    page, as_budi = f"/penayangan/{delivery_id}/turunkan", client_of(budi)
    when = {"down_date": "2026-11-20", "down_time": "09:00", "reason": "Salah foto"}
    assert as_budi.post(page, data=when).status_code == 302
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', as_budi.get(page).text)

    assert as_budi.post(f"{page}/batal", data={"seen": "2026"}).status_code == 422
    assert "Salah foto" in text_of(as_budi.get(page))
    for _ in range(2):  # the button is pressed twice
        assert as_budi.post(f"{page}/batal", data={"seen": seen}).status_code == 302
    assert "Salah foto" not in text_of(as_budi.get(page))


def test_a_permalink_that_is_no_web_address_is_not_a_link(
    client_of, ratna, a_week, dinkes, dinkes_x
):
    from publisher.models.deliveries import Delivery

    for delivery in db.session.query(Delivery):
        delivery.permalink = "javascript:alert(1)"
    db.session.commit()

    page = client_of(ratna).get(f"/laporan/perangkat-daerah/{dinkes.id}/2026-W47")
    assert "javascript:alert(1)" in page.get_data(as_text=True)
    assert 'href="javascript:' not in page.get_data(as_text=True)


def test_a_drafter_sees_the_own_office_and_no_comparison(client_of, sari, a_week, dinkes, dishub):
    client = client_of(sari)

    assert client.get("/laporan").location == f"/laporan/perangkat-daerah/{dinkes.id}"
    own = client.get(f"/laporan/perangkat-daerah/{dinkes.id}")
    assert own.status_code == 200
    assert "Dinas Perhubungan" not in own.get_data(as_text=True)
    assert client.get(f"/laporan/perangkat-daerah/{dinkes.id}/2026-W47").status_code == 200
    assert client.get(f"/laporan/perangkat-daerah/{dishub.id}").status_code == 404
    assert client.get(f"/laporan/perangkat-daerah/{dishub.id}/2026-W47").status_code == 404
    assert client.get("/laporan/2026-W47").status_code == 403
    assert client.get("/laporan/2026-W47.csv").status_code == 403


def test_another_region_sees_nothing_of_it(client_of, yuni, a_week, dinkes):
    client = client_of(yuni)

    assert client.get(f"/laporan/perangkat-daerah/{dinkes.id}").status_code == 404
    assert client.get(f"/laporan/perangkat-daerah/{dinkes.id}/2026-W47").status_code == 404
    assert "Dinas Kesehatan" not in client.get("/laporan").get_data(as_text=True)
    assert "Dinas Kesehatan" not in client.get("/laporan/2026-W47.csv").get_data(as_text=True)


@pytest.mark.parametrize(
    "week",
    ["2026-W48", "2025-W53", "2026-W54", "2026-47", "0001-W01", "9999-W52", "2026-W4", "minggu"],
)
def test_a_week_that_is_none_or_has_not_begun_does_not_exist(client_of, ratna, a_week, week):
    client = client_of(ratna)

    assert client.get(f"/laporan/{week}").status_code == 404
    assert client.get(f"/laporan/{week}.csv").status_code == 404
    assert client.get(f"/laporan?minggu={week}").status_code == 404


def test_a_week_chosen_from_the_list_opens(client_of, ratna, a_week):
    answer = client_of(ratna).get("/laporan?minggu=2026-W45")

    assert answer.location == "/laporan/2026-W45"


def test_an_empty_region_has_a_page_too(client_of, yuni):
    assert "Belum ada perangkat daerah" in text_of(client_of(yuni).get("/laporan"))


def test_demo_figures_are_marked_as_examples(client_of, ratna, a_week):
    a_week.is_example = True
    db.session.commit()
    client = client_of(ratna)

    assert "Kabupaten Blora (contoh)" in text_of(client.get("/laporan"))
    file = client.get("/laporan/2026-W47.csv")
    assert "Rekap-33.16-2026-W47-contoh.csv" in file.headers["Content-Disposition"]


def test_a_holiday_week_says_so(client_of, ratna, a_week):
    page = text_of(client_of(ratna).get("/laporan/2025-W14"))

    assert "Libur: tidak ada hari kerja" in page
    assert "Hari Raya Idul Fitri" in page


def test_an_office_that_began_in_the_week_is_named_with_the_reason(
    client_of, ratna, a_week, dishub
):
    dishub.valid_from = date(2026, 11, 18)
    db.session.commit()

    assert "Mulai ada 18 Nov 2026" in text_of(client_of(ratna).get("/laporan"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--region", "99.99"], "there is no region 99.99"),
        (["--region", "33.16", "--week", "kemarin"], "not an ISO week"),
    ],
)
def test_the_command_names_what_it_cannot_use(app, a_week, arguments, told):
    result = app.test_cli_runner().invoke(args=["report", *arguments])

    assert result.exit_code == 2
    assert told in result.output
