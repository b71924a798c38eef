"""What is to become of an account that is not well: revived, merged or closed, by whom, until when.

Siar does none of it by itself: a plan is a promise between people. An account has one at a time;
plans end as done or withdrawn and stay, so that the next person sees what was tried.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.plans import AccountPlan, PlanAim, PlanStatus
from publisher.typed import Fault, refuse, text_fault
from publisher.workflow.registering.common import NOTE_CHARS, NotYours, lock, note, today
from publisher.workflow.registering.custody import duty_fault

AIMS: dict[PlanAim, str] = {
    PlanAim.REVIVE: N_("Hidupkan"),
    PlanAim.MERGE: N_("Gabungkan dengan akun utama"),
    PlanAim.CLOSE: N_("Tutup"),
}
#: A later day is no promise.
LONGEST = timedelta(days=366)
MOST_PAST = 200
_GONE = N_("Rencana ini sudah berakhir.")


@dataclass(frozen=True, kw_only=True)
class PlanData:
    """What is promised.

    :param due_on: the last day on which it is in time
    """

    aim: PlanAim
    responsible: User
    due_on: date
    note: str = ""


def make_plan(account: Account, data: PlanData, *, actor: User, at: datetime) -> AccountPlan:
    """Promise what becomes of an account.

    :raises Unacceptable: naming the field, or because the account has a plan or is out of use
    """
    region = account.office.region
    lock(region.id, actor)
    refuse(
        {
            "": _account_fault(account),
            "responsible": duty_fault(account, data.responsible),
            "due_on": _day_fault(data.due_on, today(region, at)),
            "remark": text_fault(data.note, NOTE_CHARS, required=False),
        }
    )
    plan = AccountPlan(
        account=account, aim=data.aim, responsible=data.responsible, due_on=data.due_on,
        note=data.note, made_by=actor, made_at=at,
    )  # fmt: skip
    db.session.add(plan)
    note("plan.make", plan, region.id, actor=actor, at=at, account=account.id,
         aim=data.aim.value, responsible=data.responsible.id, due_on=data.due_on.isoformat(),
         note=data.note)  # fmt: skip
    return plan


def end_plan(plan: AccountPlan, *, done: bool, remark: str, actor: User, at: datetime) -> None:
    """Note that a plan was carried out, or is given up.

    :raises Unacceptable: if it ended before, or is given up without saying why
    """
    region_id = plan.account.office.region_id
    lock(region_id, actor)
    gone = plan.status is not PlanStatus.OPEN
    refuse(
        {
            "": Fault(_GONE) if gone else text_fault(remark, NOTE_CHARS, required=not done),
        }
    )
    plan.status = PlanStatus.DONE if done else PlanStatus.WITHDRAWN
    plan.ended_by, plan.ended_at, plan.ended_note = actor, at, remark
    step = "plan.done" if done else "plan.withdraw"
    note(step, plan, region_id, actor=actor, at=at, account=plan.account_id, note=remark)


def open_plans(region: Region) -> list[AccountPlan]:
    """Return what is promised and not done, the earliest day first, in one query."""
    query = _plans(region).where(AccountPlan.status == PlanStatus.OPEN)
    return list(db.session.scalars(query.order_by(AccountPlan.due_on, AccountPlan.id)))


def past_plans(region: Region) -> list[AccountPlan]:
    """Return what was done or given up, the latest first; at most 200, in one query."""
    query = _plans(region).where(AccountPlan.status != PlanStatus.OPEN)
    query = query.order_by(AccountPlan.ended_at.desc(), AccountPlan.id.desc())
    return list(db.session.scalars(query.limit(MOST_PAST)))


def get_plan(region: Region, plan_id: int) -> AccountPlan:
    """:raises NotYours: if there is none, or it is another region's"""
    plan = db.session.get(AccountPlan, plan_id)
    if plan is None or plan.account.office.region_id != region.id:
        raise NotYours
    return plan


def _plans(region: Region) -> sa.Select[Any]:
    return (
        sa.select(AccountPlan)
        .join(Account, Account.id == AccountPlan.account_id)
        .join(Office, Office.id == Account.office_id)
        .where(Office.region_id == region.id)
        .options(
            joinedload(AccountPlan.account).joinedload(Account.office),
            joinedload(AccountPlan.responsible),
            joinedload(AccountPlan.made_by),
            joinedload(AccountPlan.ended_by),
        )
    )


def _account_fault(account: Account) -> Fault | None:
    if account.retired_at is not None:
        return Fault(N_("Akun ini sudah tidak dipakai."))
    same = sa.select(AccountPlan.id).where(
        AccountPlan.account_id == account.id, AccountPlan.status == PlanStatus.OPEN
    )
    if db.session.scalar(same) is not None:
        return Fault(N_("Akun ini sudah punya rencana. Selesaikan atau tarik dulu yang lama."))
    return None


def _day_fault(day: date, now: date) -> Fault | None:
    if day < now:
        return Fault(N_("Pilih hari ini atau sesudahnya."))
    if day - now > LONGEST:
        return Fault(N_("Pilih hari dalam setahun ke depan."))
    return None
