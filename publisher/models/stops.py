"""The stop switch of a region: "Hentikan semua penayangan", since when, by whom and why.

A stop is a row; while it is open nothing of its region may begin to be sent. Whoever starts
something asks the database in the same statement, so nobody can forget to be told.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model
from publisher.models.people import User
from publisher.models.places import Office, Region


def _open() -> dict[str, Any]:
    condition = sa.text("resumed_at IS NULL")
    return {"sqlite_where": condition, "postgresql_where": condition}


class Stop(Model):
    """One stop of all publishing of a region, and how it ended. A region has one open at most."""

    __tablename__ = "stop"
    __table_args__ = (
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.CheckConstraint(
            "(resumed_at IS NULL) = (resumed_by_id IS NULL)", name="resumed_by_somebody"
        ),
        sa.Index("uq__stop__region_now", "region_id", unique=True, **_open()),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    region: Mapped[Region] = relationship()
    reason: Mapped[str]
    stopped_at: Mapped[datetime]
    stopped_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    stopped_by: Mapped[User] = relationship(foreign_keys=stopped_by_id)
    resumed_at: Mapped[datetime | None]
    resumed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    resumed_by: Mapped[User | None] = relationship(foreign_keys=resumed_by_id)
    #: What became of what it held: how many "sent" and how many "cancelled" by the decision.
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)


#: Made once: an alias copies all columns of its table.
_STOP = Stop.metadata.tables["stop"].alias("standing_stop")
_OFFICE = Office.metadata.tables["office"].alias("office_of_stop")


def is_stopped(office_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition of an office whose region is stopped now.

    Its region is looked up and compared with the open stops. Joined with them, PostgreSQL may read
    all offices of a province for each that is asked about.
    """
    region = sa.select(_OFFICE.c.region_id).where(_OFFICE.c.id == office_id).scalar_subquery()
    return region.in_(sa.select(_STOP.c.region_id).where(_STOP.c.resumed_at.is_(None)))
