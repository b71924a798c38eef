"""What was asked of each office, week by week: rule, working days, exemption. Five queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from publisher import clock
from publisher.clock import Week
from publisher.models.people import User
from publisher.models.quotas import (
    CalendarDay,
    Dispensation,
    DispensationFile,
    QuotaRule,
    WorkPattern,
)
from publisher.reports.snapshot import Exemption, Obligation, OfficeName
from publisher.workflow.reporting import rows
from publisher.workflow.reporting.judging import Terms
from publisher.workflow.reporting.obligations import Rule, obligation, rule_for
from publisher.workflow.reporting.rows import Scope
from publisher.workflow.reporting.workdays import (
    Calendar,
    DayByDecree,
    Pattern,
    WorkWeek,
    pattern_in,
)


class Loaded(NamedTuple):
    """What reports must know of a scope before they count, by region or by office."""

    offices: dict[int, list[OfficeName]]
    decrees: dict[int, dict[date, DayByDecree]]
    rules: dict[int, list[Rule]]
    patterns: dict[int, list[Pattern]]
    exemptions: dict[int, list[tuple[date, date, Exemption]]]


def load(
    scope: Scope, weeks: Sequence[Week], offices: dict[int, list[OfficeName]] | None = None
) -> Loaded:
    """Load it for some weeks in a row. Five queries, however many regions.

    :param offices: where they are known already
    """
    span = weeks[0].monday, weeks[-1].sunday
    return Loaded(
        offices=rows.offices(scope) if offices is None else offices,
        decrees=_decrees(scope, *span),
        rules=_rules(scope),
        patterns=_patterns(scope),
        exemptions=_exemptions(scope, *span),
    )


class Asked:
    """What a region asked of its offices in some weeks in a row.

    :param loaded: of a wider scope, where several regions are looked at together
    """

    def __init__(self, scope: Scope, weeks: Sequence[Week], loaded: Loaded | None = None) -> None:
        self.weeks = weeks
        self.zone = scope.region.zone
        found, region_id = loaded or load(scope, weeks), scope.region.id
        self.offices = found.offices.get(region_id, [])
        self.calendar = Calendar(found.decrees.get(region_id, {}))
        self._rules = found.rules.get(region_id, [])
        self._patterns = found.patterns
        self._exemptions = found.exemptions
        self._spans = [(week.starts(self.zone), week.ends(self.zone)) for week in weeks]
        self._known: dict[tuple[tuple[int, ...], int], tuple[Obligation, ...]] = {}
        self._owed: dict[int, tuple[Obligation, ...]] = {}

    @property
    def by_id(self) -> Mapping[int, OfficeName]:
        return {office.id: office for office in self.offices}

    def rules_of(self, office: OfficeName) -> list[Rule]:
        """Return the rules that may apply to an office."""
        return [
            rule
            for rule in self._rules
            if rule.office_id in (None, office.id) and rule.office_kind in (None, office.kind)
        ]

    def obligations(self, office: OfficeName) -> tuple[Obligation, ...]:
        """Return what the office owed, week by week; worked out once for all with the same rules
        and days."""
        if (owed := self._owed.get(office.id)) is not None:
            return owed
        rules = self.rules_of(office)
        own_days = office.id if office.id in self._patterns else 0
        key = tuple(rule.id for rule in rules), own_days
        if key not in self._known:
            self._known[key] = tuple(
                obligation(rule_for(rules, week), self.days(office, week)) for week in self.weeks
            )
        self._owed[office.id] = self._known[key]
        return self._known[key]

    def days(self, office: OfficeName, week: Week) -> WorkWeek:
        return self.calendar.week(week, pattern_in(self._patterns.get(office.id, ()), week))

    def exemption(self, office: OfficeName, week: Week) -> Exemption | None:
        """Return the dispensation that covers the week; the latest, should there be several."""
        found = [
            exemption
            for since, until, exemption in self._exemptions.get(office.id, ())
            if since <= week.monday and week.sunday <= until
        ]
        return found[-1] if found else None

    def terms(self, office: OfficeName, number: int) -> Terms:
        """Return what the week of this number asks of each content of an office."""
        owed, (start, end) = self.obligations(office)[number], self._spans[number]
        return Terms(
            start=start,
            end=end,
            began=_midnight(office.valid_from, self.zone),
            ended=_midnight(office.valid_to and office.valid_to + timedelta(days=1), self.zone),
            channels=owed.channels,
            kinds=owed.kinds,
        )


def _midnight(day: date | None, zone: str) -> datetime | None:
    if day is None:
        return None
    return clock.from_local(datetime.combine(day, datetime.min.time()), zone)


def _rules(scope: Scope) -> dict[int, list[Rule]]:
    query = sa.select(*QuotaRule.__table__.columns).where(scope.within(QuotaRule.region_id))
    if scope.office_id is not None:
        own = sa.or_(QuotaRule.office_id.is_(None), QuotaRule.office_id == scope.office_id)
        query = query.where(own)
    found: defaultdict[int, list[Rule]] = defaultdict(list)
    for row in rows.ask(query.order_by(QuotaRule.id)):
        rule = Rule(
            id=row.id,
            minimum=row.minimum,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            office_id=row.office_id,
            office_kind=row.office_kind.value if row.office_kind else None,
            binding=row.binding.value,
            channels=None if row.channels is None else tuple(row.channels),
            kinds=None if row.kinds is None else tuple(row.kinds),
            prorated=row.prorated,
        )
        found[row.region_id].append(rule)
    return found


def _decrees(scope: Scope, first: date, last: date) -> dict[int, dict[date, DayByDecree]]:
    query = sa.select(
        CalendarDay.region_id,
        CalendarDay.day,
        CalendarDay.works,
        CalendarDay.name,
        CalendarDay.source,
    ).where(
        scope.within(CalendarDay.region_id),
        CalendarDay.ended_at.is_(None),
        CalendarDay.day.between(first, last),
    )
    found: defaultdict[int, dict[date, DayByDecree]] = defaultdict(dict)
    for row in rows.ask(query):
        found[row.region_id][row.day] = DayByDecree(
            day=row.day, works=row.works, name=row.name, source=row.source
        )
    return found


def _patterns(scope: Scope) -> dict[int, list[Pattern]]:
    query = sa.select(
        WorkPattern.office_id,
        WorkPattern.weekdays,
        WorkPattern.rests_on_holidays,
        WorkPattern.source,
        WorkPattern.valid_from,
        WorkPattern.valid_to,
    ).where(scope.covers(WorkPattern.office_id))
    found: defaultdict[int, list[Pattern]] = defaultdict(list)
    for row in rows.ask(query):
        pattern = Pattern(
            weekdays=row.weekdays,
            rests_on_holidays=row.rests_on_holidays,
            source=row.source,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        found[row.office_id].append(pattern)
    return found


def _exemptions(
    scope: Scope, first: date, last: date
) -> dict[int, list[tuple[date, date, Exemption]]]:
    query = (
        sa.select(
            Dispensation.office_id,
            Dispensation.valid_from,
            Dispensation.valid_to,
            Dispensation.reason,
            Dispensation.document,
            Dispensation.link,
            User.name,
            Dispensation.granted_at,
            DispensationFile.dispensation_id.label("letter"),
        )
        .outerjoin(DispensationFile, DispensationFile.dispensation_id == Dispensation.id)
        .join(User, User.id == Dispensation.granted_by_id)
        .where(scope.covers(Dispensation.office_id), Dispensation.revoked_at.is_(None))
        .where(Dispensation.valid_from <= last, Dispensation.valid_to >= first)
        .order_by(Dispensation.id)
    )
    found: defaultdict[int, list[tuple[date, date, Exemption]]] = defaultdict(list)
    for row in rows.ask(query):
        exemption = Exemption(
            reason=row.reason,
            document=row.document,
            link=row.link,
            granted_by=row.name,
            granted_at=row.granted_at,
            letter=row.letter or 0,
        )
        found[row.office_id].append((row.valid_from, row.valid_to, exemption))
    return found
