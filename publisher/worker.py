"""The clock of Siar: once a second, find what is due and hand it to the engine.

APScheduler ticks and does nothing else; the rows are the schedule, so a tick that is late,
doubled or lost changes nothing. On SQLite one worker at a time is guaranteed by a lock file,
and therefore whatever another one held is known to be abandoned.
"""

import fcntl
import gc
import logging
import os
import secrets
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from publisher import clock
from publisher.db import db
from publisher.engine import open_engine
from publisher.engine.checking import Checker
from publisher.platforms import driver_class
from publisher.workflow import signing
from publisher.workflow.delivering import (
    by_hand,
    claiming,
    glancing,
    pulse,
    righting,
    stopping,
)

log = logging.getLogger(__name__)

TICK_S = 1
HEARTBEAT_EVERY = timedelta(seconds=5)
#: A clock that was set by more than this would silence a timer that waits for a wall time.
CLOCK_STEP_S = 1.5
#: The longest a driver may still be busy when we are asked to stop.
DRAIN_S = 40


class OneAtATime:
    """A lock file: held for as long as this process lives, whatever ends it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def hold(self) -> bool:
        """Return whether the lock is ours, taking it if it is free. No path: always."""
        if self._path is None or self._file is not None:
            return True
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file  # closed by `release`, or by the end of the process
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class Worker:
    """Ticks until stopped. Any number may run on PostgreSQL; on SQLite the others stand by."""

    def __init__(self, app: Flask) -> None:
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.engine = open_engine(app, owner=self.owner)
        self.steps = self.engine.steps
        self.checker = Checker(app, self.steps)
        self._app = app
        self._lock = OneAtATime(_lock_path(app))
        self._at_work = False
        self._due = True
        self._beaten_at: datetime | None = None
        self._stopped = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self, *, warm_up_after_s: float = 0) -> None:
        """Begin to tick; returns at once.

        :param warm_up_after_s: when to load the drivers, which takes 0.8 s of the processor;
            later where pages of the same process are just being asked for
        """
        self._scheduler.add_job(self._safe_tick, "interval", seconds=TICK_S, id="tick")
        self._scheduler.start()
        threading.Thread(target=self._watch_clock, name="clock-watch", daemon=True).start()
        given = (warm_up_after_s,)
        threading.Thread(target=self._warm_up, args=given, name="warm-up", daemon=True).start()
        log.info("worker %s started", self.owner)

    def stop(self) -> None:
        """Take nothing new, let what is being sent come to its end."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self.checker.stop()
        if self.engine.stop(timeout_s=DRAIN_S):
            self._lock.release()  # else the end of this process does it, with its last thread
        log.info("worker %s stopped", self.owner)

    def tick(self) -> bool:
        """Settle what dead workers left, then start what is due; False if we only stand by."""
        if not self.settle():
            return False
        if self._due:
            self.engine.wake()
        self.checker.wake()
        return True

    def settle(self) -> bool:
        """Settle what dead workers left, and look where the outcome is unknown."""
        if not self._lock.hold():
            return False
        at = self.steps.now()
        self.steps.keep_leases()
        until = at + timedelta(seconds=TICK_S)
        seen = self.steps.transact(lambda: glancing.glance(at=at, next_at=until), read_only=True)
        if self._heartbeat_is_due(at):
            self.steps.agree_on_time()
            self.steps.transact(self._beat)
        if seen.unsettled or seen.due or not self._at_work:
            self.steps.transact(self._settle)
        if seen.doubtful or seen.unsettled:
            self._look_at_doubts()
        self._due = seen.due or seen.unsettled
        if seen.soon:
            self._tick_in(seen.soon - at)
        return True

    def _tick_in(self, wait: timedelta) -> None:
        """Tick once before a second is over: nine is nine o'clock."""
        if self._scheduler.running:
            self._scheduler.modify_job("tick", next_run_time=clock.now() + wait)

    def _look_at_doubts(self) -> None:
        at, limit = self.steps.now(), self.engine.free_to_look()
        self.engine.look(self.steps.transact(lambda: claiming.claim_lookups(at=at, limit=limit)))

    def _heartbeat_is_due(self, at: datetime) -> bool:
        return self._beaten_at is None or abs(at - self._beaten_at) >= HEARTBEAT_EVERY

    def _beat(self) -> None:
        self._beaten_at = self.steps.now()
        if righting.set_right(at=self._beaten_at):
            log.warning("the clock was ahead before, and was set back")
        pulse.beat(self.owner, at=self._beaten_at)

    def _settle(self) -> None:
        at = self.steps.now()
        if not self._at_work and _is_sqlite():
            claiming.forsake_leases(at=at, owner=self.owner)
        self._at_work = True
        claiming.wake_accounts(at=at)
        claiming.recover(at=at)
        stopping.put_aside(at=at)
        signing.hold_all(at=at, only_due=True)  # before anything is handed to a person
        by_hand.hand_over_due(at=at)
        claiming.give_up_late(at=at)
        by_hand.give_up_unproved(at=at)

    def _safe_tick(self) -> None:
        try:
            self.tick()
        except Exception:  # the next tick is in a second; a database may be restarting
            log.exception("tick failed")

    def _warm_up(self, after_s: float) -> None:
        """Load the drivers that will be needed, so that nothing due waits for them."""
        if self._stopped.wait(after_s):
            return
        try:
            for driver in self.steps.transact(claiming.drivers_in_use, read_only=True):
                driver_class(driver).load()
            gc.freeze()  # what is loaded now stays; no collection need walk it again
        except Exception:  # the first to send loads them then
            log.exception("warming up failed")

    def _watch_clock(self) -> None:
        """Tick at once when somebody sets the clock: the timer would sleep until its old time."""
        known = clock.drift_s()
        while not self._stopped.wait(0.5):
            drift = clock.drift_s()
            if abs(drift - known) > CLOCK_STEP_S:
                log.warning("the clock was set by %.1f s", drift - known)
                self._scheduler.modify_job("tick", next_run_time=clock.now())
            known = drift


def _lock_path(app: Flask) -> Path | None:
    with app.app_context():
        url = db.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(f"{url.database}.worker.lock")


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
