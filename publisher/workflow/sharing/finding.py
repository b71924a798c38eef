"""Finding ideas: the bank of a region, an office's own, and who took each of them up."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.models.ideas import Idea, IdeaUse
from publisher.models.people import OFFICE_ROLES, User
from publisher.models.places import Office
from publisher.models.posters import Poster
from publisher.models.posts import Post, PostKind, PostStatus

PAGE_SIZE = 12
OFFERED = 24


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An idea, and how many offices' posters were made of it."""

    idea: Idea
    uses: int


@dataclass(frozen=True, kw_only=True)
class Listing:
    entries: list[Entry]
    page: int
    pages: int
    total: int


def search(region_id: int, *, words: str = "", kind: PostKind | None, page: int) -> Listing:
    """Return one page of a region's ideas: those kominfo features first, then the newest.

    Three queries, however many there are.

    :param page: from 1; beyond the last page it is the last page
    """
    found = [Office.region_id == region_id, Idea.ended_at.is_(None), *_named(words)]
    if kind is not None:
        found.append(Idea.kind == kind)
    query = sa.select(Idea).join(Office, Idea.office_id == Office.id).where(*found)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = max(1, min(page, pages))
    query = query.options(joinedload(Idea.office)).order_by(
        Idea.featured_at.desc().nulls_last(), Idea.id.desc()
    )
    rows = db.session.scalars(query.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    return Listing(entries=_entries(rows), page=page, pages=pages, total=total)


def own(office_id: int) -> list[Entry]:
    """Return what an office has shared, ended ones too, the newest first."""
    query = sa.select(Idea).where(Idea.office_id == office_id).order_by(Idea.id.desc())
    loads = (joinedload(Idea.office), joinedload(Idea.ended_by))
    return _entries(db.session.scalars(query.options(*loads).limit(OFFERED)).all())


def shareable(office_id: int) -> list[Poster]:
    """Return the posters an office could share, the newest first."""
    there = sa.exists().where(Idea.poster_id == Poster.id, Idea.ended_at.is_(None))
    query = sa.select(Poster).join(Post, Poster.post_id == Post.id)
    query = query.where(Poster.office_id == office_id, Post.status == PostStatus.APPROVED, ~there)
    query = query.options(joinedload(Poster.post)).order_by(Poster.id.desc())
    return list(db.session.scalars(query.limit(OFFERED)))


def visible(idea: Idea, user: User) -> bool:
    """Return whether a person may see an idea: one that is there, of their region; or their own."""
    if idea.office.region_id != user.region_id:
        return False
    return idea.ended_at is None or (
        user.role not in OFFICE_ROLES or user.office_id == idea.office_id
    )


def uses_of(idea: Idea) -> list[IdeaUse]:
    """Return who took an idea up, the latest first."""
    query = sa.select(IdeaUse).where(IdeaUse.idea_id == idea.id).order_by(IdeaUse.id.desc())
    return list(db.session.scalars(query.options(joinedload(IdeaUse.office)).limit(50)))


def credit_of(poster: Poster) -> Idea | None:
    """Return the idea a poster was made of."""
    query = sa.select(Idea).join(IdeaUse, IdeaUse.idea_id == Idea.id)
    query = query.where(IdeaUse.poster_id == poster.id).options(joinedload(Idea.office))
    return db.session.scalar(query.order_by(IdeaUse.id.desc()).limit(1))


def _named(words: str) -> list[sa.ColumnElement[bool]]:
    return [
        sa.or_(
            Idea.title.icontains(word, autoescape=True),
            Idea.worked.icontains(word, autoescape=True),
            Office.name.icontains(word, autoescape=True),
            Office.abbreviation.icontains(word, autoescape=True),
        )
        for word in words.replace("\x00", "").split()[:8]
    ]


def _entries(ideas: Sequence[Idea]) -> list[Entry]:
    query = sa.select(IdeaUse.idea_id, sa.func.count()).group_by(IdeaUse.idea_id)
    query = query.where(IdeaUse.idea_id.in_([idea.id for idea in ideas]))
    counts = {row[0]: row[1] for row in db.session.execute(query)}
    return [Entry(idea=idea, uses=counts.get(idea.id, 0)) for idea in ideas]
