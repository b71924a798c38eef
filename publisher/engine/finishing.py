"""Asks now and then what became of drafts that people finish, by threads of its own: a platform
that hangs holds up nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from flask import Flask

from publisher.engine.steps import Steps
from publisher.workflow.delivering import finishing

ASK_THREADS = 2
FINISH_EVERY_S = 60
#: The same draft is asked about this often.
AGAIN = timedelta(minutes=10)


class Finisher:
    """Goes through the drafts that wait, a batch at a time, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._app = app
        self._steps = steps
        self._after = 0
        self._began: datetime | None = None

    def finish(self) -> None:
        """Ask about the next drafts, a commit after each answer that changes something."""
        at = self._steps.now()
        if self._after == 0:
            if self._began and at - self._began < AGAIN:
                return
            self._began = at
        vault = self._app.extensions["vault"]
        drafts = self._steps.transact(lambda: finishing.take(after=self._after, vault=vault))
        self._after = drafts[-1].delivery_id if drafts else 0
        with ThreadPoolExecutor(ASK_THREADS, thread_name_prefix="finish") as pool:
            for draft, outcome in zip(drafts, pool.map(finishing.ask, drafts), strict=True):
                self._keep(draft, outcome, started_at=at)

    def _keep(
        self, draft: finishing.Draft, outcome: finishing.Outcome, *, started_at: datetime
    ) -> None:
        now = self._steps.now()
        self._steps.transact(lambda: finishing.keep(draft, outcome, started_at=started_at, at=now))
