"""How the kabupaten and kota of a province stand: totals, and nobody by name.

A region's offices answer to that region. What its province learns is how many of how many met
their target, in all and among their like: no office is named and no content shown. A region is of
a province when the province's code begins its own.

A region that has closed the week stands as it closed it, whatever became of the rows since. The
others are counted by the same functions as one office is; only what is asked of an office, and how
it stands, is worked out once for all that are alike: ten thousand are named by their ids alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.places import Office, Region, RegionKind
from publisher.reports.snapshot import OBLIGED, Cluster, Obligation, OfficeName, WeekStatus
from publisher.workflow.reporting import rows, rules
from publisher.workflow.reporting.asked import Asked, load
from publisher.workflow.reporting.closed import Figures as FrozenFigures
from publisher.workflow.reporting.closed import figures_of
from publisher.workflow.reporting.judged import Counted
from publisher.workflow.reporting.rows import Scope, Whose, of_anybody

Cell = tuple[int, int]  # office id, number of the week


@dataclass(frozen=True, kw_only=True)
class Together(Scope):
    """Several regions in the same zone; `region` is any of them."""

    region_ids: tuple[int, ...]

    def within(self, column: Any) -> sa.ColumnElement[bool]:
        return sa.and_(column.in_(self.region_ids))

    @property
    def whose(self) -> Whose:
        return of_anybody

    @property
    def given(self) -> dict[str, int]:
        return {}


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those who owed something met it."""

    met: int = 0
    obliged: int = 0

    def plus(self, met: int, obliged: int) -> "Share":
        return Share(self.met + met, self.obliged + obliged)

    @property
    def part(self) -> float:
        return self.met / self.obliged if self.obliged else 0.0


Shares = dict[Cluster, Share]


def _total(shares: Shares) -> Share:
    found = shares.values()
    return Share(sum(share.met for share in found), sum(share.obliged for share in found))


@dataclass(frozen=True, kw_only=True)
class CountyWeek:
    """How a kabupaten or kota stands in a week, and how it stood in the one before."""

    code: str
    name: str
    is_example: bool
    clusters: Shares = field(default_factory=dict)
    previous: Share = Share()

    @property
    def share(self) -> Share:
        return _total(self.clusters)

    @property
    def change(self) -> int:
        return self.share.met - self.previous.met


def counties(province: Region) -> list[Region]:
    """Return the kabupaten and kota of a province, by code; none of what is no province."""
    if province.kind is not RegionKind.PROVINSI:
        return []
    below = sa.and_(Region.code.like(f"{province.code}.%"), Region.kind != RegionKind.PROVINSI)
    return list(db.session.scalars(sa.select(Region).where(below).order_by(Region.code)))


def county(province: Region, code: str) -> Region | None:
    """Return one of them by its code."""
    return next((region for region in counties(province) if region.code == code), None)


def roll_up(province: Region, week: Week, *, at: datetime) -> list[CountyWeek]:
    """Return how each kabupaten and kota stands, by code. Ten queries for each zone they lie in,
    and one for closed weeks that were not read lately, however many regions and offices; a
    province lies in one.
    """
    found: list[CountyWeek] = []
    by_zone = sorted(counties(province), key=lambda region: region.zone)
    for _, regions in groupby(by_zone, key=lambda region: region.zone):
        found += _of_zone(list(regions), week, at)
    return sorted(found, key=lambda one: one.code)


def _of_zone(regions: Sequence[Region], week: Week, at: datetime) -> list[CountyWeek]:
    weeks = (week.previous(), week)
    frozen = figures_of(regions, weeks)
    scope = Together(region=regions[0], region_ids=tuple(region.id for region in regions))
    asked = _AskedTogether(regions, scope, weeks)
    standing = _Standing(scope, asked, at, since=_first_open(frozen, weeks))

    def shares(region: Region, number: int) -> Shares:
        figures = frozen[region.id].get(weeks[number])
        return standing.shares(region, number) if figures is None else asked.closed(figures)

    return [_county_week(region, shares(region, 0), shares(region, 1)) for region in regions]


def _first_open(frozen: dict[int, dict[Week, FrozenFigures]], weeks: Sequence[Week]) -> int:
    """Return the number of the first week that some region has not closed."""
    for number, week in enumerate(weeks):
        if any(week not in closed for closed in frozen.values()):
            return number
    return len(weeks)


def _county_week(region: Region, before: Shares, now: Shares) -> CountyWeek:
    return CountyWeek(
        code=region.code,
        name=region.full_name,
        is_example=region.is_example,
        clusters={cluster: now[cluster] for cluster in Cluster if cluster in now},
        previous=_total(before),
    )


def shares_of(statuses: Iterable[tuple[Cluster, WeekStatus, int]]) -> Shares:
    """Return by cluster how many of those who owed something met it.

    :param statuses: how many offices of a cluster stand so
    """
    found: Shares = {}
    for cluster, status, many in statuses:
        if status in OBLIGED:
            met = many if status is WeekStatus.MET else 0
            found[cluster] = found.get(cluster, Share()).plus(met, many)
    return found


class _Alike(NamedTuple):
    """Offices of which the same is asked.

    :ivar office: one for all: its kind and its days matter, its name does not
    """

    region_id: int
    office: OfficeName
    ids: tuple[int, ...]


class _AskedTogether(Asked):
    """What each of several regions asked of its own offices. Five queries."""

    def __init__(self, regions: Sequence[Region], scope: Together, weeks: Sequence[Week]) -> None:
        loaded = load(scope, weeks, offices={})
        super().__init__(scope, weeks, loaded)
        own = {rule.office_id for rules in loaded.rules.values() for rule in rules}
        own |= loaded.patterns.keys() | loaded.exemptions.keys()
        self.alike: defaultdict[int, list[_Alike]] = defaultdict(list)
        self._all: dict[int, OfficeName] = {}
        self._whose: dict[int, Asked] = {}
        of = {region.id: Asked(Scope(region=region), weeks, loaded) for region in regions}
        for each in _alike(scope, weeks, own):
            self.alike[each.region_id].append(each)
            self.offices.append(each.office)
            self._all.update(dict.fromkeys(each.ids, each.office))
            self._whose[each.office.id] = of[each.region_id]

    @property
    def by_id(self) -> Mapping[int, OfficeName]:
        return self._all

    def obligations(self, office: OfficeName) -> tuple[Obligation, ...]:
        return self._whose[office.id].obligations(office)

    def closed(self, figures: FrozenFigures) -> Shares:
        """Return how a region stood when it closed a week."""
        found = Counter(
            (self._all[office_id].cluster, tally.status) for office_id, tally in figures.items()
        )
        return shares_of((*key, many) for key, many in found.items())


def _alike(scope: Together, weeks: Sequence[Week], own: set[int | None]) -> Iterator[_Alike]:
    """Return all offices, those together that are there for all the weeks and of which nothing
    is asked that is not asked of all of their kind. One query.

    :param own: ids of those of which something is
    """
    alike = (Office.region_id, Office.kind, Office.valid_from, Office.valid_to)
    ids = sa.func.aggregate_strings(sa.cast(Office.id, sa.Text), ",").label("ids")
    query = sa.select(*alike, ids).where(scope.within(Office.region_id)).group_by(*alike)
    for row in rows.ask(query):
        found = {int(office_id) for office_id in row.ids.split(",")}
        whole = (row.valid_from is None or row.valid_from <= weeks[0].monday) and (
            row.valid_to is None or row.valid_to >= weeks[-1].sunday
        )
        alone = found & own if whole else found
        for together in (tuple(found - alone), *((office_id,) for office_id in alone)):
            if together:
                office = OfficeName(
                    id=together[0], name="", abbreviation="", kind=row.kind.value,
                    valid_from=row.valid_from, valid_to=row.valid_to,
                )  # fmt: skip
                yield _Alike(row.region_id, office, together)


class _Standing:
    """How offices stand in the weeks of `asked` that not all have closed. Four queries.

    :param since: the number of the first such week
    """

    def __init__(self, scope: Together, asked: _AskedTogether, at: datetime, *, since: int) -> None:
        self._asked, self._weeks = asked, asked.weeks
        self._counted = Counted(scope, asked, since=since)
        self._over = [rules.is_over(week, asked.zone, at) for week in asked.weeks]
        self._stranded = self._platform_failed(scope, since)

    def shares(self, region: Region, number: int) -> Shares:
        """Return how a region's offices stand in the week of this number."""
        return shares_of(
            (alike.office.cluster, status, many)
            for alike in self._asked.alike[region.id]
            if rules.exists_in(alike.office, self._weeks[number])
            for status, many in self._statuses(alike, number)
        )

    def _statuses(self, alike: _Alike, number: int) -> Iterator[tuple[WeekStatus, int]]:
        """Return how many of them stand how."""
        office, ids, week = alike.office, alike.ids, self._weeks[number]
        owed = self._asked.obligations(office)[number]
        excused = [each for each in ids if (each, number) in self._stranded]
        plain = tuple(set(ids).difference(excused)) if excused else ids
        counted = self._counted.of_all(plain, number, owed)
        found = [(figures, 0, many) for figures, many in counted.items()]
        for each in excused:
            figures = self._counted.of(office, number, office_id=each)
            found.append((figures, self._stranded[each, number], 1))
        exempt = self._asked.exemption(office, week) is not None
        for figures, stranded, many in found:
            tally = rules.tally(
                office, week, owed, counted=figures.counted, stranded=stranded, exempt=exempt,
                over=self._over[number],
            )  # fmt: skip
            yield tally.status, many

    def _platform_failed(self, scope: Together, since: int) -> dict[Cell, int]:
        """Return how many contents the platform stranded; it matters once a week is over."""
        over = [week for week, over in zip(self._weeks, self._over, strict=True) if over][since:]
        if not over:
            return {}
        found: defaultdict[Cell, set[int]] = defaultdict(set)
        bounds = over[0].starts(self._asked.zone), over[-1].ends(self._asked.zone)
        for row in rows.not_out(scope, *bounds):
            week = Week.of(row.trouble.due_at, self._asked.zone)
            number = week.ordinal - self._weeks[0].ordinal
            if row.trouble.by_platform and self._charges_nobody(row, number):
                found[row.office_id, number].add(row.trouble.post_id)
        return {cell: len(posts) for cell, posts in found.items()}

    def _charges_nobody(self, row: rows.Pending, number: int) -> bool:
        return not row.trouble.out_elsewhere and self._counted.would_count(row, number)
