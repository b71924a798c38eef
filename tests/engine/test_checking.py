"""Checks before the time, over real HTTP: what would not go out is known, told, and heals."""

import contextlib
import os
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
import sqlalchemy as sa
import time_machine

from publisher import clock
from publisher.db import db
from publisher.engine.checking import Checker
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import Delivery
from publisher.models.notices import Notice, NoticeKind
from publisher.models.people import User
from publisher.models.watch import Preflight, Slot
from publisher.worker import Worker
from publisher.workflow import scheduling
from publisher.workflow.delivering import board
from publisher.workflow.delivering.board import Group
from publisher.workflow.watching import inbox, risks, timetable, warning

SOON = timedelta(minutes=40)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def soon_is_today(blora):
    """In the last hour of a day what goes out soon is tomorrow's, and checked as that too."""
    now = clock.now()
    blora.zone = next(
        zone
        for zone in clock.ZONE_NAMES
        if clock.in_zone(now, zone).date() == clock.in_zone(now + HOUR, zone).date()
    )
    db.session.commit()


@pytest.fixture
def checker(app, engine):
    checker = Checker(app, engine.steps)
    yield checker
    checker.stop()


@pytest.fixture
def told_from_now(sari, tono, budi):
    """People who came before what happens here by the real clock."""
    db.session.execute(sa.update(User).values(created_at=clock.now() - HOUR))
    db.session.commit()


@pytest.fixture
def check(checker):
    """Return a function that does a whole round of checks, and a pass of the watch."""

    def check():
        db.session.commit()  # a test that still reads would keep SQLite's only writer waiting
        checker.check()
        checker.watch()
        db.session.expire_all()

    return check


@pytest.fixture
def planned(make_post):
    """Return a function that plans a post on accounts, `ahead` of now."""

    def planned(*accounts, ahead=SOON, **fields):
        now = clock.now()
        post = make_post(
            "submit", "approve", accounts=list(accounts), planned_at=now + ahead, at=now, **fields
        )
        deliveries = scheduling.schedule(post, actor=post.approved_by, at=now)
        db.session.commit()
        return deliveries

    return planned


def found():
    """Return (kind, message) of all risks that stand."""
    checks = db.session.scalars(sa.select(Preflight).where(Preflight.risk_count > 0))
    return [(risk["kind"], risk["message"]) for check in checks for risk in check.risks]


def asked(practice, account):
    """Return how often the platform was asked whose credentials these are."""
    return len(practice.requests(account.platform, account.remote_id))


def risk_notices():
    query = sa.select(Notice).where(Notice.kind == NoticeKind.RISK).order_by(Notice.id)
    return list(db.session.scalars(query))


def test_what_is_fine_is_checked_once_and_an_account_asked_once(
    practice, check, planned, dinkes_x, picture, budi
):
    planned(dinkes_x, pictures=[picture("Bidan menimbang balita")])
    planned(dinkes_x, caption="Kedua")

    check()
    check()

    assert [each.risk_count for each in db.session.scalars(sa.select(Preflight))] == [0, 0]
    assert asked(practice, dinkes_x) == 1
    assert board.count(budi, at=clock.now())[Group.RISKY] == 0
    assert risk_notices() == []


def test_only_the_coming_hour_is_checked_before_the_evening(check, planned, dinkes_x):
    planned(dinkes_x, ahead=SOON)
    with time_machine.travel(datetime(2030, 1, 7, 3, tzinfo=UTC), tick=True):  # 10.00 WIB
        planned(dinkes_x, caption="Sore ini", ahead=3 * HOUR)
        planned(dinkes_x, caption="Besok", ahead=24 * HOUR)
        check()

    assert db.session.scalars(sa.select(Preflight)).all() == []


def test_in_the_evening_the_next_day_of_the_region_is_checked(check, planned, dinkes_x):
    evening = datetime(2030, 1, 7, 10, 1, tzinfo=UTC)  # 17.01 WIB
    with time_machine.travel(evening, tick=True):
        planned(dinkes_x, caption="Malam ini", ahead=3 * HOUR)
        (tomorrow,) = planned(dinkes_x, caption="Besok", ahead=24 * HOUR)
        planned(dinkes_x, caption="Lusa", ahead=48 * HOUR)
        check()

    checks = db.session.execute(sa.select(Preflight.delivery_id, Preflight.slot)).all()
    assert checks == [(tomorrow.id, Slot.EVENING)]


@pytest.mark.parametrize(
    ("zone", "hours"), [("Asia/Jakarta", 17), ("Asia/Makassar", 16), ("Asia/Jayapura", 15)]
)
def test_the_next_day_is_that_of_each_zone(zone, hours):
    at = datetime(2030, 1, 7, 10, tzinfo=UTC)

    first, last = timetable.next_day(at, zone)

    assert first == datetime(2030, 1, 7, hours, tzinfo=UTC)
    assert last - first == timedelta(days=1)


def test_an_account_that_its_platform_refuses_is_held_before_anything_fails(
    practice, check, planned, dinkes_x, sari, tono, budi, told_from_now
):
    practice.order_fault("x", dinkes_x.remote_id, "expired_token", times=0)
    planned(dinkes_x)
    planned(dinkes_x, caption="Kedua")

    check()
    check()

    assert dinkes_x.status is AccountStatus.RECONNECT
    assert dinkes_x.paused_reason == warning.REFUSED
    assert inbox.summary(sari).risky == inbox.summary(budi).risky == 2
    assert inbox.summary(tono).risky == 0
    # one hold, told once; the platform is not asked again for what is known
    assert [entry.notice.kind for entry in inbox.inbox(budi, everything=True).entries] == [
        NoticeKind.RECONNECT
    ]
    assert asked(practice, dinkes_x) == 1


def test_a_risk_is_gone_as_soon_as_the_account_is_connected_anew(
    practice, check, planned, dinkes_x, budi
):
    practice.order_fault("x", dinkes_x.remote_id, "expired_token")
    planned(dinkes_x)
    check()
    assert inbox.summary(budi).risky == 1

    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.ACTIVE, ""
    dinkes_x.connected_at = clock.now()
    check()

    assert inbox.summary(budi).risky == 0


def test_credentials_of_another_account_are_a_risk(practice, check, planned, dinkes_facebook, budi):
    planned(dinkes_facebook)
    dinkes_facebook.remote_id = "4711"
    db.session.commit()

    check()

    assert found() == [("account", risks.STRANGER)]
    (notice,) = risk_notices()
    assert notice.account_id == dinkes_facebook.id


def test_credentials_that_no_key_opens_are_a_risk(practice, check, planned, dinkes_x, budi):
    planned(dinkes_x)
    dinkes_x.credentials = "v1.gone.AAAA"
    db.session.commit()

    check()

    assert found() == [("account", risks.SEALED)]
    assert asked(practice, dinkes_x) == 0


def test_a_photo_that_is_damaged_is_found_before_its_time(
    app, check, planned, dinkes_x, picture, sari, budi, told_from_now
):
    photo = picture("Bidan menimbang balita")
    (delivery,) = planned(dinkes_x, pictures=[photo])
    app.extensions["media_store"].path(photo.media.digest).write_bytes(b"not what was approved")

    check()
    check()

    assert found() == [("content", risks.UNREADABLE)]
    (notice,) = risk_notices()
    assert notice.delivery_id == delivery.id
    assert [entry.notice.id for entry in inbox.inbox(sari, everything=False).entries] == [notice.id]


def test_a_text_that_the_platform_would_refuse_is_a_risk(check, planned, dinkes_x):
    planned(dinkes_x, caption="Panjang sekali. " * 40)

    check()

    ((kind, message),) = found()
    assert kind == "content"
    assert "%(" in message  # the driver's own words, filled in where they are shown


@pytest.mark.parametrize("kind", ["outage", "hang"])
def test_a_platform_that_does_not_answer_is_shown_and_not_told(
    practice, check, planned, dinkes_x, kind
):
    practice.order_fault("x", dinkes_x.remote_id, kind, times=0, on="any", seconds=3)
    planned(dinkes_x)

    check()

    assert found() == [("platform", risks.SILENT)]
    assert risk_notices() == []
    assert dinkes_x.status is AccountStatus.ACTIVE


def test_a_silent_platform_is_not_asked_for_every_account(
    practice, check, planned, connected, dinkes
):
    accounts = [connected(dinkes, "x", handle=f"akun{number}") for number in range(12)]
    practice.order_fault("x", "*", "outage", times=0)
    for account in accounts:
        planned(account, caption=f"Untuk {account.handle}")

    check()

    assert len(found()) == 12
    assert sum(asked(practice, account) for account in accounts) < 12


def test_a_risk_of_a_platform_heals_by_itself(practice, check, planned, dinkes_x, budi):
    practice.order_fault("x", dinkes_x.remote_id, "outage", times=1)
    planned(dinkes_x)
    check()
    assert inbox.summary(budi).risky == 1

    with time_machine.travel(clock.now() + timetable.AGAIN_SOON, tick=True):
        check()

    assert inbox.summary(budi).risky == 0


def test_what_is_no_longer_planned_is_no_longer_at_risk(
    practice, check, planned, dinkes_facebook, budi
):
    planned(dinkes_facebook)
    dinkes_facebook.remote_id = "4711"
    db.session.commit()
    check()
    db.session.execute(
        sa.update(Delivery).values(status="missed", reason="lewat", next_at=clock.now())
    )
    check()

    assert found() == []
    assert risk_notices()[0].resolved_at is not None


def test_a_check_that_its_checker_did_not_finish_is_taken_again(app, check, planned, dinkes_x):
    planned(dinkes_x)
    timetable.take(at=clock.now())  # and killed
    db.session.commit()
    check()
    (check_,) = db.session.scalars(sa.select(Preflight)).all()
    assert check_.risk_count == timetable.UNDER_WAY

    with time_machine.travel(clock.now() + timetable.ABANDONED, tick=True):
        check()

    db.session.refresh(check_)
    assert check_.risk_count == 0


def test_two_workers_never_check_the_same_delivery_at_once(app, planned, dinkes_x):
    planned(dinkes_x)
    at = clock.now()

    assert len(timetable.take(at=at)) == 1
    db.session.commit()
    assert timetable.take(at=at) == []


def test_a_check_that_hangs_holds_up_nothing(
    app, checker, planned, dinkes_x, dinkes_facebook, picture, budi, told_from_now
):
    """The store gives no byte of a photo until we let it; meanwhile the watch goes on telling."""
    photo = picture("Bidan menimbang balita")
    planned(dinkes_x, pictures=[photo])
    dinkes_facebook.status, dinkes_facebook.paused_reason = AccountStatus.RECONNECT, "ditolak"
    path = app.extensions["media_store"].path(photo.media.digest)
    db.session.commit()
    path.unlink()
    os.mkfifo(path)

    checker.wake()
    held_open = until(lambda: opened(path))  # somebody reads it now, and waits
    checker.watch()

    assert inbox.summary(budi).unread == 1
    assert risk_counts() == [timetable.UNDER_WAY]
    os.close(held_open)
    assert until(lambda: risk_counts() == [1])


def test_a_worker_watches_and_checks_by_itself(
    app, practice, planned, dinkes_x, dinkes_facebook, budi, told_from_now
):
    planned(dinkes_x)
    dinkes_facebook.status, dinkes_facebook.paused_reason = AccountStatus.RECONNECT, "ditolak"
    db.session.commit()
    worker = Worker(app)

    assert worker.tick()

    assert until(lambda: notice_kinds() == [NoticeKind.RECONNECT])
    assert until(lambda: risk_counts() == [0])
    worker.stop()


def notice_kinds():
    db.session.rollback()
    kinds = list(db.session.scalars(sa.select(Notice.kind)))
    db.session.rollback()
    return kinds


def until(condition):
    """Return what a condition gives as soon as it gives something, waiting for half a minute."""
    give_up = clock.running_s() + 30
    while not (found := condition()) and clock.running_s() < give_up:
        Event().wait(0.02)
    return found


def opened(path):
    """Return a handle on the writing end of a pipe that somebody reads, or None."""
    with contextlib.suppress(OSError):
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)


def risk_counts():
    db.session.rollback()  # nobody else can write while we read on
    counts = list(db.session.scalars(sa.select(Preflight.risk_count)))
    db.session.rollback()
    return counts
