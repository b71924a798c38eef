"""What reports ask the database: a fixed number of queries however many offices and weeks.

One function, `_firsts`, says what counts: a content counts for its office in the
week of its first real publication on an official account (`utama`), and only with a proof: its
permalink, or what a second person has verified.
The status words in it are literals and not bound values, so that both databases can see that
the partial index on published deliveries serves the question.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from publisher.db import db
from publisher.models.accounts import Account, Standing, label
from publisher.models.deliveries import Attempt, Delivery, DeliveryStatus
from publisher.models.media import Media
from publisher.models.people import User
from publisher.models.places import Office, OfficeKind, Region
from publisher.models.posts import Post, PostEvent, PostKind, PostStatus
from publisher.models.proofs import Proof as FiledProof
from publisher.models.proofs import ProofStatus
from publisher.models.quotas import QuotaRule
from publisher.platforms.errors import OutcomeUnknown, TryLater
from publisher.reports.snapshot import Content, OfficeName, Proof, Trouble
from publisher.workflow.reporting.obligations import Rule

_PUBLISHED: sa.ColumnClause[str] = sa.literal_column("'published'")
_CANCELLED: sa.ColumnClause[str] = sa.literal_column("'cancelled'")
_UTAMA: sa.ColumnClause[str] = sa.literal_column("'utama'")
#: How the last attempt ended when the platform, and nobody else, was the cause.
PLATFORM_FAILED = (TryLater.__name__, OutcomeUnknown.__name__, "not_found")
OPEN = (
    DeliveryStatus.PENDING,
    DeliveryStatus.CLAIMED,
    DeliveryStatus.SENDING,
    DeliveryStatus.HANDED_OVER,
)
IN_TROUBLE = (DeliveryStatus.UNKNOWN, DeliveryStatus.FAILED, DeliveryStatus.MISSED)
CLOCK_GRACE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose figures: those of a region, or of one office in it."""

    region: Region
    office_id: int | None = None

    def covers(self, column: Any) -> sa.ColumnElement[bool]:
        """Return the condition that an office id lies within."""
        if self.office_id is not None:
            return sa.and_(column == self.office_id)
        return sa.and_(column.in_(sa.select(Office.id).where(Office.region_id == self.region.id)))


class Pending(NamedTuple):
    """An approved delivery of the weeks in question that is not out (yet)."""

    office_id: int
    kind: PostKind
    status: DeliveryStatus
    next_at: datetime
    trouble: Trouble


def offices_and_rules(scope: Scope) -> tuple[list[OfficeName], dict[int, list[Rule]]]:
    """Return all offices, past ones too, by name; and for each the rules that may apply to it."""
    within = Office.id == scope.office_id if scope.office_id else sa.true()
    query = (
        sa.select(
            Office.id,
            Office.name,
            Office.abbreviation,
            Office.kind,
            Office.valid_from,
            Office.valid_to,
            QuotaRule.id,
            QuotaRule.office_id,
            QuotaRule.minimum,
            QuotaRule.valid_from,
            QuotaRule.valid_to,
        )
        .outerjoin(
            QuotaRule,
            sa.and_(
                QuotaRule.region_id == Office.region_id,
                sa.or_(QuotaRule.office_id.is_(None), QuotaRule.office_id == Office.id),
            ),
        )
        .where(Office.region_id == scope.region.id, within)
        .order_by(Office.name, Office.id)
    )
    offices: dict[int, OfficeName] = {}
    rules: dict[int, list[Rule]] = defaultdict(list)
    for row in db.session.execute(query):
        of_office, of_rule = row[:6], row[6:]
        if of_office[0] not in offices:
            offices[of_office[0]] = _office_name(*of_office)
        if of_rule[0] is not None:
            rules[of_office[0]].append(_rule(*of_rule))
    return list(offices.values()), rules


def _office_name(
    id_: int,
    name: str,
    abbreviation: str,
    kind: OfficeKind,
    valid_from: date | None,
    valid_to: date | None,
) -> OfficeName:
    return OfficeName(
        id=id_,
        name=name,
        abbreviation=abbreviation,
        kind=kind.value,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _rule(
    id_: int, office_id: int | None, minimum: int, valid_from: date, valid_to: date | None
) -> Rule:
    return Rule(
        id=id_, office_id=office_id, minimum=minimum, valid_from=valid_from, valid_to=valid_to
    )


def first_publications(
    scope: Scope, bounds: Sequence[datetime]
) -> dict[tuple[int, int], tuple[int, int]]:
    """Return how many contents first went out, by office and span of time.

    :param bounds: where the spans begin, and where the last one ends
    :returns: (contents that count, greetings) by (office id, number of the span from 0)
    """
    firsts = _firsts(scope, bounds[0], bounds[-1]).subquery()
    span = sa.case(*((firsts.c.first_at < end, n) for n, end in enumerate(bounds[1:])))
    greeting = sa.case((firsts.c.kind == PostKind.UCAPAN, 1), else_=0)
    query = sa.select(
        firsts.c.office_id, span, sa.func.count() - sa.func.sum(greeting), sa.func.sum(greeting)
    ).group_by(firsts.c.office_id, span)
    return {(office, n): (own, greet) for office, n, own, greet in db.session.execute(query)}


def _firsts(scope: Scope, start: datetime, end: datetime) -> sa.Select[*tuple[Any, ...]]:
    """The contents that first went out from `start` until before `end`: the counting rule."""
    # Looking back is dear and nearly always in vain: nothing is out before it was written.
    # A day's grace, because a platform's clock may differ from ours.
    written_since = Post.created_at >= start + CLOCK_GRACE
    return (
        sa.select(
            Delivery.post_id,
            # The same in all rows of a content; grouping by one column is quicker.
            sa.func.min(Delivery.office_id).label("office_id"),
            sa.func.min(Post.kind).label("kind"),
            sa.func.min(Delivery.published_at).label("first_at"),
        )
        .join(Account, Account.id == Delivery.account_id)
        .join(Post, Post.id == Delivery.post_id)
        .where(scope.covers(Delivery.office_id), *_proved(Delivery, Account))
        .where(Delivery.published_at >= start, Delivery.published_at < end)
        .where(sa.or_(written_since, ~_out_before(start)))
        .group_by(Delivery.post_id)
    )


def _proved(delivery: Any, account: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """What makes a delivery a real publication: out, with a proof, on an official account."""
    return (
        delivery.status == _PUBLISHED,
        sa.or_(delivery.permalink != "", delivery.proved_by_id.is_not(None)),
        account.standing == _UTAMA,
    )


def _out_before(moment: datetime | None) -> sa.ColumnElement[bool]:
    """Return whether the delivery's content is really out; with `moment`: since before it."""
    earlier, where = aliased(Delivery), aliased(Account)
    query = (
        sa.select(earlier.id)
        .join(where, where.id == earlier.account_id)
        # Says again what "published" implies: SQLite then finds the index by content.
        .where(earlier.post_id == Delivery.post_id, earlier.status != _CANCELLED)
        .where(*_proved(earlier, where))
    )
    if moment is not None:
        query = query.where(earlier.published_at < moment)
    return query.exists()


def contents(scope: Scope, start: datetime, end: datetime) -> dict[int, list[Content]]:
    """Return, by office, what first went out in the time given, with every proof of it."""
    firsts = _firsts(scope, start, end).subquery()
    query = (
        sa.select(
            firsts.c.office_id,
            firsts.c.post_id,
            firsts.c.kind,
            firsts.c.first_at,
            Post.title,
            _submitted_by().label("submitted_by"),
            Post.submitted_at,
            User.name.label("approved_by"),
            Post.approved_at,
            Account.platform,
            Account.handle,
            Account.display_name,
            Delivery.permalink,
            Delivery.published_at,
            Delivery.proved_by_id,
            _screenshot(),
        )
        .select_from(firsts)
        .join(Delivery, Delivery.post_id == firsts.c.post_id)
        .join(Account, Account.id == Delivery.account_id)
        .join(Post, Post.id == Delivery.post_id)
        .outerjoin(User, User.id == Post.approved_by_id)
        .where(Delivery.status != _CANCELLED, *_proved(Delivery, Account))
        .order_by(firsts.c.first_at, firsts.c.post_id, Delivery.published_at, Delivery.id)
    )
    found: dict[int, list[Content]] = defaultdict(list)
    for _post_id, rows in groupby(db.session.execute(query), key=lambda row: row.post_id):
        proofs = list(rows)
        found[proofs[0].office_id].append(_content(proofs))
    return found


def _submitted_by() -> sa.ColumnElement[str]:
    """Return the name of who submitted a post last."""
    by_whom = (PostEvent.post_id == Post.id, PostEvent.actor_id == User.id)
    query = sa.select(User.name).where(*by_whom, PostEvent.step == "submit")
    return query.order_by(PostEvent.id.desc()).limit(1).scalar_subquery()


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


def _content(rows: Sequence[Any]) -> Content:
    return Content(
        post_id=rows[0].post_id,
        title=rows[0].title,
        kind=rows[0].kind.value,
        first_at=rows[0].first_at,
        submitted_by=rows[0].submitted_by or "",
        submitted_at=rows[0].submitted_at,
        approved_by=rows[0].approved_by or "",
        approved_at=rows[0].approved_at,
        proofs=tuple(
            Proof(
                platform=row.platform,
                account=label(row.platform, row.handle, row.display_name),
                permalink=row.permalink or "",
                screenshot=row.screenshot or "",
                published_at=row.published_at,
                by_hand=row.proved_by_id is not None,
            )
            for row in rows
        ),
    )


def not_out(scope: Scope, start: datetime, end: datetime) -> list[Pending]:
    """Return approved deliveries to official accounts, due in the time given, that are not out."""
    last_outcome = (
        sa.select(Attempt.outcome)
        .where(Attempt.delivery_id == Delivery.id)
        .order_by(Attempt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Delivery.office_id,
            Delivery.post_id,
            Post.title,
            Post.kind,
            Account.platform,
            Account.handle,
            Account.display_name,
            Delivery.status,
            Delivery.reason,
            Delivery.due_at,
            Delivery.next_at,
            last_outcome.label("outcome"),
            _out_before(None).label("out_elsewhere"),
        )
        .join(Account, Account.id == Delivery.account_id)
        .join(Post, Post.id == Delivery.post_id)
        .where(scope.covers(Delivery.office_id), Delivery.status.in_((*OPEN, *IN_TROUBLE)))
        .where(Delivery.due_at >= start, Delivery.due_at < end)
        .where(Account.standing == Standing.UTAMA, Post.status == PostStatus.APPROVED)
        .order_by(Delivery.due_at, Delivery.id)
    )
    return [_pending(row) for row in db.session.execute(query)]


def _pending(row: Any) -> Pending:
    ended = row.status in (DeliveryStatus.FAILED, DeliveryStatus.MISSED)
    trouble = Trouble(
        post_id=row.post_id,
        title=row.title,
        platform=row.platform,
        account=label(row.platform, row.handle, row.display_name),
        status=row.status.value,
        reason=row.reason,
        due_at=row.due_at,
        by_platform=ended and row.outcome in PLATFORM_FAILED,
        out_elsewhere=row.out_elsewhere,
    )
    with_a_person = row.status is DeliveryStatus.HANDED_OVER
    expected_at = row.due_at if with_a_person else row.next_at
    return Pending(row.office_id, row.kind, row.status, expected_at, trouble)


def last_publications(scope: Scope, before: datetime) -> dict[int, datetime]:
    """Return when each office last published anything on an official account."""
    latest = (
        sa.select(Delivery.published_at)
        .join(Account, Account.id == Delivery.account_id)
        .where(Delivery.office_id == Office.id, *_proved(Delivery, Account))
        .where(Delivery.published_at < before)
        .order_by(Delivery.published_at.desc())
        .limit(1)
        .correlate(Office)
        .scalar_subquery()
    )
    query = sa.select(Office.id, latest).where(scope.covers(Office.id))
    return {office_id: at for office_id, at in db.session.execute(query) if at is not None}
