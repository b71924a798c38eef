"""What leaders are told of a week beyond its report: what is well made, and where things wait.

Well made is what the office itself can do: a complete account of what was done and what citizens
have of it, an own photo, words for who cannot see it, at the time that was promised. Who liked it
is not asked; that says how known an office is, not how well it works. Nothing here is a figure of
compliance: what counts has been decided before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from publisher.workflow.reporting import showing
from publisher.workflow.reporting.rows import Scope, Whose, ask

#: How many posts a week are held up as an example, one of an office at the most.
BEST = 3
#: Of the five things that make a post well made, one may be wanting.
ENOUGH = 4
#: What goes out so much later than promised was not in time.
IN_TIME = timedelta(hours=1)


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
    """Return the best-made of the contents that count in the report's week. Three queries.

    More merits go first; of equals the one that was sent back less often, then the earlier one.
    """
    counted = [(row.office, content) for row in report.rows for content in row.counted]
    made = _made(Scope(region=region), report.week) if counted else {}
    ranked = sorted(
        (
            (office, content, merits)
            for office, content in counted
            if content.post_id in made
            and len(merits := _merits(made[content.post_id], content.first_at)) >= ENOUGH
        ),
        key=lambda one: (
            -len(one[2]), made[one[1].post_id].returns, one[1].first_at, one[1].post_id
        ),
    )  # fmt: skip
    first_of: dict[int, tuple[OfficeName, Content, frozenset[Merit]]] = {}
    for one in ranked:
        first_of.setdefault(one[0].id, one)
    best = list(first_of.values())[:BEST]
    shown = _shown([content.post_id for _, content, _ in best])
    # In a bare report only these few are read with their words and proofs.
    full = showing.contents([content.post_id for _, content, _ in best if not content.proofs])
    return tuple(
        WellMade(
            office=office, merits=merits, content=full.get(content.post_id, content),
            **shown[content.post_id],
        )
        for office, content, merits in best
    )  # fmt: skip


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


def _made(scope: Scope, week: Week) -> dict[int, Any]:
    """Return how each content was made of which something went out in a week."""
    given = scope.given | {"first": week.ordinal}
    return {row.id: row for row in by_name(ask(_making(scope.whose), given))}


@cache
def _making(whose: Whose) -> sa.Select[Any]:
    out = sa.select(Delivery.post_id).where(
        Delivery.week == sa.bindparam("first"), whose(Delivery.office_id)
    )
    told = [sa.func.trim(getattr(Post, name)) != "" for name in _QUESTIONS]
    of_post = PostPicture.post_id == Post.id
    returns = sa.select(sa.func.count()).where(
        PostEvent.post_id == Post.id, PostEvent.step == "request_changes"
    )
    return sa.select(
        Post.id,
        Post.planned_at,
        sa.and_(*told).label("complete"),
        (sa.func.trim(Post.benefit) != "").label("benefit"),
        _own_photo().label("own_photo"),
        sa.exists().where(of_post).label("pictured"),
        sa.exists().where(of_post, sa.func.trim(PostPicture.alt_text) == "").label("silent"),
        returns.scalar_subquery().label("returns"),
    ).where(Post.id.in_(out))


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


def _merits(made: Any, first_at: datetime) -> frozenset[Merit]:
    in_time = made.planned_at is not None and first_at <= made.planned_at + IN_TIME
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
