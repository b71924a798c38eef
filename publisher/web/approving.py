"""Approving: one post from its own page, or many at once; here is the one way that does it."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from publisher import clock
from publisher.db import begin_writing, db, read_only
from publisher.models.deliveries import Delivery
from publisher.models.posts import Post
from publisher.web.access import me
from publisher.web.current import catch_up, spacing, store
from publisher.workflow import composing, reviewing, scheduling
from publisher.workflow.reviewing import Chosen, Result

#: So long one request may take to make pictures that nobody has looked at yet.
PICTURES_S = 8


def approve(
    post: Post,
    *,
    at: datetime,
    at_once: bool = False,
    first: bool = False,
    ticked: Sequence[str] = (),
) -> list[Delivery]:
    """Approve a post and plan it; return the deliveries that are new.

    :param first: as the first of two reviewers; it is planned when the second approves
    :param ticked: what of the region's checklist was ticked
    """
    given: dict[str, Any] = {"reviewer": me(), "at": at, "store": store()}
    given |= {"at_once": at_once, "ticked": ticked}
    if first:
        reviewing.approve_first(post, **given)
        return []
    reviewing.approve(post, **given)
    return scheduling.schedule(post, actor=me(), at=at, catch_up=catch_up())


def approve_all(chosen: Sequence[Chosen], ticked: Sequence[str] = ()) -> list[Result]:
    """Approve what was ticked, each for itself, and commit.

    What would crowd an account is left for a look at the post itself, as is what is late. What
    needs two reviewers gets the approval that is missing.

    :param ticked: what of the region's checklist was ticked, for all of them
    """
    ready = make_pictures_ready([one.post_id for one in chosen])
    results = [
        Result(post_id=one.post_id, stopped_by=reviewing.NotReady())
        for one in chosen
        if one.post_id not in ready
    ]
    for part in reviewing.parts([one for one in chosen if one.post_id in ready]):
        results += _approve_part(part, ticked)
        db.session.commit()
    return results


def _approve_part(part: Sequence[Chosen], ticked: Sequence[str]) -> list[Result]:
    sitting = reviewing.Sitting(
        reviewer=me(), at=clock.now(), store=store(), spacing=spacing(), ticked=ticked
    )

    def plan(posts: Sequence[Post]) -> Counter[int]:
        made = scheduling.schedule_all(
            posts, actor=sitting.reviewer, at=sitting.at, catch_up=catch_up()
        )
        return Counter(delivery.post_id for delivery in made)

    return reviewing.decide(part, plan, sitting)


def make_pictures_ready(post_ids: Sequence[int]) -> set[int]:
    """Make what platforms will be sent, so that neither the approval nor a worker waits for it.

    It takes a third of a second a picture, so no transaction is open meanwhile, and there is an
    end to it. What cannot be made is named by the approval itself.

    :returns: all of them but those for which there was no time
    """
    db.session.rollback()
    read_only()
    posts = reviewing.with_content(post_ids, reviewer=me())
    contents = [(post.id, composing.contents(post)) for post in posts]
    begin_writing()
    until = clock.running_s() + PICTURES_S
    for number, (_, its) in enumerate(contents):
        if clock.running_s() > until:
            return set(post_ids) - {post_id for post_id, _ in contents[number:]}
        with suppress(OSError):
            for content in its:
                content.read(store())
    return set(post_ids)
