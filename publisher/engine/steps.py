"""What a worker does with one claim, from loading it to writing down what came of it.

A step with the database is one short transaction, committed here; between two steps, while a
platform makes us wait, no connection is held.
"""

import itertools
import logging
import threading
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask

from publisher import clock
from publisher.db import database_now, db
from publisher.engine.batches import DATABASE_AWAY, Batches
from publisher.engine.lanes import NOWHERE, Place
from publisher.platforms.base import Driver, Handover, Prepared, Receipt
from publisher.platforms.errors import PlatformError
from publisher.workflow.delivering import (
    beginning,
    claiming,
    keeping,
    loading,
    looking,
    recording,
    sending,
)
from publisher.workflow.delivering.claiming import Claim
from publisher.workflow.delivering.sending import Access, Job

log = logging.getLogger(__name__)

T = TypeVar("T")

#: The longest a delivery may be prepared under a lease that is extended.
PREPARING_S = 15 * 60
#: A process that was frozen this long after it noted its intent sends no more: by the time its
#: request ends, another worker may have read the account back. The longest request is 80 s, and
#: a lease 120 s.
FROZEN_S = 30
#: Waits between attempts to store an outcome; the last one again and again.
RECORD_WAITS_S = (0.2, 1, 3, 10)
#: For so long a thread keeps what a platform answered while the database is away: nobody else
#: knows it, and a channel that cannot be read back would wait for a person.
RECORD_FOR_S = 60 * 60
#: The database cannot be reached, takes nothing just now, or has no connection to spare.
CANNOT_STORE = (*DATABASE_AWAY, sa.exc.InternalError, sa.exc.TimeoutError)
IN_FLIGHT_INDEX = "account_in_flight"


class Steps:
    """The steps of deliveries for one worker, known to the rows as `owner`."""

    def __init__(self, app: Flask, *, owner: str) -> None:
        self._app = app
        self.owner = owner
        self._batches: Batches[beginning.Begin | recording.End, bool] = Batches(
            lambda items: self.transact(lambda: recording.write(items))
        )
        self._preparing: dict[int, tuple[Claim, float]] = {}
        self._guard = threading.Lock()
        self._ahead = timedelta(0)
        #: Set when the worker is asked to stop: what waits, waits no longer.
        self.stopping = threading.Event()

    def now(self) -> datetime:
        """Return this moment by the clock of the database, which all workers share."""
        return clock.now() + self._ahead

    def agree_on_time(self) -> None:
        """Learn how far the database's clock is ahead of this machine's."""
        theirs = self.transact(database_now, read_only=True)
        self._ahead = theirs - clock.now() if theirs else timedelta(0)

    def transact(self, work: Callable[[], T], *, read_only: bool = False) -> T:
        """Run one step with the database in a transaction of its own, and commit."""
        with self._app.app_context():
            if read_only:
                db.session.info["read_only"] = True
            result = work()
            db.session.commit()
            return result

    def for_each(self, items: Iterable[T], work: Callable[[T], object]) -> None:
        """Do something for each of several, until the worker is to stop. One that fails is logged
        and keeps none of the others waiting, unless the database itself is away."""
        for item in items:
            if self.stopping.is_set():
                return
            try:
                work(item)
            except sa.exc.OperationalError:
                raise
            except Exception:  # it is tried again in the next round
                log.exception("%s failed for %s", getattr(work, "__name__", "step"), item)

    def claim(self, limit: int, *, busy: Collection[str] = ()) -> list[Claim]:
        """Take up to `limit` due deliveries; none when another process was just quicker.

        :param busy: platforms that have enough to do
        """
        at = self.now()
        try:
            return self.transact(
                lambda: claiming.claim_due(at=at, owner=self.owner, limit=limit, busy=busy)
            )
        except sa.exc.IntegrityError as error:
            if IN_FLIGHT_INDEX not in str(error.orig):
                raise
            return []

    def load(self, claims: Collection[Claim]) -> list[tuple[Claim, Job | PlatformError]]:
        """Read what is to be sent, all of it at once; what is not ours any more is left out."""
        vault = self._app.extensions["vault"]
        return self.transact(lambda: loading.load(claims, vault=vault), read_only=True)

    def keep_leases(self) -> None:
        """Extend the lease of what is being prepared: nothing of it is public, and uploads of
        ten photos over a slow line outlast a lease. Not for ever: a thread may hang."""
        now = clock.running_s()
        with self._guard:
            claims = [
                claim for claim, since in self._preparing.values() if now - since < PREPARING_S
            ]
        if claims:
            until = self.now() + claiming.LEASE
            self.transact(lambda: claiming.extend(claims, owner=self.owner, until=until))

    def deliver(self, claim: Claim, job: Job | PlatformError, place: Place = NOWHERE) -> None:
        """Prepare, note the intent, publish, record: a commit between each.

        :param place: among those that talk with the platform; left when it has answered
        """
        started_at = self.now()
        if isinstance(job, PlatformError):
            self._record(claim, job, phase="prepare", started_at=started_at)
            return
        driver = sending.connect(job)
        if isinstance(driver, PlatformError):
            self._record(claim, driver, phase="prepare", started_at=started_at)
            return
        self._deliver(claim, job, driver, place)
        self._keep(job, driver)

    def _deliver(self, claim: Claim, job: Job, driver: Driver, place: Place) -> None:
        started_at = self.now()
        prepared = self._prepare(claim, driver, job)
        if isinstance(prepared, PlatformError):
            self._record(claim, prepared, phase="prepare", started_at=started_at)
            return
        started_at, since = self.now(), clock.running_s()
        spacing = timedelta(seconds=self._app.config["SPACING_S"])
        begun = self._batches.do(
            beginning.Begin(job=job, prepared=prepared, at=started_at, spacing=spacing)
        )
        if not begun:  # cancelled, changed or too late; what is still claimed will be recovered
            log.info("delivery %s: may not be sent any more", claim.delivery_id)
            return
        if clock.running_s() - since > FROZEN_S:
            log.warning("delivery %s: frozen after its intent, not sent", claim.delivery_id)
            return  # its lease ends, and it is looked for
        outcome = sending.publish(driver, prepared)
        place.leave()
        self._record(claim, outcome, phase="publish", started_at=started_at)

    def _prepare(self, claim: Claim, driver: Driver, job: Job) -> Prepared | PlatformError:
        with self._guard:
            self._preparing[claim.delivery_id] = (claim, clock.running_s())
        try:
            address = partial(self._app.extensions["gallery"].address, at=self.now())
            store = self._app.extensions["media_store"]
            return sending.prepare(driver, job, store, address)
        finally:
            with self._guard:
                self._preparing.pop(claim.delivery_id, None)

    def _record(
        self,
        claim: Claim,
        outcome: Receipt | Handover | PlatformError,
        *,
        phase: str,
        started_at: datetime,
    ) -> None:
        """Store an outcome. What is known must not be lost to a database that is just away."""
        end = recording.End(
            claim=claim, outcome=outcome, phase=phase, started_at=started_at, at=self.now()
        )
        give_up = clock.running_s() + RECORD_FOR_S
        for tries in itertools.count():
            try:
                self._batches.do(end)
                break
            except CANNOT_STORE:
                enough = tries >= len(RECORD_WAITS_S)
                if enough and (self.stopping.is_set() or clock.running_s() > give_up):
                    raise
                log.warning("delivery %s: outcome not stored yet", claim.delivery_id)
                self.stopping.wait(RECORD_WAITS_S[-1 if enough else tries])
        log.info("delivery %s: %s", claim.delivery_id, type(outcome).__name__)

    def look(self, claim: Claim) -> None:
        """Read an account back after an unknown outcome, and write down what it told."""
        started_at = self.now()
        vault = self._app.extensions["vault"]
        search = self.transact(lambda: looking.load_search(claim, vault=vault), read_only=True)
        if search is None:
            return
        if isinstance(search, PlatformError):
            self._record_look(claim, search, started_at=started_at)
            return
        driver = sending.connect(search)
        found = driver if isinstance(driver, PlatformError) else sending.look(driver, search)
        self._record_look(claim, found, started_at=started_at)
        if isinstance(driver, Driver):
            self._keep(search, driver)

    def _record_look(
        self, claim: Claim, found: Receipt | PlatformError | None, *, started_at: datetime
    ) -> None:
        now = self.now()
        self.transact(lambda: looking.record_look(claim, found, started_at=started_at, at=now))

    def _keep(self, access: Access, driver: Driver) -> None:
        """Store what the talk made of the credentials. Nothing that was recorded hangs on it."""
        changed = sending.changed(driver)
        if changed is None:
            return
        vault = self._app.extensions["vault"]
        try:
            self.transact(lambda: keeping.keep(access, changed, vault=vault))
        except sa.exc.OperationalError:
            log.warning("account %s: its changed session was not stored", access.account_id)
