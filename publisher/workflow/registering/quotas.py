"""Weekly targets of a region, of kinds of its offices, and of single offices.

A target is a line of time cut into rows: each row holds from a Monday to a Sunday. A change
closes the row of its day the Sunday before and starts a new one, so weeks that are past, and the
week that runs under a target already, keep what was asked of them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.clock import Week, day_words
from publisher.db import db
from publisher.errors import N_
from publisher.models.people import User
from publisher.models.places import Office, OfficeKind, Region
from publisher.models.posts import PostKind
from publisher.models.quotas import Binding, QuotaRule
from publisher.platforms import PLATFORM_NAMES
from publisher.typed import Fault, refuse
from publisher.workflow.registering.common import NotYours, first_open_week, lock, note

MOST = 50  # contents a week; a typing error is likelier than more
AHEAD = 53  # weeks into the future


@dataclass(frozen=True, kw_only=True)
class Asks:
    """How a target is meant.

    :param channels: the platforms that count; None: all
    :param kinds: the kinds of content that count; None: all but greetings
    :param prorated: whether a week with holidays asks for less
    """

    binding: Binding = Binding.WAJIB
    channels: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    prorated: bool = True


@dataclass(frozen=True, kw_only=True)
class For:
    """For whom a target is: an office, a kind of offices, or (neither) the whole region."""

    office: Office | None = None
    kind: OfficeKind | None = None

    @property
    def key(self) -> "ScopeKey":
        return self.office.id if self.office else self.kind


#: The id of an office, a kind of offices, or None for the region.
ScopeKey = int | OfficeKind | None
ALL = For()


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What the page of targets shows."""

    region: QuotaRule | None  # in force this week
    kinds: list[QuotaRule]  # of kinds of offices, in force this week
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
    whose: For = ALL,
    asks: Asks | None = None,
) -> QuotaRule:
    """Ask for `minimum` contents a week from `week` on, until the next planned change.

    :raises Unacceptable: if the week is over, closed, or runs under a target already
    """
    lock(region.id, actor)
    if whose.office is not None and whose.office.region_id != region.id:
        raise NotYours
    asks = asks or Asks()
    refuse(
        {
            "minimum": _minimum_fault(minimum),
            "week": _week_fault(week, earliest_change(region, whose, at), at, region),
            "channels": _choice_fault(asks.channels, frozenset(PLATFORM_NAMES)),
            "kinds": _choice_fault(asks.kinds, frozenset(PostKind)),
        }
    )
    rule = _covering(region, whose, week.monday)
    before = rule.minimum if rule else None
    if rule is None or rule.valid_from < week.monday:
        rule = _started(region, whose, week, after=rule)
    rule.minimum, rule.set_by, rule.set_at = minimum, actor, at
    rule.binding, rule.prorated = asks.binding, asks.prorated
    rule.channels = None if asks.channels is None else sorted(asks.channels)
    rule.kinds = None if asks.kinds is None else sorted(asks.kinds)
    note("quota.set", rule, region.id, actor=actor, at=at, minimum=minimum, before=before,
         week=str(week), office=rule.office_id, kind=whose.kind, binding=asks.binding,
         channels=rule.channels, kinds=rule.kinds, prorated=asks.prorated)  # fmt: skip
    return rule


def end_quota(region: Region, whose: For, *, week: Week, actor: User, at: datetime) -> None:
    """Let the next wider target hold again, from `week` on; none, where it was the region's.

    :raises Unacceptable: if there is no such target then, or it has not begun
    """
    lock(region.id, actor)
    rule = _covering(region, whose, week.monday)
    refuse(
        {
            "week": _week_fault(week, earliest_change(region, whose, at), at, region),
            "": _end_fault(rule, week),
        }
    )
    if rule is not None:
        rule.valid_to = week.previous().sunday
        note("quota.end", rule, region.id, actor=actor, at=at, week=str(week),
             office=rule.office_id, kind=whose.kind)  # fmt: skip


def earliest_change(region: Region, whose: For, at: datetime) -> Week:
    """Return the first week for which a target may still be set.

    This week where none holds yet, otherwise the next; never one that is closed.
    """
    week = max(Week.of(at, region.zone), first_open_week(region))
    rules = rules_on(region.id, week.monday)
    kind = whose.office.kind if whose.office else whose.kind
    asked = any(key in rules for key in (None, kind, whose.key))
    return week.next() if asked else week


def rules_on(region_id: int, day: date) -> dict[ScopeKey, QuotaRule]:
    """Return the rules that hold on a day, by whom they are for; None is the region's own."""
    query = sa.select(QuotaRule).where(QuotaRule.region_id == region_id, _holds_on(day))
    return {rule.office_id or rule.office_kind: rule for rule in db.session.scalars(query)}


def nearest(rules: dict[ScopeKey, QuotaRule], office: Office) -> QuotaRule | None:
    """Return the one of the rules that holds for an office."""
    return rules.get(office.id) or rules.get(office.kind) or rules.get(None)


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
        region=next((rule for rule in now if not (rule.office or rule.office_kind)), None),
        kinds=sorted((r for r in now if r.office_kind), key=lambda r: str(r.office_kind)),
        own=sorted((rule for rule in now if rule.office), key=_office_name),
        planned=planned[::-1],
        past=past[:50],
        earliest=earliest_change(region, ALL, at),
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
        return Fault(message, {"monday": day_words(earliest.monday)})
    if week > Week.of(at, region.zone).shifted(AHEAD):
        return Fault(N_("Paling jauh satu tahun ke depan."))
    return None


def _end_fault(rule: QuotaRule | None, week: Week) -> Fault | None:
    if rule is None:
        return Fault(N_("Target itu tidak ada lagi pada minggu itu. Muat ulang halaman."))
    if rule.valid_from >= week.monday:
        return Fault(N_("Target ini belum mulai berlaku. Ubah angkanya saja."))
    return None


def _choice_fault(chosen: tuple[str, ...] | None, known: frozenset[str]) -> Fault | None:
    """What counts may be left open, but not be nothing."""
    if chosen is None or (chosen and known.issuperset(chosen)):
        return None
    return Fault(N_("Pilih paling sedikit satu, atau biarkan semua."))


def _scope(region: Region, whose: For) -> sa.Select[QuotaRule]:
    return sa.select(QuotaRule).where(
        QuotaRule.region_id == region.id,
        QuotaRule.office_id.is_not_distinct_from(whose.office.id if whose.office else None),
        QuotaRule.office_kind.is_not_distinct_from(whose.kind),
    )


def _covering(region: Region, whose: For, day: date) -> QuotaRule | None:
    return db.session.scalar(_scope(region, whose).where(_holds_on(day)))


def _holds_on(day: date) -> sa.ColumnElement[bool]:
    open_ended = QuotaRule.valid_to.is_(None)
    return sa.and_(QuotaRule.valid_from <= day, sa.or_(open_ended, QuotaRule.valid_to >= day))


def _started(region: Region, whose: For, week: Week, *, after: QuotaRule | None) -> QuotaRule:
    """Add a row that starts with `week`, and close the one that has run until then.

    A row that starts that very Monday has not begun: there the number is simply corrected.
    """
    ends = after.valid_to if after else _end_before_next(region, whose, week.monday)
    if after is not None:
        after.valid_to = week.previous().sunday
    rule = QuotaRule(
        region=region, office=whose.office, office_kind=whose.kind,
        valid_from=week.monday, valid_to=ends,
    )  # fmt: skip
    db.session.add(rule)
    return rule


def _end_before_next(region: Region, whose: For, monday: date) -> date | None:
    """Return the Sunday before the next planned change, if one is planned."""
    query = _scope(region, whose).where(QuotaRule.valid_from > monday)
    planned = db.session.scalar(query.order_by(QuotaRule.valid_from).limit(1))
    return planned.valid_from - timedelta(days=1) if planned else None
