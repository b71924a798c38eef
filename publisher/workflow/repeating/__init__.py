"""Repeating: what an office posts again and again is drafted ahead of its time, by the clock.

Leaves behind drafts like any other, which somebody completes and submits.
"""

from publisher.workflow.repeating.arranging import (
    MOST_AHEAD,
    MOST_WEEKS,
    NotThatDay,
    SeriesChanged,
    SeriesData,
    change,
    finish,
    pause,
    resume,
    skip,
    start,
    unskip,
    untouched,
    withdraw_untouched,
)
from publisher.workflow.repeating.listing import Coming, Row, ahead, days, of_office
from publisher.workflow.repeating.making import due, make
from publisher.workflow.repeating.rhythms import Rhythm
from publisher.workflow.repeating.wording import PLACEHOLDERS

__all__ = [
    "MOST_AHEAD",
    "MOST_WEEKS",
    "PLACEHOLDERS",
    "Coming",
    "NotThatDay",
    "Rhythm",
    "Row",
    "SeriesChanged",
    "SeriesData",
    "ahead",
    "change",
    "days",
    "due",
    "finish",
    "make",
    "of_office",
    "pause",
    "resume",
    "skip",
    "start",
    "unskip",
    "untouched",
    "withdraw_untouched",
]
