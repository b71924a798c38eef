"""What a worker costs with nothing to do, and how soon the next one settles what one left."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from bench import rows
from bench.delivering import approve
from bench.measure import Figure
from bench.processes import ask, wait_until, workers
from bench.stage import POSTGRESQL, SQLITE, stage
from publisher import clock
from publisher.models.deliveries import FINAL, Delivery, DeliveryStatus
from publisher.workflow.delivering.claiming import LEASE

_S = DeliveryStatus
IDLE_S = 60
#: After its start a worker loads what it needs at its first tick.
SETTLING_S = 5
IN_FLIGHT = 64
#: So slow that all of them are on their way at the same moment.
SLOW_MS, QUICK_MS = 4000, 150
RECOVERING_S = LEASE.total_seconds() + 60


def tick_idle() -> list[Figure]:
    """Processor of a worker with nothing to do, over a minute, in per cent of one core."""
    with stage(SQLITE) as one:
        rows.add_region(clock.now())
        with workers(one) as (small,), stage(POSTGRESQL) as other:
            rows.add_region(clock.now())
            with workers(other) as (large,):
                time.sleep(SETTLING_S)
                before = [small.cpu_s, large.cpu_s]
                time.sleep(IDLE_S)
                used = [small.cpu_s - before[0], large.cpu_s - before[1]]
    return [
        Figure(name="tick_idle", value=round(100 * seconds / IDLE_S, 2), unit="%", target=1,
               better="lower", floor=0, database=database)
        for database, seconds in zip((SQLITE, POSTGRESQL), used, strict=True)
    ]  # fmt: skip


def recovery() -> list[Figure]:
    """From kill -9 with 64 posts on their way until each is final or was looked for."""
    with ThreadPoolExecutor(2) as both:  # they wait for a lease, and not for one another
        return list(both.map(_recovery, (SQLITE, POSTGRESQL)))


def _recovery(database: str) -> Figure:
    with stage(database, latency_ms=SLOW_MS, threads=IN_FLIGHT) as on:
        approve(on, range(1, IN_FLIGHT + 1))
        with workers(on) as (worker,):
            rows.set_due(clock.now())
            on_their_way = _count(_S.SENDING)
            wait_until(lambda: ask(on_their_way) == IN_FLIGHT, 30, "not all were on their way")
            worker.kill()
            killed = time.monotonic()
        on.practice.set_latency(QUICK_MS)
        with workers(on):
            wait_until(_all_known, RECOVERING_S + 30, "not all were settled")
        seconds = time.monotonic() - killed
        assert set(on.practice.per_text().values()) == {1}, "something is out twice"
    return Figure(name="recovery", value=round(seconds, 1), unit="s", target=RECOVERING_S,
                  better="lower", database=database)  # fmt: skip


def _count(*statuses: DeliveryStatus) -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(Delivery.status.in_(statuses))


def _all_known() -> bool:
    """Whether each is at its end, or in doubt with its account read back."""
    looked_for = sa.and_(Delivery.status == _S.UNKNOWN, Delivery.lookups > 0)
    known = sa.or_(Delivery.status.in_(FINAL), looked_for)
    return ask(sa.select(sa.func.count()).where(known)) == IN_FLIGHT
