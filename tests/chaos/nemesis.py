"""What goes wrong in a run: seeded deeds, each written down when it is done.

The seed fixes which deeds come in which order and at which point of the work; processes being
what they are, not the instruction they hit.
"""

import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import psutil

from publisher.db import db
from publisher.models.deliveries import FINAL, Delivery
from publisher.workflow.delivering.claiming import LEASE
from tests.chaos.clockwork import machine_s
from tests.chaos.proxy import KINDS as WIRE_FAULTS
from tests.chaos.stages import Stage, Worker
from tests.conftest import PostgresServer

#: Faults of the platforms, with their seconds. Those that hang do so longer than a worker waits.
PLATFORM_FAULTS = {
    "drop_before": 0, "drop_after": 0, "half_answer": 0, "cut_answer": 0, "no_id": 0,
    "error_500": 0, "error_500_after": 0, "rate_limit": 60, "hang": 2.5, "slow": 2.5,
}  # fmt: skip
#: Deeds that meet whoever comes next.
ORDERED = {"platform_fault", "wire_fault", "hide", "outage"}
#: Hidden for less than the time between an attempt and its second look.
HIDDEN = timedelta(minutes=2)


@dataclass
class Nemesis:
    """Does deeds by name on a stage, and remembers what they leave to make good."""

    stage: Stage
    rng: random.Random
    #: The most by which a clock is set, forward or back.
    clock_step: timedelta = timedelta(minutes=40)
    log: list[str] = field(default_factory=list)
    #: Workers that ended by themselves, which none should, whatever we do to the rest.
    lost: list[str] = field(default_factory=list)
    kills: int = 0
    #: How far clocks were set apart, or processes frozen, at most.
    slack: timedelta = timedelta(0)
    _began: float = field(default_factory=machine_s)

    def do(self, deed: str) -> None:
        getattr(self, deed)()

    def note(self, text: str) -> None:
        self.log.append(f"{machine_s() - self._began:6.1f} s  {finished():4} final  {text}")

    def mourn(self) -> None:
        """Note who ended without our doing, and put another in its place."""
        for worker in self.stage.workers:
            if worker.alive:
                continue
            if worker.came_up:
                words = worker.words()[-2000:]
                self.lost.append(f"worker {worker.slot} ended by itself: {words}")
            self.note(f"worker {worker.slot} ended by itself, or did not come up")
            worker.start()

    def victim(self) -> Worker:
        return self.rng.choice(self.stage.workers)

    # -- processes

    def kill(self) -> None:
        """kill -9 a worker, and start another in its place."""
        worker = self.victim()
        self.note(f"kill -9 worker {worker.slot}")
        worker.kill()
        self.kills += 1
        worker.start()

    def kill_amid(self) -> None:
        """Kill a worker whose posts are accepted while it still waits for the answers."""
        for platform in ("x", "facebook"):
            self.stage.practice.order_fault(platform, "*", "slow", times=6, seconds=20)
        if not wait_until(lambda: self.stage.practice.ledger(), 60):
            raise AssertionError("nothing was ever sent")
        self.kill()
        self.stage.practice.clear()

    def kill_in_commit(self) -> None:
        """Let a worker die between the begin and the end of a commit."""
        worker = self.victim()
        self.stage.levers.kill_in_commit(worker.slot)
        if not wait_until(lambda: not worker.alive, 10):
            self.stage.levers.spare(worker.slot)
            self.note(f"worker {worker.slot} committed nothing")
            return
        self.note(f"worker {worker.slot} died in a commit")
        self.kills += 1
        worker.start()

    def freeze(self) -> None:
        """Stop a worker for longer than its leases last, then let it go on."""
        worker = self.victim()
        held = LEASE * self.rng.uniform(1.2, 2.2)
        self.note(f"worker {worker.slot} frozen for {held.total_seconds():.0f} s of its clock")
        self.slack = max(self.slack, held)
        worker.freeze()
        time.sleep(held.total_seconds() / self.stage.clock.speed)
        worker.thaw()

    # -- platforms and the wire

    def platform_fault(self) -> None:
        platform = self.rng.choice(("x", "facebook"))
        kind = self.rng.choice(sorted(PLATFORM_FAULTS))
        times = self.rng.randint(1, 3)
        self.note(f"{platform}: {kind} × {times}")
        self.stage.practice.order_fault(
            platform, "*", kind, times=times, seconds=PLATFORM_FAULTS[kind]
        )

    def hide(self) -> None:
        """Let posts stay hidden for a while from those who read an account back."""
        platform = self.rng.choice(("x", "facebook"))
        self.note(f"{platform}: the answer to a post is lost, and reading shows it late")
        order = self.stage.practice.order_fault
        order(platform, "*", "hidden", times=3, seconds=HIDDEN.total_seconds(), on="read")
        order(platform, "*", "drop_after", times=3)

    def outage(self) -> None:
        platform, seconds = self.rng.choice(("x", "facebook")), self.rng.uniform(0.5, 2)
        self.note(f"{platform}: out of service for {seconds:.1f} s")
        self.stage.practice.order_fault(platform, "*", "outage", times=0, seconds=seconds)

    def wire_fault(self) -> None:
        kind, times = self.rng.choice(sorted(WIRE_FAULTS)), self.rng.randint(1, 3)
        self.note(f"wire: {kind} × {times}")
        self.stage.proxy.order(kind, times)

    def refuse(self) -> None:
        self.note("wire: connections refused for 1 s")
        self.stage.proxy.refuse()
        time.sleep(1)
        self.stage.proxy.accept()

    def names(self) -> None:
        self.note("no name resolves for 1 s")
        self.stage.levers.break_names()
        self.stage.proxy.drop()
        time.sleep(1)
        self.stage.levers.mend_names()

    # -- clocks

    def set_clock(self) -> None:
        """Set the clock of one worker forward or back; the platforms' clock stays right."""
        worker = self.victim()
        step = self.clock_step * self.rng.uniform(-1, 1)
        self.note(f"clock of worker {worker.slot} set by {step.total_seconds():.0f} s")
        self.slack = max(self.slack, abs(step))
        self.stage.levers.set_clock(worker.slot, step.total_seconds())

    # -- the database

    def restart_database(self) -> None:
        self.note("PostgreSQL: restart -m immediate")
        restart_at_once(self.stage.postgres)
        db.session.remove()
        db.engine.dispose()

    # -- the broker

    def kill_broker(self) -> None:
        """The broker dies with all it held, and comes back empty after a while."""
        self.note("broker killed for 1 s")
        self.stage.broker.kill()
        time.sleep(1)
        self.stage.broker.start()

    def empty_broker(self) -> None:
        self.note("broker: FLUSHALL")
        self.stage.broker.empty()

    # -- the disk

    def fill_disk(self) -> None:
        """Leave the database no byte of room for a while.

        On a disk of its own the disk is filled; elsewhere the worker may write no longer files.
        """
        if self.stage.small_disk:
            self._fill_small_disk()
        else:
            self._allow_no_bytes()

    def _fill_small_disk(self) -> None:
        _shrink_log()  # else its blocks, though empty, would still have room
        ballast = self.stage.database.with_name("ballast")
        with ballast.open("wb", buffering=0) as file:
            _fill(file)
            self.note(f"disk full: {ballast.stat().st_size} bytes of ballast")
            time.sleep(1.5)
        ballast.unlink()

    def _allow_no_bytes(self) -> None:
        worker = self.victim()
        soft, hard = worker.process.rlimit(psutil.RLIMIT_FSIZE)
        worker.process.rlimit(psutil.RLIMIT_FSIZE, (4096, hard))
        self.note(f"worker {worker.slot} can write no file beyond 4096 bytes")
        time.sleep(1.5)
        if worker.alive:
            worker.process.rlimit(psutil.RLIMIT_FSIZE, (soft, hard))

    # -- afterwards

    def make_good(self) -> None:
        """End every fault; whatever was broken works again."""
        self.stage.practice.clear()
        self.stage.proxy.clear()
        self.stage.levers.mend_names()
        for worker in self.stage.workers:
            self.stage.levers.set_clock(worker.slot, 0)
            if worker.frozen:
                worker.thaw()
        self.mourn()
        self.note("all faults ended")


def restart_at_once(server: PostgresServer) -> None:
    """Let PostgreSQL stop without a word to anybody, and recover from its log."""
    package = server._server
    command = [package.bin_path / "pg_ctl", "-D", package.pgdata, "-l", package.log]
    command += ["-m", "immediate", "-w", "restart"]
    subprocess.run(
        command, check=True, user=package.system_user, cwd="/", timeout=60,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _shrink_log() -> None:
    """Let SQLite give back the blocks of its log."""
    with db.engine.connect() as connection:
        connection.rollback()
        connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(file) -> None:
    block = b"\0" * 4096
    try:
        while True:
            file.write(block)
    except OSError:
        return


def finished() -> int:
    """Return how many deliveries have come to an end."""
    query = db.select(db.func.count()).select_from(Delivery).where(Delivery.status.in_(FINAL))
    return fresh(lambda: db.session.scalar(query))


def fresh(read: Callable[[], object]):
    """Read what is committed now, and hold nothing afterwards."""
    db.session.rollback()
    db.session.info["read_only"] = True
    try:
        return read()
    finally:
        db.session.rollback()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether `condition` came to hold within so many seconds of the machine."""
    give_up = machine_s() + seconds
    while machine_s() < give_up:
        if condition():
            return True
        time.sleep(0.05)
    return False
