"""What is to be told becomes letters: rows, each with a key that a second one would need too.

A notice is passed on in the transaction that writes its letters, the round of daily letters is
marked in the one that writes them: killed at any moment, both are there or neither. Where letters
are switched off nothing piles up: what happened meanwhile is not mailed afterwards.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.models.audience import concerned
from publisher.models.letters import (
    DIGEST_HOUR,
    Channel,
    DigestRound,
    Letter,
    LetterKind,
    LetterNotice,
    LetterSetting,
    LetterStatus,
)
from publisher.models.notices import AT_ONCE, Notice, add_once
from publisher.models.people import User
from publisher.models.places import Region
from publisher.workflow.informing.ways import Ways, to_reach

BATCH = 100
#: What is older when it is found comes with the daily letter.
FRESH = timedelta(hours=12)
#: Somebody who was just told is told again after this at the earliest, of all that came meanwhile.
PAUSE = timedelta(minutes=10)
#: A daily letter that could not be begun by this hour of the region's clock waits for the morning.
LATEST_HOUR = 19
_ROWS = 500  # one statement takes so many, on any database


def pass_on(*, at: datetime, ways: Ways) -> bool:
    """Write the letters that tell at once of one batch of notices; return whether there are
    more."""
    new = (
        sa.select(Notice)
        .where(Notice.passed_on_at.is_(None))
        .order_by(Notice.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    notices = list(db.session.scalars(new))
    told: dict[tuple[int, Channel], list[int]] = {}
    for notice in notices:
        notice.passed_on_at = at
        if ways and notice.kind in AT_ONCE and not notice.resolved_at and at - notice.at < FRESH:
            for user_id, channel in _whom(notice, ways):
                told.setdefault((user_id, channel), []).append(notice.id)
    for channel in Channel:
        _tell({who: ids for (who, by), ids in told.items() if by is channel}, channel, at=at)
    return len(notices) == BATCH


def _whom(notice: Notice, ways: Ways) -> Iterable[tuple[int, Channel]]:
    query = (
        sa.select(User, LetterSetting)
        .outerjoin(LetterSetting, LetterSetting.user_id == User.id)
        .where(concerned(notice, AT_ONCE[notice.kind]))
        .order_by(User.id)
    )
    for user, setting in db.session.execute(query):
        if channel := to_reach(user, setting, setting.at_once if setting else None, ways):
            yield user.id, channel


def _tell(told: dict[int, list[int]], channel: Channel, *, at: datetime) -> None:
    """Write one letter to each person, or add to the one that still waits for them."""
    waiting, last = _waiting(list(told), channel), _last(list(told))
    fresh = {user_id: ids for user_id, ids in told.items() if user_id not in waiting}
    rows = [
        row(
            f"now:{ids[0]}:user:{user_id}", LetterKind.NOW, channel, at,
            user_id=user_id, next_at=max(at, last.get(user_id, at - PAUSE) + PAUSE),
        )
        for user_id, ids in fresh.items()
    ]  # fmt: skip
    add(rows)
    letters = waiting | _ids({row["key"]: row["user_id"] for row in rows})
    _name_in(
        [
            {"user_id": user_id, "notice_id": notice_id, "letter_id": letters[user_id]}
            for user_id, ids in told.items()
            for notice_id in ids
        ]
    )


def _waiting(user_ids: list[int], channel: Channel) -> dict[int, int]:
    """Return by person the letter that nobody has begun with, and keep others from beginning."""
    query = (
        sa.select(Letter.user_id, Letter.id)
        .where(Letter.user_id.in_(user_ids), Letter.kind == LetterKind.NOW)
        .where(Letter.status == LetterStatus.WAITING, Letter.channel == channel)
        .with_for_update(skip_locked=True)
    )
    return {user_id: id_ for user_id, id_ in db.session.execute(query) if user_id is not None}


def _last(user_ids: list[int]) -> dict[int, datetime]:
    """Return when each was told something at once the last time."""
    ended = sa.func.max(Letter.ended_at)
    query = (
        sa.select(Letter.user_id, ended)
        .where(Letter.user_id.in_(user_ids), Letter.kind == LetterKind.NOW)
        .where(Letter.status.in_((LetterStatus.SENT, LetterStatus.UNSURE)))
        .group_by(Letter.user_id)
    )
    return {user_id: last for user_id, last in db.session.execute(query) if user_id and last}


# -- once a day


def begin_digests(*, at: datetime, ways: Ways) -> None:
    """Write the daily letters of all whose hour it is, or was while nobody was at work."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    query = (
        sa.select(Region, DigestRound.through)
        .outerjoin(DigestRound, DigestRound.region_id == Region.id)
        .where(sa.or_(DigestRound.through.is_(None), DigestRound.through < hour))
        .order_by(Region.id)
    )
    for region, through in db.session.execute(query).all():
        if ways:
            _begin_digests(region, through or hour - timedelta(hours=1), hour, at=at, ways=ways)
        add_once(DigestRound, [{"region_id": region.id, "through": hour}])
        mark = sa.update(DigestRound).where(DigestRound.region_id == region.id)
        db.session.execute(mark.values(through=hour))


def _begin_digests(
    region: Region, through: datetime, hour: datetime, *, at: datetime, ways: Ways
) -> None:
    now, done = clock.in_zone(hour, region.zone), clock.in_zone(through, region.zone)
    first = done.hour + 1 if done.date() == now.date() else 0
    if now.hour > LATEST_HOUR:
        return
    chosen = sa.func.coalesce(LetterSetting.digest_hour, DIGEST_HOUR)
    query = (
        sa.select(User, LetterSetting)
        .outerjoin(LetterSetting, LetterSetting.user_id == User.id)
        .where(User.region_id == region.id, User.ended_at.is_(None))
        .where(chosen.between(first, now.hour))
        .order_by(User.id)
    )
    day = now.date()
    add(
        [
            row(
                f"digest:{day}:user:{user.id}", LetterKind.DIGEST, channel, at,
                user_id=user.id, day=day,
            )
            for user, setting in db.session.execute(query)
            if (channel := to_reach(user, setting, setting.digest if setting else None, ways))
        ]
    )  # fmt: skip


# -- rows


def row(key: str, kind: LetterKind, channel: Channel, at: datetime, **fields: object) -> dict:
    return {
        "key": key, "kind": kind, "channel": channel, "status": LetterStatus.WAITING,
        "made_at": at, "next_at": at, "attempts": 0, "fence": 0, "error": "", **fields,
    }  # fmt: skip


def add(rows: list[dict]) -> None:
    for start in range(0, len(rows), _ROWS):
        add_once(Letter, rows[start : start + _ROWS])


def _name_in(rows: list[dict]) -> None:
    for start in range(0, len(rows), _ROWS):
        add_once(LetterNotice, rows[start : start + _ROWS])


def _ids(wanted: dict[str, int]) -> dict[int, int]:
    """Return by person the letter with a key."""
    found: dict[int, int] = {}
    keys = list(wanted)
    for start in range(0, len(keys), _ROWS):
        query = sa.select(Letter.key, Letter.id).where(Letter.key.in_(keys[start : start + _ROWS]))
        found |= {wanted[key]: id_ for key, id_ in db.session.execute(query)}
    return found
