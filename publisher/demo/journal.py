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

    #: Deeds whose posts may have no id yet.
    _fresh: list[tuple[Post, dict[str, Any]]] = field(default_factory=list)
    _deeds: list[dict[str, Any]] = field(default_factory=list)

    def note(self, step: str, post: Post, *, actor: User, at: datetime) -> None:
        """Keep a decision that has just been taken."""
        if step not in DECISIONS:
            return
        deed = {
            "at": at,
            "actor_id": actor.id,
            "region_id": actor.region_id,
            "action": f"post.{step}",
            "details": {"digest": post.digest(), "reasons": post.events[-1].reasons},
        }
        self._fresh.append((post, deed))

    def tell(self, action: str, subject: str, *, actor: User, at: datetime, **details: Any) -> None:
        """Keep what somebody did that is no step of a post."""
        deed = {"at": at, "actor_id": actor.id, "region_id": actor.region_id, "action": action}
        self._deeds.append(deed | {"subject": subject, "details": details})

    def settle(self) -> None:
        """Let go of the posts noted so far; they have been flushed."""
        for post, deed in self._fresh:
            details = deed["details"] | {"version": post.version}
            self._deeds.append(deed | {"subject": f"post:{post.id}", "details": details})
        self._fresh.clear()

    def write(self) -> None:
        """Add what was collected to the end of the chain, oldest first."""
        db.session.flush()
        self.settle()
        last = sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
        previous = db.session.scalar(last) or "0" * 64
        rows = []
        for deed in sorted(self._deeds, key=lambda one: one["at"]):
            entry = AuditEntry(**deed, previous_hash=previous)
            previous = entry.compute_hash()
            rows.append({**deed, "previous_hash": entry.previous_hash, "hash": previous})
        if rows:
            db.session.execute(sa.insert(AuditEntry), rows)
