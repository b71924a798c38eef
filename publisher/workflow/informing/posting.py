"""One letter from waiting to its end: claimed, written, handed over once.

That it is being handed over is committed before the server hears of it. Whatever dies after that
leaves a letter of which nobody knows whether it arrived; it is not sent again. We chose "never
twice" over "certainly once": all that a letter says stands in the app as well, and the next
daily letter counts again what waits, so a lost one costs hours, while letters that come twice
are soon read by nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from publisher.db import db
from publisher.models.audience import is_for
from publisher.models.letters import (
    Channel,
    Letter,
    LetterKind,
    LetterNotice,
    LetterSetting,
    LetterStatus,
    ReportRecipient,
)
from publisher.models.notices import Notice, NoticeRead, add_once
from publisher.models.people import User
from publisher.models.weeks import ClosedWeek
from publisher.workflow.informing import settings

#: Much longer than writing a letter and handing it over takes.
LEASE = timedelta(minutes=5)
#: After the first try, doubled with each, never longer than the last.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
#: How long it makes sense to try. What was to be told at once comes with the next daily letter.
LASTS = {
    LetterKind.NOW: timedelta(hours=12),
    LetterKind.DIGEST: timedelta(hours=12),
    LetterKind.WEEK: timedelta(days=7),
}
#: A daily letter goes back no further.
REMEMBERED = timedelta(days=30)
#: Letters are kept for so long, much longer than anything they tell of is told.
KEPT = timedelta(days=100)
_AT_ONCE = 500
#: It names so many, and says how many more there are.
NAMED = 40
_S = LetterStatus


@dataclass(frozen=True)
class Claim:
    letter_id: int
    fence: int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How handing a letter over ended.

    :param status: an end, or WAITING: to be tried again
    :param error: what the other side said, without anything secret
    :param wait: how long at least to wait, where it asked for that
    :param nobody_there: the address or the chat does not exist (any more)
    """

    status: LetterStatus
    error: str = ""
    wait: timedelta = timedelta(0)
    nobody_there: bool = False


def recover(*, at: datetime) -> None:
    """Settle what dead workers left: what was only claimed waits again, what was being handed
    over has an unknown end. What nobody sent while it made sense is given up."""
    expired = sa.and_(Letter.ended_at.is_(None), Letter.lease_until < at)
    again = {
        "status": _S.WAITING, "lease_until": None, "attempts": Letter.attempts + 1,
        "error": "its worker stopped",
    }  # fmt: skip
    unsure = {"status": _S.UNSURE, "lease_until": None, "ended_at": at}
    for status, values in ((_S.CLAIMED, again), (_S.SENDING, unsure)):
        change = sa.update(Letter).where(expired, Letter.status == status)
        db.session.execute(change.values(**values))
    for kind, lasts in LASTS.items():  # at last: also what stopped every worker that tried it
        waiting = sa.and_(Letter.status == _S.WAITING, Letter.kind == kind)
        late = sa.select(Letter.id).where(Letter.ended_at.is_(None), waiting)
        for letter_id in db.session.scalars(late.where(Letter.made_at < at - lasts)).all():
            _give_up(letter_id, at=at)


def _give_up(letter_id: int, *, at: datetime) -> None:
    change = sa.update(Letter).where(Letter.id == letter_id, Letter.status == _S.WAITING)
    change = change.values(status=_S.GIVEN_UP, ended_at=at).returning(Letter.id)
    if db.session.scalar(change) is not None:
        _forget(letter_id)


def claim(*, at: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` letters, those that tell at once first."""
    due = (
        sa.select(Letter.id)
        .where(Letter.ended_at.is_(None), Letter.status == _S.WAITING, Letter.next_at <= at)
        .order_by(Letter.kind != LetterKind.NOW, Letter.next_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = db.session.scalars(due).all()
    change = (
        sa.update(Letter)
        .where(Letter.id.in_(ids), Letter.status == _S.WAITING)
        .values(status=_S.CLAIMED, fence=Letter.fence + 1, lease_until=at + LEASE)
        .returning(Letter.id, Letter.fence)
    )
    return sorted((Claim(*row) for row in db.session.execute(change)), key=lambda c: c.letter_id)


def load(claim: Claim) -> Letter | None:
    """Return a letter that is still ours, with all it may say; None: it is another's."""
    query = (
        sa.select(Letter)
        .where(Letter.id == claim.letter_id, Letter.fence == claim.fence)
        .where(Letter.status == _S.CLAIMED)
        .options(
            joinedload(Letter.user).joinedload(User.region),
            joinedload(Letter.user).joinedload(User.office),
            joinedload(Letter.recipient).joinedload(ReportRecipient.region),
            joinedload(Letter.closed_week).joinedload(ClosedWeek.region),
        )
    )
    return db.session.scalar(query)


def address(letter: Letter) -> str | None:
    """Return where a letter goes: an e-mail address or a chat. None: nowhere any more."""
    if letter.recipient is not None:
        gone = letter.recipient.removed_at or letter.recipient.left_at
        return None if gone else letter.recipient.address
    if letter.user is None or letter.user.ended_at:
        return None
    if letter.channel is Channel.MAIL:
        return letter.user.email
    setting = db.session.get(LetterSetting, letter.user.id)
    return setting.telegram_chat if setting else None


def notices(letter: Letter, *, at: datetime) -> list[int]:
    """Return the notices that a letter names: its own; of a daily letter, all that its reader was
    told of by none yet."""
    own = sa.select(LetterNotice.notice_id).where(LetterNotice.letter_id == letter.id)
    if letter.kind is not LetterKind.DIGEST or letter.user is None:
        return list(db.session.scalars(own.order_by(LetterNotice.notice_id)))
    told = sa.exists().where(
        LetterNotice.notice_id == Notice.id,
        LetterNotice.user_id == letter.user.id,
        LetterNotice.letter_id != letter.id,
    )
    seen = sa.exists().where(
        NoticeRead.notice_id == Notice.id, NoticeRead.user_id == letter.user.id
    )
    query = (
        sa.select(Notice.id)
        .where(is_for(letter.user), Notice.resolved_at.is_(None), ~seen, ~told)
        .where(Notice.passed_on_at.is_not(None), Notice.at > at - REMEMBERED)
        .order_by(Notice.id)
    )
    return list(db.session.scalars(query))


def begin(claim: Claim, notice_ids: Collection[int], *, at: datetime) -> bool:
    """Note that a letter is being handed over from now on, and of what it tells its reader.

    :return: False if it is not ours any more, or somebody told the reader of one of them
        meanwhile: then it must not be sent, and it waits again
    """
    letter = db.session.get(Letter, claim.letter_id)
    if letter is None or not _move(claim, _S.CLAIMED, status=_S.SENDING, lease_until=at + LEASE):
        return False
    if letter.user_id is None:
        return True
    add_once(
        LetterNotice,
        [{"user_id": letter.user_id, "notice_id": each, "letter_id": letter.id}
         for each in notice_ids],
    )  # fmt: skip
    own = sa.select(sa.func.count()).where(
        LetterNotice.letter_id == letter.id, LetterNotice.notice_id.in_(notice_ids)
    )
    if db.session.scalar(own) == len(notice_ids):
        return True
    _move(claim, _S.SENDING, status=_S.WAITING, lease_until=None)
    return False


def put_back(claim: Claim) -> None:
    """Let a letter that nobody began to hand over wait again, as if it had not been claimed."""
    _move(claim, _S.CLAIMED, status=_S.WAITING, lease_until=None)


def drop(claim: Claim, *, at: datetime) -> None:
    """End a letter that has nothing to say, or nowhere to go."""
    if _move(claim, _S.CLAIMED, status=_S.DROPPED, lease_until=None, ended_at=at):
        _forget(claim.letter_id)  # else somebody else's by now: what it tells stays told


def end(
    claim: Claim, ended: Ended, *, at: datetime, before: LetterStatus = LetterStatus.SENDING
) -> None:
    """Write down how handing it over ended, and when to try again if that makes sense.

    :param before: CLAIMED: it could not even be written
    """
    letter = db.session.get_one(Letter, claim.letter_id)
    status, next_at = ended.status, letter.next_at
    if status is _S.WAITING:
        wait = min(FIRST_WAIT * 2 ** min(letter.attempts, 10), LONGEST_WAIT)
        next_at = at + max(wait, ended.wait)
        status = _S.GIVEN_UP if next_at > letter.made_at + LASTS[letter.kind] else status
    over = status is not _S.WAITING
    kept = _move(
        claim, before, status=status, lease_until=None, ended_at=at if over else None,
        next_at=next_at, attempts=letter.attempts + 1, error=ended.error[:200],
    )  # fmt: skip
    if kept and status in (_S.GIVEN_UP, _S.REFUSED):
        _forget(letter.id)
    if kept and ended.nobody_there:
        _note_nobody(letter, at=at)


def forget_old(*, at: datetime) -> None:
    """Delete some of the oldest letters: years of them would help nobody."""
    oldest = sa.select(Letter.id, Letter.ended_at).order_by(Letter.id).limit(_AT_ONCE)
    rows = db.session.execute(oldest).all()
    old = [id_ for id_, ended_at in rows if ended_at and ended_at < at - KEPT]
    if old:
        db.session.execute(sa.delete(LetterNotice).where(LetterNotice.letter_id.in_(old)))
        db.session.execute(sa.delete(Letter).where(Letter.id.in_(old)))


def _move(claim: Claim, before: LetterStatus, **values: object) -> bool:
    change = (
        sa.update(Letter)
        .where(Letter.id == claim.letter_id, Letter.fence == claim.fence, Letter.status == before)
        .values(**values)
        .returning(Letter.id)
        .execution_options(synchronize_session="fetch")
    )
    return db.session.scalar(change) is not None


def _forget(letter_id: int) -> None:
    """Leave what a letter was to tell to the next daily one: its reader knows nothing of it."""
    db.session.execute(sa.delete(LetterNotice).where(LetterNotice.letter_id == letter_id))


def _note_nobody(letter: Letter, *, at: datetime) -> None:
    """Write no more to an address or a chat that is not there."""
    if letter.recipient is not None:
        letter.recipient.refused_at = at
    if letter.user is None:
        return
    setting = settings.own(letter.user)
    if letter.channel is Channel.TELEGRAM:
        setting.telegram_chat, setting.telegram_since = None, None
    else:
        setting.refused_address, setting.refused_at = letter.user.email, at
