"""How many contents went out, by office and week, from two covering indexes alone.

Nothing is decided here. Which kinds and channels count is asked of `judging` first; whatever
makes a content special (planned more than once, the words of another, taken down) is marked
`apart` and not counted here but judged one by one.

The database counts the contents of every kind in each week in which something of them went out,
and hands over which offices have the same amount, thousands in a string: as rows they would take
longer than the counting. Then those that were out in an earlier week already are counted by
themselves, and taken off. They are few: contents that were planned once are due on all channels
at the same time, so something of them is out in another week than it was due in, for which there
is an index.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import repeat
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, moved
from publisher.models.posts import PostKind
from publisher.workflow.reporting.rows import Scope, Whose, ask, of_office

Cell = tuple[int, int]  # office id, `Week.ordinal`
Channels = frozenset[str] | None
_DELIVERY, _ACCOUNT = Delivery.metadata.tables["delivery"], Account.metadata.tables["account"]
#: How many contents of which kinds: "kegiatan2,ucapan1,-kegiatan1".
_Amounts = str
_AMOUNT = re.compile(r"(-?)([a-z_]+)(\d+)")


@dataclass(frozen=True)
class Sieve:
    """What counts of contents with nothing special about them.

    :param channels: None: on every channel
    """

    kinds: frozenset[PostKind]
    channels: Channels = None


class Count(NamedTuple):
    """The contents of an office that first went out in a week.

    :ivar kinds: how many of each kind
    :ivar passed: how many pass each sieve
    """

    published: int
    greetings: int
    kinds: tuple[tuple[str, int], ...]
    passed: tuple[int, ...]


#: By `Week.ordinal` and office id.
Counts = dict[int, dict[int, Count]]


def counts(scope: Scope, weeks: Sequence[Week], sieves: Sequence[Sieve]) -> Counts:
    """Count the contents that are not `apart`, in one query.

    :param weeks: in a row, oldest first
    """
    channels = tuple(dict.fromkeys([None, *(sieve.channels for sieve in sieves)]))
    in_all, *others = _amounts(scope, weeks, channels)
    places = [channels.index(sieve.channels) for sieve in sieves]

    @cache
    def count(*amounts: _Amounts) -> Count:
        found = [_by_kind(each) for each in amounts]
        passed = [
            sum(found[place][kind] for kind in sieve.kinds)
            for place, sieve in zip(places, sieves, strict=True)
        ]
        every = found[0]
        return Count(
            published=every.total(),
            greetings=every[PostKind.UCAPAN],
            kinds=tuple(every.items()),
            passed=tuple(passed),
        )

    def of_week(ordinal: int, offices: dict[int, _Amounts]) -> dict[int, Count]:
        there = [map(other[ordinal].get, offices, repeat("")) for other in others]
        return dict(zip(offices, map(count, offices.values(), *there), strict=True))

    return {ordinal: of_week(ordinal, offices) for ordinal, offices in in_all.items()}


def _amounts(
    scope: Scope, weeks: Sequence[Week], channels: tuple[Channels, ...]
) -> list[defaultdict[int, dict[int, _Amounts]]]:
    """Return what each office has in each week: in all, and on the channels of each set."""
    found: list[defaultdict[int, dict[int, _Amounts]]]
    found = [defaultdict(dict) for _ in channels]
    dialect = db.session.get_bind().dialect.name
    query = _question(scope.whose, channels, len(weeks) == 1, dialect)
    for place, ordinal, amount, offices in ask(query, scope.given | weeks_given(weeks)):
        there = found[place][weeks[0].ordinal if ordinal is None else ordinal]
        these = dict.fromkeys(map(int, offices.split(",")), amount)
        for office in there.keys() & these.keys():
            these[office] = f"{there[office]},{amount}"
        there |= these
    return found


def _by_kind(amounts: _Amounts) -> Counter[str]:
    found: Counter[str] = Counter()
    for sign, kind, number in _AMOUNT.findall(amounts):
        found[kind] += int(sign + number)
    return found


# -- the question ------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _question(
    whose: Whose, channels: tuple[Channels, ...], one_week: bool, dialect: str
) -> sa.CompoundSelect[Any] | sa.Select[Any]:
    """Return what the database is asked: to put it together takes longer than most answers."""
    parts: list[sa.Select[Any]] = []
    odd = _moved(whose, one_week, dialect)
    told = partial(_told, one_week=one_week, dialect=dialect)
    for place, some in enumerate(channels):
        out = [really_out("delivery"), ~_DELIVERY.c.apart, *_on(some)]
        every = [*in_weeks(one_week), whose(_DELIVERY.c.office_id), *out]
        again = [*_was_out_before(odd, one_week), *out]
        parts += [told(every, place=place), told(again, place=place, sign="-")]
    return sa.union_all(*parts)


def in_weeks(one_week: bool) -> Iterator[sa.ColumnElement[bool]]:
    """Return the conditions that a delivery went out in the weeks of `weeks_given`."""
    week = _DELIVERY.c.week
    if one_week:
        yield week == sa.bindparam("first")
    else:
        yield from (week >= sa.bindparam("first"), week <= sa.bindparam("last"))
        yield sa.literal_column("delivery.week >= 0")  # finds the index of several weeks


def weeks_given(weeks: Sequence[Week]) -> dict[str, Any]:
    return {"first": weeks[0].ordinal, "last": weeks[-1].ordinal}


def _on(channels: Channels) -> Iterator[sa.ColumnElement[bool]]:
    if channels is not None:
        there = sa.select(_ACCOUNT.c.id).where(_ACCOUNT.c.platform.in_(sorted(channels)))
        yield _DELIVERY.c.account_id.in_(there)


def _told(
    which: Sequence[sa.ColumnElement[bool]], *, place: int, one_week: bool, dialect: str,
    sign: str = "",
) -> sa.Select[Any]:  # fmt: skip
    """Return which offices have so many contents of a kind in a week, in a row for each amount.

    Contents are counted in the order of the index, so that nothing is sorted but the amounts. The
    week is told where there are several; and a number is made a word only for the database that
    insists on it.
    """
    row = _DELIVERY.c
    cell = [row.office_id, row.kind] if one_week else [row.week, row.office_id, row.kind]
    number = sa.func.count(sa.distinct(row.post_id)).label("number")
    found = sa.select(*cell, number).where(*which).group_by(*cell).subquery().c

    def word(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
        return sa.type_coerce(column, sa.Text) if dialect == "sqlite" else sa.cast(column, sa.Text)

    kind = sa.type_coerce(found.kind, sa.Text)
    amount = (sa.literal_column(f"'{sign}'", sa.Text) + kind if sign else kind) + word(found.number)
    week = [] if one_week else [found.week]
    return sa.select(
        sa.literal(place),
        week[0] if week else sa.null(),
        amount,
        sa.func.aggregate_strings(word(found.office_id), ","),
    ).group_by(*week, found.kind, found.number)


def really_out(name: str) -> sa.ColumnElement[bool]:
    """Return what makes a delivery a real publication: out, with a proof, on an official account.

    :param name: of the delivery in the query; the words are those of the partial indexes
    """
    unofficial = "(SELECT account.id FROM account WHERE account.standing <> 'utama')"
    return sa.and_(
        sa.literal_column(f"{name}.week IS NOT NULL"),  # it is out, and proved
        sa.literal_column(f"{name}.account_id NOT IN {unofficial}"),
    )


def _moved(whose: Whose, one_week: bool, dialect: str) -> sa.CTE:
    """Return the contents of which something went out in another week than it was due in.

    Either late, in these weeks; or early, and never more than a week: clocks differ a little, and
    a proof may say so. Worked out by itself: databases would rather go through the whole weeks.
    """
    row = _DELIVERY.alias("moved")
    last: sa.BindParameter[int] = sa.bindparam("first" if one_week else "last")
    # The sign keeps SQLite from looking at each office of a region.
    office = row.c.office_id if whose is of_office else sa.literal_column("+moved.office_id")
    query = sa.select(row.c.post_id).where(
        sa.literal_column(moved(dialect, "moved")), whose(office),
        row.c.week >= sa.bindparam("first") - 1, row.c.week <= last,
    )  # fmt: skip
    if whose is of_office:
        query = query.where(sa.literal_column("moved.week >= 0"))
    return query.distinct().cte("odd").prefix_with("MATERIALIZED")


def _was_out_before(odd: sa.CTE, one_week: bool) -> Iterator[sa.ColumnElement[bool]]:
    """Return the conditions that a content was out in an earlier week already."""
    earlier = _DELIVERY.alias("earlier")
    yield _DELIVERY.c.post_id == odd.c.post_id
    yield sa.literal_column("delivery.status <> 'cancelled'")  # finds the index by content
    # The sign keeps SQLite from the index by week.
    week = sa.literal_column("+delivery.week", sa.Integer)
    yield week >= sa.bindparam("first")
    yield week <= sa.bindparam("first" if one_week else "last")
    yield (
        sa.select(earlier.c.id)
        .where(earlier.c.post_id == _DELIVERY.c.post_id, earlier.c.week < _DELIVERY.c.week)
        .where(sa.literal_column("earlier.status <> 'cancelled'"), really_out("earlier"))
        .exists()
    )
