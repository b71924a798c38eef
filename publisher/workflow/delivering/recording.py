"""What the database learns of an attempt: read the job, note the intent, write the outcome.

`record` reads as the table of what to do about each outcome.
"""

import dataclasses
import random
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.errors import N_
from publisher.models.deliveries import (
    Attempt,
    Delivery,
    DeliveryStatus,
    advance,
    write_note,
)
from publisher.models.posts import Post, PostStatus
from publisher.platforms import driver_class
from publisher.platforms.base import Prepared, Receipt
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.workflow.delivering.claiming import LEASE, Claim
from publisher.workflow.delivering.holding import (
    REASONS,
    ApprovedAnew,
    PictureUnreadable,
    Restored,
    change_account,
    detail,
    hold_account,
    look_first,
)
from publisher.workflow.delivering.loading import held
from publisher.workflow.delivering.sending import Job

#: When to look after an unknown outcome: as soon as a slow platform may have settled.
FIRST_LOOK = timedelta(seconds=45)
#: A platform's clock this far from ours is not believed.
CLOCK_SKEW = timedelta(minutes=5)
_NOTE_ATTEMPT = sa.insert(Attempt.metadata.tables["attempt"])
#: A platform that asks for more than a day is asking a person.
LONGEST_WAIT_S = 24 * 3600


ALREADY_THERE = N_(
    "Platform menyatakan unggahan ini sudah ada. Siar sedang mencari tautannya di akun."
)


def _still_approved() -> sa.ColumnElement[bool]:
    """Return the condition under which a prepared delivery may be sent."""
    delivery, post = Delivery.metadata.tables["delivery"], Post.metadata.tables["post"]
    unchanged = sa.exists().where(
        post.c.id == delivery.c.post_id,
        post.c.status == PostStatus.APPROVED,
        post.c.version == sa.bindparam("as_read"),
        post.c.approved_digest == sa.bindparam("as_approved"),
    )
    now = sa.bindparam("now", type_=UtcDateTime())
    return sa.and_(delivery.c.lease_until > now, delivery.c.publish_by > now, unchanged)


_STILL_APPROVED = _still_approved()


def begin(
    job: Job,
    prepared: Prepared,
    *,
    at: datetime,
    lease: timedelta = LEASE,
    spacing: timedelta = timedelta(0),
) -> bool:
    """Note that the publishing request begins now; False if it must not.

    To be committed before the request. Holds only while the lease does, and while the post is
    still exactly what was approved.

    :param spacing: how long the account then gets no other post, if its platform asks no more
    """
    begun = advance(
        job.delivery_id,
        "begin",
        at=at,
        fence=job.fence,
        require=(
            _STILL_APPROVED,
            {"now": at, "as_read": job.post_version, "as_approved": job.content_digest},
        ),
        lease_until=at + lease,
        sending_at=at,
        prepared=_stored(dataclasses.replace(prepared, started_at=at)),
    )
    spacing = max(spacing, timedelta(seconds=driver_class(job.platform).limits.spacing_s))
    if begun and spacing:
        change_account(job.delivery_id, next_allowed_at=at + spacing)
    return begun


def _stored(prepared: Prepared) -> dict[str, Any]:
    values = dataclasses.asdict(prepared)
    values["started_at"] = prepared.started_at.isoformat() if prepared.started_at else None
    return values


def record(
    claim: Claim,
    outcome: Receipt | PlatformError,
    *,
    phase: str,
    started_at: datetime,
    at: datetime,
) -> bool:
    """Write down how an attempt ended and what happens next; False if it was not ours."""
    done = _settle(claim, outcome, started_at=started_at, at=at)
    note_attempt(claim, outcome, phase=phase, started_at=started_at, at=at)
    if done and isinstance(outcome, AccountBlocked):
        hold_account(claim, outcome, until=outcome.until, at=at)
    if done and isinstance(outcome, TryLater) and outcome.whole_account:
        hold_account(claim, outcome, until=at + _wait(outcome, 1), at=at)
    return done


def _settle(
    claim: Claim, outcome: Receipt | PlatformError, *, started_at: datetime, at: datetime
) -> bool:
    match outcome:
        case Receipt():
            # An answer that came after the lease is still an answer: the post is out.
            return mark_published(claim, outcome, begun=started_at, at=at) or mark_published(
                claim, outcome, begun=started_at, at=at, step="arrive", fenced=False
            )
        case Refused(duplicate=True):  # it is there: by us, or by hand; the look tells its link
            return _doubt(claim, outcome, at=at, reason=ALREADY_THERE) or _fail(
                claim, outcome, at=at
            )
        case Refused():
            return _fail(claim, outcome, at=at)
        case AccountBlocked():
            return _postpone(claim, outcome, until=at, at=at)
        case Restored():
            return look_first(claim, outcome, at=at)
        case ApprovedAnew():
            return _replan(claim, at=at)
        case PictureUnreadable():  # says nothing about the account
            return _postpone(claim, outcome, until=at + _wait(outcome, _attempts(claim)), at=at)
        case TryLater():
            until = at + _wait(outcome, _attempts(claim))
            return _postpone(claim, outcome, until=until, at=at) and _rest(claim, until=until)
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


def mark_published(
    claim: Claim,
    receipt: Receipt,
    *,
    begun: datetime,
    at: datetime,
    step: str = "publish",
    fenced: bool = True,
) -> bool:
    """Store the proof. The platform's time counts where it agrees with ours.

    :param begun: when the first request began that may have made it public
    """
    told = receipt.published_at
    aware = told is not None and told.tzinfo is not None
    believed = aware and begun - CLOCK_SKEW <= told <= at + CLOCK_SKEW  # type: ignore[operator]
    return advance(
        claim.delivery_id,
        step,
        at=at,
        fence=claim.fence if fenced else None,
        note=receipt.url,
        reason="",
        remote_id=receipt.remote_id,
        permalink=receipt.url,
        published_at=told if believed else at,
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


def _rest(claim: Claim, *, until: datetime) -> bool:
    """Let the account's other posts wait as well, so that they go out in their order."""
    return change_account(claim.delivery_id, next_allowed_at=until)


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
    outcome: Receipt | PlatformError | None,
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
