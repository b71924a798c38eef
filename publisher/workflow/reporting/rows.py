"""What reports ask the database about offices and deliveries, `counting` and `showing` aside.

A fixed number of queries however many offices and weeks. The status words are literals and not
bound values, so that both databases can see which partial index serves a question.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.db import by_name, db
from publisher.models import deliveries
from publisher.models.accounts import Account, Standing, label
from publisher.models.deliveries import Attempt, Delivery, DeliveryStatus, status_is
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostKind, PostStatus
from publisher.platforms.errors import OutcomeUnknown, TryLater
from publisher.reports.snapshot import OfficeName, Trouble

_PUBLISHED: sa.ColumnClause[str] = sa.literal_column("'published'")
_CANCELLED: sa.ColumnClause[str] = sa.literal_column("'cancelled'")
_UTAMA: sa.ColumnClause[str] = sa.literal_column("'utama'")
#: How the last attempt ended when the platform, and nobody else, was the cause.
PLATFORM_FAILED = (TryLater.__name__, OutcomeUnknown.__name__, "not_found")
OPEN = (
    DeliveryStatus.PENDING,
    DeliveryStatus.CLAIMED,
    DeliveryStatus.SENDING,
    DeliveryStatus.HANDED_OVER,
)
_ENDED = (DeliveryStatus.FAILED, DeliveryStatus.MISSED)
IN_TROUBLE = (DeliveryStatus.UNKNOWN, *_ENDED)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose figures: those of a region, or of one office in it."""

    region: Region
    office_id: int | None = None

    def covers(self, column: Any) -> sa.ColumnElement[bool]:
        """Return the condition that an office id lies within."""
        if self.office_id is not None:
            return sa.and_(column == self.office_id)
        return sa.and_(column.in_(sa.select(Office.id).where(self.within(Office.region_id))))

    @property
    def whose(self) -> "Whose":
        """What says which offices are counted; its values are `given`."""
        return _of_region if self.office_id is None else of_office

    @property
    def given(self) -> dict[str, int]:
        if self.office_id is None:
            return {"of_region": self.region.id}
        return {"of_office": self.office_id}

    def within(self, column: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a region id lies within."""
        return sa.and_(column == self.region.id)


def ask(
    query: sa.Executable, given: Mapping[str, Any] | None = None
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Return the rows that answer a question about columns; as objects they would be made twice."""
    db.session.flush()
    return db.session.connection().execute(query, given)


#: Returns the condition that an office id lies within; the same for all scopes of a kind.
Whose = Callable[[Any], sa.ColumnElement[bool]]


def of_office(column: Any) -> sa.ColumnElement[bool]:
    return sa.and_(column == sa.bindparam("of_office"))


def _of_region(column: Any) -> sa.ColumnElement[bool]:
    offices = sa.select(Office.id).where(Office.region_id == sa.bindparam("of_region"))
    return sa.and_(column.in_(offices))


def of_anybody(column: Any) -> sa.ColumnElement[bool]:  # noqa: ARG001 - of no column
    """A week is read from end to end: dearer would be to look for each office by itself."""
    return sa.true()


class Pending(NamedTuple):
    """An approved delivery of the weeks in question that is not out (yet)."""

    office_id: int
    kind: PostKind
    status: DeliveryStatus
    next_at: datetime
    trouble: Trouble


def offices(scope: Scope) -> dict[int, list[OfficeName]]:
    """Return all offices by region, past ones too, by name."""
    within = Office.id == scope.office_id if scope.office_id else sa.true()
    query = (
        sa.select(
            Office.region_id,
            Office.id,
            Office.name,
            Office.abbreviation,
            Office.kind,
            Office.valid_from,
            Office.valid_to,
        )
        .where(scope.within(Office.region_id), within)
        .order_by(Office.name, Office.id)
    )
    found: defaultdict[int, list[OfficeName]] = defaultdict(list)
    for row in by_name(ask(query)):
        office = OfficeName(
            id=row.id,
            name=row.name,
            abbreviation=row.abbreviation,
            kind=row.kind.value,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        found[row.region_id].append(office)
    return found


def _proved(delivery: Any, account: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """What makes a delivery a real publication: out, with a proof, on an official account."""
    return (
        delivery.status == _PUBLISHED,
        sa.or_(delivery.permalink != "", delivery.proved_by_id.is_not(None)),
        account.standing == _UTAMA,
    )


def _out_already() -> sa.ColumnElement[bool]:
    """Return whether the delivery's content is really out."""
    other, where = aliased(Delivery), aliased(Account)
    query = (
        sa.select(other.id)
        .join(where, where.id == other.account_id)
        # Says again what "published" implies: SQLite then finds the index by content.
        .where(other.post_id == Delivery.post_id, other.status != _CANCELLED)
        .where(*_proved(other, where))
    )
    return query.exists()


def not_out(scope: Scope, start: datetime, end: datetime) -> list[Pending]:
    """Return approved deliveries to official accounts, due in the time given, that are not out."""
    given = scope.given | {"start": start, "end": end}
    return [_pending(row) for row in by_name(ask(_not_out(scope.whose), given))]


@cache
def _not_out(whose: Whose) -> sa.Select[*tuple[Any, ...]]:
    last_outcome = (
        sa.select(Attempt.outcome)
        .where(Attempt.delivery_id == Delivery.id)
        .order_by(Attempt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(
            Delivery.office_id,
            Delivery.post_id,
            Post.title,
            Delivery.kind,
            Account.platform,
            Account.handle,
            Account.display_name,
            Delivery.status,
            Delivery.reason,
            Delivery.due_at,
            Delivery.next_at,
            last_outcome.label("outcome"),
            _out_already().label("out_elsewhere"),
        )
        .join(Account, Account.id == Delivery.account_id)
        .join(Post, Post.id == Delivery.post_id)
        .where(_of_anybody() if whose is of_anybody else whose(Delivery.office_id))
        .where(Delivery.status.in_((*OPEN, *IN_TROUBLE)))
        .where(Delivery.due_at >= sa.bindparam("start"), Delivery.due_at < sa.bindparam("end"))
        .where(Account.standing == Standing.UTAMA, Post.status == PostStatus.APPROVED)
        .order_by(Delivery.due_at, Delivery.id)
    )


def _of_anybody() -> sa.ColumnElement[bool]:
    """Return the same condition on deliveries in the words of two partial indexes: without an
    office to begin with, all that ever was would be looked through."""
    found = [
        sa.select(Delivery.id)
        .where(status_is(Delivery.status, *statuses))
        .where(Delivery.due_at >= sa.bindparam("start"), Delivery.due_at < sa.bindparam("end"))
        for statuses in (deliveries.OPEN, (*_ENDED, DeliveryStatus.CANCELLED))
    ]
    return Delivery.id.in_(sa.union_all(*found))


def _pending(row: Any) -> Pending:
    ended = row.status in _ENDED
    trouble = Trouble(
        post_id=row.post_id,
        title=row.title,
        platform=row.platform,
        account=label(row.platform, row.handle, row.display_name),
        status=row.status.value,
        reason=row.reason,
        due_at=row.due_at,
        by_platform=ended and row.outcome in PLATFORM_FAILED,
        out_elsewhere=row.out_elsewhere,
    )
    with_a_person = row.status is DeliveryStatus.HANDED_OVER
    expected_at = row.due_at if with_a_person else row.next_at
    return Pending(row.office_id, row.kind, row.status, expected_at, trouble)


def last_publications(scope: Scope, before: datetime) -> dict[int, datetime]:
    """Return when each office last published anything on an official account."""
    found = ask(_last_out(scope.whose), scope.given | {"before": before})
    return {office_id: at for office_id, at in found if at is not None}


@cache
def _last_out(whose: Whose) -> sa.Select[*tuple[Any, ...]]:
    latest = (
        sa.select(Delivery.published_at)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.office_id == Office.id, *_proved(Delivery, Account))
        .where(Delivery.published_at < sa.bindparam("before"))
        .order_by(Delivery.published_at.desc())
        .limit(1)
        .correlate(Office)
        .scalar_subquery()
    )
    return sa.select(Office.id, latest).where(whose(Office.id))
