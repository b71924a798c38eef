"""An office says that a found post is its own content, and what it is about."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, InvalidTransition
from publisher.models.found import Claim, ClaimStatus, FoundPost
from publisher.models.notices import NoticeKind
from publisher.models.people import User
from publisher.models.places import Region
from publisher.models.posts import PostKind
from publisher.models.weeks import Objection, ObjectionStatus
from publisher.typed import Fault, Unacceptable, refuse, text_fault
from publisher.workflow.adopting.common import lock, not_theirs, note, settle, tell

TITLE_CHARS, GIST_CHARS = 150, 500
FILED = N_("Ditayangkan di luar Siar: %(title)s")
CLAIMED = N_("Unggahan ini sudah diklaim. Muat ulang halaman untuk melihat keadaannya.")
CLOSED = N_(
    "Minggu unggahan ini sudah ditutup, jadi tidak dapat diklaim lagi. Angkanya hanya berubah "
    "lewat koreksi: sampaikan kepada Kominfo. Lain kali, klaim atau ajukan sanggahan sebelum "
    "minggunya ditutup."
)


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What the office says of the post.

    :param gist: what, who, when and where in short; may be left out
    """

    title: str
    kind: PostKind
    gist: str = ""


def hindrance(found: FoundPost, region: Region) -> Fault | None:
    """Return why a post cannot be claimed now; None: it can."""
    standing = sa.exists().where(
        Claim.found_post_id == found.id,
        Claim.status.in_((ClaimStatus.WAITING, ClaimStatus.ACCEPTED)),
    )
    if db.session.scalar(sa.select(standing)):
        return Fault(CLAIMED)
    if region.has_closed(found.week) and not _objected_rightly(found):
        return Fault(CLOSED)
    return not_theirs(found)


def file(found: FoundPost, naming: Naming, *, actor: User, at: datetime) -> Claim:
    """Claim a found post for its office; reviewers are told.

    :raises Unacceptable: if it cannot be claimed, or something typed cannot be
    """
    region = lock(found)
    refuse(
        {
            "": hindrance(found, region),
            "title": text_fault(naming.title, TITLE_CHARS),
            "gist": text_fault(naming.gist, GIST_CHARS, required=False),
        }
    )
    claim = Claim(
        found_post=found, title=naming.title, kind=naming.kind, gist=naming.gist, filed_by=actor,
        filed_at=at,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(claim)
    except sa.exc.IntegrityError as error:  # somebody of the office was quicker
        raise Unacceptable({"": Fault(CLAIMED)}) from error
    tell(claim, NoticeKind.CLAIM_FILED, at=at, reason=FILED)
    note("claim.filed", claim, actor=actor, at=at)
    return claim


def withdraw(claim: Claim, *, actor: User, at: datetime) -> None:
    """Take a claim back that nobody has decided on.

    :raises InvalidTransition: if somebody has
    """
    lock(claim.found_post)
    db.session.refresh(claim)
    if claim.status is not ClaimStatus.WAITING:
        raise InvalidTransition("withdraw", claim.status)
    claim.status, claim.decided_at = ClaimStatus.WITHDRAWN, at
    settle(claim, at=at)
    note("claim.withdrawn", claim, actor=actor, at=at)


def _objected_rightly(found: FoundPost) -> bool:
    """Return whether a reviewer has said that the office's number of that week is wrong: then it
    may show what was missing, and the week is corrected."""
    query = sa.exists().where(
        Objection.office_id == found.account.office_id,
        Objection.monday == found.week.monday,
        Objection.status == ObjectionStatus.ACCEPTED,
    )
    return bool(db.session.scalar(sa.select(query)))
