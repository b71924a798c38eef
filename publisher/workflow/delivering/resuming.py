"""What a stop holds, and how it goes on: a person decides what becomes of it.

Held is what was due meanwhile. What is planned for later goes out at its time once the region is
no longer stopped, and needs no decision.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, Invalid
from publisher.models import advancing, audit
from publisher.models.accounts import Account, label
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus, status_is
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import OFFICE_ROLES, User
from publisher.models.places import Office
from publisher.models.posts import Post
from publisher.models.stops import Stop
from publisher.workflow import composing
from publisher.workflow.delivering.by_hand import TIME_TO_PROVE

#: The most posts that are listed by name; of the others there is the number.
LISTED = 100
LONGEST_GAP = timedelta(hours=2)

_S = DeliveryStatus
NOT_AHEAD = N_("Waktu baru harus sesudah sekarang.")
GAP_WRONG = N_("Jarak antarkonten antara 0 dan 120 menit.")
DROPPED = N_("Dibatalkan saat penayangan daerah dilanjutkan setelah dihentikan.")
RESUMED = N_(
    "Dilanjutkan oleh %(name)s. Yang tertahan: %(sent)s ditayangkan berjarak, %(later)s diberi "
    "waktu baru, %(cancelled)s dibatalkan."
)


class Fate(StrEnum):
    """What becomes of a held post."""

    SEND = "tayangkan"  # one after the other, from now on
    LATER = "waktu-baru"  # one after the other, from a time on
    CANCEL = "batalkan"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of all that is held.

    :param fate: of every post that `own` does not name, by its id
    :param first: when the first of those with a new time goes out
    :param gap: how far apart two posts go out; the accounts of one post go out together
    """

    fate: Fate
    own: Mapping[int, Fate] = field(default_factory=dict)
    first: datetime | None = None
    gap: timedelta = timedelta(0)

    def of(self, post_id: int) -> Fate:
        return self.own.get(post_id, self.fate)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A post in a list, with the accounts it is for."""

    post_id: int
    title: str
    office: str
    zone: str
    due_at: datetime
    #: (platform, what people call the account, delivery id)
    accounts: list[tuple[str, str, int]]


@dataclass(frozen=True, kw_only=True)
class Entries:
    """One list: the first posts by name, and how many deliveries there are in all."""

    posts: list[Entry]
    deliveries: int
    more: bool


def held(user: User, *, at: datetime) -> Entries:
    """Return what was due and is kept back, within what `user` may see; the earliest first."""
    return _entries(user, _is_held(at))


def planned(user: User, *, at: datetime) -> Entries:
    """Return what is planned for later."""
    later = sa.and_(Delivery.next_at > at, Delivery.next_at < NEVER)
    return _entries(user, sa.and_(status_is(Delivery.status, _S.PENDING), later))


def being_sent(user: User) -> Entries:
    """Return what had begun to be sent; it comes to its end."""
    return _entries(user, status_is(Delivery.status, _S.SENDING))


def with_people(user: User) -> Entries:
    """Return what was given to offices to post, of which they have filed no proof."""
    given = status_is(Delivery.status, _S.HANDED_OVER)
    return _entries(user, sa.and_(given, Delivery.publish_by < NEVER))


def resume(stop: Stop, decision: Decision, *, actor: User, at: datetime, window: timedelta) -> bool:
    """Let a region publish again; False if somebody has already, which changes nothing.

    :param window: how long after its new time a post may still go out
    :raises Invalid: for a new time that is not ahead, or a gap too wide
    """
    _check(decision, at)
    if not _close(stop, actor=actor, at=at):
        return False
    rows = db.session.execute(_held_in(stop.region_id, at)).all()
    fates: dict[Fate, list[sa.Row]] = {fate: [] for fate in Fate}
    for row in rows:
        fates[decision.of(row.post_id)].append(row)
    for fate, first in ((Fate.SEND, at), (Fate.LATER, decision.first or at)):
        _release(fates[fate], first=first, gap=decision.gap, actor=actor, at=at, window=window)
    for row in fates[Fate.CANCEL]:
        advancing.cancel(row.id, actor=actor, at=at, reason=DROPPED)
    _give_time_to_prove(stop.region_id, at=at)
    counts = {fate.name.lower(): len({row.post_id for row in fates[fate]}) for fate in Fate}
    _tell(stop, counts, actor=actor, at=at)
    return True


def _check(decision: Decision, at: datetime) -> None:
    if Fate.LATER in (decision.fate, *decision.own.values()) and (
        decision.first is None or decision.first <= at
    ):
        raise Invalid(NOT_AHEAD)
    if not timedelta(0) <= decision.gap <= LONGEST_GAP:
        raise Invalid(GAP_WRONG)


def _close(stop: Stop, *, actor: User, at: datetime) -> bool:
    change = (
        sa.update(Stop)
        .where(Stop.id == stop.id, Stop.resumed_at.is_(None))
        .values(resumed_at=at, resumed_by_id=actor.id)
    )
    return db.session.execute(change).rowcount == 1  # type: ignore[attr-defined]


def _release(
    rows: Sequence[sa.Row],
    *,
    first: datetime,
    gap: timedelta,
    actor: User,
    at: datetime,
    window: timedelta,
) -> None:
    """Let posts go out one after the other, in the order in which they were planned."""
    turns = {post_id: turn for turn, post_id in enumerate(dict.fromkeys(r.post_id for r in rows))}
    _set_apart(turns)
    for row in rows:
        due_at = first + turns[row.post_id] * gap
        advancing.advance(
            row.id, "release", at=at, fence=row.fence, actor=actor, reason="", due_at=due_at,
            next_at=due_at, publish_by=due_at + window,
        )  # fmt: skip


def _set_apart(post_ids: Collection[int]) -> None:
    """Let contents be judged one by one of which something is out already: what goes out now may
    do so in a later week, and is no content of that week."""
    partly = sa.select(Delivery.post_id).where(
        Delivery.post_id.in_(list(post_ids)), status_is(Delivery.status, _S.PUBLISHED)
    )
    if found := db.session.scalars(partly.distinct()).all():
        composing.mark_apart(*found)


def _give_time_to_prove(region_id: int, *, at: datetime) -> None:
    """Give offices that were told not to post the whole time again."""
    offices = sa.select(Office.id).where(Office.region_id == region_id)
    change = sa.update(Delivery).where(
        status_is(Delivery.status, _S.HANDED_OVER),
        Delivery.publish_by < at + TIME_TO_PROVE,
        Delivery.office_id.in_(offices),
    )
    later = change.values(publish_by=at + TIME_TO_PROVE)
    db.session.execute(later.execution_options(synchronize_session=False))


def _tell(stop: Stop, counts: dict[str, int], *, actor: User, at: datetime) -> None:
    stop.outcome = counts
    over = sa.update(Notice).where(Notice.key == f"stop:{stop.id}").values(resolved_at=at)
    db.session.execute(over.execution_options(synchronize_session=False))
    notice = {
        "key": f"stop:{stop.id}:resumed",
        "kind": NoticeKind.RESUMED,
        "at": at,
        "region_id": stop.region_id,
        "reason": RESUMED,
        "details": {
            "name": actor.name,
            "sent": counts["send"],
            "later": counts["later"],
            "cancelled": counts["cancel"],
        },
    }
    add_once(Notice, [notice])
    audit.record(
        "region.resumed", f"region:{stop.region_id}", at=at, actor_id=actor.id,
        region_id=stop.region_id, stopped_at=stop.stopped_at.isoformat(), **counts,
    )  # fmt: skip


# -- what is held --------------------------------------------------------------------------------


def _is_held(at: datetime) -> sa.ColumnElement[bool]:
    due = sa.or_(Delivery.next_at <= at, Delivery.next_at >= NEVER)
    return sa.and_(status_is(Delivery.status, _S.PENDING), due)


def _held_in(region_id: int, at: datetime) -> sa.Select[int, int, int]:
    query = (
        sa.select(Delivery.id, Delivery.fence, Delivery.post_id)
        .join(Office, Office.id == Delivery.office_id)
        .where(Office.region_id == region_id, _is_held(at))
        .order_by(Delivery.due_at, Delivery.post_id, Delivery.id)
    )
    if db.session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(of=Delivery)
    return query


def _entries(user: User, condition: sa.ColumnElement[bool]) -> Entries:
    total = db.session.scalar(_seen(sa.select(sa.func.count(Delivery.id)), user).where(condition))
    first = (
        _seen(sa.select(Delivery.post_id, sa.func.min(Delivery.due_at).label("first")), user)
        .where(condition)
        .group_by(Delivery.post_id)
        .order_by(sa.literal_column("first"), Delivery.post_id)
        .limit(LISTED + 1)
    )
    ids = [row.post_id for row in db.session.execute(first)]
    query = (
        _seen(
            sa.select(
                Delivery.id, Delivery.post_id, Delivery.due_at, Post.title, Office.name,
                Account.platform, Account.handle, Account.display_name,
            ),
            user,
        )
        .join(Post, Post.id == Delivery.post_id)
        .join(Account, Account.id == Delivery.account_id)
        .where(condition, Delivery.post_id.in_(ids[:LISTED]))
        .order_by(Delivery.due_at, Delivery.post_id, Delivery.id)
    )  # fmt: skip
    posts: dict[int, Entry] = {}
    for row in db.session.execute(query):
        entry = posts.setdefault(row.post_id, _entry(row, user.region.zone))
        name = label(row.platform, row.handle, row.display_name)
        entry.accounts.append((row.platform, name, row.id))
    return Entries(posts=list(posts.values()), deliveries=total or 0, more=len(ids) > LISTED)


def _entry(row: sa.Row, zone: str) -> Entry:
    return Entry(
        post_id=row.post_id, title=row.title, office=row.name, zone=zone, due_at=row.due_at,
        accounts=[],
    )  # fmt: skip


def _seen(query: sa.Select, user: User) -> sa.Select:
    query = query.join(Office, Office.id == Delivery.office_id)
    if user.role in OFFICE_ROLES:
        return query.where(Delivery.office_id == user.office_id)
    if user.area is not None:  # a camat sees the own area alone
        query = query.where(Office.in_area(user.area))
    return query.where(Office.region_id == user.region_id)
