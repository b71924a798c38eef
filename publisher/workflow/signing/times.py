"""Masa netralitas: the days before an election, with the words and the checklist of a region.

Words and checklist are kept whether a time is set or not, so that they can be made ready in calm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_, Outdated
from publisher.models import audit
from publisher.models.neutrality import Neutrality
from publisher.models.people import Role, User
from publisher.models.places import Office, Region, lock_region
from publisher.typed import Fault, refuse
from publisher.workflow.composing.neutral import folded
from publisher.workflow.signing import holding
from publisher.workflow.signing.rules import CHANGED, refresh_waiting, stamp

LONGEST = timedelta(days=366)
WORDS, WORD_CHARS = 300, 80
ITEMS, ITEM_CHARS = 20, 200
#: So long before it begins people are told that it will.
ANNOUNCED = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class TimeData:
    """What a region asks for.

    :param first, last: days of the region, both or neither
    """

    first: date | None
    last: date | None
    words: tuple[str, ...]
    checklist: tuple[str, ...]


def time_of(region: Region) -> Neutrality | None:
    return db.session.get(Neutrality, region.id)


def concerning(region_id: int, *, at: datetime) -> Neutrality | None:
    """Return the time a region is in, or will be in soon."""
    row = db.session.get(Neutrality, region_id)
    if row is None or row.starts_at is None or row.ends_at is None:
        return None
    return row if row.starts_at - ANNOUNCED <= at < row.ends_at else None


def reviewers_of(region: Region) -> int:
    """Return how many could approve: with one alone nothing could go out in such a time."""
    query = sa.select(sa.func.count()).where(
        User.region_id == region.id, User.role == Role.REVIEWER, User.ended_at.is_(None)
    )
    return db.session.scalar(query) or 0


def set_time(region: Region, data: TimeData, *, seen: str, actor: User, at: datetime) -> int:
    """Set days, words and checklist; return how many approved posts are held because of it.

    :param seen: `stamp` of what was on the page
    :raises Outdated: if somebody changed it meanwhile
    :raises Unacceptable: with what is wrong, by field
    """
    lock_region(region.id)
    row = db.session.get(Neutrality, region.id, populate_existing=True)
    if seen != stamp(row):
        raise Outdated(CHANGED)
    words, checklist = _once(data.words), tuple(dict.fromkeys(data.checklist))
    refuse(_faults(region, data, words, checklist, at))
    if row is None:
        row = Neutrality(region_id=region.id)
        db.session.add(row)
    row.starts_at = _midnight(data.first, region) if data.first else None
    row.ends_at = _midnight(data.last + timedelta(days=1), region) if data.last else None
    row.words, row.checklist = list(words), list(checklist)
    row.set_by, row.set_at = actor, at
    db.session.flush()
    with audit.together():  # at the end: what waits for a post must not hold the audit chain
        audit.record(
            "region.neutrality", f"region:{region.id}", at=at, actor_id=actor.id,
            region_id=region.id, first=_plain(data.first), last=_plain(data.last),
            words=list(words), checklist=list(checklist),
        )  # fmt: skip
        held = holding.hold_all(at=at)
        refresh_waiting(Office.region_id == region.id, at=at)
    return held


def days_of(row: Neutrality | None, region: Region) -> tuple[date | None, date | None]:
    """Return the first and the last day of the time that is set, as its people count them."""
    if row is None or row.starts_at is None or row.ends_at is None:
        return None, None
    first = clock.in_zone(row.starts_at, region.zone).date()
    return first, clock.in_zone(row.ends_at, region.zone).date() - timedelta(days=1)


def _midnight(day: date, region: Region) -> datetime:
    return clock.from_local(datetime.combine(day, time()), region.zone)


def _plain(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _once(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words in their order; those that are compared alike count once."""
    known: dict[str, str] = {}
    for word in words:
        known.setdefault(" ".join(folded(word).split()), word)
    known.pop("", None)
    return tuple(known.values())


def _faults(
    region: Region, data: TimeData, words: tuple[str, ...], checklist: tuple[str, ...], at: datetime
) -> dict[str, Fault]:
    found = {
        **_day_faults(data, clock.in_zone(at, region.zone).date()),
        "words": _list_fault(words, WORDS, WORD_CHARS),
        "checklist": _list_fault(checklist, ITEMS, ITEM_CHARS),
    }
    return {name: fault for name, fault in found.items() if fault}


def _day_faults(data: TimeData, today: date) -> dict[str, Fault | None]:
    first, last = data.first, data.last
    if first is None and last is None:
        return {}
    if first is None:
        return {"first": Fault(N_("Isi hari pertama, atau kosongkan keduanya."))}
    if last is None:
        return {"last": Fault(N_("Isi hari terakhir, atau kosongkan keduanya."))}
    if last < first:
        return {"last": Fault(N_("Hari terakhir mendahului hari pertama."))}
    if last < today:
        return {"last": Fault(N_("Hari itu sudah lewat."))}
    if last - first > LONGEST:
        return {"last": Fault(N_("Lebih dari setahun. Periksa tanggalnya."))}
    return {}


def _list_fault(lines: tuple[str, ...], most: int, chars: int) -> Fault | None:
    if len(lines) > most:
        return Fault(N_("Paling banyak %(most)s baris."), {"most": most})
    if any(len(line) > chars for line in lines):
        return Fault(N_("Satu baris paling banyak %(chars)s karakter."), {"chars": chars})
    return None
