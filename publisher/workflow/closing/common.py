"""What closing and objecting share: what tells who, and for how long."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.clock import Week
from publisher.db import db
from publisher.models.notices import Notice, NoticeKind, add_once

TEXT_CHARS = 1000
REASON_CHARS = 500


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
