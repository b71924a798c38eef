"""From what a poster says to what lies where: one description, every size.

Text shrinks together, headlines first, until a column holds all its parts; where even the least
sizes do not fit, the field at fault is named. Nothing here touches a pixel.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from publisher.posters import aksara, contents
from publisher.posters.bands import Sheet, code_side, foot, head
from publisher.posters.blocks import part
from publisher.posters.contents import Content, Problem
from publisher.posters.items import (
    Box,
    Bubble,
    Item,
    Picture,
    Scrim,
    Shape,
    Weave,
    Words,
)
from publisher.posters.lettering import missing
from publisher.posters.rooms import LongLink, Part, Room, TooLong, worded
from publisher.posters.templates import Column, Format, Panel, Template
from publisher.posters.themes import Theme

#: How headlines and the rest shrink together.
_SHRINKING = (
    (1.0, 1.0), (0.93, 1.0), (0.86, 1.0), (0.8, 1.0), (0.74, 0.97), (0.68, 0.94), (0.62, 0.9),
    (0.56, 0.86), (0.5, 0.82), (0.45, 0.78), (0.4, 0.74), (0.35, 0.7),
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """A poster laid out; items from the lowest to the uppermost."""

    format: Format
    ground: str
    safe: Box
    items: tuple[Item, ...]

    def words(self) -> list[Words]:
        return [item for item in self.items if isinstance(item, Words)]


def problems(template: Template, theme: Theme, content: Content) -> list[Problem]:
    """Return what is missing or cannot be written, before any size is tried."""
    empty = [name for name in template.needs if not getattr(content, name)]
    found = [Problem(field=name, message=contents.NEEDED) for name in empty if name != "photos"]
    if len(content.photos) < template.photos:
        values = {"count": template.photos}
        found.append(Problem(field="photos", message=contents.PHOTOS_NEEDED, values=values))
    shown = [(name, text) for name, text in content.texts() if name in template.shows]
    for name, text in chain(shown, _of_theme(theme)):
        if unknown := missing(text):
            told = contents.NO_AKSARA if aksara.used(unknown) else contents.NO_LETTER
            values_ = {"characters": " ".join(unknown[:5])}
            found.append(Problem(field=name, message=told, values=values_))
    for name, most in (("figures", 5), ("agenda", 7)):
        if name in template.shows and len(getattr(content, name)) > most:
            found.append(Problem(field=name, message=contents.TOO_MANY, values={"count": most}))
    return found


def _of_theme(theme: Theme) -> list[tuple[str, str]]:
    told = theme.channels
    return [
        ("region", theme.region),
        ("office", theme.office),
        ("channels", " ".join((told.hashtag, told.invitation, told.whatsapp))),
    ]


def lay_out(template: Template, theme: Theme, content: Content, form: Format) -> Layout | Problem:
    """Return the poster of one size, or why there is none."""
    if template.bare and not content.photos:
        template = replace(template, panels=template.bare.panels, columns=template.bare.columns)
    sheet = Sheet(template, theme, content, form)
    try:
        above = head(sheet)
        below, low = foot(sheet)
        area = Box(sheet.inner.left, above.height, sheet.inner.right, low)
        panels = [item for panel in template.panels for item in _panel(sheet, panel, area)]
        photos = [item.box for item in panels if isinstance(item, Picture) and item.filled]
        top = _on_photos(above.items, photos)
        columns = [_on_photos(_column(sheet, column, area), photos) for column in template.columns]
    except TooLong as fault:
        return _too_long(fault, form)
    scrims = _scrims(sheet, photos, top, columns)
    items = (*panels, *scrims, *below, *top, *chain.from_iterable(columns))
    return Layout(form, theme.ground(template.ground), sheet.inner, items)


def _too_long(fault: TooLong, form: Format) -> Problem:
    if isinstance(fault, LongLink):
        return Problem(field=fault.field, message=contents.LONG_LINK)
    if not fault.text:
        values = {"size": form.label}
        return Problem(field=fault.field, message=contents.TOO_MUCH, values=values)
    room = max(5, len(fault.text) * 3 // 4 // 5 * 5)
    told = {"size": form.label, "characters": room}
    return Problem(field=fault.field, message=contents.TOO_LONG, values=told)


def _panel(sheet: Sheet, panel: Panel, area: Box) -> Iterator[Item]:
    box, theme = sheet.box(panel.places), sheet.theme
    if panel.keep_in:
        box = Box(max(box.left, area.left), max(box.top, area.top), min(box.right, area.right),
                  min(box.bottom, area.bottom))  # fmt: skip
    if panel.head and box.width:
        edge = area.top - sheet.px(6)
        box = replace(box, top=edge) if panel.head == "below" else replace(box, bottom=edge)
    if not box.width:  # this size goes without
        return
    tone = sheet.tone(panel.colour)
    radius = sheet.px(panel.radius)
    match panel.kind:
        case "fill":
            yield Shape(box=box, colour=tone.ground, radius=radius, shadow=radius > 0)
        case "bubble":
            yield Bubble(box=box, colour=tone.ground, radius=radius, tail=sheet.px(56))
        case "frame":
            yield Shape(box=box, colour=theme.accent, radius=radius)
            thick = sheet.px(5)
            inner = Box(box.left + thick, box.top + thick, box.right - thick, box.bottom - thick)
            yield Shape(box=inner, colour=tone.ground, radius=radius - thick)
        case "weave":
            yield Weave(
                box=box, motif=theme.motif, colour=tone.accent, strength=panel.strength,
                fade=panel.fade, scale=sheet.px(150),
            )  # fmt: skip
        case "fade":
            yield Scrim(box=box, colour=tone.ground, run_out=sheet.px(300), full=True)
        case "photo":
            yield from _photo(sheet, panel, box)


def _photo(sheet: Sheet, panel: Panel, box: Box) -> Iterator[Item]:
    theme = sheet.theme
    yield Picture(filled=len(sheet.content.photos) > panel.number,
        box=box, number=panel.number, colour=theme.ground("brand"), line=theme.accent,
        radius=sheet.px(panel.radius), edge=panel.edge, arch=panel.arch,
        rule=theme.accent if panel.edge != "none" else "",
    )  # fmt: skip
    if panel.caption and sheet.content.shown(panel.caption):
        yield from _caption(sheet, panel.caption, box)
    if len(sheet.content.photos) <= panel.number:
        yield Weave(box=box, motif=theme.motif, colour=theme.accent, strength=0.16, fade="down",
                    scale=sheet.px(170))  # fmt: skip


def _caption(sheet: Sheet, name: str, box: Box) -> list[Item]:
    """Set a few words on a pill in the lower left corner of a photo."""
    tone = sheet.theme.tone("accent")
    gap, pad, high = sheet.px(20), sheet.px(24), sheet.px(56)
    room = Room(width=box.width - 2 * (gap + pad), tone=tone, unit=sheet.format.unit)
    item = worded(
        room, sheet.content.shown(name), name, size=29, weight=800, colour=tone.text, lines=1
    )
    wide = round(item.set.width)
    place = Box(0, 0, wide + 2 * pad, high).moved(box.left + gap, box.bottom - gap - high)
    text = replace(item, box=Box(0, 0, wide, item.box.height))
    text = text.moved(place.left + pad, place.top + (high - item.box.height) // 2)
    return [Shape(box=place, colour=tone.ground, radius=high), text]


def _column(sheet: Sheet, column: Column, area: Box) -> list[Item]:
    """Return a column's items in place, shrunk as little as they must be."""
    box = sheet.box(column.places)
    pad = sheet.px(column.pad)
    box = Box(max(box.left, area.left) + pad, max(box.top, area.top) + pad,
              min(box.right, area.right) - pad, min(box.bottom, area.bottom) - pad)  # fmt: skip
    fault = TooLong("headline")
    for big, small in _SHRINKING:
        room = replace(sheet.room(column, box.width), big=big, small=small)
        try:
            stacked = _stacked(sheet, column, room)
        except TooLong as error:
            fault = error
            continue
        if stacked.height <= box.height:
            spare = box.height - stacked.height
            shift = {"top": 0, "middle": spare // 2, "bottom": spare}[column.anchor]
            return [item.moved(box.left, box.top + shift) for item in stacked.items]
        fault = TooLong(_longest(stacked.items))
    raise fault


def _longest(items: Sequence[Item]) -> str:
    """Return the field that takes most room, which is the one to shorten."""
    heights: dict[str, int] = {}
    for item in items:
        if isinstance(item, Words):
            heights[item.field] = heights.get(item.field, 0) + item.box.height
    return max(heights, key=lambda name: heights[name], default="headline")


def _stacked(sheet: Sheet, column: Column, room: Room) -> Part:
    whole = Part()
    for block in column.blocks:
        if block.kind == "code" and sheet.content.link:
            room = replace(room, code_side=code_side(sheet.content.link, room.px(block.size)))
        set_ = part(room, block, sheet.content)
        if set_ is not None:
            gap = room.px(block.gap * (0.5 + 0.5 * room.small)) if whole.height else 0
            whole.add(set_, 0, whole.height + gap)
    return whole


def _on_photos(items: Iterable[Item], photos: Sequence[Box]) -> list[Item]:
    """Return items with each text marked that really lies on a photo."""
    return [
        replace(item, on_photo=item.on_photo and any(item.box.meets(photo) for photo in photos))
        if isinstance(item, Words)
        else item
        for item in items
    ]


def _scrims(
    sheet: Sheet, photos: Sequence[Box], above: Iterable[Item], columns: Iterable[Iterable[Item]]
) -> Iterator[Item]:
    """Darken the photos behind each group of words that stands on them."""
    if not photos:
        return
    ink = sheet.theme.ground("ink")
    left, right = min(box.left for box in photos), max(box.right for box in photos)
    low = max(box.bottom for box in photos)
    lows = [box.bottom for box in _darkened(above)]
    if lows:
        box = Box(left, 0, right, min(low, max(lows) + sheet.px(14)))
        yield Scrim(box=box, colour=ink, run_out=sheet.px(210), upwards=False)
    for items in columns:
        tops = [box.top for box in _darkened(items)]
        if tops:
            box = Box(left, min(tops) - sheet.px(30), right, low)
            yield Scrim(box=box, colour=ink, run_out=sheet.px(240))


def _darkened(items: Iterable[Item]) -> list[Box]:
    return [item.box for item in items if isinstance(item, Words) and item.on_photo]
