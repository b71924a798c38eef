"""Fresh tokens before the old ones end, one renewal at a time per account.

`take` and `keep` touch the database and nothing else, `ask` the network and nothing else. A
renewal begins with a mark in the row, taken by compare-and-swap: no other process begins one
meanwhile. A refresh token is often good once, so an answer that was lost may have voided it. It
is tried once more; when the platform then refuses, a person has to connect the account again.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.errors import N_, BadSecret
from publisher.models import audit
from publisher.models.accounts import Account, AccountStatus, vault_name
from publisher.models.places import Office
from publisher.platforms.base import Credentials
from publisher.platforms.consent import AppRefused, Token, app_of, consent_class
from publisher.platforms.errors import AccountBlocked, OutcomeUnknown, PlatformError, TryLater
from publisher.platforms.texts import redact
from publisher.vault import Vault

log = logging.getLogger(__name__)

BATCH = 20
#: Longer than a renewal may take: two requests of 65 s. After it, its answer counts as lost.
LEASE = timedelta(minutes=3)
#: When a platform could not be asked.
AGAIN = timedelta(minutes=2)

REFUSED = N_(
    "Platform tidak lagi memperbarui izin akun ini: izinnya dicabut, atau kata sandinya diganti. "
    "Antreannya ditahan; Siar melanjutkan begitu akun disambungkan ulang."
)
LOST = N_(
    "Sambungan terputus saat izin akun ini diperbarui, dan platform tidak menerima izin yang lama "
    "lagi. Antreannya ditahan; Siar melanjutkan begitu akun disambungkan ulang."
)
APP = N_(
    "Platform tidak mengenali aplikasi Siar, sehingga izin akun ini tidak dapat diperbarui. "
    "Operator memeriksa pengaturan aplikasinya, lalu akun disambungkan ulang."
)


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """A renewal that is ours to make.

    :param after_loss: an earlier one began and nobody heard how it ended
    """

    account_id: int
    platform: str
    driver: str
    credentials: Credentials
    ends_at: datetime | None
    after_loss: bool
    at: datetime

    def __repr__(self) -> str:  # credentials stay out of logs
        return f"Renewal(account_id={self.account_id}, {self.driver})"


def take(*, at: datetime, vault: Vault) -> list[Renewal]:
    """Begin the renewals that are due; those another process has begun are left to it."""
    free = sa.or_(Account.renewing_since.is_(None), Account.renewing_since <= at - LEASE)
    query = (
        sa.select(
            Account.id, Account.platform, Account.driver, Account.credentials,
            Account.token_ends_at, Account.renewing_since,
        )
        .where(Account.renew_at <= at, free, Account.credentials.is_not(None))
        .where(Account.status != AccountStatus.RECONNECT, Account.retired_at.is_(None))
        .order_by(Account.renew_at)
        .limit(BATCH)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    return [_renewal(row, vault, at) for row in rows if _begin(row, at)]


def _begin(row: sa.Row, at: datetime) -> bool:
    before = (
        Account.renewing_since.is_(None)
        if row.renewing_since is None
        else Account.renewing_since == row.renewing_since
    )
    same = sa.and_(Account.credentials == row.credentials, before)
    return _change(row.id, same, renewing_since=at)


def _renewal(row: sa.Row, vault: Vault, at: datetime) -> Renewal:
    try:
        bound_to = vault_name(row.platform, row.id)
        credentials = vault.open(row.credentials, bound_to=bound_to)
    except BadSecret:  # said when it is asked: nothing to renew with
        credentials = {}
    return Renewal(
        account_id=row.id,
        platform=row.platform,
        driver=row.driver,
        credentials=credentials,
        ends_at=row.token_ends_at,
        after_loss=row.renewing_since is not None,
        at=at,
    )


def ask(renewal: Renewal, settings: Mapping[str, Any]) -> Token | PlatformError:
    """Ask the platform for fresh credentials, once; return what came of it."""
    app = app_of(renewal.driver, settings)
    if app is None:
        return AppRefused("no app is set for this platform")
    try:
        return consent_class(renewal.driver)(app).renew(renewal.credentials)
    except PlatformError as error:
        return error
    except Exception as error:  # what it had asked for by then, nobody knows
        log.exception("renewing failed")
        return OutcomeUnknown(f"{type(error).__name__} in the driver")


def keep(renewal: Renewal, answer: Token | PlatformError, *, vault: Vault, at: datetime) -> None:
    """Write down what came of a renewal, unless the account was connected anew meanwhile."""
    match answer:
        case Token():
            _store(renewal, answer, vault=vault, at=at)
        case AccountBlocked():
            _give_up(renewal, answer, LOST if renewal.after_loss else REFUSED, at=at)
        case AppRefused() if renewal.ends_at is not None and renewal.ends_at <= at:
            _give_up(renewal, answer, APP, at=at)
        case TryLater():
            wait = timedelta(seconds=answer.wait_s) if answer.wait_s else AGAIN
            still_lost = renewal.at if renewal.after_loss else None
            _update(renewal, renew_at=at + wait, renewing_since=still_lost)
        case _:
            log.warning("account %s: the answer to a renewal was lost", renewal.account_id)


def _store(renewal: Renewal, token: Token, *, vault: Vault, at: datetime) -> None:
    """Put fresh credentials in the place of those they came from."""
    ends_at, renew_at = consent_class(renewal.driver).life_of(token, asked_at=renewal.at)
    name = vault_name(renewal.platform, renewal.account_id)
    _update(
        renewal,
        credentials=vault.seal(token.credentials, bound_to=name),
        token_ends_at=ends_at,
        renew_at=renew_at,
        renewing_since=None,
        renewed_at=at,
        **({"scopes": " ".join(token.scopes)} if token.scopes else {}),
    )


def _give_up(renewal: Renewal, error: PlatformError, reason: str, *, at: datetime) -> None:
    """Set the account aside: a person has to connect it again. Its hold is what people are told."""
    changed = _update(
        renewal,
        status=AccountStatus.RECONNECT,
        paused_reason=reason,
        paused_until=None,
        renew_at=None,
        renewing_since=None,
    )
    if not changed:
        return
    region = sa.select(Office.region_id).join(Account, Account.office_id == Office.id)
    audit.record(
        "account.held",
        f"account:{renewal.account_id}",
        at=at,
        region_id=db.session.scalar(region.where(Account.id == renewal.account_id)),
        status=AccountStatus.RECONNECT,
        detail=redact(error.detail),
    )


def _update(renewal: Renewal, **values: Any) -> bool:
    """Change the account if the renewal still is under way; say whether it was.

    Connecting and disconnecting end it. Sealing anew with another key does not.
    """
    ours = sa.and_(Account.credentials.is_not(None), Account.renewing_since == renewal.at)
    return _change(renewal.account_id, ours, **values)


def _change(account_id: int, before: sa.ColumnElement[bool], **values: Any) -> bool:
    change = sa.update(Account).where(Account.id == account_id, before).values(values)
    done = db.session.execute(change.execution_options(synchronize_session=False))
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]
