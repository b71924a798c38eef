"""A draft that a person finishes in the platform's app may prove itself.

Whoever posted it need not file a proof that the platform can give: it is asked now and then what
became of the draft. What it does not tell is left for the person. `take` and `keep` touch the
database and nothing else, `ask` the network and nothing else.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from publisher.db import db
from publisher.errors import N_, BadSecret
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery, DeliveryStatus, status_is
from publisher.platforms import open_driver
from publisher.platforms.base import Credentials, Receipt
from publisher.platforms.errors import CannotTell, PlatformError, Refused
from publisher.vault import Vault
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.proving import waiting_proof
from publisher.workflow.delivering.recording import mark_found, note_attempt

log = logging.getLogger(__name__)

Outcome = Receipt | PlatformError | None

BATCH = 20
GONE = N_(
    "Draf ini tidak ada lagi di kotak masuk aplikasi. Tayangkan sendiri dengan teks dan foto dari "
    "sini, lalu catat bukti tayangnya."
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft that waits for its person, as far as we know."""

    delivery_id: int
    fence: int
    driver: str
    credentials: Credentials
    remote_id: str
    since: datetime

    def __repr__(self) -> str:  # credentials stay out of logs
        return f"Draft(delivery_id={self.delivery_id}, {self.driver})"


def is_in_app(delivery: Delivery) -> bool:
    """Say whether its person finds text and pictures in the platform's app already."""
    there = delivery.remote_id is not None and delivery.reason != GONE
    return there and delivery.status is DeliveryStatus.HANDED_OVER


def take(*, after: int, vault: Vault) -> list[Draft]:
    """Return the next drafts to ask about, in the order of their deliveries.

    Left out is what a person has filed a proof of, where the account may not be asked, and what
    was found gone.

    :param after: the id of the delivery that was asked about last; 0 begins anew
    """
    query = (
        sa.select(Delivery)
        .join(Delivery.account)
        .where(status_is(Delivery.status, DeliveryStatus.HANDED_OVER))
        .where(Delivery.id > after, Delivery.remote_id.is_not(None), Delivery.reason != GONE)
        .where(~Account.by_hand, Account.status == AccountStatus.ACTIVE)
        .options(contains_eager(Delivery.account))
        .order_by(Delivery.id)
        .limit(BATCH)
    )
    return [_draft(delivery, vault) for delivery in db.session.scalars(query).all()]


def _draft(delivery: Delivery, vault: Vault) -> Draft:
    account = delivery.account
    try:
        opened = vault.open(account.credentials or "", bound_to=account.vault_name)
    except BadSecret:  # said by the checks before the time: nothing to ask with
        opened = {}
    return Draft(
        delivery_id=delivery.id,
        fence=delivery.fence,
        driver=account.driver,
        credentials={"handle": account.handle, **opened},
        remote_id=delivery.remote_id or "",
        since=delivery.handed_over_at or delivery.due_at,
    )


def ask(draft: Draft) -> Outcome:
    """Return what became of a draft; None while it waits."""
    try:
        driver = open_driver(draft.driver, draft.credentials)
        return driver.finished(draft.remote_id, draft.since)
    except PlatformError as error:
        return error
    except Exception as error:  # a fault of a driver must not end the round of all others
        log.exception("driver failed")
        return CannotTell(f"{type(error).__name__} in the driver")


def keep(draft: Draft, outcome: Outcome, *, started_at: datetime, at: datetime) -> bool:
    """Write down that a draft is out, or gone; say whether anything changed.

    A proof that somebody files at the same moment goes first: a person decides on that.
    """
    if not isinstance(outcome, Receipt | Refused):
        return False
    delivery = db.session.get(Delivery, draft.delivery_id, with_for_update=True)
    ours = delivery is not None and (delivery.fence, delivery.remote_id) == (
        draft.fence,
        draft.remote_id,
    )
    if delivery is None or not ours or delivery.status is not DeliveryStatus.HANDED_OVER:
        return False
    if waiting_proof(delivery) is not None:
        return False
    claim = Claim(delivery_id=draft.delivery_id, fence=draft.fence)
    note_attempt(claim, outcome, phase="find", started_at=started_at, at=at)
    if isinstance(outcome, Receipt):
        return mark_found(claim, outcome, begun=draft.since, at=at)
    delivery.reason = GONE
    return True
