"""The photos of a draft: in an order, each with a description."""

from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, Invalid
from publisher.models.media import Media, MediaKind
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post, PostPicture
from publisher.storage import Store
from publisher.workflow.composing.fields import LIMITS, MAX_PICTURES, TooLong, clean
from publisher.workflow.composing.keeping import Kept, keep, media_of
from publisher.workflow.drafting.editing import check_editable, touch

#: What of a library a post may show; a logo is transparent, which no platform is.
SHOWABLE = (MediaKind.PHOTO, MediaKind.POSTER)


class TooManyPhotos(Invalid):
    message = N_("Satu konten memuat paling banyak %(limit)s foto. Foto ini tidak ditambahkan.")


class SamePhoto(Invalid):
    message = N_("Foto yang sama sudah ada pada konten ini.")


class NoSuchPhoto(Invalid):
    message = N_("Foto itu sudah tidak ada pada konten ini. Muat ulang halaman.")


def attach(
    post: Post, kept: Kept, *, actor: User, at: datetime, alt_text: str = "", file_name: str = ""
) -> PostPicture:
    """Add a kept photo at the end of a draft. One that the library knows brings its description.

    :raises TooManyPhotos, SamePhoto: if it has no room for it, or has it already
    """
    check_editable(post)
    media = media_of(post.office_id, kept, actor=actor, at=at, file_name=file_name)
    alt_text = alt_text or media.description
    return _place(post, media, len(post.pictures), alt_text, actor, at)


def attach_photo(
    post: Post, content: bytes, *, store: Store, actor: User, at: datetime, alt_text: str = ""
) -> PostPicture:
    """Clean, keep and attach in one go, where no page waits for the database."""
    return attach(post, keep(content, store), actor=actor, at=at, alt_text=alt_text)


def remove(post: Post, picture_id: int, *, actor: User, at: datetime) -> PostPicture:
    """Take a photo out of a draft and return what it was, for `restore`."""
    check_editable(post)
    picture = _picture(post, picture_id)
    post.pictures.remove(picture)
    _renumber(post)
    touch(post, actor=actor, at=at)
    return picture


def restore(
    post: Post, media_id: int, *, position: int, alt_text: str, actor: User, at: datetime
) -> PostPicture:
    """Put a photo back where it was. Only photos of the post's own office can be put back."""
    check_editable(post)
    media = db.session.get(Media, media_id)
    if media is None or media.office_id != post.office_id or media.kind not in SHOWABLE:
        raise NoSuchPhoto
    media.archived_at = None  # what a post shows is in the library
    return _place(post, media, max(0, min(position, len(post.pictures))), alt_text, actor, at)


def choose(post: Post, media_id: int, *, actor: User, at: datetime) -> PostPicture:
    """Add a picture of the office's library at the end of a draft, with its description.

    :raises NoSuchPhoto: if it is not the office's, or no longer there
    :raises TooManyPhotos, SamePhoto: if the draft has no room for it, or has it already
    """
    check_editable(post)
    media = db.session.get(Media, media_id)
    if media is None or media.office_id != post.office_id or media.archived_at:
        raise NoSuchPhoto
    if media.kind not in SHOWABLE:
        raise NoSuchPhoto
    return _place(post, media, len(post.pictures), media.description, actor, at)


def shift(post: Post, picture_id: int, by: int, *, actor: User, at: datetime) -> None:
    """Move a photo by places in the row; beyond an end it stays at the end."""
    check_editable(post)
    picture = _picture(post, picture_id)
    old = post.pictures.index(picture)
    new = max(0, min(old + by, len(post.pictures) - 1))
    if new == old:
        return
    post.pictures.insert(new, post.pictures.pop(old))
    _renumber(post)
    touch(post, actor=actor, at=at)


def visible_media(digest: str, *, user: User, whole_region: bool) -> Media | None:
    """Return the row that lets a person see a photo: of their office, or of their region."""
    query = sa.select(Media).where(Media.digest == digest).limit(1)
    if whole_region:
        query = query.join(Office, Office.id == Media.office_id)
        query = query.where(Office.region_id == user.region_id)
    else:
        query = query.where(Media.office_id == user.office_id)
    return db.session.scalar(query)


def _place(
    post: Post, media: Media, position: int, alt_text: str, actor: User, at: datetime
) -> PostPicture:
    if len(post.pictures) >= MAX_PICTURES:
        raise TooManyPhotos(limit=MAX_PICTURES)
    if any(picture.media_id == media.id for picture in post.pictures):
        raise SamePhoto
    if len(alt_text := clean(alt_text)) > LIMITS["alt_text"]:
        raise TooLong(limit=LIMITS["alt_text"])
    picture = PostPicture(media=media, media_id=media.id, position=position, alt_text=alt_text)
    post.pictures.insert(position, picture)
    _renumber(post)
    touch(post, actor=actor, at=at)
    return picture


def _picture(post: Post, picture_id: int) -> PostPicture:
    for picture in post.pictures:
        if picture.id == picture_id:
            return picture
    raise NoSuchPhoto


def _renumber(post: Post) -> None:
    for position, picture in enumerate(post.pictures):
        picture.position = position
