"""A link with which the head of an office takes one decision on a phone, without a password.

It names nothing: a random word, signed, so that what was made up costs no query, and kept as a
hash, so that whoever reads the database has none. It ends with the decision, whoever took it, and
after the hours the region has set; it leads to that one post and nowhere else.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from itsdangerous import Signer
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import FourEyes
from publisher.models import asking, audit
from publisher.models.needs import NeededDecision, SignOffLink, Stage
from publisher.models.people import User
from publisher.models.posts import Post, PostStatus
from publisher.workflow.signing.deciding import NOT_YOURS, AlreadyDecided

PATH = "/ttd"
#: Somebody who asks again and again makes the oldest ones end.
MOST = 10


class Fate(StrEnum):
    """What a link that is ours leads to."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OVER = "over"  # the post was decided otherwise, taken back or changed


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What is behind a link; of a post that may no longer be decided, only its fate is shown."""

    link: SignOffLink
    fate: Fate

    @property
    def post(self) -> Post:
        return self.link.need.post


def sign_off_link(
    post: Post,
    person: User,
    *,
    made_by: User | None,
    at: datetime,
    secret_key: str,
    base_url: str,
) -> str:
    """Return a new link for one person who may sign a post now; it is never shown again.

    :param made_by: who asks for it; None: Siar, to send it to that person itself
    :raises AlreadyDecided: if the post waits for no signature
    :raises FourEyes: if this person may not sign it
    """
    known = asking.state(post, at=at)
    row = known.rows.get(Stage.HEAD)
    if row is None or row.answer is not None or post.status is not PostStatus.IN_REVIEW:
        raise AlreadyDecided
    if not asking.may_sign(post, person, at=at, terms=known.terms):
        raise FourEyes(NOT_YOURS)
    word = secrets.token_urlsafe(32)
    link = SignOffLink(
        need=row,
        person=person,
        token_hash=_hashed(word),
        made_by=made_by,
        made_at=at,
        expires_at=at + timedelta(hours=known.terms.link_hours),
    )
    db.session.add(link)
    db.session.flush()
    _end_oldest(row, at)
    audit.record(
        "post.sign_off_link", f"post:{post.id}", at=at,
        actor_id=made_by.id if made_by else None, region_id=post.office.region_id,
        link=link.id, person=person.id,
    )  # fmt: skip
    return f"{base_url.rstrip('/')}{PATH}/{_signer(secret_key).sign(word).decode()}"


def open_link(token: str, *, secret_key: str, at: datetime) -> Opened | None:
    """Return what a link leads to; None if it leads nowhere any more. Changes nothing.

    :raises BadSignature: if it is none of ours
    """
    word = _signer(secret_key).unsign(token).decode()
    query = (
        sa.select(SignOffLink)
        .where(SignOffLink.token_hash == _hashed(word))
        .options(
            joinedload(SignOffLink.person),
            joinedload(SignOffLink.made_by),
            joinedload(SignOffLink.need).joinedload(NeededDecision.post),
            joinedload(SignOffLink.need).joinedload(NeededDecision.answered_by),
        )
    )
    link = db.session.scalar(query)
    return Opened(link=link, fate=_fate(link, at)) if link else None


def standing_links(post: Post, *, at: datetime) -> Sequence[SignOffLink]:
    """Return the links of a post that are still good, the newest first."""
    query = (
        sa.select(SignOffLink)
        .join(SignOffLink.need)
        .where(NeededDecision.post_id == post.id, NeededDecision.answer.is_(None), *_good(at))
        .options(joinedload(SignOffLink.person), joinedload(SignOffLink.made_by))
        .order_by(SignOffLink.id.desc())
    )
    return db.session.scalars(query).all()


def revoke_links(post: Post, *, actor: User, at: datetime) -> int:
    """End every link of a post that is still good; return how many."""
    of_post = sa.select(NeededDecision.id).where(NeededDecision.post_id == post.id)
    change = (
        sa.update(SignOffLink)
        .where(SignOffLink.need_id.in_(of_post), *_good(at))
        .values(revoked_at=at)
        .execution_options(synchronize_session=False)
    )
    count: int = db.session.execute(change).rowcount  # type: ignore[attr-defined]
    if count:
        audit.record(
            "post.sign_off_links_revoked", f"post:{post.id}", at=at, actor_id=actor.id,
            region_id=post.office.region_id, count=count,
        )  # fmt: skip
    return count


def _fate(link: SignOffLink, at: datetime) -> Fate:
    if link.used_at is not None:
        return Fate.USED
    if link.revoked_at is not None:
        return Fate.REVOKED
    if link.expires_at <= at:
        return Fate.EXPIRED
    row, post = link.need, link.need.post
    stands = (
        row.answer is None
        and post.status is PostStatus.IN_REVIEW
        and post.submitted_at == row.submitted_at
        and post.digest() == row.digest
    )
    return Fate.OPEN if stands and asking.may_sign(post, link.person, at=at) else Fate.OVER


def _good(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SignOffLink.used_at.is_(None),
        SignOffLink.revoked_at.is_(None),
        SignOffLink.expires_at > at,
    )


def _end_oldest(row: NeededDecision, at: datetime) -> None:
    query = (
        sa.select(SignOffLink)
        .where(SignOffLink.need_id == row.id, *_good(at))
        .order_by(SignOffLink.id.desc())
        .offset(MOST)
    )
    for link in db.session.scalars(query):
        link.revoked_at = at


def _hashed(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


def _signer(secret_key: str) -> Signer:
    return Signer(secret_key, salt="sign-off link", digest_method=hashlib.sha256)
