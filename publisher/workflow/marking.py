"""Marks of a reviewer: noted one by one while looking, sent with the return, ticked by the office.

Until the return a mark is its reviewer's alone. Afterwards it is compared with the post as it is:
a sentence that no longer stands there, or a picture that is gone, has been changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.errors import N_, Invalid
from publisher.models.marks import ReturnMark
from publisher.models.people import User
from publisher.models.posts import EDITABLE, Post, PostEvent, ReturnReason
from publisher.workflow.checking import Sentence, sentences, texts

COMMENT_CHARS = 500
#: Who has more to say about one post had better say it in the note.
MAX_MARKS = 50
#: The thousandths of a picture that a choice among three thirds stands for.
_THIRDS = (167, 500, 833)

State = Literal["open", "changed", "done"]


@dataclass(frozen=True)
class Shown:
    """A mark with its number on the page, and whether there is still something to do.

    :param picture: the number of its picture in the post, from 1; None: no spot, or it is gone
    """

    mark: ReturnMark
    number: int
    state: State
    picture: int | None = None


def mark_sentence(
    post: Post, place: str, *, reason: ReturnReason, comment: str, reviewer: User, at: datetime
) -> ReturnMark:
    """Note that a sentence is to be better.

    :param place: the name of a text and the number of a sentence in it, from 0: "caption:3"
    :raises Invalid: if there is no such sentence, nothing is said of "lainnya", or it is too much
    """
    field, _sign, number = place.rpartition(":")
    found = dict(enumerate(sentences(texts(post).get(field, ""))))
    sentence: Sentence | None = found.get(int(number)) if number.isdecimal() else None
    if sentence is None:
        raise Invalid(N_("Pilih kalimat yang perlu diperbaiki."))
    return _noted(post, reason, comment, reviewer, at, field=field, quote=sentence.text)


def mark_spot(
    post: Post,
    digest: str,
    spot: tuple[int, int],
    *,
    reason: ReturnReason,
    comment: str,
    reviewer: User,
    at: datetime,
) -> ReturnMark:
    """Note that a spot of a picture is to be better.

    :param spot: thousandths of its width and height, from its top left corner
    :raises Invalid: if the post has no such picture or the spot is outside, and as above
    """
    if digest not in {picture.media.digest for picture in post.pictures}:
        raise Invalid(N_("Gambar ini tidak lagi ada pada konten. Muat ulang halaman."))
    if not all(0 <= part <= 1000 for part in spot):
        raise Invalid(N_("Pilih titik pada gambar."))
    return _noted(post, reason, comment, reviewer, at, digest=digest, x=spot[0], y=spot[1])


def third(number: int) -> tuple[int, int]:
    """Return the spot in the middle of one of nine fields, counted from 1 as one reads.

    >>> third(6)
    (833, 500)
    """
    row, column = divmod(number - 1, 3)
    return _THIRDS[column], _THIRDS[row]


def _noted(
    post: Post, reason: ReturnReason, comment: str, reviewer: User, at: datetime, **place: object
) -> ReturnMark:
    comment = comment.strip()[:COMMENT_CHARS]
    if reason is ReturnReason.LAINNYA and not comment:
        raise Invalid(N_("Jelaskan alasan lainnya pada tanda ini."))
    noted = [shown.mark for shown in pending(post, reviewer=reviewer)]
    said: dict[str, object] = {**place, "reason": reason, "comment": comment}
    for mark in noted:  # sent twice: the same page once more
        if all(getattr(mark, name) == value for name, value in said.items()):
            return mark
    if len(noted) >= MAX_MARKS:
        raise Invalid(N_("Sudah ada 50 tanda. Kembalikan konten, atau tulis sisanya di catatan."))
    mark = ReturnMark(
        post=post, reason=reason, comment=comment, noted_by=reviewer, noted_at=at, **place
    )
    db.session.add(mark)
    db.session.flush()
    return mark


def rub_out(post: Post, mark_id: int, *, reviewer: User) -> bool:
    """Take back a mark that was not sent yet; return whether it was there and theirs."""
    mark = db.session.get(ReturnMark, mark_id)
    if mark is None or mark.event_id is not None:
        return False
    if (mark.post_id, mark.noted_by_id) != (post.id, reviewer.id):
        return False
    db.session.delete(mark)
    db.session.flush()
    return True


def pending(post: Post, *, reviewer: User) -> list[Shown]:
    """Return what this reviewer has noted and not sent."""
    own = sa.and_(ReturnMark.event_id.is_(None), ReturnMark.noted_by_id == reviewer.id)
    return _shown(post, _marks(post, own))


def send(shown: Iterable[Shown], event: PostEvent) -> None:
    """Let marks belong to the return they were noted for."""
    for each in shown:
        each.mark.event = event


def reasons_of(shown: Iterable[Shown]) -> list[ReturnReason]:
    """Return why these were marked, each reason once, in the order of the marks."""
    return list(dict.fromkeys(each.mark.reason for each in shown))


def other_reason(shown: Iterable[Shown]) -> str:
    """Return what is said of the first mark that has a reason of its own, for the whole return."""
    other = (each.mark for each in shown if each.mark.reason is ReturnReason.LAINNYA)
    return next((mark.comment for mark in other), "")


def of_last_return(post: Post) -> list[Shown]:
    """Return the marks that the post was last returned with, as they stand today. One query."""
    if post.id is None:
        return []
    last = (
        sa.select(sa.func.max(PostEvent.id))
        .where(PostEvent.post_id == post.id, PostEvent.step == "request_changes")
        .scalar_subquery()
    )
    return _shown(post, _marks(post, ReturnMark.event_id == last))


def tick(post: Post, mark_id: int, *, actor: User, at: datetime) -> bool:
    """Tick a mark of the last return off, or open it again; return whether there is one.

    :raises Invalid: if the post is not with its office
    """
    if post.status not in EDITABLE:
        raise Invalid(N_("Tanda hanya dapat diubah selama konten ada pada perangkat daerah."))
    found = [each.mark for each in of_last_return(post) if each.mark.id == mark_id]
    for mark in found:
        done = mark.done_at is None
        mark.done_at = at if done else None
        mark.done_by = actor if done else None
    return bool(found)


def _marks(post: Post, which: sa.ColumnElement[bool]) -> Sequence[ReturnMark]:
    query = (
        sa.select(ReturnMark)
        .where(ReturnMark.post_id == post.id, which)
        .options(joinedload(ReturnMark.done_by))
        .order_by(ReturnMark.id)
    )
    return db.session.scalars(query).all()


def _shown(post: Post, marks: Sequence[ReturnMark]) -> list[Shown]:
    written = texts(post) if marks else {}
    numbers = {picture.media.digest: n for n, picture in enumerate(post.pictures, 1)}
    return [
        Shown(mark, number, _state(mark, written, numbers.keys()), numbers.get(mark.digest))
        for number, mark in enumerate(marks, start=1)
    ]


def _state(mark: ReturnMark, written: dict[str, str], digests: Iterable[str]) -> State:
    if mark.done_at is not None:
        return "done"
    if mark.digest:
        return "open" if mark.digest in digests else "changed"
    there = {" ".join(one.text.split()) for one in sentences(written.get(mark.field, ""))}
    return "open" if " ".join(mark.quote.split()) in there else "changed"
