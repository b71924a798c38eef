"""What the database learns of an attempt: that it begins, and how it ended.

`_settle` reads as the table of what to do about each outcome.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.advancing import Change, advance, advance_all, notes_together, write_note
from publisher.models.deliveries import Attempt, Delivery, DeliveryStatus
from publisher.platforms.base import Handover, Receipt
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.workflow.delivering.beginning import Begin, begin_all
from publisher.workflow.delivering.by_hand import handed_over
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.holding import (
    ALREADY_THERE,
    REASONS,
    ApprovedAnew,
    KeyMissing,
    NotForAccount,
    Restored,
    detail,
    hold_account,
    look_first,
    rest_with,
)
from publisher.workflow.delivering.loading import held

#: When to look after an unknown outcome: as soon as a slow platform may have settled.
FIRST_LOOK = timedelta(seconds=45)
#: A platform's clock this far from ours is not believed.
CLOCK_SKEW = timedelta(minutes=5)
_NOTE_ATTEMPT = sa.insert(Attempt.metadata.tables["attempt"])
#: A platform that asks for more than a day is asking a person.
LONGEST_WAIT_S = 24 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """How an attempt ended.

    :param phase: "prepare" or "publish"
    """

    claim: Claim
    outcome: Receipt | Handover | PlatformError
    phase: str
    started_at: datetime
    at: datetime


def write(items: Sequence[Begin | End]) -> list[bool]:
    """Write down intents and ends, of many deliveries at once; return for each whether it was
    ours to write. What is alike becomes one statement.

    :raises NotAllOurs: if there are several, and each is to be written alone
    """
    begins = [item for item in items if isinstance(item, Begin)]
    ends = [item for item in items if isinstance(item, End)]
    with notes_together():
        done = dict(zip(map(id, begins), begin_all(begins), strict=True))
        done |= zip(map(id, ends), _record(ends), strict=True)
    return [done[id(item)] for item in items]


def _record(ends: Sequence[End]) -> list[bool]:
    proofs = [(end, end.outcome) for end in ends if isinstance(end.outcome, Receipt)]
    published = advance_all(
        "publish",
        [_proof(end.claim, receipt, begun=end.started_at, at=end.at) for end, receipt in proofs],
    )
    out = {id(end): ours for (end, _), ours in zip(proofs, published, strict=True)}
    done = [out.get(id(end), False) or _settle(end) for end in ends]
    for end, ours in zip(ends, done, strict=True):  # deliveries first, then accounts and audit:
        _tell(end, ours=ours)  # whoever takes locks takes them in this order
    return done


def _tell(end: End, *, ours: bool) -> None:
    """Write down the attempt, and set the account aside if it was the account's fault."""
    claim, outcome, at = end.claim, end.outcome, end.at
    note_attempt(claim, outcome, phase=end.phase, started_at=end.started_at, at=at)
    if ours and isinstance(outcome, AccountBlocked):
        hold_account(claim, outcome, until=outcome.until, since=end.started_at, at=at)
    if ours and type(outcome) in (TryLater, KeyMissing):  # not what is wrong with one post alone
        rest_with(claim.delivery_id)
    if ours and isinstance(outcome, TryLater) and outcome.whole_account:
        hold_account(claim, outcome, until=at + _wait(outcome, 1), since=end.started_at, at=at)


def _settle(end: End) -> bool:
    claim, outcome, at = end.claim, end.outcome, end.at
    match outcome:
        case Receipt():  # an answer that came after the lease is still an answer: the post is out
            return mark_arrived(claim, outcome, begun=end.started_at, at=at)
        case Handover():
            return handed_over(claim, outcome, at=at)
        case Refused(duplicate=True):  # it is there: by us, or by hand; the look tells its link
            return _doubt(claim, outcome, at=at, reason=ALREADY_THERE) or _fail(
                claim, outcome, at=at
            )
        case NotForAccount():  # as if the new approval had found it in the queue
            note, reason = detail(outcome), REASONS[NotForAccount]
            return advance(
                claim.delivery_id, "cancel", at=at, fence=claim.fence, note=note, reason=reason
            )
        case Refused():
            return _fail(claim, outcome, at=at)
        case AccountBlocked():
            return _postpone(claim, outcome, until=at, at=at)
        case Restored():
            return look_first(claim, outcome, at=at)
        case ApprovedAnew():
            return _replan(claim, at=at)
        case TryLater():
            return _postpone(claim, outcome, until=at + _wait(outcome, _attempts(claim)), at=at)
        case _:  # whatever we cannot name may have been published
            return _doubt(claim, outcome, at=at, reason=REASONS[OutcomeUnknown])


def _replan(claim: Claim, *, at: datetime) -> bool:
    """Give a delivery the time and the text of its post's present approval."""
    delivery = held(claim, DeliveryStatus.CLAIMED)
    if delivery is None:
        return False
    due_at = max(delivery.post.planned_at or at, at)
    return advance(
        claim.delivery_id,
        "replan",
        at=at,
        fence=claim.fence,
        content_digest=delivery.post.approved_digest,
        due_at=due_at,
        next_at=due_at,
        publish_by=due_at + (delivery.publish_by - delivery.due_at),
        created_at=at,
    )


def mark_found(claim: Claim, receipt: Receipt, *, begun: datetime, at: datetime) -> bool:
    """Store the proof that reading the account back brought.

    :param begun: when the first request began that may have made it public
    """
    proof = _proof(claim, receipt, begun=begun, at=at)
    return advance(
        claim.delivery_id, "find", at=at, fence=claim.fence, note=proof.note, **proof.values
    )


def mark_arrived(claim: Claim, receipt: Receipt, *, begun: datetime, at: datetime) -> bool:
    """Store a proof that nobody waited for any more; it is out all the same. Not while it is
    being sent again. `begun` is as for `mark_found`."""
    proof = _proof(claim, receipt, begun=begun, at=at)
    return advance(claim.delivery_id, "arrive", at=at, note=proof.note, **proof.values)


def _proof(claim: Claim, receipt: Receipt, *, begun: datetime, at: datetime) -> Change:
    """Return what a receipt changes. The platform's time counts where it agrees with ours."""
    told = receipt.published_at
    aware = told is not None and told.tzinfo is not None
    believed = aware and begun - CLOCK_SKEW <= told <= at + CLOCK_SKEW  # type: ignore[operator]
    return Change(
        delivery_id=claim.delivery_id,
        fence=claim.fence,
        at=at,
        note=receipt.url,
        values={
            "reason": "",
            "remote_id": receipt.remote_id,
            "permalink": receipt.url,
            "published_at": told if believed else at,
        },
    )


def _fail(claim: Claim, error: PlatformError, *, at: datetime) -> bool:
    reason = REASONS.get(type(error), REASONS[Refused])
    return advance(
        claim.delivery_id, "fail", at=at, fence=claim.fence, note=detail(error), reason=reason
    )


def _postpone(claim: Claim, error: PlatformError, *, until: datetime, at: datetime) -> bool:
    """Back to the queue. Never past the window: there it is missed, and somebody is told."""
    publish_by = db.session.scalar(
        sa.select(Delivery.publish_by).where(Delivery.id == claim.delivery_id)
    )
    return advance(
        claim.delivery_id,
        "postpone",
        at=at,
        fence=claim.fence,
        note=detail(error),
        reason=REASONS.get(type(error), REASONS[TryLater]),
        next_at=min(until, publish_by or until),
    )


def _doubt(claim: Claim, error: PlatformError, *, at: datetime, reason: str) -> bool:
    first = sa.func.coalesce(Delivery.doubtful_since, Delivery.sending_at)
    since = db.session.scalar(sa.select(first).where(Delivery.id == claim.delivery_id))
    return advance(
        claim.delivery_id,
        "doubt",
        at=at,
        fence=claim.fence,
        note=detail(error),
        reason=reason,
        next_at=at + FIRST_LOOK,
        lookups=0,
        doubtful_since=since,
    )


def _attempts(claim: Claim) -> int:
    query = sa.select(Delivery.attempts).where(Delivery.id == claim.delivery_id)
    return db.session.scalar(query) or 1


def _wait(error: TryLater, attempts: int) -> timedelta:
    """Return what the platform asked for, or a jittered, doubling wait of up to an hour."""
    if error.wait_s is not None:
        return timedelta(seconds=min(max(1, error.wait_s), LONGEST_WAIT_S))
    longest_s = min(3600, 30 * 2**attempts)
    return timedelta(seconds=random.uniform(5, longest_s))  # noqa: S311 - spread, not a secret


def note_attempt(
    claim: Claim,
    outcome: Receipt | Handover | PlatformError | None,
    *,
    phase: str,
    started_at: datetime,
    at: datetime,
) -> None:
    failed = isinstance(outcome, PlatformError)
    write_note(
        _NOTE_ATTEMPT,
        {
            "delivery_id": claim.delivery_id,
            "fence": claim.fence,
            "phase": phase,
            "started_at": started_at,
            "ended_at": at,
            "outcome": type(outcome).__name__ if failed else "ok" if outcome else "not_found",
            "detail": detail(outcome) if isinstance(outcome, PlatformError) else "",
            "request_id": outcome.request_id if outcome else None,
        },
    )
