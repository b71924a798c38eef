"""A worksheet of texts and numbers, written as fast as ten thousand offices need.

XlsxWriter asks of every cell which of ten kinds it is, and escapes every attribute. Our cells are
of two kinds, each with a format, so the innermost loop is done here: a third of the time. It also
takes text as text: XlsxWriter's own loop lets a text that begins and ends as `<r>…</r>` through
unescaped, as formatted text it had made itself, and what offices type must never become markup.
"""

from functools import lru_cache
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_letters = lru_cache(maxsize=256)(xl_col_to_name)


class PlainSheet(Worksheet):
    """For `Workbook.add_worksheet`, in constant memory; every cell has a format."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        place = f'<c r="{_letters(col)}{row + 1}" s="{cell.format._get_xf_index()}"'
        if hasattr(cell, "string"):
            text = _escaped(cell.string)
            self.fh.write(f'{place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
        else:
            self.fh.write(f"{place}><v>{cell.number:.16G}</v></c>")


@lru_cache(maxsize=65_536)
def _escaped(text: str) -> str:
    """Return text as XML; names of offices, channels and people come again and again."""
    text = Worksheet._escape_control_characters(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
