"""What stands beside a post while somebody writes, submits or reviews it: checks and a score.

One answer for all who ask (`review`): the page of the drafter while they type, and the page of the
reviewer. Each finding names its exact place. It advises; it blocks only what the law forbids
(`unlawful`), and then at the submission and at the approval too. What platforms would refuse is
found in `composing`.
"""

from publisher.workflow.checking.findings import Finding, Point, Review, Score
from publisher.workflow.checking.likeness import LOOK_BACK
from publisher.workflow.checking.personal import personal_data, unlawful
from publisher.workflow.checking.reviewed import CHECKS, review
from publisher.workflow.checking.rubric import POINTS
from publisher.workflow.checking.sentences import Line, Sentence, lines, sentences
from publisher.workflow.checking.texts import texts
from publisher.workflow.checking.yardsticks import (
    MAX_HOTLINES,
    MAX_WORDS,
    Yardsticks,
    add_hotline,
    add_words,
    hotlines,
    remove_hotline,
    remove_word,
    set_weights,
    weights,
    words,
    yardsticks,
)

__all__ = [
    "CHECKS",
    "LOOK_BACK",
    "MAX_HOTLINES",
    "MAX_WORDS",
    "POINTS",
    "Finding",
    "Line",
    "Point",
    "Review",
    "Score",
    "Sentence",
    "Yardsticks",
    "add_hotline",
    "add_words",
    "hotlines",
    "lines",
    "personal_data",
    "remove_hotline",
    "remove_word",
    "review",
    "sentences",
    "set_weights",
    "texts",
    "unlawful",
    "weights",
    "words",
    "yardsticks",
]
