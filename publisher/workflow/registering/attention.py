"""What an account needs of a person beyond its state: permission that ends, people who left."""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from publisher.errors import N_
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.people import User
from publisher.platforms import DRIVERS

#: So long before a permission ends that nobody renews, somebody is asked to connect it again.
AHEAD = timedelta(days=14)


class Need(StrEnum):
    """In the order in which they matter; an account shows the first that it has."""

    CONNECT = "connect"
    RECONNECT = "reconnect"
    RESUME = "resume"  # held, and no time heals it
    ENDING = "ending"
    CONNECTOR_LEFT = "connector_left"
    KEEPER_LEFT = "keeper_left"


#: What to do about each.
NEXT: dict[Need, str] = {
    Need.CONNECT: N_("Sambungkan akun ini agar konten dapat ditayangkan."),
    Need.RECONNECT: N_("Sambungkan ulang dengan kredensial yang masih berlaku."),
    Need.RESUME: N_("Periksa alasannya, lalu lanjutkan bila sudah beres."),
    Need.ENDING: N_("Izinnya segera berakhir. Sambungkan ulang sebelum tanggal itu."),
    Need.CONNECTOR_LEFT: N_(
        "Orang yang menyambungkannya sudah tidak bertugas. Catat serah terima, lalu sambungkan "
        "ulang."
    ),
    Need.KEEPER_LEFT: N_("Penanggung jawabnya sudah tidak bertugas. Catat serah terima."),
}


def need_of(account: Account, *, at: datetime) -> Need | None:
    """Return what a person has to do for an account, if anything."""
    in_use = account.retired_at is None and account.standing is Standing.UTAMA
    if not in_use or account.platform not in DRIVERS:
        return None
    if account.status is AccountStatus.RECONNECT:
        return Need.CONNECT if account.connected_at is None else Need.RECONNECT
    if account.status is AccountStatus.PAUSED and account.paused_until is None:
        return Need.RESUME
    ends_at = account.token_ends_at
    if ends_at is not None and account.renew_at is None and ends_at <= at + AHEAD:
        return Need.ENDING
    if account.connected_by is not None and account.connected_by.ended_at is not None:
        return Need.CONNECTOR_LEFT
    if account.keeper is not None and account.keeper.ended_at is not None:
        return Need.KEEPER_LEFT
    return None


def needs_a_person(*, at: datetime) -> sa.ColumnElement[bool]:
    """Return the same question as `need_of`, asked of the database."""
    ended = sa.select(User.id).where(User.ended_at.is_not(None))
    return sa.and_(
        Account.retired_at.is_(None),
        Account.standing == Standing.UTAMA,
        Account.platform.in_(DRIVERS),
        sa.or_(
            Account.status == AccountStatus.RECONNECT,
            sa.and_(Account.status == AccountStatus.PAUSED, Account.paused_until.is_(None)),
            sa.and_(Account.renew_at.is_(None), Account.token_ends_at <= at + AHEAD),
            Account.connected_by_id.in_(ended),
            Account.keeper_id.in_(ended),
        ),
    )
