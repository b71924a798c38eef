"""Setting text: how long it is, where its lines break, how large it may be.

Lines break as an Indonesian reader breathes: no line ends on "di" or "yang", a number stays
with what it counts, and the lines of a headline are of much the same length.
"""

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from fontTools.ttLib import TTFont
from PIL import ImageFont, features

from publisher.posters import aksara
from publisher.posters.brush import FONT_FILE, font

log = logging.getLogger(__name__)

MEASURE_PX = 200  # lengths are measured once at this size and scaled
#: What a headline on one line is worth: on two it could be larger.
_ALONE = 0.88
#: How much smaller a headline may be for the sake of even lines.
_BALANCING = 0.84
#: Added between words, in em: this font sets them so close that "di mana" reads as one.
WORD_SPACE = 0.04
#: Words that belong to what follows and must not end a line; numbers likewise.
HANGING = re.compile(
    r"(?:di|ke|dan|atau|yang|untuk|dengan|dari|pada|para|oleh|dalam|serta|sing|ning|ing|lan|karo"
    r"|pukul|RT|RW|Rp|Jl\.|No\.|\d[\d.,]*)",
    re.IGNORECASE,
)
#: What a line that ends on such a word costs, in shares of the square of the line's length.
_HANGING_COST = 0.12
#: Lines are added up from words, a last space included; each is measured as it is at the end.
_SPACED = 1.03


def shapes_well() -> bool:
    """Return whether Pillow found FriBiDi: without it there is no kerning, and lines differ."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=1)
def warn_if_plain() -> None:
    """Say once in the log what is missing on this machine, and how to mend it."""
    if not shapes_well():
        log.warning(
            "libfribidi.so.0 is missing: posters are drawn without kerning, and never in aksara "
            "Jawa. Install it (Debian: apt-get install libfribidi0) and start Siar again."
        )


@lru_cache(maxsize=1)
def letters() -> frozenset[int]:
    """Return the code points the poster font has."""
    with TTFont(FONT_FILE, lazy=True) as face:
        return frozenset(face.getBestCmap())


def missing(text: str) -> str:
    """Return the characters of `text` that would come out as boxes, each once."""
    known = letters() | aksara.letters() if aksara.used(text) else letters()
    return "".join(dict.fromkeys(one for one in text if ord(one) not in known and one != "\n"))


def runs(text: str) -> list[str]:
    """Return `text` in parts of one script each."""
    parts, end = [], 0
    for found in aksara.WRITTEN.finditer(text):
        parts += [text[end : found.start()], found[0]]
        end = found.end()
    return [part for part in (*parts, text[end:]) if part]


def face(run: str, size_px: int, weight: int) -> ImageFont.FreeTypeFont:
    """Return the font that has the letters of a run."""
    return aksara.face(size_px, weight) if aksara.used(run) else font(size_px, weight)


@lru_cache(maxsize=8192)
def length(line: str, weight: int) -> float:
    """Return the length of a line in multiples of the font size."""
    spaces = WORD_SPACE * line.count(" ")
    parts = runs(line) if aksara.used(line) else (line,)
    px = sum(face(part, MEASURE_PX, weight).getlength(part) for part in parts)
    return float(px) / MEASURE_PX + spaces


@dataclass(frozen=True)
class Setting:
    """Text on lines. `leading` is the distance of two baselines, in px."""

    lines: tuple[str, ...]
    size: int
    weight: int
    leading: int
    below: int = 0  # what the last line needs more than Latin letters do

    @property
    def height(self) -> int:
        """The room it takes in px: capitals above, descenders below, no more."""
        return round(self.size * 1.02) + self.leading * (len(self.lines) - 1) + self.below

    @property
    def width(self) -> float:
        return max((length(line, self.weight) for line in self.lines), default=0) * self.size


def setting(
    text: str,
    *,
    width: float,
    size: int,
    smallest: int,
    weight: int,
    most_lines: int = 99,
    leading: float = 1.3,
    balanced: bool = False,
) -> Setting | None:
    """Return `text` set at `size` px or as little below as needed; None if below `smallest`.

    :param width: the room in px; no line is longer
    :param most_lines: how many lines there may be
    :param balanced: whether it may be a little smaller still if its lines are more even then
    """
    words = text.split()
    if not words:
        return Setting((), size, weight, 0)
    longest = max(length(word, weight) for word in words)
    start = min(size, int(width / longest)) if longest else size
    px, best = start, None
    while px >= smallest and (best is None or px >= best.size * _BALANCING):
        lines = broken(words, width / px, weight)
        if len(lines) <= most_lines:
            found = _set(lines, px, weight, leading)
            best = found if best is None or _looks(found) > _looks(best) else best
            if not balanced:
                break
        px = px - max(1, px // 20) if px > smallest + 1 else px - 1
    return best


def _set(lines: tuple[str, ...], px: int, weight: int, leading: float) -> Setting:
    if any(aksara.used(line) for line in lines):
        leading = max(leading, aksara.LEADING)
        return Setting(lines, px, weight, round(px * leading), round(px * aksara.BELOW))
    return Setting(lines, px, weight, round(px * leading))


def _looks(found: Setting) -> float:
    """Return how well a headline is set: large, with its lines filled, on more than one."""
    lengths = [length(line, found.weight) for line in found.lines]
    fullness = sum(lengths) / (len(lengths) * max(lengths))
    return found.size * (fullness if len(lengths) > 1 else _ALONE)


def broken(words: list[str], room: float, weight: int) -> tuple[str, ...]:
    """Return words on as few lines as the room (in em) allows, evenly.

    :param words: each of them shorter than the room
    """
    starts = _starts(words, weight)
    count = _fewest(starts, room)
    while True:
        lines = _even(words, starts, count, room, weight)
        if lines is not None:
            return lines
        count += 1


def _fewest(starts: list[float], room: float) -> int:
    """Return how many lines words need that are set one after the other."""
    count, begun = 1, 0
    for number in range(1, len(starts)):
        if starts[number] - starts[begun] > room * _SPACED and number - 1 > begun:
            count, begun = count + 1, number - 1
    return count


def _even(
    words: list[str], starts: list[float], count: int, room: float, weight: int
) -> tuple[str, ...] | None:
    """Return the words on exactly `count` lines, the most even way; None if one is too long."""
    if count >= len(words):
        return tuple(words)
    goal = starts[-1] / count
    # best[i]: the least cost of setting the first i words on the lines so far, and their breaks
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for line in range(count):
        last = line == count - 1
        best = _next_line(words, starts, best, goal, room, last=last)
    if len(words) not in best:
        return None
    cuts = (0, *best[len(words)][1])
    lines = tuple(" ".join(words[a:b]) for a, b in pairwise(cuts))
    return lines if max(length(one, weight) for one in lines) <= room else None


def _starts(words: list[str], weight: int) -> list[float]:
    """Return where each word would start on one endless line, and where the last one ends."""
    space = length("n n", weight) - length("nn", weight)
    return [0.0, *accumulate(length(word, weight) + space for word in words)]


def _next_line(
    words: list[str],
    starts: list[float],
    best: dict[int, tuple[float, tuple[int, ...]]],
    goal: float,
    room: float,
    *,
    last: bool,
) -> dict[int, tuple[float, tuple[int, ...]]]:
    found: dict[int, tuple[float, tuple[int, ...]]] = {}
    for start, (cost, cuts) in best.items():
        for end in range(start + 1, len(words) + 1):
            long = starts[end] - starts[start]
            if long > room * _SPACED:
                break
            if last and end < len(words):
                continue
            hangs = end < len(words) and HANGING.fullmatch(words[end - 1]) is not None
            here = cost + (long - goal) ** 2 + hangs * _HANGING_COST * room**2
            if end not in found or here < found[end][0]:
                found[end] = here, (*cuts, end)
    return found
