"""The official accounts of offices, and whether Siar may publish to them."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from publisher.db import Model, status_column
from publisher.models.people import User
from publisher.models.places import Office


class Standing(StrEnum):
    """What an account is to its office. Only `utama` is published to and counted."""

    UTAMA = "utama"
    GANDA = "ganda"
    LAMA = "lama"
    TIRUAN = "tiruan"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"  # heals by time (`paused_until`) or by a person
    RECONNECT = "reconnect"  # a person must log in


#: Connected, and set aside by its platform.
_HELD = sa.text("status <> 'active' AND credentials IS NOT NULL AND retired_at IS NULL")


def vault_name(platform: str, account_id: int) -> str:
    return f"{platform}:account:{account_id}"


def label(platform: str, handle: str, display_name: str) -> str:
    """Return what people call an account: its name at the platform, or else its own.

    >>> label("website", "dinkes.blorakab.go.id", "Situs Dinkes")
    'dinkes.blorakab.go.id'
    """
    if not handle:
        return display_name
    return handle if platform == "website" else f"@{handle}"


class Account(Model):
    """One account on one platform."""

    __tablename__ = "account"
    __table_args__ = (
        sa.CheckConstraint(
            "status = 'reconnect' OR credentials IS NOT NULL OR by_hand",
            name="connected_if_usable",
        ),
        sa.CheckConstraint("status = 'active' OR paused_reason <> ''", name="reason_if_not_active"),
        sa.Index(
            "ix__account__paused",
            "paused_until",
            sqlite_where=sa.text("status = 'paused'"),
            postgresql_where=sa.text("status = 'paused'"),
        ),
        sa.Index(
            "ix__account__unofficial",
            "id",
            sqlite_where=sa.text("standing <> 'utama'"),
            postgresql_where=sa.text("standing <> 'utama'"),
        ),
        sa.Index("ix__account__held", "id", sqlite_where=_HELD, postgresql_where=_HELD),
        sa.Index(
            "ix__account__renew",
            "renew_at",
            sqlite_where=sa.text("renew_at IS NOT NULL"),
            postgresql_where=sa.text("renew_at IS NOT NULL"),
        ),
        sa.Index(
            "uq__account__platform_remote_id_now",
            "platform",
            "remote_id",
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL AND remote_id IS NOT NULL"),
            postgresql_where=sa.text("retired_at IS NULL AND remote_id IS NOT NULL"),
        ),
        sa.Index(
            "uq__account__platform_handle_now",
            "platform",
            "handle",
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL AND handle <> ''"),
            postgresql_where=sa.text("retired_at IS NULL AND handle <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    office: Mapped[Office] = relationship()
    #: A key of `publisher.platforms.PLATFORM_NAMES`, or one that Siar only keeps a list of.
    platform: Mapped[str] = mapped_column(sa.String(32))
    #: How Siar speaks to it, a key of `publisher.platforms.DRIVERS`: usually that of the platform.
    driver: Mapped[str] = mapped_column(
        sa.String(32), default=lambda row: row.get_current_parameters()["platform"]
    )
    #: A person posts there and files the proof; Siar hands over, and nothing is to be connected.
    by_hand: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    handle: Mapped[str] = mapped_column(default="")  # without "@"
    display_name: Mapped[str]
    remote_id: Mapped[str | None]
    standing: Mapped[Standing] = status_column(Standing, default=Standing.UTAMA)
    #: When somebody said so; None: before Siar kept it.
    standing_at: Mapped[datetime | None]
    status: Mapped[AccountStatus] = status_column(AccountStatus, default=AccountStatus.RECONNECT)
    paused_reason: Mapped[str] = mapped_column(default="")
    paused_until: Mapped[datetime | None]
    #: Sealed by the vault, bound to `vault_name`.
    credentials: Mapped[str | None]
    connected_at: Mapped[datetime | None]
    connected_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    connected_by: Mapped[User | None] = relationship(foreign_keys=connected_by_id)
    #: What the platform lets us do, in its own words, with blanks between.
    scopes: Mapped[str] = mapped_column(default="", server_default="")
    #: When the credentials end as they are; None: when they are revoked.
    token_ends_at: Mapped[datetime | None]
    #: When they are to be renewed; None: they cannot be, or need not.
    renew_at: Mapped[datetime | None]
    #: A renewal began and its outcome is not known, either because it is under way or because its
    #: answer was lost.
    renewing_since: Mapped[datetime | None]
    renewed_at: Mapped[datetime | None]
    #: Who is in charge of it at its office (penanggung jawab), by the last handover.
    keeper_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    keeper: Mapped[User | None] = relationship(foreign_keys=keeper_id)
    #: When its own posts were last read, and the newest that was there, whoever made it.
    read_at: Mapped[datetime | None]
    last_post_at: Mapped[datetime | None]
    #: Nothing may start on this account before; keeps posts apart.
    next_allowed_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")

    @property
    def vault_name(self) -> str:
        """What the account's credentials are bound to, so that they open nowhere else."""
        return vault_name(self.platform, self.id)

    def awaits_renewal(self, at: datetime) -> bool:
        """Say whether its token has ended and a new one is on its way: what the platform says of
        the old one means nothing."""
        ended = self.token_ends_at is not None and self.token_ends_at <= at
        return ended and self.renew_at is not None

    @property
    def label(self) -> str:
        return label(self.platform, self.handle, self.display_name)

    @property
    def publishable(self) -> bool:
        """Whether a post may be planned for it at all, now or when it is connected again."""
        return self.standing is Standing.UTAMA and self.retired_at is None


def is_connected(account_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Return the condition that nobody has to log in before the account can be used."""
    account = Account.metadata.tables["account"]
    return sa.exists().where(
        account.c.id == account_id, account.c.status != AccountStatus.RECONNECT
    )


class ConsentErrand(Model):
    """Somebody was sent to a platform to let us in, and may come back with its answer once."""

    __tablename__ = "consent_errand"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the state in the address, hex: whoever reads the database cannot finish it.
    state_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("user_session.id"))
    #: The proof key, sealed by the vault, bound to the account and the person.
    sealed: Mapped[str]
    until: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Custody(Model):
    """One handover of an account from who was in charge of it to who is. Never changed."""

    __tablename__ = "custody"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    giver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    giver: Mapped[User | None] = relationship(foreign_keys=giver_id)
    taker_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    taker: Mapped[User] = relationship(foreign_keys=taker_id)
    at: Mapped[datetime]
    noted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    noted_by: Mapped[User] = relationship(foreign_keys=noted_by_id)
    note: Mapped[str] = mapped_column(default="")
