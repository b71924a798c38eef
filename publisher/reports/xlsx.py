"""The week as a workbook: Rekap, Detail with every proof, Catatan.

Written row by row into temporary files (`constant_memory`), so that a province of ten thousand
offices takes no more memory than a kabupaten. Text is text: nothing that somebody typed becomes
a formula, and only addresses of the web become links.
"""

import io
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from publisher.reports import sentences, tables
from publisher.reports.sheets import PlainSheet
from publisher.reports.snapshot import WeekReport, WeekStatus
from publisher.reports.tables import Cell, Column, Shape
from publisher.reports.words import STATUS, as_of, region_label

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_INK, _BRAND, _LINE = "#16292f", "#1b6f78", "#dedacf"
#: Excel refuses more than 65,530 links on a sheet, and each costs time: beyond, addresses are
#: text.
MOST_LINKS = 20_000
#: Excel's own limits: of a cell's text, and of an address.
LONGEST_TEXT, LONGEST_LINK = 32_767, 2_000
HEAD_ROW = 4
_WEB = ("https://", "http://")
_DAY_0, _DAY = datetime(1899, 12, 30), timedelta(days=1)  # noqa: DTZ001 - Excel knows no zones
_COLOURS = {
    WeekStatus.MET: ("#dcefe6", "#14532d"),
    WeekStatus.ON_TRACK: ("#dcefe6", "#14532d"),
    WeekStatus.AT_RISK: ("#fbe7c6", "#6b3d00"),
    WeekStatus.NOT_MET: ("#f9dcd3", "#7a1f0b"),
}


def render(report: WeekReport) -> bytes:
    """Return the workbook; the same report gives the same bytes."""
    out = io.BytesIO()
    with Workbook(out, _OPTIONS) as book:
        _describe(book, report)
        writer = _Writer(book, report)
        writer.rekap()
        writer.detail()
        writer.notes()
    return out.getvalue()


def _describe(book: Workbook, report: WeekReport) -> None:
    book.set_properties(
        {
            "title": f"Rekap {region_label(report)}, {sentences.week_words(report)}",
            "author": sentences.region(report),
            "created": report.made_at.replace(tzinfo=None),
        }
    )


class _Writer:
    """One workbook while it is written."""

    def __init__(self, book: Workbook, report: WeekReport) -> None:
        self.book, self.report = book, report
        self.zone = ZoneInfo(report.zone)
        proofs = sum(len(content.proofs) for row in report.rows for content in row.contents)
        self.links = proofs <= MOST_LINKS
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top", "font_color": _INK}
        number = base | {"align": "right"}
        self.formats = {
            Shape.TEXT: book.add_format(base | {"text_wrap": True}),
            Shape.NUMBER: book.add_format(number | {"num_format": "#,##0"}),
            Shape.SHARE: book.add_format(number | {"num_format": "0%"}),
            Shape.MOMENT: book.add_format(
                base | {"num_format": 'dd/mm/yyyy hh"."mm', "align": "left"}
            ),
            Shape.LINK: book.add_format(base),
        }
        self.plain = self.formats[Shape.LINK]
        self.link = book.add_format(base | {"font_color": "#0b57a4", "underline": 1})
        self.title = book.add_format(base | {"bold": True, "font_size": 15, "font_color": _BRAND})
        self.bold = book.add_format(base | {"bold": True})
        self.head = book.add_format(
            base
            | {"bold": True, "bg_color": _BRAND, "font_color": "#ffffff", "text_wrap": True}
            | {"valign": "vcenter", "border": 1, "border_color": _LINE}
        )

    def rekap(self) -> None:
        columns = tables.rekap_columns(self.report)
        sheet = self._sheet("Rekap", columns)
        last = self._table(sheet, HEAD_ROW, columns, tables.rekap_rows(self.report))
        titles = [column.title for column in columns]
        self._bars(sheet, titles.index("Capaian %"), last)
        self._colour(sheet, titles.index("Status"), last)

    def detail(self) -> None:
        columns = tables.detail_columns(self.report)
        sheet = self._sheet("Detail", columns)
        self._table(sheet, HEAD_ROW, columns, tables.detail_rows(self.report))

    def notes(self) -> None:
        """Write what must be known to read the other two, and what did not go out."""
        columns = tables.trouble_columns(self.report)
        sheet = self._sheet("Catatan", columns)
        facts = list(_facts(self.report))
        write = self._writer(sheet, Shape.LINK)
        for row, (name, value) in enumerate(facts, start=HEAD_ROW):
            sheet.write_string(row, 0, name, self.bold)
            write(row, 1, value)
        below = HEAD_ROW + len(facts) + 1
        sheet.write_string(below, 0, "Disetujui dan tidak tayang dalam minggu ini", self.bold)
        self._table(sheet, below + 1, columns, tables.trouble_rows(self.report), frozen=False)

    def _sheet(self, name: str, columns: tuple[Column, ...]) -> Worksheet:
        """Begin a sheet: widths, how it prints, and what it is about."""
        sheet = self.book.add_worksheet(name, PlainSheet)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L&8{_footer(self.report)}&R&8Halaman &P dari &N")
        sheet.hide_gridlines(2)
        for row, (text, look) in enumerate(self._heading(name)):
            sheet.write_string(row, 0, text, look)
        return sheet

    def _heading(self, name: str) -> list[tuple[str, Format]]:
        report = self.report
        state = "minggu masih berjalan, " if report.running else ""
        return [
            (f"{name} publikasi mingguan {region_label(report)}", self.title),
            (f"{_week(report)}, {state}{as_of(report)}", self.plain),
            (_headline(report), self.bold),
        ]

    def _table(
        self,
        sheet: Worksheet,
        top: int,
        columns: tuple[Column, ...],
        rows: Iterable[tuple[Cell, ...]],
        *,
        frozen: bool = True,
    ) -> int:
        """Write a table whose head is row `top`; return its last row."""
        sheet.set_row(top, 32)
        for number, column in enumerate(columns):
            sheet.write_string(top, number, column.title, self.head)
        writers = [self._writer(sheet, column.shape) for column in columns]
        last = top
        for last, cells in enumerate(rows, start=top + 1):
            for number, cell in enumerate(cells):
                if cell is not None and cell != "":
                    writers[number](last, number, cell)
        if frozen:
            sheet.freeze_panes(top + 1, 2)
            sheet.repeat_rows(top)
            sheet.autofilter(top, 0, max(last, top + 1), len(columns) - 1)
        return last

    def _writer(self, sheet: Worksheet, shape: Shape) -> Callable[[int, int, Any], None]:
        """Return what writes the cells of a column."""
        look = self.formats[shape]
        linked = shape is Shape.LINK and self.links

        def write(row: int, number: int, cell: Any) -> None:
            if isinstance(cell, str):
                if linked and cell.startswith(_WEB) and len(cell) <= LONGEST_LINK:
                    sheet.write_url(row, number, cell, self.link)
                else:
                    sheet.write_string(row, number, cell[:LONGEST_TEXT], look)
            elif isinstance(cell, datetime):
                sheet.write_number(row, number, self._serial(cell), look)
            else:
                sheet.write_number(row, number, cell, look)

        return write

    def _serial(self, at: datetime) -> float:
        """Return the days since Excel's day 0, by the clocks of the region."""
        return (at.astimezone(self.zone).replace(tzinfo=None) - _DAY_0) / _DAY

    def _bars(self, sheet: Worksheet, column: int, last: int) -> None:
        rule = {"type": "data_bar", "bar_color": "#96cbc6", "bar_solid": True}
        limits = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
        sheet.conditional_format(
            HEAD_ROW + 1, column, max(last, HEAD_ROW + 1), column, rule | limits
        )

    def _colour(self, sheet: Worksheet, column: int, last: int) -> None:
        for status, (ground, ink) in _COLOURS.items():
            look = self.book.add_format({"bg_color": ground, "font_color": ink})
            rule = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{STATUS[status]}"',
                "format": look,
            }
            sheet.conditional_format(HEAD_ROW + 1, column, max(last, HEAD_ROW + 1), column, rule)


def _week(report: WeekReport) -> str:
    """Write Minggu ke-47 (16–22 November 2026): a workbook is read, so no week is a mere mark."""
    return f"M{sentences.week_words(report)[1:]}"


def _footer(report: WeekReport) -> str:
    """Ampersands are commands in a footer."""
    return f"{region_label(report)}, {sentences.week_words(report)}".replace("&", "&&")[:200]


def _headline(report: WeekReport) -> str:
    totals = report.totals
    return sentences.nothing_owed(report) or (
        f"{totals.met} dari {totals.obliged} {sentences.met_words(report)}, "
        f"{sentences.change(report)}."
    )


def _facts(report: WeekReport) -> Iterable[tuple[str, str | int]]:
    totals = report.totals
    yield "Daerah", f"{region_label(report)} ({report.region_code})"
    yield "Minggu", _week(report)
    yield "Hari kerja", report.working_days
    if holidays := sentences.holidays(report):
        yield "Hari libur", holidays
    for status in WeekStatus:
        if count := getattr(totals, status.value):
            yield STATUS[status], count
    yield "Memiliki target", totals.obliged
    yield "Memenuhi target minggu lalu", report.previous.met
    yield "Memiliki target minggu lalu", report.previous.obliged
    yield "Konten dihitung", totals.contents
    yield "Tidak aktif (mati suri)", len(report.dormant)
    yield (
        "Cara menghitung",
        (
            "Satu konten dihitung satu kali, di berapa kanal pun tayang, pada waktu tayang "
            "pertamanya menurut waktu setempat, hanya di akun utama dan hanya dengan bukti."
        ),
    )
    yield "Wajib", "Target × hari kerja ÷ hari kerja minggu penuh (umumnya 5), dibulatkan ke atas."
    yield "Ucapan", "Ditampilkan, tidak dihitung."
    yield "Gagal karena platform", "Ditampilkan, tidak dibebankan kepada perangkat daerah."
