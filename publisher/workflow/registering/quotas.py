"""Weekly targets of a region and of single offices.

A target is a line of time cut into rows: each row holds from a Monday to a Sunday. A change
closes the row of its day the Sunday before and starts a new one, so weeks that are past, and the
week that runs under a target already, keep what was asked of them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.clock import Week
from publisher.db import db
from publisher.errors import N_
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.quotas import QuotaRule
from publisher.typed import Fault, refuse
from publisher.workflow.registering.common import NotYours, lock, note

MOST = 50  # contents a week; a typing error is likelier than more
AHEAD = 53  # weeks into the future


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What the page of targets shows."""

    region: QuotaRule | None  # in force this week
    own: list[QuotaRule]  # of single offices, in force this week, by name
    planned: list[QuotaRule]  # not begun yet
    past: list[QuotaRule]  # newest first, at most 50
    earliest: Week  # from which a change of the region's target may hold


def set_quota(
    region: Region,
    *,
    minimum: int,
    week: Week,
    actor: User | None,
    at: datetime,
    office: Office | None = None,
) -> QuotaRule:
    """Ask for `minimum` contents a week from `week` on, until the next planned change.

    :param office: None for every office of the region without a target of its own
    :raises Unacceptable: if the week is over, or runs under a target already
    """
    lock(region.id, actor)
    if office is not None and office.region_id != region.id:
        raise NotYours
    refuse(
        {
            "minimum": _minimum_fault(minimum),
            "week": _week_fault(week, earliest_change(region, office, at), at, region),
        }
    )
    rule = _covering(region, office, week.monday)
    before = rule.minimum if rule else None
    if rule is None or rule.valid_from < week.monday:
        rule = _started(region, office, week, after=rule)
    rule.minimum, rule.set_by, rule.set_at = minimum, actor, at
    note(
        "quota.set",
        rule,
        region.id,
        actor=actor,
        at=at,
        minimum=minimum,
        before=before,
        week=str(week),
        office=office.id if office else None,
    )
    return rule


def end_office_quota(office: Office, *, week: Week, actor: User, at: datetime) -> None:
    """Let the region's target hold for the office again, from `week` on.

    :raises Unacceptable: if the office's own target does not run then, or has not begun
    """
    region = office.region
    lock(region.id, actor)
    rule = _covering(region, office, week.monday)
    refuse(
        {
            "week": _week_fault(week, earliest_change(region, office, at), at, region),
            "": _end_fault(rule, week),
        }
    )
    if rule is not None:
        rule.valid_to = week.previous().sunday
        note("quota.end", rule, region.id, actor=actor, at=at, week=str(week), office=office.id)


def earliest_change(region: Region, office: Office | None, at: datetime) -> Week:
    """Return the first week for which a target may still be set.

    This week where none holds yet, otherwise the next.
    """
    week = Week.of(at, region.zone)
    rules = rules_on(region.id, week.monday)
    asked = None in rules or (office is not None and office.id in rules)
    return week.next() if asked else week


def rules_on(region_id: int, day: date) -> dict[int | None, QuotaRule]:
    """Return the rules that hold on a day, by office id; None is the region's own."""
    query = sa.select(QuotaRule).where(
        QuotaRule.region_id == region_id,
        QuotaRule.valid_from <= day,
        sa.or_(QuotaRule.valid_to.is_(None), QuotaRule.valid_to >= day),
    )
    return {rule.office_id: rule for rule in db.session.scalars(query)}


def targets(region: Region, *, at: datetime) -> Targets:
    """Return all that the page of targets shows, in two queries."""
    day = Week.of(at, region.zone).monday
    query = (
        sa.select(QuotaRule)
        .where(QuotaRule.region_id == region.id)
        .options(joinedload(QuotaRule.office), joinedload(QuotaRule.set_by))
    )
    rules = list(db.session.scalars(query.order_by(QuotaRule.valid_from.desc(), QuotaRule.id)))
    past = [rule for rule in rules if rule.valid_to is not None and rule.valid_to < day]
    planned = [rule for rule in rules if rule.valid_from > day]
    now = [rule for rule in rules if rule not in past and rule not in planned]
    return Targets(
        region=next((rule for rule in now if rule.office is None), None),
        own=sorted((rule for rule in now if rule.office), key=_office_name),
        planned=planned[::-1],
        past=past[:50],
        earliest=earliest_change(region, None, at),
    )


def _office_name(rule: QuotaRule) -> str:
    return rule.office.name if rule.office else ""


def _minimum_fault(minimum: int) -> Fault | None:
    if 0 <= minimum <= MOST:
        return None
    return Fault(N_("Isi angka dari 0 sampai %(most)s."), {"most": MOST})


def _week_fault(week: Week, earliest: Week, at: datetime, region: Region) -> Fault | None:
    if week < earliest:
        message = N_("Target tidak dapat diubah surut. Paling awal %(monday)s.")
        return Fault(message, {"monday": earliest.monday.strftime("%d-%m-%Y")})
    if week > Week.of(at, region.zone).shifted(AHEAD):
        return Fault(N_("Paling jauh satu tahun ke depan."))
    return None


def _end_fault(rule: QuotaRule | None, week: Week) -> Fault | None:
    if rule is None:
        return Fault(N_("Perangkat daerah ini tidak memiliki target sendiri pada minggu itu."))
    if rule.valid_from >= week.monday:
        return Fault(N_("Target ini belum mulai berlaku. Ubah angkanya saja."))
    return None


def _scope(region: Region, office: Office | None) -> sa.Select[QuotaRule]:
    return sa.select(QuotaRule).where(
        QuotaRule.region_id == region.id,
        QuotaRule.office_id.is_(None) if office is None else QuotaRule.office_id == office.id,
    )


def _covering(region: Region, office: Office | None, day: date) -> QuotaRule | None:
    return db.session.scalar(
        _scope(region, office).where(
            QuotaRule.valid_from <= day,
            sa.or_(QuotaRule.valid_to.is_(None), QuotaRule.valid_to >= day),
        )
    )


def _started(
    region: Region, office: Office | None, week: Week, *, after: QuotaRule | None
) -> QuotaRule:
    """Add a row that starts with `week`, and close the one that has run until then.

    A row that starts that very Monday has not begun: there the number is simply corrected.
    """
    ends = after.valid_to if after else _end_before_next(region, office, week.monday)
    if after is not None:
        after.valid_to = week.previous().sunday
    rule = QuotaRule(region=region, office=office, valid_from=week.monday, valid_to=ends)
    db.session.add(rule)
    return rule


def _end_before_next(region: Region, office: Office | None, monday: date) -> date | None:
    """Return the Sunday before the next planned change, if one is planned."""
    query = _scope(region, office).where(QuotaRule.valid_from > monday)
    planned = db.session.scalar(query.order_by(QuotaRule.valid_from).limit(1))
    return planned.valid_from - timedelta(days=1) if planned else None
