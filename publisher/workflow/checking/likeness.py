"""The same again: words or a picture that an earlier post of the office has shown already.

Words are compared by runs of three, so a changed name or date does not hide a copy; pictures by
how they look (`posters.likeness`), so another size or a new compression does not either.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_
from publisher.models.media import Media, MediaKind
from publisher.models.posts import Post, PostPicture, PostStatus
from publisher.posters import likeness
from publisher.workflow.checking.findings import Finding

#: Longer ago it is a tradition, not a copy.
LOOK_BACK = timedelta(days=60)
#: More posts of one office than it writes in that time.
MOST = 120
#: From this share of the shorter text on, in hundredths, two texts say the same.
SAME_FROM = 70
#: Fewer runs of words than this say nothing.
LEAST_RUNS = 8
_CHARS = 1500
_SAID = (PostStatus.IN_REVIEW, PostStatus.CHANGES_REQUESTED, PostStatus.APPROVED)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Seen:
    """A picture of an earlier post."""

    post_id: int
    digest: str
    likeness: str | None
    kind: MediaKind


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What an office has shown lately beside one post."""

    zone: str
    posts: Sequence[sa.Row[Any]]  # id, title, caption, planned_at; newest first
    pictures: Sequence[Seen]


def earlier(post: Post, at: datetime) -> Earlier:
    """Return what the office of a post has submitted lately. At most two queries."""
    query = (
        sa.select(
            Post.id, Post.title, sa.func.substr(Post.caption, 1, _CHARS).label("caption"),
            Post.planned_at,
        )
        .where(Post.office_id == post.office.id, Post.status.in_(_SAID))
        .where(Post.planned_at >= at - LOOK_BACK)
        .order_by(Post.planned_at.desc())
        .limit(MOST)
    )  # fmt: skip
    rows = [row for row in db.session.execute(query) if row.id != post.id]
    pictures = _pictures([row.id for row in rows]) if post.pictures else []
    return Earlier(zone=post.office.region.zone, posts=rows, pictures=pictures)


def _pictures(post_ids: list[int]) -> list[Seen]:
    query = (
        sa.select(PostPicture.post_id, Media.digest, Media.likeness, Media.kind)
        .join(Media, Media.id == PostPicture.media_id)
        .where(PostPicture.post_id.in_(post_ids))
    )
    return [Seen(*row) for row in db.session.execute(query)]


def same_words(post: Post, before: Earlier) -> Iterator[Finding]:
    """Yield the earlier post whose words are the nearest, if they are near."""
    mine = runs(post.caption or "")
    if len(mine) < LEAST_RUNS:
        return
    shares = [(_share(mine, runs(row.caption)), row) for row in before.posts]
    share, row = max(shares, key=lambda pair: pair[0], default=(0, None))
    if row is not None and share >= SAME_FROM:
        yield Finding(
            check="same_words",
            message=N_(
                "Takarir ini %(share)s%% sama dengan konten “%(title)s” (%(date)s). Pastikan bukan "
                "unggahan ganda."
            ),
            values={"share": share, **_named(row, before.zone)},
            field="caption",
            post_id=row.id,
        )


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Return every three words that follow one another, whatever their capitals and signs."""
    words = _WORD.findall(text[:_CHARS].casefold())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _share(mine: frozenset[Any], theirs: frozenset[Any]) -> int:
    shorter = min(len(mine), len(theirs))
    return 100 * len(mine & theirs) // shorter if shorter >= LEAST_RUNS else 0


def same_pictures(post: Post, before: Earlier) -> Iterator[Finding]:
    """Yield each picture that an earlier post has shown, with the newest of those."""
    rows = {row.id: row for row in before.posts}
    order = {row.id: place for place, row in enumerate(before.posts)}
    for number, picture in enumerate(post.pictures, start=1):
        shown = [seen.post_id for seen in before.pictures if alike(picture.media, seen)]
        if not shown:
            continue
        row = rows[min(shown, key=order.__getitem__)]
        yield Finding(
            check="same_picture",
            message=N_(
                "Gambar %(number)s sama atau hampir sama dengan gambar pada konten “%(title)s” "
                "(%(date)s)."
            ),
            values={"number": number, **_named(row, before.zone)},
            field="pictures",
            post_id=row.id,
        )


def alike(media: Media, seen: Seen) -> bool:
    """Return whether two pictures are the same to the eye.

    Posters of one template look alike whatever they say, so only their bytes are compared.
    """
    if media.digest == seen.digest:
        return True
    photos = media.kind is MediaKind.PHOTO and seen.kind is MediaKind.PHOTO
    return photos and likeness.near(media.likeness, seen.likeness)


def used_before(post: Post, before: Earlier) -> set[str]:
    """Return the digests of those pictures of a post that were shown earlier."""
    return {
        picture.media.digest
        for picture in post.pictures
        if any(alike(picture.media, seen) for seen in before.pictures)
    }


def _named(row: sa.Row[Any], zone: str) -> dict[str, str]:
    return {
        "title": (row.title or "–")[:80],
        "date": clock.day_words(clock.in_zone(row.planned_at, zone).date()),
    }
