"""The head of an office signs a post, or sends it back to whoever drafted it.

A signature is for one submission, exactly as it was submitted. Whoever comes second, by whatever
way, changes nothing and is told what was decided.
"""

from collections.abc import Sequence
from datetime import datetime

from publisher import clock
from publisher.db import db
from publisher.errors import N_, FourEyes, Invalid, Outdated, PublisherError
from publisher.models import asking, audit
from publisher.models.needs import Answer, NeededDecision, SignOffLink, Stage
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.people import User
from publisher.models.posts import Post, PostStatus, ReturnReason

NOTE_CHARS = 2000
SIGNED = N_("Ditandatangani oleh %(name)s%(position)s. Konten kini ditelaah Kominfo.")
SENT_BACK = N_("Dikembalikan oleh %(name)s%(position)s untuk diperbaiki.")
BY_LINK = N_(
    "Ditandatangani atas nama %(name)s melalui tautan yang dibuat %(maker)s. Bila bukan Anda, "
    "segera hubungi Kominfo agar konten tidak disetujui."
)
NOT_YOURS = N_(
    "Konten ini hanya dapat ditandatangani kepala perangkat daerahnya yang sedang menjabat, dan "
    "bukan oleh yang menyusun atau mengajukannya."
)


class AlreadyDecided(PublisherError):
    """Somebody was quicker, or the post has moved on; nothing was changed."""

    message = N_("Konten ini tidak lagi menunggu tanda tangan. Tidak ada yang diubah.")
    by_whom = N_(
        "Konten ini sudah diputuskan oleh %(name)s pada %(time)s. Tidak ada yang diubah oleh "
        "permintaan Anda."
    )


def sign(
    post: Post, *, person: User, at: datetime, link: SignOffLink | None = None, address: str = ""
) -> NeededDecision:
    """Sign a post, so that the reviewers may decide on it.

    :param link: by which they came, if not signed in
    :raises AlreadyDecided: if it waits for no signature any more
    :raises FourEyes: if this person may not sign it
    """
    row = _held(post, person, at)
    _answer(row, Answer.GIVEN, person, at, link, address)
    post.note("sign", actor=person, at=at)
    _record(post, row, "post.sign", person, at)
    _tell(post, row, SIGNED, at=at)
    return row


def send_back(
    post: Post,
    *,
    person: User,
    at: datetime,
    reasons: Sequence[ReturnReason],
    note: str = "",
    link: SignOffLink | None = None,
    address: str = "",
) -> NeededDecision:
    """Send a post back to its office, with what is to be better.

    :raises Invalid: without a reason, or with "lainnya" and nothing said
    :raises AlreadyDecided, FourEyes: as for `sign`
    """
    if not reasons:
        raise Invalid(N_("Pilih sedikitnya satu alasan pengembalian."))
    if ReturnReason.LAINNYA in reasons and not note.strip():
        raise Invalid(N_("Jelaskan alasan lainnya."))
    row = _held(post, person, at)
    _answer(row, Answer.RETURNED, person, at, link, address)
    said = note.strip()[:NOTE_CHARS]
    post.move("request_changes", actor=person, at=at, note=said, reasons=tuple(reasons))
    _record(post, row, "post.sign_back", person, at, [reason.value for reason in reasons])
    _tell(post, row, SENT_BACK, at=at)
    return row


def _held(post: Post, person: User, at: datetime) -> NeededDecision:
    """Hold the post until the transaction ends, and return the decision that is asked of it."""
    db.session.refresh(post, with_for_update={"key_share": True})
    known = asking.state(post, at=at)
    row = known.rows.get(Stage.HEAD)
    if row is not None and row.answered_by is not None and row.answered_at is not None:
        time = clock.moment_words(row.answered_at, post.office.region.zone)
        raise AlreadyDecided(AlreadyDecided.by_whom, name=row.answered_by.name, time=time)
    waits = row is not None and row.answer is None and post.status is PostStatus.IN_REVIEW
    if row is None or not waits:
        raise AlreadyDecided
    if not asking.may_sign(post, person, at=at, terms=known.terms):
        raise FourEyes(NOT_YOURS)
    return row


def _answer(
    row: NeededDecision,
    given: Answer,
    person: User,
    at: datetime,
    link: SignOffLink | None,
    address: str,
) -> None:
    how = {"way": "app"}
    if link is not None:
        _use(link, row, at)
        maker = link.made_by.name if link.made_by else "Siar"
        how = {"way": "link", "link": str(link.id), "maker": maker}
    how |= {"address": address} if address else {}
    if not asking.answer(row, given, by=person, at=at, **how):
        raise Outdated


def _use(link: SignOffLink, row: NeededDecision, at: datetime) -> None:
    """Use a link up, as it stands now: it may have been revoked, or the post submitted anew, since
    it was opened."""
    changing = ["need_id", "used_at", "revoked_at", "expires_at"]
    db.session.refresh(link, changing, with_for_update=True)
    if link.need_id != row.id:
        raise AlreadyDecided
    if link.used_at is not None or link.revoked_at is not None or link.expires_at <= at:
        raise AlreadyDecided
    link.used_at = at


def _record(
    post: Post,
    row: NeededDecision,
    action: str,
    person: User,
    at: datetime,
    reasons: Sequence[str] = (),
) -> None:
    audit.record(
        action,
        f"post:{post.id}",
        at=at,
        actor_id=person.id,
        region_id=post.office.region_id,
        version=post.version,
        digest=row.digest,
        position=row.position,
        reasons=list(reasons),
        **row.details,
    )


def _tell(post: Post, row: NeededDecision, sentence: str, *, at: datetime) -> None:
    """Tell the office; its head too, since a link may have been used by somebody else."""
    assert row.answered_by is not None  # noqa: S101 - just answered
    by_link = row.details.get("way") == "link"
    position = f" ({row.position})" if row.position else ""
    told = {"name": row.answered_by.name, "position": position}
    if by_link and row.answer is Answer.GIVEN:
        sentence, told = BY_LINK, told | {"maker": row.details["maker"]}
    notice = {
        "key": f"sign_off:answered:{row.id}",
        "kind": NoticeKind.SIGN_OFF_ANSWERED,
        "at": at,
        "region_id": post.office.region_id,
        "office_id": post.office_id,
        "post_id": post.id,
        "reason": sentence,
        "details": told,
    }
    add_once(Notice, [notice])
