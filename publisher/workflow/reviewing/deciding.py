"""The decision on a post: by whom, on which version, and what stands in its way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from publisher import clock
from publisher.db import db
from publisher.errors import N_, FourEyes, Invalid, Outdated
from publisher.models import asking, audit
from publisher.models.advancing import cancel_open
from publisher.models.asking import hands
from publisher.models.people import User
from publisher.models.posts import Post, PostEvent, PostStatus, ReturnReason
from publisher.storage import Store
from publisher.workflow import checking, composing
from publisher.workflow.reviewing import returning

#: The steps by which a reviewer ends the waiting.
DECISIONS = ("approve", "request_changes", "reject")
NOTE_CHARS = 2000
_REMEMBERED = 10_000
_refused: dict[str, bool] = {}

_DECIDED = {
    "approve": N_(
        "Konten ini sudah disetujui oleh %(name)s pada %(time)s. "
        "Tidak ada yang diubah oleh permintaan Anda."
    ),
    "request_changes": N_(
        "Konten ini sudah dikembalikan untuk perbaikan oleh %(name)s pada %(time)s. "
        "Tidak ada yang diubah oleh permintaan Anda."
    ),
    "reject": N_(
        "Konten ini sudah ditolak oleh %(name)s pada %(time)s. "
        "Tidak ada yang diubah oleh permintaan Anda."
    ),
    "withdraw": N_(
        "Konten ini sudah ditarik kembali oleh %(name)s pada %(time)s. "
        "Tidak ada yang diubah oleh permintaan Anda."
    ),
}


def may_decide(post: Post, reviewer: User) -> bool:
    """Return whether four eyes would be kept: nobody decides on what they made themselves."""
    return reviewer.id not in hands(post)


def check_current(post: Post, *, version: int | None = None) -> None:
    """Hold the post until the transaction ends, and make sure nobody was quicker.

    :param version: the version the person had in front of them; None: the one loaded
    :raises Outdated: if it has moved on, with who decided and when, if somebody did
    """
    expected = post.version if version is None else version
    db.session.refresh(post, with_for_update=True)
    check_version(post, expected)


def check_version(post: Post, expected: int) -> None:
    """:raises Outdated: as for `check_current`; the post is held already"""
    if post.version == expected:
        return
    last = post.events[-1] if post.events else None
    if post.status is PostStatus.IN_REVIEW or last is None or last.step not in _DECIDED:
        raise Outdated
    raise Outdated(_DECIDED[last.step], name=last.actor.name, time=_time_of(last))


def goes_out(post: Post, at: datetime) -> datetime:
    """Return when a post that is approved now goes out."""
    return max(post.planned_at or at, at)


def late(post: Post, at: datetime) -> bool:
    """Return whether approval would make it public at once instead of at a planned time."""
    return post.planned_at is None or post.planned_at <= at


def is_refused(post: Post, store: Store) -> bool:
    """Return whether approval would be refused for what the post itself is, for lists.

    Remembered by what would be public: counting a long text as X does takes half a second.
    """
    key = post.digest()
    if key not in _refused:
        if len(_refused) >= _REMEMBERED:
            _refused.clear()
        found = composing.own_problems(post, store)
        if any(composing.LOST in some for some in found.values()):
            return True  # it may be brought back
        refused = any(problem.blocks for some in found.values() for problem in some)
        _refused[key] = refused or bool(checking.unlawful(post))
    return _refused[key]


def request_changes(
    post: Post,
    *,
    reviewer: User,
    at: datetime,
    reasons: Sequence[ReturnReason],
    note: str = "",
) -> None:
    """Send it back to its office, with what is to be better.

    :raises Invalid: without a reason, or with "lainnya" and nothing said
    :raises Outdated, InvalidTransition, FourEyes: as for `approve`
    """
    check_four_eyes(post, reviewer)
    if not reasons:
        raise Invalid(N_("Pilih sedikitnya satu alasan pengembalian."))
    if ReturnReason.LAINNYA in reasons:
        _must_say(note)
    take(
        post, "request_changes", reviewer=reviewer, at=at, reasons=tuple(reasons), note=_said(note)
    )


def reject(post: Post, *, reviewer: User, at: datetime, note: str) -> None:
    """Refuse it for good.

    :raises Invalid: without a word why
    :raises Outdated, InvalidTransition, FourEyes: as for `approve`
    """
    check_four_eyes(post, reviewer)
    _must_say(note)
    take(post, "reject", reviewer=reviewer, at=at, note=_said(note))


def take_back(post: Post, *, reviewer: User, at: datetime, note: str) -> int:
    """Undo an approval: stop what is not on its way yet; return how many deliveries.

    What is out stays out, and the post goes back to its office.

    :raises Invalid: without a word why, or when nothing can be stopped any more
    :raises Outdated, InvalidTransition: if somebody was quicker
    """
    check_current(post)
    _must_say(note)
    reason = N_("Persetujuan dibatalkan oleh penelaah.")
    stopped = cancel_open(post, actor=reviewer, at=at, reason=reason)
    take(post, "reopen", reviewer=reviewer, at=at, note=_said(note))  # the audit comes last
    if not stopped:
        raise Invalid(
            N_("Tidak ada lagi penayangan yang dapat dihentikan; persetujuan tidak dibatalkan.")
        )
    return stopped


def check_four_eyes(post: Post, reviewer: User, *, held: bool = False) -> None:
    if not held:
        check_current(post)
    if not may_decide(post, reviewer):
        raise FourEyes(
            N_(
                "Anda tidak dapat memutuskan konten yang Anda susun, sunting, atau ajukan sendiri. "
                "Mintalah penelaah lain untuk memutuskan."
            )
        )


def take(
    post: Post,
    step: str,
    *,
    reviewer: User,
    at: datetime,
    note: str = "",
    reasons: tuple[ReturnReason, ...] = (),
) -> None:
    """Take a step, and write it into the audit trail with what it was taken on."""
    version, digest = post.version, "" if step == "approve" else post.digest()
    post.move(step, actor=reviewer, at=at, note=note, reasons=reasons)
    returning.tell(post, step, note=note, at=at)
    if step != "approve":
        asking.resolve_notices(post.id, at=at)
    record(
        post,
        step,
        actor=reviewer,
        at=at,
        version=version,
        digest=digest or post.approved_digest,
        reasons=[reason.value for reason in reasons],
    )


def record(post: Post, step: str, *, actor: User, at: datetime, **details: Any) -> None:
    audit.record(
        f"post.{step}",
        f"post:{post.id}",
        at=at,
        actor_id=actor.id,
        region_id=post.office.region_id,
        **details,
    )


def _must_say(note: str) -> None:
    if not note.strip():
        raise Invalid(N_("Tuliskan alasannya agar perangkat daerah tahu apa yang harus dilakukan."))


def _said(note: str) -> str:
    return note.strip()[:NOTE_CHARS]


def _time_of(event: PostEvent) -> str:
    return clock.moment_words(event.at, event.post.office.region.zone)
