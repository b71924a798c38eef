"""All checks of a post, as one list that is data: a name, and the function that yields."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from publisher.errors import N_
from publisher.models.posts import Post
from publisher.workflow.checking.ceremonial import ceremonial
from publisher.workflow.checking.findings import Finding, Review
from publisher.workflow.checking.likeness import (
    Earlier,
    earlier,
    same_pictures,
    same_words,
    used_before,
)
from publisher.workflow.checking.personal import personal
from publisher.workflow.checking.rubric import Facts, score
from publisher.workflow.checking.spelling import spelling
from publisher.workflow.checking.yardsticks import Yardsticks, yardsticks


@dataclass(frozen=True, kw_only=True)
class World:
    """What the checks know beside the post itself."""

    by: Yardsticks
    before: Earlier


@dataclass(frozen=True)
class Check:
    """:param title: what it looks for, in a word: a message id"""

    name: str
    title: str
    find: Callable[[Post, World], Iterable[Finding]]


CHECKS = (
    Check("personal", N_("Data pribadi"), lambda post, world: personal(post, world.by.numbers)),
    Check("ceremonial", N_("Ucapan"), lambda post, _world: ceremonial(post)),
    Check("same_words", N_("Teks serupa"), lambda post, world: same_words(post, world.before)),
    Check(
        "same_picture", N_("Gambar serupa"), lambda post, world: same_pictures(post, world.before)
    ),
    Check("spelling", N_("Ejaan"), lambda post, world: spelling(post, world.by.words)),
)


def review(post: Post, *, at: datetime) -> Review:
    """Return what the checks find in a post, and its score. At most five queries.

    The post may be a sketch that was never saved.

    :param at: now; a post without a time is taken to go out then
    """
    world = World(by=yardsticks(post.office), before=earlier(post, at))
    found = [finding for check in CHECKS for finding in check.find(post, world)]
    facts = Facts(post=post, at=at, used_before=used_before(post, world.before))
    return Review(
        findings=sorted(found, key=lambda finding: not finding.blocks),
        score=score(facts, world.by.weights),
    )
