"""The week as a picture for WhatsApp: 1080 × 1350, read on a phone that shows it 400 px wide.

So letters are large, one figure is seen first, and of the offices that are behind as
many are named as there is room for. Drawn with the parts of the posters.
"""

import io

from publisher.posters import painting
from publisher.posters.items import Align, Box, Emblem, Item, Shape, Weave, Words
from publisher.posters.layout import Layout
from publisher.posters.lettering import Setting, length, setting
from publisher.posters.shots import Pictures
from publisher.posters.templates import FORMATS
from publisher.reports import sentences
from publisher.reports.letters import cut, writable
from publisher.reports.logos import is_lost
from publisher.reports.sentences import ClusterLine, Standing
from publisher.reports.snapshot import WeekReport
from publisher.reports.words import as_of

_FORMAT = FORMATS["portrait"]
#: On a phone these are 9 px.
SMALLEST = 24
WIDTH, HEIGHT = _FORMAT.width, _FORMAT.height
LEFT, RIGHT = 64, WIDTH - 64
HERO = 516
#: What the logo may take, and on which line its middle is.
LOGO, LOGO_MIDDLE = (144, 108), 106
FOOT = HEIGHT - 84
#: Fewer names than these stand one below the other, with room.
_FEW = 7
_PLATE = 12
_GAP = 44  # between two columns
INK, DEEP, BRAND, ACCENT = "#16292f", "#0c343d", "#1b6f78", "#f5b83d"
PAPER, WHITE, SOFT, MUTED, LINE = "#f7f5ef", "#ffffff", "#b9d5d3", "#4d6067", "#dedacf"
GOOD, BAD, RED = "#8fe0b4", "#ffb699", "#a3330f"


def render(report: WeekReport, logo: bytes | None = None) -> bytes:
    """Return the picture as PNG, with the region's logo (also a PNG) if there is one."""
    out = io.BytesIO()
    painted = painting.painted(_layout(report, logo), Pictures((), ()), logo)
    painted.save(out, "PNG", compress_level=6)
    return out.getvalue()


def items(report: WeekReport, logo: bytes | None = None) -> list[Item]:
    """Return what lies where, from the lowest to the uppermost."""
    placed: list[Item] = []
    _hero(placed, report, logo)
    top = _clusters(placed, sentences.clusters(report), HERO + 34)
    _cards(placed, report, _names(placed, report, top))
    _foot(placed, report)
    return placed


def _layout(report: WeekReport, logo: bytes | None) -> Layout:
    whole = Box(0, 0, WIDTH, HEIGHT)
    return Layout(_FORMAT, PAPER, whole, tuple(items(report, logo)))


# -- the figure ------------------------------------------------------------------------------


def _hero(placed: list[Item], report: WeekReport, logo: bytes | None) -> None:
    box = Box(0, 0, WIDTH, HERO)
    placed.append(Shape(box=box, colour=DEEP))
    placed.append(Weave(box=box, motif="kawung", colour=WHITE, strength=0.09, fade="left"))
    placed.append(Shape(box=Box(0, HERO - 8, WIDTH, HERO), colour=ACCENT))
    chip = _chip(placed, f"Minggu ke-{report.week.number}", DEEP, ACCENT, 52)
    left = _logo(placed, logo) if logo else LEFT
    room = chip - left - 28
    _line(placed, sentences.region(report), left, 58, 44, 800, WHITE, DEEP, width=room)
    days = sentences.week_words(report).partition("(")[2].rstrip(")")
    _line(placed, f"Publikasi mingguan, {days}", left, 116, 32, 500, SOFT, DEEP, width=RIGHT - left)
    if none := sentences.nothing_owed(report):
        _paragraph(placed, none, LEFT, 220, 60, 800, WHITE, DEEP, lines=3)
    else:
        _figure(placed, report)


def _logo(placed: list[Item], logo: bytes) -> int:
    """Place the logo at the left edge; return where the words beside it begin."""
    wide, high = painting.fitted_logo(logo, LOGO).size
    box = Box(0, 0, wide, high).moved(LEFT, LOGO_MIDDLE - high // 2)
    if is_lost(logo, DEEP):
        box = box.moved(_PLATE, 0)
        plate = Box(LEFT, box.top - _PLATE, box.right + _PLATE, box.bottom + _PLATE)
        placed.append(Shape(box=plate, colour=WHITE, radius=_PLATE))
    placed.append(Emblem(box=box, colour=ACCENT, inner=DEEP))
    return box.right + 28


def _figure(placed: list[Item], report: WeekReport) -> None:
    totals = report.totals
    met, of = str(totals.met), f"dari {totals.obliged}"
    share = f"{sentences.percent(totals.met, totals.obliged)}%"
    # Written as large as the three have room beside each other: a province counts thousands.
    wide = length(met, 800) + 0.43 * (length(of, 700) + length(share, 800)) + 0.4
    size = min(190, round((RIGHT - LEFT) / wide))
    small, low = round(size * 0.43), 178 + round(190 * 0.79)
    x = LEFT + round(length(met, 800) * size) + 18
    _line(placed, met, LEFT - 6, low - round(size * 0.79), size, 800, WHITE, DEEP)
    top = low - round(small * 0.79)
    _line(placed, of, x, top, small, 700, SOFT, DEEP, width=RIGHT - x)
    _line(placed, share, LEFT, top, small, 800, ACCENT, DEEP, align="right")
    words = sentences.met_words(report)
    _line(placed, words, LEFT, 384, 44, 700, WHITE, DEEP, width=RIGHT - LEFT)
    change = sentences.change(report)
    way = report.change_words[0]
    colour = {"up": GOOD, "down": SOFT if report.running else BAD, "same": SOFT}[way]
    said = f"{change[0].upper()}{change[1:]}"
    _line(placed, said, LEFT, 444, 34, 600, colour, DEEP, width=RIGHT - LEFT)


def _chip(placed: list[Item], text: str, ink: str, ground: str, top: int) -> int:
    """Place a label at the right; return where it begins."""
    wide = round(length(text, 700) * 32) + 48
    placed.append(Shape(box=Box(RIGHT - wide, top, RIGHT, top + 56), colour=ground, radius=28))
    _line(placed, text, RIGHT - wide, top + 14, 32, 700, ink, ground, align="centre", width=wide)
    return RIGHT - wide


# -- like with like --------------------------------------------------------------------------


def _clusters(placed: list[Item], lines: list[ClusterLine], top: int) -> int:
    """Place a bar for each cluster, two in a row; return where they end."""
    wide = (RIGHT - LEFT - _GAP) // 2
    for number, line in enumerate(lines):
        alone = len(lines) == 1
        left = LEFT if alone else LEFT + (number % 2) * (wide + _GAP)
        _bar(placed, line, left, top + number // 2 * 82, RIGHT - LEFT if alone else wide)
    return top + (len(lines) + 1) // 2 * 82 + (18 if lines else 0)


def _bar(placed: list[Item], line: ClusterLine, left: int, top: int, wide: int) -> None:
    figure = f"{line.met} dari {line.owed}"
    room = wide - round(length(figure, 700) * 30) - 20
    name = line.name if length(line.name, 600) * 28 <= room else "Sekretariat, badan, satuan"
    _line(placed, name, left, top, 30, 600, INK, PAPER, width=room)
    _line(placed, figure, left, top, 30, 700, INK, PAPER, align="right", width=wide)
    track = Box(left, top + 44, left + wide, top + 60)
    placed.append(Shape(box=track, colour=LINE, radius=8))
    done = max(16, round(wide * line.met / line.owed)) if line.met else 0
    if done:
        placed.append(
            Shape(box=Box(left, track.top, left + done, track.bottom), colour=BRAND, radius=8)
        )


# -- who -------------------------------------------------------------------------------------


def _names(placed: list[Item], report: WeekReport, top: int) -> int:
    """Place who is behind; return where they end."""
    if not report.totals.obliged:
        return top
    behind = sentences.behind(report)
    title = sentences.behind_title(report)
    if not behind:
        _line(placed, "Semua memenuhi target", LEFT, top + 20, 48, 800, BRAND, PAPER)
        return top + 110
    _line(placed, f"{title} ({len(behind)})", LEFT, top, 36, 800, RED, PAPER)
    return _columns(placed, behind, _short(report), top + 60)


def _columns(placed: list[Item], behind: list[Standing], short: dict[str, str], top: int) -> int:
    columns = 1 if len(behind) <= _FEW else 2
    high = 56 if columns == 1 else 44
    rows = min((FOOT - top - 8) // high, -(-len(behind) // columns))
    fits = len(behind) <= rows * columns
    shown = behind if fits else behind[: rows * columns - 1]
    wide = (RIGHT - LEFT - _GAP * (columns - 1)) // columns
    for number, one in enumerate(shown):
        left = LEFT + number // rows * (wide + _GAP)
        _standing(placed, one, short, left, top + number % rows * high, wide, columns == 1)
    if not fits:
        left, y = LEFT + (columns - 1) * (wide + _GAP), top + (rows - 1) * high
        rest = f"dan {len(behind) - len(shown)} lainnya"
        _line(placed, rest, left, y, 30, 700, RED, PAPER, width=wide)
    return top + rows * high


def _cards(placed: list[Item], report: WeekReport, top: int) -> None:
    """Place two more figures where the names leave room for them."""
    high = 128
    if FOOT - top < high + 48:
        return
    wide = (RIGHT - LEFT - _GAP) // 2
    figures = (
        (report.totals.contents, "konten dihitung"),
        (len(report.dormant), "tidak aktif (mati suri)"),
    )
    for number, (figure, label) in enumerate(figures):
        left, y = LEFT + number * (wide + _GAP), FOOT - 28 - high
        placed.append(Shape(box=Box(left, y, left + wide, y + high), colour=WHITE, radius=20))
        _line(placed, str(figure), left + 28, y + 12, 56, 800, BRAND, WHITE, width=wide - 56)
        _line(placed, label, left + 28, y + 82, 28, 500, MUTED, WHITE, width=wide - 56)


def _standing(
    placed: list[Item],
    one: Standing,
    short: dict[str, str],
    left: int,
    top: int,
    wide: int,
    roomy: bool,
) -> None:
    size = 34 if roomy else 29
    figure = one.figure if roomy else one.figure.replace(" dari ", "/")
    room = wide - round(length(figure, 700) * size) - 22
    _line(
        placed, _fitting(one.name, short, room, size), left, top, size, 500, INK, PAPER, width=room
    )
    _line(placed, figure, left, top, size, 700, RED, PAPER, align="right", width=wide)


def _short(report: WeekReport) -> dict[str, str]:
    """Return, by name, what an office is called for short."""
    return {
        sentences.one_line(row.office.name): sentences.one_line(row.office.abbreviation)
        for row in report.rows
    }


def _fitting(name: str, short: dict[str, str], room: int, size: int) -> str:
    """Return the name if there is room for it, else what it is called for short, else its start."""
    brief = writable(short.get(name, ""))
    if length(writable(name), 500) * size > room and brief and length(brief, 500) * size <= room:
        return brief
    return cut(writable(name), 500, room / size)


def _foot(placed: list[Item], report: WeekReport) -> None:
    placed.append(Shape(box=Box(0, FOOT, WIDTH, HEIGHT), colour=DEEP))
    state = "sementara, " if report.running else ""
    said = f"{state}{as_of(report)}"
    said = said[0].upper() + said[1:]
    right = _chip(placed, "CONTOH", DEEP, ACCENT, FOOT + 14) if report.is_example else RIGHT
    _line(placed, said, LEFT, FOOT + 25, 30, 500, WHITE, DEEP, width=right - LEFT - 24)


# -- setting ---------------------------------------------------------------------------------


def _line(
    placed: list[Item],
    text: str,
    left: int,
    top: int,
    size: int,
    weight: int,
    colour: str,
    ground: str,
    *,
    align: Align = "left",
    width: int = RIGHT - LEFT,
) -> None:
    """Place one line, smaller if it has to be, and cut if that would not be read."""
    text = writable(text)
    wide = length(text, weight) * size
    px = size if wide <= width else max(SMALLEST, int(size * width / wide))
    text = cut(text, weight, width / px)
    placed.append(
        Words(
            box=Box(left, top + size - px, left + width, top + round(size * 1.2)),
            field="",
            set=Setting((text,), px, weight, px),
            colour=colour,
            ground=ground,
            align=align,
        )
    )


def _paragraph(
    placed: list[Item],
    text: str,
    left: int,
    top: int,
    size: int,
    weight: int,
    colour: str,
    ground: str,
    *,
    lines: int,
) -> None:
    width = RIGHT - left
    found = setting(
        writable(text), width=width, size=size, smallest=SMALLEST, weight=weight, most_lines=lines
    )
    if found:
        box = Box(left, top, left + width, top + found.height)
        placed.append(Words(box=box, field="", set=found, colour=colour, ground=ground))
