"""Offices of a region: they begin, change their names, merge and end, and never disappear."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Account, AccountStatus
from publisher.models.people import User
from publisher.models.places import Office, OfficeKind, Region
from publisher.models.posts import Post, PostStatus
from publisher.models.quotas import QuotaRule
from publisher.typed import Fault, Faults, refuse, text_fault
from publisher.workflow.registering import quotas
from publisher.workflow.registering.common import (
    NAME_CHARS,
    Page,
    apply,
    check_stamp,
    lock,
    note,
    page_of,
    today,
)

ABBREVIATION_CHARS = 40
OPEN_POSTS = (PostStatus.DRAFT, PostStatus.IN_REVIEW, PostStatus.CHANGES_REQUESTED)
#: By Kemendagri: province, kabupaten, kecamatan, and the kelurahan or desa in it.
_CODES = {
    OfficeKind.KECAMATAN: re.compile(r"\d{2}\.\d{2}\.\d{2}"),
    OfficeKind.KELURAHAN: re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}"),
    OfficeKind.DESA: re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}"),
}
_NO_CODE = re.compile("")
_CODE_TAKEN = N_("Kode wilayah %(code)s sudah dipakai oleh %(office)s.")
_ELSEWHERE = N_("Kode wilayah harus diawali kode daerah ini, %(code)s.")
_TAKEN = N_("Singkatan %(abbreviation)s sudah dipakai oleh %(office)s.")
_ENDS_EARLY = N_("Hari terakhir mendahului hari mulai berlaku.")


@dataclass(frozen=True, kw_only=True)
class OfficeData:
    """What a person may say about an office. Texts are tidy (`common.tidy`)."""

    name: str
    abbreviation: str
    kind: OfficeKind
    code: str = ""  # of a kecamatan, kelurahan or desa
    valid_from: date | None = None
    valid_to: date | None = None  # the last day


@dataclass(frozen=True, kw_only=True)
class OfficeRow:
    """A line of the list of offices."""

    office: Office
    accounts: int  # in use, of any standing
    accounts_ready: int  # connected and publishing
    people: int
    minimum: int | None  # this week's target; None: no rule


@dataclass(frozen=True, kw_only=True)
class OfficeOverview:
    """What the page of one office shows beside its own data."""

    accounts: list[Account]
    people: list[User]
    open_posts: int
    rule: QuotaRule | None


def faults_of(data: OfficeData, region: Region | None) -> Faults:
    """Return what is wrong with the data by itself, whatever other offices there are.

    :param region: None where it is not known either
    """
    ends_early = data.valid_from and data.valid_to and data.valid_to < data.valid_from
    found = {
        "name": text_fault(data.name, NAME_CHARS),
        "abbreviation": text_fault(data.abbreviation, ABBREVIATION_CHARS),
        "code": _code_fault(data, region),
        "valid_to": Fault(_ENDS_EARLY) if ends_early else None,
    }
    return {name: fault for name, fault in found.items() if fault}


def _code_fault(data: OfficeData, region: Region | None) -> Fault | None:
    if data.code and region is not None and not data.code.startswith(f"{region.code}."):
        return Fault(_ELSEWHERE, {"code": region.code})
    if data.code and not _CODES.get(data.kind, _NO_CODE).fullmatch(data.code):
        return Fault(
            N_(
                "Kode wilayah ditulis seperti 33.16.09 untuk kecamatan dan 33.16.09.2001 untuk "
                "kelurahan dan desa; perangkat daerah lain tanpa kode."
            )
        )
    return None


def office_ids_in(area: Office) -> frozenset[int]:
    """Return the ids of a kecamatan and of all kelurahan and desa in it, past ones too."""
    return frozenset(db.session.scalars(sa.select(Office.id).where(Office.in_area(area))))


def overlap(a: tuple[date | None, date | None], b: tuple[date | None, date | None]) -> bool:
    """Return whether two spans of days share a day; None is open."""
    return (a[0] or date.min) <= (b[1] or date.max) and (b[0] or date.min) <= (a[1] or date.max)


def add_office(region: Region, data: OfficeData, *, actor: User | None, at: datetime) -> Office:
    """Register an office.

    :raises Unacceptable: if a field is wrong or the abbreviation is in use at the same time
    """
    lock(region.id, actor)
    refuse({**faults_of(data, region), **_taken(region.id, data, besides=None)})
    office = Office(region=region)
    apply(office, data)
    db.session.add(office)
    note(
        "office.add",
        office,
        region.id,
        actor=actor,
        at=at,
        name=data.name,
        abbreviation=data.abbreviation,
        kind=data.kind.value,
    )
    return office


def edit_office(office: Office, data: OfficeData, *, seen: str, actor: User, at: datetime) -> None:
    """Correct an office. Its end is `retire_office`'s business and stays as it is.

    :param seen: `common.stamp` of the office when the form was opened
    :raises Changed: if somebody else changed it since
    """
    lock(office.region_id, actor)
    check_stamp(office, seen)
    data = OfficeData(**{**data.__dict__, "valid_to": office.valid_to})
    faults = faults_of(data, office.region)
    refuse({**faults, **_taken(office.region_id, data, besides=office.id)})
    changed = apply(office, data)
    if changed:
        note("office.edit", office, office.region_id, actor=actor, at=at, changed=changed)


def retire_office(
    office: Office, *, last_day: date, successor: Office | None, actor: User, at: datetime
) -> None:
    """End an office. Its accounts, people and posts stay with it until somebody moves them.

    :param last_day: the last day on which it exists, past or future
    :raises Unacceptable: if it ends before it starts, or the successor cannot take over
    """
    lock(office.region_id, actor)
    early = office.valid_from is not None and last_day < office.valid_from
    refuse(
        {
            "last_day": Fault(_ENDS_EARLY) if early else None,
            "successor": successor_fault(office, last_day, successor),
        }
    )
    office.valid_to, office.successor = last_day, successor
    note(
        "office.retire",
        office,
        office.region_id,
        actor=actor,
        at=at,
        last_day=last_day.isoformat(),
        successor=successor.id if successor else None,
    )


def successor_fault(office: Office, last_day: date, successor: Office | None) -> Fault | None:
    """Return why `successor` cannot follow `office`, if it cannot."""
    if successor is None:
        return None
    if successor.region_id != office.region_id:
        return Fault(N_("Penerus harus dari daerah yang sama."))
    if _follows(office, successor):
        return Fault(N_("Perangkat daerah tidak dapat menjadi penerus dirinya sendiri."))
    if last_day < date.max and not successor.exists_on(last_day + timedelta(days=1)):
        return Fault(N_("Penerus belum atau tidak lagi berlaku sehari setelah hari terakhir."))
    return None


def reopen_office(office: Office, *, actor: User, at: datetime) -> None:
    """Undo the end of an office.

    :raises Unacceptable: if another office has taken its abbreviation
    """
    lock(office.region_id, actor)
    if office.valid_to is None:
        return
    open_again = OfficeData(
        name=office.name,
        abbreviation=office.abbreviation,
        kind=office.kind,
        code=office.code,
        valid_from=office.valid_from,
    )
    refuse(_taken(office.region_id, open_again, besides=office.id, field=""))
    before = office.valid_to.isoformat()
    office.valid_to = office.successor = None
    note("office.reopen", office, office.region_id, actor=actor, at=at, last_day=before)


def current_offices(region: Region, at: datetime) -> list[Office]:
    """Return the offices that exist today or later, by name, for a choice."""
    query = sa.select(Office).where(Office.region_id == region.id, _not_over(today(region, at)))
    return list(db.session.scalars(query.order_by(Office.name)))


def find_offices(
    region: Region,
    *,
    at: datetime,
    search: str = "",
    kind: OfficeKind | None = None,
    ended: bool = False,
    page: int = 1,
) -> Page[OfficeRow]:
    """Return a page of the region's offices, by name, in five queries.

    :param ended: those that no longer exist instead of those that do
    """
    day = today(region, at)
    query = sa.select(Office).where(Office.region_id == region.id)
    query = query.where(~_not_over(day) if ended else _not_over(day))
    if kind:
        query = query.where(Office.kind == kind)
    if search:
        either = (Office.name, Office.abbreviation)
        query = query.where(sa.or_(*(c.icontains(search, autoescape=True) for c in either)))
    found = page_of(query.order_by(Office.name, Office.id), page)
    rows = _rows(found.rows, region, day)
    return Page(rows=rows, number=found.number, pages=found.pages, total=found.total)


def office_overview(office: Office, *, at: datetime) -> OfficeOverview:
    accounts = sa.select(Account).where(Account.office_id == office.id)
    people = sa.select(User).where(User.office_id == office.id)
    posts = sa.select(sa.func.count(Post.id)).where(
        Post.office_id == office.id, Post.status.in_(OPEN_POSTS)
    )
    now = quotas.rules_on(office.region_id, today(office.region, at))
    return OfficeOverview(
        accounts=list(
            db.session.scalars(
                accounts.order_by(Account.retired_at.is_not(None), Account.platform, Account.id)
            )
        ),
        people=list(db.session.scalars(people.order_by(User.ended_at.is_not(None), User.name))),
        open_posts=db.session.scalar(posts) or 0,
        rule=quotas.nearest(now, office),
    )


def _rows(offices: list[Office], region: Region, day: date) -> list[OfficeRow]:
    ids = [office.id for office in offices]
    accounts = _account_counts(ids)
    people = _people_counts(ids)
    rules = quotas.rules_on(region.id, day)
    nearest = {office.id: quotas.nearest(rules, office) for office in offices}
    return [
        OfficeRow(
            office=office,
            accounts=accounts.get(office.id, (0, 0))[0],
            accounts_ready=accounts.get(office.id, (0, 0))[1],
            people=people.get(office.id, 0),
            minimum=rule.minimum if (rule := nearest[office.id]) else None,
        )
        for office in offices
    ]


def _account_counts(office_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    ready = sa.func.sum(sa.case((Account.status == AccountStatus.ACTIVE, 1), else_=0))
    query = (
        sa.select(Account.office_id, sa.func.count(Account.id), ready)
        .where(Account.office_id.in_(office_ids), Account.retired_at.is_(None))
        .group_by(Account.office_id)
    )
    return {office: (count, active) for office, count, active in db.session.execute(query)}


def _people_counts(office_ids: Iterable[int]) -> dict[int, int]:
    query = (
        sa.select(User.office_id, sa.func.count(User.id))
        .where(User.office_id.in_(office_ids), User.ended_at.is_(None))
        .group_by(User.office_id)
    )
    return {office: count for office, count in db.session.execute(query) if office is not None}


def _not_over(day: date) -> sa.ColumnElement[bool]:
    return sa.or_(Office.valid_to.is_(None), Office.valid_to >= day)


def _taken(
    region_id: int, data: OfficeData, *, besides: int | None, field: str = "abbreviation"
) -> Faults:
    """Return the fault of an abbreviation, or a code, that another office has at the same time.

    Compared in Python: SQLite folds ASCII only, and a region has some hundred offices.
    """
    query = (
        sa.select(Office).where(Office.region_id == region_id).options(joinedload(Office.region))
    )
    for other in db.session.scalars(query):
        spans = (data.valid_from, data.valid_to), (other.valid_from, other.valid_to)
        if other.id == besides or not overlap(*spans):
            continue
        if other.abbreviation.casefold() == data.abbreviation.casefold():
            values = {"abbreviation": other.abbreviation, "office": other.name}
            return {field: Fault(_TAKEN, values)}
        if data.code and other.code == data.code:
            values = {"code": other.code, "office": other.name}
            return {"code": Fault(_CODE_TAKEN, values)}
    return {}


def _follows(office: Office, successor: Office | None) -> bool:
    """Return whether `successor`, or who follows it, is `office` itself."""
    seen: set[int] = set()
    while successor is not None and successor.id not in seen:
        if successor.id == office.id:
            return True
        seen.add(successor.id)
        successor = successor.successor
    return False
