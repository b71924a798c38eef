"""Where things belong: regions (daerah) and their offices (perangkat daerah)."""

import re
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.clock import Week
from publisher.db import Model, db, status_column

#: Kemendagri's codes keep their dots, as text: province, kabupaten or kota, kecamatan, desa.
REGION_CODE = re.compile(r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")


class RegionKind(StrEnum):
    PROVINSI = "provinsi"
    KABUPATEN = "kabupaten"
    KOTA = "kota"


class OfficeKind(StrEnum):
    SEKRETARIAT = "sekretariat"
    INSPEKTORAT = "inspektorat"
    DINAS = "dinas"
    BADAN = "badan"
    SATUAN = "satuan"
    RSUD = "rsud"
    KECAMATAN = "kecamatan"
    KELURAHAN = "kelurahan"
    DESA = "desa"


class Region(Model):
    """A province, kabupaten or kota. Everything belongs to one and is seen by one alone."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(13), unique=True)
    name: Mapped[str]
    kind: Mapped[RegionKind] = status_column(RegionKind)
    zone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Jakarta")
    #: True for demo data, which must never be mistaken for a region's own figures.
    is_example: Mapped[bool] = mapped_column(default=False)
    #: The Sunday of the last week that is closed. What is asked of a week, and what counts in it,
    #: is only ever changed for later ones.
    closed_through: Mapped[date | None]
    #: After so many days without a post an account or an office is called tidak aktif.
    dormant_days: Mapped[int] = mapped_column(default=28, server_default=sa.text("28"))
    #: Since when everybody may read its page of published posts; None: nobody may.
    public_since: Mapped[datetime | None]
    #: A week is closed by the clock on this day of the following one (1: Monday), at this hour.
    closing_day: Mapped[int] = mapped_column(sa.SmallInteger, default=2, server_default="2")
    closing_hour: Mapped[int] = mapped_column(sa.SmallInteger, default=12, server_default="12")
    #: For so many days after the week an office may object to its number.
    objection_days: Mapped[int] = mapped_column(sa.SmallInteger, default=1, server_default="1")
    #: The Monday of the first week that is closed here; older ones stay as they are.
    closing_from: Mapped[date | None]
    #: The plan of a week is due on this day of the week before (1: Monday), at this hour.
    plan_day: Mapped[int] = mapped_column(sa.SmallInteger, default=5, server_default="5")
    plan_hour: Mapped[int] = mapped_column(sa.SmallInteger, default=15, server_default="15")
    #: Between these hours of a working day Siar suggests times.
    slots_from: Mapped[int] = mapped_column(sa.SmallInteger, default=8, server_default="8")
    slots_to: Mapped[int] = mapped_column(sa.SmallInteger, default=16, server_default="16")
    #: The Monday of the last week whose offices were told that its plan is due, and late.
    plan_due_told: Mapped[date | None]
    plan_late_told: Mapped[date | None]

    @property
    def full_name(self) -> str:
        return f"{self.kind.value.capitalize()} {self.name}"

    def has_closed(self, week: Week) -> bool:
        return self.closed_through is not None and week.sunday <= self.closed_through


def lock_region(region_id: int, *, shared: bool = False) -> Region:
    """Return a region as it stands now, and let nobody else change what holds in it, its registry
    or its weeks until the transaction ends.

    :param shared: for who only goes by what holds: others may do so at the same time
    """
    query = sa.select(Region).where(Region.id == region_id)
    query = query.with_for_update(read=shared, key_share=not shared)
    return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


class Office(Model):
    """One office. It ends (`valid_to`) and may have a successor; its history stays."""

    __tablename__ = "office"
    __table_args__ = (
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to",
            name="ends_after_it_starts",
        ),
        sa.Index(
            "uq__office__abbreviation_now",
            "region_id",
            "abbreviation",
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    region: Mapped[Region] = relationship()
    name: Mapped[str]
    abbreviation: Mapped[str]
    kind: Mapped[OfficeKind] = status_column(OfficeKind)
    valid_from: Mapped[date | None]
    #: Of a kecamatan, kelurahan or desa, by Kemendagri: "33.16.09", "33.16.09.2001"; else "".
    code: Mapped[str] = mapped_column(sa.String(13), default="", server_default="")
    #: The last day on which the office exists.
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    successor: Mapped["Office | None"] = relationship(remote_side="Office.id")

    def lies_in(self, area: "Office") -> bool:
        """Return whether it is this kecamatan, or one of the kelurahan and desa in it."""
        inside = bool(area.code) and self.code.startswith(f"{area.code}.")
        return self.id == area.id or (inside and self.region_id == area.region_id)

    @classmethod
    def in_area(cls, area: "Office") -> sa.ColumnElement[bool]:
        """Return the condition of the offices that `lies_in` finds there, past ones too."""
        if not area.code:
            return cls.id == area.id
        inside = cls.code.startswith(f"{area.code}.", autoescape=True)
        return sa.or_(cls.id == area.id, sa.and_(cls.region_id == area.region_id, inside))

    def exists_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )
