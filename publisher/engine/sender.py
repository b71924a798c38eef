"""A sender of the distributed engine: a process that sends for one platform what it is told.

Celery brings messages, a few at a time; threads of our own send, so that one message is read
and taken over at once and one slow delivery of it keeps no other waiting. SIGTERM lets what has
begun come to its end and gives back what has not; what SIGKILL interrupts is found by its lease,
as with any dead worker.
"""

import gc
import logging
import os
import socket
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import sqlalchemy as sa
from celery.signals import worker_shutting_down
from flask import Flask

from publisher import clock
from publisher.engine.distributed import DELIVER, celery_app, queue_of
from publisher.engine.lanes import Place, threads_beside
from publisher.engine.steps import Steps
from publisher.platforms import driver_class
from publisher.platforms.errors import PlatformError
from publisher.workflow.delivering import handing_over, loading
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.sending import Job

log = logging.getLogger(__name__)

#: How often a sender says that it is alive and extends the leases of what it prepares.
BEAT_EVERY_S = 5
#: How soon it says that it has found or lost the broker.
NOTICE_S = 0.5
DATABASE_AGAIN_S = 2
#: Messages that are unpacked at the same time; each waits for threads that are free.
UNPACKERS = 2


class Sender:
    """Sends for `platform` with up to `threads` at once, until SIGTERM."""

    def __init__(self, app: Flask, platform: str, *, threads: int) -> None:
        where = f"{socket.gethostname()}:{os.getpid()}"
        self.name = handing_over.sender_name(platform, threads=threads, where=where)
        self.steps = Steps(app, owner=self.name)
        self._app = app
        self._platform = platform
        self._leaving = threading.Event()
        self._free = threading.Semaphore(threads)
        self._pool = ThreadPoolExecutor(
            threads + threads_beside(threads), thread_name_prefix=platform
        )
        self._celery = celery_app(app.config["ENGINE_URL"])
        self._celery.task(self.take, name=DELIVER)
        self._worker: Any = None

    def run(self) -> int:
        """Work until a signal ends it; returns when what had begun has come to its end, with the
        status of the process."""
        worker = self._worker = self._celery.Worker(
            hostname=self.name,
            pool="threads",
            concurrency=UNPACKERS,
            queues=[queue_of(self._platform)],
            without_gossip=True,
            without_mingle=True,
            loglevel=logging.WARNING,
            quiet=True,
        )
        driver_class(self._platform).load()  # 0.8 s for X, which nobody due should wait for
        gc.freeze()  # as in the worker
        self._wait_for_the_database()
        beat = threading.Thread(target=self._beat, name="beat", daemon=True)
        beat.start()
        worker_shutting_down.connect(self._begin_leaving, weak=False)
        log.info("%s started", self.name)
        try:
            worker.start()
        finally:
            self._pool.shutdown(wait=True)
            self.steps.stopping.set()
            beat.join()
            self.steps.transact(partial(handing_over.leave, self.name, at=self.steps.now()))
            log.info("%s stopped", self.name)
        return worker.exitcode or 0

    def _wait_for_the_database(self) -> None:
        """Begin when the database answers: after a power cut it may start after us."""
        while not self.steps.stopping.is_set():
            try:
                self.steps.agree_on_time()
                break
            except sa.exc.OperationalError as error:
                log.warning("%s waits for the database: %s", self.name, type(error).__name__)
                self.steps.stopping.wait(DATABASE_AGAIN_S)

    def _begin_leaving(self, **_: object) -> None:
        """Let nothing more be claimed for us; what has begun keeps its lease."""
        self._leaving.set()

    # -- one message --------------------------------------------------------------------

    def take(self, told: Sequence[tuple[int, int]]) -> None:
        """Start what a message tells, as threads become free. What is late, or comes twice, has
        no effect."""
        claims = [Claim(delivery_id=delivery_id, fence=fence) for delivery_id, fence in told]
        try:
            left = self._start(claims) if self._wait_for_a_thread() else claims
            if left:
                at = self.steps.now()
                self.steps.transact(lambda: handing_over.take_back(left, owner=self.name, at=at))
        except Exception:  # the rows keep their leases; when those are over, they are recovered
            log.exception("a message was not carried out")

    def _wait_for_a_thread(self) -> bool:
        """Take the next free thread; False when we are leaving."""
        self._free.acquire()
        if self._leaving.is_set():
            self._free.release()
            return False
        return True

    def _start(self, claims: Sequence[Claim]) -> list[Claim]:
        """Send all that is still to be sent, the first on a thread that was taken already; return
        what was not begun because we are leaving.

        All is read at once: under load threads become free one by one, and to take over a claim
        alone costs almost as much as to take over eight.
        """
        try:
            jobs = self._take_over(claims)
        except BaseException:
            self._free.release()
            raise
        if not jobs:
            self._free.release()
        while jobs:
            self._pool.submit(self._deliver, *jobs.popleft())
            if jobs and not self._wait_for_a_thread():
                break
        return [claim for claim, _ in jobs]

    def _take_over(self, claims: Sequence[Claim]) -> deque[tuple[Claim, Job | PlatformError]]:
        vault, at = self._app.extensions["vault"], self.steps.now()

        def taken() -> deque[tuple[Claim, Job | PlatformError]]:
            mine = handing_over.take_over(claims, owner=self.name, at=at)
            return deque(loading.load(mine, vault=vault))

        return self.steps.transact(taken)

    def _deliver(self, claim: Claim, job: Job | PlatformError) -> None:
        place = Place(self._free.release)
        try:
            self.steps.deliver(claim, job, place)
        except Exception:  # as above
            log.exception("delivery %s stopped halfway", claim.delivery_id)
        finally:
            place.leave()

    # -- being there --------------------------------------------------------------------

    def _is_ready(self) -> bool:
        """Return whether messages reach us. What is claimed for a sender that is cut off from the
        broker waits there for nothing, until its lease is over, again and again."""
        consumer = getattr(self._worker, "consumer", None)
        connected = consumer is not None and consumer.connection is not None
        return connected and not self._leaving.is_set()

    def _beat(self) -> None:
        while not self.steps.stopping.is_set():
            ready = self._is_ready()
            try:
                self.steps.agree_on_time()
                self.steps.keep_leases()
                sign = handing_over.stand_ready if ready else handing_over.leave
                self.steps.transact(partial(sign, self.name, at=self.steps.now()))
            except Exception:  # a database may be restarting; the next beat is soon
                log.exception("could not say that %s is alive", self.name)
            again_at = clock.running_s() + BEAT_EVERY_S
            while clock.running_s() < again_at and self._is_ready() == ready:
                if self.steps.stopping.wait(min(NOTICE_S, BEAT_EVERY_S)):
                    break
