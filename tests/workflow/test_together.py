"""Many approvals at once: each for itself, done with all that belongs to it or not at all."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.errors import (
    FourEyes,
    Incomplete,
    Invalid,
    InvalidTransition,
    Outdated,
    PublisherError,
)
from publisher.models.audit import first_broken_link
from publisher.models.deliveries import Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.needs import NeededDecision
from publisher.models.neutrality import Neutrality
from publisher.models.posts import EDITABLE, PostEvent, PostStatus
from publisher.workflow import drafting, reviewing, scheduling
from publisher.workflow.reviewing import Chosen
from publisher.workflow.reviewing.together import AT_ONCE, Crowded, NoSuchPost
from tests.conftest import NOW, person, saved

HOUR = timedelta(hours=1)
SPACING = timedelta(minutes=1)


@pytest.fixture
def press(app):
    """Return a function that approves posts as the page does, and commits."""
    store = app.extensions["media_store"]

    def press(reviewer, *posts, versions=None, chosen=None, at=NOW, ticked=()):
        sitting = reviewing.Sitting(
            reviewer=reviewer, at=at, store=store, spacing=SPACING, ticked=ticked
        )

        def plan(some):
            made = scheduling.schedule_all(some, actor=reviewer, at=at)
            return Counter(delivery.post_id for delivery in made)

        versions = versions or {}
        chosen = chosen or [
            Chosen(post_id=post.id, version=versions.get(post, post.version)) for post in posts
        ]
        results = []
        for part in reviewing.parts(chosen):
            results += reviewing.decide(part, plan, sitting)
            db.session.commit()
        return {result.post_id: result for result in results}

    return press


@pytest.fixture
def waiting(make_post):
    """Return a function that makes a post that waits, an hour after the one before."""
    count = iter(range(1, 1000))

    def waiting(**fields):
        number = next(count)
        given = {"caption": f"Pelayanan keliling ke-{number}.", "planned_at": NOW + number * HOUR}
        return make_post("submit", title=f"Ke-{number}", **given | fields)

    return waiting


def deliveries_of(post):
    return db.session.scalars(sa.select(Delivery).where(Delivery.post_id == post.id)).all()


def test_each_post_has_its_own_outcome_and_none_is_half_done(
    press, waiting, make_post, budi, agus, make_account
):
    good, crowd = waiting(), waiting()
    theirs = make_post(
        "submit", office=agus.office, drafted_by=agus, edited_by=agus, title="Rembang",
        accounts=[make_account(agus.office)],
    )  # fmt: skip
    cases = {
        good: None,
        crowd: None,
        waiting(planned_at=crowd.planned_at + timedelta(seconds=20)): Crowded,
        waiting(caption="kata " * 200): Incomplete,  # X would refuse it
        waiting(caption=crowd.caption, planned_at=crowd.planned_at + HOUR / 2): Incomplete,  # again
        waiting(planned_at=NOW - HOUR): Invalid,  # past
        waiting(edited_by=budi): FourEyes,
        waiting(accounts=[]): Incomplete,
        theirs: NoSuchPost,  # another region's
        make_post(planned_at=NOW + HOUR): NoSuchPost,  # nobody handed it in
    }
    stale, rejected, after = waiting(), waiting(), waiting()
    rejected.move("reject", actor=budi, at=NOW)
    db.session.commit()
    cases |= {stale: Outdated, rejected: InvalidTransition, after: None}

    results = press(budi, *cases, versions={stale: stale.version - 1})

    told = {post.title: type(results[post.id].stopped_by) for post in cases}
    assert told == {post.title: type(None) if why is None else why for post, why in cases.items()}
    for post, why in cases.items():
        made = deliveries_of(post)
        if why is None:
            assert post.status is PostStatus.APPROVED
            assert len(made) == len(post.accounts) == results[post.id].planned
            assert {each.content_digest for each in made} == {post.approved_digest}
        else:
            assert post.status in {PostStatus.IN_REVIEW, PostStatus.REJECTED, *EDITABLE}
            assert made == []
            assert [event for event in post.events if event.step == "approve"] == []
    assert first_broken_link() is None


def test_sent_twice_it_changes_nothing_and_says_so(press, waiting, budi, dinkes_x, dinkes_facebook):
    posts = [waiting() for _ in range(AT_ONCE + 2)]
    seen = [Chosen(post_id=post.id, version=post.version) for post in posts]
    first = press(budi, chosen=[*seen, seen[0]])

    second = press(budi, chosen=seen)

    assert all(each.is_new and each.planned == 2 for each in first.values())
    assert all(each.again and each.approved and not each.planned for each in second.values())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 2 * len(posts)
    assert db.session.scalar(sa.select(sa.func.count()).where(PostEvent.step == "approve")) == len(
        posts
    )
    assert first_broken_link() is None


def test_whoever_comes_second_hears_who_was_first(press, waiting, budi, blora):
    rudi, post = person("Rudi", budi.role, region=blora), waiting()
    seen = [Chosen(post_id=post.id, version=post.version)]
    press(budi, chosen=seen)

    (late,) = press(rudi, chosen=seen).values()

    assert isinstance(late.stopped_by, Outdated)
    assert late.stopped_by.values["name"] == "Budi"
    assert post.approved_by_id == budi.id


def test_a_post_costs_the_same_few_statements_however_many_there_are(app, press, waiting, budi):
    asked = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counted = {}
    for size in (5, 10, 20):
        posts = [waiting() for _ in range(size)]
        seen = [Chosen(post_id=post.id, version=post.version) for post in posts]
        asked.clear()
        results = press(budi, chosen=seen)
        assert all(each.is_new for each in results.values())
        counted[size] = len(asked)

    each = (counted[20] - counted[10]) / 10
    assert each == (counted[10] - counted[5]) / 5  # linear
    assert each <= 4  # the post, its event, and a delivery for each of two accounts


def test_before_an_election_each_gets_the_approval_that_it_lacks(press, waiting, budi, blora):
    rudi, items = person("Rudi", budi.role, region=blora), ["Tidak memihak"]
    saved(
        Neutrality(
            region=blora, starts_at=NOW, ends_at=NOW + timedelta(days=1), words=["petahana"],
            checklist=items, set_by=budi, set_at=NOW,
        )
    )  # fmt: skip
    kept, other, blocked = waiting(), waiting(), waiting(caption="Bersama petahana.")
    outside = waiting(planned_at=NOW + timedelta(days=2))
    posts = (kept, blocked, other, outside)

    def told(results):
        kinds = [type(results[post.id].stopped_by).__name__ for post in posts]
        return [kind.replace("NoneType", "") for kind in kinds]

    unticked = press(budi, *posts)
    assert told(unticked) == ["Invalid", "Incomplete", "Invalid", ""]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NeededDecision)) == 0

    first, again = (press(budi, *posts, ticked=items) for _ in range(2))
    assert told(first) == told(again) == ["", "Incomplete", "", ""]
    assert [first[post.id].first for post in posts] == [True, False, True, False]
    assert first[outside.id].again
    assert again[kept.id].again
    assert not first[kept.id].again
    assert kept.status is PostStatus.IN_REVIEW
    assert not deliveries_of(kept)

    seen = [Chosen(post_id=post.id, version=post.version, first=True) for post in (kept, other)]
    stale = press(rudi, chosen=seen, ticked=items)
    assert {type(result.stopped_by) for result in stale.values()} == {Outdated}
    second = press(rudi, kept, other, ticked=items)
    assert [each.planned for each in second.values()] == [len(kept.accounts)] * 2
    assert {post.approved_by for post in (kept, other)} == {rudi}
    assert first_broken_link() is None


def test_what_was_approved_together_is_frozen_all_the_same(press, waiting, budi, sari):
    kept, reopened = waiting(), waiting()
    press(budi, kept, reopened)

    with pytest.raises(PublisherError):
        drafting.check_editable(kept)
    drafting.reopen(reopened, actor=sari, at=NOW)
    kept.caption = "Bukan yang disetujui."  # as no path of ours would
    db.session.commit()

    assert {each.status for each in deliveries_of(reopened)} == {DeliveryStatus.CANCELLED}
    assert kept.digest() != kept.approved_digest
    assert {each.content_digest for each in deliveries_of(kept)} == {kept.approved_digest}


def test_what_was_approved_once_more_replaces_what_has_not_gone_out(press, waiting, budi, sari):
    post = waiting()
    press(budi, post)
    drafting.reopen(post, actor=sari, at=NOW)
    post.caption = "Diperbaiki."
    post.touch(actor=sari, at=NOW)
    post.move("submit", actor=sari, at=NOW)
    db.session.commit()

    press(budi, post, waiting())

    standing = [each for each in deliveries_of(post) if each.status is DeliveryStatus.PENDING]
    assert len(standing) == len(post.accounts)
    assert {each.content_digest for each in standing} == {post.approved_digest}
    assert {each.apart for each in standing} == {False}
    planned = sa.select(sa.func.count()).where(DeliveryEvent.step == "plan")
    assert db.session.scalar(planned) == 3 * len(post.accounts)
