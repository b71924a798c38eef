"""The plan of a week against its target: what would count if it went out as it is planned.

What is out and what is approved is counted as in every report; to these come the contents that
wait for a decision, judged by the same questions. Drafts are named, and not counted: nobody has
handed them in.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account, Standing
from publisher.models.places import Office, Region
from publisher.models.posts import EDITABLE, Post, PostKind, PostStatus, post_account
from publisher.reports.snapshot import OBLIGED, Matrix, OfficeName, Tally, Uncounted
from publisher.workflow.reporting.building import office_matrix, region_matrix
from publisher.workflow.reporting.judging import Publication, Showing, Terms, why_not
from publisher.workflow.reporting.rows import Scope

_HANDED_IN = (PostStatus.IN_REVIEW, PostStatus.APPROVED)


class PlanState(StrEnum):
    """How the plan of an office stands."""

    COMPLETE = "complete"  # what was handed in reaches the target
    SHORT = "short"
    NOTHING = "nothing"
    LATE = "late"  # short or nothing, and the deadline is over
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, kw_only=True)
class Intended:
    """A content that is planned for the week and not out.

    :ivar fault: why it would not count; None: it would
    """

    post_id: int
    status: PostStatus
    fault: Uncounted | None


@dataclass(frozen=True, kw_only=True)
class OfficePlan:
    """The plan of one office for one week.

    :ivar late: whether the deadline is over
    """

    office: OfficeName
    tally: Tally
    intended: tuple[Intended, ...]
    late: bool

    @property
    def waiting(self) -> int:
        return self._counting(PostStatus.IN_REVIEW)

    @property
    def drafts(self) -> int:
        """How many drafts with a time in the week would count."""
        return sum(self._counting(status) for status in EDITABLE)

    @property
    def handed_in(self) -> int:
        """How many contents count, or would: out, approved or waiting for a decision."""
        return self.tally.counted + self.tally.planned + self.waiting

    @property
    def asked(self) -> bool:
        return self.tally.status in OBLIGED and self.tally.required > 0

    @property
    def missing(self) -> int:
        return max(0, self.tally.required - self.handed_in) if self.asked else 0

    @property
    def state(self) -> PlanState:
        if not self.asked:
            return PlanState.NOT_ASKED
        if not self.missing:
            return PlanState.COMPLETE
        if self.late:
            return PlanState.LATE
        return PlanState.SHORT if self.handed_in or self.drafts else PlanState.NOTHING

    def _counting(self, status: PostStatus) -> int:
        return sum(one.status is status and one.fault is None for one in self.intended)


def region_plans(region: Region, week: Week, *, at: datetime, late: bool) -> list[OfficePlan]:
    """Return the plans of the offices that exist in a week, by name. Eleven queries."""
    matrix = region_matrix(region, week, at=at, weeks=1)
    return _plans(matrix, Scope(region=region), late=late)


def office_plan(office: Office, week: Week, *, at: datetime, late: bool) -> OfficePlan | None:
    """Return the plan of one office; None if it does not exist then. Eleven queries."""
    scope = Scope(region=office.region, office_id=office.id)
    return next(iter(_plans(office_matrix(office, week, at=at, weeks=1), scope, late=late)), None)


def _plans(matrix: Matrix, scope: Scope, *, late: bool) -> list[OfficePlan]:
    (week,) = matrix.weeks
    zone = scope.region.zone
    start, end = week.starts(zone), week.ends(zone)
    found = _intended(scope, start, end)
    plans = []
    for row in matrix.rows:
        if (tally := row.cells[0]) is None:
            continue
        owed = tally.obligation
        terms = Terms(start=start, end=end, channels=owed.channels, kinds=owed.kinds)
        intended = tuple(
            Intended(post_id=showing.post_id, status=status, fault=_fault(showing, terms))
            for showing, status in found.get(row.office.id, ())
        )
        plans.append(OfficePlan(office=row.office, tally=tally, intended=intended, late=late))
    return plans


def _fault(showing: Showing, terms: Terms) -> Uncounted | None:
    return why_not(showing, terms) if showing.publications else Uncounted.NOT_UTAMA


def _intended(
    scope: Scope, start: datetime, end: datetime
) -> Mapping[int, list[tuple[Showing, PostStatus]]]:
    """Return what is planned, by office and time, as it would go out on official accounts. One
    query."""
    official = sa.and_(
        Account.id == post_account.c.account_id,
        Account.standing == Standing.UTAMA,
        Account.retired_at.is_(None),
    )
    query = (
        sa.select(
            Post.id, Post.office_id, Post.kind, Post.status, Post.planned_at,
            sa.func.aggregate_strings(Account.platform, " ").label("platforms"),
        )
        .outerjoin(post_account, post_account.c.post_id == Post.id)
        .outerjoin(Account, official)
        .where(scope.covers(Post.office_id), Post.status.in_((*EDITABLE, *_HANDED_IN)))
        .where(Post.planned_at >= start, Post.planned_at < end)
        .group_by(Post.id, Post.office_id, Post.kind, Post.status, Post.planned_at)
        .order_by(Post.planned_at, Post.id)
    )  # fmt: skip
    found: defaultdict[int, list[tuple[Showing, PostStatus]]] = defaultdict(list)
    for row in db.session.execute(query):
        shown = _showing(row.id, row.kind, row.planned_at, row.platforms or "")
        found[row.office_id].append((shown, row.status))
    return found


def _showing(post_id: int, kind: PostKind, at: datetime, platforms: str) -> Showing:
    publications = tuple(
        Publication(at=at, platform=platform) for platform in sorted(set(platforms.split()))
    )
    return Showing(post_id=post_id, kind=kind, publications=publications)
