"""An empty plan for offices to fill in: XLSX with the columns as text, or CSV.

Text, because a spreadsheet would otherwise make 9 of 09.00 and an American date of 03/12/2026.
"""

import csv
import io
from collections.abc import Sequence

from xlsxwriter import Workbook

_WIDE = 44
Rows = Sequence[Sequence[str]]


def xlsx(columns: Sequence[str], examples: Rows, notes: Sequence[tuple[str, str]]) -> bytes:
    """Return a workbook: a sheet to fill in, and one that explains each column.

    :param notes: column and what to write there
    """
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "bg_color": "#0b3c49", "font_color": "#ffffff"})
        sheet = book.add_worksheet("Rencana")
        for place, column in enumerate(columns):
            long = any(len(row[place]) > 20 for row in examples)
            sheet.set_column(place, place, _WIDE if long else 18, text)
            sheet.write_string(0, place, column, head)
        for line, row in enumerate(examples, start=1):
            for place, cell in enumerate(row):
                sheet.write_string(line, place, cell, text)
        sheet.freeze_panes(1, 0)
        _explain(book, notes, head)
    return content.getvalue()


def table(columns: Sequence[str], examples: Rows) -> bytes:
    """Return the same as CSV with semicolons, which Excel in Indonesian opens as columns."""
    content = io.StringIO(newline="")
    csv.writer(content, delimiter=";").writerows([columns, *examples])
    return content.getvalue().encode("utf-8-sig")


def _explain(book: Workbook, notes: Sequence[tuple[str, str]], head: object) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Petunjuk")
    sheet.set_column(0, 0, 20, wrap)
    sheet.set_column(1, 1, 80, wrap)
    sheet.write_row(0, 0, ("Kolom", "Isi"), head)
    for line, note in enumerate(notes, start=1):
        for place, cell in enumerate(note):
            sheet.write_string(line, place, cell, wrap)
