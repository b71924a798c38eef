"""Loads contents that are out, one by one: to be judged, and to be shown with their proofs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import by_name
from publisher.models.accounts import Account, Standing, label
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim
from publisher.models.media import Media
from publisher.models.people import User
from publisher.models.posts import Post, PostEvent
from publisher.models.proofs import Proof as FiledProof
from publisher.models.proofs import ProofStatus
from publisher.models.standing_out import Takedown, Twin
from publisher.reports.snapshot import Content, Proof, Uncounted
from publisher.workflow.reporting.counting import Cell, in_weeks, really_out, weeks_given
from publisher.workflow.reporting.judging import Publication, Showing
from publisher.workflow.reporting.rows import Scope, Whose, ask

_OUT: sa.ColumnElement[bool] = sa.literal_column("delivery.status = 'published'")
#: What is known of a publication wherever it is judged.
_JUDGED = (
    Delivery.post_id,
    Delivery.office_id,
    Delivery.kind,
    Delivery.published_at,
    Delivery.permalink,
    Delivery.proved_by_id,
    Account.platform,
    Account.standing,
    Takedown.at.label("down_at"),
)
Twins = dict[int, tuple[tuple[datetime, int], ...]]


class Shown(NamedTuple):
    """A content as it is judged, and all that is needed to show it."""

    office_id: int
    showing: Showing
    first_at: datetime
    rows: Sequence[Any]

    def content(self, reason: Uncounted | None = None) -> Content:
        """Return it as it is shown.

        :param reason: why it does not count
        """
        head = self.rows[0]
        return Content(
            post_id=head.post_id,
            title=head.title,
            kind=head.kind.value,
            first_at=self.first_at,
            submitted_by=head.submitted_by or "",
            submitted_at=head.submitted_at,
            approved_by=head.approved_by or "",
            approved_at=head.approved_at,
            proofs=tuple(_proofs(self.rows, self.showing)),
            reason=reason,
        )


def apart(
    scope: Scope, weeks: Sequence[Week], cells: Collection[Cell]
) -> list[tuple[int, Showing]]:
    """Return the contents that cannot merely be counted, with their offices: those that are
    marked, and all of `cells`. Two queries.
    """
    asked = _apart(scope.whose, len(weeks) == 1, tuple(sorted(cells)))
    given = scope.given | weeks_given(weeks)
    found, twins = _load(*asked, given, scope.region.zone)
    return [(rows[0].office_id, _showing(rows, twins)) for rows in found]


def in_week(scope: Scope, week: Week) -> list[Shown]:
    """Return every content of which something went out in a week, and what is to be seen of it,
    in the order in which they went out. Two queries.
    """
    zone = scope.region.zone
    given = scope.given | {"start": week.starts(zone), "end": week.ends(zone)}
    found, twins = _load(*_in_week(scope.whose), given, zone)
    contents = (_shown(rows, twins) for rows in found)
    return sorted(contents, key=lambda each: (each.first_at, each.showing.post_id))


def of_posts(post_ids: Collection[int], zone: str) -> list[Shown]:
    """Return these contents, as far as they are out, to be judged and seen. Two queries."""
    found, twins = _load(*_of_posts(), {"posts": list(post_ids)}, zone)
    return [_shown(rows, twins) for rows in found]


def _load(
    query: Any, twins: Any, given: dict[str, Any], zone: str
) -> tuple[list[list[Any]], Twins]:
    """Return the publications of each content, and what says the same as it."""
    rows = by_name(ask(query, given))
    found = [list(each) for _, each in groupby(rows, lambda row: row.post_id)]
    return found, _stood(by_name(ask(twins, given)), zone)


# -- questions: put together once, for that takes longer than most answers ------------------


@lru_cache(maxsize=64)
def _apart(whose: Whose, one_week: bool, cells: tuple[Cell, ...]) -> tuple[Any, Any]:
    """Return what is asked of contents that are judged one by one, and of their twins."""
    ids = sa.select(Delivery.post_id).where(
        *in_weeks(one_week), really_out("delivery"), whose(Delivery.office_id)
    )
    chosen: Any = ids.where(sa.literal_column("delivery.apart"))
    if cells:
        pairs = sa.tuple_(Delivery.office_id, Delivery.week).in_(cells)
        chosen = chosen.union_all(ids.where(pairs))
    return _published(sa.select(*_JUDGED), chosen).order_by(Delivery.post_id), _twins(chosen)


@cache
def _in_week(whose: Whose) -> tuple[Any, Any]:
    """Return what is asked of all contents of a week, and of their twins."""
    ids = sa.select(Delivery.post_id).where(
        _OUT, whose(Delivery.office_id),
        Delivery.published_at >= sa.bindparam("start"), Delivery.published_at < sa.bindparam("end"),
    )  # fmt: skip
    twins = _twins(ids.where(sa.literal_column("delivery.apart")))
    return _to_be_seen(ids).order_by(*_AS_OUT), twins


@cache
def _of_posts() -> tuple[Any, Any]:
    """Return what is asked of some contents, and of their twins."""
    posts: sa.BindParameter[Any] = sa.bindparam("posts", expanding=True)
    return _to_be_seen(posts).order_by(*_AS_OUT), _twins(posts)


_AS_OUT = (Delivery.post_id, Delivery.published_at, Delivery.id)


def _to_be_seen(posts: Any) -> Any:
    """Return the query over all that is out of these posts, with all that is shown of it."""
    shown = sa.select(
        *_JUDGED,
        Delivery.id.label("delivery_id"),
        Post.title,
        Post.submitted_at,
        _submitted_by().label("submitted_by"),
        Post.approved_at,
        User.name.label("approved_by"),
        Account.handle,
        Account.display_name,
        _screenshot(),
        _claimed(),
    )
    query = _published(shown, posts).join(Post, Post.id == Delivery.post_id)
    return query.outerjoin(User, User.id == Post.approved_by_id)


def _published(query: sa.Select[*tuple[Any, ...]], posts: Any) -> Any:
    """Return the query over all that is out of these posts."""
    return (
        query.join(Account, Account.id == Delivery.account_id)
        .outerjoin(Takedown, Takedown.delivery_id == Delivery.id)
        # "Not cancelled" is what "published" implies: SQLite then finds the index by content.
        .where(Delivery.post_id.in_(posts), _OUT)
        .where(sa.literal_column("delivery.status <> 'cancelled'"))
    )


def _twins(posts: Any) -> Any:
    """Return what is asked of the contents that say the same as others."""
    query = _published(
        sa.select(Twin.post_id.label("of"), *_JUDGED).join_from(
            Twin, Delivery, Delivery.post_id == Twin.other_id
        ),
        sa.select(Twin.other_id).where(Twin.post_id.in_(posts)),
    )
    really = query.where(Twin.post_id.in_(posts), really_out("delivery"))
    return really.order_by(Twin.post_id, Delivery.post_id)


# -- answers -------------------------------------------------------------------------------


def _stood(answer: Iterable[Any], zone: str) -> Twins:
    """Return, of each post, when the contents that say the same went out, as far as they stood."""
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for (of, other), rows in groupby(answer, lambda row: (row.of, row.post_id)):
        if (at := _stood_since(list(rows), zone)) is not None:
            found[of].append((at, other))
    return {of: tuple(twins) for of, twins in found.items()}


def _stood_since(rows: Sequence[Any], zone: str) -> datetime | None:
    """Return when a content first went out; None if it was gone before its week was over."""
    first = min(row.published_at for row in rows)
    end = Week.of(first, zone).ends(zone)
    stood = (row.down_at is None or row.down_at >= end for row in rows if row.published_at < end)
    return first if any(stood) else None


def _showing(rows: Sequence[Any], twins: Twins) -> Showing:
    return Showing(
        post_id=rows[0].post_id,
        kind=rows[0].kind,
        publications=tuple(
            Publication(
                at=row.published_at,
                platform=row.platform,
                utama=row.standing is Standing.UTAMA,
                proved=bool(row.permalink) or row.proved_by_id is not None,
                down_at=row.down_at,
            )
            for row in rows
        ),
        twins=twins.get(rows[0].post_id, ()),
    )


def _shown(rows: Sequence[Any], twins: Twins) -> Shown:
    showing = _showing(rows, twins)
    return Shown(rows[0].office_id, showing, showing.first_at, rows)


def _proofs(rows: Sequence[Any], showing: Showing) -> Iterator[Proof]:
    """Return the real publications; where there is none, whatever else is out."""
    any_real = any(each.real for each in showing.publications)
    for row, each in zip(rows, showing.publications, strict=True):
        if each.real or not any_real:
            yield Proof(
                platform=row.platform,
                account=label(row.platform, row.handle, row.display_name),
                permalink=row.permalink or "",
                screenshot=row.screenshot or "",
                published_at=row.published_at,
                by_hand=row.proved_by_id is not None,
                down_at=row.down_at,
                delivery_id=row.delivery_id,
                claimed=row.claimed,
            )


def _submitted_by() -> sa.ColumnElement[str]:
    """Return the name of who submitted a post last; who approved it is another user."""
    by_whom = (PostEvent.post_id == Post.id, PostEvent.actor_id == User.id)
    query = sa.select(User.name).where(*by_whom, PostEvent.step == "submit")
    return query.order_by(PostEvent.id.desc()).limit(1).correlate(Post).scalar_subquery()


def _claimed() -> sa.ColumnElement[bool]:
    """Return whether it was made without Siar, and claimed by its office."""
    return sa.exists().where(Claim.delivery_id == Delivery.id).label("claimed")


def _screenshot() -> sa.ColumnElement[str]:
    """Return the digest of the picture by which a delivery was proved, where it has no link."""
    return (
        sa.select(Media.digest)
        .join(FiledProof, FiledProof.screenshot_id == Media.id)
        .where(FiledProof.delivery_id == Delivery.id, FiledProof.status == ProofStatus.VERIFIED)
        .correlate(Delivery)
        .scalar_subquery()
        .label("screenshot")
    )
