"""The parts a poster's columns are made of, and which block of a template calls for which."""

from collections.abc import Callable
from dataclasses import replace

from publisher.posters.colours import tone
from publisher.posters.contents import Content
from publisher.posters.items import Box, Code, Shape, Sign
from publisher.posters.lists import agenda, facts, figures
from publisher.posters.rooms import TIGHT, Part, Room, tracked_width, worded, words
from publisher.posters.templates import Block


def label(room: Room, block: Block, content: Content) -> Part:
    text = content.label.upper()
    if block.style == "plain":
        return words(
            room, text, "label", size=30, weight=800, colour=room.tone.accent, lines=1,
            tracking=0.1, smallest=24,
        )  # fmt: skip
    on = tone(room.tone.accent, room.tone.accent)
    pad, high = room.px(24), room.px(52)
    item = worded(
        room, text, "label", size=27, weight=800, colour=on.text, lines=1, tracking=0.07,
        smallest=23, width=room.width - 2 * pad, ground=on.ground, align="left",
    )  # fmt: skip
    wide = min(room.width, round(tracked_width(item)) + 2 * pad)
    left = (room.width - wide) // 2 if room.align == "centre" else 0
    part = Part(high, [Shape(box=Box(left, 0, left + wide, high), colour=on.ground, radius=high)])
    item = replace(item, box=Box(0, 0, wide - 2 * pad, item.box.height))
    part.add(Part(0, [item]), left + pad, (high - item.box.height) // 2 + room.px(1))
    return part


def headline(room: Room, block: Block, content: Content) -> Part:
    return words(
        room, content.headline, "headline", size=block.size, smallest=block.smallest, weight=800,
        colour=room.tone.text, leading=TIGHT, lines=block.lines, shrink=room.big, balanced=True,
    )  # fmt: skip


def text(room: Room, block: Block, content: Content) -> Part:
    name = block.field or "body"
    return words(
        room, getattr(content, name), name, size=block.size, smallest=block.smallest, weight=500,
        colour=room.tone.text if block.style == "strong" else room.tone.muted, lines=block.lines,
    )  # fmt: skip


def quote(room: Room, block: Block, content: Content) -> Part:
    return words(
        room, content.quote, "quote", size=block.size, smallest=block.smallest, weight=700,
        colour=room.tone.text, leading=1.2, lines=block.lines, shrink=room.big, balanced=True,
    )  # fmt: skip


def mark(room: Room, block: Block, _content: Content) -> Part:
    wide = room.px(block.size * room.big)
    high = round(wide * 0.72)
    left = (room.width - wide) // 2 if room.align == "centre" else 0
    box = Box(left, 0, left + wide, high)
    return Part(high, [Sign(box=box, name="quote", colour=room.tone.accent)])


def rule(room: Room, _block: Block, _content: Content) -> Part:
    wide, high = room.px(96), room.px(8)
    left = (room.width - wide) // 2 if room.align == "centre" else 0
    box = Box(left, 0, left + wide, high)
    return Part(high, [Shape(box=box, colour=room.tone.accent, radius=high)])


def person(room: Room, _block: Block, content: Content) -> Part:
    inset = 0 if room.align == "centre" else room.px(30)
    part = words(
        room, content.person, "person", size=38, smallest=30, weight=800, colour=room.tone.text,
        lines=2, leading=1.15, width=room.width - inset,
    )  # fmt: skip
    if content.role:
        role = words(
            room, content.role, "role", size=30, weight=500, colour=room.tone.muted, lines=3,
            leading=1.25, width=room.width - inset,
        )  # fmt: skip
        part.add(role, 0, part.height + room.px(12))
    framed = Part()
    framed.add(part, inset, 0)
    if inset:
        bar = Box(0, 0, room.px(8), part.height)
        framed.items.append(Shape(box=bar, colour=room.tone.accent, radius=room.px(4)))
    return framed


def hashtag(room: Room, block: Block, content: Content) -> Part:
    text = content.hashtag if content.hashtag.startswith("#") else f"#{content.hashtag}"
    return words(
        room, text, "hashtag", size=block.size, smallest=block.smallest, weight=800, lines=1,
        leading=1, colour=room.tone.accent, shrink=max(room.big, 0.7),
    )  # fmt: skip


def contact(room: Room, _block: Block, content: Content) -> Part:
    """Set the number to write to, as a wide button."""
    high, pad = room.px(104), room.px(26)
    side = room.px(60)
    inner = words(
        room, content.whatsapp, "whatsapp", size=54, smallest=36, weight=800, lines=1, leading=1,
        colour=room.tone.text, width=room.width - side - pad * 3, align="left", shrink=1.0,
        ground=room.tone.card,
    )  # fmt: skip
    part = Part(high)
    box = Box(0, 0, room.width, high)
    part.items.append(Shape(box=box, colour=room.tone.card, radius=high // 2))
    top = (high - side) // 2
    sign = Box(pad, top, pad + side, top + side)
    part.items.append(Sign(box=sign, name="chat", colour=room.tone.accent))
    part.add(inner, pad * 2 + side, (high - inner.height) // 2)
    part.height = high
    return part


def code(room: Room, block: Block, content: Content) -> Part:
    side = min(room.width, room.code_side or room.px(block.size))
    left = (room.width - side) // 2 if room.align == "centre" else 0
    item = Code(box=Box(left, 0, left + side, side), text=content.link, colour="#101418")
    return Part(side, [item])


#: What draws each kind of block, and the field without which it is left out.
PARTS: dict[str, tuple[Callable[[Room, Block, Content], Part], tuple[str, ...]]] = {
    "label": (label, ("label",)),
    "headline": (headline, ("headline",)),
    "text": (text, ()),
    "facts": (facts, ("when", "where", "how")),
    "figures": (figures, ("figures",)),
    "agenda": (agenda, ("agenda",)),
    "quote": (quote, ("quote",)),
    "person": (person, ("person",)),
    "hashtag": (hashtag, ("hashtag",)),
    "contact": (contact, ("whatsapp",)),
    "code": (code, ("link",)),
    "rule": (rule, ()),
    "mark": (mark, ()),
}


def part(room: Room, block: Block, content: Content) -> Part | None:
    """Return the block as set in `room`; None if its field is empty."""
    draw, fields = PARTS[block.kind]
    asked = (block.field,) if block.field else fields
    if asked and not any(getattr(content, name) for name in asked):
        return None
    return draw(room, block, content)
