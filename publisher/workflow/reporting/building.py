"""Puts rows and rules together into a frozen snapshot.

The cells of the heat map and the figures of the week come from the same rows, so they cannot
differ; a week's contents are these rows again, with their proofs.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from publisher.clock import Week, in_zone, last_weeks
from publisher.models.places import Office, Region
from publisher.reports.snapshot import (
    Content,
    Exemption,
    Matrix,
    MatrixRow,
    OfficeName,
    OfficeWeek,
    Tally,
    Totals,
    Trouble,
    WeekReport,
)
from publisher.workflow.reporting import rows, rules, waiting
from publisher.workflow.reporting.asked import Asked
from publisher.workflow.reporting.closed import frozen_figures
from publisher.workflow.reporting.judged import Counted
from publisher.workflow.reporting.obligations import Rule, rules_in
from publisher.workflow.reporting.outline import Outline
from publisher.workflow.reporting.rows import Scope
from publisher.workflow.reporting.workdays import WorkWeek

#: How far back the heat map looks: a quarter of a year.
WEEKS = 13
FIRST_YEAR, LAST_YEAR = 2000, 2100
Cell = tuple[int, int]  # office id, number of the week
_Posts = dict[Cell, set[int]]


@dataclass(frozen=True, kw_only=True)
class OfficeDetail:
    """One office in one week, for the page that shows how its number came about."""

    row: OfficeWeek
    made_at: datetime
    running: bool
    days: WorkWeek
    rules: tuple[Rule, ...]  # those that hold, the one that applies first


def read_week(text: str) -> Week:
    """Read `2026-W47` as people type it into an address.

    :raises ValueError: if it is written otherwise, or lies outside of what reports can be about
    """
    week = Week.parse(text)
    if str(week) != text or not FIRST_YEAR <= week.year <= LAST_YEAR:
        raise ValueError(text)
    return week


class _Facts:
    """What a fixed number of queries brings together for any matrix."""

    def __init__(
        self, scope: Scope, latest: Week, weeks: int, at: datetime, *, anew: bool = False
    ) -> None:
        self.scope = scope
        self.zone = scope.region.zone
        self.at = at
        self.weeks = tuple(last_weeks(latest, weeks))
        self.bounds = [week.starts(self.zone) for week in (*self.weeks, latest.next())]
        self.asked = Asked(scope, self.weeks)
        self.frozen = frozen_figures(scope.region, self.weeks[:-1] if anew else self.weeks)
        open_ones = (number for number, week in enumerate(self.weeks) if week not in self.frozen)
        since = next(open_ones, weeks)
        self.counted = Counted(scope, self.asked, since=since)
        self.not_out = rows.not_out(scope, self.bounds[since], self.bounds[-1])

    @property
    def last_week(self) -> tuple[datetime, datetime]:
        return self.bounds[-2], self.bounds[-1]

    @cached_property
    def awaited(self) -> "tuple[_Posts, _Posts]":
        return _count_not_out(self)

    def week_number(self, at: datetime) -> int:
        return bisect_right(self.bounds, at) - 1


def week_report(region: Region, week: Week, *, at: datetime) -> WeekReport:
    """Return the report of a region's week as it stands at `at`. 14 queries.

    The week itself is counted anew, closed or not: closing and correcting begin with it. The
    weeks before it show what they were closed with.
    """
    facts = _Facts(Scope(region=region), week, WEEKS, at, anew=True)
    return _report(facts, facts.counted.contents())


def week_outline(region: Region, week: Week, *, at: datetime) -> Outline:
    """Return the same without the contents, which take as long as all the rest. 12 queries."""
    facts = _Facts(Scope(region=region), week, WEEKS, at, anew=True)
    counted = facts.counted
    return Outline(**vars(_report(facts, {})), kinds=counted.mix(), judge=counted.counting_among)


def _report(facts: _Facts, contents: Mapping[int, Sequence[Content]]) -> WeekReport:
    """Return the report of the last week.

    :param contents: of that week, by office
    """
    region, week, at = facts.scope.region, facts.weeks[-1], facts.at
    usual = facts.asked.calendar.week(week)
    matrix = _matrix(facts)
    today = in_zone(at, region.zone).date()
    decisions, logo = waiting.beside(facts.scope, at=at, today=today)
    return WeekReport(
        region_code=region.code,
        region_name=region.full_name,
        is_example=region.is_example,
        zone=region.zone,
        week=week,
        made_at=at,
        running=not rules.is_over(week, region.zone, at),
        working_days=usual.days,
        holidays=usual.free,
        rows=_office_weeks(facts, matrix, contents),
        totals=Totals.of(matrix.column(week)),
        previous=Totals.of(matrix.column(week.previous())),
        matrix=matrix,
        decisions=decisions,
        logo=logo,
    )


def region_matrix(region: Region, latest: Week, *, at: datetime, weeks: int = WEEKS) -> Matrix:
    """Return offices × weeks up to `latest`. Ten queries."""
    return _matrix(_Facts(Scope(region=region), latest, weeks, at))


def office_matrix(office: Office, latest: Week, *, at: datetime, weeks: int = WEEKS) -> Matrix:
    """Return the weeks of one office up to `latest`. Ten queries."""
    scope = Scope(region=office.region, office_id=office.id)
    return _matrix(_Facts(scope, latest, weeks, at))


def office_detail(office: Office, week: Week, *, at: datetime) -> OfficeDetail | None:
    """Return one office in one week; None if it did not exist then. 13 queries, counted anew."""
    scope = Scope(region=office.region, office_id=office.id)
    facts = _Facts(scope, week, WEEKS, at, anew=True)
    contents = facts.counted.contents()
    found = _office_weeks(facts, _matrix(facts), contents)
    if not found:
        return None
    name = found[0].office
    return OfficeDetail(
        row=found[0],
        made_at=at,
        running=not rules.is_over(week, office.region.zone, at),
        days=facts.asked.days(name, week),
        rules=rules_in(facts.asked.rules_of(name), week),
    )


def office_progress(office: Office, *, at: datetime) -> Tally | None:
    """Return how an office stands in the week of `at`; None if it does not exist then."""
    week = Week.of(at, office.region.zone)
    cells = office_matrix(office, week, at=at, weeks=1).column(week)
    return cells[0] if cells else None


def region_progress(region: Region, *, at: datetime) -> tuple[Totals, Totals]:
    """Return how a region stands in the week of `at`, and how it stood the week before."""
    week = Week.of(at, region.zone)
    matrix = region_matrix(region, week, at=at, weeks=2)
    return Totals.of(matrix.column(week)), Totals.of(matrix.column(week.previous()))


def _matrix(facts: _Facts) -> Matrix:
    columns = (
        _as_closed(facts, facts.frozen[week]) if week in facts.frozen else _counted(facts, number)
        for number, week in enumerate(facts.weeks)
    )
    found = (
        MatrixRow(office=office, cells=cells)
        for office, cells in zip(facts.asked.offices, zip(*columns, strict=True), strict=True)
    )
    return Matrix(weeks=facts.weeks, rows=tuple(row for row in found if any(row.cells)))


def _as_closed(facts: _Facts, figures: Mapping[int, Tally]) -> list[Tally | None]:
    """Return every office as it stood when the week was closed."""
    return [figures.get(office.id) for office in facts.asked.offices]


def _counted(facts: _Facts, number: int) -> list[Tally | None]:
    """Return every office as it stands in an open week."""
    planned, stranded = facts.awaited
    week, over = facts.weeks[number], rules.is_over(facts.weeks[number], facts.zone, facts.at)

    def tally(office: OfficeName) -> Tally | None:
        if not rules.exists_in(office, week):
            return None
        figures = facts.counted.of(office, number)
        return rules.tally(
            office,
            week,
            facts.asked.obligations(office)[number],
            counted=figures.counted,
            greetings=figures.greetings,
            uncounted=figures.uncounted,
            planned=len(planned.get((office.id, number), ())),
            stranded=len(stranded.get((office.id, number), ())),
            exempt=facts.asked.exemption(office, week) is not None,
            over=over,
        )

    return [tally(office) for office in facts.asked.offices]


def _count_not_out(facts: _Facts) -> tuple[_Posts, _Posts]:
    """Return the contents still to come, and those the platform stranded, by cell.

    A content that is out on any official account is neither: it counts already.
    """
    planned: defaultdict[Cell, set[int]] = defaultdict(set)
    stranded: defaultdict[Cell, set[int]] = defaultdict(set)
    for row in facts.not_out:
        number = facts.week_number(row.trouble.due_at)
        if row.trouble.out_elsewhere or not facts.counted.would_count(row, number):
            continue
        if row.status in rows.OPEN and row.next_at < facts.bounds[number + 1]:
            planned[row.office_id, number].add(row.trouble.post_id)
        elif row.trouble.by_platform:
            stranded[row.office_id, number].add(row.trouble.post_id)
    return planned, stranded


def _office_weeks(
    facts: _Facts, matrix: Matrix, contents: Mapping[int, Sequence[Content]]
) -> tuple[OfficeWeek, ...]:
    """Return every office that exists in the last week of the matrix, with its contents."""
    start, end = facts.last_week
    last = rows.last_publications(facts.scope, end)
    troubles: defaultdict[int, list[Trouble]] = defaultdict(list)
    for row in facts.not_out:
        if row.status in rows.IN_TROUBLE and start <= row.trouble.due_at:
            troubles[row.office_id].append(row.trouble)
    return tuple(
        _office_week(
            row,
            tally,
            contents=tuple(contents.get(row.office.id, ())),
            troubles=tuple(troubles[row.office.id]),
            last_at=last.get(row.office.id),
            as_of=min(facts.at, end),
            region=facts.scope.region,
            exemption=facts.asked.exemption(row.office, facts.weeks[-1]),
        )
        for row in matrix.rows
        if (tally := row.cells[-1]) is not None
    )


def _office_week(
    row: MatrixRow,
    tally: Tally,
    *,
    contents: tuple[Content, ...],
    troubles: tuple[Trouble, ...],
    last_at: datetime | None,
    as_of: datetime,
    region: Region,
    exemption: Exemption | None,
) -> OfficeWeek:
    met_in_a_row, open_ended = rules.streak(row.cells)
    return OfficeWeek(
        office=row.office,
        tally=tally,
        contents=contents,
        troubles=troubles,
        last_at=last_at,
        streak=met_in_a_row,
        streak_open=open_ended,
        dormant=_dormant(row.office, last_at, as_of, region),
        dormant_days=region.dormant_days,
        exemption=exemption,
    )


def _dormant(office: OfficeName, last_at: datetime | None, as_of: datetime, region: Region) -> bool:
    """Return whether an office has shown nothing for as long as its region bears. A new one gets
    as many days first."""
    longest = timedelta(days=region.dormant_days)
    if last_at is not None:
        return as_of - last_at >= longest
    began = office.valid_from
    return began is None or in_zone(as_of, region.zone).date() - began >= longest
