"""A plan that was looked at becomes drafts, all of it or what is right; and that can be undone.

A file waits in the database until its uploader has decided: nobody uploads twice. Two decisions at
once come one after the other, by the lock on the region, and the second finds nothing to do.
"""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_, PublisherError
from publisher.models import audit
from publisher.models.people import User
from publisher.models.places import lock_region
from publisher.models.posts import Post
from publisher.models.series import PlanFile, PlanFileStatus, PlanRow, is_untouched
from publisher.typed import tidy
from publisher.workflow.batching.checking import Checked, Plan, Verdict, check
from publisher.workflow.composing.beginning import begin

NAME_CHARS = 120
#: Of one person; older ones are still in the audit trail and in their drafts.
SHOWN = 20


class PlanMoved(PublisherError):
    message = N_(
        "Hasil pemeriksaan berubah sejak halaman ini dibuka. Belum ada draf yang dibuat; "
        "periksa hasil terbaru di bawah ini, lalu putuskan kembali."
    )


class PlanUsed(PublisherError):
    message = N_("Berkas ini sudah dipakai. Tidak ada draf yang dibuat dua kali.")


def look(plan: Plan, name: str, *, actor: User, at: datetime) -> tuple[Checked, PlanFile | None]:
    """Judge a plan, and keep it for its uploader to decide on; None: there is nothing to make."""
    checked = check(plan, actor=actor, at=at)
    _forget(actor)
    if not checked.new:
        return checked, None
    file = PlanFile(
        region_id=actor.region_id,
        office_id=actor.office_id,
        uploaded_by=actor,
        uploaded_at=at,
        name=tidy(name)[-NAME_CHARS:] or "rencana",
        digest=hashlib.sha256(plan.content).hexdigest(),
        content=plan.content,
    )
    db.session.add(file)
    db.session.flush()
    return checked, file


def used(actor: User) -> list[PlanFile]:
    """Return the files of a person, for where they work now, that became drafts; latest first."""
    query = (
        sa.select(PlanFile)
        .where(
            PlanFile.uploaded_by_id == actor.id,
            PlanFile.region_id == actor.region_id,
            PlanFile.office_id.is_not_distinct_from(actor.office_id),
            PlanFile.status != PlanFileStatus.CHECKED,
        )
        .order_by(PlanFile.id.desc())
        .limit(SHOWN)
    )
    return list(db.session.scalars(query))


def rows(file: PlanFile) -> list[PlanRow]:
    """Return the rows of a file that became drafts, with them."""
    query = (
        sa.select(PlanRow)
        .where(PlanRow.file_id == file.id)
        .options(joinedload(PlanRow.post).joinedload(Post.office))
        .order_by(PlanRow.line)
    )
    return list(db.session.scalars(query))


def content_of(file: PlanFile) -> bytes:
    """Return the bytes of a file that waits for a decision.

    :raises PlanUsed: if it waits no more
    """
    if file.content is None:
        raise PlanUsed
    return file.content


def use(file: PlanFile, plan: Plan, *, whole: bool, seen: str, actor: User, at: datetime) -> int:
    """Make the drafts of a file; return how many.

    :param plan: what was read of it
    :param whole: all of it or nothing; else what is right, without the rest
    :param seen: the sign of what the person was shown
    :raises PlanUsed, PlanMoved:
    """
    lock_region(file.region_id)
    db.session.refresh(file)
    if content_of(file) != plan.content:
        raise PlanMoved
    checked = check(plan, actor=actor, at=at)
    if checked.sign != seen or (whole and checked.faulty):
        raise PlanMoved
    posts = {verdict.line: _draft(verdict, actor=actor, at=at) for verdict in checked.new}
    db.session.flush()
    _keep_rows(file, checked, posts)
    file.status, file.used_at, file.content = PlanFileStatus.USED, at, None
    db.session.flush()
    audit.record(
        "plan.import", f"plan_file:{file.id}", at=at, actor_id=actor.id, region_id=file.region_id,
        name=file.name, digest=file.digest, drafts=len(posts), left_out=len(checked.faulty),
    )  # fmt: skip
    return len(posts)


def untouched(file: PlanFile) -> list[Post]:
    """Return the drafts of a file that nobody has saved anything to."""
    query = (
        sa.select(Post)
        .join(PlanRow, PlanRow.post_id == Post.id)
        .where(PlanRow.file_id == file.id, is_untouched())
        .order_by(Post.id)
    )
    return list(db.session.scalars(query))


def undo(file: PlanFile, *, actor: User, at: datetime) -> int:
    """Take back the drafts of a file that nobody touched; return how many."""
    lock_region(file.region_id)
    posts = untouched(file)
    for post in posts:
        post.move("withdraw", actor=actor, at=at)
    if file.status is PlanFileStatus.USED:
        file.status = PlanFileStatus.UNDONE
    db.session.flush()
    audit.record(
        "plan.undo", f"plan_file:{file.id}", at=at, actor_id=actor.id, region_id=file.region_id,
        name=file.name, drafts=len(posts),
    )  # fmt: skip
    return len(posts)


def _forget(actor: User) -> None:
    """Drop what the person uploaded before and never decided on."""
    gone = sa.delete(PlanFile).where(
        PlanFile.uploaded_by_id == actor.id, PlanFile.status == PlanFileStatus.CHECKED
    )
    db.session.execute(gone.execution_options(synchronize_session=False))


def _draft(verdict: Verdict, *, actor: User, at: datetime) -> Post:
    if verdict.office is None:
        raise ValueError("a row that is right names its office")
    post = begin(verdict.office, actor=actor, at=at, accounts=verdict.accounts)
    post.kind, post.planned_at = verdict.kind, verdict.moment
    for name, text in verdict.texts.items():
        if text:
            setattr(post, name, text)
    return post


def _keep_rows(file: PlanFile, checked: Checked, posts: dict[int, Post]) -> None:
    """Write down which row made which draft; of one that was taken back, the new draft."""
    keys = {verdict.key for verdict in checked.new}
    query = sa.select(PlanRow).where(PlanRow.key.in_(keys))
    before = {(row.office_id, row.key): row for row in db.session.scalars(query)}
    for verdict in checked.new:
        post = posts[verdict.line]
        row = before.get((post.office_id, verdict.key))
        if row is None:
            row = PlanRow(office_id=post.office_id, key=verdict.key)
            db.session.add(row)
        row.file, row.line, row.post = file, verdict.line, post
