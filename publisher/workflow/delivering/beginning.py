"""The intent to publish, committed before the request: from here on a post may be public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import UtcDateTime
from publisher.models.accounts import is_connected
from publisher.models.advancing import Change, advance_all
from publisher.models.deliveries import Delivery
from publisher.models.neutrality import lacks_second
from publisher.models.posts import Post, PostStatus
from publisher.models.stops import is_stopped
from publisher.platforms import driver_class
from publisher.platforms.base import Prepared
from publisher.workflow.delivering.claiming import LEASE
from publisher.workflow.delivering.holding import rest_accounts
from publisher.workflow.delivering.sending import Job


def _still_approved() -> sa.ColumnElement[bool]:
    """Return the condition under which a prepared delivery may be sent."""
    delivery, post = Delivery.metadata.tables["delivery"], Post.metadata.tables["post"]
    # A value and no "exists": PostgreSQL would look among all posts for those of many deliveries.
    unchanged = (
        sa.select(
            sa.and_(
                post.c.status == PostStatus.APPROVED,
                post.c.version == sa.bindparam("as_read"),
                post.c.approved_digest == sa.bindparam("as_approved"),
            )
        )
        .where(post.c.id == delivery.c.post_id)
        .scalar_subquery()
    )
    now = sa.bindparam("now", type_=UtcDateTime())
    in_time = sa.and_(delivery.c.lease_until > now, delivery.c.publish_by > now)
    second = lacks_second(delivery.c.post_id, delivery.c.office_id, now)
    free = sa.and_(is_connected(delivery.c.account_id), ~is_stopped(delivery.c.office_id))
    return sa.and_(in_time, unchanged, free, ~second)


_STILL_APPROVED = _still_approved()


@dataclass(frozen=True, kw_only=True, slots=True)
class Begin:
    """The intent to publish now, to be committed before the request.

    :param spacing: how long the account then gets no other post, if its platform asks no more
    """

    job: Job
    prepared: Prepared
    at: datetime
    spacing: timedelta = timedelta(0)


def begin_all(begins: Sequence[Begin]) -> list[bool]:
    """Note that the publishing requests begin now; False where one must not.

    Only while the lease holds, while the post is still exactly what was approved, as long as
    nobody has disconnected the account or stopped the publishing of its region, and by two
    reviewers before an election.
    """
    changes = [
        Change(
            delivery_id=each.job.delivery_id,
            fence=each.job.fence,
            at=each.at,
            given={
                "now": each.at,
                "as_read": each.job.post_version,
                "as_approved": each.job.content_digest,
            },
            values={
                "lease_until": each.at + LEASE,
                "sending_at": each.at,
                "prepared": _stored(each.prepared, started_at=each.at),
            },
        )
        for each in begins
    ]
    begun = advance_all("begin", changes, require=_STILL_APPROVED)
    rest_accounts(
        {
            each.job.delivery_id: each.at + max(each.spacing, _spacing_of(each.job.driver))
            for each, ours in zip(begins, begun, strict=True)
            if ours and (each.spacing or _spacing_of(each.job.driver))
        }
    )
    return begun


def _spacing_of(driver: str) -> timedelta:
    return timedelta(seconds=driver_class(driver).limits.spacing_s)


def _stored(prepared: Prepared, *, started_at: datetime) -> dict[str, Any]:
    return {
        "text": prepared.text,
        "media_ids": list(prepared.media_ids),
        "started_at": started_at.isoformat(),
        "extra": dict(prepared.extra),
    }
