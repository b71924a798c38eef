"""Head and foot of a poster: whose it is, and where citizens reach them."""

from dataclasses import dataclass, replace

from publisher.posters.codes import modules
from publisher.posters.colours import WHITE, Tone
from publisher.posters.contents import Content
from publisher.posters.items import Box, Code, Emblem, Item, Shape, Weave
from publisher.posters.lettering import length
from publisher.posters.rooms import LongLink, Part, Room, TooLong, worded, words
from publisher.posters.templates import Column, Format, Place, Places, Template
from publisher.posters.themes import Channels, Ground, Theme

#: Least px of one module of a QR code: at half the size phones still read 2.
MODULE_PX = 4


@dataclass(frozen=True)
class Sheet:
    """What all parts of one poster share while it is laid out."""

    template: Template
    theme: Theme
    content: Content
    format: Format

    def px(self, value: float) -> int:
        return round(value * self.format.unit)

    def tone(self, ground: Ground) -> Tone:
        return self.theme.tone(ground)

    @property
    def head_ground(self) -> Ground:
        wide = self.template.wide_head
        return wide if wide and self.format.name == "wide" else self.template.head

    def room(self, column: Column, width: int) -> Room:
        return Room(
            width=width,
            tone=self.tone(column.ground),
            unit=self.format.unit,
            align="centre" if column.align == "centre" else "left",
            on_photo=column.ground == "photo" and bool(self.content.photos),
        )

    @property
    def inner(self) -> Box:
        """The area for text: margins, and what apps lay over the edges."""
        f = self.format
        return Box(f.side, f.top, f.width - f.side, f.height - f.bottom)

    def box(self, places: Places) -> Box:
        place: Place = places.get(self.format.name, places.get("all", (0, 0, 1, 1)))
        left, top, right, bottom = place
        w, h = self.format.width, self.format.height
        return Box(round(left * w), round(top * h), round(right * w), round(bottom * h))


def head(sheet: Sheet) -> Part:
    """Set emblem, region, office and badge; the part's height is where columns may start."""
    tone = sheet.tone(sheet.head_ground)
    on_photo = sheet.head_ground == "photo" and bool(sheet.content.photos)
    inner, side = sheet.inner, sheet.px(82)
    badge = _badge(sheet)
    width = (
        inner.width
        - side
        - sheet.px(22)
        - (badge.items[0].box.width + sheet.px(20) if badge else 0)
    )
    room = Room(width=width, tone=tone, unit=sheet.format.unit, on_photo=on_photo)
    region = words(
        room, sheet.theme.region, "region", size=27, smallest=22, weight=500, colour=tone.muted,
        lines=2, leading=1.2,
    )  # fmt: skip
    office = _office(room, sheet.theme.office)
    told = Part()
    told.add(region, 0, 0)
    told.add(office, 0, told.height + sheet.px(7))
    part = Part()
    emblem = Box(0, 0, side, side).moved(inner.left, inner.top)
    part.items.append(Emblem(box=emblem, colour=tone.accent, inner=tone.ground))
    top = inner.top + max(0, (side - told.height) // 2)
    part.add(told, inner.left + side + sheet.px(22), top)
    if badge:
        wide, high = badge.items[0].box.size
        part.add(badge, inner.right - wide, inner.top + (side - high) // 2)
    part.height = max(part.height, inner.top + side) + sheet.px(30)
    return part


def _office(room: Room, name: str) -> Part:
    """Set the name on two lines, or on three small ones: an office cannot shorten its name."""
    how = {"weight": 800, "colour": room.tone.text}
    try:
        return words(room, name, "office", size=36, smallest=28, lines=2, leading=1.14, **how)
    except TooLong:
        return words(room, name, "office", size=28, smallest=24, lines=3, leading=1.16, **how)


def _badge(sheet: Sheet) -> Part | None:
    if not sheet.content.badge:
        return None
    tone = sheet.tone(sheet.head_ground)
    ground = tone.card if tone.dark else tone.accent
    text = tone.text if tone.dark else WHITE
    pad, high = sheet.px(22), sheet.px(52)
    room = Room(width=sheet.inner.width // 3, tone=tone, unit=sheet.format.unit)
    item = worded(
        room, sheet.content.badge, "badge", size=27, smallest=22, weight=700, colour=text,
        lines=1, ground=ground,
    )  # fmt: skip
    wide = round(item.set.width) + 2 * pad
    part = Part()
    part.items.append(Shape(box=Box(0, 0, wide, high), colour=ground, radius=high // 2))
    item = replace(item, box=Box(0, 0, wide - 2 * pad, item.box.height))
    part.add(Part(0, [item]), pad, (high - item.box.height) // 2)
    return part


def foot(sheet: Sheet) -> tuple[list[Item], int]:
    """Set the band below, with the channels; return it and where it starts."""
    theme, told = sheet.theme, sheet.theme.channels
    tone = theme.tone(sheet.template.foot)
    has_code = bool(told.link) and sheet.template.name != "kanal_aduan"
    code = code_side(told.link, sheet.px(150), "channels") if has_code else 0
    lines = _channels(sheet, code)
    high = max(sheet.px(66), lines.height + 2 * sheet.px(36), code + sheet.px(16) if code else 0)
    bottom = sheet.inner.bottom if sheet.format.bottom else sheet.format.height
    top, rule = bottom - high, sheet.px(6)
    band = Box(0, top, sheet.format.width, sheet.format.height)
    items: list[Item] = [
        Shape(box=band, colour=tone.ground),
        Weave(
            box=band, motif=theme.motif, colour=tone.accent, strength=0.2, fade="left",
            scale=sheet.px(104),
        ),
        Shape(box=Box(0, top - rule, sheet.format.width, top), colour=theme.accent),
    ]  # fmt: skip
    if lines.height:
        shift = top + (high - lines.height) // 2
        items += [item.moved(sheet.inner.left, shift) for item in lines.items]
    if code:
        left, lift = sheet.inner.right - code, top + (high - code) // 2
        items.append(
            Code(box=Box(left, lift, left + code, lift + code), text=told.link, colour="#101418")
        )
    return items, top - rule - sheet.px(38)


def _channels(sheet: Sheet, code: int) -> Part:
    told, tone = sheet.theme.channels, sheet.theme.tone(sheet.template.foot)
    width = sheet.inner.width - (code + sheet.px(36) if code else 0)
    room = Room(width=width, tone=tone, unit=sheet.format.unit)
    part = Part()
    if told.hashtag:
        tag = words(
            room, told.hashtag, "channels", size=46, smallest=30, weight=800, lines=1, leading=1,
            colour=tone.accent,
        )  # fmt: skip
        part.add(tag, 0, 0)
    for line in _invited(room, told):
        one = words(
            room, line, "channels", size=28, smallest=22, weight=500, lines=2, leading=1.25,
            colour=tone.text,
        )  # fmt: skip
        part.add(one, 0, part.height + sheet.px(9) if part.height else 0)
    return part


def _invited(room: Room, told: Channels) -> list[str]:
    """Return the invitation and the number on one line, or on two if one is not enough."""
    given = [part for part in (told.invitation, told.whatsapp and f"WA {told.whatsapp}") if part]
    whole = " · ".join(given)
    fits = length(whole, 500) * room.px(28) <= room.width
    return [whole] if given and fits else given


def code_side(link: str, wanted: int, field: str = "link") -> int:
    """Return the side of a QR code, quiet zone included, whose modules are whole px.

    :param field: where the link was filled in
    :raises LongLink: if a code of this link would be larger than a poster can carry
    """
    count = modules(link)
    if count > 45:  # version 5 and its quiet zone: about 100 characters
        raise LongLink(field, link)
    return count * max(MODULE_PX, wanted // count)
