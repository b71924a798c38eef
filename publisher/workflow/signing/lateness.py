"""What waits too long for a signature is told: once to the head, once to the reviewers.

Derived from the rows, as all notices are: a round that was missed tells what is due at the next.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models import asking
from publisher.models.needs import Answer, NeededDecision, SignOffRule, Vacant, asks_head
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import Role, User
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostStatus

BATCH = 100
LATE = N_(
    "Belum ditandatangani %(name)s. Selama belum, konten ini tidak dapat disetujui dan tidak "
    "tayang."
)
NOBODY = N_(
    "Jabatan kepalanya kosong, sehingga tidak ada yang dapat menandatangani. Selama belum, konten "
    "ini tidak dapat disetujui dan tidak tayang."
)


def look_around(*, at: datetime) -> bool:
    """Remind, tell of what is late, and let go on what nobody can sign; to be committed.

    Return whether there may be more.
    """
    rows, changed = _waiting(at), 0
    for row in rows:
        changed += _seen_to(row, at)
    return len(rows) == BATCH and changed > 0


def _seen_to(row: NeededDecision, at: datetime) -> bool:
    """Do what is due with one; return whether anything was."""
    if _is_over(row):
        row.remind_at = row.late_at = None
        if row.post.status is not PostStatus.IN_REVIEW:  # else they ask for what stands now
            asking.resolve_notices(row.post_id, at=at)
        return True
    post = row.post
    terms, _time = asking.holding_for(post.office)
    able = asking.signers(post.office, terms, at=at, besides=asking.hands(post))
    if not able and terms.vacant is Vacant.GO_ON:
        return asking.answer(row, Answer.PASSED, by=None, at=at)
    reminds = row.remind_at is not None and row.remind_at <= at
    is_late = row.late_at is not None and row.late_at <= at
    if reminds:
        row.remind_at = None
        asking.ask_again(post, able, key="reminder", at=at)
    if is_late:
        row.late_at = None
        _tell_late(row, able, at)
    return reminds or is_late


def _waiting(at: datetime) -> list[NeededDecision]:
    """Return what is due to be told of, and what an office without a head may be waiting for.

    Whatever somebody is deciding on just now is left to the next round.
    """
    due = sa.or_(NeededDecision.remind_at <= at, NeededDecision.late_at <= at)
    head = sa.exists().where(
        User.office_id == Post.office_id,
        User.role == Role.HEAD,
        User.ended_at.is_(None),
        sa.or_(User.acts_until.is_(None), User.acts_until >= _today(at)),
    )
    goes_on = sa.func.coalesce(SignOffRule.vacant, Vacant.GO_ON) == Vacant.GO_ON
    vacant = sa.and_(~head, goes_on, asks_head(), Post.status == PostStatus.IN_REVIEW)
    query = (
        sa.select(NeededDecision)
        .join(NeededDecision.post)
        .join(Post.office)
        .join(Office.region)
        .outerjoin(SignOffRule, SignOffRule.region_id == Office.region_id)
        .where(
            NeededDecision.stage == sa.literal_column("'head'"),
            NeededDecision.answer.is_(None),
            sa.or_(due, vacant),
        )
        .options(contains_eager(NeededDecision.post).contains_eager(Post.office))
        .order_by(NeededDecision.id)
        .limit(BATCH)
        .with_for_update(of=(Post, NeededDecision), key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def _today(at: datetime) -> sa.ColumnElement[date]:
    """Return the date in the zone of a region."""
    days = {zone: sa.literal(clock.in_zone(at, zone).date()) for zone in clock.ZONE_NAMES}
    return sa.case(days, value=Region.zone)


def _is_over(row: NeededDecision) -> bool:
    post = row.post
    return post.status is not PostStatus.IN_REVIEW or post.submitted_at != row.submitted_at


def _tell_late(row: NeededDecision, able: list[User], at: datetime) -> None:
    post = row.post
    notice = {
        "key": f"sign_off:late:{row.id}",
        "kind": NoticeKind.SIGN_OFF_LATE,
        "at": at,
        "region_id": post.office.region_id,
        "office_id": post.office_id,
        "post_id": post.id,
        "reason": LATE if able else NOBODY,
        "details": {"name": ", ".join(person.name for person in able)},
    }
    add_once(Notice, [notice])
