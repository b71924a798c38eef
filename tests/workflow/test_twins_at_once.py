"""Two decisions on the same words at the same moment: the second knows of the first.

See `at_once`: the second begins when the first has written and has not committed.
"""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.errors import Incomplete, Invalid
from publisher.models.deliveries import Delivery
from publisher.models.found import Claim, FoundPost
from publisher.models.people import Role, User
from publisher.models.posts import Post, PostKind
from publisher.models.standing_out import Twin
from publisher.platforms.base import Published
from publisher.typed import Unacceptable
from publisher.workflow import adopting, composing, planning, reviewing, scheduling
from tests.conftest import NOW, person
from tests.workflow.conftest import all_of

WORDS = "Imunisasi gratis."
DAY = timedelta(days=1)


@pytest.fixture
def reviewers(budi, blora):
    """The ids of two reviewers of Blora."""
    return budi.id, person("Rini", Role.REVIEWER, region=blora).id


@pytest.fixture
def decide(app):
    """Return a function that approves a post and plans it, by itself or from the list of many."""
    store = app.extensions["media_store"]

    def alone(post_id, actor):
        post = db.session.get(Post, post_id)
        reviewing.approve(post, reviewer=actor, at=NOW, store=store)
        scheduling.schedule(post, actor=actor, at=NOW)

    def from_list(post_id, version, actor):
        sitting = reviewing.Sitting(
            reviewer=actor, at=NOW, store=store, spacing=timedelta(minutes=1)
        )
        chosen = [reviewing.Chosen(post_id=post_id, version=version)]
        [result] = reviewing.decide(
            chosen,
            lambda some: Counter(
                each.post_id for each in scheduling.schedule_all(some, actor=actor, at=NOW)
            ),
            sitting,
        )
        assert result.approved

    def decide(post_id, version, who, *, together):
        actor = db.session.get(User, who)
        from_list(post_id, version, actor) if together else alone(post_id, actor)

    return decide


@pytest.fixture
def submitted(make_post):
    """Return a function that makes a post that waits for approval, and gives its id and version."""

    def submitted(account, planned_at):
        given = {"caption": WORDS, "hashtags": "", "accounts": [account]}
        post = make_post("submit", **given, planned_at=planned_at)
        return post.id, post.version

    return submitted


@pytest.fixture
def claimed(dinkes_x, sari):
    """The id of a claim that waits: a post with the words was found on the X account."""
    post = Published(
        remote_id="1", url="https://x.com/dinkesblora/status/1", text=WORDS,
        published_at=NOW - DAY, picture_count=1,
    )  # fmt: skip
    composing.collect(dinkes_x, [post], at=NOW)
    naming = adopting.Naming(title="Imunisasi", kind=PostKind.LAYANAN, gist="Balita, puskesmas")
    claim = adopting.file(all_of(FoundPost)[0], naming, actor=sari, at=NOW)
    db.session.commit()
    return claim.id


def accept(claim_id, who):
    adopting.accept(db.session.get(Claim, claim_id), reviewer=db.session.get(User, who), at=NOW)


@pytest.mark.parametrize("ways", ["one by one", "together", "both"])
def test_two_who_approve_twins_at_once_leave_them_known_as_twins(
    at_once, submitted, decide, dinkes_facebook, reviewers, ways
):
    which = [submitted(dinkes_facebook, NOW + days * DAY) for days in (1, 2)]

    def approve(*, second):
        together = ways == "together" or (ways == "both" and second)
        decide(*which[second], reviewers[second], together=together)

    assert at_once(approve) == [None, None]
    (one, _), (other, _) = which
    assert {(twin.post_id, twin.other_id) for twin in all_of(Twin)} == {(one, other), (other, one)}
    assert all(delivery.apart for delivery in all_of(Delivery))


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("claim_first", [True, False])
def test_a_claim_that_is_accepted_while_its_words_are_approved_is_known_as_a_twin(
    at_once, submitted, decide, claimed, dinkes_facebook, reviewers, claim_first, together
):
    planned = submitted(dinkes_facebook, NOW + DAY)

    def take(*, second):
        if claim_first is second:
            decide(*planned, reviewers[0], together=together)
        else:
            accept(claimed, reviewers[1])

    assert at_once(take) == [None, None]
    one, other = db.session.scalars(sa.select(Post.id).order_by(Post.id))
    assert {(twin.post_id, twin.other_id) for twin in all_of(Twin)} == {(one, other), (other, one)}
    assert all(delivery.apart for delivery in all_of(Delivery))


@pytest.mark.parametrize("together", [False, True])
def test_a_claim_is_not_accepted_while_its_words_are_approved_for_the_same_account(
    at_once, submitted, decide, claimed, dinkes_x, reviewers, together
):
    """What is still to go out may be what was found, and would be counted twice."""
    planned = submitted(dinkes_x, NOW + 2 * DAY)

    def take(*, second):
        if second:
            accept(claimed, reviewers[1])
        else:
            decide(*planned, reviewers[0], together=together)

    assert at_once(take) == [None, Unacceptable]
    assert len(all_of(Delivery)) == 1


@pytest.mark.parametrize("move_first", [True, False])
def test_a_content_is_not_moved_next_to_one_with_its_words_that_is_approved_meanwhile(
    at_once, submitted, decide, dinkes_x, reviewers, move_first
):
    """X refuses to hear the same words twice in a day."""
    planned = submitted(dinkes_x, NOW + DAY)
    moved, _ = elsewhere = submitted(dinkes_x, NOW + 5 * DAY)
    decide(*elsewhere, reviewers[0], together=False)
    db.session.commit()

    def take(*, second):
        if move_first is second:
            decide(*planned, reviewers[0], together=False)
            return
        post, actor = db.session.get(Post, moved), db.session.get(User, reviewers[1])
        planning.move(
            post, NOW + DAY + timedelta(hours=2), actor=actor, at=NOW, version=post.version,
            spacing=timedelta(minutes=1), catch_up=timedelta(hours=6),
        )  # fmt: skip

    assert at_once(take) == [None, Incomplete if move_first else Invalid]
