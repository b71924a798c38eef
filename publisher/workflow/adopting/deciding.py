"""A reviewer says whether a claim is right. Nobody decides on their own."""

from datetime import datetime

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_, FourEyes, InvalidTransition
from publisher.models.advancing import write_event
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.found import Claim, ClaimStatus
from publisher.models.notices import NoticeKind
from publisher.models.people import User
from publisher.models.places import Region
from publisher.models.posts import Post
from publisher.typed import Fault, Unacceptable, refuse, text_fault
from publisher.workflow import composing
from publisher.workflow.adopting.common import (
    IS_OURS,
    lock,
    not_theirs,
    note,
    settle,
    tell,
)

REASON_CHARS = 500
OWN_CLAIM = N_(
    "Anda tidak dapat memutuskan klaim yang Anda ajukan sendiri. Mintalah penelaah lain "
    "memutuskannya."
)
ACCEPTED = N_("Klaim diterima; unggahan ini ikut dihitung.")
ACCEPTED_LATE = N_(
    "Klaim diterima. Minggunya sudah ditutup, jadi angkanya berubah begitu Kominfo mengoreksinya."
)
DECLINED = N_("Klaim tidak diterima: %(because)s")


def accept(claim: Claim, *, reviewer: User, at: datetime) -> bool:
    """It is a content of the office: from now on it is one like all others.

    :returns: whether its week is open; a closed one changes only when it is corrected
    :raises FourEyes: if it is the reviewer's own
    :raises InvalidTransition: if it was decided meanwhile
    :raises Unacceptable: if the post has turned out to be one of Siar's, or may be
    """
    region = _open(claim, reviewer)
    found = claim.found_post
    composing.take_turns([found.account.office_id])
    refuse({"": not_theirs(found)})
    delivery = _adopted(claim, reviewer=reviewer, at=at)
    claim.status, claim.delivery = ClaimStatus.ACCEPTED, delivery
    claim.decided_by, claim.decided_at = reviewer, at
    account = found.account
    account.last_post_at = max(filter(None, (account.last_post_at, found.published_at)))
    still_open = not region.has_closed(found.week)
    settle(claim, at=at)
    tell(claim, NoticeKind.CLAIM_ANSWERED, at=at, reason=ACCEPTED if still_open else ACCEPTED_LATE)
    note("claim.accepted", claim, actor=reviewer, at=at, delivery=delivery.id)
    return still_open


def decline(claim: Claim, *, reason: str, reviewer: User, at: datetime) -> None:
    """It is none, or not what the office says; the office is told why, and may claim it again.

    :raises Unacceptable: without a reason
    :raises FourEyes, InvalidTransition: as `accept`
    """
    _open(claim, reviewer)
    refuse({"": text_fault(reason, REASON_CHARS)})
    claim.status, claim.reason = ClaimStatus.REFUSED, reason
    claim.decided_by, claim.decided_at = reviewer, at
    settle(claim, at=at)
    tell(claim, NoticeKind.CLAIM_ANSWERED, at=at, reason=DECLINED, because=reason)
    note("claim.refused", claim, actor=reviewer, at=at, reason=reason)


def _open(claim: Claim, reviewer: User) -> Region:
    if reviewer.id == claim.filed_by_id:
        raise FourEyes(OWN_CLAIM)
    region = lock(claim.found_post)
    db.session.refresh(claim)
    if claim.status is not ClaimStatus.WAITING:
        raise InvalidTransition("decide", claim.status)
    return region


def _adopted(claim: Claim, *, reviewer: User, at: datetime) -> Delivery:
    """Save the content, and its one delivery, which is out since the moment it was found to be."""
    found = claim.found_post
    account, out_at = found.account, found.published_at
    post = Post(
        office=account.office, title=claim.title, kind=claim.kind, what=claim.gist,
        caption=found.excerpt, planned_at=out_at, drafted_by=claim.filed_by,
        edited_by=claim.filed_by, created_at=claim.filed_at, edited_at=claim.filed_at,
        accounts=[account],
    )  # fmt: skip
    db.session.add(post)
    db.session.flush()
    post.move("submit", actor=claim.filed_by, at=claim.filed_at)
    post.move("approve", actor=reviewer, at=at)
    delivery = Delivery(
        post=post, account=account, office_id=account.office_id, status=DeliveryStatus.PUBLISHED,
        content_digest=post.approved_digest, due_at=out_at, next_at=out_at, publish_by=out_at,
        remote_id=found.remote_id, permalink=found.permalink or None, published_at=out_at,
        proved_by_id=reviewer.id, created_at=at, kind=claim.kind,
        zone_hours=clock.zone_hours(account.office.region.zone),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(delivery)
    except sa.exc.IntegrityError as error:  # its remote id was recorded a moment ago
        raise Unacceptable({"": Fault(IS_OURS)}) from error
    write_event(
        delivery.id, "adopt", before=None, after=delivery.status, fence=0, at=at, actor=reviewer,
        note=found.permalink,
    )  # fmt: skip
    composing.adopt(post, found, at=at)
    return delivery
