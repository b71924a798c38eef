"""An engine of threads in this process: the default, with nothing to install.

The rows are the queue. One dispatcher claims about as much as there are free threads, so that
little waits in memory with its lease running, and whatever dies with this process is found by
its lease. Each platform has threads of its own: one that hangs keeps nobody else waiting.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from flask import Flask

from publisher import clock
from publisher.engine.steps import Steps
from publisher.platforms.errors import PlatformError
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.sending import Job

log = logging.getLogger(__name__)

LOOK = "look"
LOOK_THREADS = 4
#: Where what is not to be sent at all is written down.
NO_PLATFORM = "none"
#: The most that is claimed in one statement.
MOST_AT_ONCE = 64


class Engine:
    """Sends claimed deliveries with up to `threads` at once for each platform."""

    def __init__(self, app: Flask, *, owner: str, threads: int) -> None:
        self.steps = Steps(app, owner=owner)
        self._threads = threads
        #: So many more than there are threads may be claimed, so that no thread waits for the
        #: database; not many, because their leases run.
        self._ahead = max(1, threads // 2)
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._running: dict[str, set[Future[None]]] = defaultdict(set)
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._more = False
        #: Whether to look past those platforms that have enough to do: that reads all of theirs
        #: that is due, so it is done at each tick, and again only as long as it finds something.
        self._look_past = False
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatch", daemon=True)

    # -- taking what is due -------------------------------------------------------------

    def wake(self) -> None:
        """Let the dispatcher look for what is due; returns at once. For every tick."""
        if not self._dispatcher.is_alive() and not self.steps.stopping.is_set():
            self._dispatcher.start()
        self._look_past = True
        self._wake.set()

    def _dispatch(self) -> None:
        while not self.steps.stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self._send_what_fits()
            except Exception:  # a database may be restarting; the next tick wakes us again
                log.exception("claiming failed")

    def _send_what_fits(self) -> None:
        while not self.steps.stopping.is_set():
            limit, busy = self._room()
            if busy and not self._look_past:
                return
            claims = self.steps.claim(limit, busy=busy)
            self._more = len(claims) == limit or bool(busy)
            if busy:
                self._look_past = len(claims) == limit
            self.send(claims)
            if len(claims) < limit:
                return

    def _room(self) -> tuple[int, list[str]]:
        """Return how many may be claimed for any platform, and which take no more just now."""
        with self._guard:
            counts = {name: len(running) for name, running in self._running.items()}
        counts.pop(LOOK, None)
        busy = [name for name, count in counts.items() if count > self._threads]
        free = [
            self._threads + self._ahead - count
            for name, count in counts.items()
            if name not in busy
        ]
        return min([*free, MOST_AT_ONCE]), busy

    def send_all_due(self) -> None:
        """Send what is due, wait for it, and again until nothing is; for one round by hand."""
        while claims := self.steps.claim(self._threads):
            self.send(claims)
            self.finish(timeout_s=None)

    # -- running it ---------------------------------------------------------------------

    def send(self, claims: list[Claim]) -> None:
        """Start sending what was claimed; returns at once."""
        for claim, job in self.steps.load(claims) if claims else ():
            self._start(_pool_of(job), self._threads, self.steps.deliver, claim, job)

    def free_to_look(self) -> int:
        """Return how many looks could start at once now."""
        with self._guard:
            return max(0, LOOK_THREADS - len(self._running[LOOK]))

    def look(self, claims: list[Claim]) -> None:
        """Start reading accounts back; returns at once. Looks have threads of their own: a
        backlog of sending must not keep doubts waiting."""
        for claim in claims:
            self._start(LOOK, LOOK_THREADS, self.steps.look, claim)

    def _start(self, name: str, threads: int, work: Callable[..., None], *given: object) -> None:
        if name not in self._pools:
            self._pools[name] = ThreadPoolExecutor(threads, thread_name_prefix=name)
        future = self._pools[name].submit(work, *given)
        with self._guard:
            self._running[name].add(future)
        future.add_done_callback(lambda done: self._finished(name, done))

    def _finished(self, name: str, future: "Future[None]") -> None:
        with self._guard:
            self._running[name].discard(future)
            room = len(self._running[name]) <= self._threads
        if self._more and room:
            self._wake.set()
        if not future.cancelled() and (error := future.exception()):
            # The row keeps its lease; when that is over, the tick recovers it.
            log.error("a delivery stopped halfway", exc_info=error)

    def finish(self, *, timeout_s: float | None) -> bool:
        """Wait until nothing is being sent any more; False when it takes too long."""
        with self._guard:
            running = {future for pool in self._running.values() for future in pool}
        return not wait(running, timeout=timeout_s).not_done

    def stop(self, *, timeout_s: float) -> bool:
        """Take nothing new, and let what has begun come to its end; False if it did not."""
        self.steps.stopping.set()
        self._wake.set()
        give_up = clock.running_s() + timeout_s
        if self._dispatcher.is_alive():
            self._dispatcher.join(timeout_s)
        finished = self.finish(timeout_s=max(0, give_up - clock.running_s()))
        for pool in list(self._pools.values()):
            pool.shutdown(wait=False, cancel_futures=True)
        return finished


def _pool_of(job: Job | PlatformError) -> str:
    return NO_PLATFORM if isinstance(job, PlatformError) else job.driver
