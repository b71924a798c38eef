"""A region's week of any size, made up whole: what reports are rendered from, without a database.

Some offices met their target, some did not, for every reason there is; a test reads every form
of such a week back.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

from publisher.clock import Week, last_weeks
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
    Trouble,
    Uncounted,
    WeekReport,
    WeekStatus,
)

WEEK = Week(2026, 47)
MADE_AT = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
_MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
_DINAS = (
    "Dinas Pendidikan", "Dinas Kesehatan", "Dinas Komunikasi dan Informatika",
    "Dinas Pekerjaan Umum dan Penataan Ruang", "Dinas Perhubungan", "Dinas Lingkungan Hidup",
    "Dinas Kependudukan dan Pencatatan Sipil", "Dinas Perpustakaan dan Kearsipan", "Dinas Sosial",
    "Dinas Pemberdayaan Masyarakat dan Desa",
    "Dinas Perdagangan, Koperasi, Usaha Kecil dan Menengah",
    "Dinas Pangan, Pertanian, Peternakan dan Perikanan",
    "Dinas Kepemudaan, Olahraga, Kebudayaan dan Pariwisata",
    "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu",
    "Dinas Perindustrian dan Tenaga Kerja",
    "Dinas Perumahan, Kawasan Permukiman dan Perhubungan",
)  # fmt: skip
_AGENCIES = (
    ("sekretariat", "Sekretariat Daerah"), ("sekretariat", "Sekretariat DPRD"),
    ("inspektorat", "Inspektorat Daerah"), ("badan", "Badan Kepegawaian Daerah"),
    ("badan", "Badan Pendapatan Daerah"), ("badan", "Badan Kesatuan Bangsa dan Politik"),
    ("badan", "Badan Penanggulangan Bencana Daerah"), ("satuan", "Satuan Polisi Pamong Praja"),
    ("rsud", "RSUD dr. R. Soetijono"),
)  # fmt: skip
# fmt: off
_PLACES = ("Jati", "Randublatung", "Kradenan", "Kedungtuban", "Cepu", "Sambong", "Jiken", "Jepon",
           "Tunjungan", "Banjarejo", "Ngawen", "Kunduran", "Todanan", "Bogorejo", "Japah", "Blora")
# fmt: on
_TITLES = (
    "Imunisasi lengkap, gratis di semua puskesmas",
    "Jalan Randublatung selesai diperbaiki",
    "Pasar murah menjelang akhir tahun",
    "Pelatihan UMKM di balai desa",
    "Layanan KTP keliling hadir di kecamatan Anda",
)  # fmt: skip
_CHANNELS = ("x", "instagram", "facebook", "website")


def week_of(offices: int, *, weeks: int = 13, running: bool = False) -> WeekReport:
    """Return a week of so many offices; the same number always gives the same week."""
    dice = Random(47)
    names = [_office(number) for number in range(1, offices + 1)]
    rows = tuple(_row(name, dice, running=running) for name in names)
    matrix = _matrix(rows, tuple(last_weeks(WEEK, weeks)), dice)
    return WeekReport(
        region_code="33.16",
        region_name="Kabupaten Blora",
        is_example=True,
        zone="Asia/Jakarta",
        week=WEEK,
        made_at=MADE_AT,
        running=running,
        working_days=5,
        holidays=(),
        rows=rows,
        totals=Totals.of([row.tally for row in rows]),
        previous=Totals.of(matrix.column(WEEK.previous())),
        matrix=matrix,
        decisions=Decisions(
            reviews=6, reviews_overdue=2, reviews_soon=3, deliveries=4, unconnected_offices=1
        ),
    )


def _office(number: int) -> OfficeName:
    place = number - 1
    if place < len(_DINAS):
        kind, name = "dinas", _DINAS[place]
    elif place < len(_DINAS) + len(_AGENCIES):
        kind, name = _AGENCIES[place - len(_DINAS)]
    elif place < len(_DINAS) + len(_AGENCIES) + len(_PLACES):
        kind, name = "kecamatan", f"Kecamatan {_PLACES[place - len(_DINAS) - len(_AGENCIES)]}"
    else:
        kind = "kelurahan" if number % 9 == 0 else "desa"
        name = f"{kind.capitalize()} {_PLACES[number % len(_PLACES)]} {number}"
    return OfficeName(id=number, name=name, abbreviation=f"OPD-{number}", kind=kind)


def _row(office: OfficeName, dice: Random, *, running: bool) -> OfficeWeek:
    contents = tuple(_contents(office, dice))
    troubles = tuple(_troubles(office, dice))
    counted = sum(content.counts for content in contents)
    stranded = sum(trouble.by_platform for trouble in troubles)
    silent = counted == 0 and not contents
    last = contents[-1].first_at if contents else _MONDAY - timedelta(days=dice.randint(3, 60))
    streak = dice.choice((1, 2, 5, 8, 13)) if counted >= 2 else 0
    return OfficeWeek(
        office=office,
        tally=_tally(WEEK, counted, len(contents) - counted, stranded, running=running),
        contents=contents,
        troubles=troubles,
        last_at=None if silent and office.id % 5 == 0 else last,
        streak=streak,
        streak_open=streak == 13,
        dormant=silent and office.id % 2 == 1,
    )


def _contents(office: OfficeName, dice: Random) -> Iterator[Content]:
    first = _MONDAY + timedelta(hours=office.id % 7)
    for number in range(dice.choices((0, 1, 2, 3, 4), (10, 12, 50, 20, 8))[0]):
        first += timedelta(hours=dice.randint(3, 30), minutes=dice.randint(0, 59))
        most = 2 if office.kind in ("desa", "kelurahan") else 4
        channels = dice.sample(_CHANNELS, dice.randint(1, most))
        kind = "ucapan" if dice.random() < 0.08 else dice.choice(("kegiatan", "layanan"))
        yield Content(
            post_id=office.id * 10 + number,
            title=dice.choice(_TITLES),
            kind=kind,
            reason=Uncounted.GREETING if kind == "ucapan" else None,
            first_at=first,
            submitted_by=f"Sari {office.abbreviation}",
            submitted_at=first - timedelta(days=2),
            approved_by="Budi Kominfo",
            approved_at=first - timedelta(days=1),
            proofs=tuple(
                Proof(
                    platform=channel,
                    account=f"@opd{office.id}blora",
                    permalink=f"https://{channel}.example/opd{office.id}/{number}{place}",
                    published_at=first + timedelta(minutes=place),
                    by_hand=channel == "website",
                )
                for place, channel in enumerate(channels)
            ),
        )


def _troubles(office: OfficeName, dice: Random) -> Iterator[Trouble]:
    if dice.random() < 0.15:
        by_platform = dice.random() < 0.5
        yield Trouble(
            post_id=office.id * 10 + 9,
            title="Gotong royong bersama warga",
            platform="instagram",
            account=f"@opd{office.id}blora",
            status="failed" if by_platform else "unknown",
            reason="Instagram menolak gambarnya.",
            due_at=_MONDAY + timedelta(days=3),
            by_platform=by_platform,
            out_elsewhere=False,
        )


def _tally(week: Week, counted: int, greetings: int, stranded: int, *, running: bool) -> Tally:
    met = counted >= 2
    excused = not met and counted + stranded >= 2
    behind = WeekStatus.AT_RISK if running else WeekStatus.NOT_MET
    obligation = Obligation(
        minimum=2, own_rule=False, since=date(2026, 1, 5), working_days=5, required=2
    )
    return Tally(
        week=week,
        obligation=obligation,
        status=WeekStatus.MET if met else WeekStatus.EXEMPT if excused else behind,
        excuse=Excuse.PLATFORM if excused else None,
        counted=counted,
        greetings=greetings,
        planned=1 if running and not met else 0,
        stranded=stranded,
    )


def _matrix(rows: tuple[OfficeWeek, ...], weeks: tuple[Week, ...], dice: Random) -> Matrix:
    """Return the weeks before as they came about, and this one as it is."""
    found = []
    for row in rows:
        past = [
            _tally(week, min(dice.randint(0, 4), dice.randint(1, 5)), 0, 0, running=False)
            for week in weeks[:-1]
        ]
        found.append(MatrixRow(office=row.office, cells=(*past, row.tally)))
    return Matrix(weeks=weeks, rows=tuple(found))
