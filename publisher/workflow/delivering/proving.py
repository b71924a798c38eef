"""Proofs of what people posted: filed by the office, verified by somebody else.

Until then the delivery stays handed over and counts for nothing. Verified, it is out, at the time
that was filed.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from publisher.db import db
from publisher.errors import N_, FourEyes, Invalid, InvalidTransition
from publisher.models import audit
from publisher.models.advancing import advance
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus
from publisher.models.media import Media
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import PostStatus
from publisher.models.proofs import Proof, ProofStatus
from publisher.workflow.delivering.by_hand import TIME_TO_PROVE
from publisher.workflow.delivering.people import REASON_MISSING, require_link_of

#: People post a little before the time that was planned, and their clocks differ from ours.
EARLY = timedelta(hours=1)
CLOCK_SKEW = timedelta(minutes=5)
REASON_CHARS = 500
PER_PAGE = 20

NOTHING_SHOWN = N_("Isi tautan unggahannya, atau lampirkan tangkapan layar.")
ALREADY_FILED = N_("Bukti tayang ini sudah dicatat dan menunggu diperiksa Kominfo.")
NOT_HANDED_OVER = N_("Penayangan ini tidak sedang menunggu bukti tayang. Muat ulang halaman.")
NOT_YET = N_("Waktu tayang tidak boleh di masa depan. Periksa tanggal dan jamnya.")
TOO_EARLY = N_("Waktu tayang lebih awal daripada jadwalnya. Periksa tanggal dan jamnya.")
OWN_PROOF = N_(
    "Anda tidak dapat memeriksa bukti tayang yang Anda catat sendiri. "
    "Mintalah penelaah lain memeriksanya."
)
IS_CHECKED = N_("Bukti tayang sudah dicatat. Kominfo memeriksanya, lalu penayangan ini dihitung.")
FILE_ANOTHER = N_("Bukti tayang dikembalikan. Lihat alasannya, lalu catat bukti yang benar.")
RETURNED = N_("Bukti tayang dikembalikan: %(reason)s")
CHANGED = N_(
    "Isi konten berubah setelah diserahkan, dan buktinya dikembalikan. Setujui kembali kontennya "
    "agar dijadwalkan lagi."
)


def is_current(delivery: Delivery) -> bool:
    """Return whether the post is still exactly what was approved for this delivery."""
    post = delivery.post
    return post.status is PostStatus.APPROVED and post.digest() == delivery.content_digest


def may_file(delivery: Delivery) -> bool:
    """Return whether a proof may be filed now: it is a person's turn, and none waits yet."""
    turn = delivery.can("verify") and delivery.handed_over_at is not None
    return turn and waiting_proof(delivery) is None


def file(
    delivery: Delivery,
    *,
    link: str,
    screenshot: Media | None,
    posted_at: datetime,
    actor: User,
    at: datetime,
) -> Proof:
    """Say that it was posted, and show it.

    :raises Invalid: naming what is missing or cannot be
    """
    link = link.strip()
    _lock(delivery)
    if delivery.handed_over_at is None or not delivery.can("verify"):
        raise Invalid(NOT_HANDED_OVER)
    if not link and screenshot is None:
        raise Invalid(NOTHING_SHOWN)
    if link:
        require_link_of(delivery.account, link)
    proof = Proof(
        delivery=delivery, link=link, screenshot=screenshot, filed_by=actor, filed_at=at,
        posted_at=_believable(delivery, posted_at, at=at),
    )  # fmt: skip
    _add(proof)
    _let_wait(delivery, until=NEVER, reason=IS_CHECKED)
    _resolve(delivery, NoticeKind.HANDED_OVER, NoticeKind.PROOF_RETURNED, at=at)
    _tell(proof, NoticeKind.PROOF_WAITING, at=at)
    _note("proof.filed", proof, actor=actor, at=at)
    return proof


def verify(proof: Proof, *, reviewer: User, at: datetime) -> None:
    """It is what it says: the delivery is out.

    :raises FourEyes: if it is the reviewer's own
    :raises InvalidTransition: if it was decided meanwhile
    """
    _decide(proof, ProofStatus.VERIFIED, reviewer=reviewer, at=at)
    delivery = proof.delivery
    if proof.link:
        require_link_of(delivery.account, proof.link)
    taken = advance(
        delivery.id, "verify", at=at, actor=reviewer, note=proof.link, reason="",
        permalink=proof.link or None, published_at=proof.posted_at, proved_by_id=reviewer.id,
    )  # fmt: skip
    if not taken:
        raise InvalidTransition("verify", delivery.status)
    account = delivery.account
    account.last_post_at = max(filter(None, (account.last_post_at, proof.posted_at)))
    _note("proof.verified", proof, actor=reviewer, at=at)


def send_back(proof: Proof, *, reason: str, reviewer: User, at: datetime) -> None:
    """It does not prove it; the office is told why, and files another.

    :raises Invalid: without a reason
    :raises FourEyes, InvalidTransition: as `verify`
    """
    reason = reason.strip()[:REASON_CHARS]
    if not reason:
        raise Invalid(REASON_MISSING)
    _decide(proof, ProofStatus.RETURNED, reviewer=reviewer, at=at, reason=reason)
    delivery = proof.delivery
    if is_current(delivery):
        _let_wait(delivery, until=at + TIME_TO_PROVE, reason=FILE_ANOTHER)
        _tell(proof, NoticeKind.PROOF_RETURNED, at=at, reason=RETURNED, details={"reason": reason})
    else:
        advance(delivery.id, "cancel", at=at, actor=reviewer, note=CHANGED, reason=CHANGED)
    _note("proof.returned", proof, actor=reviewer, at=at, reason=reason)


def waiting_proof(delivery: Delivery) -> Proof | None:
    query = sa.select(Proof).where(
        Proof.delivery_id == delivery.id, Proof.status == ProofStatus.WAITING
    )
    return db.session.scalar(query)


def proofs_of(delivery: Delivery) -> list[Proof]:
    """Return all that was filed for a delivery, newest first."""
    query = (
        sa.select(Proof)
        .where(Proof.delivery_id == delivery.id)
        .options(
            joinedload(Proof.filed_by), joinedload(Proof.decided_by), joinedload(Proof.screenshot)
        )
        .order_by(Proof.id.desc())
    )
    return list(db.session.scalars(query))


def queue(reviewer: User, *, page: int = 1) -> tuple[list[Proof], bool]:
    """Return one page of the proofs that wait in a reviewer's region, the oldest first, and
    whether there are more."""
    query = (
        sa.select(Proof)
        .join(Delivery, Delivery.id == Proof.delivery_id)
        .join(Office, Office.id == Delivery.office_id)
        .where(Proof.status == sa.literal_column("'waiting'"))
        .where(Office.region_id == reviewer.region_id)
        .options(
            joinedload(Proof.filed_by),
            joinedload(Proof.screenshot),
            contains_eager(Proof.delivery).options(
                joinedload(Delivery.post), joinedload(Delivery.account),
                contains_eager(Delivery.office).joinedload(Office.region),
            ),
        )
        .order_by(Proof.id)
        .limit(PER_PAGE + 1)
        .offset((max(1, page) - 1) * PER_PAGE)
    )  # fmt: skip
    found = list(db.session.scalars(query))
    return found[:PER_PAGE], len(found) > PER_PAGE


def count_waiting(reviewer: User) -> int:
    """Return how many proofs wait in a reviewer's region."""
    query = (
        sa.select(sa.func.count(Proof.id))
        .join(Delivery, Delivery.id == Proof.delivery_id)
        .join(Office, Office.id == Delivery.office_id)
        .where(Proof.status == sa.literal_column("'waiting'"))
        .where(Office.region_id == reviewer.region_id)
    )
    return db.session.scalar(query) or 0


# -- inside ------------------------------------------------------------------------------------


def _lock(delivery: Delivery) -> None:
    """Let nobody move the delivery until we are done."""
    db.session.refresh(delivery, with_for_update=True)


def _believable(delivery: Delivery, posted_at: datetime, *, at: datetime) -> datetime:
    if posted_at > at + CLOCK_SKEW:
        raise Invalid(NOT_YET)
    earliest = min(delivery.due_at, delivery.handed_over_at or delivery.due_at) - EARLY
    if posted_at < earliest:
        raise Invalid(TOO_EARLY)
    return min(posted_at, at)


def _add(proof: Proof) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(proof)
    except sa.exc.IntegrityError as error:  # somebody of the office was quicker
        raise Invalid(ALREADY_FILED) from error


def _decide(
    proof: Proof, status: ProofStatus, *, reviewer: User, at: datetime, reason: str = ""
) -> None:
    """Decide a waiting proof once, whoever else decides at the same moment."""
    if reviewer.id == proof.filed_by_id:
        raise FourEyes(OWN_PROOF)
    db.session.flush()
    change = (
        sa.update(Proof)
        .where(Proof.id == proof.id, Proof.status == ProofStatus.WAITING)
        .values(status=status, decided_by_id=reviewer.id, decided_at=at, reason=reason)
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(change).rowcount != 1:  # type: ignore[attr-defined]
        raise InvalidTransition(status, proof.status)
    db.session.refresh(proof)
    _resolve(proof.delivery, NoticeKind.PROOF_WAITING, at=at)


def _let_wait(delivery: Delivery, *, until: datetime, reason: str) -> None:
    """Set until when a proof may come. While one waits to be verified, nothing is missed."""
    change = (
        sa.update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.status == DeliveryStatus.HANDED_OVER)
        .values(publish_by=until, reason=reason, noticed_fence=Delivery.fence)  # they know
        .execution_options(synchronize_session=False)
    )
    db.session.execute(change)


def _tell(
    proof: Proof, kind: NoticeKind, *, at: datetime, reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    delivery = proof.delivery
    notice = {
        "key": f"proof:{proof.id}:{kind}",
        "kind": kind,
        "at": at,
        "region_id": delivery.office.region_id,
        "office_id": delivery.office_id,
        "account_id": delivery.account_id,
        "delivery_id": delivery.id,
        "reason": reason,
        "details": details or {},
    }
    add_once(Notice, [notice])


def _resolve(delivery: Delivery, *kinds: NoticeKind, at: datetime) -> None:
    change = (
        sa.update(Notice)
        .where(Notice.delivery_id == delivery.id, Notice.kind.in_(kinds))
        .where(Notice.resolved_at.is_(None))
        .values(resolved_at=at)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(change)


def _note(action: str, proof: Proof, *, actor: User, at: datetime, **more: str) -> None:
    audit.record(
        action, f"delivery:{proof.delivery_id}", at=at, actor_id=actor.id,
        region_id=actor.region_id, proof=proof.id, link=proof.link,
        screenshot=proof.screenshot_id, **more,
    )  # fmt: skip
