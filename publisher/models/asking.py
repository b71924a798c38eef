"""Asking for the decisions that a post needs, and writing each down once.

What is needed follows from what holds for the office and the time now, so an approval computes it
anew; the rows say what was asked, so that lists and notices need not. `refresh` brings the rows
up to what is needed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher import clock
from publisher.db import db
from publisher.models.needs import (
    OF_REVIEWERS,
    Answer,
    NeededDecision,
    SignOffException,
    SignOffLink,
    SignOffRule,
    Stage,
    Terms,
    Vacant,
)
from publisher.models.neutrality import Neutrality
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import Role, User
from publisher.models.places import Office
from publisher.models.posts import Post, PostStatus

#: The reviewers are told at the latest so long before a post should go out.
BEFORE_ITS_TIME = timedelta(hours=2)
#: A shorter wait is not worth a reminder.
WORTH_REMINDING = timedelta(hours=1)
OF_SIGN_OFFS = (NoticeKind.SIGN_OFF_ASKED, NoticeKind.SIGN_OFF_LATE)


@dataclass(frozen=True, kw_only=True)
class State:
    """What a submitted post needs, and what of it is there.

    :ivar rows: of this submission, as the post stands now
    :ivar time: the time before an election in which it would go out
    """

    needed: tuple[Stage, ...] = ()
    rows: dict[Stage, NeededDecision] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    time: Neutrality | None = None

    @property
    def missing(self) -> list[Stage]:
        return [stage for stage in self.needed if not self.settled(stage)]

    def settled(self, stage: Stage) -> bool:
        row = self.rows.get(stage)
        return row is not None and row.answer in (Answer.GIVEN, Answer.PASSED)

    @property
    def next_of_reviewers(self) -> Stage | None:
        """Return which of two reviewers decides next; None: one is enough."""
        return next((stage for stage in self.missing if stage in OF_REVIEWERS), None)


def hands(post: Post) -> set[int]:
    """Return the ids of everybody who made the content what it is."""
    submitters = {event.actor_id for event in post.events if event.step == "submit"}
    return {post.drafted_by_id, post.edited_by_id} | submitters


def holding_for(office: Office) -> tuple[Terms, Neutrality | None]:
    """Return what holds for an office now, in one query."""
    return _holding({office.id})[office.id]


def _holding(office_ids: Collection[int]) -> dict[int, tuple[Terms, Neutrality | None]]:
    query = (
        sa.select(Office.id, SignOffRule, SignOffException, Neutrality)
        .select_from(Office)
        .outerjoin(SignOffRule, SignOffRule.region_id == Office.region_id)
        .outerjoin(SignOffException, SignOffException.office_id == Office.id)
        .outerjoin(Neutrality, Neutrality.region_id == Office.region_id)
        .where(Office.id.in_(office_ids))
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(query).all()
    return {office_id: (_terms(rule, own), time) for office_id, rule, own, time in rows}


def _terms(rule: SignOffRule | None, own: SignOffException | None) -> Terms:
    if rule is None:
        return Terms(asked=bool(own and own.asked), deputy=own.deputy if own else None)
    return Terms(
        asked=own.asked if own else rule.asked,
        vacant=rule.vacant,
        deputy=(own.deputy if own else None) or rule.deputy,
        late_hours=rule.late_hours,
        link_hours=rule.link_hours,
    )


def state(post: Post, *, at: datetime) -> State:
    """Return what a post needs; changes nothing."""
    return states([post], at=at)[post.id]


def states(posts: Collection[Post], *, at: datetime) -> dict[int, State]:
    """Return what each post needs, in two queries."""
    holding = _holding({post.office_id for post in posts})
    rows = _rows([post for post in posts if post.submitted_at])
    return {post.id: _state(post, *holding[post.office_id], rows[post.id], at) for post in posts}


def _state(
    post: Post,
    terms: Terms,
    time: Neutrality | None,
    rows: dict[Stage, NeededDecision],
    at: datetime,
) -> State:
    governed = time if time is not None and time.governs(post, at) else None
    needed = (*((Stage.HEAD,) if terms.asked else ()), *(OF_REVIEWERS if governed else ()))
    return State(needed=needed, rows=rows, terms=terms, time=governed)


def _rows(posts: Collection[Post]) -> defaultdict[int, dict[Stage, NeededDecision]]:
    """Return what was asked for each submission, as its post stands now."""
    submitted = {post.id: post for post in posts}
    if not submitted:
        return defaultdict(dict)
    query = (
        sa.select(NeededDecision)
        .where(NeededDecision.post_id.in_(submitted))
        .options(joinedload(NeededDecision.answered_by))
        .execution_options(populate_existing=True)
    )
    digests: dict[int, str] = {}
    found: defaultdict[int, dict[Stage, NeededDecision]] = defaultdict(dict)
    for row in db.session.scalars(query):
        post = submitted[row.post_id]
        if row.submitted_at != post.submitted_at:
            continue
        if row.digest == (digests.get(post.id) or digests.setdefault(post.id, post.digest())):
            found[post.id][row.stage] = row
    return found


def signers(
    office: Office, terms: Terms, *, at: datetime, besides: Iterable[int] = ()
) -> list[User]:
    """Return who may sign for an office today: its heads, or the deputy of a vacant post.

    :param besides: ids of those who may not, because they made the content
    """
    return _able(_heads({office.id})[office.id], office, terms, at, set(besides))


def _heads(office_ids: Collection[int]) -> defaultdict[int | None, list[User]]:
    query = sa.select(User).where(
        User.office_id.in_(office_ids), User.role == Role.HEAD, User.ended_at.is_(None)
    )
    found: defaultdict[int | None, list[User]] = defaultdict(list)
    for person in db.session.scalars(query.order_by(User.id)):
        found[person.office_id].append(person)
    return found


def _able(
    heads: Iterable[User], office: Office, terms: Terms, at: datetime, besides: Collection[int]
) -> list[User]:
    today = clock.in_zone(at, office.region.zone).date()
    able = [person for person in heads if person.acts_on(today) and person.id not in besides]
    deputy = terms.deputy
    if able or terms.vacant is not Vacant.DEPUTY or deputy is None:
        return able
    acts = deputy.ended_at is None and deputy.role is Role.HEAD and deputy.acts_on(today)
    return [deputy] if acts and deputy.id not in besides else []


def may_sign(post: Post, person: User, *, at: datetime, terms: Terms | None = None) -> bool:
    terms = terms or holding_for(post.office)[0]
    able = signers(post.office, terms, at=at, besides=hands(post))
    return any(each.id == person.id for each in able)


def signable(posts: Collection[Post], person: User, *, at: datetime) -> list[Post]:
    """Return those posts that a person may sign, in two queries."""
    if not posts:
        return []
    office_ids = {post.office_id for post in posts}
    holding, heads = _holding(office_ids), _heads(office_ids)

    def may(post: Post) -> bool:
        terms, own = holding[post.office_id][0], heads[post.office_id]
        able = _able(own, post.office, terms, at, hands(post))
        return any(each.id == person.id for each in able)

    return [post for post in posts if may(post)]


def refresh(post: Post, *, at: datetime, known: State | None = None) -> State:
    """Ask for what a waiting post needs and was not asked for; forget what it needs no more.

    To be committed. A post whose office has nobody who could sign goes on, if it is to be so.

    :param known: what `state` said of it in this transaction, if it was asked
    """
    known = known or state(post, at=at)
    if post.status is not PostStatus.IN_REVIEW:
        return known
    changed = False
    for stage in known.needed:
        if stage not in known.rows:
            changed = _ask(post, stage, known.terms, at) or changed
    for stage, row in known.rows.items():
        if row.answer is None and stage not in known.needed:
            _forget(row, at=at)
            changed = True
    if Stage.HEAD in known.missing:
        changed = _ask_heads(post, known.terms, at) or changed
    return state(post, at=at) if changed else known


def _ask(post: Post, stage: Stage, terms: Terms, at: datetime) -> bool:
    db.session.flush()
    remind_at, late_at = _deadlines(post, terms, at) if stage is Stage.HEAD else (None, None)
    new = {
        "post_id": post.id, "stage": stage, "submitted_at": post.submitted_at,
        "digest": post.digest(), "asked_at": at, "remind_at": remind_at, "late_at": late_at,
        "position": "", "details": {},
    }  # fmt: skip
    return bool(add_once(NeededDecision, [new]))


def _deadlines(post: Post, terms: Terms, at: datetime) -> tuple[datetime | None, datetime]:
    late_at = at + timedelta(hours=terms.late_hours)
    if post.planned_at is not None:
        late_at = min(late_at, max(post.planned_at - BEFORE_ITS_TIME, at))
    half = (late_at - at) / 2
    return (at + half if half >= WORTH_REMINDING else None), late_at


def _ask_heads(post: Post, terms: Terms, at: datetime) -> bool:
    """Tell whoever may sign; or let the post go on without. Return whether it does."""
    able = signers(post.office, terms, at=at, besides=hands(post))
    if able:
        ask_again(post, able, key="asked", at=at)
        return False
    if terms.vacant is not Vacant.GO_ON:
        return False
    row = state(post, at=at).rows[Stage.HEAD]
    return answer(row, Answer.PASSED, by=None, at=at)


def ask_again(post: Post, able: Iterable[User], *, key: str, at: datetime) -> int:
    """Tell those who may sign that something waits for them, once for each key."""
    assert post.submitted_at is not None  # noqa: S101 - nothing else is asked for
    offices = {person.office_id for person in able}
    rows = [
        {
            "key": f"sign_off:{key}:{post.id}:{office_id}:{int(post.submitted_at.timestamp())}",
            "kind": NoticeKind.SIGN_OFF_ASKED,
            "at": at,
            "region_id": post.office.region_id,
            "office_id": office_id,
            "post_id": post.id,
            "details": {},
        }
        for office_id in sorted(filter(None, offices))
    ]
    return add_once(Notice, rows)


def _forget(row: NeededDecision, *, at: datetime) -> None:
    db.session.execute(sa.delete(SignOffLink).where(SignOffLink.need_id == row.id))
    db.session.delete(row)
    db.session.flush()
    resolve_notices(row.post_id, at=at)


def answer(
    row: NeededDecision, given: Answer, *, by: User | None, at: datetime, **details: Any
) -> bool:
    """Write down how a decision was taken, unless somebody was quicker; return whether it was so.

    Its links end with it, and its notices ask for nobody any more.
    """
    db.session.flush()
    change = (
        sa.update(NeededDecision)
        .where(NeededDecision.id == row.id, NeededDecision.answer.is_(None))
        .values(
            answer=given, answered_at=at, answered_by_id=by.id if by else None,
            position=by.position if by else "", details=details, remind_at=None, late_at=None,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if db.session.execute(change).rowcount != 1:  # type: ignore[attr-defined]
        return False
    db.session.refresh(row)
    if row.stage is Stage.HEAD:
        resolve_notices(row.post_id, at=at)
    return True


def resolve_notices(post_id: int, *, at: datetime) -> None:
    change = sa.update(Notice).where(
        Notice.post_id == post_id, Notice.kind.in_(OF_SIGN_OFFS), Notice.resolved_at.is_(None)
    )
    db.session.execute(change.values(resolved_at=at).execution_options(synchronize_session=False))
