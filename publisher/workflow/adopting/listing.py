"""What was found of an office in a week, and the claims that wait for a reviewer."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account, Standing
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim, ClaimStatus, FoundPost
from publisher.models.people import User
from publisher.models.places import Office

PER_PAGE = 20
#: So many of one week are shown; nobody posts more by hand.
MOST = 200


@dataclass(frozen=True, kw_only=True)
class Found:
    """A post that Siar did not make, and the last that was said of it."""

    post: FoundPost
    claim: Claim | None

    @property
    def claimable(self) -> bool:
        """Return whether nobody's claim stands; see `filing.hindrance` for the rest."""
        over = (ClaimStatus.REFUSED, ClaimStatus.WITHDRAWN)
        return self.claim is None or self.claim.status in over


def found_in(office: Office, week: Week) -> list[Found]:
    """Return the posts of a week on the office's official accounts that are none of Siar's, or
    were claimed; the newest first. Two queries."""
    query = (
        _found(office, week)
        .options(contains_eager(FoundPost.account))
        .order_by(FoundPost.published_at.desc(), FoundPost.id)
        .limit(MOST)
    )
    posts = list(db.session.scalars(query))
    claims = (
        sa.select(Claim)
        .where(Claim.found_post_id.in_([post.id for post in posts]))
        .options(joinedload(Claim.filed_by), joinedload(Claim.decided_by))
        .order_by(Claim.id)
    )
    last = {claim.found_post_id: claim for claim in db.session.scalars(claims)}
    return [Found(post=post, claim=last.get(post.id)) for post in posts]


def count_found(office: Office, week: Week) -> int:
    """Return how many there are."""
    query = _found(office, week).with_only_columns(sa.func.count(FoundPost.id))
    return db.session.scalar(query) or 0


def claim_of(claim_id: int) -> Claim | None:
    return db.session.get(Claim, claim_id)


def queue(reviewer: User, *, page: int = 1) -> tuple[list[Claim], bool]:
    """Return one page of the claims that wait in a reviewer's region, the oldest first, and
    whether there are more."""
    query = (
        _waiting(reviewer)
        .options(
            joinedload(Claim.filed_by),
            contains_eager(Claim.found_post)
            .contains_eager(FoundPost.account)
            .contains_eager(Account.office)
            .joinedload(Office.region),
        )
        .order_by(Claim.id)
        .limit(PER_PAGE + 1)
        .offset((max(1, page) - 1) * PER_PAGE)
    )
    found = list(db.session.scalars(query))
    return found[:PER_PAGE], len(found) > PER_PAGE


def count_waiting(reviewer: User) -> int:
    """Return how many claims wait in a reviewer's region."""
    query = _waiting(reviewer).with_only_columns(sa.func.count(Claim.id))
    return db.session.scalar(query) or 0


def _found(office: Office, week: Week) -> sa.Select[FoundPost]:
    zone = office.region.zone
    same = sa.or_(
        Delivery.remote_id == FoundPost.remote_id,
        sa.and_(FoundPost.permalink != "", Delivery.permalink == FoundPost.permalink),
    )
    claimed = sa.exists().where(Claim.found_post_id == FoundPost.id)
    ours = sa.exists().where(Delivery.account_id == FoundPost.account_id, same)
    return (
        sa.select(FoundPost)
        .join(Account, Account.id == FoundPost.account_id)
        .where(Account.office_id == office.id, Account.standing == Standing.UTAMA)
        .where(
            FoundPost.published_at >= week.starts(zone), FoundPost.published_at < week.ends(zone)
        )
        .where(sa.or_(claimed, ~ours))
    )


def _waiting(reviewer: User) -> sa.Select[Claim]:
    return (
        sa.select(Claim)
        .join(FoundPost, FoundPost.id == Claim.found_post_id)
        .join(Account, Account.id == FoundPost.account_id)
        .join(Office, Office.id == Account.office_id)
        .where(Claim.status == sa.literal_column("'waiting'"))
        .where(Office.region_id == reviewer.region_id)
    )
