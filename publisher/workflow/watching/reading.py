"""What was posted on an account, whoever posted it: read now and then, and before we post there.

How long an account has been silent follows from it, and whether we would say what somebody has
just said there by hand. `take` and `keep` touch the database and nothing else, `ask` the network
and nothing else. X asks USD 0.001 for each post of one's own that is read (docs.x.com, pricing;
2026-08-22), so what was seen before is not asked for again.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import BadSecret
from publisher.models.accounts import Account, AccountStatus, Standing, vault_name
from publisher.models.deliveries import OPEN, Delivery, DeliveryStatus, status_is
from publisher.platforms import SENDING, open_driver
from publisher.platforms.base import Credentials, Published
from publisher.platforms.errors import PlatformError
from publisher.vault import Vault
from publisher.workflow import composing

log = logging.getLogger(__name__)

#: Where every request is a risk to the account, none is made out of curiosity.
_READ = sorted(name for name in SENDING if name != "instagram_private")
BATCH = 20
EVERY = timedelta(hours=12)
#: Where something is due within `SOON`, so that the check an hour before its time knows of it.
EVERY_BEFORE, SOON = timedelta(hours=1), timedelta(minutes=90)
#: How far back an account is read that was never read before.
BACK = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """An account whose posts are to be read."""

    account_id: int
    driver: str
    credentials: Credentials
    since: datetime

    def __repr__(self) -> str:  # credentials stay out of logs
        return f"Reading(account_id={self.account_id}, {self.driver})"


def take(*, at: datetime, vault: Vault) -> list[Reading]:
    """Take the accounts that are due, by writing down that they were read."""
    due = sa.or_(
        Account.read_at.is_(None),
        Account.read_at <= at - EVERY,
        sa.and_(Account.read_at <= at - EVERY_BEFORE, Account.id.in_(_posting_soon(at))),
    )
    query = (
        sa.select(
            Account.id, Account.platform, Account.driver, Account.handle, Account.credentials,
            Account.read_at,
        )
        .where(Account.status == AccountStatus.ACTIVE, Account.standing == Standing.UTAMA)
        .where(Account.retired_at.is_(None), Account.credentials.is_not(None))
        .where(Account.driver.in_(_READ), due)
        .order_by(Account.id)
        .limit(BATCH)
    )  # fmt: skip
    rows = [row for row in db.session.execute(query).all() if _mark(row, at)]
    heard = composing.last_heard([row.id for row in rows])
    readings = [_reading(row, heard.get(row.id), vault, at) for row in rows]
    return [reading for reading in readings if reading is not None]


def _posting_soon(at: datetime) -> sa.Select:
    """Return the query for accounts on which something is planned; see `timetable`."""
    return sa.select(Delivery.account_id).where(
        status_is(Delivery.status, *OPEN),  # what the index is over
        Delivery.status == DeliveryStatus.PENDING,
        Delivery.due_at.between(at, at + SOON),
    )


def _mark(row: sa.Row, at: datetime) -> bool:
    before = Account.read_at.is_(None) if row.read_at is None else Account.read_at == row.read_at
    change = sa.update(Account).where(Account.id == row.id, before).values(read_at=at)
    done = db.session.execute(change.execution_options(synchronize_session=False))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _reading(row: sa.Row, heard: datetime | None, vault: Vault, at: datetime) -> Reading | None:
    """Read from what is remembered on; nothing remembered was looked for at least once."""
    silent = at - BACK if row.read_at is None else at - composing.REMEMBERED
    try:
        credentials = vault.open(row.credentials, bound_to=vault_name(row.platform, row.id))
    except BadSecret:  # said by the checks before the time
        return None
    return Reading(
        account_id=row.id,
        driver=row.driver,
        credentials={"handle": row.handle, **credentials},
        since=heard or silent,
    )


def ask(reading: Reading) -> list[Published]:
    """Return the posts on the account since then; none where it could not be read."""
    try:
        return open_driver(reading.driver, reading.credentials).recent(reading.since)
    except PlatformError as error:  # cannot be read back, or not now: the next reading is soon
        log.info("account %s not read: %s", reading.account_id, type(error).__name__)
    except Exception:  # a fault of a driver must not end the round of all others
        log.exception("driver failed")
    return []


def keep(found: Iterable[tuple[Reading, list[Published]]], *, at: datetime) -> None:
    """Write down what was posted on each account, and when the newest was: found there, or
    published by us."""
    for reading, posts in found:
        account = db.session.get(Account, reading.account_id)
        if account is not None:
            composing.hear(account.id, reading.driver, posts, at=at)
            composing.collect(account, posts, at=at)
            newest = (post.published_at for post in posts)
            known = (*newest, account.last_post_at, _published(account))
            account.last_post_at = max(filter(None, known), default=None)


def _published(account: Account) -> datetime | None:
    """Return when we last published there; by the index of the office's published posts."""
    query = sa.select(sa.func.max(Delivery.published_at)).where(
        Delivery.office_id == account.office_id,
        status_is(Delivery.status, DeliveryStatus.PUBLISHED),
        Delivery.account_id == account.id,
    )
    return db.session.scalar(query)
