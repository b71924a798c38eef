"""Templates: how a poster is composed, as data.

Each file in `designs/` is one `Template`. Places are shares of the poster's width and height,
one box for each shape (or one for all); the layout engine keeps them inside the safe area.
Reading checks every file against these classes and names what is wrong by its path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from publisher.posters.items import Edge
from publisher.posters.themes import Ground

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FOLDER = Path(__file__).parent / "designs"
ShapeName = Literal["portrait", "square", "story", "wide"]
Place = tuple[float, float, float, float]  # left, top, right, bottom
Places = Mapping[Literal["all", "portrait", "square", "story", "wide"], Place]
FieldName = Literal[
    "label", "badge", "headline", "body", "when", "where", "how", "figures", "agenda", "quote",
    "person", "role", "before", "after", "hashtag", "whatsapp", "link", "photos",
]  # fmt: skip
_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class Format:
    """One size of a poster, in px, with what apps lay over its edges.

    :param unit: what one px of a 1080×1350 poster's lettering is here
    """

    name: ShapeName
    width: int
    height: int
    side: int
    top: int
    bottom: int
    unit: float

    @property
    def label(self) -> str:
        return f"{self.width}×{self.height}"


#: Stories: what Instagram lays over them (250 above, 340 below). Instagram's profile shows the
#: middle 3:4 of each picture: 34 px fall from each side of a portrait, 135 of a square.
FORMATS: Mapping[ShapeName, Format] = {
    "portrait": Format(
        name="portrait", width=1080, height=1350, side=64, top=60, bottom=0, unit=1.0
    ),
    "square": Format(name="square", width=1080, height=1080, side=140, top=48, bottom=0, unit=0.86),
    "story": Format(name="story", width=1080, height=1920, side=64, top=252, bottom=340, unit=1.04),
    "wide": Format(name="wide", width=1200, height=675, side=52, top=40, bottom=0, unit=0.72),
}


@dataclass(frozen=True, kw_only=True)
class Block:
    """One part of a column, shown if its field is filled in. Sizes in px of a portrait."""

    __pydantic_config__ = _STRICT
    kind: Literal[
        "label", "headline", "text", "facts", "figures", "agenda", "quote", "person", "hashtag",
        "contact", "code", "rule", "mark",
    ]  # fmt: skip
    field: FieldName | None = None
    size: int = 40
    smallest: int = 28
    lines: int = 9
    style: str = ""
    gap: int = 30  # above it


@dataclass(frozen=True, kw_only=True)
class Column:
    """Blocks one below the other."""

    __pydantic_config__ = _STRICT
    places: Places
    blocks: tuple[Block, ...]
    ground: Ground
    align: Literal["left", "centre"] = "left"
    anchor: Literal["top", "middle", "bottom"] = "top"
    pad: int = 0


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What lies below the text: a plane, a photo, the motif, a bubble.

    :param number: of the photo
    :param keep_in: whether it stays between head, foot and margins as text does
    :param head: whether it ends where the head ends, or begins there, however high that is
    """

    __pydantic_config__ = _STRICT
    kind: Literal["fill", "photo", "weave", "bubble", "frame", "fade"]
    places: Places
    colour: Ground = "brand"
    number: int = 0
    edge: Edge = "none"
    radius: int = 0
    strength: float = 0.2
    fade: Literal["none", "left", "down", "up"] = "none"
    keep_in: bool = False
    head: Literal["", "behind", "below"] = ""
    arch: bool = False
    caption: FieldName | None = None  # shown on the photo


@dataclass(frozen=True, kw_only=True)
class Bare:
    """How a poster is composed that could have a photo and has none."""

    __pydantic_config__ = _STRICT
    panels: tuple[Panel, ...] = ()
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class Template:
    """A composition.

    :param title: Indonesian, shown to whoever chooses
    :param shows: the fields of its form, in order
    :param needs: those without which there is no poster
    :param photos: how many it needs
    :param bare: its composition without a photo, where a plane in its place would look empty
    """

    __pydantic_config__ = _STRICT
    name: str
    title: str
    use: str
    shows: tuple[FieldName, ...]
    needs: tuple[FieldName, ...]
    photos: int = 0
    ground: Ground
    head: Ground
    wide_head: Ground | None = None  # where another ground lies below it
    foot: Ground = "brand"
    panels: tuple[Panel, ...] = ()
    columns: tuple[Column, ...]
    bare: Bare | None = None


@cache
def _reader() -> "TypeAdapter[Template]":
    """Make it when a template is first read: pydantic takes a tenth of a second to come."""
    from pydantic import TypeAdapter

    return TypeAdapter(Template)


def read(text: str) -> Template:
    """Return the template that a JSON text describes.

    :raises ValueError: naming what is wrong by its path, such as `columns.0.blocks.2.kind`
    """
    return _reader().validate_json(text)


@lru_cache(maxsize=1)
def templates() -> Mapping[str, Template]:
    """Return all templates by name, in the order of their file names."""
    found = [read(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))]
    return {template.name: template for template in found}
