"""After an unknown outcome: read the account back, and believe only what is found there.

"Not there" twice allows a new attempt. What cannot be read back waits for a person.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_
from publisher.models.advancing import advance
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus, status_is
from publisher.platforms.base import Prepared, Receipt
from publisher.platforms.errors import AccountBlocked, CannotTell, PlatformError, TryLater
from publisher.vault import Vault
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.holding import hold_account
from publisher.workflow.delivering.loading import held, opened
from publisher.workflow.delivering.recording import (
    FIRST_LOOK,
    LONGEST_WAIT_S,
    mark_arrived,
    mark_found,
    note_attempt,
)
from publisher.workflow.delivering.sending import Search

#: The second look comes this long after the first: slow platforms have settled by then.
SECOND_LOOK = timedelta(minutes=4, seconds=15)
LOOKS = 2
#: Our clock may be ahead of the platform's: look that much further back. A machine that takes the
#: local time for UTC is nine hours ahead in Jayapura; an older post that says the same is rarer.
CLOCKS_APART = timedelta(hours=10)
#: How often a post that was looked for in vain may be tried again before a person decides.
RESUMES = 2
#: An account that nobody may read is looked at this often until somebody reconnects it.
BLOCKED_LOOK = timedelta(minutes=30)

CANNOT_LOOK = N_(
    "Siar tidak dapat membaca akun ini. Buka akunnya, lihat apakah unggahan sudah tayang, "
    "lalu pilih jawabannya di sini."
)
LOOKED_IN_VAIN = N_(
    "Unggahan tidak ditemukan setelah diperiksa berulang kali. Buka akunnya, lihat apakah "
    "unggahan sudah tayang, lalu pilih jawabannya di sini."
)


def load_search(claim: Claim, *, vault: Vault) -> Search | PlatformError | None:
    """Read what to look for; a `PlatformError` if nobody can, None if it is not ours."""
    delivery = held(claim, DeliveryStatus.UNKNOWN)
    if delivery is None:
        return None
    if delivery.prepared is None or delivery.sending_at is None:
        return CannotTell("nothing is known about the attempt")
    account = delivery.account
    credentials = opened(account.credentials, bound_to=account.vault_name, vault=vault)
    if isinstance(credentials, PlatformError):
        return credentials
    return Search(
        delivery_id=delivery.id,
        fence=claim.fence,
        account_id=account.id,
        driver=account.driver,
        credentials={"handle": account.handle, **credentials},
        sealed=account.credentials or "",
        bound_to=account.vault_name,
        prepared=_restored(delivery.prepared),
        since=(delivery.doubtful_since or delivery.sending_at) - CLOCKS_APART,
        known=_known(delivery),
    )


def _known(delivery: Delivery) -> frozenset[str]:
    """Return the posts of the account that prove another delivery already."""
    query = sa.select(Delivery.remote_id).where(
        Delivery.account_id == delivery.account_id,
        status_is(Delivery.status, DeliveryStatus.PUBLISHED),
        Delivery.published_at > (delivery.doubtful_since or delivery.due_at) - timedelta(days=2),
    )
    return frozenset(found for found in db.session.scalars(query) if found)


def record_look(
    claim: Claim, outcome: Receipt | PlatformError | None, *, started_at: datetime, at: datetime
) -> bool:
    """Write down what a look at the account told; False if it was not ours any more."""
    done = _settle(claim, outcome, at=at)
    note_attempt(claim, outcome, phase="find", started_at=started_at, at=at)
    if done and isinstance(outcome, AccountBlocked):
        hold_account(claim, outcome, until=outcome.until, since=started_at, at=at)
    return done


def _settle(claim: Claim, outcome: Receipt | PlatformError | None, *, at: datetime) -> bool:
    match outcome:
        case Receipt():
            begun = _first_begun(claim) or at
            found = mark_found(claim, outcome, begun=begun, at=at)
            return found or mark_arrived(claim, outcome, begun=begun, at=at)
        case None:
            return _not_found(claim, at=at)
        case CannotTell():
            return _look_again(claim, next_at=NEVER, reason=CANNOT_LOOK)
        case AccountBlocked():
            return _look_again(claim, next_at=max(outcome.until or at, at + BLOCKED_LOOK))
        case TryLater(wait_s=int(asked)):
            wait = timedelta(seconds=min(asked, LONGEST_WAIT_S))
            return _look_again(claim, next_at=at + max(wait, FIRST_LOOK))
        case _:
            return _look_again(claim, next_at=at + SECOND_LOOK)


def _first_begun(claim: Claim) -> datetime | None:
    first = sa.func.coalesce(Delivery.doubtful_since, Delivery.sending_at)
    return db.session.scalar(sa.select(first).where(Delivery.id == claim.delivery_id))


def _not_found(claim: Claim, *, at: datetime) -> bool:
    """Only "not there" twice allows a new attempt; after two of those a person decides."""
    delivery = held(claim, DeliveryStatus.UNKNOWN)
    if delivery is None:
        return False
    looks, resumed = delivery.lookups + 1, delivery.resumed
    if looks < LOOKS:
        return _look_again(claim, next_at=at + SECOND_LOOK, lookups=looks)
    if resumed >= RESUMES:
        return _look_again(claim, next_at=NEVER, lookups=looks, reason=LOOKED_IN_VAIN)
    return advance(
        claim.delivery_id,
        "resume",
        at=at,
        fence=claim.fence,
        next_at=max(at, delivery.due_at),
        reason="",
        lookups=looks,
        resumed=resumed + 1,
        note="not found twice",
    )


def _look_again(claim: Claim, **values: Any) -> bool:
    change = (
        sa.update(Delivery)
        .where(
            Delivery.id == claim.delivery_id,
            Delivery.fence == claim.fence,
            Delivery.status == DeliveryStatus.UNKNOWN,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return db.session.execute(change).rowcount == 1  # type: ignore[attr-defined]


def _restored(values: dict[str, Any]) -> Prepared:
    started_at = values["started_at"]
    return Prepared(
        text=values["text"],
        media_ids=tuple(values["media_ids"]),
        started_at=datetime.fromisoformat(started_at) if started_at else None,
        extra=values["extra"],
    )
