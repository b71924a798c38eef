"""Who did what, in a chain that shows when somebody changed it afterwards.

Each entry holds a hash over itself and the entry before. Entries are added and never
changed or deleted; nothing cascades to them. Also here: the worker's heartbeat.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from publisher.db import Model, Turn, db, wait_turn


class AuditEntry(Model):
    """One deed. Ids are plain numbers, not foreign keys: the entry outlives what it names."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    region_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.String(64))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)

    def compute_hash(self) -> str:
        told = [
            self.previous_hash,
            self.at.isoformat(),
            self.actor_id,
            self.region_id,
            self.action,
            self.subject,
            self.details,
        ]
        canonical = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


class Heartbeat(Model):
    """The last sign of life of a worker."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    at: Mapped[datetime]


def record(
    action: str,
    subject: str,
    *,
    at: datetime,
    actor_id: int | None = None,
    region_id: int | None = None,
    **details: Any,
) -> None:
    """Add an entry to the chain. `details` must be JSON and must hold no secret."""
    entry = AuditEntry(
        at=at,
        actor_id=actor_id,
        region_id=region_id,
        action=action,
        subject=subject,
        details=details,
    )
    waiting = db.session.info.get("audit")
    if waiting is None:
        _add([entry])
    else:
        waiting.append(entry)


@contextmanager
def together() -> Iterator[None]:
    """Add the entries of this block at its end; none of them if it fails. One block may stand
    within another, and then ends with it."""
    around = db.session.info.get("audit")
    entries: list[AuditEntry] = []
    db.session.info["audit"] = entries
    try:
        yield
    finally:
        db.session.info["audit"] = around
    if around is None:
        _add(entries)
    else:
        around.extend(entries)


def _add(entries: Sequence[AuditEntry]) -> None:
    """Add entries to the end of the chain.

    Two writers at once would both follow the same entry; PostgreSQL therefore takes them one
    by one, as SQLite does anyway.
    """
    if not entries:
        return
    wait_turn(Turn.AUDIT)
    db.session.flush()
    last = db.session.scalar(sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    for entry in entries:
        entry.previous_hash = last or "0" * 64
        last = entry.hash = entry.compute_hash()
    names = [column.key for column in sa.inspect(AuditEntry).column_attrs if column.key != "id"]
    rows = [{name: getattr(entry, name) for name in names} for entry in entries]
    db.session.execute(sa.insert(AuditEntry), rows)


def first_broken_link() -> int | None:
    """Return the id of the first entry that was changed or whose predecessor is gone."""
    expected = "0" * 64
    for entry in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)):
        if entry.previous_hash != expected or entry.compute_hash() != entry.hash:
            return entry.id
        expected = entry.hash
    return None
