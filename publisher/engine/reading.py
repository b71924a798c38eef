"""Reads accounts back now and then, by threads of its own: a platform that hangs holds up
nothing."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from publisher.engine.steps import Steps
from publisher.workflow.watching import reading

READ_THREADS = 2
READ_EVERY_S = 60


class Reader:
    """Learns what was last posted on each account, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._app = app
        self._steps = steps

    def read(self) -> None:
        """Read the accounts that are due, a commit before and after."""
        vault = self._app.extensions["vault"]
        at = self._steps.now()
        taken = self._steps.transact(lambda: reading.take(at=at, vault=vault))
        if not taken:
            return
        with ThreadPoolExecutor(READ_THREADS, thread_name_prefix="read") as pool:
            found = list(zip(taken, pool.map(reading.ask, taken), strict=True))
        self._steps.transact(lambda: reading.keep(found, at=at))
