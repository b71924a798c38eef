"""Official accounts: on which platform, under which name, and what they are to their office.

An account is a list entry until somebody connects it (`connecting`). Only platforms with a driver
can be connected; the others are kept so that the list of official accounts is whole.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, AccountStatus, Standing
from publisher.models.advancing import cancel
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.platforms import BY_HAND, DRIVERS, PLATFORM_NAMES
from publisher.typed import Fault, Faults, refuse, text_fault
from publisher.workflow.registering.common import (
    NAME_CHARS,
    NOTE_CHARS,
    Page,
    apply,
    check_stamp,
    lock,
    lock_names,
    note,
    page_of,
)

#: Kept in the list, not published to. The keys are those of templates/_macros/status.html.
LISTED_ONLY = {
    "threads": "Threads",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
}
HANDLE_CHARS = 100
NOT_CONNECTED = N_("Belum disambungkan")
RETIRED = N_("Akun tidak dipakai lagi")
#: X gives 15 characters today; accounts from its first years have more.
_X_HANDLE = re.compile(r"[A-Za-z0-9_]{1,20}")
_OFF = N_("Akun tidak lagi dipakai untuk menayangkan.")


class State(StrEnum):
    """What an account needs, in the order in which a person asks."""

    RETIRED = "retired"
    LISTED = "listed"  # a platform without a driver
    ASIDE = "aside"  # not the main account: nothing to connect
    BY_HAND = "by_hand"  # a person posts there: nothing to connect
    NEW = "new"  # never connected
    RECONNECT = "reconnect"
    PAUSED = "paused"
    ACTIVE = "active"


@dataclass(frozen=True, kw_only=True)
class AccountData:
    """What a person may say about an account. Texts are tidy (`common.tidy`)."""

    handle: str = ""  # without "@"; "" where the platform has none
    display_name: str
    standing: Standing = Standing.UTAMA
    note: str = ""


def platform_names() -> dict[str, str]:
    """Return every platform an account may be on; first those that Siar publishes to."""
    return {**PLATFORM_NAMES, **LISTED_ONLY}


def supported(platform: str) -> bool:
    return platform in DRIVERS


def state_of(account: Account) -> State:
    """Return what the account is waiting for."""
    if account.retired_at is not None:
        return State.RETIRED
    if not supported(account.platform):
        return State.LISTED
    if account.standing is not Standing.UTAMA:
        return State.ASIDE
    if account.by_hand:
        return State.BY_HAND
    if account.status is AccountStatus.RECONNECT and account.connected_at is None:
        return State.NEW
    return State(account.status.value)


def faults_of(platform: str, data: AccountData) -> Faults:
    """Return what is wrong with the data by itself, whatever other accounts there are."""
    handle = text_fault(data.handle, HANDLE_CHARS, required=False)
    if data.handle and not handle and (" " in data.handle or "@" in data.handle):
        handle = Fault(N_("Nama akun tidak boleh mengandung spasi atau tanda @."))
    if platform == "x" and not handle and not _X_HANDLE.fullmatch(data.handle):
        handle = Fault(N_("Nama akun X berisi 1–20 huruf Latin, angka, atau garis bawah."))
    found = {
        "platform": None if platform in platform_names() else Fault(N_("Kanal tidak dikenal.")),
        "handle": handle,
        "display_name": text_fault(data.display_name, NAME_CHARS),
        "note": text_fault(data.note, NOTE_CHARS, required=False),
    }
    return {name: fault for name, fault in found.items() if fault}


def add_account(
    office: Office, platform: str, data: AccountData, *, actor: User | None, at: datetime
) -> Account:
    """Register an account, not connected yet.

    :raises Unacceptable: if a field is wrong, or the name is registered already
    """
    lock(office.region_id, actor)
    lock_names()
    refuse({**faults_of(platform, data), **_taken(office, platform, data, besides=None)})
    account = new_account(platform, office=office)
    apply(account, data)
    account.standing_at = at
    db.session.add(account)
    note(
        "account.add",
        account,
        office.region_id,
        actor=actor,
        at=at,
        platform=platform,
        handle=data.handle,
        standing=data.standing.value,
        office=office.id,
    )
    return account


def edit_account(
    account: Account, data: AccountData, *, seen: str, actor: User, at: datetime
) -> None:
    """Correct an account. What is planned on it is cancelled when it stops being the main one.

    :param seen: `common.stamp` of the account when the form was opened
    :raises Unacceptable: also if a connected account would change its name here
    """
    office = account.office
    lock(office.region_id, actor)
    lock_names()
    check_stamp(account, seen)
    renamed = account.credentials is not None and data.handle != account.handle
    bound = Fault(N_("Akun sedang tersambung. Putuskan sambungannya sebelum mengganti nama."))
    refuse(
        {
            **faults_of(account.platform, data),
            **_taken(office, account.platform, data, besides=account.id),
            **({"handle": bound} if renamed else {}),
        }
    )
    if account.publishable and data.standing is not Standing.UTAMA:
        _cancel_planned(account, actor=actor, at=at)  # deliveries before accounts, as workers do
    changed = apply(account, data)
    if not changed:
        return
    if "standing" in changed:
        account.standing_at = at
    note("account.edit", account, office.region_id, actor=actor, at=at, changed=changed)


def retire_account(account: Account, *, actor: User, at: datetime) -> None:
    """Take an account out of use: its credentials go, what is planned on it is cancelled."""
    lock(account.office.region_id, actor)
    if account.retired_at is not None:
        return
    _cancel_planned(account, actor=actor, at=at)  # deliveries before accounts, as workers do
    drop_credentials(account, RETIRED)
    account.retired_at = at
    note("account.retire", account, account.office.region_id, actor=actor, at=at)


def restore_account(account: Account, *, actor: User, at: datetime) -> None:
    """Undo `retire_account`; the account has to be connected again.

    :raises Unacceptable: if another account has its name by now
    """
    lock(account.office.region_id, actor)
    lock_names()
    if account.retired_at is None:
        return
    data = AccountData(handle=account.handle, display_name=account.display_name)
    faults = _taken(account.office, account.platform, data, besides=account.id)
    refuse({"": next(iter(faults.values()), remote_id_fault(account, account.remote_id))})
    account.retired_at = None
    _begin(account)
    note("account.restore", account, account.office.region_id, actor=actor, at=at)


def new_account(platform: str, **place: Any) -> Account:
    """Return an account that is in no session yet.

    :param place: `office` or `office_id`
    """
    account = Account(platform=platform, by_hand=platform in BY_HAND, **place)
    _begin(account)
    return account


def _begin(account: Account) -> None:
    """Let an account wait to be connected; one that a person fills is ready as it is."""
    ready = account.by_hand
    account.status = AccountStatus.ACTIVE if ready else AccountStatus.RECONNECT
    account.paused_reason = "" if ready else NOT_CONNECTED


def resume_account(account: Account, *, actor: User, at: datetime) -> None:
    """Let a paused account publish again.

    :raises Unacceptable: if it is not paused
    """
    lock(account.office.region_id, actor)
    paused = account.status is AccountStatus.PAUSED and account.retired_at is None
    refuse({"": None if paused else Fault(N_("Akun ini tidak sedang dijeda."))})
    reason = account.paused_reason
    account.status, account.paused_reason, account.paused_until = AccountStatus.ACTIVE, "", None
    note("account.resume", account, account.office.region_id, actor=actor, at=at, reason=reason)


def drop_credentials(account: Account, reason: str) -> None:
    account.status, account.paused_reason = AccountStatus.RECONNECT, reason
    account.credentials = account.paused_until = None
    account.token_ends_at = account.renew_at = account.renewing_since = None
    account.scopes = ""


def remote_id_fault(account: Account, remote_id: str | None) -> Fault | None:
    """Return the fault of a platform's number that another account in use already has."""
    query = sa.select(Account).where(
        Account.platform == account.platform,
        Account.remote_id == remote_id,
        Account.retired_at.is_(None),
        Account.id != account.id,
    )
    other = db.session.scalar(query)
    return _taken_by(other, account.office) if other else None


def find_accounts(
    region: Region,
    *,
    office_id: int | None = None,
    search: str = "",
    platform: str = "",
    standing: Standing | None = None,
    state: State | None = None,
    where: sa.ColumnElement[bool] | None = None,
    page: int = 1,
) -> Page[Account]:
    """Return a page of accounts with their offices and people, in two queries.

    Accounts no longer in use are left out unless `state` asks for them.

    :param where: a further condition, such as `attention.needs_a_person`
    """
    query = sa.select(Account).join(Office).where(Office.region_id == region.id)
    query = query.where(_in_state(state) if state else Account.retired_at.is_(None))
    if office_id is not None:
        query = query.where(Account.office_id == office_id)
    if platform:
        query = query.where(Account.platform == platform)
    if standing:
        query = query.where(Account.standing == standing)
    if where is not None:
        query = query.where(where)
    if search := search.removeprefix("@"):
        told = (Account.handle, Account.display_name, Office.name, Office.abbreviation)
        query = query.where(sa.or_(*(c.icontains(search, autoescape=True) for c in told)))
    shown = (Account.office, Account.connected_by, Account.keeper)
    query = query.options(*(joinedload(each) for each in shown))
    return page_of(query.order_by(Office.name, Account.platform, Account.id), page)


def _in_state(state: State) -> sa.ColumnElement[bool]:
    """Return the same question as `state_of`, asked of the database."""
    if state is State.RETIRED:
        return Account.retired_at.is_not(None)
    used = Account.retired_at.is_(None)
    if state is State.LISTED:
        return used & Account.platform.not_in(DRIVERS)
    ours = used & Account.platform.in_(DRIVERS)
    if state is State.ASIDE:
        return ours & (Account.standing != Standing.UTAMA)
    main = ours & (Account.standing == Standing.UTAMA)
    if state is State.BY_HAND:
        return main & Account.by_hand
    main = main & ~Account.by_hand
    if state is State.NEW:
        never = Account.connected_at.is_(None)
        return main & (Account.status == AccountStatus.RECONNECT) & never
    once = Account.connected_at.is_not(None) if state is State.RECONNECT else sa.true()
    return main & (Account.status == AccountStatus(state.value)) & once


def _taken(office: Office, platform: str, data: AccountData, *, besides: int | None) -> Faults:
    """Return the fault of a name that an account in use has, however it is written."""
    query = sa.select(Account).where(Account.platform == platform, Account.retired_at.is_(None))
    if data.handle:
        query = query.where(sa.func.lower(Account.handle) == data.handle.lower())
    else:
        same_name = sa.func.lower(Account.display_name) == data.display_name.lower()
        query = query.where(Account.office_id == office.id, Account.handle == "", same_name)
    for other in db.session.scalars(query.options(joinedload(Account.office))):
        if other.id != besides:
            return {"handle" if data.handle else "display_name": _taken_by(other, office)}
    return {}


def _taken_by(other: Account, office: Office) -> Fault:
    """Say who has the account; of another region only that it is one."""
    if other.office.region_id != office.region_id:
        return Fault(N_("Akun ini sudah terdaftar di daerah lain."))
    return Fault(N_("Akun ini sudah terdaftar pada %(office)s."), {"office": other.office.name})


def _cancel_planned(account: Account, *, actor: User, at: datetime) -> None:
    """Cancel what has not started on the account: it must not go out on it any more."""
    open_ones = (DeliveryStatus.PENDING, DeliveryStatus.CLAIMED, DeliveryStatus.HANDED_OVER)
    query = sa.select(Delivery.id).where(
        Delivery.account_id == account.id, Delivery.status.in_(open_ones)
    )
    for delivery_id in db.session.scalars(query).all():
        cancel(delivery_id, at=at, actor=actor, reason=_OFF)
