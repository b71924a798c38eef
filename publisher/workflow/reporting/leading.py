"""What leaders are told of a week beyond its report: what is well made, and where things wait.

Well made is what the office itself can do: a complete account of what was done and what citizens
have of it, an own photo, words for who cannot see it, at the time that was promised. Who liked it
is not asked; that says how known an office is, not how well it works. Nothing here is a figure of
compliance: what counts has been decided before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from itertools import compress
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import by_name
from publisher.models.deliveries import Delivery
from publisher.models.media import Media, MediaKind
from publisher.models.places import Region
from publisher.models.posters import Poster, PosterPhoto
from publisher.models.posts import Post, PostEvent, PostPicture, PostStatus
from publisher.reports.snapshot import Content, OfficeName, WeekReport
from publisher.workflow.reporting.counting import really_out
from publisher.workflow.reporting.rows import Scope, Whose, ask

#: How many posts a week are held up as an example, one of an office at the most.
BEST = 3
#: Of the five things that make a post well made, one may be wanting.
ENOUGH = 4
#: What goes out so much later than promised was not in time.
IN_TIME = timedelta(hours=1)
#: So many contents are asked about first; offices have them, so there are examples among them.
AT_ONCE = 16


class Merit(StrEnum):
    """What makes a post well made, in the order in which it is told."""

    COMPLETE = "complete"  # what, who, when, where, why, how
    BENEFIT = "benefit"
    OWN_PHOTO = "own_photo"
    ALT_TEXT = "alt_text"  # of every picture
    IN_TIME = "in_time"


@dataclass(frozen=True, kw_only=True)
class WellMade:
    """A post that others may learn from.

    :ivar picture: the digest of its first picture; "" without one
    """

    office: OfficeName
    content: Content
    merits: frozenset[Merit]
    benefit: str
    picture: str
    alt_text: str


class Held(NamedTuple):
    """How many contents of an office wait, and for whom."""

    in_review: int = 0  # for kominfo
    to_mend: int = 0  # for the office
    drafts: int = 0


def well_made(region: Region, report: WeekReport) -> tuple[WellMade, ...]:
    """Return the best-made of the contents that count in the report's week. Four queries; in an
    outline two more wherever most of what is well made does not count.

    More merits go first; of equals the one that was sent back less often, then the earlier one.
    """
    offices = {row.office.id for row in report.rows}
    ranked = _ranked(Scope(region=region), report.week) if report.totals.contents else []
    left = [made for made in ranked if made.office_id in offices]
    best: dict[int, tuple[_Made, OfficeName, Content]] = {}
    some = AT_ONCE
    while left and len(best) < BEST:
        counted = report.counted_among([made.post_id for made in left[:some]])
        for made in left[:some]:
            if made.post_id in counted:
                best.setdefault(made.office_id, (made, *counted[made.post_id]))
        left = [made for made in left[some:] if made.office_id not in best]
        some *= 4
    chosen = list(best.values())[:BEST]
    shown = _shown([made.post_id for made, _, _ in chosen])
    return tuple(
        WellMade(office=office, content=content, merits=made.merits, **shown[made.post_id])
        for made, office, content in chosen
    )


def held(region: Region) -> Mapping[int, Held]:
    """Return what waits in each office before it can go out. One query."""
    query = (
        sa.select(Post.office_id, Post.status, sa.func.count())
        .where(Scope(region=region).covers(Post.office_id), Post.status.in_(_PLACES))
        .group_by(Post.office_id, Post.status)
    )
    found: defaultdict[int, Held] = defaultdict(Held)
    for office_id, status, count in ask(query):
        found[office_id] = found[office_id]._replace(**{_PLACES[status]: count})
    return found


_PLACES = {
    PostStatus.IN_REVIEW: "in_review",
    PostStatus.CHANGES_REQUESTED: "to_mend",
    PostStatus.DRAFT: "drafts",
}


class _Made(NamedTuple):
    """A content of which something first went out in a week, and how it was made."""

    post_id: int
    office_id: int
    merits: frozenset[Merit]


def _ranked(scope: Scope, week: Week) -> list[_Made]:
    """Return what is well made of a week, the best first, whether it counts or not."""
    found = by_name(ask(_making(scope.whose), scope.given | {"first": week.ordinal}))
    ranked = sorted(
        ((row, merits) for row in found if len(merits := _merits(row)) >= ENOUGH),
        key=lambda one: (-len(one[1]), one[0].returns, one[0].first_at, one[0].id),
    )
    return [_Made(row.id, row.office_id, merits) for row, merits in ranked]


@cache
def _making(whose: Whose) -> sa.Select[Any]:
    out = (
        sa.select(Delivery.post_id, sa.func.min(Delivery.published_at).label("first_at"))
        .where(Delivery.week == sa.bindparam("first"), whose(Delivery.office_id))
        .where(really_out("delivery"))
        .group_by(Delivery.post_id)
        .subquery()
    )
    told = [sa.func.trim(getattr(Post, name)) != "" for name in _QUESTIONS]
    of_post = PostPicture.post_id == Post.id
    returns = sa.select(sa.func.count()).where(
        PostEvent.post_id == Post.id, PostEvent.step == "request_changes"
    )
    return sa.select(
        Post.id,
        Post.office_id,
        Post.planned_at,
        out.c.first_at,
        sa.and_(*told).label("complete"),
        (sa.func.trim(Post.benefit) != "").label("benefit"),
        _own_photo().label("own_photo"),
        sa.exists().where(of_post).label("pictured"),
        sa.exists().where(of_post, sa.func.trim(PostPicture.alt_text) == "").label("silent"),
        returns.scalar_subquery().label("returns"),
    ).join(out, out.c.post_id == Post.id)


_QUESTIONS = ("what", "who", "when", "where", "why", "how")


def _own_photo() -> sa.ColumnElement[bool]:
    """Return whether a post shows a photo of its own office, as it is or in a poster."""
    of_office = (Media.office_id == Post.office_id, Media.kind == MediaKind.PHOTO)
    plain = (
        sa.exists()
        .where(PostPicture.post_id == Post.id, PostPicture.media_id == Media.id, *of_office)
        .correlate(Post)
    )
    drawn = (
        sa.exists()
        .where(Poster.post_id == Post.id, PosterPhoto.poster_id == Poster.id)
        .where(Media.digest == PosterPhoto.digest, *of_office)
        .correlate(Post)
    )
    return sa.or_(plain, drawn)


def _merits(made: Any) -> frozenset[Merit]:
    in_time = made.planned_at is not None and made.first_at <= made.planned_at + IN_TIME
    held_true = (  # in the order of `Merit`
        made.complete, made.benefit, made.own_photo, made.pictured and not made.silent, in_time
    )  # fmt: skip
    return frozenset(compress(Merit, held_true))


def _shown(posts: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return the words and the first picture of posts."""
    query = (
        sa.select(Post.id, Post.benefit, Media.digest, PostPicture.alt_text)
        .outerjoin(PostPicture, PostPicture.post_id == Post.id)
        .outerjoin(Media, Media.id == PostPicture.media_id)
        .where(Post.id.in_(posts))
        .order_by(Post.id, PostPicture.position.desc())
    )
    return {
        row.id: {
            "benefit": row.benefit,
            "picture": row.digest or "",
            "alt_text": row.alt_text or "",
        }
        for row in ask(query)
    }
