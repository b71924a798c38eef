"""How the kabupaten and kota of a province stand: totals, and nobody by name.

A region's offices answer to that region. What its province learns is how many of how many met
their target, in all and among their like: no office is named and no content shown. A region is of
a province when the province's code begins its own.

Ten thousand offices are counted by the same functions as one; only how each stands is worked out
once for all that stand alike.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.places import Region, RegionKind
from publisher.reports.snapshot import OBLIGED, Cluster, Obligation, OfficeName, WeekStatus
from publisher.workflow.reporting import rows, rules
from publisher.workflow.reporting.asked import Asked, Loaded, load
from publisher.workflow.reporting.judged import Counted, Figures
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


@dataclass(frozen=True, kw_only=True)
class CountyWeek:
    """How a kabupaten or kota stands in a week, and how it stood in the one before."""

    code: str
    name: str
    is_example: bool
    clusters: dict[Cluster, Share] = field(default_factory=dict)
    previous: Share = Share()

    @property
    def share(self) -> Share:
        return Share(
            sum(share.met for share in self.clusters.values()),
            sum(share.obliged for share in self.clusters.values()),
        )

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
    however many regions and offices; a province lies in one.
    """
    found: list[CountyWeek] = []
    by_zone = sorted(counties(province), key=lambda region: region.zone)
    for _, regions in groupby(by_zone, key=lambda region: region.zone):
        found += _of_zone(list(regions), week, at)
    return sorted(found, key=lambda one: one.code)


def _of_zone(regions: Sequence[Region], week: Week, at: datetime) -> list[CountyWeek]:
    scope = Together(region=regions[0], region_ids=tuple(region.id for region in regions))
    asked = _AskedTogether(regions, scope, (week.previous(), week))
    standing = _Standing(scope, asked, at)
    return [_county_week(region, asked.of[region.id], standing) for region in regions]


def _county_week(region: Region, asked: Asked, standing: "_Standing") -> CountyWeek:
    now: dict[Cluster, Share] = {}
    before = Share()
    for office in asked.offices:
        owed = asked.obligations(office)
        then = standing.status(office, 0, owed[0])
        before = before.plus(then is WeekStatus.MET, then in OBLIGED)
        status = standing.status(office, 1, owed[1])
        if status in OBLIGED:
            share = now.get(office.cluster, _NONE)
            now[office.cluster] = share.plus(status is WeekStatus.MET, 1)
    return CountyWeek(
        code=region.code,
        name=region.full_name,
        is_example=region.is_example,
        clusters={cluster: now[cluster] for cluster in Cluster if cluster in now},
        previous=before,
    )


_NONE = Share()


class _AskedTogether(Asked):
    """What each of several regions asked of its own offices. Five queries."""

    def __init__(self, regions: Sequence[Region], scope: Scope, weeks: Sequence[Week]) -> None:
        loaded: Loaded = load(scope, weeks)
        super().__init__(scope, weeks, loaded)
        self.of = {
            region.id: Asked(Scope(region=region), weeks, loaded) for region in regions
        }  # fmt: skip
        self.offices = [office for asked in self.of.values() for office in asked.offices]
        self._whose = {
            office.id: asked for asked in self.of.values() for office in asked.offices
        }  # fmt: skip

    def obligations(self, office: OfficeName) -> tuple[Obligation, ...]:
        return self._whose[office.id].obligations(office)

    def exempt(self, office: OfficeName, week: Week) -> bool:
        return office.id in self._exemptions and self.exemption(office, week) is not None


class _Standing:
    """How offices stand in the weeks of `asked`. Four queries."""

    def __init__(self, scope: Scope, asked: _AskedTogether, at: datetime) -> None:
        self._asked, self._weeks = asked, asked.weeks
        self._counted = Counted(scope, asked)
        self._over = [rules.is_over(week, asked.zone, at) for week in asked.weeks]
        self._stranded = self._platform_failed(scope)
        self._known: dict[Any, WeekStatus] = {}

    def status(self, office: OfficeName, number: int, owed: Obligation) -> WeekStatus | None:
        """Return how an office stands; None where it does not exist."""
        dated = office.valid_from is not None or office.valid_to is not None
        if dated and not rules.exists_in(office, self._weeks[number]):
            return None
        figures = self._counted.of(office, number)
        stranded = self._stranded.get((office.id, number), 0) if self._stranded else 0
        exempt = self._asked.exempt(office, self._weeks[number])
        if dated:
            return self._decide(office, number, owed, figures, stranded, exempt)
        key = id(owed), figures.counted, stranded, exempt
        if (known := self._known.get(key)) is None:
            known = self._decide(office, number, owed, figures, stranded, exempt)
            self._known[key] = known
        return known

    def _decide(
        self,
        office: OfficeName,
        number: int,
        owed: Obligation,
        figures: Figures,
        stranded: int,
        exempt: bool,
    ) -> WeekStatus:
        return rules.tally(
            office,
            self._weeks[number],
            owed,
            counted=figures.counted,
            stranded=stranded,
            exempt=exempt,
            over=self._over[number],
        ).status

    def _platform_failed(self, scope: Scope) -> dict[Cell, int]:
        """Return how many contents the platform stranded; it matters once a week is over."""
        over = [week for week, over in zip(self._weeks, self._over, strict=True) if over]
        if not over:
            return {}
        found: defaultdict[Cell, set[int]] = defaultdict(set)
        bounds = over[0].starts(self._asked.zone), over[-1].ends(self._asked.zone)
        for row in rows.not_out(scope, *bounds):
            number = Week.of(row.trouble.due_at, self._asked.zone).ordinal - over[0].ordinal
            if row.trouble.by_platform and self._charges_nobody(row, number):
                found[row.office_id, number].add(row.trouble.post_id)
        return {cell: len(posts) for cell, posts in found.items()}

    def _charges_nobody(self, row: rows.Pending, number: int) -> bool:
        return not row.trouble.out_elsewhere and self._counted.would_count(row, number)
