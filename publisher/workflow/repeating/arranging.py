"""What people do with a series: begin, change, pause and end it, leave a date out.

Whatever changes is about drafts to come. Those that were made stay, and are edited or taken back
like any other; `withdraw_untouched` takes back all at once that nobody has opened for writing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.errors import N_, Invalid, PublisherError
from publisher.models import audit
from publisher.models.people import User
from publisher.models.places import Office
from publisher.models.posts import Language, Post, PostKind
from publisher.models.series import DayOutcome, Series, SeriesDay, SeriesStatus, is_untouched
from publisher.typed import Fault, refuse
from publisher.workflow.composing.beginning import publishable_accounts
from publisher.workflow.repeating import making
from publisher.workflow.repeating.rhythms import Rhythm, coming
from publisher.workflow.repeating.wording import cleaned, text_faults

MOST_WEEKS, MOST_AHEAD = 12, 30
#: Series of one office that are not over.
MOST_SERIES = 40
FARTHEST = timedelta(days=366 * 3)


class SeriesChanged(PublisherError):
    message = N_(
        "Rangkaian ini telah diubah setelah halaman Anda dibuka. Perubahan Anda belum disimpan; "
        "periksa keadaan terbaru, lalu ulangi."
    )


class TooManySeries(Invalid):
    message = N_(
        "Perangkat daerah Anda sudah memiliki %(most)s rangkaian. Tidak ada yang dibuat; akhiri "
        "yang tidak diperlukan lagi, lalu simpan kembali."
    )


class NotThatDay(Invalid):
    message = N_("Tanggal itu tidak dapat dilewati atau dikembalikan lagi. Tidak ada yang diubah.")


@dataclass(frozen=True, kw_only=True)
class SeriesData:
    """All of a series that people fill in.

    :param texts: by field of a draft, with placeholders
    :param account_ids: empty: all accounts that the office will have
    """

    texts: Mapping[str, str]
    kind: PostKind
    language: Language
    rhythm: Rhythm
    local_time: time
    ahead_days: int = 7
    skips_holidays: bool = True
    account_ids: tuple[int, ...] = ()


def start(data: SeriesData, *, actor: User, at: datetime) -> Series:
    """Begin a series of the actor's office. Its first drafts are made by `making.make`.

    :raises Unacceptable: naming each field that is wrong
    :raises TooManySeries:
    """
    if actor.office is None:
        raise ValueError("only people of an office draft")
    _check(data, actor.office, at)
    _check_room(actor.office.id)
    series = Series(office=actor.office, owner=actor, made_at=at)
    _put(series, data)
    db.session.add(series)
    db.session.flush()
    making.plan_next(series, making.today(series, at))
    _note("series.add", series, actor=actor, at=at)
    return series


def change(series: Series, data: SeriesData, *, actor: User, at: datetime, version: int) -> Series:
    """Change what is to come. What was made stays, and no date is made a second time.

    :raises Unacceptable, SeriesChanged:
    """
    series = _open(series, version)
    _check(data, series.office, at)
    _put(series, data)
    series.owner = actor
    making.plan_next(series, making.today(series, at))
    _changed("series.edit", series, actor=actor, at=at)
    return series


def pause(series: Series, *, actor: User, at: datetime, version: int) -> None:
    """Make no further drafts until somebody lets it go on."""
    series = _open(series, version)
    series.status, series.halted_because = SeriesStatus.PAUSED, ""
    _changed("series.pause", series, actor=actor, at=at)


def resume(series: Series, *, actor: User, at: datetime, version: int) -> None:
    """Go on from today; what fell into the pause is not made up for. An orphan is taken over."""
    series = _open(series, version)
    if not making.may_draft(series):
        series.owner = actor
    series.status, series.halted_because = SeriesStatus.ACTIVE, ""
    making.plan_next(series, making.today(series, at))
    _changed("series.resume", series, actor=actor, at=at)


def finish(series: Series, *, actor: User, at: datetime, version: int) -> None:
    """End it for good. It stays to be read."""
    series = _open(series, version)
    making.end(series, because="", at=at)
    _changed("series.end", series, actor=actor, at=at)


def skip(series: Series, day: date, *, actor: User, at: datetime) -> None:
    """Leave one coming date out.

    :raises NotThatDay: if it is none of its dates, is gone, or its draft was made already
    """
    series = _open(series, None)
    if day > making.today(series, at) + FARTHEST or day not in Rhythm.of(series):
        raise NotThatDay  # counting to a day thousands of years away takes seconds
    if making.moment_of(series, day) <= at or _row(series, day) is not None:
        raise NotThatDay
    row = SeriesDay(series=series, day=day, outcome=DayOutcome.SKIPPED, at=at)
    db.session.add(row)
    db.session.flush()
    making.plan_next(series, making.today(series, at))
    _changed("series.skip", series, actor=actor, at=at, day=day.isoformat())


def unskip(series: Series, day: date, *, actor: User, at: datetime) -> None:
    """Take a date in again that was left out.

    :raises NotThatDay: if nobody left it out, or it is gone
    """
    series = _open(series, None)
    row = _row(series, day)
    if row is None or row.outcome is not DayOutcome.SKIPPED:
        raise NotThatDay
    if making.moment_of(series, day) <= at:
        raise NotThatDay
    db.session.delete(row)
    db.session.flush()
    making.plan_next(series, making.today(series, at), besides=day)
    _changed("series.unskip", series, actor=actor, at=at, day=day.isoformat())


def untouched(series: Series) -> list[Post]:
    """Return the drafts that nobody has saved anything to, or decided anything about."""
    query = (
        sa.select(Post)
        .join(SeriesDay, SeriesDay.post_id == Post.id)
        .where(SeriesDay.series_id == series.id, is_untouched())
        .order_by(SeriesDay.day)
    )
    return list(db.session.scalars(query))


def withdraw_untouched(series: Series, *, actor: User, at: datetime) -> int:
    """Take those drafts back; return how many. Their dates are not made again."""
    making.lock(series.id)
    posts = untouched(series)
    for post in posts:
        post.move("withdraw", actor=actor, at=at)
    db.session.flush()
    return len(posts)


# -- how it is kept ----------------------------------------------------------------------


def _open(series: Series, version: int | None) -> Series:
    """Lock a series that is not over.

    :raises SeriesChanged: if it is over, or no longer what the page showed
    """
    series = making.lock(series.id)
    over = series.status is SeriesStatus.ENDED
    if over or (version is not None and version != series.version):
        raise SeriesChanged
    return series


def _row(series: Series, day: date) -> SeriesDay | None:
    return db.session.get(SeriesDay, (series.id, day))


def _put(series: Series, data: SeriesData) -> None:
    rhythm = data.rhythm
    series.every_weeks, series.weekday = rhythm.every_weeks, rhythm.weekday
    series.month_day = rhythm.month_day
    series.starts_on, series.ends_on = rhythm.starts_on, rhythm.ends_on
    series.local_time, series.ahead_days = data.local_time, data.ahead_days
    series.skips_holidays = data.skips_holidays
    series.account_ids = sorted(data.account_ids)
    series.template = {
        **cleaned(data.texts), "kind": data.kind.value, "language": data.language.value
    }  # fmt: skip


def _check(data: SeriesData, office: Office, at: datetime) -> None:
    today = clock.in_zone(at, office.region.zone).date()
    texts = cleaned(data.texts)
    faults = text_faults(texts, office)
    if not texts["title"]:
        faults["title"] = Fault(N_("Wajib diisi."))
    theirs = {account.id for account in publishable_accounts(office.id)}
    faults["accounts"] = (
        None if set(data.account_ids) <= theirs else Fault(N_("Pilih akun dari daftar."))
    )
    faults["ahead_days"] = _outside(data.ahead_days, MOST_AHEAD)
    refuse({**faults, **_rhythm_faults(data.rhythm, today)})


def _rhythm_faults(rhythm: Rhythm, today: date) -> dict[str, Fault | None]:
    if rhythm.month_day is not None:
        faults = {"month_day": _outside(rhythm.month_day, 31)}
    else:
        faults = {
            "weekday": _outside(rhythm.weekday, 7),
            "every_weeks": _outside(rhythm.every_weeks, MOST_WEEKS),
        }
    faults["starts_on"] = _day_fault(rhythm.starts_on, today)
    faults["ends_on"] = _day_fault(rhythm.ends_on, today) if rhythm.ends_on else None
    if not any(faults.values()):
        first = max(today, rhythm.starts_on)
        if rhythm.ends_on and not coming(rhythm, first, 1):
            faults["ends_on"] = Fault(N_("Tidak ada tanggal yang cocok sampai hari ini."))
    return faults


def _outside(number: int | None, most: int) -> Fault | None:
    if number is not None and 1 <= number <= most:
        return None
    return Fault(N_("Isi dengan angka 1 sampai %(most)s."), {"most": most})


def _day_fault(day: date, today: date) -> Fault | None:
    if today - FARTHEST <= day <= today + FARTHEST:
        return None
    return Fault(N_("Tanggal ini terlalu jauh. Periksa tahunnya."))


def _check_room(office_id: int) -> None:
    query = sa.select(sa.func.count(Series.id)).where(
        Series.office_id == office_id, Series.status != SeriesStatus.ENDED
    )
    if (db.session.scalar(query) or 0) >= MOST_SERIES:
        raise TooManySeries(most=MOST_SERIES)


def _changed(action: str, series: Series, *, actor: User, at: datetime, **more: str) -> None:
    series.version += 1
    db.session.flush()
    _note(action, series, actor=actor, at=at, **more)


def _note(action: str, series: Series, *, actor: User, at: datetime, **more: str) -> None:
    audit.record(
        action, f"series:{series.id}", at=at, actor_id=actor.id,
        region_id=series.office.region_id, title=series.title, **more,
    )  # fmt: skip
