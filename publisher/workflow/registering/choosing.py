"""Choosing how Siar speaks to an account, where a platform can be spoken to in several ways.

The usual way is the one a platform offers for it. Another has risks of its own, which a person
must agree to by name; it is written down who did. One is not to speak to it at all: somebody of
the office posts there by hand, and nothing has to be connected.
"""

from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import User
from publisher.platforms import BY_HAND, DRIVERS, driver_class, drivers_of
from publisher.typed import Fault, refuse
from publisher.workflow.registering.accounts import drop_credentials
from publisher.workflow.registering.common import lock, note

OTHER_WAY = N_("Cara sambungan diganti; akun perlu disambungkan lagi")


def ways(account: Account) -> dict[str, str]:
    """Return how Siar may speak to the account: each driver, and what people call it."""
    return {driver: driver_class(driver).way for driver in drivers_of(account.platform)}


def risks(account: Account) -> tuple[str, ...]:
    """Return what was agreed to in speaking to the account as we do (gettext message ids)."""
    return driver_class(account.driver).risks if account.platform in DRIVERS else ()


def choose_way(account: Account, driver: str, *, agreed: bool, actor: User, at: datetime) -> None:
    """Let Siar speak to the account by `driver` from now on. It has to be connected anew, unless
    a person posts there: what is planned is then handed over at its time.

    What the platform calls its accounts differs from way to way, so until then the account is
    known by its name alone.

    :param agreed: whether the person has agreed to the risks
    :raises Unacceptable: if there is no such way, it is this one already, or nobody agreed
    """
    lock(account.office.region_id, actor)
    refuse({"way": _way_fault(account, driver)})
    wanted = Fault(N_("Centang kotak ini bila Anda memahami dan menerima risikonya."))
    refuse({"agreed": wanted if driver_class(driver).risks and not agreed else None})
    before, account.driver = account.driver, driver
    account.remote_id = None
    drop_credentials(account, OTHER_WAY)
    account.by_hand = driver in BY_HAND
    if account.by_hand:
        account.status, account.paused_reason = AccountStatus.ACTIVE, ""
    note(
        "account.choose_way",
        account,
        account.office.region_id,
        actor=actor,
        at=at,
        before=before,
        after=driver,
    )


def _way_fault(account: Account, driver: str) -> Fault | None:
    if account.retired_at is not None or driver not in drivers_of(account.platform):
        return Fault(N_("Pilih salah satu cara yang tersedia."))
    if driver == account.driver:
        return Fault(N_("Akun ini sudah memakai cara itu."))
    if _is_busy(account):
        return Fault(
            N_(
                "Masih ada penayangan di akun ini yang sedang berjalan atau perlu dicek. "
                "Selesaikan dahulu, lalu ganti caranya."
            )
        )
    return None


def _is_busy(account: Account) -> bool:
    """Say whether a post is on its way: what one driver prepared, another cannot look for."""
    under_way = sa.exists().where(
        Delivery.account_id == account.id,
        Delivery.status.in_(
            (DeliveryStatus.CLAIMED, DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN)
        ),
    )
    return bool(db.session.scalar(sa.select(under_way)))
