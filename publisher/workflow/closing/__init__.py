"""The end of a week: objections while they are taken, closing, corrections, what is kept.

Weeks close in order, one after the other (`Region.closed_through`), by the clock or by a
reviewer. What is frozen comes in from outside, as the report that everybody saw; nothing here
counts. `timetable` says when, `objecting` keeps what offices say against their number, `freezing`
closes and corrects, `filing` keeps the files.
"""

from publisher.workflow.closing.freezing import (
    close,
    correct,
    latest,
    read,
    read_id,
    turn,
    versions,
)
from publisher.workflow.closing.objecting import (
    accept,
    decline,
    file,
    filed,
    get_objection,
    may_object,
    objections_of,
)
from publisher.workflow.closing.timetable import (
    Settings,
    closes_at,
    closes_by_clock,
    hold,
    next_week,
    objects_until,
    set_timetable,
)
from publisher.workflow.closing.waiting import Waiting, keepers, waiting

__all__ = [
    "Settings",
    "Waiting",
    "accept",
    "close",
    "closes_at",
    "closes_by_clock",
    "correct",
    "decline",
    "file",
    "filed",
    "get_objection",
    "hold",
    "keepers",
    "latest",
    "may_object",
    "next_week",
    "objections_of",
    "objects_until",
    "read",
    "read_id",
    "set_timetable",
    "turn",
    "versions",
    "waiting",
]
