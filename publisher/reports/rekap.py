"""The week as CSV: one row an office, the columns of a Rekap.

Indonesian Excel writes decimal commas and therefore expects semicolons between columns; the
byte order mark tells it that the file is UTF-8. Together a double click opens the file right.
Programs read it as `utf-8-sig`. The last column names the format; whoever renames or removes a
column raises its number.
"""

import csv
import io
from datetime import datetime

from publisher.reports import tables
from publisher.reports.snapshot import WeekReport
from publisher.reports.tables import Cell, Column, Shape
from publisher.reports.words import moment, percent, region_label, sealed

FORMAT = "siar/rekap/1"
#: A cell that begins so would be run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def render(report: WeekReport) -> bytes:
    """Return the file: UTF-8 with byte order mark, semicolons, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    columns = tables.rekap_columns(report)
    # Of which region, week and moment, in every row: rows of several files are put together.
    about = [region_label(report), str(report.week), _since(report), FORMAT]
    writer.writerow(
        [*(column.title for column in columns), "Daerah", "Minggu", "Data per", "Format"]
    )
    for row in tables.rekap_rows(report):
        cells = (written(cell, column, report) for cell, column in zip(row, columns, strict=True))
        writer.writerow([safe(cell) for cell in (*cells, *about)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def written(cell: Cell, column: Column, report: WeekReport) -> str | int:
    """Return a cell as people read it."""
    if isinstance(cell, datetime):
        return moment(cell, report.zone)
    if column.shape is Shape.SHARE:
        return percent(cell) if isinstance(cell, int | float) else ""
    if isinstance(cell, int):
        return cell
    return "" if cell is None else str(cell)


def safe(cell: str | int) -> str | int:
    """Return a cell that no spreadsheet runs: an apostrophe before what looks like a formula.

    >>> safe("=1+1"), safe("Dinas"), safe(-1)
    ("'=1+1", 'Dinas', -1)
    """
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _since(report: WeekReport) -> str:
    return sealed(report) or moment(report.made_at, report.zone)
