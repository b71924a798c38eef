"""Themes of a region that come back every week or every year, such as Kamis Jawa and Hari Jadi."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_
from publisher.models.people import User
from publisher.models.places import Region
from publisher.models.themes import ThemeDay
from publisher.typed import Fault, refuse, text_fault
from publisher.workflow.registering.common import (
    NAME_CHARS,
    NotYours,
    apply,
    check_stamp,
    lock,
    note,
)

#: More would hide what they are beside.
MOST = 40
THEME_CHARS = 60
_LEAP_YEAR = 2028


@dataclass(frozen=True, kw_only=True)
class ThemeData:
    """What people say of a theme: a weekday (1 is Monday), or a month and its day."""

    name: str
    advice: str = ""
    weekday: int | None = None
    month: int | None = None
    day: int | None = None


def themes(region: Region) -> list[ThemeDay]:
    """Return the themes in force: those of the week by day, then those of the year by date."""
    query = (
        _in_force(region)
        .options(joinedload(ThemeDay.set_by))
        .order_by(
            ThemeDay.weekday.is_(None),
            ThemeDay.weekday, ThemeDay.month, ThemeDay.day, ThemeDay.name, ThemeDay.id,
        )
    )  # fmt: skip
    return list(db.session.scalars(query))


def add_theme(region: Region, data: ThemeData, *, actor: User, at: datetime) -> ThemeDay:
    """:raises Unacceptable: naming what is missing or makes no sense"""
    lock(region.id, actor)
    refuse({**_faults(region, data), "": _too_many(region)})
    row = ThemeDay(region=region, set_by=actor, set_at=at, **data.__dict__)
    db.session.add(row)
    note("theme.add", row, region.id, actor=actor, at=at, **data.__dict__)
    return row


def edit_theme(row: ThemeDay, data: ThemeData, *, seen: str, actor: User, at: datetime) -> None:
    """Say otherwise when a theme is, or what.

    :param seen: `common.stamp` of the theme when the form was opened
    :raises Changed: if somebody else changed or removed it since
    :raises Unacceptable: naming what is missing or makes no sense
    """
    lock(row.region_id, actor)
    db.session.refresh(row)
    check_stamp(row, seen)
    refuse({**_faults(row.region, data, besides=row.id), "": _gone(row)})
    if changed := apply(row, data):
        row.set_by, row.set_at = actor, at
        note("theme.edit", row, row.region_id, actor=actor, at=at, changed=changed)


def end_theme(row: ThemeDay, *, actor: User, at: datetime) -> None:
    """:raises Unacceptable: if it was removed before"""
    lock(row.region_id, actor)
    db.session.refresh(row)
    refuse({"": _gone(row)})
    row.ended_by, row.ended_at = actor, at
    note("theme.end", row, row.region_id, actor=actor, at=at, name=row.name)


def get_theme(region: Region, row_id: int) -> ThemeDay:
    """:raises NotYours: if there is none, or it is another region's"""
    row = db.session.get(ThemeDay, row_id)
    if row is None or row.region_id != region.id:
        raise NotYours
    return row


def _in_force(region: Region) -> sa.Select[ThemeDay]:
    return sa.select(ThemeDay).where(ThemeDay.region_id == region.id, ThemeDay.ended_at.is_(None))


def _faults(
    region: Region, data: ThemeData, *, besides: int | None = None
) -> dict[str, Fault | None]:
    faults = {
        "name": text_fault(data.name, THEME_CHARS),
        "advice": text_fault(data.advice, NAME_CHARS, required=False),
        **_when(data),
    }
    return faults if any(faults.values()) else {"name": _twice(region, data, besides)}


def _when(data: ThemeData) -> dict[str, Fault | None]:
    if data.weekday is not None:
        return {"weekday": None if 1 <= data.weekday <= 7 else Fault(N_("Pilih harinya."))}
    if data.month is None:
        return {"weekday": Fault(N_("Pilih harinya."))}
    try:
        date(_LEAP_YEAR, data.month, data.day or 0)
    except (ValueError, OverflowError):
        return {"day": Fault(N_("Tanggal itu tidak ada di bulan tersebut."))}
    return {}


def _twice(region: Region, data: ThemeData, besides: int | None) -> Fault | None:
    same = _in_force(region).where(
        sa.func.lower(ThemeDay.name) == data.name.lower(),
        ThemeDay.weekday.is_not_distinct_from(data.weekday),
        ThemeDay.month.is_not_distinct_from(data.month),
        ThemeDay.day.is_not_distinct_from(data.day),
        ThemeDay.id != (besides or 0),
    )
    if db.session.scalar(same) is None:
        return None
    return Fault(N_("Tema ini sudah ada pada hari itu."))


def _too_many(region: Region) -> Fault | None:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(_in_force(region).subquery()))
    if (count or 0) < MOST:
        return None
    return Fault(N_("Sudah ada %(most)s tema. Hapus dulu yang tidak dipakai lagi."), {"most": MOST})


def _gone(row: ThemeDay) -> Fault | None:
    return Fault(N_("Tema ini sudah dihapus.")) if row.ended_at else None
