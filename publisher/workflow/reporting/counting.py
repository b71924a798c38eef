"""How many contents went out, by office and week, from two covering indexes alone.

Nothing is decided here. Which kinds and channels count is asked of `judging` first; whatever
makes a content special (planned more than once, the words of another, taken down) is marked
`apart` and not counted here but judged one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery
from publisher.models.posts import PostKind
from publisher.workflow.reporting.rows import Scope

Cell = tuple[int, int]  # office id, `Week.ordinal`
#: A proof may say that something went out a little before its time; clocks differ.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Sieve:
    """What counts of contents with nothing special about them.

    :param channels: None: on every channel
    """

    kinds: frozenset[PostKind]
    channels: frozenset[str] | None = None


class Count(NamedTuple):
    """The contents of an office that first went out in a week."""

    published: int
    greetings: int
    passed: tuple[int, ...]  # how many pass each sieve


def counts(scope: Scope, weeks: Sequence[Week], sieves: Sequence[Sieve]) -> dict[Cell, Count]:
    """Count the contents that are not `apart`, in one query.

    :param weeks: in a row, oldest first
    """
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            Delivery.office_id,
            Delivery.week,
            _distinct(sa.true()),
            _distinct(Delivery.kind == PostKind.UCAPAN),
            *(_distinct(_passes(sieve)) for sieve in sieves),
        )
        .where(really_out("delivery"), in_weeks(weeks), scope.covers(Delivery.office_id))
        .where(~Delivery.apart, _is_first(weeks, scope.region.zone))
        .group_by(Delivery.office_id, Delivery.week)
    )
    return {
        (office_id, week): Count(published, greetings, tuple(passed))
        for office_id, week, published, greetings, *passed in db.session.execute(query)
    }


def really_out(name: str) -> sa.ColumnElement[bool]:
    """Return what makes a delivery a real publication: out, with a proof, on an official account.

    :param name: of the delivery in the query; the words are those of the partial indexes
    """
    unofficial = "(SELECT account.id FROM account WHERE account.standing <> 'utama')"
    return sa.and_(
        sa.literal_column(f"{name}.week IS NOT NULL"),  # it is out, and proved
        sa.literal_column(f"{name}.account_id NOT IN {unofficial}"),
    )


def in_weeks(weeks: Sequence[Week]) -> sa.ColumnElement[bool]:
    first, last = weeks[0].ordinal, weeks[-1].ordinal
    if first == last:
        return Delivery.week == first
    return sa.and_(Delivery.week >= first, Delivery.week <= last)


def _distinct(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Count the contents of which a delivery fulfils a condition."""
    if isinstance(condition, sa.True_):
        return sa.func.count(sa.distinct(Delivery.post_id))
    return sa.func.count(sa.distinct(sa.case((condition, Delivery.post_id))))


def _passes(sieve: Sieve) -> sa.ColumnElement[bool]:
    left_out = [kind for kind in PostKind if kind not in sieve.kinds]
    of_kind = Delivery.kind.not_in(left_out)
    if sieve.channels is None:
        return of_kind
    there = sa.select(Account.id).where(Account.platform.in_(sorted(sieve.channels)))
    return sa.and_(of_kind, Delivery.account_id.in_(there))


def _is_first(weeks: Sequence[Week], zone: str) -> sa.ColumnElement[bool]:
    """Return whether the content was not out in an earlier week.

    Looking back is dear and nearly always in vain: contents that were planned once are due on all
    channels at the same time, and nothing is out much before it is due.
    """
    not_before = _due_since({week.ordinal: week.starts(zone) + GRACE for week in weeks})
    earlier: Any = aliased(Delivery, name="earlier")
    out_before = (
        sa.select(earlier.id)
        .where(earlier.post_id == Delivery.post_id, earlier.week < Delivery.week)
        .where(sa.literal_column("earlier.status <> 'cancelled'"), really_out("earlier"))
    )
    return sa.or_(not_before, ~out_before.exists())


def _due_since(starts: dict[int, datetime]) -> sa.ColumnElement[bool]:
    if len(starts) == 1:
        return Delivery.due_at >= next(iter(starts.values()))
    bounds = sa.case(*((Delivery.week == week, start) for week, start in starts.items()))
    return Delivery.due_at >= bounds
