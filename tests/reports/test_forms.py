"""The forms of a report, from a snapshot made by hand: no database."""

import csv
import io
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from publisher.clock import Week
from publisher.reports import heatmap, rekap, text, words
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import (
    Content,
    Decisions,
    Excuse,
    Matrix,
    MatrixRow,
    Obligation,
    OfficeName,
    OfficeWeek,
    Proof,
    Tally,
    Totals,
    Uncounted,
    WeekReport,
    WeekStatus,
)
from tests.weeks import utc

W47 = Week(2026, 47)
MADE_AT = utc(2026, 11, 21, 2, 5)
TUESDAY = utc(2026, 11, 17, 3, 0)
HOSTILE = '=HYPERLINK("http://jahat.example";"klik")</title><script>'


def tally(counted, required, status, **values):
    return Tally(
        week=W47,
        obligation=Obligation(
            minimum=required,
            own_rule=False,
            since=date(2026, 1, 5),
            working_days=5,
            required=required,
        ),
        status=status,
        **{"excuse": None, "counted": counted, "greetings": 0, "planned": 0, "stranded": 0}
        | values,
    )


def seen(*platforms, kind="kegiatan"):
    proofs = tuple(
        Proof(
            platform=platform,
            account="@dinkes",
            permalink=f"https://{platform}.example/1",
            published_at=TUESDAY,
            by_hand=False,
        )
        for platform in platforms
    )
    return Content(
        post_id=1,
        title="Imunisasi",
        kind=kind,
        first_at=TUESDAY,
        proofs=proofs,
        reason=Uncounted.GREETING if kind == "ucapan" else None,
    )


def office_week(number, name, cell, *contents, **values):
    defaults = {"last_at": TUESDAY, "streak": 3, "streak_open": False, "dormant": False}
    return OfficeWeek(
        office=OfficeName(id=number, name=name, abbreviation=f"D{number}", kind="dinas"),
        tally=cell,
        contents=contents,
        troubles=(),
        **defaults | values,
    )


@pytest.fixture
def report():
    rows = (
        office_week(
            1,
            "Dinas Kesehatan",
            tally(2, 2, WeekStatus.MET, greetings=1),
            seen("x", "facebook"),
            seen("x"),
            seen("x", kind="ucapan"),
            streak_open=True,
        ),
        office_week(2, HOSTILE, tally(0, 2, WeekStatus.NOT_MET), last_at=None, streak=0),
        office_week(
            3,
            "Dinas Sosial",
            tally(1, 2, WeekStatus.EXEMPT, stranded=1, excuse=Excuse.PLATFORM),
            seen("facebook"),
        ),
    )
    return WeekReport(
        region_code="33.16",
        region_name="Kabupaten Blora",
        is_example=True,
        zone="Asia/Jakarta",
        week=W47,
        made_at=MADE_AT,
        running=False,
        working_days=5,
        holidays=(),
        rows=rows,
        totals=Totals.of([row.tally for row in rows]),
        previous=Totals.of([]),
        matrix=Matrix(
            weeks=(W47,),
            rows=tuple(MatrixRow(office=row.office, cells=(row.tally,)) for row in rows),
        ),
        decisions=Decisions(
            reviews=0, reviews_overdue=0, reviews_soon=0, deliveries=0, unconnected_offices=0
        ),
    )


def read_csv(body):
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))


def test_the_file_opens_right_in_an_indonesian_spreadsheet(report):
    body = rekap.render(report)

    assert body.startswith(b"\xef\xbb\xbfNo;Perangkat Daerah;Target;")
    assert body.count(b"\r\n") == 1 + len(report.rows)


def test_every_number_of_the_file_is_that_of_the_snapshot(report):
    for line, row in zip(read_csv(rekap.render(report)), report.rows, strict=True):
        assert line["Dihitung"] == str(row.tally.counted)
        assert line["Tayang X"] == str(row.on_channel("x"))
        assert line["Tayang Facebook"] == str(row.on_channel("facebook"))
        assert line["Status"] == words.STATUS[row.tally.status]


def test_the_file_says_what_was_not_counted_whose_it_is_and_of_when(report):
    first, second, third = read_csv(rekap.render(report))

    assert first["Tidak dihitung (alasan)"] == "1 ucapan"
    assert first["Minggu berturut-turut terpenuhi"] == "3"
    assert "3 minggu berturut-turut atau lebih" in first["Keterangan"]
    assert first["Capaian %"] == "100%"
    assert first["Unggahan terakhir"] == "17 Nov 2026 pukul 10.00 WIB"
    assert second["Unggahan terakhir"] == "Belum pernah"
    assert third["Wajib setelah penyesuaian"] == "0"
    assert "karena platform" in third["Keterangan"]
    assert {line["Daerah"] for line in (first, second)} == {"Kabupaten Blora (contoh)"}
    assert first["Minggu"] == "2026-W47"  # programs sort by it; a workbook writes it in words
    assert first["Data per"] == "21 Nov 2026 pukul 09.05 WIB"
    assert FORMS["csv"].file_name(report) == "Rekap-33.16-2026-W47-contoh.csv"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " ="])
def test_no_cell_runs_as_a_formula(start):
    assert rekap.safe(f"{start}1+1").startswith("'")


def test_a_hostile_name_stays_one_quoted_cell(report):
    assert read_csv(rekap.render(report))[1]["Perangkat Daerah"] == f"'{HOSTILE}"


def test_the_text_says_the_same_numbers(report):
    lines = text.render(report).splitlines()

    assert lines[0] == "Kabupaten Blora (contoh) - minggu 2026-W47 (16 Nov 2026–22 Nov 2026)"
    assert "1 dari 2 perangkat daerah memenuhi target" in lines
    assert any("2/2" in line and "Dinas Kesehatan" in line and "X 2" in line for line in lines)


def plain(message, **values):
    return message % values


def test_a_strip_is_whole_svg_with_its_figures_and_links(report):
    [first, hostile, third] = report.matrix.rows
    root = ElementTree.fromstring(heatmap.strip(first, "/laporan/x/1", plain))
    link = root.find("a")

    assert link.get("href") == "/laporan/x/1/2026-W47"
    assert link.find("text").text == "2"
    assert root.find("title").text == "Dinas Kesehatan: terpenuhi 1 dari 1 minggu"
    assert "<script" not in heatmap.strip(hostile, "/", plain)
    assert 'class="cell cell--exempt"' in heatmap.strip(third, "/", plain)


def test_strip_and_table_show_the_same_figures(report):
    for row in report.matrix.rows:
        strip = ElementTree.fromstring(heatmap.strip(row, "/a", plain))
        cells = ElementTree.fromstring(f"<tr>{heatmap.table_cells(row, '/a')}</tr>")
        figures = [text.text for text in strip.iter("text")]
        assert [a.text.partition("/")[0] for a in cells.iter("a")] == figures


@pytest.mark.parametrize(
    ("counted", "required", "kind"),
    [(0, 4, "1"), (1, 4, "2"), (2, 4, "3"), (3, 4, "4"), (4, 4, "5"), (9, 4, "5")],
)
def test_the_colour_tells_how_much_of_the_target_is_out(counted, required, kind):
    assert heatmap.kind(tally(counted, required, WeekStatus.NOT_MET)) == kind


def test_an_office_that_owes_nothing_has_no_share():
    assert tally(3, 2, WeekStatus.EXEMPT).share is None
    assert tally(0, 0, WeekStatus.NO_RULE).share is None
    assert tally(1, 2, WeekStatus.AT_RISK).share == 0.5


def test_offices_that_met_most_stand_first_in_the_map(report):
    [(_, ranked)] = report.matrix.ranked()

    assert [row.office.id for row in ranked] == [1, 3, 2]


def test_a_snapshot_cannot_be_changed(report):
    with pytest.raises(AttributeError):
        report.made_at = MADE_AT + timedelta(days=1)
