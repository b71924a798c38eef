"""Whether a run kept the promises of the engine: the platforms' book against the database.

Each invariant yields one sentence for each time it was broken; the numbers are those of ENGINE,
part 8. The book is append-only, so a copy that was out for a moment is found as well.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from publisher.db import db
from publisher.models import audit
from publisher.models.deliveries import (
    FINAL,
    IN_FLIGHT,
    NEVER,
    Attempt,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
)
from publisher.models.notices import Notice
from publisher.models.posts import Post
from publisher.workflow.delivering import looking

_S = DeliveryStatus
#: Answers under these faults were wilful: a publishing request without a post is no refusal.
NEVER_ACCEPTED = {
    "drop_before", "hang", "rate_limit", "refused", "error_500", "expired_token", "blocked",
    "outage", "duplicate",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One post in the platforms' book."""

    platform: str
    account: str  # remote id
    remote_id: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that is known of a run when it has come to rest.

    :param slack: how far clocks were set apart, or processes frozen, on purpose
    """

    deliveries: list[Delivery]
    events: list[DeliveryEvent]
    attempts: list[Attempt]
    notices: list[Notice]
    book: list[Publication]
    refused_copies: int
    broken_link: int | None
    slack: timedelta = timedelta(0)

    def copies(self, delivery: Delivery) -> list[Publication]:
        account = delivery.account
        wanted = (account.platform, account.remote_id, delivery.post.text_for(account.platform))
        return [one for one in self.book if (one.platform, one.account, one.text) == wanted]


def gather(folder: Path, *, slack: timedelta = timedelta(0)) -> Case:
    """Read the book and the database as they stand."""
    book, refused = read_book(folder)
    loaded = (sa.orm.joinedload(Delivery.account), sa.orm.joinedload(Delivery.post))
    query = sa.select(Delivery).options(*loaded, sa.orm.selectinload(Delivery.post, Post.texts))
    return Case(
        deliveries=list(db.session.scalars(query)),
        events=list(db.session.scalars(sa.select(DeliveryEvent).order_by(DeliveryEvent.id))),
        attempts=list(db.session.scalars(sa.select(Attempt).order_by(Attempt.id))),
        notices=list(db.session.scalars(sa.select(Notice).order_by(Notice.id))),
        book=book,
        refused_copies=refused,
        broken_link=audit.first_broken_link(),
        slack=slack,
    )


def read_book(folder: Path) -> tuple[list[Publication], int]:
    """Return what was published, and how many copies only the platforms' refusal prevented."""
    with _opened(folder) as connection:
        posts = connection.execute("SELECT platform, account, id, text, at FROM post").fetchall()
        empty = connection.execute(
            "SELECT fault FROM request WHERE operation = 'publish'"
            " AND no NOT IN (SELECT request_no FROM post)"
        ).fetchall()
    book = [
        Publication(
            platform=row[0], account=row[1], remote_id=row[2], text=row[3],
            at=datetime.fromisoformat(row[4]),
        )
        for row in posts
    ]  # fmt: skip
    return book, sum(fault not in NEVER_ACCEPTED for (fault,) in empty)


def count_requests(folder: Path) -> int:
    with _opened(folder) as connection:
        return connection.execute("SELECT ifnull(max(no), 0) FROM request").fetchone()[0]


def _opened(folder: Path) -> closing:
    return closing(sqlite3.connect(f"file:{folder / 'ledger.sqlite'}?mode=ro", uri=True))


def judge(case: Case) -> list[str]:
    """Return every promise that was broken; none is how it should be."""
    return [line for invariant in INVARIANTS for line in invariant(case)]


def is_lost(case: Case) -> bool:
    """Return whether something was broken that no waiting can mend: what is out stays in the
    book, and nothing leads on from an end."""
    return any(True for invariant in (never_twice, not_out_means_absent) for _ in invariant(case))


def never_twice(case: Case) -> Iterator[str]:
    """I1: one copy at most, whatever the platform would have refused for us."""
    for delivery in case.deliveries:
        if (count := len(case.copies(delivery))) > 1:
            yield f"I1: delivery {delivery.id} is out {count} times"
    if case.refused_copies:
        yield f"I1: {case.refused_copies} copies were sent and only refused by the platform"


def never_lost(case: Case) -> Iterator[str]:
    """I2: everything has come to an end, and nobody holds anything.

    What is unknown waits for a person, and what is planned after it on its account waits too.
    """
    waiting = {one.account_id for one in case.deliveries if one.status is _S.UNKNOWN}
    for delivery in case.deliveries:
        held_up = delivery.status is _S.PENDING and delivery.account_id in waiting
        if not held_up and delivery.status not in (*FINAL, _S.UNKNOWN):
            yield f"I2: delivery {delivery.id} is still {delivery.status}"
    if case.book and not case.deliveries:
        yield "I2: there are posts and no deliveries"


def unknown_only_where_nobody_could_know(case: Case) -> Iterator[str]:
    """I2: what is left to a person was looked for as often as the rules say, and is not there."""
    for delivery in case.deliveries:
        if delivery.status is not _S.UNKNOWN:
            continue
        looked_in_vain = (
            delivery.next_at == NEVER
            and delivery.resumed >= looking.RESUMES
            and delivery.lookups >= looking.LOOKS
        )
        if not looked_in_vain:
            yield f"I2: delivery {delivery.id} is unknown, though it could be looked for"
        elif case.copies(delivery):
            yield f"I2: delivery {delivery.id} is unknown, though it is there to be read"


def published_means_there(case: Case) -> Iterator[str]:
    """I3: published if and only if on the platform, under that number."""
    there = {(one.platform, one.account, one.remote_id) for one in case.book}
    proved = set()
    for delivery in case.deliveries:
        if delivery.status is _S.PUBLISHED:
            key = (delivery.account.platform, delivery.account.remote_id, delivery.remote_id)
            proved.add(key)
            if key not in there:
                yield f"I3: delivery {delivery.id} is published as {key}, which is not there"
            elif key[2] not in {one.remote_id for one in case.copies(delivery)}:
                yield f"I3: delivery {delivery.id} is proved by another post"
    for key in sorted(there - proved):
        yield f"I3: {key} is public, and no delivery says so"


def not_out_means_absent(case: Case) -> Iterator[str]:
    """I4: failed, missed and cancelled mean that nothing is public."""
    for delivery in case.deliveries:
        if delivery.status in (_S.FAILED, _S.MISSED, _S.CANCELLED) and case.copies(delivery):
            yield f"I4: delivery {delivery.id} is {delivery.status}, and it is public"


def one_in_flight(case: Case) -> Iterator[str]:
    """I5: an account never has two posts between claim and outcome."""
    account_of = {delivery.id: delivery.account_id for delivery in case.deliveries}
    flying: dict[int, int] = {}
    for event in case.events:
        account = account_of[event.delivery_id]
        other = flying.get(account)
        if event.after in IN_FLIGHT:
            if other not in (None, event.delivery_id):
                yield f"I5: deliveries {other} and {event.delivery_id} flew together"
            flying[account] = event.delivery_id
        elif other == event.delivery_id:
            del flying[account]


def fences_rise(case: Case) -> Iterator[str]:
    """I6: each claim has a higher fence than all before, and no step an older one."""
    highest: dict[int, int] = defaultdict(lambda: -1)
    for event in case.events:
        known = highest[event.delivery_id]
        if event.fence < known or (event.step == "claim" and event.fence == known):
            yield f"I6: delivery {event.delivery_id}: {event.step} at {event.fence} after {known}"
        highest[event.delivery_id] = max(known, event.fence)


def steps_connect(case: Case) -> Iterator[str]:
    """I10: every change has an event, each beginning where the one before ended."""
    standing: dict[int, str | None] = {}
    for event in case.events:
        before = standing.get(event.delivery_id)
        if event.before != before:
            step = f"{event.step} from {event.before}, not {before}"
            yield f"I10: delivery {event.delivery_id}: {step}"
        standing[event.delivery_id] = event.after
    for delivery in case.deliveries:
        if standing.get(delivery.id) != delivery.status:
            yield f"I10: delivery {delivery.id} is {delivery.status} without an event"


def in_its_time(case: Case) -> Iterator[str]:
    """I7: never before its time or its approval, never after its window."""
    for delivery in case.deliveries:
        for copy in case.copies(delivery):
            approved = delivery.post.approved_at or delivery.created_at
            if copy.at < max(delivery.due_at, approved) - case.slack - _ROUNDED:
                yield f"I7: delivery {delivery.id} was out {delivery.due_at - copy.at} too early"
            if copy.at > delivery.publish_by + case.slack + _LONGEST_REQUEST:
                yield f"I7: delivery {delivery.id} was out {copy.at - delivery.publish_by} too late"


_NOT_OUT = (_S.UNKNOWN, _S.FAILED, _S.MISSED, _S.CANCELLED)
_TOLD = (_S.UNKNOWN.value, _S.FAILED.value, _S.MISSED.value)
#: The book keeps milliseconds.
_ROUNDED = timedelta(milliseconds=2)
#: What begins within the window may end after it: connect, write, and a busy machine.
_LONGEST_REQUEST = timedelta(minutes=5)


def reasons_are_given(case: Case) -> Iterator[str]:
    """Whatever is not out says why."""
    for delivery in case.deliveries:
        if delivery.status in _NOT_OUT and not delivery.reason.strip():
            yield f"delivery {delivery.id} is {delivery.status} without a reason"


def notices_are_given(case: Case) -> Iterator[str]:
    """Whatever ended badly, or waits for a person, was told of; each such end once."""
    told = Counter((notice.delivery_id, notice.kind.value) for notice in case.notices)
    ends = Counter((event.delivery_id, event.after) for event in case.events)
    for delivery in case.deliveries:
        waits = delivery.status is _S.UNKNOWN and delivery.next_at == NEVER
        asks = waits or delivery.status in (_S.FAILED, _S.MISSED)
        if asks and not told[delivery.id, delivery.status.value]:
            yield f"delivery {delivery.id} is {delivery.status}, and nobody was told"
    for (delivery_id, kind), times in told.items():
        if delivery_id is not None and kind in _TOLD and times > ends[delivery_id, kind]:
            yield f"delivery {delivery_id} was told of {times} times as {kind}"


def in_order(case: Case) -> Iterator[str]:
    """What had not been tried before goes out on each account in the order of its time."""
    first: dict[int, int] = {}
    for event in case.events:
        if event.step == "claim":
            first.setdefault(event.delivery_id, event.id)
    by_account: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in case.deliveries:
        if delivery.id in first:
            by_account[delivery.account_id].append(delivery)
    for deliveries in by_account.values():
        planned = sorted(deliveries, key=lambda one: (one.due_at, one.id))
        taken = sorted(deliveries, key=lambda one: first[one.id])
        if planned != taken:
            yield f"order: account {deliveries[0].account_id}: {[one.id for one in taken]}"


def history_is_whole(case: Case) -> Iterator[str]:
    if case.broken_link is not None:
        yield f"the audit chain is broken at {case.broken_link}"


INVARIANTS = (
    never_twice,
    never_lost,
    unknown_only_where_nobody_could_know,
    published_means_there,
    not_out_means_absent,
    one_in_flight,
    fences_rise,
    steps_connect,
    in_its_time,
    in_order,
    reasons_are_given,
    notices_are_given,
    history_is_whole,
)


def counted(case: Case) -> dict[str, int]:
    return dict(sorted(Counter(one.status.value for one in case.deliveries).items()))
