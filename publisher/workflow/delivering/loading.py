"""What the database knows of a claim, read at one moment for all that were claimed together."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import orm

from publisher.db import db
from publisher.errors import BadSecret
from publisher.models.accounts import Account
from publisher.models.deliveries import LOOK_FIRST, Delivery, DeliveryStatus, status_is
from publisher.models.posts import Post, PostPicture, PostStatus
from publisher.platforms.errors import AccountBlocked, PlatformError
from publisher.vault import Vault
from publisher.workflow import composing
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.holding import ApprovedAnew, ContentChanged, Restored
from publisher.workflow.delivering.sending import Job


def load(claims: Collection[Claim], *, vault: Vault) -> list[tuple[Claim, Job | PlatformError]]:
    """Read what to send; a `PlatformError` where it must not be. What is not ours is left out.

    A fixed number of queries, however many claims.
    """
    fences = {claim.delivery_id: claim for claim in claims}
    rows = db.session.scalars(
        sa.select(Delivery)
        .where(Delivery.id.in_(fences), status_is(Delivery.status, DeliveryStatus.CLAIMED))
        .options(*_ALL_OF_IT)
    )
    return [
        (claim, _job(delivery, claim, vault=vault))
        for delivery in rows
        if (claim := fences[delivery.id]).fence == delivery.fence
    ]


#: What a delivery needs to be sent, and nothing else.
_ALL_OF_IT = (
    orm.load_only(
        Delivery.fence, Delivery.content_digest, Delivery.created_at, Delivery.lookups
    ),
    orm.joinedload(Delivery.account).load_only(
        Account.platform, Account.handle, Account.credentials
    ),
    orm.joinedload(Delivery.post).options(
        orm.load_only(
            Post.status, Post.approved_at, Post.caption, Post.hashtags, Post.version
        ),
        orm.selectinload(Post.texts),
        orm.selectinload(Post.pictures).joinedload(PostPicture.media),
        orm.selectinload(Post.accounts).load_only(Account.platform),
    ),
)  # fmt: skip


def _job(delivery: Delivery, claim: Claim, *, vault: Vault) -> Job | PlatformError:
    post, account = delivery.post, delivery.account
    if delivery.lookups == LOOK_FIRST:
        return Restored(composing.content(post, account.platform))
    if post.approved_at is not None and post.approved_at > delivery.created_at:
        return ApprovedAnew("planned before the present approval")
    if post.status is not PostStatus.APPROVED or post.digest() != delivery.content_digest:
        return ContentChanged("digest differs from the approved one")
    try:
        credentials = vault.open(account.credentials or "", bound_to=account.vault_name)
    except BadSecret:
        return AccountBlocked("credentials cannot be opened with the present keys")
    return Job(
        delivery_id=delivery.id,
        fence=claim.fence,
        platform=account.platform,
        credentials={"handle": account.handle, **credentials},  # for a readable permalink
        content=composing.content(post, account.platform),
        post_version=post.version,
        content_digest=delivery.content_digest,
    )


def held(claim: Claim, status: DeliveryStatus) -> Delivery | None:
    query = (
        sa.select(Delivery)
        .where(
            Delivery.id == claim.delivery_id,
            Delivery.fence == claim.fence,
            Delivery.status == status,
        )
        .options(orm.joinedload(Delivery.account), orm.joinedload(Delivery.post))
    )
    return db.session.scalar(query)
