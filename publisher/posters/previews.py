"""Posters as they are while somebody types: the same layout, painted small and quickly.

A preview is laid out at full size and scaled as a list of items, so that every line breaks where
it breaks in the finished poster; only then are pixels made, and far fewer of them.
"""

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from publisher.posters import contents, painting
from publisher.posters.contents import Problem
from publisher.posters.items import Box, Code, Emblem, Item, Picture, Sign, Words
from publisher.posters.layout import Layout
from publisher.posters.lettering import Setting
from publisher.posters.shots import Pictures
from publisher.posters.studio import Drawn, Poster, laid_out
from publisher.posters.templates import ShapeName

#: Sharp enough to read on a phone, a quarter to a third of the pixels.
WIDTH_PX = 540
QUALITY = 82
#: What else of an item is a length.
_LENGTHS = ("radius", "tail", "run_out", "scale")
#: What must keep its shape to the pixel; all else keeps its edges, so that no seam opens.
_SHAPED = (Code, Emblem, Sign)


def preview(poster: Poster, shape: ShapeName, width: int = WIDTH_PX) -> Drawn:
    """Return one size of a poster, `width` px wide, or every problem.

    :raises KeyError: for a template there is not
    """
    layouts, problems = laid_out(poster, (shape,))
    if problems:
        return Drawn(problems=tuple(problems))
    small = scaled(layouts[0], width / layouts[0].format.width)
    try:
        pictures = Pictures(poster.content.photos, _pictures(small.items))
        pictures.load(_largest(small.items))
    except (OSError, ValueError, SyntaxError):
        return Drawn(problems=(Problem(field="photos", message=contents.PHOTO_BROKEN),))
    try:
        image = painting.painted(small, pictures, poster.theme.logo)
    except OSError:
        return Drawn(problems=(Problem(field="logo", message=contents.BROKEN_LOGO),))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return Drawn({shape: out.getvalue()})


def scaled(layout: Layout, share: float) -> Layout:
    """Return a layout with every length multiplied by `share`."""
    width, height = (round(side * share) for side in (layout.format.width, layout.format.height))
    return replace(
        layout,
        format=replace(layout.format, width=width, height=height),
        safe=_box(layout.safe, share),
        items=tuple(_item(item, share) for item in layout.items),
    )


def _item(item: Item, share: float) -> Item:
    changes: dict[str, Any] = {
        name: round(value * share)
        for name in _LENGTHS
        if (value := getattr(item, name, None)) is not None
    }
    if isinstance(item, Words):
        changes["set"] = _setting(item.set, share)
    box = _box(item.box, share)
    if isinstance(item, _SHAPED):
        width, height = (round(side * share) for side in item.box.size)
        box = Box(box.left, box.top, box.left + width, box.top + height)
    return replace(item, box=box, **changes)


def _box(box: Box, share: float) -> Box:
    return Box(*(round(edge * share) for edge in box.as_tuple()))


def _setting(given: Setting, share: float) -> Setting:
    size, leading = int(given.size * share), round(given.leading * share)
    return replace(given, size=max(1, size), leading=leading)


def _pictures(items: Iterable[Item]) -> list[Picture]:
    return [item for item in items if isinstance(item, Picture)]


def _largest(items: Iterable[Item]) -> tuple[int, int]:
    found = [item.box for item in _pictures(items)]
    return (
        max((box.width for box in found), default=1),
        max((box.height for box in found), default=1),
    )
