"""Whether posts need the signature of their office's head: the region's rule, and its exceptions.

A change holds at once for what waits: what needs a signature now is asked for it, what needs none
any more goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from publisher.db import db
from publisher.errors import N_, Outdated
from publisher.models import asking, audit
from publisher.models.needs import SignOffException, SignOffRule, Stage, Vacant
from publisher.models.neutrality import Neutrality
from publisher.models.people import Role, User
from publisher.models.places import Office, Region, lock_region
from publisher.models.posts import Post, PostStatus
from publisher.typed import Fault, refuse

#: Hours: from one working day's patience to a week's, and how long a link is good.
LATE_HOURS, LINK_HOURS = (1, 168), (1, 168)
CHANGED = N_(
    "Pengaturan ini baru saja diubah orang lain. Perubahan Anda belum disimpan; periksa yang "
    "terbaru, lalu simpan kembali."
)


@dataclass(frozen=True, kw_only=True)
class RuleData:
    asked: bool
    vacant: Vacant
    deputy_id: int | None
    late_hours: int
    link_hours: int


def rule_of(region: Region) -> SignOffRule | None:
    return db.session.get(SignOffRule, region.id, options=[joinedload(SignOffRule.deputy)])


def exceptions_of(region: Region) -> Sequence[SignOffException]:
    """Return the offices for which it is otherwise, by name."""
    query = (
        sa.select(SignOffException)
        .join(SignOffException.office)
        .where(Office.region_id == region.id)
        .options(contains_eager(SignOffException.office), joinedload(SignOffException.deputy))
        .order_by(Office.name)
    )
    return db.session.scalars(query).all()


def heads_of(region: Region) -> Sequence[User]:
    """Return who may be named to sign for a vacant post: heads in office, by their office."""
    query = (
        sa.select(User)
        .join(User.office)
        .where(User.region_id == region.id, User.role == Role.HEAD, User.ended_at.is_(None))
        .options(contains_eager(User.office))
        .order_by(Office.name, User.name)
    )
    return db.session.scalars(query).all()


def set_rule(region: Region, data: RuleData, *, seen: str, actor: User, at: datetime) -> int:
    """Set what holds in a region; return how many posts wait for a signature now.

    :param seen: `stamp` of the rule on the page
    :raises Outdated: if somebody changed it meanwhile
    :raises Unacceptable: with what is wrong, by field
    """
    lock_region(region.id)
    row = db.session.get(SignOffRule, region.id, populate_existing=True)
    if seen != stamp(row):
        raise Outdated(CHANGED)
    refuse({name: fault for name, fault in _faults(region, data).items() if fault})
    if row is None:
        row = SignOffRule(region_id=region.id)
        db.session.add(row)
    for name, value in vars(data).items():
        setattr(row, name, value)
    row.set_by, row.set_at = actor, at
    told = {**vars(data), "vacant": data.vacant.value}
    waits = refresh_waiting(Office.region_id == region.id, at=at)
    audit.record(
        "region.sign_off", f"region:{region.id}", at=at, actor_id=actor.id, region_id=region.id,
        **told,
    )  # fmt: skip
    return waits


def set_exception(
    office: Office, *, asked: bool | None, deputy_id: int | None, actor: User, at: datetime
) -> int:
    """Set what holds for one office; return how many of its posts wait for a signature now.

    :param asked: None: as its region has it
    :raises Unacceptable: with what is wrong, by field
    """
    lock_region(office.region_id)
    fault = _deputy_fault(office.region, deputy_id)
    refuse({"deputy": fault} if fault else {})
    row = db.session.get(SignOffException, office.id, populate_existing=True)
    if asked is None:
        if row is not None:
            db.session.delete(row)
    else:
        if row is None:
            row = SignOffException(office_id=office.id)
            db.session.add(row)
        row.asked, row.deputy_id, row.set_by, row.set_at = asked, deputy_id, actor, at
    waits = refresh_waiting(Office.id == office.id, at=at)
    audit.record(
        "office.sign_off", f"office:{office.id}", at=at, actor_id=actor.id,
        region_id=office.region_id, asked=asked, deputy=deputy_id,
    )  # fmt: skip
    return waits


def refresh_waiting(where: sa.ColumnElement[bool], *, at: datetime) -> int:
    """Bring what waits up to what is needed now; return how much of it waits for a head.

    Posts are held before what is asked for them, as by whoever decides, and nothing is recorded
    before: the audit chain is the last that anybody waits for.
    """
    db.session.flush()
    query = sa.select(Post).join(Post.office).where(where, Post.status == PostStatus.IN_REVIEW)
    held = query.order_by(Post.id).with_for_update(of=Post, key_share=True)
    posts = db.session.scalars(held.execution_options(populate_existing=True)).all()
    return sum(Stage.HEAD in asking.refresh(post, at=at).missing for post in posts)


def stamp(row: SignOffRule | Neutrality | None) -> str:
    """Return by what a page tells whether somebody else has set it meanwhile."""
    return row.set_at.isoformat() if row is not None else ""


def _faults(region: Region, data: RuleData) -> dict[str, Fault | None]:
    needs_deputy = data.vacant is Vacant.DEPUTY and data.deputy_id is None
    missing = Fault(N_("Pilih siapa yang menandatangani bila jabatan kepala kosong."))
    return {
        "deputy": missing if needs_deputy else _deputy_fault(region, data.deputy_id),
        "late_hours": _hours_fault(data.late_hours, LATE_HOURS),
        "link_hours": _hours_fault(data.link_hours, LINK_HOURS),
    }


def _deputy_fault(region: Region, deputy_id: int | None) -> Fault | None:
    if deputy_id is None or any(head.id == deputy_id for head in heads_of(region)):
        return None
    return Fault(N_("Pilih seorang kepala perangkat daerah yang masih menjabat di daerah ini."))


def _hours_fault(hours: int, within: tuple[int, int]) -> Fault | None:
    if within[0] <= hours <= within[1]:
        return None
    return Fault(
        N_("Isi antara %(least)s dan %(most)s jam."), {"least": within[0], "most": within[1]}
    )
