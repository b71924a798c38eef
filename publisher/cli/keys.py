"""The vault's keys, and whether the chain of the audit log still holds."""

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from publisher.db import db, read_only
from publisher.errors import BadSecret
from publisher.models import audit
from publisher.models.accounts import Account
from publisher.vault import Vault, key_id

#: Rows a transaction: a worker that wants to write never waits long.
BATCH = 200

vault = AppGroup("vault", help="The keys that encrypt the accounts' credentials.")
log = AppGroup("audit", help="The log of who did what.")
COMMANDS: tuple[click.Command, ...] = (vault, log)


@vault.command("rotate")
def rotate() -> None:
    """Encrypt every credential anew with the first key of VAULT_KEYS.

    Put the new key first, run this, then drop the old key. What cannot be opened is named and
    left as it is; the exit status is then 1. May be interrupted and run again.
    """
    keys: Vault = current_app.extensions["vault"]
    resealed, unreadable, last_id = 0, [], 0
    while batch := _sealed_accounts_after(last_id):
        for account in batch:
            try:
                resealed += _reseal(account, keys)
            except BadSecret:
                unreadable.append(account.vault_name)
        last_id = batch[-1].id
        db.session.commit()
    click.echo(f"{resealed} credentials encrypted anew with key {keys.current}.")
    if unreadable:
        click.echo(f"Cannot be opened with the keys given: {', '.join(unreadable)}", err=True)
        raise SystemExit(1)


@log.command("verify")
def verify() -> None:
    """Check that no entry of the audit log was changed or taken out; exit status 1 if one was."""
    read_only()
    broken = audit.first_broken_link()
    if broken is not None:
        click.echo(f"The audit log is broken at entry {broken}.", err=True)
        raise SystemExit(1)
    count = db.session.scalar(sa.select(sa.func.count()).select_from(audit.AuditEntry))
    click.echo(f"{count} entries, each as it was written.")


def _sealed_accounts_after(last_id: int) -> list[Account]:
    query = (
        sa.select(Account)
        .where(Account.credentials.is_not(None), Account.id > last_id)
        .order_by(Account.id)
        .limit(BATCH)
        .with_for_update()
    )
    return list(db.session.scalars(query))


def _reseal(account: Account, keys: Vault) -> bool:
    """Put a credential under the present key; return whether it was under another.

    :raises BadSecret: if it cannot be opened
    """
    token = account.credentials or ""
    account.credentials = keys.reseal(token, bound_to=account.vault_name)
    return key_id(token) != keys.current
