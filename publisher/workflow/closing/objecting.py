"""Objections (sanggahan): what an office says against its number, and what it is answered."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.clock import Week
from publisher.db import db
from publisher.errors import N_, InvalidTransition
from publisher.models.audit import record
from publisher.models.notices import NoticeKind
from publisher.models.people import User
from publisher.models.places import Office, Region, lock_region
from publisher.models.weeks import Objection, ObjectionStatus
from publisher.typed import Fault, refuse, text_fault
from publisher.workflow.closing.common import TEXT_CHARS, settle, tell
from publisher.workflow.closing.timetable import objects_until

LINK_CHARS = 500
#: So many decided ones a reviewer's list shows.
SHOWN = 50
FILED = N_("Sanggahan: %(text)s")
_ANSWERS = {
    ObjectionStatus.ACCEPTED: N_("Sanggahan diterima. %(answer)s"),
    ObjectionStatus.DECLINED: N_("Sanggahan tidak diterima: %(answer)s"),
    ObjectionStatus.LAPSED: N_("Minggu ditutup sebelum sanggahan dijawab: %(answer)s"),
}


def may_object(office: Office, week: Week, *, at: datetime) -> Fault | None:
    """Return why an office cannot object to its number of a week now; None: it can."""
    region = office.region
    if region.has_closed(week):
        return Fault(N_("Minggu ini sudah ditutup; sanggahan tidak lagi diterima."))
    if at < week.starts(region.zone):
        return Fault(N_("Minggu ini belum mulai."))
    if at >= objects_until(region, week):
        return Fault(N_("Batas waktu sanggahan untuk minggu ini sudah lewat."))
    if any(one.status is ObjectionStatus.OPEN for one in objections_of(office, week)):
        return Fault(N_("Sanggahan Anda sudah diajukan dan menunggu jawaban."))
    return None


def file(
    office: Office, week: Week, *, text: str, link: str = "", actor: User, at: datetime
) -> Objection:
    """Object to an office's number of a week; reviewers are told.

    :param link: to what shows it; may be left out
    :raises Unacceptable: if it is too late, or something typed cannot be
    """
    region = lock_region(office.region_id)
    refuse(
        {
            "": may_object(office, week, at=at),
            "text": _text_fault(text),
            "link": _link_fault(link),
        }
    )
    row = Objection(
        office=office, monday=week.monday, text=text, link=link, filed_by=actor, filed_at=at,
        deadline=objects_until(region, week),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    tell(
        NoticeKind.OBJECTION_FILED, _key(row, "filed"), at=at, week=week, region_id=region.id,
        office_id=office.id, reason=FILED, details={"text": text},
    )  # fmt: skip
    _note("objection.file", row, actor=actor, at=at, text=text)
    return row


def accept(objection: Objection, *, answer: str, actor: User, at: datetime) -> None:
    """The office is right.

    :param answer: what changes
    :raises Unacceptable: without an answer
    :raises InvalidTransition: if it was answered meanwhile
    """
    _answer(objection, ObjectionStatus.ACCEPTED, answer=answer, actor=actor, at=at)


def decline(objection: Objection, *, answer: str, actor: User, at: datetime) -> None:
    """The number stands.

    :param answer: why
    :raises Unacceptable, InvalidTransition: as `accept`
    """
    _answer(objection, ObjectionStatus.DECLINED, answer=answer, actor=actor, at=at)


def lapse(objection: Objection, *, because: str, actor: User, at: datetime) -> None:
    """The week is closed over it; the office is told why."""
    _answer(objection, ObjectionStatus.LAPSED, answer=because, actor=actor, at=at)


def objections_of(office: Office, week: Week) -> list[Objection]:
    """Return all that an office objected to in a week, the newest first."""
    query = (
        sa.select(Objection)
        .where(Objection.office_id == office.id, Objection.monday == week.monday)
        .options(joinedload(Objection.filed_by), joinedload(Objection.answered_by))
        .order_by(Objection.id.desc())
    )
    return list(db.session.scalars(query))


def filed(region: Region, *, waiting: bool) -> list[Objection]:
    """Return the objections of a region: those that wait, the oldest first; or what was answered,
    the newest first, at most 50."""
    is_open = Objection.status == ObjectionStatus.OPEN
    query = (
        sa.select(Objection)
        .join(Objection.office)
        .where(Office.region_id == region.id, is_open if waiting else ~is_open)
        .options(
            joinedload(Objection.office),
            joinedload(Objection.filed_by),
            joinedload(Objection.answered_by),
        )
        .order_by(Objection.id if waiting else Objection.id.desc())
    )
    return list(db.session.scalars(query if waiting else query.limit(SHOWN)))


def get_objection(region: Region, objection_id: int) -> Objection | None:
    """Return an objection; one of another region is None."""
    row = db.session.get(Objection, objection_id)
    return row if row is not None and row.office.region_id == region.id else None


def _answer(
    objection: Objection, status: ObjectionStatus, *, answer: str, actor: User, at: datetime
) -> None:
    lock_region(objection.office.region_id)
    db.session.refresh(objection)
    if objection.status is not ObjectionStatus.OPEN:
        raise InvalidTransition("answer", objection.status)
    refuse({"answer": _text_fault(answer)})
    objection.status, objection.answer = status, answer
    objection.answered_by, objection.answered_at = actor, at
    settle(_key(objection, "filed"), at=at)
    tell(
        NoticeKind.OBJECTION_ANSWERED, _key(objection, "answered"), at=at, week=objection.week,
        office_id=objection.office_id, region_id=objection.office.region_id,
        reason=_ANSWERS[status], details={"answer": answer},
    )  # fmt: skip
    _note(f"objection.{status.value}", objection, actor=actor, at=at, answer=answer)


def _note(action: str, row: Objection, *, actor: User, at: datetime, **details: str) -> None:
    record(action, f"objection:{row.id}", at=at, actor_id=actor.id,
           region_id=row.office.region_id, office=row.office_id, week=str(row.week),
           **details)  # fmt: skip


def _key(objection: Objection, what: str) -> str:
    return f"objection:{objection.id}:{what}"


def _text_fault(text: str) -> Fault | None:
    return text_fault(text, TEXT_CHARS)


def _link_fault(link: str) -> Fault | None:
    if link and not link.startswith("https://"):
        return Fault(N_("Tautan harus diawali https://."))
    return text_fault(link, LINK_CHARS, required=False)
