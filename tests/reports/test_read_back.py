"""Every form of one week, read back: all say the numbers of the snapshot, and stay harmless."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from bench.weeks import week_of
from publisher.clock import Week, in_zone
from publisher.posters.items import Words
from publisher.posters.lettering import length
from publisher.reports import frozen, message, pdf, picture, rekap, sentences, tables, words, xlsx
from publisher.reports.forms import FORMS
from publisher.reports.logos import is_lost, logo_of
from publisher.reports.snapshot import (
    Cluster,
    Content,
    Matrix,
    MatrixRow,
    OfficeWeek,
    Proof,
    Tally,
    Totals,
    Trouble,
    WeekReport,
    WeekStatus,
)
from publisher.storage import FolderStore, Unreachable

#: openpyxl cannot read the colour of data bars.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")

#: A report without a logo asks nothing of it.
NO_STORE = None
HOSTILE = (
    '=HYPERLINK("http://jahat.example";"klik")',
    '#panic("x") *tebal* $x^2$ @rujukan <label> \\ // /*',
    "<r><t>lepas</t></r>",
    "Dinas & \"Kutip\" 'satu' <script>alert(1)</script>",
    "Baris\nbaru\ttab\x0b\x00kendali _x000A_",
    "Dinas 🎉 ꦱꦸꦫꦏꦂꦠ \u202eterbalik\u200b",
    "Dinas " + "Panjang" * 60,
    "+62 -1 @x %s {0} ${y}",
)


@pytest.fixture(scope="module")
def report():
    return week_of(30)


def named(report, name, *titles):
    """Return the report with its first offices called by these names, silent and behind."""
    names = (name, *titles)
    rows = [
        replace(
            row,
            office=replace(row.office, name=name, abbreviation=name),
            tally=replace(row.tally, counted=0, status=WeekStatus.NOT_MET),
            dormant=True,
            contents=tuple(replace(content, title=name) for content in row.contents),
        )
        for row, name in zip(report.rows, names, strict=False)
    ]
    rows.extend(report.rows[len(rows) :])
    totals = Totals.of([row.tally for row in rows])
    return replace(
        report, rows=tuple(rows), totals=totals, region_name=f"Kabupaten {' '.join(names)}"
    )


# -- the same numbers --------------------------------------------------------------------


def pdf_text(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def flat(text):
    return " ".join(text.split())


def test_the_nota_dinas_says_the_numbers_of_the_snapshot(report):
    first, *annex = [flat(page) for page in pdf_text(pdf.render(report))]
    totals, previous = report.totals, report.previous

    assert f"{totals.met} dari {totals.obliged} memenuhi target" in first
    assert f"({previous.met} dari {previous.obliged})" in first
    assert f"dihitung {totals.contents} konten" in first
    assert f"{totals.not_met} belum memenuhi target" in first
    for line in sentences.clusters(report):
        assert f"{line.name} {line.met} dari {line.owed} {line.percent}%" in first
    for one in sentences.behind(report):
        assert f"{one.name} {one.figure} {one.why}" in first
    for told in (*sentences.dormant(report), *sentences.decisions(report)):
        assert told in first
    for row in report.rows:
        owed = "–" if row.tally.share is None else row.tally.required
        cells = [row.tally.obligation.minimum, owed]
        cells += [row.on_channel(channel) or "·" for channel in report.platforms]
        cells.append(row.tally.counted)
        assert any(f"{row.office.name} {' '.join(map(str, cells))} " in page for page in annex)


def test_the_heat_map_on_paper_is_that_of_the_snapshot(report):
    annex = " ".join(flat(page) for page in pdf_text(pdf.render(report))[1:])

    for row in report.matrix.rows:
        met, owed = row.weeks_met
        figures = " ".join(str(cell.counted) for cell in row.cells)
        assert f"{row.office.name} {figures} {met} dari {owed}" in annex


def sheet_rows(content, name):
    sheet = load_workbook(io.BytesIO(content))[name]
    head, *rows = sheet.iter_rows(min_row=xlsx.HEAD_ROW + 1, values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_workbook_says_the_numbers_of_the_snapshot(report):
    content = xlsx.render(report)

    for line, row in zip(sheet_rows(content, "Rekap"), report.rows, strict=True):
        local = in_zone(row.last_at, report.zone).replace(tzinfo=None) if row.last_at else None
        assert line["Perangkat Daerah"] == row.office.name
        assert line["Target"] == row.tally.obligation.minimum
        assert line["Dihitung"] == row.tally.counted
        assert line["Capaian %"] == row.tally.share
        assert line["Status"] == words.STATUS[row.tally.status]
        assert line["Minggu berturut-turut terpenuhi"] == row.streak
        assert line["Unggahan terakhir"] == (local or "Belum pernah")
        for channel in report.platforms:
            assert line[f"Tayang {words.platform_word(channel)}"] == row.on_channel(channel)
    notes = load_workbook(io.BytesIO(content))["Catatan"]
    facts = {row[0]: row[1] for row in notes.iter_rows(values_only=True)}
    assert facts["Minggu"] == "Minggu ke-47 (16–22 November 2026)"
    assert facts["Konten dihitung"] == report.totals.contents
    assert facts["Terpenuhi"] == report.totals.met
    assert facts["Memiliki target"] == report.totals.obliged


def test_the_detail_names_each_proof_with_its_link_and_who_answers_for_it(report):
    proofs = [
        (row, content, proof)
        for row in report.rows
        for content in row.contents
        for proof in content.proofs
    ]
    for line, (row, content, proof) in zip(
        sheet_rows(xlsx.render(report), "Detail"), proofs, strict=True
    ):
        shown = in_zone(proof.published_at, report.zone).replace(tzinfo=None)
        assert line["Tanggal tayang (WIB)"] == shown
        assert line["Perangkat Daerah"] == row.office.name
        assert (line["Tautan"], line["Akun"]) == (proof.permalink, proof.account)
        assert line["Diajukan oleh"] == content.submitted_by
        assert line["Disetujui oleh"] == content.approved_by
        assert line["Otomatis/manual"] == ("Manual" if proof.by_hand else "Otomatis")


def test_message_and_file_for_programs_say_the_same(report):
    said = message.render(report)
    totals = report.totals
    lines = csv.DictReader(io.StringIO(rekap.render(report).decode("utf-8-sig")), delimiter=";")

    assert f"*{totals.met} dari {totals.obliged}* perangkat daerah memenuhi target" in said
    assert f"Konten yang dihitung: {totals.contents}." in said
    for one in sentences.behind(report):
        assert f"{one.name}: {one.figure}. {one.why}" in said
    for line, row in zip(lines, report.rows, strict=True):
        assert line["Dihitung"] == str(row.tally.counted)
        assert line["Format"] == rekap.FORMAT
    assert frozen.from_json(FORMS["json"].render(report, NO_STORE)) == report


# -- the logo ----------------------------------------------------------------------------


def png(*, size=(240, 320), colour="#0b6b3a", mode="RGBA"):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG")
    return out.getvalue()


def figures_of(reader):
    """Return the alternative texts of the pictures, as a screen reader is told them."""
    waiting, found = [reader.trailer["/Root"]["/StructTreeRoot"]], []
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            found += [one["/Alt"]] if one.get("/S") == "/Figure" and "/Alt" in one else []
            waiting.extend([one["/K"]] if "/K" in one else [])
    return found


def test_the_logo_stands_in_the_kop_with_words_for_who_cannot_see_it(report, tmp_path):
    store = FolderStore(tmp_path)
    marked = replace(report, logo=store.put(png()))
    with_it = PdfReader(io.BytesIO(FORMS["pdf"].render(marked, store)))
    without = PdfReader(io.BytesIO(FORMS["pdf"].render(report, store)))

    assert "Logo Pemerintah Kabupaten Blora" in figures_of(with_it)
    assert len(with_it.pages[0].images) == 1
    assert not without.pages[0].images
    assert flat(with_it.pages[0].extract_text()) == flat(without.pages[0].extract_text())
    assert FORMS["png"].render(marked, store) != FORMS["png"].render(report, store)
    assert frozen.from_json(FORMS["json"].render(marked, store)) == marked
    assert b"logo" not in FORMS["json"].render(report, store)  # as it was before there were any


def test_what_is_no_picture_of_ours_is_left_out_and_the_report_comes_all_the_same(report, tmp_path):
    store = FolderStore(tmp_path)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script href="http://jahat.example"/></svg>'
    huge = png(size=(5000, 5000), mode="L", colour=0)
    lost = "0" * 64

    for digest in (*map(store.put, (svg, huge, png()[:200], b"")), lost):
        assert logo_of(replace(report, logo=digest), store) is None
    assert FORMS["pdf"].render(replace(report, logo=lost), store) == pdf.render(report)


def test_a_report_waits_for_a_store_that_does_not_answer(report):
    class Silent:
        def get(self, _digest):
            raise Unreachable("later")

    with pytest.raises(Unreachable):
        FORMS["pdf"].render(replace(report, logo="0" * 64), Silent())


@pytest.mark.parametrize(
    ("colour", "paper", "picture_ground"),
    [("#ffffff", True, False), ("#0c3048", False, True), ("#0b8b4a", False, False)],
)
def test_a_logo_of_the_colour_of_its_ground_lies_on_a_plate(colour, paper, picture_ground):
    assert is_lost(png(colour=colour), pdf.PAPER) is paper
    assert is_lost(png(colour=colour), picture.DEEP) is picture_ground


MANY = week_of(140)


def drawn(report, logo=None):
    return [item for item in picture.items(report, logo) if isinstance(item, Words)]


@pytest.mark.parametrize("offices", [0, 5, 41, 140])
def test_the_picture_says_the_figure_and_as_many_names_as_it_has_room_for(offices):
    report = week_of(offices)
    texts = [" ".join(item.set.lines) for item in drawn(report)]
    behind = sentences.behind(report)

    if report.totals.obliged:
        assert str(report.totals.met) in texts
        assert f"dari {report.totals.obliged}" in texts
    rest = sum(int(text.split()[1]) for text in texts if re.fullmatch(r"dan \d+ lainnya", text))
    shown = [one for one in behind if one.name in texts or f"OPD-{one.name}" in texts]
    assert len(behind) - rest <= len(shown) + sum("…" in text or "OPD" in text for text in texts)
    with Image.open(io.BytesIO(picture.render(report))) as image:
        assert (image.format, image.size) == ("PNG", (1080, 1350))


@pytest.mark.parametrize("name", ["Blora", "Nusa Tenggara " * 5, *HOSTILE])
def test_nothing_in_the_picture_overflows_its_place(name):
    wide = png(size=(320, 60), colour=picture.DEEP)
    for item in [*drawn(named(MANY, name)), *drawn(named(MANY, name), wide)]:
        assert 0 <= item.box.left < item.box.right <= picture.WIDTH
        assert 0 <= item.box.top < item.box.bottom <= picture.HEIGHT
        for line in item.set.lines:
            assert length(line, item.set.weight) * item.set.size <= item.box.width + 1


# -- what people type stays what it is ---------------------------------------------------


def test_hostile_names_stay_text_in_every_form():
    hostile = named(week_of(9), *HOSTILE)

    made = {form: FORMS[form].render(hostile, NO_STORE) for form in FORMS}

    book = load_workbook(io.BytesIO(made["xlsx"]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {HOSTILE[0], HOSTILE[2], HOSTILE[3]} <= {cell.value for cell in cells}
    assert not re.search(r"(?m)(^|;)\"?[=+@-]", made["csv"].decode("utf-8-sig"))
    assert frozen.from_json(made["json"]) == hostile
    read = flat(" ".join(pdf_text(made["pdf"])))
    for name in (HOSTILE[0], HOSTILE[2], HOSTILE[7]):
        assert flat(name) in read


def test_only_addresses_of_the_web_become_links(report):
    first, *others = (row for row in report.rows if row.contents)
    [content, *_] = first.contents
    wrong = tuple(replace(one, permalink="javascript:alert(1)") for one in content.proofs)
    row = replace(first, contents=(replace(content, proofs=wrong),))
    sheet = load_workbook(io.BytesIO(xlsx.render(replace(report, rows=(row, *others)))))["Detail"]

    links = [cell.hyperlink.target for line in sheet.iter_rows() for cell in line if cell.hyperlink]
    assert links
    assert all(link.startswith("https://") for link in links)


# -- the nota dinas ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offices", "long"),
    [(1, ""), (14, ""), (80, " dan segala sesuatu yang menjadi urusannya di seluruh wilayah")],
)
def test_the_nota_dinas_is_one_page_however_many_are_behind(offices, long):
    report = week_of(offices)
    rows = tuple(
        replace(
            row,
            office=replace(row.office, name=row.office.name + long),
            tally=replace(row.tally, counted=0, status=WeekStatus.NOT_MET),
            dormant=True,
        )
        for row in report.rows
    )
    pages = pdf_text(pdf.render(replace(report, rows=rows)))

    assert "NOTA DINAS" in pages[0]
    assert "NIP." in pages[0]
    assert "LAMPIRAN I" in pages[1]


def test_the_nota_dinas_is_tagged_and_brings_its_letters(report):
    reader = PdfReader(io.BytesIO(pdf.render(report)))
    root = reader.trailer["/Root"]
    fonts = {
        font.get_object()["/BaseFont"]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("id")
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
    week = "minggu ke-47 (16–22 November 2026)"
    assert reader.metadata.title == (f"Laporan publikasi mingguan Kabupaten Blora (contoh), {week}")
    assert all("+PlusJakartaSans" in font for font in fonts)


def test_a_table_nobody_reads_on_paper_stays_in_the_workbook(monkeypatch):
    report = week_of(30)
    monkeypatch.setattr(pdf, "MOST_OFFICES", 29)
    pages = pdf_text(pdf.render(report))

    assert "ada dalam berkas XLSX" in flat(pages[1])
    assert not any("LAMPIRAN II" in page for page in pages)


def test_a_running_week_is_not_said_to_fall_behind_one_that_is_over(report):
    begun = replace(report, running=True, totals=replace(report.totals, met=0, on_track=1))
    ended = f"minggu lalu berakhir dengan {report.previous.met} dari {report.previous.obliged}"

    assert ended in message.render(begun)
    assert ended in flat(pdf_text(pdf.render(begun))[0])
    assert "minggu lalu (" in message.render(replace(begun, running=False))


def test_days_are_those_of_the_region_on_both_sides_of_midnight(report):
    after_midnight = datetime(2026, 10, 14, 17, 30, tzinfo=UTC)  # 15 October in Blora
    row = replace(report.rows[0], dormant=True, last_at=after_midnight)

    assert "terakhir 15 Okt 2026" in message.render(replace(report, rows=(row,)))


def test_a_week_without_targets_says_so_in_every_form():
    empty = week_of(0)
    away = replace(empty, totals=replace(empty.totals, holiday=3))

    assert "Libur: tidak ada hari kerja" in flat(pdf_text(pdf.render(away))[0])
    assert "Libur: tidak ada hari kerja" in message.render(away)
    assert "Belum ada target yang berlaku" in message.render(empty)
    assert any("Libur" in " ".join(item.set.lines) for item in drawn(away))


# -- kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_same_report_gives_the_same_bytes(form):
    made = FORMS[form].render(week_of(7), NO_STORE)

    assert made == FORMS[form].render(week_of(7), NO_STORE)
    assert made != FORMS[form].render(week_of(8), NO_STORE)


def few(one):
    return st.lists(one, max_size=1).map(tuple)


st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(Content, lambda _: st.builds(Content, proofs=few(st.from_type(Proof))))
OFFICES = st.builds(
    OfficeWeek, contents=few(st.from_type(Content)), troubles=few(st.from_type(Trouble))
)
CELLS = few(st.none() | st.from_type(Tally))
MATRICES = st.builds(
    Matrix,
    weeks=few(st.from_type(Week)),
    rows=few(st.builds(MatrixRow, cells=CELLS)),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.builds(WeekReport, rows=few(OFFICES), matrix=MATRICES))
def test_a_report_comes_back_from_its_bytes_as_it_was(report):
    content = frozen.to_json(report)

    assert frozen.from_json(content) == report
    assert frozen.to_json(frozen.from_json(content)) == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff",
        frozen.to_json(week_of(1)).replace(b"/1", b"/2", 1),
        frozen.to_json(week_of(1)).replace(b'"zone"', b'"zona"', 1),
    ],
)
def test_what_is_no_report_of_this_format_is_refused(content):
    with pytest.raises(ValueError, match="validation error"):
        frozen.from_json(content)


# -- words -------------------------------------------------------------------------------


def test_every_channel_kind_and_cluster_has_its_word():
    from publisher.models.posts import PostKind
    from publisher.platforms import PLATFORM_NAMES

    assert {kind.value for kind in PostKind} == words.KIND.keys()
    assert all(words.PLATFORM[name] == word for name, word in PLATFORM_NAMES.items())
    assert set(words.CLUSTER) == set(Cluster)
    assert set(words.STATUS) == set(WeekStatus)


@pytest.mark.parametrize(
    ("week", "written"),
    [
        (Week(2026, 47), "16–22 November 2026"),
        (Week(2026, 49), "30 November–6 Desember 2026"),
        (Week(2026, 53), "28 Desember 2026–3 Januari 2027"),
    ],
)
def test_a_week_is_written_as_short_as_it_can_be(week, written):
    assert words.long_days(week) == written


def test_a_share_is_only_whole_when_all_have_done_it():
    assert sentences.percent(999, 1000) == 99
    assert sentences.percent(0, 0) == 0


def test_the_columns_and_the_cells_of_each_table_are_as_many(report):
    for name in ("rekap", "detail", "trouble"):
        columns = getattr(tables, f"{name}_columns")(report)
        for row in getattr(tables, f"{name}_rows")(report):
            assert len(row) == len(columns)
