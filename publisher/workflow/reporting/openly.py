"""What everybody may read of a week: what is out, proved and on an official account, nothing else.

The same contents that a week's number is made of, before rules are asked. No name of anybody, no
title (that is the office's own working word), no text or picture that is not what was approved and
sent: a post that was taken up again keeps its links and loses the rest.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account, Standing, label
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import Delivery
from publisher.models.media import Media
from publisher.models.places import Office, Region
from publisher.models.posts import Post, PostEvent, PostPicture, PostStatus
from publisher.models.standing_out import Takedown
from publisher.platforms import account_address
from publisher.reports.snapshot import Proof
from publisher.workflow.reporting import showing
from publisher.workflow.reporting.counting import really_out
from publisher.workflow.reporting.rows import Scope
from publisher.workflow.reporting.showing import Shown

HEADING_CHARS, TEXT_CHARS = 110, 400
#: A first sentence that can stand for the whole.
_SENTENCE = re.compile(r".{20,160}?[.!?](?=\s|$)")
WEB = ("https://", "http://")


@dataclass(frozen=True, kw_only=True)
class PublicAccount:
    platform: str
    label: str
    url: str  # "" where it is not known


@dataclass(frozen=True, kw_only=True)
class PublicContent:
    """A content that is out.

    :ivar heading: how its text begins; "" when its text is not shown
    :ivar text: how it goes on
    :ivar links: (platform, permalink); a content proved by a picture has none
    :ivar picture: digest of its first picture, with `alt`; "" without one
    """

    post_id: int
    office: str
    first_at: datetime
    links: tuple[tuple[str, str], ...]
    platforms: tuple[str, ...]
    heading: str = ""
    text: str = ""
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, kw_only=True)
class PublicOffice:
    name: str
    accounts: tuple[PublicAccount, ...]
    contents: tuple[PublicContent, ...]


def public_region(code: str) -> Region | None:
    """Return the region whose page everybody may read; None if there is none."""
    query = sa.select(Region).where(Region.code == code, Region.public_since.is_not(None))
    return db.session.scalar(query)


def public_week(region: Region, week: Week) -> tuple[PublicOffice, ...]:
    """Return the offices of a week, by name, with accounts and contents. Seven queries."""
    contents: defaultdict[int, list[PublicContent]] = defaultdict(list)
    offices = _offices(region)
    shown = _open(region, week)
    posts = _as_approved(each.showing.post_id for each in shown)
    for each in reversed(shown):
        name = offices[each.office_id].name
        contents[each.office_id].append(_content(each, name, posts.get(each.showing.post_id)))
    accounts = _accounts(region)
    return tuple(
        PublicOffice(
            name=office.name,
            accounts=tuple(accounts[office.id]),
            contents=tuple(contents[office.id]),
        )
        for office in offices.values()
        if contents[office.id] or _exists(office, week.monday, week.sunday)
    )


def public_picture(region: Region, digest: str) -> Media | None:
    """Return a picture that is out; None for any other."""
    query = (
        sa.select(Media)
        .join(PostPicture, PostPicture.media_id == Media.id)
        .join(Post, Post.id == PostPicture.post_id)
        .where(Media.digest == digest, Scope(region=region).covers(Post.office_id), _unchanged())
        .limit(1)
    )
    return db.session.scalar(query)


def last_change(region: Region, weeks: Sequence[Week]) -> str:
    """Return a word that changes whenever something may look different. Two queries.

    Rather too often than too seldom: any entry of the audit trail or of a post's history changes
    it, whosever it is, for their newest number costs nothing to ask for.
    """
    newest = sa.select(
        sa.select(sa.func.max(AuditEntry.id)).scalar_subquery(),
        sa.select(sa.func.max(PostEvent.id)).scalar_subquery(),
        sa.select(sa.func.count(Takedown.delivery_id)).scalar_subquery(),
        sa.select(sa.func.max(Takedown.noted_at)).scalar_subquery(),
    )
    out = sa.select(sa.func.count(), sa.func.sum(Delivery.post_id + Delivery.account_id)).where(
        Delivery.week >= weeks[0].ordinal, Delivery.week <= weeks[-1].ordinal,
        Scope(region=region).covers(Delivery.office_id),
    )  # fmt: skip
    known = [*db.session.execute(newest).one(), *db.session.execute(out).one()]
    return hashlib.sha256(repr((region.id, region.name, known)).encode()).hexdigest()[:24]


def _open(region: Region, week: Week) -> list[Shown]:
    """Return what first went out in a week and is still to be seen, in that order."""
    start, end = week.starts(region.zone), week.ends(region.zone)
    return [
        each
        for each in showing.in_week(Scope(region=region), week)
        if start <= each.showing.first_at < end and _standing(each)
    ]


def _standing(each: Shown) -> list[Proof]:
    """Return the real publications of a content that were not taken down."""
    real = any(publication.real for publication in each.showing.publications)
    return [proof for proof in each.content().proofs if real and proof.down_at is None]


def _content(each: Shown, office: str, post: Post | None) -> PublicContent:
    proofs = _standing(each)
    platforms = tuple(dict.fromkeys(proof.platform for proof in proofs))
    heading, text = _parted(post.text_for(platforms[0])) if post else ("", "")
    picture = post.pictures[0] if post and post.pictures else None
    return PublicContent(
        post_id=each.showing.post_id,
        office=office,
        first_at=each.showing.first_at,
        links=tuple((p.platform, p.permalink) for p in proofs if p.permalink.startswith(WEB)),
        platforms=platforms,
        heading=heading,
        text=text,
        picture=picture.media.digest if picture else "",
        alt=picture.alt_text if picture else "",
    )


def _parted(text: str) -> tuple[str, str]:
    """Return how a text begins, its first sentence where that is short, and how it goes on."""
    first, _, rest = text.strip().partition("\n")
    whole = _SENTENCE.match(first)
    heading = whole[0].strip() if whole else _cut(first, HEADING_CHARS)
    shown = heading.removesuffix("…")
    more = " ".join(f"{first[len(shown) :]} {rest}".split())
    return heading, _cut(f"… {more}" if heading != shown else more, TEXT_CHARS)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0] + "…"


def _as_approved(post_ids: Iterable[int]) -> dict[int, Post]:
    query = (
        sa.select(Post)
        .where(Post.id.in_(list(post_ids)), _unchanged())
        .options(
            selectinload(Post.texts), selectinload(Post.pictures).joinedload(PostPicture.media)
        )
        .options(selectinload(Post.accounts))
    )
    return {post.id: post for post in db.session.scalars(query)}


def _unchanged() -> sa.ColumnElement[bool]:
    """Return whether a post still is what went out, and is still to be seen somewhere."""
    out = (
        sa.select(Delivery.id)
        .outerjoin(Takedown, Takedown.delivery_id == Delivery.id)
        .where(Delivery.post_id == Post.id, Delivery.content_digest == Post.approved_digest)
        .where(sa.literal_column("delivery.status <> 'cancelled'"), really_out("delivery"))
        .where(Takedown.delivery_id.is_(None))
        .correlate(Post)
    )
    return sa.and_(Post.status == PostStatus.APPROVED, out.exists())


def _offices(region: Region) -> dict[int, Office]:
    query = sa.select(Office).where(Office.region_id == region.id).order_by(Office.name, Office.id)
    return {office.id: office for office in db.session.scalars(query)}


def _exists(office: Office, first: date, last: date) -> bool:
    return office.exists_on(first) or office.exists_on(last)


def _accounts(region: Region) -> defaultdict[int, list[PublicAccount]]:
    query = (
        sa.select(
            Account.office_id, Account.platform, Account.handle, Account.display_name,
            Account.remote_id,
        )
        .join(Office, Office.id == Account.office_id)
        .where(Office.region_id == region.id, Account.standing == Standing.UTAMA)
        .where(Account.retired_at.is_(None))
        .order_by(Account.platform, Account.id)
    )  # fmt: skip
    found: defaultdict[int, list[PublicAccount]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.office_id].append(
            PublicAccount(
                platform=row.platform,
                label=label(row.platform, row.handle, row.display_name),
                url=account_address(row.platform, row.handle, row.remote_id or ""),
            )
        )
    return found
