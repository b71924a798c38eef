"""Starting, saving and taking back: the life of a poster until it is put on its post.

Every save names the version it was written on, and is refused whole on an older one. A page may
save after itself: when an answer was lost on its way, its next save still counts.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from publisher.db import db
from publisher.errors import N_, Invalid, InvalidTransition, Outdated
from publisher.models.media import Media, MediaKind
from publisher.models.people import User
from publisher.models.posters import Poster, PosterStep
from publisher.models.posts import EDITABLE, Post
from publisher.posters.themes import Theme
from publisher.workflow.designing.fields import Design
from publisher.workflow.designing.prefill import prefilled

MAX_POSTERS = 10
#: Steps that can be taken back.
MAX_STEPS = 40
#: What of its office's library a poster may show: no logo, and no screenshot that proves a post.
_KINDS = (MediaKind.PHOTO, MediaKind.POSTER)
#: Whoever types on in one field takes one step.
_ONE_STEP = timedelta(seconds=10)


class PosterOutdated(Outdated):
    message = N_(
        "Poster ini juga disunting di tempat lain. Tulisan Anda masih ada di halaman ini dan belum "
        "disimpan."
    )


class TooManyPosters(Invalid):
    message = N_("Satu konten memuat paling banyak %(limit)s poster.")


class NotOurPhoto(Invalid):
    message = N_("Foto itu tidak ada di perangkat daerah Anda. Pilih foto lain.")


def posters_of(post: Post) -> list[Poster]:
    """Return the posters of a post, in their order."""
    query = sa.select(Poster).where(Poster.post_id == post.id)
    return list(db.session.scalars(query.order_by(Poster.position, Poster.id)))


def check_open(post: Post) -> None:
    """:raises InvalidTransition: if the post's posters may not be edited now"""
    if post.status not in EDITABLE:
        raise InvalidTransition("design", post.status)


def start(post: Post, template: str, theme: Theme, *, actor: User, at: datetime) -> Poster:
    """Return a new poster of a post, filled from its activity.

    :raises NoSuchTemplate, TooManyPosters, InvalidTransition:
    """
    check_open(post)
    others = posters_of(post)
    if len(others) >= MAX_POSTERS:
        raise TooManyPosters(limit=MAX_POSTERS)
    design = prefilled(post, template, theme, _own_photos(post, others))
    return add(post, design, position=len(others), actor=actor, at=at)


def add(post: Post, design: Design, *, position: int, actor: User, at: datetime) -> Poster:
    """Return a new poster of a post, which says what `design` says."""
    poster = Poster(
        office_id=post.office_id,
        post=post,
        position=position,
        template=design.template,
        shapes=list(design.shapes),
        content=design.content,
        made_by=actor,
        made_at=at,
        edited_by=actor,
        edited_at=at,
    )
    db.session.add(poster)
    db.session.flush()
    return poster


def _own_photos(post: Post, posters: Iterable[Poster]) -> list[str]:
    """Return the photos of a post that are no posters; those no poster shows yet come first."""
    shown = {photo.digest for poster in posters for photo in poster.photos}
    photos = [each.media for each in post.pictures if each.media.kind is MediaKind.PHOTO]
    return [one.digest for one in sorted(photos, key=lambda one: one.digest in shown)]


def save(
    poster: Poster, design: Design, *, actor: User, at: datetime, version: int, page: str = ""
) -> bool:
    """Write a design down; return whether anything changed.

    :param version: what the writer saw
    :param page: of the writer, see the module
    :raises PosterOutdated: if somebody else has saved since; nothing is overwritten
    :raises TooLong, NoSuchTemplate, NotOurPhoto, InvalidTransition:
    """
    check_current(poster, version, page)
    design, before = design.cleaned(), Design.of(poster)
    if design == before:
        return False
    _check_photos(poster, design, before)
    _remember(poster, before, design, actor, at)
    _write(poster, design)
    _touch(poster, actor, at, page)
    return True


def check_current(poster: Poster, version: int, page: str = "") -> None:
    """:raises PosterOutdated, InvalidTransition:"""
    check_open(poster.post)
    if version != poster.version and not (page and page == poster.page):
        raise PosterOutdated


def undo(poster: Poster, *, actor: User, at: datetime, page: str = "") -> bool:
    """Take the last step back; return whether there was one."""
    check_open(poster.post)
    if not poster.steps:
        return False
    step = poster.steps[-1]
    former = Design.read(
        step.template, step.content, shapes=tuple(poster.shapes), alt_text=step.alt_text
    )
    poster.steps.remove(step)
    _write(poster, without_foreign(poster, former))  # one may have been deleted since
    _touch(poster, actor, at, page)
    return True


def shift(poster: Poster, by: int, *, at: datetime, actor: User) -> list[Poster]:
    """Move a poster by places in the row; return all in their new order."""
    check_open(poster.post)
    row = posters_of(poster.post)
    old = row.index(poster)
    new = max(0, min(old + by, len(row) - 1))
    row.insert(new, row.pop(old))
    for position, one in enumerate(row):
        one.position = position
    if new != old:
        _touch(poster, actor, at, poster.page)
    return row


def discard(poster: Poster) -> None:
    """Delete a poster with the way back. Its pictures are the post's and stay there."""
    check_open(poster.post)
    others = [one for one in posters_of(poster.post) if one is not poster]
    db.session.delete(poster)
    for position, one in enumerate(others):
        one.position = position
    db.session.flush()


def note_rendered(
    poster: Poster, rendered: dict[str, str], key: str, *, actor: User, at: datetime
) -> None:
    """Write down which pictures were put on the post, and what of."""
    poster.rendered, poster.rendered_key = rendered, key
    _touch(poster, actor, at, poster.page)


def _write(poster: Poster, design: Design) -> None:
    poster.template, poster.shapes = design.template, list(design.shapes)
    poster.content, poster.alt_text = design.content, design.alt_text


def without_foreign(poster: Poster, design: Design) -> Design:
    """Return a design, that was typed and never saved, without photos that are not the office's."""
    foreign = _foreign(poster, design)
    photos = (None if one and one.digest in foreign else one for one in design.photos)
    return replace(design, photos=tuple(photos)) if foreign else design


def _check_photos(poster: Poster, design: Design, before: Design) -> None:
    known = {one.digest for one in before.photos if one}
    if _foreign(poster, design, known):
        raise NotOurPhoto


def _foreign(poster: Poster, design: Design, known: Collection[str] = ()) -> set[str]:
    """Return which photos of a design are not in the library of its office."""
    named = {one.digest for one in design.photos if one} - set(known)
    if not named:
        return named
    ours = sa.select(Media.digest).where(Media.office_id == poster.office_id)
    ours = ours.where(Media.kind.in_(_KINDS), Media.digest.in_(named))
    return named - set(db.session.scalars(ours))


def _remember(poster: Poster, before: Design, after: Design, actor: User, at: datetime) -> None:
    """Keep what an edit changes, unless it goes on with the step before."""
    field = _changed(before, after)
    if field is None:
        return  # sizes to use: nothing of what it says
    last = poster.steps[-1] if poster.steps else None
    goes_on = last is not None and field and last.field == field and last.by_id == actor.id
    if goes_on and at - poster.edited_at < _ONE_STEP:
        return
    step = PosterStep(
        field=field,
        template=before.template,
        content=before.content,
        alt_text=before.alt_text,
        by_id=actor.id,
        at=at,
    )
    poster.steps.append(step)
    del poster.steps[:-MAX_STEPS]


def _changed(before: Design, after: Design) -> str | None:
    """Return the one field that differs, "" for several, None for none that is said."""
    old, new = before.content, after.content
    names = [name for name in new if old[name] != new[name]]
    names += [
        name for name in ("template", "alt_text") if getattr(before, name) != getattr(after, name)
    ]
    if not names and replace(after, shapes=before.shapes) == before:
        return None
    return names[0] if len(names) == 1 else ""


def _touch(poster: Poster, actor: User, at: datetime, page: str) -> None:
    """Note an edit and write it, version and all.

    :raises PosterOutdated: if another transaction was quicker
    """
    poster.edited_by, poster.edited_at, poster.page = actor, at, page
    flag_modified(poster, "edited_at")
    try:
        db.session.flush()
    except StaleDataError as error:
        raise PosterOutdated from error
