"""Weeks in which an office owes nothing, by decision (dispensasi): granted, and taken back.

A letter often comes after its week was closed. The week stays what it was; it is named as one to
be corrected until it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.clock import Week
from publisher.db import db
from publisher.errors import N_
from publisher.models.people import User
from publisher.models.places import Office, Region
from publisher.models.quotas import Dispensation
from publisher.models.weeks import ClosedWeek
from publisher.typed import Fault, refuse, text_fault
from publisher.workflow.registering.common import (
    NAME_CHARS,
    NOTE_CHARS,
    NotYours,
    lock,
    note,
)

LINK_CHARS = 500
#: A longer one is no exemption any more but another target.
MOST_WEEKS = 26


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What is decided.

    :param document: who decided, and the number of the letter
    :param link: where the letter can be read; may be left out
    """

    first: Week
    last: Week
    reason: str
    document: str
    link: str = ""


def grant(office: Office, data: Grant, *, actor: User, at: datetime) -> Dispensation:
    """Exempt an office for some weeks; those that are closed, once they are corrected.

    :raises Unacceptable: naming what is missing, or why these weeks cannot be
    """
    lock(office.region_id, actor)
    refuse(
        {
            "last": _span_fault(data),
            "reason": text_fault(data.reason, NOTE_CHARS),
            "document": text_fault(data.document, NAME_CHARS),
            "link": _link_fault(data.link),
        }
    )
    row = Dispensation(
        office=office, valid_from=data.first.monday, valid_to=data.last.sunday,
        reason=data.reason, document=data.document, link=data.link, granted_by=actor,
        granted_at=at,
    )  # fmt: skip
    db.session.add(row)
    note("dispensation.grant", row, office.region_id, actor=actor, at=at, office=office.id,
         first=str(data.first), last=str(data.last), reason=data.reason,
         document=data.document)  # fmt: skip
    return row


def revoke_dispensation(row: Dispensation, *, because: str, actor: User, at: datetime) -> None:
    """Take a dispensation back, as if it had never been.

    :raises Unacceptable: without a reason, if a closed week rests on it, or if it is gone
    """
    region = row.office.region
    lock(region.id, actor)
    gone = Fault(N_("Dispensasi ini sudah dicabut.")) if row.revoked_at else None
    refuse(
        {
            "": gone or _rests_on(region, row),
            "because": text_fault(because, NOTE_CHARS),
        }
    )
    row.revoked_by, row.revoked_at, row.revoked_because = actor, at, because
    note("dispensation.revoke", row, region.id, actor=actor, at=at, because=because)


def dispensations(region: Region) -> list[Dispensation]:
    """Return the dispensations of a region, those that end last first; at most 200."""
    query = (
        sa.select(Dispensation)
        .join(Office, Office.id == Dispensation.office_id)
        .where(Office.region_id == region.id)
        .options(
            joinedload(Dispensation.office),
            joinedload(Dispensation.granted_by),
            joinedload(Dispensation.revoked_by),
            joinedload(Dispensation.file),
        )
        .order_by(Dispensation.valid_to.desc(), Dispensation.id.desc())
    )
    return list(db.session.scalars(query.limit(200)))


def to_correct(region: Region, rows: Collection[Dispensation]) -> dict[int, list[Week]]:
    """Return, of each dispensation, the closed weeks that were frozen before it was granted. One
    query."""
    closed = _closed(region, rows)
    return {
        row.id: [
            Week.of_day(monday)
            for monday, at in closed.items()
            if row.revoked_at is None
            and row.valid_from <= monday <= row.valid_to
            and at < row.granted_at
        ]
        for row in rows
    }


def _closed(region: Region, rows: Collection[Dispensation]) -> dict[date, datetime]:
    """Return when the newest version of each closed week was frozen, the oldest week first."""
    if not rows:
        return {}
    span = min(row.valid_from for row in rows), max(row.valid_to for row in rows)
    query = (
        sa.select(ClosedWeek.monday, sa.func.max(ClosedWeek.closed_at))
        .where(ClosedWeek.region_id == region.id, ClosedWeek.monday.between(*span))
        .group_by(ClosedWeek.monday)
        .order_by(ClosedWeek.monday)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _rests_on(region: Region, row: Dispensation) -> Fault | None:
    """Return why it cannot be taken back: a week was closed with it."""
    if any(at >= row.granted_at for at in _closed(region, [row]).values()):
        return Fault(N_("Sebuah minggu sudah ditutup dengan dispensasi ini. Angkanya tetap."))
    return None


def get_dispensation(region: Region, row_id: int) -> Dispensation:
    """:raises NotYours: if there is none, or it is another region's"""
    row = db.session.get(Dispensation, row_id)
    if row is None or row.office.region_id != region.id:
        raise NotYours
    return row


def _span_fault(data: Grant) -> Fault | None:
    if data.last < data.first:
        return Fault(N_("Minggu terakhir mendahului minggu pertama."))
    if data.last > data.first.shifted(MOST_WEEKS - 1):
        return Fault(N_("Paling lama %(weeks)s minggu."), {"weeks": MOST_WEEKS})
    return None


def _link_fault(link: str) -> Fault | None:
    if link and not link.startswith("https://"):
        return Fault(N_("Tautan harus diawali https://."))
    return text_fault(link, LINK_CHARS, required=False)
