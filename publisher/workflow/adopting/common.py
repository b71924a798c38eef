"""What filing and deciding share: one at a time per region, whether a post may still be claimed,
and what tells who."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import Standing
from publisher.models.audit import record
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.found import Claim, FoundPost
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import User
from publisher.models.places import Region, lock_region
from publisher.models.posts import Post
from publisher.platforms import driver_class
from publisher.typed import Fault
from publisher.workflow.composing.found import is_recorded
from publisher.workflow.composing.said import REMEMBERED, key

NOT_OFFICIAL = N_("Akun ini bukan lagi akun utama, jadi unggahannya tidak dihitung.")
IS_OURS = N_("Unggahan ini sudah tercatat sebagai penayangan lewat Siar.")
IN_DOUBT = N_(
    "Di akun ini ada penayangan yang belum pasti, mungkin justru unggahan ini. Selesaikan dulu di "
    "halaman Penayangan, lalu coba lagi."
)
IS_APPROVED = N_(
    "Isinya sama dengan konten yang sudah disetujui untuk akun ini dan belum tercatat tayang. "
    "Selesaikan konten itu dulu di halaman Penayangan: catat tautan ini sebagai bukti tayangnya, "
    "atau batalkan penayangannya."
)
#: What was approved, is not known to be out, and may be out all the same.
_MAYBE_OUT = (
    DeliveryStatus.PENDING, DeliveryStatus.CLAIMED, DeliveryStatus.HANDED_OVER,
    DeliveryStatus.FAILED, DeliveryStatus.MISSED,
)  # fmt: skip


def lock(found: FoundPost) -> Region:
    """Let nobody close or count the region's week, or decide on this post, until we are done.

    Closing locks the same row."""
    region = lock_region(found.account.office.region_id)
    db.session.refresh(found)
    return region


def is_ours(found: FoundPost) -> bool:
    """Return whether a delivery has turned out to be this post."""
    same = sa.exists().where(
        Delivery.account_id == found.account_id, Delivery.remote_id == found.remote_id
    )
    if db.session.scalar(sa.select(same)):
        return True
    return bool(found.permalink) and is_recorded(found.account, found.permalink)


def not_theirs(found: FoundPost) -> Fault | None:
    """Return why this post is no matter for a claim: counted twice, or sent twice, is worse than
    not counted."""
    if found.account.standing is not Standing.UTAMA:
        return Fault(NOT_OFFICIAL)
    if is_ours(found):
        return Fault(IS_OURS)
    rivals = _not_out(found)
    # Were it claimed, a look for the lost post would pass over it, and send it once more.
    if any(status in (DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN) for status, _ in rivals):
        return Fault(IN_DOUBT)
    wording, platform = driver_class(found.account.driver).wording, found.account.platform
    words = (key(wording(post.text_for(platform))) for _, post in rivals)
    if found.text_key is not None and found.text_key in words:
        return Fault(IS_APPROVED)
    return None


def _not_out(found: FoundPost) -> list[tuple[DeliveryStatus, Post]]:
    """Return the deliveries of the account around then that are not known to be out."""
    around = found.published_at - REMEMBERED, found.published_at + REMEMBERED
    in_doubt = Delivery.status.in_((DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN))
    near = sa.and_(Delivery.status.in_(_MAYBE_OUT), Delivery.due_at.between(*around))
    query = (
        sa.select(Delivery.status, Post)
        .join(Post, Post.id == Delivery.post_id)
        .where(Delivery.office_id == found.account.office_id)
        .where(Delivery.account_id == found.account_id, sa.or_(in_doubt, near))
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def tell(claim: Claim, kind: NoticeKind, *, at: datetime, reason: str, **details: Any) -> None:
    found = claim.found_post
    week = {"week": str(found.week), "title": claim.title}
    notice = {
        "key": f"claim:{claim.id}:{kind}",
        "kind": kind,
        "at": at,
        "region_id": found.account.office.region_id,
        "office_id": found.account.office_id,
        "account_id": found.account_id,
        "reason": reason,
        "details": week | details,
    }
    add_once(Notice, [notice])


def settle(claim: Claim, *, at: datetime) -> None:
    """No reviewer need look at it any more."""
    filed = Notice.key == f"claim:{claim.id}:{NoticeKind.CLAIM_FILED}"
    change = sa.update(Notice).where(filed, Notice.resolved_at.is_(None)).values(resolved_at=at)
    db.session.execute(change.execution_options(synchronize_session=False))


def note(action: str, claim: Claim, *, actor: User, at: datetime, **more: Any) -> None:
    found = claim.found_post
    record(
        action, f"claim:{claim.id}", at=at, actor_id=actor.id,
        region_id=found.account.office.region_id, office=found.account.office_id,
        post=found.remote_id, link=found.permalink, title=claim.title, kind=claim.kind.value,
        **more,
    )  # fmt: skip
