"""How many contents went out, by office and week, from two covering indexes alone.

Nothing is decided here. Which kinds and channels count is asked of `judging` first; whatever
makes a content special (planned more than once, the words of another, taken down) is marked
`apart` and not counted here but judged one by one.

The database names the offices that have one content, those that have two, and so on: thousands
of offices come as a few rows. It counts every content in each week in which something of it went
out; then by themselves those of the kinds that some rule leaves out, and those that were out in
an earlier week already. Both are few, and are taken off.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
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
Channels = frozenset[str] | None
#: A proof may say that something went out a little before its time; clocks differ.
GRACE = timedelta(days=1)
#: How many contents each cell has: on these channels, of this kind or (None) of all.
_Sums = defaultdict[tuple[Channels, PostKind | None], defaultdict[Cell, int]]


@dataclass(frozen=True)
class Sieve:
    """What counts of contents with nothing special about them.

    :param channels: None: on every channel
    """

    kinds: frozenset[PostKind]
    channels: Channels = None

    @property
    def left_out(self) -> frozenset[PostKind]:
        return frozenset(PostKind) - self.kinds


class Count(NamedTuple):
    """The contents of an office that first went out in a week."""

    published: int
    greetings: int
    passed: tuple[int, ...]  # how many pass each sieve


def counts(scope: Scope, weeks: Sequence[Week], sieves: Sequence[Sieve]) -> dict[Cell, Count]:
    """Count the contents that are not `apart`, in one query.

    :param weeks: in a row, oldest first
    """
    channels = list(dict.fromkeys([None, *(sieve.channels for sieve in sieves)]))
    rare = {PostKind.UCAPAN}.union(*(sieve.left_out for sieve in sieves))
    sums, odd = _count(scope, weeks, channels, rare)
    every = sums[None, None]

    @cache
    def plain(number: int) -> Count:
        return Count(number, 0, (number,) * len(sieves))

    def of(cell: Cell) -> Count:
        passed = tuple(
            sums[sieve.channels, None][cell]
            - sum(sums[sieve.channels, kind][cell] for kind in sieve.left_out)
            for sieve in sieves
        )
        return Count(every[cell], sums[None, PostKind.UCAPAN][cell], passed)

    found = {cell: plain(number) for cell, number in every.items()}
    found.update((cell, of(cell)) for cell in (list(every) if len(channels) > 1 else odd))
    return found


def _count(
    scope: Scope, weeks: Sequence[Week], channels: Sequence[Channels], rare: Iterable[PostKind]
) -> tuple[_Sums, set[Cell]]:
    """Return how many contents each cell has, and which cells have any but plain ones."""
    sums: _Sums = defaultdict(lambda: defaultdict(int))
    odd: set[Cell] = set()
    parts = (
        part
        for place, some in enumerate(channels)
        for part in _parts(place, some, scope, weeks, rare)
    )
    query = sa.union_all(*parts)
    for place, kind, again, week, number, offices in db.session.execute(query):
        some = channels[place]
        cells = [(int(office), week) for office in offices.split(",")]
        if not kind:
            sums[some, None].update(dict.fromkeys(cells, number))
            continue
        odd.update(cells)
        for cell in cells:
            if again:
                sums[some, None][cell] -= number
            sums[some, PostKind(kind)][cell] += -number if again else number
    return sums, odd


def _parts(
    place: int, channels: Channels, scope: Scope, weeks: Sequence[Week], rare: Iterable[PostKind]
) -> Iterator[sa.Select[Any]]:
    """Return what is asked of what is out on some channels: how many in all, of rare kinds, and
    again."""
    out = [in_weeks(weeks), really_out("delivery"), ~Delivery.apart, scope.counts(Delivery)]
    if channels is not None:
        there = sa.select(Account.id).where(Account.platform.in_(sorted(channels)))
        out.append(Delivery.account_id.in_(there))
    number = sa.func.count(sa.distinct(Delivery.post_id)).label("number")
    kind = sa.type_coerce(Delivery.kind, sa.Text)
    query = sa.select(Delivery.office_id, Delivery.week, number).group_by(
        Delivery.week, Delivery.office_id
    )
    by_kind = query.add_columns(kind.label("kind")).group_by(kind)
    yield _offices(query.where(*out), place)
    yield _offices(by_kind.where(Delivery.kind.in_(sorted(rare)), *out), place)
    again = by_kind.where(*_was_out_before(scope, weeks), *out)
    yield _offices(again, place, again=True)


def _offices(query: sa.Select[Any], place: int, *, again: bool = False) -> sa.Select[Any]:
    """Return the query that names the offices for each number of contents."""
    by = query.subquery()
    kind = by.c.kind if "kind" in by.c else sa.literal("")
    offices = sa.func.aggregate_strings(sa.cast(by.c.office_id, sa.Text), ",")
    return sa.select(
        sa.literal(place), kind, sa.literal(again), by.c.week, by.c.number, offices
    ).group_by(by.c.week, by.c.number, *([by.c.kind] if "kind" in by.c else []))


def really_out(name: str) -> sa.ColumnElement[bool]:
    """Return what makes a delivery a real publication: out, with a proof, on an official account.

    :param name: of the delivery in the query; the words are those of the partial indexes
    """
    unofficial = "(SELECT account.id FROM account WHERE account.standing <> 'utama')"
    return sa.and_(
        sa.literal_column(f"{name}.week IS NOT NULL"),  # it is out, and proved
        sa.literal_column(f"{name}.account_id NOT IN {unofficial}"),
    )


def in_weeks(weeks: Sequence[Week], column: Any = Delivery.week) -> sa.ColumnElement[bool]:
    first, last = weeks[0].ordinal, weeks[-1].ordinal
    if first == last:
        return sa.and_(column == first)
    return sa.and_(column >= first, column <= last)


def _was_out_before(scope: Scope, weeks: Sequence[Week]) -> Iterator[sa.ColumnElement[bool]]:
    """Return the conditions that a content was out in an earlier week already.

    Looking back is dear and nearly always in vain: contents that were planned once are due on all
    channels at the same time, and nothing is out much before it is due. So it is asked of those
    alone that are late, and of those that something was out of before its week began.
    """
    zone = scope.region.zone
    starts = {week.ordinal: week.starts(zone) for week in weeks}
    since, early, earlier = weeks[0].previous(), _alias("early"), _alias("earlier")
    nexts = {week.ordinal: week.ends(zone) for week in (since, *weeks)}
    too_early = (
        sa.select(early.post_id)
        .where(in_weeks([since, *weeks], early.week), sa.literal_column("early.week IS NOT NULL"))
        .where(scope.counts(early), early.due_at >= _of_week(early.week, nexts))
    )
    yield Delivery.due_at < _of_week(
        Delivery.week, {week: start + GRACE for week, start in starts.items()}
    )
    yield sa.or_(Delivery.due_at < _of_week(Delivery.week, starts), Delivery.post_id.in_(too_early))
    yield (
        sa.select(earlier.id)
        .where(earlier.post_id == Delivery.post_id, earlier.week < Delivery.week)
        .where(sa.literal_column("earlier.status <> 'cancelled'"), really_out("earlier"))
        .exists()
    )


def _alias(name: str) -> Any:
    return aliased(Delivery, name=name)


def _of_week(column: Any, moments: dict[int, datetime]) -> sa.ColumnElement[datetime]:
    """Return the moment that belongs to a row's week; halving, not one week after the other."""
    numbers = sorted(moments)
    if len(numbers) == 1:
        return sa.literal(moments[numbers[0]], Delivery.due_at.type)
    middle = numbers[len(numbers) // 2]
    older = {number: moments[number] for number in numbers if number < middle}
    newer = {number: moments[number] for number in numbers if number >= middle}
    return sa.case((column < middle, _of_week(column, older)), else_=_of_week(column, newer))
