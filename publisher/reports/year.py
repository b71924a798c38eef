"""A year of weeks in one line: the heat map without figures, small enough for a phone.

One path a colour and row, so that 140 offices over 52 weeks are a small page. Pictures say it to
the eye alone; whoever listens hears how many weeks were met, and the table below has the figures.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby

from markupsafe import Markup, escape

from publisher.clock import Week
from publisher.reports.heatmap import COLOURS, figure, kind
from publisher.reports.snapshot import MatrixRow, Tally

STEP, CELL, HEIGHT = 10, 9, 22
#: A month shorter than this has no room for its name.
_ROOM = 3


def strip(row: MatrixRow) -> Markup:
    """Return the weeks of an office as SVG, oldest first; nothing where it did not exist."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, cell in enumerate(row.cells):
        if cell is not None:
            places[kind(cell)].append(place)
    paths = "".join(
        f'<path class="week week--{name}" fill="{COLOURS[name][0]}" d="{_boxes(at)}"/>'
        for name, at in sorted(places.items())
    )
    return _svg(len(row.cells), HEIGHT, paths, "")


def months(weeks: tuple[Week, ...], write: Callable[[date], str]) -> Markup:
    """Return the names of the months, to stand above strips."""
    texts = "".join(
        f'<text x="{place * STEP}" y="12" font-size="13">{escape(write(day))}</text>'
        for place, day in _months(weeks)
    )
    return _svg(len(weeks), 16, texts, " strip--weeks")


def table_cells(row: MatrixRow) -> Markup:
    """Return the same weeks as the cells of a table row: what is counted of what was owed."""
    return Markup("".join(_table_cell(cell) for cell in row.cells))  # noqa: S704 - figures alone


def _svg(weeks: int, height: int, inside: str, more: str) -> Markup:
    return Markup(  # noqa: S704 - figures and our own words
        f'<svg class="strip year{more}" viewBox="0 0 {weeks * STEP - 1} {height}" '
        f'preserveAspectRatio="none" aria-hidden="true" focusable="false">{inside}</svg>'
    )


def _boxes(places: list[int]) -> str:
    return "".join(f"M{place * STEP} 0h{CELL}v{HEIGHT}h-{CELL}z" for place in places)


def _months(weeks: tuple[Week, ...]) -> Iterator[tuple[int, date]]:
    """Yield where each month begins, by the Mondays of the weeks."""
    days = enumerate(week.monday for week in weeks)
    for _, found in groupby(days, lambda each: (each[1].year, each[1].month)):
        of_month = list(found)
        if len(of_month) >= _ROOM:
            yield of_month[0]


def _table_cell(cell: Tally | None) -> str:
    if cell is None:
        return "<td></td>"
    owed = "" if cell.share is None else f"/{cell.required}"
    return f'<td class="heat heat--{kind(cell)}">{figure(cell)}{owed}</td>'
