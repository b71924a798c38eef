"""How fast what is due goes out, with every guarantee, beside a bare pool that has none."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import sqlalchemy as sa

from bench import stage as stages
from bench.measure import Figure
from publisher import clock
from publisher.db import db
from publisher.models.deliveries import Attempt, Delivery, DeliveryStatus
from publisher.platforms import open_driver
from publisher.platforms.base import Outgoing
from publisher.worker import Worker

THREADS = 64
GIVE_UP_S = 180


def due_500() -> list[Figure]:
    """500 posts due at once on a platform that answers in 100 ms: when is the last one out?"""
    late_s, copies = _send(500, latency_ms=100)
    floor = 500 * 0.1 / THREADS
    assert copies == 500, copies
    return [
        Figure(name="due_500", value=round(late_s, 2), unit="s", target=6, better="lower",
               floor=round(floor, 2), database="sqlite"),
    ]  # fmt: skip


def dispatch_vs_floor() -> list[Figure]:
    """Deliveries a second of the whole engine ÷ a bare thread pool with the same clients."""
    count = 600
    with stages.stage(latency_ms=150, threads=THREADS) as stage:
        bare_s = _bare_pool(stage, count)
    late_s, copies = _send(count, latency_ms=150)
    assert copies == count, copies
    return [
        Figure(name="dispatch_vs_floor", value=round(bare_s / late_s, 3), unit="ratio",
               target=0.667, better="higher", floor=1, database="sqlite"),
    ]  # fmt: skip


def one_due_late_s() -> list[Figure]:
    """Start minus due of single posts on an idle Siar: p99 of 60 posts, two a second."""
    with stages.stage(threads=THREADS) as stage:
        start = clock.now() + timedelta(seconds=4)
        _, drafter, reviewer = stages.add_region(clock.now())
        accounts = stages.add_accounts(stage, drafter, 60)
        for number, account in enumerate(accounts):
            due = start + timedelta(seconds=number * 0.5)
            stages.add_due([account], drafter, reviewer, due=due, at=clock.now())
        _run_until_out(stage, len(accounts))
        lates = sorted(
            (begun - due).total_seconds()
            for due, begun in db.session.execute(
                sa.select(Delivery.due_at, sa.func.min(Attempt.started_at))
                .join(Attempt, Attempt.delivery_id == Delivery.id)
                .group_by(Delivery.id)
            )
        )
    return [
        Figure(name="one_due_late_s", value=round(lates[int(len(lates) * 0.99)], 3), unit="s",
               target=1.2, better="lower", floor=1.0, database="sqlite"),
    ]  # fmt: skip


def _send(count: int, *, latency_ms: float) -> tuple[float, int]:
    """Return how late the last of `count` posts due at once was, and how many copies are out."""
    with stages.stage(latency_ms=latency_ms, threads=THREADS) as stage:
        _, drafter, reviewer = stages.add_region(clock.now())
        accounts = stages.add_accounts(stage, drafter, count)
        tomorrow = clock.now() + timedelta(days=1)
        stages.add_due(accounts, drafter, reviewer, due=tomorrow, at=clock.now())
        due = clock.now() + timedelta(seconds=3)
        window = {"due_at": due, "next_at": due, "publish_by": due + timedelta(hours=6)}
        db.session.execute(sa.update(Delivery).values(**window))
        last = _run_until_out(stage, count)
        return (last - due).total_seconds(), len(stage.practice.ledger())


def _run_until_out(stage: stages.Stage, count: int) -> datetime:
    """Run a worker until `count` deliveries are out; return when the last one was."""
    db.session.commit()
    worker = Worker(stage.app)
    worker.start()
    try:
        give_up = time.monotonic() + GIVE_UP_S
        while time.monotonic() < give_up:
            time.sleep(0.25)
            done, last = _progress()
            if done == count and last is not None:
                return last
        raise RuntimeError("not everything went out in time")
    finally:
        worker.stop()


def _progress() -> tuple[int, datetime | None]:
    with db.engine.connect().execution_options(read_only=True) as connection:
        query = sa.select(sa.func.count(), sa.func.max(Delivery.published_at))
        row = connection.execute(query.where(Delivery.status == DeliveryStatus.PUBLISHED)).one()
        return row[0], row[1]


def _bare_pool(stage: stages.Stage, count: int) -> float:
    """Return the seconds a pool without any guarantee needs for the same posts."""
    for number in range(1, count + 1):
        stage.practice.register(
            platform="x", remote_id=str(10_000 + number), handle=f"akun{number}",
            credentials=stages.credentials(10_000 + number),
        )  # fmt: skip

    def send(number: int) -> None:
        driver = open_driver("x", stages.credentials(10_000 + number))
        driver.publish(driver.prepare(Outgoing(text=f"Kegiatan nomor {number}.")))

    with ThreadPoolExecutor(THREADS) as pool:
        started = time.perf_counter()
        list(pool.map(send, range(1, count + 1)))
        return time.perf_counter() - started
