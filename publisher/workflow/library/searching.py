"""Finding pictures: by words, kind, consent, and whether anything uses them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.models.media import Consent, Media, MediaKind
from publisher.models.places import Office, Region
from publisher.models.posters import Poster, PosterPhoto
from publisher.models.posts import PostPicture

PAGE_SIZE = 24
#: What is in the library, in the order it is offered.
KINDS = (MediaKind.PHOTO, MediaKind.LOGO, MediaKind.POSTER)
_SEARCHED = (
    Media.title,
    Media.description,
    Media.taken_by,
    Media.place,
    Media.tags,
    Media.file_name,
)
_MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for.

    :param words: all of them must occur, anywhere
    :param kinds: any of them
    :param unused: only what no post and no poster shows
    :param archived: what was put away, instead of the rest
    """

    words: str = ""
    kinds: Sequence[MediaKind] = KINDS
    consent: Consent | None = None
    unused: bool = False
    archived: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A picture, and how many posts and posters show it."""

    media: Media
    posts: int
    posters: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of what was found. `total` over all pages."""

    rows: list[Entry]
    total: int
    page: int
    pages: int


def search(
    place: Office | Region, wanted: Wanted | None = None, *, page: int = 1, size: int = PAGE_SIZE
) -> Found:
    """Return one page of the library of an office, or of all offices of a region, newest first.

    Four queries, however many pictures there are.

    :param page: from 1; beyond the last page it is the last page
    """
    conditions = _conditions(place, wanted or Wanted())
    counting = sa.select(sa.func.count()).select_from(Media).where(*conditions)
    total = db.session.scalar(counting) or 0
    pages = max(1, -(-total // size))
    page = max(1, min(page, pages))
    query = (
        sa.select(Media)
        .where(*conditions)
        .options(joinedload(Media.office), joinedload(Media.uploaded_by))
        .order_by(Media.id.desc())
        .offset((page - 1) * size)
        .limit(size)
    )
    found = list(db.session.scalars(query))
    posts, posters = _on_posts(found), _on_posters(found)
    rows = [
        Entry(media=media, posts=posts[media.id], posters=posters[media.office_id, media.digest])
        for media in found
    ]
    return Found(rows=rows, total=total, page=page, pages=pages)


def _conditions(place: Office | Region, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    put_away = Media.archived_at.is_not(None)
    conditions = [
        _within(place),
        Media.kind.in_(set(wanted.kinds) & set(KINDS)),
        put_away if wanted.archived else ~put_away,
        *(_names(word) for word in wanted.words.replace("\x00", "").split()[:_MOST_WORDS]),
    ]
    if wanted.consent is not None:
        conditions.append(Media.consent == wanted.consent)
    if wanted.unused:
        conditions.append(~on_a_post() & ~on_a_poster())
    return conditions


def _within(place: Office | Region) -> sa.ColumnElement[bool]:
    if isinstance(place, Office):
        return Media.office_id == place.id
    return Media.office_id.in_(sa.select(Office.id).where(Office.region_id == place.id))


def _names(word: str) -> sa.ColumnElement[bool]:
    return sa.or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED))


def on_a_post() -> sa.ColumnElement[bool]:
    return sa.exists().where(PostPicture.media_id == Media.id)


def on_a_poster() -> sa.ColumnElement[bool]:
    """A poster names the photo by its digest; it can only be one of its own office."""
    return sa.exists().where(
        PosterPhoto.digest == Media.digest,
        PosterPhoto.poster_id == Poster.id,
        Poster.office_id == Media.office_id,
    )


def _on_posts(found: Sequence[Media]) -> Counter[int]:
    query = (
        sa.select(PostPicture.media_id, sa.func.count())
        .where(PostPicture.media_id.in_([media.id for media in found]))
        .group_by(PostPicture.media_id)
    )
    return Counter({row[0]: row[1] for row in db.session.execute(query)})


def _on_posters(found: Sequence[Media]) -> Counter[tuple[int, str]]:
    query = (
        sa.select(Poster.office_id, PosterPhoto.digest, sa.func.count())
        .join(Poster, Poster.id == PosterPhoto.poster_id)
        .where(PosterPhoto.digest.in_([media.digest for media in found]))
        .group_by(Poster.office_id, PosterPhoto.digest)
    )
    return Counter({(office, digest): n for office, digest, n in db.session.execute(query)})
