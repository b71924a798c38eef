"""Reading the plan in one's own calendar program: an address with a token, and what it shows.

The token is made here, shown once and kept as a digest; whoever has it reads the plan of one
office or of a region without signing in, and nothing of any person. A new one ends the old.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher import clock
from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models import audit
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is
from publisher.models.people import User
from publisher.models.places import lock_region
from publisher.models.posts import Post
from publisher.models.series import CalendarFeed
from publisher.workflow.checking import personal_data
from publisher.workflow.planning.reading import Scope, State, Wanted, offices, planned, sign

TOKEN_BYTES = 32
#: A token of ours has so many characters; nothing else is looked up.
TOKEN_CHARS = 43
BACK, AHEAD = timedelta(days=30), timedelta(days=90)
#: Ids in one question: less than any database takes.
AT_ONCE = 10_000
#: Without one of these a text holds no number, address or plate of anybody.
_TELLING = re.compile(r"[\d@]")
HIDDEN = N_("Judul disembunyikan karena memuat data pribadi")
UNSUBMITTED = N_("Draf, judul tampak setelah diajukan")
UNTITLED = N_("Tanpa judul")


class FeedGone(PublisherError):
    message = N_(
        "Alamat kalender ini sudah dicabut atau diganti. Tidak ada yang diubah; "
        "muat ulang halaman untuk melihat keadaan terbaru."
    )


class Entry(NamedTuple):
    """One post in a feed. There are thousands, so it is light.

    :ivar office: its abbreviation
    :ivar hidden: why its title is not shown, a message id; "": `title` is
    :ivar links: (platform, permalink) of what is out; "" where there is only a picture as proof
    """

    post_id: int
    office: str
    title: str
    hidden: str
    state: State
    starts_at: datetime
    changed_at: datetime
    version: int
    links: tuple[tuple[str, str], ...]


# -- addresses ---------------------------------------------------------------------------


def feed_of(user: User) -> CalendarFeed | None:
    """Return the feed that a person looks after: their office's, or else their region's."""
    return db.session.scalar(_current(user.region_id, user.office_id))


def office_feeds(region_id: int) -> list[CalendarFeed]:
    """Return the feeds of the offices of a region, for whoever may end them."""
    query = (
        sa.select(CalendarFeed)
        .where(CalendarFeed.region_id == region_id, CalendarFeed.revoked_at.is_(None))
        .where(CalendarFeed.office_id.is_not(None))
        .options(joinedload(CalendarFeed.office), joinedload(CalendarFeed.made_by))
        .order_by(CalendarFeed.id)
    )
    return list(db.session.scalars(query))


def open_feed(*, actor: User, at: datetime) -> str:
    """Make an address for the actor's office or region, which ends the one before.

    :returns: the token; this is the only time that anybody sees it
    """
    lock_region(actor.region_id)
    for old in db.session.scalars(_current(actor.region_id, actor.office_id)):
        _end(old, actor, at)
    db.session.flush()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed(
        region_id=actor.region_id,
        office_id=actor.office_id,
        token_hash=_digest(token),
        made_by=actor,
        made_at=at,
    )
    db.session.add(feed)
    db.session.flush()
    _note("feed.open", feed, actor, at)
    return token


def revoke(feed: CalendarFeed, *, actor: User, at: datetime) -> None:
    """End an address at once.

    :raises FeedGone: if it has ended already
    """
    db.session.refresh(feed, with_for_update=True)
    if feed.revoked_at is not None:
        raise FeedGone
    _end(feed, actor, at)
    db.session.flush()
    _note("feed.revoke", feed, actor, at)


def find(token: str) -> CalendarFeed | None:
    """Return the feed of a token; None if it is none, or has ended."""
    if len(token) != TOKEN_CHARS:
        return None
    query = (
        sa.select(CalendarFeed)
        .where(CalendarFeed.token_hash == _digest(token), CalendarFeed.revoked_at.is_(None))
        .options(joinedload(CalendarFeed.region), joinedload(CalendarFeed.office))
    )
    return db.session.scalar(query)


def _current(region_id: int, office_id: int | None) -> sa.Select[CalendarFeed]:
    return sa.select(CalendarFeed).where(
        CalendarFeed.region_id == region_id,
        CalendarFeed.office_id == office_id if office_id else CalendarFeed.office_id.is_(None),
        CalendarFeed.revoked_at.is_(None),
    )


def _end(feed: CalendarFeed, actor: User, at: datetime) -> None:
    feed.revoked_at, feed.revoked_by = at, actor


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _note(action: str, feed: CalendarFeed, actor: User, at: datetime) -> None:
    audit.record(
        action, f"calendar_feed:{feed.id}", at=at, actor_id=actor.id, region_id=feed.region_id,
        office_id=feed.office_id,
    )  # fmt: skip


# -- what they show ----------------------------------------------------------------------


def window(feed: CalendarFeed, *, at: datetime) -> tuple[datetime, datetime]:
    """Return from when until when a feed shows: whole days, so that it changes once a day."""
    zone = feed.region.zone
    midnight = datetime.combine(clock.in_zone(at, zone).date(), time())
    return clock.from_local(midnight - BACK, zone), clock.from_local(midnight + AHEAD, zone)


def feed_sign(feed: CalendarFeed, *, at: datetime) -> str:
    """Return a word that changes whenever the feed does. Three queries, few rows."""
    scope, (first, last) = _scope(feed), window(feed, at=at)
    names = [tuple(office) for office in offices(scope)]
    out = (
        sa.select(Delivery.status, sa.func.count(), sa.func.max(Delivery.published_at))
        .join(Post, Post.id == Delivery.post_id)
        .where(Post.office_id.in_([name[0] for name in names]))
        .where(Post.planned_at >= first, Post.planned_at < last)
        .group_by(Delivery.status)
        .order_by(Delivery.status)
    )
    told = [tuple(row) for row in db.session.execute(out)]
    said = repr((feed.id, str(first), sign(scope, Wanted(), first, last), told, names))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def entries(feed: CalendarFeed, *, at: datetime) -> Iterator[Entry]:
    """Yield what a feed shows, by time. A question more for each `AT_ONCE` posts."""
    scope, (first, last) = _scope(feed), window(feed, at=at)
    names = {office.id: office.abbreviation for office in offices(scope)}
    own = feed.office_id is not None
    found = planned(scope, Wanted(), first, last)
    for start in range(0, len(found), AT_ONCE):
        rows = found[start : start + AT_ONCE]
        ids = [row.id for row in rows]
        told, out = _told(ids), _out(ids)
        for row in rows:
            if (post := told.get(row.id)) is None:
                continue  # gone since the rows were read
            links = out.get(row.id, [])
            moments = [post.edited_at, post.approved_at, *(link.published_at for link in links)]
            yield Entry(
                post_id=row.id,
                office=names[row.office_id],
                title=post.title,
                hidden=_hidden(post, own=own),
                state=row.state,
                starts_at=min((link.published_at for link in links), default=row.at),
                changed_at=max(moment for moment in moments if moment),
                version=row.version,
                links=tuple((link.platform, link.permalink or "") for link in links),
            )


def _scope(feed: CalendarFeed) -> Scope:
    return Scope(region_id=feed.region_id, office_id=feed.office_id)


def _hidden(post: sa.Row, *, own: bool) -> str:
    if not (own or post.submitted_at):
        return UNSUBMITTED
    if not post.title:
        return UNTITLED
    return HIDDEN if _TELLING.search(post.title) and personal_data(post.title) else ""


def _told(ids: Collection[int]) -> dict[int, sa.Row]:
    query = sa.select(
        Post.id, Post.title, Post.submitted_at, Post.edited_at, Post.approved_at
    ).where(Post.id.in_(ids))
    return {row.id: row for row in db.session.execute(query)}


def _out(ids: Collection[int]) -> dict[int, list[sa.Row]]:
    query = (
        sa.select(Delivery.post_id, Account.platform, Delivery.permalink, Delivery.published_at)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.post_id.in_(ids), status_is(Delivery.status, DeliveryStatus.PUBLISHED))
        .order_by(Delivery.published_at, Delivery.id)
    )
    found: dict[int, list[sa.Row]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.post_id, []).append(row)
    return found
