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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from itertools import repeat
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.clock import Week, zone_hours
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery
from publisher.models.posts import PostKind
from publisher.workflow.reporting.rows import Scope, Whose, ask

Cell = tuple[int, int]  # office id, `Week.ordinal`
Channels = frozenset[str] | None
#: A proof may say that something went out a little before its time; clocks differ.
GRACE = timedelta(days=1)
WEEK_S = 7 * 24 * 3600
_DELIVERY, _ACCOUNT = Delivery.metadata.tables["delivery"], Account.metadata.tables["account"]
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
    channels = tuple(dict.fromkeys([None, *(sieve.channels for sieve in sieves)]))
    rare = frozenset({PostKind.UCAPAN}).union(*(sieve.left_out for sieve in sieves))
    sums, odd = _count(scope, weeks, channels, rare)
    every, greetings = sums[None, None], sums[None, PostKind.UCAPAN]
    looked_at = [
        (sums[sieve.channels, None], [sums[sieve.channels, kind] for kind in sieve.left_out])
        for sieve in sieves
    ]

    @cache
    def plain(number: int) -> Count:
        return Count(number, 0, (number,) * len(sieves))

    def of(cell: Cell) -> Count:
        passed = [
            there.get(cell, 0) - sum([kind.get(cell, 0) for kind in left_out])
            for there, left_out in looked_at
        ]
        return Count(every[cell], greetings.get(cell, 0), tuple(passed))

    found = {cell: plain(number) for cell, number in every.items()}
    found.update({cell: of(cell) for cell in (every if len(channels) > 1 else odd)})
    return found


def _count(
    scope: Scope, weeks: Sequence[Week], channels: tuple[Channels, ...], rare: frozenset[PostKind]
) -> tuple[_Sums, set[Cell]]:
    """Return how many contents each cell has, and which cells have any but plain ones."""
    sums: _Sums = defaultdict(lambda: defaultdict(int))
    odd: set[Cell] = set()
    dialect = db.session.get_bind().dialect.name
    query = _question(scope.whose, channels, rare, len(weeks) == 1, dialect)
    for place, kind, again, week, number, offices in ask(query, _given(scope, weeks)):
        some = channels[place]
        cells = list(zip(map(int, offices.split(",")), repeat(week)))
        if not kind:
            sums[some, None].update(dict.fromkeys(cells, number))
            continue
        odd.update(cells)
        for cell in cells:
            if again:
                sums[some, None][cell] -= number
            sums[some, PostKind(kind)][cell] += -number if again else number
    return sums, odd


# -- the question ------------------------------------------------------------------------


def _given(scope: Scope, weeks: Sequence[Week]) -> dict[str, Any]:
    zone = scope.region.zone
    return (scope.given | weeks_given(weeks)) | {
        "before": weeks[0].ordinal - 1,
        "first_starts": weeks[0].starts(zone),
        "lately": weeks[0].starts(zone) - GRACE,
        "last_begun": weeks[-1].starts(zone) + GRACE,
        "ahead_s": zone_hours(zone) * 3600,
    }


@lru_cache(maxsize=64)
def _question(
    whose: Whose,
    channels: tuple[Channels, ...],
    rare: frozenset[PostKind],
    one_week: bool,
    dialect: str,
) -> sa.CompoundSelect[Any]:
    """Return what the database is asked: to put it together takes longer than most answers."""
    parts: list[sa.Select[Any]] = []
    for place, some in enumerate(channels):
        out = [in_weeks(one_week), really_out("delivery"), ~_DELIVERY.c.apart]
        out += [whose(_DELIVERY.c.office_id), *_on(some)]
        parts += _parts(place, out, rare, list(_was_out_before(whose, one_week, dialect)))
    return sa.union_all(*parts)


def in_weeks(one_week: bool) -> sa.ColumnElement[bool]:
    """Return the condition that a delivery went out in the weeks of `weeks_given`."""
    week = _DELIVERY.c.week
    if one_week:
        return week == sa.bindparam("first")
    return sa.and_(week >= sa.bindparam("first"), week <= sa.bindparam("last"))


def weeks_given(weeks: Sequence[Week]) -> dict[str, Any]:
    return {"first": weeks[0].ordinal, "last": weeks[-1].ordinal}


def _on(channels: Channels) -> Iterator[sa.ColumnElement[bool]]:
    if channels is not None:
        there = sa.select(_ACCOUNT.c.id).where(_ACCOUNT.c.platform.in_(sorted(channels)))
        yield _DELIVERY.c.account_id.in_(there)


def _parts(
    place: int,
    out: list[sa.ColumnElement[bool]],
    rare: frozenset[PostKind],
    before: list[sa.ColumnElement[bool]],
) -> Iterator[sa.Select[Any]]:
    """Return what is asked of what is out: how many in all, of rare kinds, and again."""
    kind = sa.type_coerce(_DELIVERY.c.kind, sa.Text)
    every = sa.select(
        _DELIVERY.c.office_id,
        _DELIVERY.c.week,
        sa.func.count(sa.distinct(_DELIVERY.c.post_id)).label("number"),
    ).group_by(_DELIVERY.c.week, _DELIVERY.c.office_id)
    by_kind = every.add_columns(kind.label("kind")).group_by(kind)
    yield _offices(every.where(*out), place)
    yield _offices(by_kind.where(_DELIVERY.c.kind.in_(sorted(rare)), *out), place)
    yield _offices(by_kind.where(before[0], *out, *before[1:]), place, again=True)


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


def _was_out_before(whose: Whose, one_week: bool, dialect: str) -> Iterator[sa.ColumnElement[bool]]:
    """Return the conditions that a content was out in an earlier week already.

    Looking back is dear and nearly always in vain: contents that were planned once are due on all
    channels at the same time, and nothing is out much before it is due. So it is asked of those
    alone that are late, and of those of which something was out before the week it was due in.
    """
    early, earlier = _DELIVERY.alias("early"), _DELIVERY.alias("earlier")
    too_early = (
        sa.select(early.c.post_id)
        .where(*_before(early, one_week), whose(early.c.office_id))
        .where(early.c.due_at >= sa.bindparam("first_starts"))
        .where(early.c.week < _week_of("early.due_at", dialect))
    )
    yield _DELIVERY.c.due_at < sa.bindparam("last_begun")
    yield _week_of("delivery.due_at", dialect, after=GRACE) < _DELIVERY.c.week
    late = _week_of("delivery.due_at", dialect) < _DELIVERY.c.week
    yield sa.or_(late, _DELIVERY.c.post_id.in_(too_early))
    yield (
        sa.select(earlier.c.id)
        .where(earlier.c.post_id == _DELIVERY.c.post_id, earlier.c.week < _DELIVERY.c.week)
        .where(sa.literal_column("earlier.status <> 'cancelled'"), really_out("earlier"))
        .exists()
    )


def _before(early: Any, one_week: bool) -> Iterator[sa.ColumnElement[bool]]:
    """Return the conditions that something was out before the last week: near enough to it, or,
    of several weeks, from the one before them on."""
    if one_week:
        yield sa.literal_column("early.status = 'published'")
        yield early.c.published_at >= sa.bindparam("lately")
        yield early.c.published_at < sa.bindparam("first_starts")
    else:
        yield sa.literal_column("early.week IS NOT NULL")
        yield early.c.week >= sa.bindparam("before")
        yield early.c.week < sa.bindparam("last")


def _week_of(moment: str, dialect: str, after: timedelta = timedelta()) -> sa.ColumnElement[int]:
    """Return the `Week.ordinal` of a moment, a while after which it is; see `Week.ordinal`."""
    since_s = int((timedelta(days=3) - after).total_seconds())  # 1970 began on a Thursday
    seconds = f"CAST(strftime('%s', {moment}) AS INTEGER)"
    if dialect == "postgresql":
        seconds = f"CAST(floor(extract(epoch FROM {moment})) AS BIGINT)"
    since_1970 = sa.literal_column(seconds, sa.BigInteger)
    return (since_1970 + sa.bindparam("ahead_s", type_=sa.BigInteger) + since_s) // WEEK_S
