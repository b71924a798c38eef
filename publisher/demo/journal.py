"""The audit chain of months, written at once: many entries, each following the one before."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.models.audit import AuditEntry
from publisher.models.people import User
from publisher.models.posts import Post

#: The post's steps that are decisions, and audited.
DECISIONS = frozenset({"approve", "request_changes", "reject"})


@dataclass
class Journal:
    """Decisions collected while posts are written, to be chained in the order of their time."""

    _deeds: list[dict[str, Any]] = field(default_factory=list)

    def note(self, step: str, post: Post, *, actor: User, at: datetime) -> None:
        """Keep a decision on a post that has its id already."""
        if step in DECISIONS:
            reasons = post.events[-1].reasons
            details = {"version": post.version, "digest": post.digest(), "reasons": reasons}
            self._deeds.append(
                {
                    "at": at,
                    "actor_id": actor.id,
                    "region_id": actor.region_id,
                    "action": f"post.{step}",
                    "subject": f"post:{post.id}",
                    "details": details,
                }
            )

    def write(self) -> None:
        """Add what was collected to the end of the chain, oldest first."""
        db.session.flush()
        last = sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
        previous = db.session.scalar(last) or "0" * 64
        rows = []
        for deed in sorted(self._deeds, key=lambda one: one["at"]):
            entry = AuditEntry(**deed, previous_hash=previous)
            previous = entry.compute_hash()
            rows.append({**deed, "previous_hash": entry.previous_hash, "hash": previous})
        if rows:
            db.session.execute(sa.insert(AuditEntry), rows)
