"""What closing and objecting share: one at a time per region, and what tells who."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.places import Region

TEXT_CHARS = 1000
REASON_CHARS = 500


def lock(region_id: int) -> Region:
    """Return the region as it stands now, and let nobody else close a week of it, or change what
    one asks, until the transaction ends. The registry locks the same row."""
    query = sa.select(Region).where(Region.id == region_id).with_for_update()
    return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def is_closed(region: Region, week: Week) -> bool:
    return region.closed_through is not None and week.sunday <= region.closed_through


def tell(kind: NoticeKind, key: str, *, at: datetime, week: Week, **fields: Any) -> None:
    """Say something about a week, once.

    :param fields: of the notice; `details` gains the week, by which its page is found
    """
    fields["details"] = {**fields.get("details", {}), "week": str(week)}
    add_once(Notice, [{"kind": kind, "key": key, "at": at, **fields}])


def settle(key: str, *, at: datetime) -> None:
    """Nobody need do anything about it any more."""
    change = sa.update(Notice).where(Notice.key == key, Notice.resolved_at.is_(None))
    db.session.execute(change.values(resolved_at=at))
