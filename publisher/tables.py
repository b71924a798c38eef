"""Reading tables that people made in a spreadsheet: CSV, or XLSX.

CSV in UTF-8 with or without a mark, commas or semicolons; of a workbook the first sheet. Any order
of columns. Whatever is wrong is named by its line. Nothing is ever calculated: in CSV a cell that
starts with "=" is text like any other, in a workbook a formula is a fault.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from publisher import workbooks
from publisher.errors import N_, Invalid
from publisher.typed import Fault, tidy
from publisher.workbooks import Record, Unreadable

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000  # a province has about 10,000 offices
MAX_CELL_CHARS = 2_000
#: No table of ours has so many.
MAX_COLUMNS = 50
#: So many lines are looked at for each row that is taken: people leave some blank.
_LINES_PER_ROW = 3


@dataclass(frozen=True)
class LineFault:
    """What is wrong on one line of a file; 0 is the file as a whole."""

    line: int
    fault: Fault

    @property
    def column(self) -> str:
        return str(self.fault.values.get("column", ""))

    def __str__(self) -> str:
        return f"baris {self.line}: {self.fault}" if self.line else str(self.fault)


class FileRefused(Invalid):
    """A file with faults. Nothing of it was imported; `faults` names each line, in order."""

    message = N_("Berkas tidak diimpor. Tidak ada data yang diubah; perbaiki baris yang disebut.")

    def __init__(self, faults: list[LineFault], message: str | None = None) -> None:
        self.faults = sorted(faults, key=lambda found: found.line)
        super().__init__(message)


@dataclass(frozen=True)
class Row:
    line: int  # on which the row starts, from 1
    cells: dict[str, str]  # by column, tidy; "" for an optional column that is not there


@dataclass
class Findings:
    """The faults of a file, gathered until all of it was looked at."""

    faults: list[LineFault] = field(default_factory=list)

    def add(self, line: int, message: str, /, **values: Any) -> None:
        self.faults.append(LineFault(line, Fault(message, values)))

    def stop_if_any(self) -> None:
        """:raises FileRefused: if anything is wrong so far"""
        if self.faults:
            raise FileRefused(self.faults)


def read_table(
    content: bytes,
    *,
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
    most: int = MAX_ROWS,
    longest: int = MAX_CELL_CHARS,
    tidied: Callable[[str], str] = tidy,
) -> tuple[list[Row], Findings]:
    """Return the rows of a table that can be read, and what is wrong with the others.

    :param required: columns that must be there
    :param most: rows, and `longest`: characters of a cell, that are taken
    :param tidied: what is done to each cell; as it is given, on one line with single blanks
    :raises FileRefused: if the file as a whole cannot be read, or its columns are not ours
    """
    findings = Findings()
    records = _records(content, most, findings)
    header = next(records, Record(line=1, cells=[]))
    columns = _columns(header.line, _trimmed(header.cells), required, optional, findings)
    rows = []
    for record in records:
        cells = _trimmed(record.cells, len(columns))
        for place, message in record.faults.items():
            findings.add(record.line, message, column=[*columns, "?"][min(place, len(columns))])
        if len(cells) != len(columns):
            message = N_("ada %(found)s kolom, seharusnya %(wanted)s.")
            findings.add(record.line, message, found=len(cells), wanted=len(columns))
        elif max(map(len, cells)) > longest:
            findings.add(record.line, N_("ada isian yang terlalu panjang."))
        elif not record.faults:
            named = dict(zip(columns, map(tidied, cells), strict=True))
            rows.append(Row(record.line, {**dict.fromkeys(optional, ""), **named}))
    if not rows and not findings.faults:
        findings.add(0, N_("Berkas tidak berisi data."))
    return rows, findings


def not_one_of(column: str, value: str, choices: Iterable[str]) -> Fault:
    """Return what is said of a cell that holds none of the words its column takes."""
    message = N_("%(column)s “%(value)s” tidak dikenal; pilihannya: %(choices)s.")
    return Fault(message, {"column": column, "value": value, "choices": ", ".join(choices) or "–"})


def _trimmed(cells: list[str], keep: int = 0) -> list[str]:
    """Return cells without the empty ones at the end that spreadsheets add."""
    end = len(cells)
    while end > keep and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _records(content: bytes, most: int, findings: Findings) -> Iterator[Record]:
    """Yield each row that is not blank, the header first. Ends where there are too many, or too
    many lines without any."""
    if len(content) > MAX_BYTES:
        findings.add(0, N_("Berkas terlalu besar; paling besar %(size)s MB."), size=MAX_BYTES >> 20)
        findings.stop_if_any()
    count, lines = 0, most * _LINES_PER_ROW
    for number, record in enumerate(_all_records(content, lines, findings)):
        if number == lines:
            message = N_("lebih dari %(most)s baris, termasuk yang kosong; hapus yang kosong.")
            findings.add(0, message, most=lines)
            return
        if not record.faults and not any(cell.strip() for cell in record.cells):
            continue
        count += 1
        if count > most + 1:
            message = N_("lebih dari %(most)s baris; bagi berkas ini.")
            findings.add(record.line, message, most=most)
            return
        yield record


def _all_records(content: bytes, lines: int, findings: Findings) -> Iterator[Record]:
    """Yield each row, blank ones too; of a workbook one more than `lines`, if it has more."""
    if not workbooks.is_workbook(content):
        yield from _lines(_text(content, findings), findings)
        return
    try:
        yield from workbooks.read(content, rows=lines + 1, columns=MAX_COLUMNS + 1)
    except Unreadable as error:
        findings.add(0, error.message, **error.values)
        raise FileRefused(findings.faults) from error


def _text(content: bytes, findings: Findings) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.add(line, N_("bukan teks UTF-8. Simpan ulang sebagai “CSV UTF-8”."))
        raise FileRefused(findings.faults) from error


def _lines(text: str, findings: Findings) -> Iterator[Record]:
    """Yield each row of CSV with the line it starts on. Ends at what is not CSV."""
    first_line = text.lstrip("\r\n").partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            findings.add(line, N_("tidak dapat dibaca sebagai CSV; periksa tanda kutipnya."))
            return
        if cells is None:
            return
        yield Record(line=line, cells=cells)


def _columns(
    line: int,
    header: list[str],
    required: tuple[str, ...],
    optional: tuple[str, ...],
    findings: Findings,
) -> list[str]:
    """Return the names of the columns.

    :raises FileRefused: if one is missing, unknown or there twice, or there are too many
    """
    if len(header) > MAX_COLUMNS:
        message = N_("ada lebih dari %(most)s kolom; hapus yang tidak diperlukan.")
        findings.add(line, message, most=MAX_COLUMNS)
        findings.stop_if_any()
    columns = [tidy(name).lower() for name in header]
    for name in required:
        if name not in columns:
            findings.add(line, N_("kolom %(name)s tidak ada."), name=name)
    for name, times in Counter(columns).items():
        if name not in required + optional:
            findings.add(line, N_("kolom “%(name)s” tidak dikenal."), name=name)
        elif times > 1:
            findings.add(line, N_("kolom %(name)s ada lebih dari sekali."), name=name)
    findings.stop_if_any()
    return columns
