"""What a reviewer has in front of them: what to check, what happened, what they saw before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from publisher.db import db
from publisher.errors import N_
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import Delivery
from publisher.models.neutrality import governing
from publisher.models.people import User
from publisher.models.posts import Post, PostEvent, PostSeen
from publisher.platforms import PLATFORM_NAMES
from publisher.storage import Store
from publisher.workflow import composing
from publisher.workflow.reviewing.comparing import Changes, compare
from publisher.workflow.reviewing.deciding import DECISIONS, goes_out, late

CROWDED = N_(
    "Akun %(account)s di %(platform)s sudah memiliki “%(title)s” pada %(time)s, kurang dari "
    "%(minutes)s menit dari konten ini; yang belakangan akan menunggu gilirannya."
)


@dataclass(frozen=True)
class Check:
    """Something to look at before deciding.

    :param message: Indonesian, a gettext message id with %(name)s placeholders for `values`
    :param blocks: approval is refused while it stands
    :param platforms: their names, where it concerns some and not all
    :param moves: another time would do away with it
    """

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = False
    platforms: tuple[str, ...] = ()
    moves: bool = False


@dataclass(frozen=True)
class Look:
    """An earlier state of the post, and what has changed since.

    :param by: whose decision it was, if the reviewer has never seen the post before
    """

    at: datetime
    changes: Changes
    by: User | None = None


def checks(
    post: Post, store: Store, *, at: datetime, spacing: timedelta = timedelta()
) -> list[Check]:
    """Return what is wrong or missing, what stands in the way of approval first.

    :param spacing: what lies at least between two posts of an account
    """
    found = [
        *_platform_checks(post, store, at),
        *_account_checks(post),
        *_content_checks(post),
        *_neutral_checks(post, at),
        *_time_checks(post, at),
        *(crowding(post, at=at, spacing=spacing) if post.can("approve") else ()),
    ]
    return sorted(found, key=lambda check: not check.blocks)


def crowding(post: Post, *, at: datetime, spacing: timedelta) -> list[Check]:
    """Return what approved post of one of its accounts goes out too close to it. It is advice:
    nothing is lost, for the account lets the later of the two wait."""
    to = goes_out(post, at)
    crowd = composing.around({post: to}, spacing, among=composing.APPROVED).crowd(post, to)
    return [Check(CROWDED, crowd.values, moves=True)] if crowd else []


def history(post: Post) -> Sequence[PostEvent]:
    """Return what happened to the post, newest first, without the content of each time."""
    query = (
        sa.select(PostEvent)
        .where(PostEvent.post_id == post.id)
        .options(joinedload(PostEvent.actor), defer(PostEvent.content))
        .order_by(PostEvent.id.desc())
    )
    return db.session.scalars(query).all()


def deliveries_of(post: Post) -> Sequence[Delivery]:
    """Return where the post went or will go, cancelled plans included, by account."""
    query = (
        sa.select(Delivery)
        .where(Delivery.post_id == post.id)
        .options(joinedload(Delivery.account))
        .order_by(Delivery.account_id, Delivery.id)
    )
    return db.session.scalars(query).all()


def last_look(post: Post, *, reviewer: User) -> Look | None:
    """Return what this reviewer knew of the post before its present version.

    That is the version they last opened, or else what somebody last decided on. None: the post
    is new to them and to everybody.
    """
    now = post.content()
    seen = db.session.scalar(
        sa.select(PostSeen)
        .where(PostSeen.post_id == post.id, PostSeen.user_id == reviewer.id)
        .where(PostSeen.version < post.version)
        .order_by(PostSeen.version.desc())
        .limit(1)
    )
    if seen is not None:
        return Look(at=seen.at, changes=compare(seen.content, now))
    event = db.session.scalar(
        sa.select(PostEvent)
        .where(PostEvent.post_id == post.id, PostEvent.step.in_(DECISIONS))
        .order_by(PostEvent.id.desc())
        .limit(1)
    )
    if event is None:
        return None
    return Look(at=event.at, changes=compare(event.content, now), by=event.actor)


def note_seen(post: Post, *, reviewer: User, at: datetime) -> bool:
    """Remember that the reviewer has this version in front of them; return whether it is new."""
    db.session.refresh(post, with_for_update=True)  # the same page may open twice at once
    if has_seen(post, reviewer=reviewer):
        return False
    db.session.add(
        PostSeen(
            post_id=post.id,
            user_id=reviewer.id,
            version=post.version,
            at=at,
            content=post.content(),
        )
    )
    return True


def has_seen(post: Post, *, reviewer: User) -> bool:
    """Return whether the reviewer has had the present version in front of them."""
    query = sa.select(PostSeen.id).where(
        PostSeen.post_id == post.id,
        PostSeen.user_id == reviewer.id,
        PostSeen.version == post.version,
    )
    return db.session.scalar(query) is not None


def _platform_checks(post: Post, store: Store, at: datetime) -> Iterator[Check]:
    """Yield what the platforms say; what several say alike is said once."""
    shared: dict[tuple[str, tuple[tuple[str, Any], ...], bool], list[str]] = {}
    for platform, found in composing.problems(post, store, at=at).items():
        for problem in found:
            key = (problem.message, tuple(sorted(problem.values.items())), problem.blocks)
            shared.setdefault(key, []).append(PLATFORM_NAMES[platform])
    for (message, values, blocks), platforms in shared.items():
        yield Check(message, dict(values), blocks, tuple(platforms))


def _account_checks(post: Post) -> Iterator[Check]:
    if not any(account.publishable for account in post.accounts):
        yield Check(
            N_("Tidak ada akun utama tujuan, sehingga tidak ada yang akan tayang."), {}, True
        )
    for account in post.accounts:
        values = {"account": account.label}
        if not account.publishable:
            yield Check(
                N_("Akun %(account)s bukan lagi akun utama; konten tidak akan tayang di sana."),
                values,
            )
        elif account.status is AccountStatus.RECONNECT:
            yield Check(
                N_("Akun %(account)s perlu disambungkan ulang sebelum konten dapat tayang."), values
            )
        elif account.status is AccountStatus.PAUSED:
            yield Check(N_("Akun %(account)s sedang dijeda; penayangan akan menunggu."), values)


def _content_checks(post: Post) -> Iterator[Check]:
    if not post.pictures:
        yield Check(N_("Konten ini tidak memiliki gambar."))
    for problem in composing.advice(post):
        yield Check(problem.message, problem.values)


def _neutral_checks(post: Post, at: datetime) -> Iterator[Check]:
    """Yield the blocked words that a post says, if it would go out before an election."""
    time = governing(post, at)
    for problem in composing.blocked_problems(post, time) if time else ():
        yield Check(problem.message, problem.values, blocks=True)


def _time_checks(post: Post, at: datetime) -> Iterator[Check]:
    if post.planned_at is None:
        yield Check(N_("Waktu tayang belum ditentukan; bila disetujui, konten langsung tayang."))
    elif late(post, at):
        yield Check(N_("Waktu tayang sudah lewat; bila disetujui, konten langsung tayang."))
