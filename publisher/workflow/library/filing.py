"""Putting pictures into the library, writing down what they show, and putting them away."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, Invalid, Outdated, PublisherError
from publisher.models.media import DOCUMENTED, Consent, Media, MediaKind
from publisher.models.people import User
from publisher.models.places import Office
from publisher.workflow.composing.fields import clean
from publisher.workflow.composing.keeping import Kept, find_media, media_of
from publisher.workflow.library.searching import KINDS
from publisher.workflow.library.using import Uses, is_in_history, is_shared, uses

#: Characters that may be typed.
LIMITS = {
    "title": 150,
    "description": 1000,
    "taken_by": 100,
    "place": 200,
    "tags": 300,
    "consent_note": 500,
    "consent_kept_at": 200,
}


CHANGED = N_(
    "Keterangan gambar ini telah diubah orang lain setelah halaman Anda dibuka. "
    "Isian Anda belum disimpan; periksa versi terbarunya, lalu ubah kembali."
)


class TooLong(Invalid):
    message = N_("Isian terlalu panjang: paling banyak %(limit)s karakter.")


class WhereIsItKept(Invalid):
    message = N_("Tulis di mana dokumen persetujuannya disimpan.")


class NotOfTheLibrary(Invalid):
    message = N_("Jenis ini bukan bagian dari pustaka.")


class InUse(PublisherError):
    """The picture cannot go, because something shows it."""

    on_posts = N_("Gambar ini dipakai pada konten, jadi tetap di pustaka.")
    on_posters = N_("Gambar ini dipakai pada poster, jadi tetap di pustaka.")
    shared = N_("Gambar ini dipakai pada ide di bank ide, jadi tetap di pustaka.")
    proves = N_("Gambar ini menjadi bukti tayang, jadi tidak dapat dihapus.")
    in_history = N_(
        "Gambar ini pernah diajukan dalam sebuah konten. Riwayat harus tetap dapat dibaca, "
        "jadi gambar ini hanya dapat diarsipkan."
    )
    not_archived = N_("Arsipkan dulu gambar ini sebelum menghapusnya selamanya.")
    message = on_posts


@dataclass(frozen=True, kw_only=True)
class Fields:
    """What people say of a picture.

    :param consent_kept_at: where the document lies; needed where there is one
    """

    kind: MediaKind = MediaKind.PHOTO
    title: str = ""
    description: str = ""
    taken_by: str = ""
    taken_on: date | None = None
    place: str = ""
    tags: str = ""
    consent: Consent = Consent.UNCHECKED
    consent_note: str = ""
    consent_kept_at: str = ""

    @classmethod
    def of(cls, media: Media) -> "Fields":
        return cls(**{name: getattr(media, name) for name in cls.__dataclass_fields__})

    def cleaned(self) -> "Fields":
        """:raises Invalid: one of those above"""
        if self.kind not in KINDS:
            raise NotOfTheLibrary
        changes: dict[str, Any] = {}
        for name, limit in LIMITS.items():
            changes[name] = clean(getattr(self, name)).strip()
            if len(changes[name]) > limit:
                raise TooLong(limit=limit)
        if self.consent in DOCUMENTED and not changes["consent_kept_at"]:
            raise WhereIsItKept
        return replace(self, **changes)


def add(
    office: Office, kept: Kept, fields: Fields, *, file_name: str, actor: User, at: datetime
) -> tuple[Media, bool]:
    """Put a kept picture into an office's library; return its row, and whether it is new.

    One that is there already keeps what is said of it, and comes back if it was put away.

    :raises Invalid: one of those above
    """
    fields = fields.cleaned()
    known = find_media(office.id, kept.digest)
    is_new = known is None or known.kind not in KINDS
    media = media_of(office.id, kept, actor=actor, at=at, kind=fields.kind, file_name=file_name)
    if is_new:
        _write(media, fields)
    db.session.flush()
    return media, is_new


def edit(media: Media, fields: Fields, *, version: int) -> bool:
    """Write down what is said of a picture; return whether anything changed.

    :param version: the one the writer saw
    :raises Outdated: if it has changed since
    :raises Invalid: one of those above
    """
    if version != media.version:
        raise Outdated(CHANGED)
    before = Fields.of(media)
    fields = fields.cleaned()
    if MediaKind.LOGO in {fields.kind, media.kind}:
        fields = replace(fields, kind=media.kind)  # a logo was cleaned otherwise
    _write(media, fields)
    db.session.flush()
    return Fields.of(media) != before


def archive(media: Media, *, at: datetime) -> None:
    """Put a picture away. It can come back.

    :raises InUse: if something shows it
    """
    if reason := obstacle(uses(media)):
        raise InUse(reason)
    media.archived_at = at


def restore(media: Media) -> None:
    media.archived_at = None


def obstacle(found: Uses) -> str:
    """Return why a picture so used cannot be put away; nothing if it can."""
    if found.posts:
        return InUse.on_posts
    if found.posters:
        return InUse.on_posters
    if found.shared:
        return InUse.shared
    return InUse.proves if found.proves else ""


def forget(media: Media) -> str | None:
    """Delete a picture that was put away; for good, as somebody shown in it may demand.

    :returns: the digest whose bytes nobody needs any more, for the store to delete once this is
        committed; None if they are also another's
    :raises InUse: if it was not put away, is used again, or history needs it
    """
    if media.archived_at is None:
        raise InUse(InUse.not_archived)
    if reason := obstacle(uses(media)):
        raise InUse(reason)
    if is_in_history(media):
        raise InUse(InUse.in_history)
    digest, shared = media.digest, is_shared(media)
    try:
        with db.session.begin_nested():
            db.session.delete(media)
    except sa.exc.IntegrityError as error:  # a post took it just now
        raise InUse from error
    return None if shared else digest


def pending(office: Office, ids: Iterable[int]) -> list[Media]:
    """Return those of an office's pictures that are named, in that order; others are left out."""
    wanted = list(dict.fromkeys(ids))
    query = sa.select(Media).where(Media.office_id == office.id, Media.id.in_(wanted))
    found = {media.id: media for media in db.session.scalars(query) if media.kind in KINDS}
    return [found[one] for one in wanted if one in found]


def _write(media: Media, fields: Fields) -> None:
    for name, value in vars(fields).items():
        setattr(media, name, value)
