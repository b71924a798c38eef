"""Where a delivery runs: a pool of threads in this process.

A step with the database is one short transaction, committed here; between two steps, while a
platform makes us wait, no connection is held. The rows are the queue: one dispatcher claims as
many as there are free threads, so that nothing waits in memory with its lease running, and
whatever dies with this process is found by its lease.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask

from publisher import clock
from publisher.db import db
from publisher.platforms.base import Prepared, Receipt
from publisher.platforms.errors import PlatformError
from publisher.workflow.delivering import claiming, looking, recording, sending
from publisher.workflow.delivering.claiming import Claim

log = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_THREADS = 4
#: The longest a delivery may be prepared under a lease that is extended.
PREPARING_S = 15 * 60
#: Waits between attempts to store an outcome.
RECORD_WAITS_S = (0.2, 1, 3, 10)
IN_FLIGHT_INDEX = "account_in_flight"


class Engine:
    """Sends claimed deliveries with up to `threads` at once."""

    def __init__(self, app: Flask, *, owner: str, threads: int) -> None:
        self._app = app
        self.owner = owner
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="send")
        # Looks have threads of their own: a backlog of sending must not keep doubts waiting.
        self._look_pool = ThreadPoolExecutor(LOOK_THREADS, thread_name_prefix="look")
        self._running: set[Future[None]] = set()
        self._looking: set[Future[None]] = set()
        self._preparing: dict[int, tuple[Claim, float]] = {}
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._more = False
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatch", daemon=True)

    def free(self) -> int:
        """Return how many deliveries could start at once now."""
        with self._guard:
            return max(0, self._threads - len(self._running))

    def free_to_look(self) -> int:
        with self._guard:
            return max(0, LOOK_THREADS - len(self._looking))

    def send(self, claims: list[Claim]) -> None:
        for claim in claims:
            self._start(self._pool, self._running, self.deliver, claim)

    def look(self, claims: list[Claim]) -> None:
        for claim in claims:
            self._start(self._look_pool, self._looking, self._look, claim)

    def stop(self, *, timeout_s: float) -> bool:
        """Take nothing new, and let what has begun come to its end; False if it did not."""
        self._stopping.set()
        self._wake.set()
        give_up = clock.running_s() + timeout_s
        if self._dispatcher.is_alive():
            self._dispatcher.join(timeout_s)
        finished = self.finish(timeout_s=max(0, give_up - clock.running_s()))
        for pool in (self._pool, self._look_pool):
            pool.shutdown(wait=False, cancel_futures=True)
        return finished

    def wake(self) -> None:
        """Let the dispatcher look for what is due; returns at once."""
        if not self._dispatcher.is_alive() and not self._stopping.is_set():
            self._dispatcher.start()
        self._wake.set()

    def _dispatch(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self._send_what_fits()
            except Exception:  # a database may be restarting; the next tick wakes us again
                log.exception("claiming failed")

    def _send_what_fits(self) -> None:
        while (free := self.free()) > 0 and not self._stopping.is_set():
            claims = self.claim(free)
            self.send(claims)
            self._more = len(claims) == free
            if not self._more:
                return

    def send_all_due(self) -> None:
        """Send what is due, wait for it, and again until nothing is; for one round by hand."""
        while claims := self.claim(self._threads):
            self.send(claims)
            self.finish(timeout_s=None)

    def finish(self, *, timeout_s: float | None) -> bool:
        """Wait until nothing is being sent any more; False when it takes too long."""
        with self._guard:
            running = self._running | self._looking
        return not wait(running, timeout=timeout_s).not_done

    def _start(
        self,
        pool: ThreadPoolExecutor,
        running: set[Future[None]],
        work: Callable[[Claim], None],
        claim: Claim,
    ) -> None:
        future = pool.submit(work, claim)
        with self._guard:
            running.add(future)
        future.add_done_callback(self._finished)

    def _finished(self, future: "Future[None]") -> None:
        with self._guard:
            self._running.discard(future)
            self._looking.discard(future)
        if self._more:
            self._wake.set()
        if not future.cancelled() and (error := future.exception()):
            # The row keeps its lease; when that is over, the tick recovers it.
            log.error("a delivery stopped halfway", exc_info=error)

    def transact(self, work: Callable[[], T], *, read_only: bool = False) -> T:
        """Run one step with the database in a transaction of its own, and commit."""
        with self._app.app_context():
            if read_only:
                db.session.info["read_only"] = True
            result = work()
            db.session.commit()
            return result

    # -- one delivery -------------------------------------------------------------------

    def claim(self, limit: int) -> list[Claim]:
        """Take up to `limit` due deliveries; none when another process was just quicker."""
        try:
            return self.transact(
                lambda: claiming.claim_due(at=clock.now(), owner=self.owner, limit=limit)
            )
        except sa.exc.IntegrityError as error:
            if IN_FLIGHT_INDEX not in str(error.orig):
                raise
            return []

    def keep_leases(self) -> None:
        """Extend the lease of what is being prepared: nothing of it is public, and uploads of
        ten photos over a slow line outlast a lease. Not for ever: a thread may hang."""
        now = clock.running_s()
        with self._guard:
            claims = [
                claim for claim, since in self._preparing.values() if now - since < PREPARING_S
            ]
        if claims:
            until = clock.now() + claiming.LEASE
            self.transact(lambda: claiming.extend(claims, owner=self.owner, until=until))

    def deliver(self, claim: Claim) -> None:
        """Prepare, note the intent, publish, record: a commit between each."""
        started_at = clock.now()
        job = self.transact(lambda: self._load(claim), read_only=True)
        if job is None:
            return
        if isinstance(job, PlatformError):
            self._record(claim, job, phase="prepare", started_at=started_at)
            return
        prepared = self._prepare(claim, job)
        if isinstance(prepared, PlatformError):
            self._record(claim, prepared, phase="prepare", started_at=started_at)
            return
        started_at = clock.now()
        begun = self.transact(lambda: recording.begin(job, prepared, at=clock.now()))
        if not begun:  # cancelled, changed or too late; what is still claimed will be recovered
            log.info("delivery %s: may not be sent any more", claim.delivery_id)
            return
        outcome = sending.publish(job, prepared)
        self._record(claim, outcome, phase="publish", started_at=started_at)

    def _prepare(self, claim: Claim, job: sending.Job) -> Prepared | PlatformError:
        with self._guard:
            self._preparing[claim.delivery_id] = (claim, clock.running_s())
        try:
            return sending.prepare(job)
        finally:
            with self._guard:
                self._preparing.pop(claim.delivery_id, None)

    def _load(self, claim: Claim) -> sending.Job | PlatformError | None:
        return recording.load(
            claim,
            store=self._app.extensions["media_store"],
            vault=self._app.extensions["vault"],
        )

    def _record(
        self, claim: Claim, outcome: Receipt | PlatformError, *, phase: str, started_at: datetime
    ) -> None:
        """Store an outcome. What is known must not be lost to a database that is just away."""
        now = clock.now()
        for wait_s in (*RECORD_WAITS_S, None):
            try:
                self.transact(
                    lambda: recording.record(
                        claim, outcome, phase=phase, started_at=started_at, at=now
                    )
                )
                break
            except sa.exc.OperationalError:
                if wait_s is None:
                    raise
                log.warning("delivery %s: outcome not stored yet", claim.delivery_id)
                self._stopping.wait(wait_s)
        log.info("delivery %s: %s", claim.delivery_id, type(outcome).__name__)

    # -- one look -----------------------------------------------------------------------

    def _look(self, claim: Claim) -> None:
        started_at = clock.now()
        vault = self._app.extensions["vault"]
        search = self.transact(lambda: looking.load_search(claim, vault=vault), read_only=True)
        if search is None:
            return
        found = search if isinstance(search, PlatformError) else sending.look(search)
        now = clock.now()
        self.transact(lambda: looking.record_look(claim, found, started_at=started_at, at=now))
