"""What a check before the time found is told to those who can mend it, once for each thing.

What heals by itself is shown and not told. An account that its platform refuses is set aside like
one that refused a post: its posts wait instead of failing, and its hold is what people are told.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models import audit
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.places import Office
from publisher.models.watch import Preflight
from publisher.platforms.errors import AccountBlocked, PlatformError
from publisher.platforms.texts import redact
from publisher.workflow.watching import holds, timetable
from publisher.workflow.watching.risks import Found, Login, Planned, Risk

REFUSED = N_(
    "Platform menolak kredensial akun ini saat diperiksa. Antreannya ditahan; Siar melanjutkan "
    "begitu akun disambungkan ulang."
)


def set_aside(
    answers: Iterable[tuple[Login, Risk | PlatformError | None]], *, at: datetime
) -> None:
    """Hold the accounts that their platforms refuse, unless they changed since they were read."""
    for login, answer in answers:
        if not isinstance(answer, AccountBlocked) or answer.until is not None:
            continue
        change = sa.update(Account).where(
            Account.id == login.account_id,
            Account.status == AccountStatus.ACTIVE,
            Account.credentials == login.sealed,
        )
        held = change.values(status=AccountStatus.RECONNECT, paused_reason=REFUSED)
        done = db.session.execute(held.execution_options(synchronize_session=False))
        if done.rowcount == 1:  # type: ignore[attr-defined]
            region = sa.select(Office.region_id).join(Account, Account.office_id == Office.id)
            audit.record(
                "account.held",
                f"account:{login.account_id}",
                at=at,
                region_id=db.session.scalar(region.where(Account.id == login.account_id)),
                status=AccountStatus.RECONNECT,
                detail=redact(answer.detail),
            )


def tell(found: Found, *, at: datetime) -> None:
    """Write the notices of what needs a person."""
    rows: dict[str, dict] = {}
    for planned, risks in found:
        for risk in risks:
            key = _key(planned, risk)
            if key and key not in rows:
                rows[key] = _notice(key, planned, risk, at=at)
    held = _set_aside_accounts({row["account_id"] for row in rows.values()})
    add_once(Notice, [row for row in rows.values() if row["account_id"] not in held])


def _key(planned: Planned, risk: Risk) -> str:
    """Return what makes a risk the same: its account and day, or its content; "" for none."""
    if risk.kind == "account":
        return f"risk:account:{planned.account_id}:{planned.day}"
    if risk.kind == "content":
        return f"risk:delivery:{planned.check.delivery_id}:{planned.day}"
    return ""


def _notice(key: str, planned: Planned, risk: Risk, *, at: datetime) -> dict:
    of_account = risk.kind == "account"
    return {
        "key": key,
        "kind": NoticeKind.RISK,
        "at": at,
        "region_id": planned.region_id,
        "office_id": planned.office_id,
        "account_id": planned.account_id if of_account else None,
        "delivery_id": None if of_account else planned.check.delivery_id,
        "reason": risk.message,
        "details": dict(risk.values),
    }


def _set_aside_accounts(account_ids: set[int | None]) -> set[int]:
    """Return the accounts whose hold is told of anyway."""
    query = sa.select(Account.id).where(Account.id.in_(account_ids), holds.is_set_aside())
    return set(db.session.scalars(query))


def resolve(*, at: datetime) -> None:
    """Close the notices of risks that healed or were overtaken."""
    deliveries = sa.select(Preflight.delivery_id).where(timetable.is_risky())
    accounts = sa.select(Delivery.account_id).where(Delivery.id.in_(deliveries))
    risky = sa.or_(  # coalesced, because nothing is neither in a list nor not in it
        sa.func.coalesce(Notice.delivery_id, 0).in_(deliveries),
        sa.func.coalesce(Notice.account_id, 0).in_(accounts),
    )
    change = sa.update(Notice).where(
        Notice.kind == NoticeKind.RISK, Notice.resolved_at.is_(None), ~risky
    )
    db.session.execute(change.values(resolved_at=at).execution_options(synchronize_session=False))
