"""Parts of several lines: facts with their signs, figures on cards, the entries of a week."""

from functools import partial

from publisher.posters.colours import tone
from publisher.posters.contents import WORDS, Amount, Content, Entry
from publisher.posters.items import Box, Item, Shape, Sign
from publisher.posters.rooms import Part, Room, words
from publisher.posters.templates import Block

FACTS = (("when", "clock"), ("where", "place"), ("how", "steps"))


def facts(room: Room, block: Block, content: Content) -> Part:
    """Set when, where and how: each beside its sign."""
    given = [fact for fact in FACTS if getattr(content, fact[0])]
    part, gap = Part(), room.px(16 if block.style == "inline" else 24)
    for name, sign in given:
        heading = WORDS[content.language][name]
        row = _fact(room, block, name, heading, sign, getattr(content, name))
        part.add(row, 0, part.height + (gap if part.height else 0))
    return part


def _fact(room: Room, block: Block, name: str, heading: str, sign: str, value: str) -> Part:
    inline = block.style == "inline"
    disc, gap = room.px(46 if inline else 84), room.px(18 if inline else 26)
    width = room.width - disc - gap
    said = words(
        room, value, name, size=block.size, smallest=block.smallest, weight=600,
        colour=room.tone.text, lines=block.lines, leading=1.24, width=width, align="left",
    )  # fmt: skip
    told = Part()
    if not inline:
        told = words(
            room, heading, name, size=27, weight=700, colour=room.tone.accent, width=width,
            align="left", lines=1,
        )  # fmt: skip
    told.add(said, 0, told.height + room.px(8) if told.height else 0)
    part = Part(max(disc, told.height))
    part.items += _disc(room, sign, disc, bare=inline)
    part.add(told, disc + gap, max(0, (disc - told.height) // 2))
    part.height = max(disc, part.height)
    return part


def _disc(room: Room, sign: str, side: int, *, bare: bool) -> list[Item]:
    box = Box(0, 0, side, side)
    if bare:
        return [Sign(box=box, name=sign, colour=room.tone.accent)]
    inset = side * 24 // 100
    on = tone(room.tone.accent, room.tone.accent)
    inner = Box(inset, inset, side - inset, side - inset)
    return [
        Shape(box=box, colour=room.tone.accent, radius=side // 3),
        Sign(box=inner, name=sign, colour=on.text),
    ]


def figures(room: Room, block: Block, content: Content) -> Part:
    """Set figures: the first as a hero if the style says so, the others as cards."""
    first, rest = content.figures[:1], content.figures[1:]
    if block.style != "hero":
        return _cards(room, content.figures)
    part = words(
        room, first[0].value, "figures", size=block.size, smallest=90, weight=800,
        colour=room.tone.accent, lines=1, leading=1, shrink=room.big,
    )  # fmt: skip
    meaning = words(
        room, first[0].meaning, "figures", size=40, smallest=29, weight=600, lines=3,
        leading=1.2, colour=room.tone.text,
    )  # fmt: skip
    part.add(meaning, 0, part.height + room.px(10))
    if rest:
        part.add(_cards(room, rest), 0, part.height + room.px(34))
    return part


def _cards(room: Room, amounts: tuple[Amount, ...]) -> Part:
    gap = room.px(22)
    across = 2 if len(amounts) in (2, 4) else min(3, len(amounts))
    if room.width / room.unit < 700:
        across = min(across, 2)
    wide = (room.width - gap * (across - 1)) // across
    part = Part()
    for start in range(0, len(amounts), across):
        row = [_card(room, one, wide) for one in amounts[start : start + across]]
        high, top = max(one.height for one in row), part.height + (gap if part.height else 0)
        for number, one in enumerate(row):
            left = number * (wide + gap)
            box = Box(left, top, left + wide, top + high)
            part.items.append(Shape(box=box, colour=room.tone.card, radius=room.px(22)))
            bar = Box(left, top + room.px(26), left + room.px(7), top + high - room.px(26))
            part.items.append(Shape(box=bar, colour=room.tone.accent, radius=room.px(3)))
            part.add(one, left, top)
        part.height = top + high
    return part


def _card(room: Room, amount: Amount, wide: int) -> Part:
    pad = room.px(28 * room.small)
    told = words(
        room, amount.value, "figures", size=64, smallest=38, weight=800, lines=1, leading=1,
        colour=room.tone.accent, width=wide - 2 * pad, align="left", ground=room.tone.card,
    )  # fmt: skip
    meaning = words(
        room, amount.meaning, "figures", size=29, weight=500, lines=3, leading=1.22,
        colour=room.tone.text, width=wide - 2 * pad, align="left", ground=room.tone.card,
    )  # fmt: skip
    told.add(meaning, 0, told.height + room.px(8))
    part = Part()
    part.add(told, pad, pad)
    part.height += pad
    return part


def agenda(room: Room, _block: Block, content: Content) -> Part:
    """Set the entries of a week: a tile with the date, then what and where."""
    part, gap = Part(), room.px(22 * room.small)
    for number, entry in enumerate(content.agenda):
        if number:
            line = part.height + gap
            box = Box(0, line, room.width, line + max(1, room.px(2)))
            part.items.append(Shape(box=box, colour=room.tone.muted, alpha=0.22))
            part.height = line + gap
        part.add(_entry(room, entry), 0, part.height)
    return part


def _entry(room: Room, entry: Entry) -> Part:
    side, gap = room.px(102 * max(0.72, room.small)), room.px(26)
    width = room.width - side - gap
    told = words(
        room, entry.title, "agenda", size=36, smallest=28, weight=700, colour=room.tone.text,
        lines=2, leading=1.18, width=width, align="left",
    )  # fmt: skip
    if entry.place:
        place = words(
            room, entry.place, "agenda", size=28, weight=500, colour=room.tone.muted, lines=2,
            leading=1.25, width=width, align="left",
        )  # fmt: skip
        told.add(place, 0, told.height + room.px(8))
    part = _tile(room, entry, side)
    part.add(told, side + gap, max(0, (part.height - told.height) // 2))
    return part


def _tile(room: Room, entry: Entry, side: int) -> Part:
    on = tone(room.tone.accent, room.tone.accent)
    inside = partial(
        words, room, colour=on.text, width=side - room.px(12), align="centre", lines=1,
        ground=on.ground, leading=1, shrink=1.0,
    )  # fmt: skip
    day = inside(entry.day, "agenda", size=26, smallest=20, weight=600)
    date = inside(entry.date, "agenda", size=44 * max(0.72, room.small), smallest=28, weight=800)
    told = day.height + room.px(2) + date.height
    part = Part(max(side, told + room.px(18)))
    box = Box(0, 0, side, part.height)
    part.items.append(Shape(box=box, colour=room.tone.accent, radius=room.px(20)))
    top = (part.height - told) // 2
    part.add(day, room.px(6), top)
    part.add(date, room.px(6), top + day.height + room.px(2))
    return part
