"""What lies where on a poster: the list between laying out and painting.

Laying out makes this list, painting reads it, and tests read it too: whether anything overflows
is decided without a pixel. All lengths are px of the finished poster.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from publisher.posters.lettering import Setting

Edge = Literal["none", "slant", "wave"]
Align = Literal["left", "centre", "right"]
T = TypeVar("T", bound="Item")


@dataclass(frozen=True)
class Box:
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    def moved(self, x: int, y: int) -> "Box":
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def holds(self, other: "Box", slack: int = 0) -> bool:
        return (
            self.left - slack <= other.left
            and self.top - slack <= other.top
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def as_tuple(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.right, self.bottom


@dataclass(frozen=True, kw_only=True)
class Item:
    box: Box

    def moved(self: T, x: int, y: int) -> T:
        return replace(self, box=self.box.moved(x, y))


@dataclass(frozen=True, kw_only=True)
class Words(Item):
    """Lines of text, the first at the top of the box."""

    field: str
    set: Setting
    colour: str
    ground: str  # what it is read on; over a photo, the colour of the scrim
    align: Align = "left"
    tracking: float = 0  # extra room between letters, in em
    on_photo: bool = False


@dataclass(frozen=True, kw_only=True)
class Shape(Item):
    """A filled rectangle; `alpha` 0 to 1."""

    colour: str
    radius: int = 0
    alpha: float = 1
    shadow: bool = False


@dataclass(frozen=True, kw_only=True)
class Bubble(Item):
    """A speech bubble; its tail hangs below the box."""

    colour: str
    radius: int
    tail: int


@dataclass(frozen=True, kw_only=True)
class Picture(Item):
    """One of the poster's photos, cropped to the box; a brand panel where there is none."""

    number: int
    filled: bool  # whether there is such a photo
    colour: str
    line: str
    radius: int = 0
    edge: Edge = "none"
    rule: str = ""  # colour of a line along the edge
    arch: bool = False


@dataclass(frozen=True, kw_only=True)
class Scrim(Item):
    """Darkness over a photo, full within the box, running out above (and below) it."""

    colour: str
    run_out: int
    upwards: bool = True
    full: bool = False  # darkness itself, so that the photo ends without an edge


@dataclass(frozen=True, kw_only=True)
class Weave(Item):
    """The motif of the theme, as a texture that fades."""

    motif: str
    colour: str
    strength: float
    fade: Literal["none", "left", "down", "up"] = "none"
    scale: int = 120


@dataclass(frozen=True, kw_only=True)
class Sign(Item):
    """A small drawing: see `signs`."""

    name: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class Code(Item):
    """A QR code with its quiet zone, on white."""

    text: str
    colour: str


@dataclass(frozen=True, kw_only=True)
class Emblem(Item):
    """The logo, or a plain shield where the office has none."""

    colour: str
    inner: str
