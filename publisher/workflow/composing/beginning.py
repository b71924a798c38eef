"""A new draft: whose it is, and for which accounts."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import Account, Standing
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Post
from publisher.platforms import DRIVERS


def publishable_accounts(office_id: int) -> list[Account]:
    """Return the accounts of an office that a post may be planned for, in a steady order."""
    return accounts_of([office_id])[office_id]


def accounts_of(office_ids: Collection[int]) -> dict[int, list[Account]]:
    """Return the same for several offices. One query."""
    query = (
        sa.select(Account)
        .where(Account.office_id.in_(office_ids), Account.standing == Standing.UTAMA)
        .where(Account.retired_at.is_(None), Account.platform.in_(DRIVERS))
        .order_by(Account.platform, Account.id)
    )
    found: dict[int, list[Account]] = {office_id: [] for office_id in office_ids}
    for account in db.session.scalars(query):
        found[account.office_id].append(account)
    return found


def begin(
    office: Office, *, actor: User, at: datetime, accounts: list[Account] | None = None
) -> Post:
    """Return a new draft of an office, with what is nearly always right filled in.

    :param accounts: those it is for; None: all that may be published to
    """
    post = Post(
        office=office,
        who=office.name,
        drafted_by=actor,
        edited_by=actor,
        created_at=at,
        edited_at=at,
        accounts=publishable_accounts(office.id) if accounts is None else accounts,
    )
    db.session.add(post)
    return post
