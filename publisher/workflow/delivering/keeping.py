"""Keeping what a platform made of an account's credentials while Siar spoke to it.

A session that is used goes on changing; the one of last week is distrusted, then ended.
"""

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account
from publisher.platforms.base import Credentials
from publisher.vault import Vault
from publisher.workflow.delivering.sending import Access

_ACCOUNT = Account.metadata.tables["account"]


def keep(access: Access, changed: Credentials, *, vault: Vault) -> bool:
    """Put changed credentials in the place of those that were used; False if others are there.

    Somebody may have connected or disconnected the account meanwhile, or the keys of the vault
    were changed: what is newer is never overwritten.
    """
    whole = {**access.credentials, **changed}
    query = (
        sa.update(_ACCOUNT)
        .where(_ACCOUNT.c.id == access.account_id, _ACCOUNT.c.credentials == access.sealed)
        .values(credentials=vault.seal(whole, bound_to=access.bound_to))
    )
    return bool(db.session.execute(query).rowcount == 1)  # type: ignore[attr-defined]
