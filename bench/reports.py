"""Handing on a week: all forms of 140 offices, and the workbook of 10,000."""

import io
import time
from collections.abc import Callable

from xlsxwriter import Workbook

from bench.measure import Figure
from bench.weeks import week_of
from publisher.reports import tables, xlsx
from publisher.reports.forms import FORMS
from publisher.reports.snapshot import WeekReport
from publisher.reports.tables import Cell
from publisher.storage import open_store

ROUNDS = 5
#: What issue and docs call the four forms; CSV and JSON are for programs.
FOUR = ("pdf", "png", "txt", "xlsx")


def forms_140_s() -> list[Figure]:
    """The four forms of a kabupaten, beside the bare workbook of the same cells."""
    report, store = week_of(140), open_store("media")  # the store is not asked: there is no logo
    every = _best(lambda: [FORMS[name].render(report, store) for name in FOUR])
    bare = _best(lambda: _bare(report))
    return [
        Figure(name="forms_140_s", value=round(every, 2), unit="s", target=2, better="lower",
               floor=round(bare, 2)),
    ]  # fmt: skip


def xlsx_10000_s() -> list[Figure]:
    """The workbook of a province, beside XlsxWriter given the same cells and nothing else."""
    report = week_of(10_000)
    ours = _best(lambda: xlsx.render(report), rounds=2)
    bare = _best(lambda: _bare(report), rounds=2)
    return [
        Figure(name="xlsx_10000_s", value=round(ours, 2), unit="s", target=6, better="lower",
               floor=round(bare, 2)),
    ]  # fmt: skip


def _bare(report: WeekReport) -> None:
    """Write the cells of both tables as XlsxWriter itself does, unformatted."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(io.BytesIO(), options | {"remove_timezone": True}) as book:
        for rows in (tables.rekap_rows(report), tables.detail_rows(report)):
            sheet = book.add_worksheet()
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, [_plain(cell) for cell in cells])


def _plain(cell: Cell) -> Cell:
    return cell if isinstance(cell, str | int | float) else str(cell or "")


def _best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the seconds of the quickest round: the others were disturbed."""
    work()  # warm: fonts, motifs
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
