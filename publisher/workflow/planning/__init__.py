"""The calendar: what is planned when, and moving it to another time."""

from publisher.workflow.planning.days import special_days, themes
from publisher.workflow.planning.moving import Move, check_spacing, may_move, move
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

__all__ = [
    "Details",
    "Move",
    "Planned",
    "Scope",
    "State",
    "Wanted",
    "check_spacing",
    "details",
    "may_move",
    "move",
    "offices",
    "planned",
    "sign",
    "sign_of",
    "special_days",
    "themes",
    "unplanned",
]
