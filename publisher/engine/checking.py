"""What looks around and ahead while the senders send: the watch, and checks before the time.

Checks have few threads, and their own: a platform that hangs holds up neither the tick nor what
is being sent. One that keeps silent several times in a row is not asked again in that round.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta

from flask import Flask

from publisher import clock
from publisher.engine.closing import CLOSE_EVERY_S, Closer
from publisher.engine.finishing import FINISH_EVERY_S, Finisher
from publisher.engine.informing import INFORM_EVERY_S, Informer
from publisher.engine.planning import PLAN_EVERY_S, Planner
from publisher.engine.preparing import PREPARE_EVERY_S, Preparer
from publisher.engine.reading import READ_EVERY_S, Reader
from publisher.engine.renewing import RENEW_EVERY_S, Renewer
from publisher.engine.repeating import REPEAT_EVERY_S, Repeater
from publisher.engine.signing import SIGN_EVERY_S, Signer
from publisher.engine.steps import Steps
from publisher.platforms.errors import PlatformError, TryLater
from publisher.workflow import watching
from publisher.workflow.watching import risks, timetable, warning
from publisher.workflow.watching.risks import Login, Risk

log = logging.getLogger(__name__)

ASK_THREADS = 4
#: Seconds between two passes of the watch, and between two rounds of checks.
WATCH_EVERY_S = 10
CHECK_EVERY_S = 30
#: So many silences of one platform in a row end the asking for one round.
SILENCES = 3
#: The longest that a stop waits for a round.
DRAIN_S = 10

Answer = Risk | PlatformError | None


class Checker:
    """Watches, and checks what is planned, for one worker."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self._app = app
        self._steps = steps
        self._pool = ThreadPoolExecutor(ASK_THREADS, thread_name_prefix="check")
        self._stopping = threading.Event()
        self._rounds = (
            _Round(self.watch, WATCH_EVERY_S),
            _Round(self.check, CHECK_EVERY_S),
            _Round(Renewer(app, steps).renew, RENEW_EVERY_S),
            _Round(Reader(app, steps).read, READ_EVERY_S),
            _Round(Finisher(app, steps).finish, FINISH_EVERY_S),
            _Round(Closer(app, steps).close, CLOSE_EVERY_S),
            _Round(Preparer(app, steps).prepare, PREPARE_EVERY_S),
            _Round(Signer(steps).look, SIGN_EVERY_S),
            _Round(Planner(steps).remind, PLAN_EVERY_S),
            _Round(Informer(app, steps).inform, INFORM_EVERY_S),
            _Round(Repeater(steps).repeat, REPEAT_EVERY_S),
        )

    def wake(self) -> None:
        """Begin what is due and not under way; returns at once. For every tick."""
        for each in self._rounds:
            if not self._stopping.is_set():
                each.wake()

    def stop(self) -> None:
        """Take nothing new, and let what is under way come to its end, unless a platform keeps it
        waiting: what was asked is asked again some day."""
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for each in self._rounds:
            each.stop()
        wait([each.running for each in self._rounds if each.running], timeout=DRAIN_S)

    def watch(self) -> None:
        """Tell of all that nobody was told of yet; returns when it is told."""
        late_after = timedelta(minutes=self._app.config["LATE_AFTER_MINUTES"])
        more = True
        while more and not self._stopping.is_set():
            at = self._steps.now()
            more = self._steps.transact(
                lambda: watching.look_around(at=at, late_after=late_after)  # noqa: B023
            )

    def check(self) -> None:
        """Check all that is due to be checked, batch by batch."""
        vault = self._app.extensions["vault"]
        silences: Counter[str] = Counter()
        while not self._stopping.is_set():
            at = self._steps.now()
            taken = self._steps.transact(lambda: timetable.take(at=at))  # noqa: B023
            if not taken:
                return
            batch = self._steps.transact(
                lambda: risks.load(taken, vault=vault, at=at),  # noqa: B023
                read_only=True,
            )
            self._check(batch, silences)

    def _check(self, batch: risks.Round, silences: "Counter[str]") -> None:
        store = self._app.extensions["media_store"]
        answers = list(self._pool.map(lambda login: _asked(login, silences), batch.logins))
        contents = list(self._pool.map(lambda each: risks.inspect(each, store), batch.planned))
        asked = list(zip(batch.logins, answers, strict=True))
        accounts = {login.account_id: risks.of_account(login, told) for login, told in asked}
        found = []
        for planned, of_content in zip(batch.planned, contents, strict=True):
            of_account = accounts[planned.account_id]
            found.append((planned, [*filter(None, [of_account]), *of_content]))

        def write() -> None:
            at = self._steps.now()
            warning.set_aside(asked, at=at)
            risks.keep(found, at=at)
            warning.tell(found, at=at)

        self._steps.transact(write)


class _Round:
    """Work that is done now and then, by a thread of its own, never twice at a time."""

    def __init__(self, work: Callable[[], None], every_s: float) -> None:
        self._work = work
        self._every_s = every_s
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=work.__name__)
        self._begun_s: float | None = None
        self.running: Future[None] | None = None

    def wake(self) -> None:
        now_s = clock.running_s()
        due = self._begun_s is None or now_s - self._begun_s >= self._every_s
        if due and (self.running is None or self.running.done()):
            self._begun_s = now_s
            self.running = self._pool.submit(self._safely)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _safely(self) -> None:
        try:
            self._work()
        except Exception:  # it is begun again soon; a database may be restarting
            log.exception("%s failed", self._work.__name__)


def _asked(login: Login, silences: "Counter[str]") -> Answer:
    """Ask, unless the platform has just kept silent again and again."""
    if silences[login.platform] >= SILENCES and login.credentials is not None:
        return TryLater("not asked: the platform keeps silent")
    answer = risks.ask(login)
    if isinstance(answer, TryLater):
        silences[login.platform] += 1
    elif login.credentials is not None:
        silences[login.platform] = 0
    return answer
