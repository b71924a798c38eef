"""What would be refused is said everywhere alike: while typing, on submission, at the approval,
and before the time.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.errors import Incomplete
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.said import Said
from publisher.workflow import composing, drafting, reviewing, scheduling
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXT = "Imunisasi gratis untuk balita di semua puskesmas hari ini."


@pytest.fixture
def store(app):
    return app.extensions["media_store"]


@pytest.fixture
def planned(make_post):
    """Return a function that plans an approved post."""

    def planned(**fields):
        post = make_post("submit", "approve", **fields)
        scheduling.schedule(post, actor=None, at=NOW)
        db.session.commit()
        return post

    return planned


def told(post, store, at=NOW):
    """Return (platform, field, whether it blocks) of all that is said of the same words."""
    return {
        (platform, problem.field, problem.blocks)
        for platform, problems in composing.problems(post, store, at=at).items()
        for problem in problems
        if "sama" in problem.message
    }


@pytest.mark.parametrize(
    ("apart", "blocks"),
    [(HOUR, True), (23 * HOUR, True), (25 * HOUR, False), (29 * DAY, False), (31 * DAY, None)],
)
def test_the_same_words_again_block_for_a_day_and_warn_for_a_month(
    planned, make_post, store, apart, blocks
):
    first = planned(planned_at=NOW + HOUR)
    again = make_post(planned_at=first.planned_at + apart, caption=TEXT.upper())

    expected = set() if blocks is None else {(p, "text", blocks) for p in ("x", "facebook")}
    assert told(again, store) == expected


def test_other_words_are_no_repetition(planned, make_post, store):
    planned()

    assert told(make_post(caption="Posyandu lansia di Kunduran."), store) == set()
    assert told(make_post(caption="", hashtags=""), store) == set()


def test_a_post_is_no_repetition_of_itself(planned, store):
    assert told(planned(), store) == set()


@pytest.mark.parametrize("status", ["failed", "missed", "cancelled"])
def test_what_is_not_out_and_will_not_be_is_no_repetition(planned, make_post, store, status):
    planned()
    change = sa.update(Delivery).values(status=DeliveryStatus(status), reason="Ditolak")
    db.session.execute(change)
    db.session.commit()

    assert told(make_post(), store) == set()


def test_the_words_of_another_offices_account_are_advised_against_on_x_alone(
    planned, make_post, make_account, dishub, tono, store
):
    planned()
    theirs = [make_account(dishub, "x"), make_account(dishub, "facebook")]
    post = make_post(accounts=theirs, office=dishub, drafted_by=tono, edited_by=tono)

    assert told(post, store) == {("x", "text", False)}


def test_who_else_says_the_same_is_not_told(planned, make_post, make_account, dishub, tono, store):
    planned()
    account = make_account(dishub, "x")
    post = make_post(accounts=[account], office=dishub, drafted_by=tono, edited_by=tono)

    for problem in composing.problems(post, store, at=NOW)["x"]:
        assert "inkes" not in problem.message % problem.values


def test_one_text_for_two_accounts_of_x_blocks(make_post, make_account, dinkes, dinkes_x, store):
    second = make_account(dinkes, "x", handle="dinkes_layanan", remote_id="9900")
    post = make_post(accounts=[dinkes_x, second])

    assert told(post, store) == {("x", "accounts", True)}
    assert [gap.place for gap in drafting.gaps(post, store=store, at=NOW)] == ["accounts"]


def test_a_repetition_is_shown_while_typing_and_stops_submission_and_approval(
    planned, make_post, sari, budi, store
):
    planned()
    draft, waiting = make_post(), make_post("submit")

    assert all(check.blocked for check in drafting.check(draft, store, at=NOW))
    with pytest.raises(Incomplete):
        drafting.submit(draft, actor=sari, at=NOW, store=store, version=draft.version)
    assert any(check.blocks for check in reviewing.checks(waiting, store, at=NOW))
    with pytest.raises(Incomplete, match="pasti ditolak"):
        reviewing.approve(waiting, reviewer=budi, at=NOW, store=store)


def test_a_picture_that_gets_margins_is_told_and_one_that_fits_is_not(
    make_post, make_account, dinkes, dinkes_facebook, picture, store
):
    square, tall = picture("Antrean.", seed=1), picture("Jadwal.", seed=2)
    square.media.width = square.media.height = 1080
    tall.media.width, tall.media.height = 1080, 1920
    accounts = [make_account(dinkes, "instagram"), dinkes_facebook]
    post = make_post(accounts=accounts, pictures=[square, tall])

    found = composing.problems(post, store, at=NOW)

    assert [one.values.get("numbers") for one in found["instagram"]] == ["2"]
    assert found["facebook"] == []


def test_a_picture_that_is_too_small_for_a_platform_is_told(
    make_post, make_account, dinkes, picture, store
):
    post = make_post(accounts=[make_account(dinkes, "instagram")], pictures=[picture("Kecil.")])

    (problem,) = composing.problems(post, store, at=NOW)["instagram"]
    assert "buram" in problem.message
    assert not problem.blocks


def test_a_picture_that_is_lost_blocks_everywhere(make_post, picture, store):
    lost = picture("Antrean.")
    post = make_post(pictures=[lost])
    store.delete(lost.media.digest)

    found = composing.problems(post, store, at=NOW)
    assert all(composing.LOST in problems for problems in found.values())


def test_approval_reads_every_byte_that_will_go_out(make_post, budi, picture, store):
    damaged = picture("Antrean.")
    post = make_post("submit", pictures=[damaged])
    store.path(damaged.media.digest).write_bytes(b"gambar lain")

    with pytest.raises(Incomplete, match="pasti ditolak"):
        reviewing.approve(post, reviewer=budi, at=NOW, store=store)


def test_planning_again_forgets_what_was_said_before(planned):
    post = planned()
    (before,) = set(db.session.scalars(sa.select(Said.text_key)))
    post.caption = "Posyandu lansia."
    scheduling.schedule(post, actor=None, at=NOW)

    (after,) = set(db.session.scalars(sa.select(Said.text_key)))
    assert after != before


@pytest.mark.parametrize("others", [0, 12])
def test_all_is_told_at_one_query_however_much_is_said(planned, make_post, store, others):
    for number in range(others):
        planned(planned_at=NOW + number * HOUR)
    post = make_post(planned_at=NOW + HOUR)
    post_id = post.id
    db.session.expire_all()
    post = db.session.get(type(post), post_id)
    composing.own_problems(post, store)  # loads the post with all that is its own
    assert post.office.region.zone
    queries = []
    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *given: queries.append(given[2]))

    composing.problems(post, store, at=NOW)

    assert len(queries) == 1
