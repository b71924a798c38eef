"""A poster's pictures on a draft: put in, replaced in place, and in an order among themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime

from publisher.models.media import MediaKind
from publisher.models.people import User
from publisher.models.posts import Post, PostPicture
from publisher.workflow.composing.fields import LIMITS, MAX_PICTURES
from publisher.workflow.composing.keeping import Kept, media_of
from publisher.workflow.drafting.editing import check_editable, touch
from publisher.workflow.drafting.pictures import SamePhoto, TooManyPhotos


def put_poster(
    post: Post,
    pictures: Sequence[Kept],
    *,
    alt_text: str,
    replacing: Collection[str],
    actor: User,
    at: datetime,
) -> None:
    """Put pictures on a draft where the first of those stood that they replace, else at the end.

    :param replacing: digests of the pictures that the same poster had before
    :raises TooManyPhotos, SamePhoto: if the draft has no room for them, or has one already
    """
    check_editable(post)
    former = [one for one in post.pictures if one.media.digest in replacing]
    others = [one for one in post.pictures if one not in former]
    if len(others) + len(pictures) > MAX_PICTURES:
        raise TooManyPhotos(limit=MAX_PICTURES)
    if {one.media.digest for one in others} & {kept.digest for kept in pictures}:
        raise SamePhoto
    place = post.pictures.index(former[0]) if former else len(others)
    media = [
        media_of(post.office_id, kept, actor=actor, at=at, kind=MediaKind.POSTER)
        for kept in pictures
    ]
    for row in media:
        row.title, row.description = row.title or post.title, row.description or alt_text
    new = [
        next((one for one in former if one.media is row), None)
        or PostPicture(media=row, media_id=row.id)
        for row in media
    ]
    for one in new:
        one.alt_text = alt_text[: LIMITS["alt_text"]]
    _fill(post, [*others[:place], *new, *others[place:]], actor, at)


def take_poster_off(post: Post, digests: Collection[str], *, actor: User, at: datetime) -> None:
    """Take a poster's pictures off a draft."""
    check_editable(post)
    rest = [one for one in post.pictures if one.media.digest not in digests]
    if len(rest) < len(post.pictures):
        _fill(post, rest, actor, at)


def arrange_posters(post: Post, digests: Sequence[str], *, actor: User, at: datetime) -> None:
    """Bring these pictures of a draft into an order, in the places they have among the others."""
    check_editable(post)
    known = {one.media.digest: one for one in post.pictures}
    ordered = [known[digest] for digest in digests if digest in known]
    waiting = iter(ordered)
    row = [next(waiting) if one in ordered else one for one in post.pictures]
    if row != list(post.pictures):
        _fill(post, row, actor, at)


def _fill(post: Post, row: list[PostPicture], actor: User, at: datetime) -> None:
    for position, one in enumerate(row):
        one.position = position
    post.pictures[:] = row
    touch(post, actor=actor, at=at)
