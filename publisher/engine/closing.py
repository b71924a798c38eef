"""Closes the weeks of regions on their day, one after the other, and makes their files.

All of it is derived from rows: a worker that was down closes what it missed, in order, and of
several workers the first that gets the region's row does it.
"""

from flask import Flask

from publisher.engine.steps import Steps
from publisher.workflow import closing, reporting
from publisher.workflow.closing import filing, timetable

CLOSE_EVERY_S = 30


class Closer:
    """Looks for what is to be closed, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._app = app
        self._steps = steps

    def close(self) -> None:
        """Close whatever is due, a commit for each week."""
        at = self._steps.now()
        self._steps.transact(lambda: timetable.begin(at=at))
        due = self._steps.transact(lambda: timetable.due(at=at), read_only=True)
        self._steps.for_each(due, self._close_all)
        lacking = self._steps.transact(lambda: filing.lacking(at=at), read_only=True)
        self._steps.for_each(lacking, self._make_file)

    def _make_file(self, lacks: tuple[int, str]) -> None:
        """Make a file of what was closed; a transaction only to read, and to name it."""
        closed_id, form = lacks
        report = self._steps.transact(lambda: closing.read_id(closed_id), read_only=True)
        made = filing.make(report, form, self._app.extensions["media_store"])
        at = self._steps.now()
        self._steps.transact(lambda: filing.keep(closed_id, made, at=at))

    def _close_all(self, region_id: int) -> None:
        while self._steps.transact(lambda: self._close(region_id)):
            pass

    def _close(self, region_id: int) -> bool:
        """Close the next week of a region; False if there is none to close now."""
        at = self._steps.now()
        taken = timetable.take(region_id, at=at)
        if taken is None:
            return False
        region, week = taken
        closing.close(region, reporting.week_report(region, week, at=at), by=None, at=at)
        return True
