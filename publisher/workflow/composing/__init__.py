"""What of a post goes to a platform, and what a platform would refuse of it.

The same for the warnings while typing, for the page a reviewer decides on, for the check before
its time, and for the worker that sends it.
"""

from publisher.workflow.composing.consents import advice
from publisher.workflow.composing.contents import Address, Content, content, contents, fitted
from publisher.workflow.composing.found import adopt, collect
from publisher.workflow.composing.neutral import blocked_problems
from publisher.workflow.composing.refusals import (
    LOST,
    echoing,
    own_problems,
    problems,
    repeats,
    unreadable,
)
from publisher.workflow.composing.said import (
    REMEMBERED,
    Echo,
    Plan,
    hear,
    keys,
    last_heard,
    note,
)
from publisher.workflow.composing.spacing import (
    APPROVED,
    WAITING_TOO,
    Around,
    Crowd,
    around,
    spacing_of,
)
from publisher.workflow.composing.twins import mark_apart, set_apart, take_turns

__all__ = [
    "APPROVED",
    "LOST",
    "REMEMBERED",
    "WAITING_TOO",
    "Address",
    "Around",
    "Content",
    "Crowd",
    "Echo",
    "Plan",
    "adopt",
    "advice",
    "around",
    "blocked_problems",
    "collect",
    "content",
    "contents",
    "echoing",
    "fitted",
    "hear",
    "keys",
    "last_heard",
    "mark_apart",
    "note",
    "own_problems",
    "problems",
    "repeats",
    "set_apart",
    "spacing_of",
    "take_turns",
    "unreadable",
]
