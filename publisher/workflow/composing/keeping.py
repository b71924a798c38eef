"""Photos that people give: each cleaned once, kept by its digest, with a row that says whose it is.

`keep` cleans and stores a file and needs no database: no transaction may be open while a
decoder works.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models.media import Media, MediaKind
from publisher.models.people import User
from publisher.posters import photos
from publisher.posters.likeness import likeness
from publisher.storage import Store

log = logging.getLogger(__name__)


class NotKept(PublisherError):
    """The media store is full, or does not answer."""

    message = N_(
        "Foto belum tersimpan karena penyimpanan sedang terganggu. Coba unggah lagi sebentar lagi; "
        "bila tetap gagal, hubungi operator."
    )
    status = 503


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A cleaned photo in the media store."""

    digest: str
    mime: str
    width: int
    height: int
    size_bytes: int
    likeness: str = ""  # of a photo; see posters.likeness


def keep(content: bytes, store: Store, *, kind: MediaKind = MediaKind.PHOTO) -> Kept:
    """Clean an uploaded file and keep it. Touches no database.

    :param kind: a logo stays transparent where it was
    :raises Invalid: one of the errors of `posters.photos.normalise`
    :raises NotKept: if the store cannot take it now
    """
    cleaned = photos.normalise_logo if kind is MediaKind.LOGO else photos.normalise
    photo = cleaned(content)
    seen = likeness(photo.content) if kind is MediaKind.PHOTO else ""
    return store_photo(photo, store, seen)


def store_photo(photo: photos.Photo, store: Store, seen: str = "") -> Kept:
    """Keep a cleaned picture.

    :param seen: how a photo looks, so that a copy of it is known again
    :raises NotKept: if the store cannot take it now
    """
    try:
        digest = store.put(photo.content)
    except OSError as error:
        log.warning("a picture could not be kept: %s", error)
        raise NotKept from error
    return Kept(
        digest=digest,
        mime=photo.mime,
        width=photo.width,
        height=photo.height,
        size_bytes=len(photo.content),
        likeness=seen,
    )


def media_of(
    office_id: int,
    kept: Kept,
    *,
    actor: User,
    at: datetime,
    kind: MediaKind = MediaKind.PHOTO,
    file_name: str = "",
) -> Media:
    """Return the office's row for a photo; two uploads of the same photo share one.

    :param kind, file_name: of a new row; one that is there keeps its own
    """
    if (known := find_media(office_id, kept.digest)) is not None:
        known.archived_at = None  # whoever brings it again wants it back
        if known.kind is MediaKind.PROOF:
            known.kind = kind
        return known
    try:
        with db.session.begin_nested():
            media = Media(
                office_id=office_id,
                digest=kept.digest,
                mime=kept.mime,
                width=kept.width,
                height=kept.height,
                size_bytes=kept.size_bytes,
                likeness=kept.likeness or None,
                uploaded_by=actor,
                uploaded_at=at,
                kind=kind,
                file_name=file_name,
            )
            db.session.add(media)
    except sa.exc.IntegrityError:  # uploaded by somebody else just now
        media = db.session.scalars(_of(office_id, kept.digest)).one()
    return media


def find_media(office_id: int, digest: str) -> Media | None:
    return db.session.scalar(_of(office_id, digest))


def _of(office_id: int, digest: str) -> sa.Select[Media]:
    return sa.select(Media).where(Media.office_id == office_id, Media.digest == digest)
