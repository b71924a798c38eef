"""Plans as tables: every row has an outcome, and none becomes a draft twice."""

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from publisher.db import db
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.models.series import PlanFile, PlanFileStatus
from publisher.tables import FileRefused
from publisher.typed import Fault
from publisher.workflow import batching, reviewing
from publisher.workflow.batching.cells import read_day, read_time
from tests.conftest import NOW

HEAD = "tanggal;jam;judul;jenis;kanal;takarir"
GOOD = "25/11/2026;09.00;Posyandu balita;layanan;X;Posyandu di balai desa"


def table(*lines, head=HEAD):
    return "\n".join([head, *lines]).encode()


def workbook(*rows, head=HEAD.split(";")):
    book, content = Workbook(), io.BytesIO()
    for row in (head, *rows):
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def look(content, actor, at=NOW):
    found = batching.look(batching.read(content), "minggu 48.csv", actor=actor, at=at)
    db.session.commit()
    return found


def use(file, checked, actor, *, whole=True, at=NOW):
    plan = batching.read(batching.content_of(file))
    made = batching.use(file, plan, whole=whole, seen=checked.sign, actor=actor, at=at)
    db.session.commit()
    return made


def posts():
    return list(db.session.scalars(sa.select(Post).order_by(Post.id)))


def said(verdict):
    return " ".join(str(fault) for fault in verdict.faults)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("23/11/2026", date(2026, 11, 23)),
        ("3-1-2027", date(2027, 1, 3)),
        ("23.11.2026", date(2026, 11, 23)),
        ("Senin, 23 November 2026", date(2026, 11, 23)),
        ("Jum'at 27 Nov. 2026", date(2026, 11, 27)),
        ("17 Agt 2027", date(2027, 8, 17)),
        ("2026-11-23", date(2026, 11, 23)),
        ("2026-11-23 09:00", date(2026, 11, 23)),
        ("Selasa, 23 November 2026", "Senin"),
        *((wrong, "bukan tanggal") for wrong in ("31/02/2026", "11/23/2026", "23/11/26", "besok")),
    ],
)
def test_days_are_read_as_they_are_written_in_indonesia(written, read):
    found = read_day("tanggal", written)

    assert read in str(found) if isinstance(found, Fault) else found == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("09.00", time(9)),
        ("9:05", time(9, 5)),
        ("pukul 14.30 WITA", time(14, 30)),
        ("09:00:00", time(9)),
        ("14.30 WIB", "WITA"),
        *((wrong, "bukan jam") for wrong in ("24.00", "9", "09.60", "pagi")),
    ],
)
def test_times_are_of_the_region_s_own_zone(written, read):
    found = read_time("jam", written, "Asia/Makassar")

    assert read in str(found) if isinstance(found, Fault) else found == read


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("25/11/2026;09.00;", "judul", "kosong"),
        ("23/11/2026;08.59;Lewat", "tanggal", "sudah lewat"),
        ("25/11/2028;09.00;Jauh", "tanggal", "setahun"),
        ("25/11/2026;9;Jam", "jam", "bukan jam"),
        ("25/11/2026;09.00;Jenis;rapat", "jenis", "pilihannya: layanan"),
        ("25/11/2026;09.00;Kanal;;TikTok", "kanal", "pilihannya: Facebook, X"),
        (f"25/11/2026;09.00;{'x' * 151}", "judul", "paling banyak 150"),
        ("25/11/2026;09.00;A;B;C;D;E", "", "seharusnya 6"),
    ],
)
def test_each_row_says_in_which_column_what_is_wrong(
    sari, dinkes_x, dinkes_facebook, row, column, words
):
    row += ";" * (5 - row.count(";"))
    checked, file = look(table(GOOD, row), sari)

    assert [verdict.line for verdict in checked.new] == [2]
    (bad,) = checked.faulty
    assert bad.line == 3
    assert words in said(bad)
    assert bad.faults[0].values.get("column", "") == column
    assert file is not None


def test_a_plan_becomes_drafts_of_whoever_sent_it_with_its_texts_and_times(
    sari, dinkes_x, dinkes_facebook
):
    checked, file = look(
        workbook(
            [datetime(2026, 11, 25), time(9, 0), "Posyandu", "Tanggapan aduan", None, "Teks"],  # noqa: DTZ001
            ["26 November 2026", "10.30 WIB", "Kedua", None, "facebook", None],
        ),
        sari,
    )

    assert use(file, checked, sari) == 2

    first, second = posts()
    assert first.planned_at == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert (first.title, first.caption) == ("Posyandu", "Teks")
    assert (first.kind, second.kind) == (PostKind.TANGGAPAN_ADUAN, PostKind.KEGIATAN)
    assert (first.status, first.drafted_by, first.who) == (
        PostStatus.DRAFT, sari, "Dinas Kesehatan"
    )  # fmt: skip
    assert len(first.accounts) == 2
    assert second.accounts == [dinkes_facebook]
    assert file.content is None


def test_the_same_file_or_row_never_becomes_a_draft_twice(sari, dinkes_x):
    other = "26/11/2026;09.00;Kedua;;;"
    checked, file = look(table(GOOD), sari)
    use(file, checked, sari)

    again, none = look(table(GOOD), sari)
    assert (len(again.there), again.new, none) == (1, [], None)
    with pytest.raises(batching.PlanUsed):
        use(file, checked, sari)

    more, file = look(table(GOOD, other, other), sari)
    assert [len(part) for part in (more.there, more.new, more.faulty)] == [1, 1, 1]
    assert "sama dengan baris 3" in said(more.faulty[0])
    with pytest.raises(batching.PlanMoved):
        use(file, more, sari)  # all or nothing
    db.session.rollback()
    assert use(file, more, sari, whole=False) == 1
    assert [post.title for post in posts()] == ["Posyandu balita", "Kedua"]


def test_what_is_no_longer_as_it_was_shown_is_shown_again(sari, dinkes_x):
    checked, file = look(table(GOOD), sari)

    with pytest.raises(batching.PlanMoved):
        use(file, checked, sari, at=NOW + timedelta(days=3))
    db.session.rollback()

    assert file.status is PlanFileStatus.CHECKED
    assert posts() == []


def test_an_import_is_undone_for_what_nobody_touched_and_can_be_made_again(sari, dinkes_x):
    checked, file = look(table(GOOD, "26/11/2026;09.00;Kedua;;;"), sari)
    use(file, checked, sari)
    touched = posts()[1]
    touched.benefit = "Sehat"
    touched.touch(actor=sari, at=NOW)
    db.session.commit()

    assert batching.undo(file, actor=sari, at=NOW) == 1
    db.session.commit()

    again, file = look(table(GOOD, "26/11/2026;09.00;Kedua;;;"), sari)
    assert [len(again.new), len(again.there)] == [1, 1]
    assert use(file, again, sari) == 1
    assert [post.status.value for post in posts()] == ["withdrawn", "draft", "draft"]


def test_kominfo_imports_for_every_office_of_the_region_and_approves_none_of_it(
    budi, sari, tono, agus, dinkes_x
):
    head = "perangkat_daerah;tanggal;jam;judul"
    day = "25/11/2026;09.00"
    content = table(
        f"Dinkes;{day};A", f"dishub;{day};B", f"Dinlutkan;{day};C", f";{day};D", head=head
    )
    checked, file = look(content, budi)

    assert [verdict.line for verdict in checked.faulty] == [4, 5]  # another region's; nobody's
    assert use(file, checked, budi, whole=False) == 2
    assert [post.office for post in posts()] == [sari.office, tono.office]
    assert all(post.drafted_by is budi for post in posts())
    assert not reviewing.may_decide(posts()[0], budi)
    own, _ = look(table(f"Dishub;{day};E", head=head), sari)
    assert "bukan perangkat daerah Anda" in said(own.faulty[0])


def test_a_new_upload_forgets_what_its_sender_never_decided_on(sari, tono, dinkes_x):
    for who in (sari, sari, tono):
        look(table(GOOD.replace(";X;", ";;")), who)

    assert db.session.scalar(sa.select(sa.func.count(PlanFile.id))) == 2


def zipped(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return content.getvalue()


def formula():
    return workbook(["25/11/2026", "09.00", "=HYPERLINK(1)", None, None, None])


def patched(old, new):
    """A workbook whose first sheet says something else."""
    with zipfile.ZipFile(io.BytesIO(workbook(GOOD.split(";")))) as good:
        parts = {part.filename: good.read(part) for part in good.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    return zipped(**{**parts, sheet: parts[sheet].replace(old, new)})


def billion_laughs(before=b""):
    return patched(b"<worksheet", before + b'<!DOCTYPE l [<!ENTITY a "ha">]><worksheet')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "kolom tanggal tidak ada"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"x" * (5 * 1024 * 1024 + 1), "terlalu besar"),
        (b"PK\x03\x04" + b"\x00" * 400, "tidak dapat dibaca"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 400, "tidak dapat dibaca"),
        (zipped(a=b"0" * 26 * 1024 * 1024), "terlalu banyak data"),
        (zipped(**{f"p{n}": b"" for n in range(300)}), "terlalu banyak data"),
        (zipped(a=b"no workbook"), "tidak dapat dibaca"),
        (billion_laughs(), "tidak dapat dibaca"),
        (billion_laughs(b"<!--" + b"a" * 70_000 + b"-->"), "tidak dapat dibaca"),
        (patched(b'r="2"', b'r="1000000"'), "lebih dari 3000 baris, termasuk yang kosong"),
        (patched(b"</sheetData>", b"<row/>" * 210_000 + b"</sheetData>"), "terlalu banyak data"),
        (table(*[""] * 3_000, GOOD), "lebih dari 3000 baris, termasuk yang kosong"),
        (table(head=";".join(map(str, range(51)))), "lebih dari 50 kolom"),
        (table(*[GOOD] * 1001), "lebih dari 1000 baris"),
        (table("a;b;c", head="tanggal;jam;rahasia"), "kolom “rahasia” tidak dikenal"),
        (table(head=HEAD), "tidak berisi data"),
    ],
    ids=range(17),
)
def test_a_hostile_or_foreign_file_is_refused_in_words_and_leaves_nothing(
    sari, dinkes_x, content, words
):
    with pytest.raises(FileRefused) as refused:
        look(content, sari)

    assert any(words in str(fault) for fault in refused.value.faults)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(PlanFile.id))) == 0


def test_columns_without_anything_in_them_are_no_work(sari, dinkes_x):
    checked, _file = look(table(GOOD + ";" * 300_000, head=HEAD + ";" * 300_000), sari)

    assert len(checked.new) == 1  # taking them off one by one took hours


def test_a_formula_is_named_and_never_calculated(sari, dinkes_x):
    checked, none = look(formula(), sari)

    assert none is None
    assert "kolom judul berisi rumus" in said(checked.faulty[0])


def test_a_workbook_of_10_000_rows_is_not_read_to_its_end(sari, dinkes_x):
    book, content = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(HEAD.split(";"))
    for _ in range(10_000):
        sheet.append(["x"])
    book.save(content)

    with pytest.raises(FileRefused) as refused:
        look(content.getvalue(), sari)

    assert "lebih dari 1000 baris" in " ".join(map(str, refused.value.faults))
