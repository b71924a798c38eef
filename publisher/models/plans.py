"""What is to become of an account, who sees to it, and until when."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.accounts import Account
from publisher.models.people import User


class PlanAim(StrEnum):
    REVIVE = "revive"  # hidupkan
    MERGE = "merge"  # gabung
    CLOSE = "close"  # tutup


class PlanStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class AccountPlan(Model):
    """One plan for one account. An account has one at a time; it ends, and stays to be read."""

    __tablename__ = "account_plan"
    __table_args__ = (
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="end_if_ended"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ender_if_ended"),
        sa.Index("ix__account_plan__account", "account_id", "id"),
        sa.Index(
            "uq__account_plan__open",
            "account_id",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    account: Mapped[Account] = relationship()
    aim: Mapped[PlanAim] = status_column(PlanAim)
    responsible_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    responsible: Mapped[User] = relationship(foreign_keys=responsible_id)
    #: The last day on which it is in time.
    due_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    status: Mapped[PlanStatus] = status_column(PlanStatus, default=PlanStatus.OPEN)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    made_by: Mapped[User] = relationship(foreign_keys=made_by_id)
    made_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)
    ended_at: Mapped[datetime | None]
    ended_note: Mapped[str] = mapped_column(default="")

    def overdue_on(self, day: date) -> bool:
        return self.status is PlanStatus.OPEN and self.due_on < day
