"""Reading CSV files that people made in a spreadsheet.

UTF-8 with or without a mark, commas or semicolons, any order of columns. Whatever is wrong is
named by its line; a cell that starts with "=" is text like any other.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from publisher.errors import N_, Invalid
from publisher.typed import Fault, tidy

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000  # a province has about 10,000 offices
MAX_CELL_CHARS = 2_000


@dataclass(frozen=True)
class LineFault:
    """What is wrong on one line of a file; 0 is the file as a whole."""

    line: int
    fault: Fault

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
    content: bytes, *, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> tuple[list[Row], Findings]:
    """Return the rows of a CSV file that can be read, and what is wrong with the others.

    :param required: columns that must be there
    :raises FileRefused: if the file as a whole cannot be read, or its columns are not ours
    """
    findings = Findings()
    records = _records(_text(content, findings), findings)
    line, header = next(records, (1, []))
    columns = _columns(line, header, required, optional, findings)
    rows = []
    for line, cells in records:
        if len(cells) != len(columns):
            message = N_("ada %(found)s kolom, seharusnya %(wanted)s.")
            findings.add(line, message, found=len(cells), wanted=len(columns))
        elif max(map(len, cells)) > MAX_CELL_CHARS:
            findings.add(line, N_("ada isian yang terlalu panjang."))
        else:
            named = dict(zip(columns, map(tidy, cells), strict=True))
            rows.append(Row(line, {**dict.fromkeys(optional, ""), **named}))
    if not rows and not findings.faults:
        findings.add(0, N_("Berkas tidak berisi data."))
    return rows, findings


def _text(content: bytes, findings: Findings) -> str:
    if len(content) > MAX_BYTES:
        findings.add(0, N_("Berkas terlalu besar; paling besar %(size)s MB."), size=MAX_BYTES >> 20)
        findings.stop_if_any()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.add(line, N_("bukan teks UTF-8. Simpan ulang sebagai “CSV UTF-8”."))
        raise FileRefused(findings.faults) from error


def _records(text: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the line it starts on. Ends at what is not CSV."""
    first_line = text.lstrip("\r\n").partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    count = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            findings.add(line, N_("tidak dapat dibaca sebagai CSV; periksa tanda kutipnya."))
            return
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MAX_ROWS + 1:
            findings.add(line, N_("lebih dari %(most)s baris; bagi berkas ini."), most=MAX_ROWS)
            return
        yield line, cells


def _columns(
    line: int,
    header: list[str],
    required: tuple[str, ...],
    optional: tuple[str, ...],
    findings: Findings,
) -> list[str]:
    """Return the names of the columns.

    :raises FileRefused: if one is missing, unknown or there twice
    """
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
