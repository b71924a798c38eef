"""What was posted on an account is read now and then, whoever posted it, and compared with."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.engine.reading import Reader
from publisher.models.said import Heard
from publisher.workflow import composing, scheduling
from publisher.workflow.watching import reading, risks, timetable

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def read(app, engine):
    def read():
        db.session.commit()
        Reader(app, engine.steps).read()
        db.session.expire_all()

    return read


def posted(practice, account, at, text=None):
    practice.remember(
        [
            {
                "platform": account.platform,
                "account": account.remote_id,
                "text": text or f"Dengan tangan, {at:%d %H.%M.%S}",
                "at": at.isoformat(),
            }
        ]
    )


@pytest.mark.parametrize("platform", ["x", "facebook"])
def test_a_post_made_by_hand_counts_as_the_last(practice, connected, dinkes, read, platform):
    account = connected(dinkes, platform)
    at = (clock.now() - 3 * DAY).replace(microsecond=0)
    posted(practice, account, at)
    posted(practice, account, at - DAY)

    read()

    assert account.last_post_at == at
    assert account.read_at is not None


def test_an_account_is_read_again_after_half_a_day_and_only_for_what_is_new(
    practice, dinkes_x, read
):
    at = (clock.now() - 3 * DAY).replace(microsecond=0)
    posted(practice, dinkes_x, at)
    read()
    posted(practice, dinkes_x, at + DAY)
    read()
    assert dinkes_x.last_post_at == at

    dinkes_x.read_at -= reading.EVERY
    read()
    assert dinkes_x.last_post_at == at + DAY


def test_what_we_published_counts_where_an_account_cannot_be_read(
    practice, dinkes_x, due_post, send_due, delivery_of, read
):
    post = due_post(accounts=[dinkes_x])
    send_due()
    practice.order_fault("x", dinkes_x.remote_id, "outage", times=0)

    read()

    assert dinkes_x.last_post_at == delivery_of(post, dinkes_x).published_at


def test_only_one_worker_reads_an_account(app, engine, dinkes_x):
    vault = app.extensions["vault"]
    at = clock.now()
    db.session.commit()
    first = engine.steps.transact(lambda: reading.take(at=at, vault=vault))
    second = engine.steps.transact(lambda: reading.take(at=at, vault=vault))

    assert [each.account_id for each in first] == [dinkes_x.id]
    assert second == []


@pytest.fixture
def repeated(app):
    """Return a function: (platform, whether it blocks) of all that a post says once more."""

    def repeated(post):
        found = composing.problems(post, app.extensions["media_store"], at=clock.now())
        return {
            (platform, problem.blocks)
            for platform, problems in found.items()
            for problem in problems
            if "sama" in problem.message
        }

    return repeated


@pytest.mark.parametrize(
    ("caption", "ago", "blocks"),
    [
        ("Imunisasi gratis di puskesmas.", HOUR, True),
        ("Imunisasi gratis di puskesmas.", 25 * HOUR, False),
        ("Imunisasi gratis, dr. Rini, M.Si, di puskesmas.", HOUR, False),
        ("Imunisasi gratis di puskesmas.", 31 * DAY, None),
    ],
    ids=["just now", "yesterday", "its links may be others", "long ago"],
)
def test_what_a_person_posted_on_the_account_is_not_said_again(
    practice, dinkes_x, make_post, read, repeated, caption, ago, blocks
):
    now = clock.now()
    post = make_post(accounts=[dinkes_x], caption=caption, hashtags="", planned_at=now, at=now)
    posted(practice, dinkes_x, now - ago, caption.upper())

    read()

    assert repeated(post) == (set() if blocks is None else {("x", blocks)})


def test_what_we_published_ourselves_is_no_repetition_of_itself(
    dinkes_x, due_post, send_due, read, repeated
):
    post = due_post(accounts=[dinkes_x])
    send_due()
    read()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Heard)) == 1
    assert repeated(post) == set()


def test_an_account_is_read_before_something_is_due_there_and_the_check_tells_it(
    app, practice, dinkes_x, make_post, read
):
    now = clock.now()
    read()
    post = make_post("submit", "approve", accounts=[dinkes_x], planned_at=now + HOUR, at=now)
    scheduling.schedule(post, actor=None, at=now)
    posted(practice, dinkes_x, now - HOUR, post.text_for("x"))
    read()
    assert not list(db.session.scalars(sa.select(Heard)))

    dinkes_x.read_at -= reading.EVERY_BEFORE
    read()
    vault = app.extensions["vault"]
    (found,) = risks.load(timetable.take(at=now), vault=vault, at=now).planned
    assert [problem.blocks for problem in found.repeated] == [True]


def test_what_was_heard_is_forgotten_after_a_month(practice, dinkes_x, read):
    posted(practice, dinkes_x, clock.now() - DAY)
    read()
    later = clock.now() + composing.REMEMBERED

    composing.hear(dinkes_x.id, "x", [], at=later)

    assert not list(db.session.scalars(sa.select(Heard)))
