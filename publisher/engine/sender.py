"""A sender of the distributed engine: a process that sends for one platform what it is told.

It is a Celery worker with threads. SIGTERM lets what has begun come to its end and gives back
what has not; what SIGKILL interrupts is found by its lease, as with any dead worker.
"""

import logging
import os
import socket
import threading
from functools import partial
from typing import Any

from celery.signals import worker_shutting_down
from flask import Flask

from publisher.engine.batches import Batches
from publisher.engine.distributed import DELIVER, celery_app, queue_of
from publisher.engine.steps import Steps
from publisher.platforms.errors import PlatformError
from publisher.workflow.delivering import handing_over, loading
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.sending import Job

log = logging.getLogger(__name__)

#: How often a sender says that it is alive and extends the leases of what it prepares.
BEAT_EVERY_S = 5


class Sender:
    """Sends for `platform` with up to `threads` at once, until SIGTERM."""

    def __init__(self, app: Flask, platform: str, *, threads: int) -> None:
        where = f"{socket.gethostname()}:{os.getpid()}"
        self.name = handing_over.sender_name(platform, threads=threads, where=where)
        self.steps = Steps(app, owner=self.name)
        self._app = app
        self._arrivals = Batches(self._arrive)
        self._leaving = threading.Event()
        self._platform = platform
        self._threads = threads
        self._celery = celery_app(app.config["ENGINE_URL"])
        self._celery.task(self.deliver, name=DELIVER)

    def run(self) -> None:
        """Work until a signal ends it; returns when what had begun has come to its end."""
        worker = self._celery.Worker(
            hostname=self.name,
            pool="threads",
            concurrency=self._threads,
            queues=[queue_of(self._platform)],
            without_gossip=True,
            without_mingle=True,
            loglevel=logging.WARNING,
            quiet=True,
        )
        self.steps.agree_on_time()
        beat = threading.Thread(target=self._beat, name="beat", daemon=True)
        beat.start()
        worker_shutting_down.connect(self._begin_leaving, weak=False)
        log.info("%s started", self.name)
        try:
            worker.start()
        finally:
            self.steps.stopping.set()
            beat.join()
            self.steps.transact(partial(handing_over.leave, self.name, at=self.steps.now()))
            log.info("%s stopped", self.name)

    def _begin_leaving(self, **_: Any) -> None:
        """Let nothing more be claimed for us; what has begun keeps its lease."""
        self._leaving.set()

    def deliver(self, delivery_id: int, fence: int) -> None:
        """Carry out one message. One that is late, or comes twice, has no effect."""
        claim = Claim(delivery_id=delivery_id, fence=fence)
        try:
            job = self._arrivals.do(claim)
            if job is not None:
                self.steps.deliver(claim, job)
        except Exception:  # the row keeps its lease; when that is over, the tick recovers it
            log.exception("delivery %s stopped halfway", delivery_id)

    def _arrive(self, claims: list[Claim]) -> list[Job | PlatformError | None]:
        """Take over and read what was told; None for what is not ours to send."""
        vault, at = self._app.extensions["vault"], self.steps.now()

        def taken() -> dict[Claim, Job | PlatformError]:
            mine = handing_over.take_over(claims, owner=self.name, at=at)
            return dict(loading.load(mine, vault=vault))

        jobs = self.steps.transact(taken)
        return [jobs.pop(claim, None) for claim in claims]  # once, if a message came twice

    def _beat(self) -> None:
        while True:
            try:
                self.steps.agree_on_time()
                self.steps.keep_leases()
                at = self.steps.now()
                sign = handing_over.leave if self._leaving.is_set() else handing_over.stand_ready
                self.steps.transact(partial(sign, self.name, at=at))
            except Exception:  # a database may be restarting; the next beat is soon
                log.exception("could not say that %s is alive", self.name)
            if self.steps.stopping.wait(BEAT_EVERY_S):
                return
