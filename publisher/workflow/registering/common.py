"""What every part of the registry shares: own region, audit, pages of a list.

Two people may change the same region at once, and some rules look at many rows (an abbreviation
is unique however it is written, a region keeps a reviewer). Each such change therefore first
locks the row of its region; SQLite has one writer anyway. What is unique among all regions is
looked up when every region's turn is waited for, so that it is refused in words.
"""

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from math import ceil
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from publisher import clock
from publisher.clock import Week
from publisher.db import Turn, db, wait_turn
from publisher.errors import N_, PublisherError
from publisher.models.audit import record
from publisher.models.people import User
from publisher.models.places import Region, lock_region
from publisher.typed import Fault

T = TypeVar("T")

PAGE_ROWS = 25
NAME_CHARS = 200
NOTE_CHARS = 500
#: What the worker or a sign-in changes while a person edits the rest.
UNSTAMPED = frozenset(
    {
        "password_hash", "next_allowed_at", "paused_until", "paused_reason", "status",
        "credentials", "scopes", "token_ends_at", "renew_at", "renewing_since", "renewed_at",
        "read_at", "last_post_at",
    }
)  # fmt: skip


class NotYours(PublisherError):
    """The row belongs to another region. Pages answer 404 long before this."""

    status = 404
    message = N_("Data ini tidak ditemukan di daerah Anda.")


class Changed(PublisherError):
    message = N_(
        "Data ini telah diubah orang lain setelah halaman Anda dibuka. Perubahan Anda belum "
        "disimpan; periksa data terbaru, lalu ubah kembali."
    )


def today(region: Region, at: datetime) -> date:
    """Return the day on which it is `at` for the people of the region."""
    return clock.in_zone(at, region.zone).date()


def first_open_week(region: Region) -> Week:
    """Return the first week that is not closed: what is asked of an earlier one never changes."""
    return Week.of_day((region.closed_through or date(2000, 1, 2)) + timedelta(days=1))


def closed_fault(region: Region, day: date) -> Fault | None:
    """Return why nothing may change on a day; None: its week is open."""
    if Week.of_day(day) >= first_open_week(region):
        return None
    return Fault(N_("Minggu itu sudah ditutup. Angkanya tidak berubah lagi."))


def lock(region_id: int, actor: User | None) -> None:
    """Let nobody else change the registry of this region until the transaction ends.

    :raises NotYours: if `actor` (None: the command line) belongs to another region
    """
    if actor is not None and actor.region_id != region_id:
        raise NotYours
    lock_region(region_id)


def lock_names() -> None:
    """Let no other region give an account its name or a person their address until the
    transaction ends: there is one of each, whatever region it is in. To be called after `lock`.
    """
    wait_turn(Turn.NAMES)


def apply(row: Any, data: Any) -> dict[str, list[Any]]:
    """Put the fields of the dataclass `data` into `row`; return what changed, [before, after]."""
    changed = {}
    for name in (entry.name for entry in dataclasses.fields(data)):
        before, after = getattr(row, name), getattr(data, name)
        if before != after:
            setattr(row, name, after)
            changed[name] = [_plain(before), _plain(after)]
    return changed


def stamp(row: Any) -> str:
    """Return the editable state of a row in one word, for a form to bring back."""
    columns = (c.key for c in sa.inspect(type(row)).column_attrs if c.key not in UNSTAMPED)
    state = "\x1f".join(f"{name}={getattr(row, name)}" for name in sorted(columns))
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def check_stamp(row: Any, seen: str) -> None:
    """:raises Changed: if the row is no longer what the page showed"""
    if seen != stamp(row):
        raise Changed


def note(
    action: str, row: Any, region_id: int, *, actor: User | None, at: datetime, **more: Any
) -> None:
    """Write a change of the registry into the audit trail, in the same transaction."""
    db.session.flush()
    record(
        action,
        f"{row.__tablename__}:{row.id}",
        at=at,
        actor_id=actor.id if actor else None,
        region_id=region_id,
        **more,
    )


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """A part of a long list."""

    rows: list[T]
    number: int  # from 1
    pages: int
    total: int


def page_of(query: sa.Select[Any], number: int, rows: int = PAGE_ROWS) -> Page[Any]:
    """Run a query for one page of it. A number beyond the end gives the last page."""
    total = db.session.scalar(
        sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    )
    pages = max(1, ceil((total or 0) / rows))
    number = min(max(number, 1), pages)
    found = db.session.scalars(query.limit(rows).offset((number - 1) * rows)).all()
    return Page(rows=list(found), number=number, pages=pages, total=total or 0)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int) else str(value)
