"""What the database knows of a claim, read at one moment for all that were claimed together.

Columns, not rows: a province sends thousands at once, and building its posts as objects took
longer than reading them.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from publisher.db import by_name, db
from publisher.errors import BadSecret, UnknownKey
from publisher.models.accounts import Account, vault_name
from publisher.models.deliveries import LOOK_FIRST, Delivery, DeliveryStatus, status_is
from publisher.models.media import Media
from publisher.models.posts import (
    Kept,
    Post,
    PostPicture,
    PostStatus,
    PostText,
    Public,
    post_account,
)
from publisher.platforms.errors import AccountBlocked, PlatformError
from publisher.vault import Vault
from publisher.workflow import composing
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.holding import (
    ApprovedAnew,
    ContentChanged,
    KeyMissing,
    NotForAccount,
    Restored,
)
from publisher.workflow.delivering.sending import Job

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", [], expanding=True)
_CLAIMED = (
    sa.select(
        Delivery.id, Delivery.fence, Delivery.lookups, Delivery.content_digest,
        Delivery.created_at, Delivery.post_id, Delivery.account_id,
        Account.platform, Account.driver, Account.handle, Account.credentials,
        Post.status, Post.approved_at, Post.version, Post.caption, Post.hashtags,
    )
    .join(Account, Account.id == Delivery.account_id)
    .join(Post, Post.id == Delivery.post_id)
    .where(Delivery.id.in_(_IDS), status_is(Delivery.status, DeliveryStatus.CLAIMED))
)  # fmt: skip
_TEXTS = sa.select(PostText.post_id, PostText.platform, PostText.text).where(
    PostText.post_id.in_(_IDS)
)
_PICTURES = (
    sa.select(PostPicture.post_id, Media.digest, Media.mime, PostPicture.alt_text)
    .join(Media, Media.id == PostPicture.media_id)
    .where(PostPicture.post_id.in_(_IDS))
    .order_by(PostPicture.post_id, PostPicture.position)
)
_ACCOUNTS = (
    sa.select(post_account.c.post_id, Account.id, Account.platform)
    .join(Account, Account.id == post_account.c.account_id)
    .where(post_account.c.post_id.in_(_IDS))
)


def load(claims: Collection[Claim], *, vault: Vault) -> list[tuple[Claim, Job | PlatformError]]:
    """Read what to send; a `PlatformError` where it must not be. What is not ours is left out.

    Four queries, however many claims.
    """
    ours = {claim.delivery_id: claim for claim in claims}
    found = [row for row in _read(_CLAIMED, ours) if ours[row.id].fence == row.fence]
    public = _public(found)
    return [(ours[row.id], _job(row, public[row.post_id], vault=vault)) for row in found]


def _read(query: sa.Select, ids: Collection[int]) -> list[Any]:
    """Ask for `ids`, the last of them so often that their number is a power of two: of the few
    queries that there are then PostgreSQL keeps the plans, which take it as long as the answers."""
    if not ids:
        return []
    given = list(ids)
    given += given[-1:] * ((1 << (len(given) - 1).bit_length()) - len(given))
    return by_name(db.session.connection().execute(query, {"ids": given}))


def _public(rows: list[Any]) -> dict[int, Public]:
    """Return what each post makes public, by the post's id."""
    ids = {row.post_id for row in rows}
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    pictures: dict[int, list[Kept]] = defaultdict(list)
    accounts: dict[int, dict[int, str]] = defaultdict(dict)
    for post_id, platform, text in _read(_TEXTS, ids):
        texts[post_id][platform] = text
    for post_id, digest, mime, alt_text in _read(_PICTURES, ids):
        pictures[post_id].append(Kept(digest=digest, mime=mime, alt_text=alt_text))
    for post_id, account_id, platform in _read(_ACCOUNTS, ids):
        accounts[post_id][account_id] = platform
    return {
        row.post_id: Public(
            caption=row.caption,
            hashtags=row.hashtags,
            own_texts=texts[row.post_id],
            pictures=tuple(pictures[row.post_id]),
            accounts=accounts[row.post_id],
        )
        for row in rows
    }


def _job(row: Any, public: Public, *, vault: Vault) -> Job | PlatformError:
    if row.lookups == LOOK_FIRST:
        return Restored(composing.content(public, row.platform))
    if row.approved_at is not None and row.approved_at > row.created_at:
        if row.account_id not in public.accounts:
            return NotForAccount("approved again, without this account")
        return ApprovedAnew("planned before the present approval")
    if row.status is not PostStatus.APPROVED or public.digest() != row.content_digest:
        return ContentChanged("digest differs from the approved one")
    bound_to = vault_name(row.platform, row.account_id)
    credentials = opened(row.credentials, bound_to=bound_to, vault=vault)
    if isinstance(credentials, PlatformError):
        return credentials
    return Job(
        delivery_id=row.id,
        fence=row.fence,
        account_id=row.account_id,
        driver=row.driver,
        credentials={"handle": row.handle, **credentials},  # for a readable permalink
        sealed=row.credentials,
        bound_to=bound_to,
        content=composing.content(public, row.platform, row.driver),
        post_version=row.version,
        content_digest=row.content_digest,
    )


def opened(sealed: str | None, *, bound_to: str, vault: Vault) -> dict[str, str] | PlatformError:
    """Return the credentials of an account, or what it means that they cannot be opened."""
    try:
        return vault.open(sealed or "", bound_to=bound_to)
    except UnknownKey:
        return KeyMissing("sealed with a key that this process was not given")
    except BadSecret:
        return AccountBlocked("credentials cannot be opened with the present keys")


def held(claim: Claim, status: DeliveryStatus) -> Delivery | None:
    """Return the delivery of a claim with its account and post, if it is still ours."""
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
