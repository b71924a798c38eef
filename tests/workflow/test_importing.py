"""CSV files: whole or not at all, every bad row named by its line."""

from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher import tables
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.audit import AuditEntry
from publisher.models.places import Office, Region
from publisher.workflow import registering
from tests.conftest import NOW

DATA = Path(__file__).parent.parent.parent / "publisher" / "data"
OFFICES = "region_code,name,abbreviation,kind,valid_from,valid_to,successor"
ACCOUNTS = "region_code,office_abbreviation,platform,handle,display_name,standing,note"
READ = {
    registering.import_regions: registering.read_regions,
    registering.import_offices: registering.read_offices,
    registering.import_accounts: registering.read_accounts,
}


def count(table):
    return db.session.scalar(sa.select(sa.func.count()).select_from(table))


def csv(header, *rows):
    return "\n".join((header, *rows, "")).encode()


def added(step, *files):
    """Import files, and return how many rows were added."""
    return step(READ[step](*files), actor=None, at=NOW)


def refused(step, content, **options):
    """Return the lines that an import names, with all their reasons; nothing was stored."""
    before = [count(table) for table in (Region, Office, Account, AuditEntry)]
    with pytest.raises(registering.FileRefused) as error:
        step(READ[step](content), **{"actor": None, "at": NOW, **options})
    assert [count(table) for table in (Region, Office, Account, AuditEntry)] == before
    named = {}
    for found in error.value.faults:
        named.setdefault(found.line, []).append(str(found.fault))
    return named


def test_the_example_files_are_imported_whole(app):
    regions = (DATA / "jateng_regions.csv").read_bytes()
    offices = (DATA / "example_offices.csv").read_bytes()
    accounts = (DATA / "example_accounts.csv").read_bytes()

    new = added(registering.import_offices, offices, regions)
    assert (new.regions, new.offices) == (3, 107)
    assert added(registering.import_accounts, accounts).accounts == 12
    db.session.commit()

    bkd = db.session.scalars(sa.select(Account).where(Account.handle == "BKDBlora")).one()
    assert (bkd.office.abbreviation, bkd.standing) == ("BKPSDM", Standing.LAMA)
    assert {a.status for a in db.session.scalars(sa.select(Account))} == {AccountStatus.RECONNECT}
    assert {a.paused_reason for a in db.session.scalars(sa.select(Account))} == {
        "Belum disambungkan"
    }


def test_a_file_of_regions_is_imported_once(app):
    regions = (DATA / "jateng_regions.csv").read_bytes()
    assert added(registering.import_regions, regions).regions == 35
    db.session.commit()

    named = refused(registering.import_regions, regions)

    assert sorted(named) == list(range(2, 37))
    assert named[2] == ["33.01 sudah terdaftar."]


def test_a_region_gets_the_zone_of_its_province(app):
    rows = ("33.16,Blora,kabupaten", "51.71,Denpasar,kota", "91.71,Jayapura,kota")

    added(registering.import_regions, csv("code,name,kind", *rows))

    zones = sa.select(Region.zone).order_by(Region.code)
    assert list(db.session.scalars(zones)) == ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("33-16,Dinas Sosial,Dinsos,dinas,,,", "tidak berbentuk seperti 33.16"),
        ("33.1,Dinas Sosial,Dinsos,dinas,,,", "tidak berbentuk seperti 33.16"),
        ("٣٣.16,Dinas Sosial,Dinsos,dinas,,,", "tidak"),
        ("33.99,Dinas Sosial,Dinsos,dinas,,,", "kode daerah 33.99 tidak dikenal"),
        ("33.16,,Dinsos,dinas,,,", "name: Wajib diisi"),
        ("33.16,Dinas Sosial,,dinas,,,", "abbreviation: Wajib diisi"),
        ("33.16,Dinas Sosial,Dinsos,kantor,,,", "kind “kantor” tidak dikenal"),
        ("33.16,Dinas Sosial,Dinsos,dinas,2026-13-01,,", "bukan tanggal"),
        ("33.16,Dinas Sosial,Dinsos,dinas,1/2/2026,,", "bukan tanggal"),
        ("33.16,Dinas Sosial,Dinsos,dinas,2026-02-01,2026-01-31,", "mendahului hari mulai"),
        ("33.16,Dinas Sosial,Dinsos,dinas,,2026-01-31,Entah", "successor “Entah” tidak dikenal"),
        ("33.16,Dinas Sosial,Dinsos,dinas,,2026-01-31,Dinsos", "tidak berlaku pada 2026-02-01"),
        ("33.16,Dinas Sosial,Dinsos,dinas,,,Dinkes", "valid_to kosong"),
        ("33.16,Dinas Kesehatan,DINKES,dinas,,,", "sudah terdaftar"),
        ("33.16,Badan Baik,bpbd,badan,,,", "sama dengan baris 2"),
        ("33.16,Dinas Sosial,Dinsos", "ada 3 kolom, seharusnya 7"),
        ("33.16,Dinas\u200b Sosial,Dinsos,dinas,,,", "karakter kendali"),
        (f"33.16,{'D' * 201},Dinsos,dinas,,,", "Paling panjang 200"),
    ],
)
def test_a_bad_office_is_named_with_its_line_and_reason(dinkes, row, reason):
    good = "33.16,Badan Penanggulangan Bencana Daerah,BPBD,badan,,,"

    named = refused(registering.import_offices, csv(OFFICES, good, row))

    assert list(named) == [3]
    assert reason in " ".join(named[3])


def test_every_fault_of_every_row_is_named_at_once(blora):
    named = refused(
        registering.import_offices, csv(OFFICES, "33.99,,X,kantor,,,", "", "33.16,Y,,dinas,,,")
    )

    assert {line: len(reasons) for line, reasons in named.items()} == {2: 3, 4: 1}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("region_code,name,abbreviation", "kolom kind tidak ada"),
        ("region_code,name,abbreviation,kind,bupati", "kolom “bupati” tidak dikenal"),
        ("region_code,name,abbreviation,kind,name", "kolom name ada lebih dari sekali"),
    ],
)
def test_wrong_columns_are_named(blora, header, reason):
    named = refused(registering.import_offices, csv(header, "33.16,Dinas Sosial,Dinsos,dinas"))

    assert any(reason in found for found in named[1])


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", csv(OFFICES), b"\xff\xfe" + csv(OFFICES), b"x" * (tables.MAX_BYTES + 1)],
    ids=["empty", "blank", "header", "utf-16", "huge"],
)
def test_a_file_that_is_no_list_is_refused(blora, content):
    assert refused(registering.import_offices, content)


def test_an_open_quote_is_named_where_it_opens(blora):
    content = csv(OFFICES, "33.16,Dinas Sosial,Dinsos,dinas,,,", '33.16,"Dinas,X,dinas,,,', "a,b")

    assert list(refused(registering.import_offices, content)) == [3]


def test_a_row_after_a_cell_of_two_lines_is_still_named_by_its_own_line(blora):
    content = csv(OFFICES, '33.16,"Dinas\nSosial",Dinsos,dinas,,,', "33.16,Y,,dinas,,,")

    assert list(refused(registering.import_offices, content)) == [4]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_of_any_spreadsheet_are_read(blora, mark, delimiter, newline):
    lines = (OFFICES, "33.16,=HYPERLINK(1),Dinsos,DINAS,2020-01-01,,", "")
    content = (mark + newline.join(lines).replace(",", delimiter)).encode()

    added(registering.import_offices, content)

    assert db.session.scalars(sa.select(Office.name)).one() == "=HYPERLINK(1)"


def test_a_merger_is_imported_with_both_ends_and_the_successor(blora):
    rows = (
        "33.16,Dinas Lama,Dislama,dinas,,2025-12-31,disbaru",
        "33.16,Dinas Baru,Disbaru,dinas,2026-01-01,,",
    )

    added(registering.import_offices, csv(OFFICES, *rows))

    old = db.session.scalars(sa.select(Office).where(Office.abbreviation == "Dislama")).one()
    assert old.successor.name == "Dinas Baru"


def test_a_person_imports_for_the_own_region_alone(blora, rembang, budi):
    rows = ("33.16,Dinas Sosial,Dinsos,dinas,,,", "33.17,Dinas Sosial,Dinsos,dinas,,,")

    named = refused(registering.import_offices, csv(OFFICES, *rows), actor=budi, only=blora)

    assert named == {3: ["kode daerah 33.17 bukan daerah Anda."]}


def test_a_bad_file_of_regions_is_not_taken_for_the_offices(app):
    offices = csv(OFFICES, "33.16,Dinas Sosial,Dinsos,dinas,,,")
    regions = csv("code,name,kind", "33.16,Blora,kabupaten", "33.17,Rembang,negara")

    with pytest.raises(registering.FileRefused, match="Berkas daerah") as error:
        added(registering.import_offices, offices, regions)

    assert [found.line for found in error.value.faults] == [3]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("33.16,Entah,x,entah,Entah,utama,", "“Entah” tidak dikenal di 33.16"),
        ("33.17,Dinkes,x,entah,Entah,utama,", "kode daerah 33.17 tidak dikenal"),
        ("33.16,Dinkes,friendster,entah,Entah,utama,", "Kanal tidak dikenal"),
        ("33.16,Dinkes,x,entah,Entah,palsu,", "standing “palsu” tidak dikenal"),
        ("33.16,Dinkes,x,nama panjang,Entah,utama,", "handle"),
        ("33.16,Dinkes,facebook,,,utama,", "display_name: Wajib diisi"),
        ("33.16,Dinkes,x,DINKES_BLORA,Entah,utama,", "sudah terdaftar"),
        ("33.16,Dinkes,instagram,Dinkes,Entah,ganda,", "sama dengan baris 2"),
    ],
)
def test_a_bad_account_is_named_with_its_line_and_reason(dinkes_x, row, reason):
    good = "33.16,dinkes,instagram,@dinkes,Dinkes Blora,utama,"

    named = refused(registering.import_accounts, csv(ACCOUNTS, good, row))

    assert list(named) == [3]
    assert reason in " ".join(named[3])


BAD_CELLS = {
    0: ["", "33", "33.1", "99.99", "33,16"],
    1: ["", "\x00", "x" * 201],
    3: ["", "kantor", "dinas daerah"],
    4: ["kemarin", "2026-02-30"],
    5: ["1999-12-31", "2026/01/01"],
}


@st.composite
def files(draw):
    """Return the rows of a file and the lines of those in which one cell is wrong."""
    rows, bad = [], set()
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["dinas", "BADAN", " rsud "]))
        row = ["33.16", f"Kantor {number}", f"K{number}", kind, "2000-01-01", "", ""]
        if draw(st.booleans()):
            column = draw(st.sampled_from(sorted(BAD_CELLS)))
            row[column] = draw(st.sampled_from(BAD_CELLS[column]))
            bad.add(number + 2)
        rows.append([f'"{cell}"' for cell in row])
    return rows, bad


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files(), st.sampled_from([",", ";"]), st.sampled_from(["", "\ufeff"]))
def test_an_import_is_never_partial_and_names_exactly_the_bad_rows(blora, file, delimiter, mark):
    rows, bad = file
    lines = [OFFICES.replace(",", delimiter), *(delimiter.join(row) for row in rows)]
    content = (mark + "\n".join(lines)).encode()

    if bad:
        assert set(refused(registering.import_offices, content)) == bad
    else:
        new = added(registering.import_offices, content)
        assert new.offices == count(Office) == len(rows)
    db.session.rollback()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_whatever_bytes_a_file_holds_it_is_read_or_refused(content, with_header):
    columns = ("region_code", "name", "abbreviation", "kind")
    header = ",".join(columns).encode() + b"\n" if with_header else b""

    with suppress(registering.FileRefused):
        rows, findings = tables.read_table(header + content, required=columns)
        assert rows or findings.faults
