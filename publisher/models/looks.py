"""How posters look: of a region, and of each office where it differs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model
from publisher.models.people import User
from publisher.models.places import Office, Region


class Logo(Model):
    """An emblem of a region or of one office: a clean PNG in the media store.

    Its row and its bytes stay when another is chosen: reports of closed weeks name it.
    """

    __tablename__ = "logo"
    __table_args__ = (
        sa.Index(
            "uq__logo__region_digest",
            "region_id",
            "digest",
            unique=True,
            sqlite_where=sa.text("office_id IS NULL"),
            postgresql_where=sa.text("office_id IS NULL"),
        ),
        sa.UniqueConstraint("office_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: None: of the region itself, and for all its offices.
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    digest: Mapped[str] = mapped_column(sa.String(64))
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    uploaded_by: Mapped[User] = relationship()
    uploaded_at: Mapped[datetime]


class Look(Model):
    """What a region, or one of its offices, has chosen for its posters. At most one each.

    None at an office: as the region; None at a region: as Siar's own. Foreign choices are
    merged in `workflow.branding`, where a region may also have its colours hold for everybody.
    """

    __tablename__ = "look"
    __table_args__ = (
        sa.Index(
            "uq__look__region",
            "region_id",
            unique=True,
            sqlite_where=sa.text("office_id IS NULL"),
            postgresql_where=sa.text("office_id IS NULL"),
        ),
        sa.UniqueConstraint("office_id"),
        sa.CheckConstraint("office_id IS NULL OR NOT holds_for_all", name="region_holds_for_all"),
        sa.CheckConstraint("(brand IS NULL) = (accent IS NULL)", name="colours_together"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    #: As printed: of the region ("Pemerintah Kabupaten Blora"), or of the office.
    name: Mapped[str | None]
    #: "#rrggbb"
    brand: Mapped[str | None] = mapped_column(sa.String(7))
    accent: Mapped[str | None] = mapped_column(sa.String(7))
    motif: Mapped[str | None] = mapped_column(sa.String(32))
    logo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("logo.id"))
    logo: Mapped[Logo | None] = relationship()
    hashtag: Mapped[str | None]
    invitation: Mapped[str | None]
    whatsapp: Mapped[str | None]
    #: What the QR code holds.
    link: Mapped[str | None]
    #: Colours and motif of the region hold for all its offices, whatever these have chosen.
    holds_for_all: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User] = relationship()
    set_at: Mapped[datetime]
    #: Goes up on every save. A form that shows an older one is refused.
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
