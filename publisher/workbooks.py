"""Reading the first sheet of an XLSX workbook that a stranger may have made.

A workbook is a zip of XML: how far it unfolds is known before anything is unfolded, and bounded;
so is how many elements it is made of, since each takes far more time and room than its bytes.
Formulas are never calculated, macros and links never looked at. openpyxl reads it row by row.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from publisher.errors import N_, Invalid

#: What a zip begins with, and what a workbook of Excel 97-2003 does.
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: A workbook of 1,000 full rows unfolds to about 8 MB, in a dozen parts.
MAX_UNPACKED, MAX_PARTS = 25 * 1024 * 1024, 200
#: XML elements, as counted by what begins or ends one: of each row that is asked for, and of all
#: the rest. A full row of ours takes 120, one with formats and nothing in it 16.
_TAGS_PER_ROW, _TAGS_BESIDES = 50, 50_000
#: A part of the zip that defines entities was made by nobody's spreadsheet.
_DECLARES, _CHUNK_BYTES = b"<!DOCTYPE", 64 * 1024

FORMULA = N_(
    "kolom %(column)s berisi rumus. Salin kolom itu, lalu tempel kembali sebagai nilai saja."
)
BROKEN = N_("kolom %(column)s berisi galat spreadsheet. Ketik isinya kembali.")


class Unreadable(Invalid):
    message = N_(
        "Buku kerja ini tidak dapat dibaca. Buka berkasnya, simpan ulang sebagai .xlsx atau CSV, "
        "lalu unggah kembali."
    )
    too_much = N_(
        "Buku kerja ini memuat terlalu banyak data. Salin tabelnya saja ke berkas baru, "
        "lalu unggah kembali."
    )


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row as it stands in a file.

    :ivar line: on which it starts, from 1
    :ivar faults: place of a cell to what is wrong with it: a message id that names a `column`
    """

    line: int
    cells: list[str]
    faults: dict[int, str] = field(default_factory=dict)


def is_workbook(content: bytes) -> bool:
    return content.startswith((_ZIP, _OLD))


def read(content: bytes, *, rows: int, columns: int) -> Iterator[Record]:
    """Yield the first rows of the first sheet, blank ones included, and of each the first columns.

    Days become 2026-11-23, times 09:00, numbers as short as they can be written.

    :raises Unreadable: if it is no workbook, is broken, or unfolds too far
    """
    _look_inside(content, _TAGS_BESIDES + rows * _TAGS_PER_ROW)
    try:
        yield from _rows(content, rows, columns)
    except Unreadable:
        raise
    except Exception as error:  # openpyxl raises whatever it stumbles over
        raise Unreadable from error


def _look_inside(content: bytes, most_tags: int) -> None:
    """Bound what a zip unfolds to. zipfile never gives more of a part than is declared here."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            listed = parts.infolist()
            if len(listed) > MAX_PARTS or sum(part.file_size for part in listed) > MAX_UNPACKED:
                raise Unreadable(Unreadable.too_much)
            if sum(_tags(parts, part) for part in listed) > most_tags:
                raise Unreadable(Unreadable.too_much)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise Unreadable from error


def _tags(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Count the tags of a part, in any encoding.

    :raises Unreadable: if it defines entities
    """
    count, tail = 0, b""
    with parts.open(part) as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            count += chunk.count(b"<")
            text = tail + chunk.replace(b"\x00", b"")
            if _DECLARES in text:
                raise Unreadable
            tail = text[-len(_DECLARES) :]
    return count


def _rows(content: bytes, rows: int, columns: int) -> Iterator[Record]:
    from openpyxl import load_workbook  # 12 MB that few need

    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise Unreadable
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size need not be so
        found = sheet.iter_rows(max_row=rows, max_col=columns)
        for line, cells in enumerate(found, start=1):
            yield _record(line, cells)
    finally:
        book.close()


def _record(line: int, cells: Sequence[Any]) -> Record:
    faults = {}
    for place, cell in enumerate(cells):
        if cell.data_type == "f":
            faults[place] = FORMULA
        elif cell.data_type == "e":
            faults[place] = BROKEN
    return Record(line=line, cells=[_written(cell.value) for cell in cells], faults=faults)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = value // timedelta(minutes=1)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
