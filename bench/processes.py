"""The processes a benchmark starts: workers, and bare pools. Each is ended by its own handle."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import sqlalchemy as sa

from bench.measure import ROOT
from bench.stage import CELERY, Stage
from publisher.db import db
from publisher.models.audit import Heartbeat
from publisher.models.deliveries import Delivery, DeliveryStatus

STARTING_S = 60
ENDING_S = 60


class WorkerProcess:
    """One `flask worker` on a stage, or a `flask sender` of a distributed engine."""

    def __init__(self, stage: Stage, *command: str, number: int = 0) -> None:
        self._errors = stage.folder / f"{command[0]}-{number}.log"
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", *command],
                cwd=ROOT, env=stage.environment, stdout=errors, stderr=errors,
            )  # fmt: skip
        self.pid = self._process.pid

    @property
    def peak_mb(self) -> float:
        """The most memory it ever had in RAM, in MB of a million bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6

    @property
    def said(self) -> str:
        """The end of what it wrote."""
        return self._errors.read_text(encoding="utf-8")[-3000:]

    @property
    def cpu_s(self) -> float:
        return cpu_s(self.pid)

    def check(self) -> None:
        """Stop the benchmark if the worker has ended by itself."""
        if self._process.poll() is not None:
            raise RuntimeError(f"the worker ended by itself:\n{self.said}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Let it finish; after a minute, no longer."""
        self._process.terminate()
        try:
            self._process.wait(timeout=ENDING_S)
        except subprocess.TimeoutExpired:
            self.kill()


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


@contextmanager
def workers(stage: Stage, count: int = 1) -> Iterator[list[WorkerProcess]]:
    """Run worker processes; give them once each has said that it is at work.

    On a stage with a distributed engine there is one worker and `count` senders.
    """
    db.session.commit()  # what the benchmark prepared; and nobody must wait for it
    started: list[WorkerProcess] = []
    try:
        if stage.database == CELERY:
            started += [WorkerProcess(stage, "sender", "x", number=each) for each in range(count)]
            count = 1
        started += [WorkerProcess(stage, "worker", number=each) for each in range(count)]
        for worker in started:
            wait_until(
                lambda worker=worker: _is_at_work(worker), STARTING_S, "a worker did not start"
            )
        yield started
    finally:
        for worker in started:
            with suppress(ProcessLookupError):
                worker.stop()


def _is_at_work(worker: WorkerProcess) -> bool:
    worker.check()
    # A worker is called host:pid:chance, a sender …:host:pid.
    name = (Heartbeat.name + ":").contains(f":{worker.pid}:")
    return bool(ask(sa.select(sa.func.count()).select_from(Heartbeat).where(name)))


def ask(query: sa.Select) -> object:
    """Return one value, read in a transaction of its own."""
    with db.engine.connect().execution_options(read_only=True) as connection:
        return connection.scalar(query)


def count_by_status() -> dict[DeliveryStatus, int]:
    """Return how many deliveries stand in each status; those in which none stands are left out."""
    query = sa.select(Delivery.status, sa.func.count()).group_by(Delivery.status)
    with db.engine.connect().execution_options(read_only=True) as connection:
        return dict(connection.execute(query).all())


def wait_until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Ask until something holds.

    :raises RuntimeError: with `otherwise`, if it does not within `seconds`
    """
    give_up = time.monotonic() + seconds
    while not true():
        if time.monotonic() > give_up:
            raise RuntimeError(otherwise)
        time.sleep(0.25)


def run_bare_pools(stage: Stage, accounts: list[range], threads: int) -> None:
    """Publish on `accounts` from a process for each range: the real clients and nothing else."""
    address = (stage.environment["PLATFORM_GATEWAY"], stage.environment.get("PLATFORM_GATEWAY_CA"))
    begin = time.time() + 3  # by then all have loaded what they need
    pools = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.bare", address[0], address[1] or "",
             str(threads), str(span.start), str(span.stop), str(begin)],
            cwd=ROOT, env=stage.environment,
        )
        for span in accounts
    ]  # fmt: skip
    try:
        if any(pool.wait(timeout=120) for pool in pools):
            raise RuntimeError("a bare pool failed")
    finally:
        for pool in pools:
            pool.kill()
            pool.wait()
