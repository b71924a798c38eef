"""What is not settled yet when a week is about to be closed, and whom to remind."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.accounts import Account, Standing
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.found import Claim, ClaimStatus, FoundPost
from publisher.models.people import Role, User
from publisher.models.places import Office, Region
from publisher.models.proofs import Proof, ProofStatus
from publisher.models.weeks import Objection
from publisher.workflow.closing.timetable import hold


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What could still change the numbers of a week.

    :ivar doubtful: deliveries of which nobody knows whether they are out
    :ivar proofs: filed, and not looked at yet
    :ivar claims: of posts made without Siar, and not looked at yet
    """

    objections: list[Objection]
    doubtful: int
    proofs: int
    claims: int

    @property
    def nothing(self) -> bool:
        return not (self.objections or self.doubtful or self.proofs or self.claims)


def waiting(region: Region, week: Week) -> Waiting:
    """Return what waits for somebody. Four queries."""
    due = Delivery.due_at.between(week.starts(region.zone), week.ends(region.zone))
    deliveries = (
        sa.select(sa.func.count())
        .select_from(Delivery)
        .join(Office, Office.id == Delivery.office_id)
        .where(Office.region_id == region.id, due)
    )
    doubtful = deliveries.where(Delivery.status == DeliveryStatus.UNKNOWN)
    proofs = deliveries.join(Proof, Proof.delivery_id == Delivery.id).where(
        Proof.status == ProofStatus.WAITING
    )
    return Waiting(
        objections=hold(region, week),
        doubtful=db.session.scalar(doubtful) or 0,
        proofs=db.session.scalar(proofs) or 0,
        claims=_claims(region, week),
    )


def _claims(region: Region, week: Week) -> int:
    query = (
        sa.select(sa.func.count(Claim.id))
        .join(FoundPost, FoundPost.id == Claim.found_post_id)
        .join(Account, Account.id == FoundPost.account_id)
        .join(Office, Office.id == Account.office_id)
        .where(Office.region_id == region.id, Claim.status == ClaimStatus.WAITING)
        .where(FoundPost.published_at >= week.starts(region.zone))
        .where(FoundPost.published_at < week.ends(region.zone))
    )
    return db.session.scalar(query) or 0


def keepers(region: Region) -> dict[int, list[str]]:
    """Return by office who is in charge: the keepers of its official accounts, else who drafts."""
    of_region = sa.select(Office.id).where(Office.region_id == region.id)
    keeping = (
        sa.select(Account.office_id, User.name)
        .join(User, User.id == Account.keeper_id)
        .where(Account.office_id.in_(of_region), Account.retired_at.is_(None))
        .where(Account.standing == Standing.UTAMA, User.ended_at.is_(None))
    )
    drafting = sa.select(User.office_id, User.name).where(
        User.office_id.in_(of_region), User.role == Role.DRAFTER, User.ended_at.is_(None)
    )
    found: dict[int, list[str]] = {}
    for query in (drafting, keeping):  # a keeper is named instead of a drafter
        names: defaultdict[int, set[str]] = defaultdict(set)
        for office_id, name in db.session.execute(query):
            if office_id is not None:
                names[office_id].add(name)
        found |= {office_id: sorted(each) for office_id, each in names.items()}
    return found
