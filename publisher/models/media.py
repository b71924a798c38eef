"""Pictures: the bytes are kept once by their digest, a row says whose they are and what they show.

An office's rows are its library. Whatever was uploaded anywhere is in it; only the screenshots
that prove a post are not, because they show no activity.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Office


class MediaKind(StrEnum):
    PHOTO = "foto"
    LOGO = "logo"
    POSTER = "poster"
    PROOF = "bukti"  # a screenshot: no part of the library


class Consent(StrEnum):
    """On what the publication of recognisable people rests (UU 27/2022, pasal 20)."""

    UNCHECKED = "belum_diperiksa"
    NOBODY = "tanpa_orang"
    PUBLIC = "kegiatan_publik"
    WRITTEN = "persetujuan_tertulis"
    GUARDIAN = "persetujuan_wali"  # of children, pasal 25


#: For these there is a document, and it must be said where it lies.
DOCUMENTED = frozenset({Consent.WRITTEN, Consent.GUARDIAN})


class Media(Model):
    """A picture of one office, cleaned and stored under its SHA-256."""

    __tablename__ = "media"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "digest"),
        sa.CheckConstraint(
            "consent NOT IN ('persetujuan_tertulis', 'persetujuan_wali') OR consent_kept_at <> ''",
            name="kept_if_documented",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    office: Mapped[Office] = relationship()
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    mime: Mapped[str] = mapped_column(sa.String(32))
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    uploaded_by: Mapped[User] = relationship()
    uploaded_at: Mapped[datetime]
    kind: Mapped[MediaKind] = status_column(
        MediaKind, default=MediaKind.PHOTO, server_default=MediaKind.PHOTO.value
    )
    title: Mapped[str] = mapped_column(default="", server_default="")
    #: What it shows, in words: the alt text it brings to a post.
    description: Mapped[str] = mapped_column(default="", server_default="")
    taken_by: Mapped[str] = mapped_column(default="", server_default="")
    taken_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(default="", server_default="")
    #: Words by which it is found, as they were typed.
    tags: Mapped[str] = mapped_column(default="", server_default="")
    #: What the file was called when it came.
    file_name: Mapped[str] = mapped_column(default="", server_default="")
    consent: Mapped[Consent] = status_column(
        Consent, default=Consent.UNCHECKED, server_default=Consent.UNCHECKED.value
    )
    consent_note: Mapped[str] = mapped_column(default="", server_default="")
    #: Where the written consent lies.
    consent_kept_at: Mapped[str] = mapped_column(default="", server_default="")
    #: `posters.likeness` of a photo, by which a copy of it is known again; None: never taken.
    likeness: Mapped[str | None] = mapped_column(sa.String(32))
    #: Out of sight, and free to be deleted for good.
    archived_at: Mapped[datetime | None]
    #: Goes up on every save. A form that shows an older one is refused.
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def unchecked(self) -> bool:
        """Return whether nobody has said yet whether it shows people, and why it may."""
        return self.kind is MediaKind.PHOTO and self.consent is Consent.UNCHECKED
