"""Fresh tokens for accounts, by threads of their own: a platform that hangs holds up nothing."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from publisher.engine.steps import Steps
from publisher.workflow.watching import renewing
from publisher.workflow.watching.renewing import Renewal

RENEW_THREADS = 4
RENEW_EVERY_S = 10


class Renewer:
    """Renews what is due, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._app = app
        self._steps = steps

    def renew(self) -> None:
        """Renew what is due now, a commit before and after each request."""
        vault = self._app.extensions["vault"]
        at = self._steps.now()
        taken = self._steps.transact(lambda: renewing.take(at=at, vault=vault))
        if taken:
            with ThreadPoolExecutor(RENEW_THREADS, thread_name_prefix="renew") as pool:
                list(pool.map(self._renew, taken))

    def _renew(self, renewal: Renewal) -> None:
        answer = renewing.ask(renewal, self._app.config)
        vault = self._app.extensions["vault"]
        self._steps.transact(
            lambda: renewing.keep(renewal, answer, vault=vault, at=self._steps.now())
        )
