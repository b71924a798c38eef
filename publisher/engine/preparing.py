"""Makes the files that people asked for and do not wait for, one after the other."""

import logging
from contextlib import suppress

from flask import Flask

from publisher.db import db
from publisher.engine.steps import Steps
from publisher.models.places import Region
from publisher.reports.snapshot import WeekReport
from publisher.workflow import closing, reporting
from publisher.workflow.closing import filing, preparing
from publisher.workflow.closing.preparing import Task

log = logging.getLogger(__name__)

PREPARE_EVERY_S = 2


class Preparer:
    """Looks for what was asked for, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._store = app.extensions["media_store"]
        self._steps = steps

    def prepare(self) -> None:
        """Make whatever waits, and let go what was kept long enough."""
        at = self._steps.now()
        waiting, old = self._steps.transact(lambda: preparing.look(at=at), read_only=True)
        if old:
            for digest in self._steps.transact(lambda: preparing.forget_old(at=at)):
                with suppress(OSError):  # nobody can reach it any more; an operator may tidy up
                    self._store.delete(digest)
        self._steps.for_each(waiting, self._prepare)

    def _prepare(self, file_id: int) -> None:
        task = self._steps.transact(lambda: preparing.take(file_id, at=self._steps.now()))
        if task is None:
            return
        try:
            self._make(task)
        except Exception:  # the next one may be made all the same
            log.exception("file %s of %s cannot be made", task.form, task.week)
            self._steps.transact(lambda: preparing.fail(task))

    def _make(self, task: Task) -> None:
        report = self._steps.transact(lambda: self._report(task), read_only=True)
        self._steps.transact(lambda: preparing.now_writing(task))
        if task.closed_id is not None:
            self._keep(task, task.closed_id, report)
            return
        digest, size = preparing.put(report, task.form, self._store)
        if not self._steps.transact(lambda: preparing.finish(task, report, digest, size)):
            self._store.delete(digest)

    def _keep(self, task: Task, closed_id: int, report: WeekReport) -> None:
        made = filing.make(report, task.form, self._store)

        def keep() -> None:
            filing.keep(closed_id, made, at=self._steps.now())
            preparing.end(task)

        self._steps.transact(keep)

    def _report(self, task: Task) -> WeekReport:
        if task.closed_id is not None:
            return closing.read_id(task.closed_id)
        region = db.session.get_one(Region, task.region_id)
        return reporting.week_report(region, task.week, at=task.begun_at)
