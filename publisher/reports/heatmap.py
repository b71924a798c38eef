"""The heat map: for each office a strip of weeks as SVG, figures in the cells.

A strip a row, and not one large picture, because on a phone the name must stand above its
weeks and on a wide screen beside them. Colours come as attributes, so that a strip is complete
without any sheet; the pages' sheet overrules them for dark screens.

The links in the cells are for the pointer. A picture (`role="img"`) may hold none, and hundreds
of stops would stand in the way of a keyboard, so a strip is hidden from screen readers, who get
`told` in its place, and the links once more in the table below the map.
"""

from functools import lru_cache

from markupsafe import Markup, escape

from publisher.clock import Week
from publisher.errors import N_
from publisher.reports.snapshot import OBLIGED, MatrixRow, Tally, WeekStatus
from publisher.reports.words import Translate

CELL = 24
STEP = 27
_FULL = f'width="{CELL}" height="{CELL}"'
#: kind of cell: (fill, colour of the figure); the classes `cell--…` in reports.css say the same
COLOURS = {
    "5": ("#1b6f78", "#ffffff"),
    "4": ("#96cbc6", "#16292f"),
    "3": ("#dfeae2", "#16292f"),
    "2": ("#f6d9ae", "#16292f"),
    "1": ("#e9a37c", "#16292f"),
    "exempt": ("#ffffff", "#4d6067"),
    "libur": ("#efece4", "#4d6067"),
    "empty": ("#ffffff", "#4d6067"),
}
_OWES_NOTHING = {
    WeekStatus.EXEMPT: "exempt",
    WeekStatus.HOLIDAY: "libur",
    WeekStatus.URGED: "empty",
    WeekStatus.WATCHED: "empty",
    WeekStatus.NO_RULE: "empty",
}
RUNNING = (WeekStatus.ON_TRACK, WeekStatus.AT_RISK)


def kind(tally: Tally) -> str:
    """Return the kind of a cell: 1 (nothing) to 5 (met), or why nothing is owed."""
    share = tally.share
    if share is None:
        return _OWES_NOTHING[tally.status]
    if share >= 1:
        return "5"
    if share >= 0.75:
        return "4"
    if share >= 0.5:
        return "3"
    return "2" if share > 0 else "1"


def figure(tally: Tally) -> str:
    """Return what stands in the cell: the count; a letter where nothing is owed or shown."""
    if tally.counted or tally.status in OBLIGED:
        return str(tally.counted)
    return {"exempt": "–", "libur": "L", "empty": "·"}[kind(tally)]


def strip(row: MatrixRow, address: str, translate: Translate) -> Markup:
    """Return the weeks of an office as SVG, `width` × `CELL` units.

    :param address: below it lie the pages of the office's weeks
    :param translate: gettext
    """
    below = escape(address)
    cells = "".join(
        _cell(tally, number * STEP, below)
        for number, tally in enumerate(row.cells)
        if tally is not None
    )
    return Markup(  # noqa: S704 - figures and our own words; names and addresses are escaped
        f'<svg class="strip" viewBox="0 0 {width(len(row.cells))} {CELL}" text-anchor="middle" '
        f'font-size="11.5" aria-hidden="true" focusable="false">'
        f"<title>{escape(told(row, translate))}</title>{cells}</svg>"
    )


def told(row: MatrixRow, translate: Translate) -> str:
    """Return in words what a strip shows at a glance."""
    met, owed = row.weeks_met
    return translate(
        N_("%(name)s: terpenuhi %(met)s dari %(owed)s minggu"),
        name=row.office.name,
        met=met,
        owed=owed,
    )


def week_line(weeks: tuple[Week, ...]) -> Markup:
    """Return the numbers of the weeks, to stand above strips."""
    numbers = "".join(
        f'<text x="{place * STEP + CELL // 2}" y="13" text-anchor="middle" font-size="11">'
        f"{week.number}</text>"
        for place, week in enumerate(weeks)
    )
    return Markup(  # noqa: S704 - figures alone
        f'<svg class="strip strip--weeks" viewBox="0 0 {width(len(weeks))} 18" '
        f'aria-hidden="true" fill="#4d6067">{numbers}</svg>'
    )


def width(weeks: int) -> int:
    return weeks * STEP - (STEP - CELL)


def table_cells(row: MatrixRow, address: str) -> Markup:
    """Return the same weeks as the cells of a table row: what is counted of what was owed."""
    below = escape(address)
    cells = ("<td></td>" if tally is None else _table_cell(tally, below) for tally in row.cells)
    return Markup("".join(cells))  # noqa: S704 - figures and our own words


def _table_cell(tally: Tally, below: str) -> str:
    owed = "" if tally.share is None else f"/{tally.required}"
    return (
        f'<td class="heat heat--{kind(tally)}">'
        f'<a href="{below}/{tally.week}">{figure(tally)}{owed}</a></td>'
    )


def _cell(tally: Tally, x: int, below: str) -> str:
    shape = _shape(kind(tally), figure(tally), x, tally.status in RUNNING)
    return f'<a href="{below}/{tally.week}" {shape}</a>'


@lru_cache(maxsize=4096)
def _shape(name: str, number: str, x: int, running: bool) -> str:
    """What a cell looks like; of the thousands on a page few differ."""
    fill, ink = COLOURS[name]
    outline = ' stroke="#16292f" stroke-width="2"' if running else ""
    if name in ("exempt", "empty"):
        outline = ' stroke="#dedacf"'
    dashes = ' stroke-dasharray="3 2"' if name == "exempt" else ""
    edge = f'x="{x + 1}" y="1" width="22" height="22"' if outline else f'x="{x}" {_FULL}'
    mark = " cell--running" if running else ""
    return (
        f'tabindex="-1" class="cell cell--{name}{mark}">'
        f'<rect {edge} rx="5" fill="{fill}"{outline}{dashes}/>'
        f'<text x="{x + CELL // 2}" y="16" fill="{ink}">{number}</text>'
    )
