"""What waits too long for a signature is told: once to the head, once to the reviewers.

Derived from the rows, as all notices are: a round that was missed tells what is due at the next.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from publisher.db import db
from publisher.errors import N_
from publisher.models import asking
from publisher.models.needs import Answer, NeededDecision, SignOffRule, Vacant
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import Role, User
from publisher.models.places import Office
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
    """Return what is due to be told of, and what an office without a head may be waiting for."""
    due = sa.or_(NeededDecision.remind_at <= at, NeededDecision.late_at <= at)
    head = sa.exists().where(
        User.office_id == Post.office_id,
        User.role == Role.HEAD,
        User.ended_at.is_(None),
        sa.or_(User.acts_until.is_(None), User.acts_until >= at.date()),
    )
    goes_on = sa.func.coalesce(SignOffRule.vacant, Vacant.GO_ON) == Vacant.GO_ON
    query = (
        sa.select(NeededDecision)
        .join(NeededDecision.post)
        .join(Post.office)
        .outerjoin(SignOffRule, SignOffRule.region_id == Office.region_id)
        .where(
            NeededDecision.stage == sa.literal_column("'head'"),
            NeededDecision.answer.is_(None),
            sa.or_(due, sa.and_(~head, goes_on, Post.status == PostStatus.IN_REVIEW)),
        )
        .options(contains_eager(NeededDecision.post).contains_eager(Post.office))
        .order_by(NeededDecision.id)
        .limit(BATCH)
        .with_for_update(of=NeededDecision, skip_locked=True)
    )
    return list(db.session.scalars(query))


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
