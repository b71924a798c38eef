"""What people posted by hand and proved: the link, who filed it, and who looked at it."""

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING
from zlib import crc32

from publisher.db import db
from publisher.demo.accounts import slug
from publisher.demo.journal import Journal
from publisher.models.deliveries import Delivery
from publisher.models.posts import Post
from publisher.models.proofs import Proof, ProofStatus

if TYPE_CHECKING:
    from publisher.demo.past import Course

#: From posting to filing the proof.
FILED_AFTER_S = 240


def proved(course: "Course", post: Post) -> "Course":
    """Return how it went on: somebody posted it, filed the proof, and a reviewer agreed."""
    rng = Random(f"{post.title}/{post.planned_at}")  # noqa: S311 - a story, not a secret
    posted_s = rng.randint(300, 1500)
    verified_s = posted_s + FILED_AFTER_S + rng.randint(300, 1200)
    happened = (*course.happened, (float(verified_s), "verify", ""))
    return dataclasses.replace(
        course, happened=happened, posted_s=float(posted_s), reason="", next_at=None
    )


def link_to(delivery: Delivery) -> str:
    """Return the address of what was posted on a channel that a person fills."""
    account, post = delivery.account, delivery.post
    number = crc32(f"{account.display_name}/{post.title}/{delivery.due_at}".encode())
    if account.platform == "website":
        return f"https://{account.handle}/berita/{delivery.due_at:%Y/%m/%d}/{slug(post.title, '-')}"
    if account.platform == "whatsapp":
        channel = f"0029Va{slug(account.display_name).title()}"
        return f"https://whatsapp.com/channel/{channel}/{number % 9000 + 100}"
    return f"https://www.youtube.com/post/Ugkx{number:x}"


def file_all(told: Sequence[tuple[Delivery, "Course"]], journal: Journal) -> None:
    """Write the proofs of what people posted, each verified by who approved its post."""
    proofs = [_proof(delivery, course) for delivery, course in told if course.posted_s is not None]
    db.session.add_all(proofs)
    db.session.flush()
    for proof in proofs:
        _note(proof, journal)


def _proof(delivery: Delivery, course: "Course") -> Proof:
    posted_at = delivery.due_at + timedelta(seconds=course.posted_s or 0)
    delivery.proved_by = delivery.post.approved_by
    return Proof(
        delivery=delivery,
        status=ProofStatus.VERIFIED,
        link=delivery.permalink or "",
        posted_at=posted_at,
        filed_by=delivery.post.drafted_by,
        filed_at=posted_at + timedelta(seconds=FILED_AFTER_S),
        decided_by=delivery.post.approved_by,
        decided_at=delivery.due_at + timedelta(seconds=course.happened[-1][0]),
    )


def _note(proof: Proof, journal: Journal) -> None:
    subject = f"delivery:{proof.delivery.id}"
    shown = {"proof": proof.id, "link": proof.link, "screenshot": None}
    journal.tell("proof.filed", subject, actor=proof.filed_by, at=proof.filed_at, **shown)
    if proof.decided_by is not None and proof.decided_at is not None:
        journal.tell(
            "proof.verified", subject, actor=proof.decided_by, at=proof.decided_at, **shown
        )
