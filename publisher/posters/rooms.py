"""What every part of a poster is set in, and with: a room, and words within it.

A part is set in a `Room`: its width, its colours and how far everything must shrink. It returns
items that start at (0, 0), or raises `TooLong` where text would fall below its least size.
"""

from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from publisher.posters import aksara
from publisher.posters.colours import Tone
from publisher.posters.items import Align, Box, Item, Words
from publisher.posters.lettering import length, setting

#: No text is smaller, in px of a portrait: 9 points on a phone 390 px wide.
LEAST = 25
#: Leading of headlines, and of running text.
TIGHT, LOOSE = 1.1, 1.36


class TooLong(Exception):
    """A text cannot be set in its room at a size that can be read."""

    def __init__(self, field: str, text: str = "") -> None:
        super().__init__(field)
        self.field, self.text = field, text


class LongLink(TooLong):
    """A link makes a code that phones could not read at the size there is."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where a part is set.

    :param unit: of the format, see `Format`
    :param big: by how much headlines shrink, 0 to 1; `small`: the rest
    """

    width: int
    tone: Tone
    unit: float
    big: float = 1
    small: float = 1
    align: Align = "left"
    on_photo: bool = False
    code_side: int = 0  # of the QR code

    def px(self, value: float) -> int:
        return round(value * self.unit)


@dataclass
class Part:
    """A part that has been set."""

    height: int = 0
    items: list[Item] = field(default_factory=list)

    def add(self, other: "Part", x: int, y: int) -> None:
        self.items += [item.moved(x, y) for item in other.items]
        self.height = max(self.height, y + other.height)


def worded(
    room: Room,
    text: str,
    name: str,
    *,
    size: float,
    weight: int,
    colour: str,
    smallest: float = LEAST,
    leading: float = LOOSE,
    lines: int = 99,
    width: int | None = None,
    shrink: float | None = None,
    align: Align | None = None,
    ground: str | None = None,
    tracking: float = 0,
    balanced: bool = False,
) -> Words:
    """Return text set as large as the room allows.

    :raises TooLong: if it does not fit at `smallest`
    """
    wide = width or room.width
    if aksara.used(text):
        tracking = 0  # its letters hold together
    least = max(1, room.px(smallest))
    wanted = max(least, room.px(size * (room.small if shrink is None else shrink)))
    found = setting(
        text,
        width=wide / (1 + tracking * 1.7),
        size=wanted,
        smallest=least,
        weight=weight,
        most_lines=lines,
        leading=leading,
        balanced=balanced,
    )
    if found is None:
        raise TooLong(name, text)
    item = Words(
        box=Box(0, 0, wide, found.height),
        field=name,
        set=found,
        colour=colour,
        ground=ground or room.tone.ground,
        align=align or room.align,
        tracking=tracking,
        on_photo=room.on_photo and ground is None,
    )
    return _narrowed(item) if item.align == "left" else item


def _narrowed(item: Words) -> Words:
    """Return words in a box no wider than they are: the rest stays free for a photo."""
    taken = min(item.box.width, ceil(tracked_width(item)))
    return replace(item, box=replace(item.box, right=taken))


def words(room: Room, text: str, name: str, **how: Any) -> Part:
    """Return what `worded` makes, as a part of its own."""
    item = worded(room, text, name, **how)
    return Part(item.box.height, [item])


def tracked_width(item: Words) -> float:
    """Return how wide the longest line is, room between its letters included."""
    return max(
        (
            (length(line, item.set.weight) + item.tracking * max(0, len(line) - 1)) * item.set.size
            for line in item.set.lines
        ),
        default=0.0,
    )
