"""From a design to pictures: small ones while somebody types, finished ones for the post.

Nothing here needs a transaction: read the rows first, end it, then draw.
"""

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from publisher.errors import N_, PublisherError
from publisher.posters import contents, previews, studio
from publisher.posters.contents import Problem
from publisher.posters.photos import MIME, thumbnail
from publisher.posters.studio import Drawn
from publisher.posters.templates import FORMATS, ShapeName
from publisher.posters.themes import Theme
from publisher.storage import Store
from publisher.workflow.composing.keeping import Kept
from publisher.workflow.designing.fields import SIZES, Design, slots

log = logging.getLogger(__name__)

#: Photos are read this wide while somebody types: a preview is 540 px wide.
PREVIEW_PHOTO_PX = 1080
PREVIEW_PX = previews.WIDTH_PX


class Unfinished(PublisherError):
    """A poster that cannot be made as it is. `problems` name the fields."""

    status = 422
    message = N_("Poster belum dapat dipakai. Perbaiki bagian yang ditandai.")

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__()


class NotKept(PublisherError):
    status = 503
    message = N_("Poster belum tersimpan karena penyimpanan sedang terganggu. Coba lagi.")


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A poster's pictures in the media store, by their size."""

    pictures: Mapping[str, Kept]


def preview(
    design: Design, theme: Theme, shape: str, store: Store, width: int = PREVIEW_PX
) -> Drawn:
    """Return one size, small, or every problem."""

    def small(digest: str) -> bytes:
        name = f"-{PREVIEW_PHOTO_PX}.jpg"
        return store.derived(digest, name, lambda whole: thumbnail(whole, PREVIEW_PHOTO_PX))

    poster = _poster(design, theme, small)
    if isinstance(poster, Problem):
        return Drawn(problems=(poster,))
    return previews.preview(poster, cast(ShapeName, shape), width)


def problems(design: Design, theme: Theme, shapes: Iterable[str]) -> list[Problem]:
    """Return why sizes of a design cannot be made, as far as no photo need be opened for it."""
    poster = _poster(design, theme, lambda _: b"")
    if isinstance(poster, Problem):
        return [poster]
    return studio.laid_out(poster, [cast(ShapeName, shape) for shape in shapes])[1]


def pictures(design: Design, theme: Theme, shapes: Iterable[str], store: Store) -> Drawn:
    """Return finished pictures, or every problem of any size."""
    poster = _poster(design, theme, store.get)
    if isinstance(poster, Problem):
        return Drawn(problems=(poster,))
    return studio.draw(poster, [cast(ShapeName, shape) for shape in shapes])


def finish(design: Design, theme: Theme, store: Store) -> Finished:
    """Draw the chosen sizes and keep them.

    :raises Unfinished: if one of them cannot be made
    :raises NotKept: if the store cannot take them now
    """
    drawn = pictures(design, theme, design.shapes, store)
    if drawn.problems:
        raise Unfinished(drawn.problems)
    try:
        return Finished(
            pictures={
                shape: _kept(shape, content, store) for shape, content in drawn.pictures.items()
            }
        )
    except OSError as error:
        log.warning("a poster could not be kept: %s", error)
        raise NotKept from error


def packed(design: Design, theme: Theme, store: Store, name: str) -> bytes:
    """Return all sizes in one ZIP.

    :raises Unfinished: if one of them cannot be made
    """
    drawn = pictures(design, theme, SIZES, store)
    if drawn.problems:
        raise Unfinished(drawn.problems)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # JPEG does not get smaller
        for shape, content in drawn.pictures.items():
            archive.writestr(f"{name}-{file_label(shape)}.jpg", content)
    return out.getvalue()


def file_label(shape: str) -> str:
    form = FORMATS[cast(ShapeName, shape)]
    return f"{form.width}x{form.height}"


def key(design: Design, theme: Theme) -> str:
    """Return SHA-256 over all that the pictures of a design are made of."""
    content = design.content
    shown: dict[str, Any] = {str(name): content[name] for name in design.look.shows}
    shown |= {"template": design.template, "language": design.language, "theme": theme_key(theme)}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def theme_key(theme: Theme) -> str:
    """Return a short word that changes with anything of an office's look."""
    return hashlib.sha256(repr(theme).encode() + (theme.logo or b"")).hexdigest()[:12]


def sample(template: str, theme: Theme, width: int) -> bytes:
    """Return the example of a template in an office's look.

    :raises KeyError: for a template there is not
    """
    from publisher.posters.samples import samples  # draws photos: only for whoever asks

    example = samples()[template]
    drawn = previews.preview(
        studio.Poster(template=template, theme=theme, content=example.content), "portrait", width
    )
    if not drawn.pictures:  # a name too long for the head: its own look is better than none
        drawn = previews.preview(example, "portrait", width)
    return drawn.pictures["portrait"]


def _poster(design: Design, theme: Theme, read: Callable[[str], bytes]) -> studio.Poster | Problem:
    template = design.look
    try:
        photos = tuple(
            contents.Photo(content=read(one.digest), focus=one.focus)
            for one in design.photos[: slots(template)]
            if one
        )
    except OSError as error:
        log.warning("a photo of a poster could not be read: %s", error)
        return Problem(field="photos", message=contents.PHOTO_BROKEN)
    return studio.Poster(template=template.name, theme=theme, content=design.said(photos))


def _kept(shape: str, content: bytes, store: Store) -> Kept:
    form = FORMATS[cast(ShapeName, shape)]
    return Kept(
        digest=store.put(content),
        mime=MIME["JPEG"],
        width=form.width,
        height=form.height,
        size_bytes=len(content),
    )
