"""Makes the drafts of series ahead of their time, a commit for each series.

All of it is derived from rows: a worker that was down makes what is still to come, and writes
down what it was too late for; of several workers the first that gets a series does it.
"""

from collections.abc import Mapping
from datetime import date

from publisher.engine.steps import Steps
from publisher.models.places import Region
from publisher.workflow import planning, repeating
from publisher.workflow.reporting.workdays import national_holidays

REPEAT_EVERY_S = 30


class Repeater:
    """Looks for series whose next draft is due, for one worker."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def repeat(self) -> None:
        """Make all drafts that are due."""
        at = self._steps.now()
        due = self._steps.transact(lambda: repeating.due(at=at), read_only=True)
        self._steps.for_each(
            due,
            lambda id_: self._steps.transact(lambda: repeating.make(id_, days_off=days_off, at=at)),
        )


def days_off(region: Region, first: date, last: date) -> Mapping[date, str]:
    """Return the days off of a region, by the national calendar and its own decrees."""
    named = planning.special_days(region, first, last, national_holidays)
    return {day: special.name for day, special in named.items() if special.off}
