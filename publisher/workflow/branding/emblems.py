"""Emblems of a region and its offices: each cleaned once, kept by its digest."""

from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.looks import Logo
from publisher.models.media import Media, MediaKind
from publisher.models.people import User
from publisher.models.places import Office, Region, lock_region
from publisher.posters import photos
from publisher.posters.emblems import emblem
from publisher.posters.photos import Photo
from publisher.storage import Store
from publisher.workflow.branding.setting import NotYourLook, may_set
from publisher.workflow.composing.keeping import Kept, NotKept, store_photo


class LogoNotKept(NotKept):
    message = N_(
        "Logo belum tersimpan karena penyimpanan sedang terganggu. Coba unggah lagi sebentar lagi; "
        "bila tetap gagal, hubungi operator."
    )


def keep_logo(content: bytes, store: Store) -> Kept:
    """Clean an uploaded logo and keep it. Touches no database.

    :raises Invalid: if it is no picture, has a ground of its own, or is too small
    :raises LogoNotKept: if the store cannot take it now
    """
    return _kept(emblem(photos.normalise_logo(content).content), store)


def keep_from_library(media: Media, store: Store) -> Kept:
    """Make an emblem of a logo in the library. Its office has been checked by whoever calls.

    :raises Invalid: if it has a ground of its own, or is too small
    :raises LogoNotKept: if the store does not answer
    """
    try:
        content = store.get(media.digest)
    except OSError as error:
        raise LogoNotKept from error
    return _kept(emblem(content), store)


def library_logos(office: Office) -> list[Media]:
    """Return the logos in an office's library, the newest first."""
    query = sa.select(Media).where(Media.office_id == office.id, Media.kind == MediaKind.LOGO)
    query = query.where(Media.archived_at.is_(None)).order_by(Media.id.desc())
    return list(db.session.scalars(query.limit(6)))


def _kept(logo: Photo, store: Store) -> Kept:
    try:
        return store_photo(logo, store)
    except NotKept as error:
        raise LogoNotKept from error


def add_logo(
    region: Region, office: Office | None, kept: Kept, *, actor: User, at: datetime
) -> Logo:
    """Return the row of an emblem; the same picture uploaded again is the same emblem.

    :raises NotYourLook: if it is not theirs to choose
    """
    if not may_set(actor, region, office):
        raise NotYourLook
    lock_region(region.id)
    whose = Logo.office_id.is_(None) if office is None else Logo.office_id == office.id
    query = sa.select(Logo).where(Logo.region_id == region.id, whose, Logo.digest == kept.digest)
    if (known := db.session.scalar(query)) is not None:
        return known
    logo = Logo(
        region=region,
        office=office,
        digest=kept.digest,
        width=kept.width,
        height=kept.height,
        size_bytes=kept.size_bytes,
        uploaded_by=actor,
        uploaded_at=at,
    )
    db.session.add(logo)
    db.session.flush()
    return logo
