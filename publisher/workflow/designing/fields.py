"""What a poster says, as one value: the page, the autosave and the demo all save through it.

Fields that the template in use does not show are kept: whoever tries another one and comes back
has lost nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from publisher.errors import N_, Invalid
from publisher.models.posters import Poster
from publisher.models.posts import Language
from publisher.posters import contents
from publisher.posters.contents import Amount, Entry
from publisher.posters.templates import FORMATS, Template, templates
from publisher.workflow.composing.fields import clean

#: Characters that may be typed; what a size holds is the engine's business.
LIMITS = {
    "label": 40,
    "badge": 30,
    "headline": 200,
    "body": 500,
    "when": 160,
    "where": 200,
    "how": 300,
    "quote": 400,
    "person": 80,
    "role": 120,
    "before": 24,
    "after": 24,
    "hashtag": 60,
    "whatsapp": 40,
    "link": 300,
}
ALT_LIMIT = 1000
#: Rows a list may have, and its columns with the characters of each.
ROWS: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "figures": (5, {"value": 24, "meaning": 120}),
    "agenda": (7, {"day": 12, "date": 12, "title": 120, "place": 120}),
}
SIZES = tuple(FORMATS)
DEFAULT_SIZE = "portrait"
#: Posts in other languages keep the words of Indonesian.
_WRITTEN: Mapping[Language, contents.Language] = {Language.JV: "jv", Language.SU: "su"}


class TooLong(Invalid):
    message = N_("Isian terlalu panjang: paling banyak %(limit)s karakter.")


class NoSuchTemplate(Invalid):
    message = N_("Templat itu tidak ada. Pilih templat lain.")


Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A photo of the office, and the point of it that must stay in view (shares, 0 to 1)."""

    digest: str
    focus: tuple[float, float] = (0.5, 0.4)


@dataclass(frozen=True, kw_only=True)
class Design:
    """Everything of a poster that is typed or chosen.

    :param texts: name of a field of `LIMITS` to what was typed
    :param rows: "figures" and "agenda" to their rows
    :param photos: by their place on the poster; None where there is none
    :param alt_text: empty to follow what is proposed from the fields
    :param language: of the words the poster adds: those of its post
    """

    template: str
    shapes: tuple[str, ...] = (DEFAULT_SIZE,)
    texts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    photos: tuple[Chosen | None, ...] = ()
    alt_text: str = ""
    language: contents.Language = "id"

    @classmethod
    def of(cls, poster: Poster) -> "Design":
        return cls.read(
            poster.template, poster.content, shapes=tuple(poster.shapes), alt_text=poster.alt_text,
            language=_WRITTEN.get(poster.post.language, "id"),
        )  # fmt: skip

    @classmethod
    def read(cls, template: str, content: Mapping[str, Any], **more: Any) -> "Design":
        """Return the design that `content` keeps; see `models.posters.Poster`."""
        return cls(
            template=template,
            texts={name: str(content.get(name, "")) for name in LIMITS},
            rows={name: _rows(content.get(name, ()), name) for name in ROWS},
            photos=tuple(_photo(kept) for kept in content.get("photos", ())),
            **more,
        )

    @property
    def content(self) -> dict[str, Any]:
        """Return it as it is kept."""
        photos = [
            {"digest": one.digest, "focus": list(one.focus)} if one else None for one in self.photos
        ]
        rows = {name: [list(row) for row in self.rows.get(name, ())] for name in ROWS}
        return {**{name: self.texts.get(name, "") for name in LIMITS}, **rows, "photos": photos}

    @property
    def look(self) -> Template:
        """Return the template; the first of all if it has gone."""
        return templates().get(self.template) or next(iter(templates().values()))

    def cleaned(self) -> "Design":
        """Return the same as it can be set: each text on one line, without empty rows.

        :raises TooLong, NoSuchTemplate:
        """
        if self.template not in templates():
            raise NoSuchTemplate
        texts = {name: _line(self.texts.get(name, ""), most) for name, most in LIMITS.items()}
        return replace(
            self,
            shapes=tuple(one for one in SIZES if one in self.shapes) or (DEFAULT_SIZE,),
            texts=texts,
            rows={name: _cleaned(self.rows.get(name, ()), name) for name in ROWS},
            photos=tuple(_held(one) for one in self.photos[: max_photos()]),
            alt_text=_line(self.alt_text, ALT_LIMIT),
        )

    def said(self, photos: tuple[contents.Photo, ...]) -> contents.Content:
        """Return what the engine sets, with the bytes of the photos."""
        return contents.Content(
            **{name: self.texts.get(name, "") for name in LIMITS},
            language=self.language,
            figures=tuple(Amount(*row) for row in self.rows.get("figures", ())),
            agenda=tuple(Entry(*row) for row in self.rows.get("agenda", ())),
            photos=photos,
        )


def slots(template: Template) -> int:
    """Return how many photos a template has room for."""
    if "photos" not in template.shows:
        return 0
    return max(1, template.photos)


def max_photos() -> int:
    return max(slots(template) for template in templates().values())


def _rows(kept: Any, name: str) -> tuple[Row, ...]:
    width = len(ROWS[name][1])
    return tuple(tuple(str(cell) for cell in [*row, *[""] * width][:width]) for row in kept)


def _photo(kept: Any) -> Chosen | None:
    return Chosen(digest=kept["digest"], focus=tuple(kept["focus"])) if kept else None


def _held(chosen: Chosen | None) -> Chosen | None:
    """Return it with a focus that lies on the photo."""
    if chosen is None:
        return None
    x, y = (round(min(1.0, max(0.0, share)), 3) for share in chosen.focus)
    return replace(chosen, focus=(x, y))


def _cleaned(rows: tuple[Row, ...], name: str) -> tuple[Row, ...]:
    most, columns = ROWS[name]
    lines = (
        tuple(_line(cell, limit) for cell, limit in zip(row, columns.values(), strict=True))
        for row in rows
    )
    return tuple(line for line in lines if any(line))[:most]


def _line(text: str, limit: int) -> str:
    text = " ".join(clean(text).split())
    if len(text) > limit:
        raise TooLong(limit=limit)
    return text
