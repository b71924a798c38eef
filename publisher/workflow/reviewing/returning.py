"""Telling an office that its post came back, so that nobody finds out by looking."""

from datetime import datetime

from publisher.db import db
from publisher.errors import N_
from publisher.models.notices import Notice, NoticeKind, add_once
from publisher.models.posts import Post

#: What a reviewer does to a post that its office has to hear of.
TOLD = ("request_changes", "reject", "reopen")
SAID = N_("Catatan penelaah: %(note)s")


def tell(post: Post, step: str, *, note: str, at: datetime) -> None:
    """Say once that a reviewer took a step by which a post comes back to its office."""
    if step not in TOLD:
        return
    db.session.flush()
    notice = {
        "key": f"post:{post.id}:event:{post.events[-1].id}",
        "kind": NoticeKind.RETURNED,
        "at": at,
        "region_id": post.office.region_id,
        "office_id": post.office_id,
        "post_id": post.id,
        "reason": SAID if note else "",
        "details": {"step": step, "note": note},
    }
    add_once(Notice, [notice])
