"""Who uses Siar, in which role, and from which browsers they are signed in."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, db, status_column
from publisher.models.places import Office, Region


class Role(StrEnum):
    DRAFTER = "drafter"
    HEAD = "head"
    REVIEWER = "reviewer"
    LEADER = "leader"
    OPERATOR = "operator"


#: Roles that belong to one office and see nothing beyond it.
OFFICE_ROLES = frozenset({Role.DRAFTER, Role.HEAD})


class User(Model):
    """A person. Never deleted: their name stands in history. `ended_at` ends their access."""

    __tablename__ = "user"
    __table_args__ = (
        sa.CheckConstraint(
            "(role IN ('drafter', 'head')) = (office_id IS NOT NULL)", name="office_if_its_role"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"), index=True)
    region: Mapped[Region] = relationship()
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"), index=True)
    office: Mapped[Office | None] = relationship(foreign_keys=office_id)
    #: Of a leader who answers for one kecamatan (camat): they see it and what lies in it alone.
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    area: Mapped[Office | None] = relationship(foreign_keys=area_id)
    #: Lower case; what a person signs in with.
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str]
    #: Jabatan, with "Plt." or "Plh." when acting.
    position: Mapped[str] = mapped_column(default="")
    #: The first and the last day of an office that is held for a time; None: not limited.
    acts_from: Mapped[date | None]
    acts_until: Mapped[date | None]
    role: Mapped[Role] = status_column(Role)
    #: argon2id
    password_hash: Mapped[str]
    #: Made up by Siar and read out to the person, who must choose their own first.
    password_is_temporary: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    sessions: Mapped[list["UserSession"]] = relationship(back_populates="user")

    #: What Flask-Login asks of whoever is signed in.
    is_authenticated = True
    is_anonymous = False

    def acts_on(self, day: date) -> bool:
        return (self.acts_from is None or self.acts_from <= day) and (
            self.acts_until is None or day <= self.acts_until
        )

    def end_sessions(self, *, at: datetime, keep: "UserSession | None" = None) -> int:
        """Sign the person out of every browser but the one of `keep`; return of how many."""
        open_ones = sa.select(UserSession).where(
            UserSession.user_id == self.id, UserSession.ended_at.is_(None)
        )
        ending = [row for row in db.session.scalars(open_ones) if row is not keep]
        for row in ending:
            row.ended_at = at
        return len(ending)


class UserSession(Model):
    """One browser in which a person is signed in. Ending the row signs that browser out."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship(back_populates="sessions")
    #: SHA-256 of the token in the cookie, hex; the token itself is never stored.
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    browser: Mapped[str]
