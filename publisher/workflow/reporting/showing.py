"""Loads contents that are out, one by one: to be judged, and to be shown with their proofs."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account, Standing, label
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim
from publisher.models.media import Media
from publisher.models.people import User
from publisher.models.posts import Post, PostEvent
from publisher.models.proofs import Proof as FiledProof
from publisher.models.proofs import ProofStatus
from publisher.models.standing_out import Takedown, Twin
from publisher.reports.snapshot import Content, Proof
from publisher.workflow.reporting.counting import Cell, in_weeks, really_out
from publisher.workflow.reporting.judging import Publication, Showing
from publisher.workflow.reporting.rows import Scope

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
    """A content as it is judged, and as it is shown."""

    office_id: int
    showing: Showing
    content: Content


def apart(
    scope: Scope, weeks: Sequence[Week], cells: Collection[Cell]
) -> list[tuple[int, Showing]]:
    """Return the contents that cannot merely be counted, with their offices: those that are
    marked, and all of `cells`. Two queries.
    """
    special: sa.ColumnElement[bool] = sa.literal_column("delivery.apart")
    ids = sa.select(Delivery.post_id).where(
        in_weeks(weeks), really_out("delivery"), scope.covers(Delivery.office_id)
    )
    chosen: Any = ids.where(special)
    if cells:
        pairs = sa.tuple_(Delivery.office_id, Delivery.week).in_(sorted(cells))
        chosen = chosen.union_all(ids.where(pairs))
    query = _published(sa.select(*_JUDGED), chosen).order_by(Delivery.post_id)
    found = [list(rows) for _, rows in groupby(db.session.execute(query), lambda row: row.post_id)]
    twins = _twins(chosen, scope.region.zone)
    return [(rows[0].office_id, _showing(rows, twins)) for rows in found]


def in_week(scope: Scope, week: Week) -> list[Shown]:
    """Return every content of which something went out in a week, and what is to be seen of it,
    in the order in which they went out. Two queries.
    """
    start, end = week.starts(scope.region.zone), week.ends(scope.region.zone)
    ids = sa.select(Delivery.post_id).where(
        _OUT, scope.covers(Delivery.office_id),
        Delivery.published_at >= start, Delivery.published_at < end,
    )  # fmt: skip
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
    query = (
        _published(shown, ids)
        .join(Post, Post.id == Delivery.post_id)
        .outerjoin(User, User.id == Post.approved_by_id)
        .order_by(Delivery.post_id, Delivery.published_at, Delivery.id)
    )
    found = [list(rows) for _, rows in groupby(db.session.execute(query), lambda row: row.post_id)]
    twins = _twins(ids.where(sa.literal_column("delivery.apart")), scope.region.zone)
    contents = (_shown(rows, twins) for rows in found)
    return sorted(contents, key=lambda each: (each.content.first_at, each.content.post_id))


def _published(query: sa.Select[*tuple[Any, ...]], posts: Any) -> Any:
    """Return the query over all that is out of these posts."""
    return (
        query.join(Account, Account.id == Delivery.account_id)
        .outerjoin(Takedown, Takedown.delivery_id == Delivery.id)
        # "Not cancelled" is what "published" implies: SQLite then finds the index by content.
        .where(Delivery.post_id.in_(posts), _OUT)
        .where(sa.literal_column("delivery.status <> 'cancelled'"))
    )


def _twins(posts: Any, zone: str) -> Twins:
    """Return, of each post, when the contents that say the same went out, as far as they stood."""
    query = (
        _published(
            sa.select(Twin.post_id.label("of"), *_JUDGED).join_from(
                Twin, Delivery, Delivery.post_id == Twin.other_id
            ),
            sa.select(Twin.other_id).where(Twin.post_id.in_(posts)),
        )
        .where(Twin.post_id.in_(posts), really_out("delivery"))
        .order_by(Twin.post_id, Delivery.post_id)
    )
    found: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for (of, other), rows in groupby(db.session.execute(query), lambda row: (row.of, row.post_id)):
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
    head = rows[0]
    content = Content(
        post_id=head.post_id,
        title=head.title,
        kind=head.kind.value,
        first_at=showing.first_at,
        submitted_by=head.submitted_by or "",
        submitted_at=head.submitted_at,
        approved_by=head.approved_by or "",
        approved_at=head.approved_at,
        proofs=tuple(_proofs(rows, showing)),
    )
    return Shown(head.office_id, showing, content)


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
