"""The week as a table for a spreadsheet: one row an office, the columns of a Rekap.

Indonesian Excel writes decimal commas and therefore expects semicolons between columns; the
byte order mark tells it that the file is UTF-8. Together a double click opens the file right.
"""

import csv
import io

from publisher.reports.snapshot import OfficeWeek, WeekReport
from publisher.reports.words import (
    STATUS,
    moment,
    not_counted,
    percent,
    platform_word,
    region_label,
    remarks,
)

#: A cell that begins so would be run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def file_name(report: WeekReport) -> str:
    mark = "-contoh" if report.is_example else ""
    return f"laporan-{report.region_code}-{report.week}{mark}.csv"


def render(report: WeekReport) -> bytes:
    """Return the file: UTF-8 with byte order mark, semicolons, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header(report))
    for number, row in enumerate(report.rows, start=1):
        writer.writerow([safe(cell) for cell in _cells(report, number, row)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def header(report: WeekReport) -> list[str]:
    return [
        "No",
        "Perangkat Daerah",
        "Target",
        "Wajib setelah penyesuaian",
        *(f"Tayang {platform_word(platform)}" for platform in report.platforms),
        "Dihitung",
        "Tidak dihitung (alasan)",
        "Capaian %",
        "Status",
        "Minggu berturut-turut terpenuhi",
        "Unggahan terakhir",
        "Keterangan",
        "Daerah",
        "Minggu",
        "Data per",
    ]


def _cells(report: WeekReport, number: int, row: OfficeWeek) -> list[str | int]:
    tally = row.tally
    minimum = tally.obligation.minimum
    return [
        number,
        row.office.name,
        "" if minimum is None else minimum,
        tally.required if tally.share is not None else 0,
        *(row.on_channel(platform) for platform in report.platforms),
        tally.counted,
        "; ".join(remark.text() for remark in not_counted(row)),
        percent(tally.share),
        STATUS[tally.status],
        f"{row.streak} atau lebih" if row.streak_open else row.streak,
        moment(row.last_at, report.zone) if row.last_at else "Belum pernah",
        " ".join(remark.text() for remark in remarks(row)),
        region_label(report),
        str(report.week),
        moment(report.made_at, report.zone),
    ]


def safe(cell: str | int) -> str | int:
    """Return a cell that no spreadsheet runs: an apostrophe before what looks like a formula.

    >>> safe("=1+1"), safe("Dinas"), safe(-1)
    ("'=1+1", 'Dinas', -1)
    """
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return cell
