"""The calendar and the plan of a week: what is planned when, moving it, free times, the deadline,
and addresses by which other calendar programs read it."""

from publisher.workflow.planning.days import special_days, themes
from publisher.workflow.planning.deadlines import Settings, deadline, set_deadline
from publisher.workflow.planning.moving import Move, lacks_second, may_move, may_undo, move
from publisher.workflow.planning.reading import (
    Details,
    Planned,
    Scope,
    State,
    Wanted,
    details,
    offices,
    planned,
    sign,
    sign_of,
    unplanned,
)
from publisher.workflow.planning.slots import Slot, free_slots, working_days

__all__ = [
    "Details",
    "Move",
    "Planned",
    "Scope",
    "Settings",
    "Slot",
    "State",
    "Wanted",
    "deadline",
    "details",
    "free_slots",
    "lacks_second",
    "may_move",
    "may_undo",
    "move",
    "offices",
    "planned",
    "set_deadline",
    "sign",
    "sign_of",
    "special_days",
    "themes",
    "unplanned",
    "working_days",
]
