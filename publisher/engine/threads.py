"""An engine of threads in this process: the default, with nothing to install.

The rows are the queue. One dispatcher claims about as much as there are free threads, so that
little waits in memory with its lease running, and whatever dies with this process is found by
its lease. Each platform has a lane of its own: one that hangs keeps nobody else waiting.
"""

import logging
import threading
from concurrent.futures import Future, wait
from functools import partial

from flask import Flask

from publisher import clock
from publisher.engine.lanes import Lane, Place, Work
from publisher.engine.steps import Steps
from publisher.platforms.errors import PlatformError
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.sending import Job

log = logging.getLogger(__name__)

LOOK = "look"
LOOKS_AT_ONCE = 4
#: Where what is not to be sent at all is written down.
NO_PLATFORM = "none"
#: The most that is claimed in one statement.
MOST_AT_ONCE = 64


class Engine:
    """Sends claimed deliveries.

    :param threads: how many may talk at once with each platform
    """

    def __init__(self, app: Flask, *, owner: str, threads: int) -> None:
        self.steps = Steps(app, owner=owner)
        self._threads = threads
        #: So many more than may talk may be claimed, so that no talk waits for the database; not
        #: many, because their leases run.
        self._ahead = max(1, threads // 2)
        self._lanes: dict[str, Lane] = {}
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
        counts = {name: lane.taken for name, lane in list(self._lanes.items()) if name != LOOK}
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
            self._start(_lane_of(job), self._threads, partial(self.steps.deliver, claim, job))

    def free_to_look(self) -> int:
        """Return how many looks could start at once now."""
        lane = self._lanes.get(LOOK)
        return LOOKS_AT_ONCE if lane is None else max(0, LOOKS_AT_ONCE - len(lane.under_way()))

    def look(self, claims: list[Claim]) -> None:
        """Start reading accounts back; returns at once. Looks have a lane of their own: a backlog
        of sending must not keep doubts waiting."""
        for claim in claims:
            self._start(LOOK, LOOKS_AT_ONCE, partial(self._look, claim))

    def _look(self, claim: Claim, _place: Place) -> None:
        self.steps.look(claim)

    def _start(self, name: str, talks: int, work: Work) -> None:
        if name not in self._lanes:
            self._lanes[name] = Lane(name, talks, left=self._left)
        self._lanes[name].start(work, self._finished)

    def _left(self, lane: Lane) -> None:
        if self._more and lane.taken <= lane.talks:
            self._wake.set()

    def _finished(self, future: "Future[None]") -> None:
        if not future.cancelled() and (error := future.exception()):
            # The row keeps its lease; when that is over, the tick recovers it.
            log.error("a delivery stopped halfway", exc_info=error)

    def finish(self, *, timeout_s: float | None) -> bool:
        """Wait until nothing is being sent any more; False when it takes too long."""
        running = [future for lane in list(self._lanes.values()) for future in lane.under_way()]
        return not wait(running, timeout=timeout_s).not_done

    def stop(self, *, timeout_s: float) -> bool:
        """Take nothing new, and let what has begun come to its end; False if it did not."""
        self.steps.stopping.set()
        self._wake.set()
        give_up = clock.running_s() + timeout_s
        if self._dispatcher.is_alive():
            self._dispatcher.join(timeout_s)
        finished = self.finish(timeout_s=max(0, give_up - clock.running_s()))
        for lane in list(self._lanes.values()):
            lane.stop()
        return finished


def _lane_of(job: Job | PlatformError) -> str:
    return NO_PLATFORM if isinstance(job, PlatformError) else job.driver
