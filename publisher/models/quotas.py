"""How much an office must tell its citizens each week (target mingguan)."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model
from publisher.models.people import User
from publisher.models.places import Office, Region


class QuotaRule(Model):
    """A minimum of contents per ISO week, for a region or for one office of it.

    A change is a new row from its Monday on; past weeks keep the rule they had.
    """

    __tablename__ = "quota_rule"
    __table_args__ = (
        sa.CheckConstraint("minimum >= 0", name="not_negative"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name="ends_after_it_starts"
        ),
        sa.Index("ix__quota_rule__scope", "region_id", "office_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    region: Mapped[Region] = relationship()
    #: None: for every office of the region that has no rule of its own.
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    office: Mapped[Office | None] = relationship()
    minimum: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    set_by: Mapped[User | None] = relationship()
    set_at: Mapped[datetime]
