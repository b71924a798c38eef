"""The poster studio's engine: one description in, finished posters of every size out.

`draw` never returns a broken picture: either each size is whole, or there are problems, each
with the field it belongs to.
"""

import io
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from publisher.posters import contents, layout, painting
from publisher.posters.contents import Content, Problem
from publisher.posters.items import Picture
from publisher.posters.layout import Layout
from publisher.posters.shots import Pictures
from publisher.posters.templates import FORMATS, ShapeName, templates
from publisher.posters.themes import Theme

QUALITY = 90
#: One poster per core: more at once would be no quicker, and each holds up to 200 MB.
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclass(frozen=True, kw_only=True)
class Poster:
    """One poster, whatever its size.

    :param template: a name from `templates.templates()`
    """

    template: str
    theme: Theme
    content: Content


@dataclass(frozen=True)
class Drawn:
    """Either a JPEG (sRGB, without metadata) for each size, or why there is none."""

    pictures: Mapping[ShapeName, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def laid_out(poster: Poster, shapes: Iterable[ShapeName]) -> tuple[list[Layout], list[Problem]]:
    """Return the poster laid out in each size, and all that is wrong; no photo is opened.

    :raises KeyError: for a template there is not
    """
    template = templates()[poster.template]
    problems = layout.problems(template, poster.theme, poster.content)
    if problems:
        return [], problems
    tried = [
        layout.lay_out(template, poster.theme, poster.content, FORMATS[shape]) for shape in shapes
    ]
    good = [one for one in tried if isinstance(one, Layout)]
    return good, [one for one in tried if isinstance(one, Problem)]


def draw(poster: Poster, shapes: Iterable[ShapeName] = ("portrait",)) -> Drawn:
    """Return the poster in each size asked for, or every problem.

    :raises KeyError: for a template there is not
    """
    layouts, problems = laid_out(poster, shapes)
    if problems:
        return Drawn(problems=tuple(problems))
    with _turns:
        return _painted(poster, layouts)


def _painted(poster: Poster, layouts: list[Layout]) -> Drawn:
    try:
        pictures = _opened(poster.content, layouts)
    except (OSError, ValueError, SyntaxError):
        return Drawn(problems=(Problem(field="photos", message=contents.PHOTO_BROKEN),))
    try:
        return Drawn({one.format.name: _jpeg(one, pictures, poster.theme) for one in layouts})
    except OSError:
        return Drawn(problems=(Problem(field="logo", message=contents.BROKEN_LOGO),))


def _opened(content: Content, layouts: list[Layout]) -> Pictures:
    items = [item for one in layouts for item in one.items if isinstance(item, Picture)]
    pictures = Pictures(content.photos, items)
    widest = max((item.box.width for item in items), default=1)
    highest = max((item.box.height for item in items), default=1)
    pictures.load((widest, highest))
    return pictures


def _jpeg(one: Layout, pictures: Pictures, theme: Theme) -> bytes:
    out = io.BytesIO()
    image = painting.painted(one, pictures, theme.logo)
    image.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()
