"""Moving a post to another time.

Approval freezes texts, pictures and accounts, not the time. So a reviewer may move what waits and
what is approved: it stays approved, and its deliveries move along, as long as none of them has
begun. An office moves its drafts; what it handed over it would have to take back first, and what
is approved it would have to reopen. A move is no edit of the content: a reviewer who only moved a
post may still decide on it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from publisher import clock
from publisher.db import db
from publisher.errors import N_, Invalid, InvalidTransition, Outdated
from publisher.models import asking, audit
from publisher.models.advancing import write_event
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.needs import Stage
from publisher.models.people import Role, User
from publisher.models.posts import EDITABLE, Post, PostEvent, PostStatus
from publisher.models.stops import is_stopped
from publisher.models.watch import Preflight
from publisher.workflow import composing

#: Nobody plans a year ahead; a slip of the finger does.
FURTHEST = timedelta(days=366)
MOVABLE = {
    Role.DRAFTER: EDITABLE,
    Role.REVIEWER: frozenset({PostStatus.IN_REVIEW, PostStatus.APPROVED}),
}
_REFUSED = {
    PostStatus.APPROVED: N_(
        "Konten ini sudah disetujui, sehingga hanya Kominfo yang dapat memindahkannya. "
        "Hubungi Kominfo, atau buka kembali kontennya."
    ),
    PostStatus.IN_REVIEW: N_(
        "Konten ini sedang ditelaah, sehingga hanya Kominfo yang dapat memindahkannya."
    ),
    PostStatus.DRAFT: N_("Draf dijadwalkan oleh perangkat daerahnya sendiri."),
    PostStatus.CHANGES_REQUESTED: N_("Draf dijadwalkan oleh perangkat daerahnya sendiri."),
}
BEGUN = N_(
    "Konten ini sudah tayang, sedang dikirim, atau sudah diserahkan untuk ditayangkan, sehingga "
    "waktunya tidak dapat dipindahkan lagi."
)
PAST = N_("Waktu itu sudah lewat. Pilih waktu yang akan datang.")
TOO_FAR = N_("Waktu itu lebih dari setahun lagi. Periksa tanggalnya.")
CROWDED = N_(
    "Akun %(account)s di %(platform)s sudah memiliki “%(title)s” pada %(time)s. Beri jarak "
    "sedikitnya %(minutes)s menit."
)
STOPPED = N_(
    "Semua penayangan daerah ini sedang dihentikan, sehingga konten yang disetujui tidak dapat "
    "dipindahkan. Lanjutkan penayangan dulu."
)
MOVED_MEANWHILE = N_(
    "Konten ini baru saja dipindahkan oleh %(name)s. Muat ulang untuk melihat waktunya; tidak ada "
    "yang diubah oleh permintaan Anda."
)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move that was made, and how to undo it.

    :ivar version: that of the post now
    """

    post_id: int
    before: datetime | None
    after: datetime | None
    version: int


def may_move(role: Role, state: str) -> bool:
    """Return whether a role moves posts of a status, or state, if nothing else is in the way."""
    return state in MOVABLE.get(role, ())


def may_undo(post: Post, made: Move, *, at: datetime) -> bool:
    """Return whether a move can be undone as far as time tells; somebody may yet be quicker."""
    if made.before is None:
        return post.status in EDITABLE and made.after is not None
    return made.before != made.after and made.before > at


def lacks_second(post: Post, *, at: datetime) -> bool:
    """Return whether a post goes out in a time before an election, and does not have the approval
    of a second reviewer: what is approved is then held until it has."""
    return Stage.SECOND in asking.state(post, at=at).missing


def move(
    post: Post,
    to: datetime | None,
    *,
    actor: User,
    at: datetime,
    version: int,
    spacing: timedelta,
    catch_up: timedelta,
) -> Move:
    """Plan a post for another time; deliveries that wait go along.

    :param to: None takes a draft out of the calendar
    :param version: that of the page
    :param spacing: what lies at least between two posts of an account
    :param catch_up: how long after its time it may still go out
    :raises Outdated: if somebody was quicker
    :raises Invalid: if this person, this post or this time is not to be moved
    """
    _check_current(post, version)
    _check_allowed(post, actor)
    if to == post.planned_at:
        return Move(post_id=post.id, before=to, after=to, version=post.version)
    composing.take_turns([post.office_id])
    _check_not_stopped(post)
    _check_time(post, to, at, spacing)
    before = post.planned_at
    post.planned_at = to
    if actor.role is Role.DRAFTER:
        post.touch(actor=actor, at=at)
        flag_modified(post, "edited_at")
    if post.status is PostStatus.APPROVED and to is not None:
        _move_deliveries(post, to, actor=actor, at=at, catch_up=catch_up)
    _write_down(post, before, actor=actor, at=at)
    db.session.flush()
    return Move(post_id=post.id, before=before, after=to, version=post.version)


def _check_allowed(post: Post, actor: User) -> None:
    if may_move(actor.role, post.status):
        return
    if post.status in _REFUSED:
        raise Invalid(_REFUSED[post.status])
    raise InvalidTransition("move", post.status)


def _check_current(post: Post, version: int) -> None:
    """Hold the post until the transaction ends, and make sure nobody was quicker."""
    db.session.refresh(post, with_for_update=True)
    if post.version == version:
        return
    last = post.events[-1] if post.events else None
    if last is not None and last.step == "move":
        raise Outdated(MOVED_MEANWHILE, name=last.actor.name)
    raise Outdated


def _check_not_stopped(post: Post) -> None:
    """What is held is listed for whoever resumes it, and stays as it was listed."""
    if post.status is PostStatus.APPROVED and db.session.scalar(
        sa.select(is_stopped(post.office_id))
    ):
        raise Invalid(STOPPED)


def _check_time(post: Post, to: datetime | None, at: datetime, spacing: timedelta) -> None:
    if to is None:
        if post.status not in EDITABLE:
            raise Invalid(N_("Hanya draf yang dapat dikeluarkan dari kalender."))
        return
    if to <= at:
        raise Invalid(PAST)
    if to > at + FURTHEST:
        raise Invalid(TOO_FAR)
    _check_spacing(post, to, spacing)
    if post.status not in EDITABLE:
        _check_repeats(post, to)


def _check_spacing(post: Post, to: datetime, spacing: timedelta) -> None:
    """Refuse a time too close to another post of the same account, naming both. One query."""
    near = composing.around({post: to}, spacing, among=composing.WAITING_TOO)
    if crowd := near.crowd(post, to):
        raise Invalid(CROWDED, **crowd.values)


def _check_repeats(post: Post, to: datetime) -> None:
    """Refuse a time at which a platform would refuse to hear the same text again."""
    plans = [
        composing.Plan(
            post_id=post.id,
            account_id=account.id,
            platform=account.platform,
            text=post.text_for(account.platform),
            at=to,
            zone=post.office.region.zone,
        )
        for account in post.accounts
    ]
    for found in composing.repeats(plans):
        for problem in found:
            if problem.blocks:
                raise Invalid(problem.message, **problem.values)


def _move_deliveries(
    post: Post, to: datetime, *, actor: User, at: datetime, catch_up: timedelta
) -> None:
    """Let every delivery of the post be due then; all of them, or nothing moves."""
    standing = db.session.execute(
        sa.select(Delivery.id, Delivery.status, Delivery.fence, Delivery.attempts)
        .where(Delivery.post_id == post.id, Delivery.status != DeliveryStatus.CANCELLED)
        .with_for_update()
    ).all()
    if any(row.status is not DeliveryStatus.PENDING or row.attempts for row in standing):
        raise Invalid(BEGUN)
    ids = [row.id for row in standing]
    change = (
        sa.update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.status == DeliveryStatus.PENDING)
        .values(due_at=to, next_at=to, publish_by=to + catch_up)
        .execution_options(synchronize_session="fetch")
    )
    if not ids or db.session.execute(change).rowcount != len(ids):  # type: ignore[attr-defined]
        raise Invalid(BEGUN)
    # What was checked for the old time says nothing of the new one.
    db.session.execute(sa.delete(Preflight).where(Preflight.delivery_id.in_(ids)))
    for row in standing:
        write_event(
            row.id, "move", before=row.status, after=row.status, fence=row.fence, at=at,
            actor=actor, note=_written(to, post.office.region.zone),
        )  # fmt: skip


def _write_down(post: Post, before: datetime | None, *, actor: User, at: datetime) -> None:
    zone = post.office.region.zone
    note = f"{_written(before, zone)} → {_written(post.planned_at, zone)}"
    post.events.append(
        PostEvent(
            step="move", before=post.status, after=post.status, actor=actor, at=at, note=note,
            reasons=[], content=post.content(),
        )
    )  # fmt: skip
    audit.record(
        "post.move",
        f"post:{post.id}",
        at=at,
        actor_id=actor.id,
        region_id=post.office.region_id,
        status=post.status.value,
        before=before.isoformat() if before else None,
        after=post.planned_at.isoformat() if post.planned_at else None,
    )


def _written(at: datetime | None, zone: str) -> str:
    return clock.moment_words(at, zone) if at else "–"
