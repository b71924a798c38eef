"""How fast what is due goes out, with every guarantee, beside a bare pool that has none.

When a post was out, and how often, is what the practice platforms' own book says. The floor of
`dispatch_vs_floor` is taken from the same book, before and after the engine's turn.

The accounts are X's, as they are when their people gave consent (OAuth 2.0), in the engine's turn
and in the bare pools' alike.
"""

import statistics
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bench import rows
from bench.bare import ABOVE
from bench.measure import Figure
from bench.processes import (
    WorkerProcess,
    ask,
    count_by_status,
    cpu_s,
    run_bare_pools,
    wait_until,
    workers,
)
from bench.stage import CELERY, POSTGRESQL, SQLITE, Stage, stage
from publisher import clock
from publisher.db import db
from publisher.models.deliveries import FINAL, Delivery

LATENCY_S = 0.15
#: Between the moment workers are at work and the moment everything is due.
SOON = timedelta(seconds=2)
#: The longest any of these may take until everything is out.
GIVE_UP_S = 100
#: How many workers, and threads in each, a database is given.
SHAPES = {SQLITE: (1, 64), POSTGRESQL: (2, 128), CELERY: (2, 64)}


def due_500() -> list[Figure]:
    """500 posts due at once on a platform that answers in 100 ms: when is the last one out?"""
    with stage(latency_ms=100) as on:
        late_s, _ = _send(on, range(1, 501), processes=1)
    return [
        Figure(name="due_500", value=round(late_s, 2), unit="s", target=3, better="lower",
               floor=round(500 * 0.1 / 64, 2), database=SQLITE),
    ]  # fmt: skip


def due_10000() -> Iterator[Figure]:
    """10,000 posts due at once over TLS: the last one's lateness, and what the worker needs.

    The floor is what waiting for the platform costs. The clients cost the processor more than
    that, so the same is sent by bare pools of them as well; two thirds of their speed are wanted.
    """
    yield from _due_10000(SQLITE, target=1.15)
    yield from _due_10000(POSTGRESQL, target=1.7)


def _due_10000(database: str, *, target: float) -> list[Figure]:
    count = 10_000
    processes, threads = SHAPES[database]
    floor_s = count * LATENCY_S / (processes * threads)
    bare = range(count + 1, 2 * count + 1)
    with stage(database, latency_ms=LATENCY_S * 1000, threads=threads, tls=True) as on:
        late_s, peak_mb = _send(on, range(1, count + 1), processes=processes)
        rows.register(on, bare)
        run_bare_pools(on, _shares(bare, processes), threads)
        bare_s = count / _per_second(_book(on), bare)
    shared: dict[str, Any] = {"better": "lower", "database": database}
    return [
        Figure(name="due_10000", value=round(late_s / floor_s, 3), unit="× floor", target=target,
               floor=1, **shared),
        Figure(name="due_10000_s", value=round(late_s, 2), unit="s", floor=round(floor_s, 2),
               target=round(target * floor_s, 2), **shared),
        Figure(name="due_10000_vs_bare", value=round(late_s / bare_s, 3), unit="× bare pool",
               target=1.5, floor=1, **shared),
        Figure(name="due_10000_worker_mb", value=round(peak_mb), unit="MB", target=250, **shared),
    ]  # fmt: skip


def dispatch_vs_floor() -> Iterator[Figure]:
    """Deliveries a second of the whole engine ÷ bare thread pools with the same clients."""
    yield _dispatch_vs_floor(SQLITE, count=2400, target=0.85)
    yield _dispatch_vs_floor(POSTGRESQL, count=4000, target=0.6)
    yield _dispatch_vs_floor(CELERY, count=2400, target=0.3)


def _dispatch_vs_floor(database: str, *, count: int, target: float) -> Figure:
    processes, threads = SHAPES[database]
    ours = range(1, count + 1)
    before, after = range(count + 1, 2 * count + 1), range(2 * count + 1, 3 * count + 1)
    with stage(database, latency_ms=LATENCY_S * 1000, threads=threads) as on:
        rows.register(on, range(before.start, after.stop))
        run_bare_pools(on, _shares(before, processes), threads)
        _send(on, ours, processes=processes)
        run_bare_pools(on, _shares(after, processes), threads)
        book = _book(on)
    floor = statistics.mean(_per_second(book, span) for span in (before, after))
    return Figure(name="dispatch_vs_floor", value=round(_per_second(book, ours) / floor, 3),
                  unit="ratio", target=target, better="higher", floor=1,
                  database=database)  # fmt: skip


def one_due_late_s() -> list[Figure]:
    """Start minus due of single posts on an idle Siar: p99 of 100 posts, one every 0.6 s."""
    numbers = range(1, 101)
    with stage() as on:
        approve(on, numbers)
        with workers(on):
            first = clock.now() + timedelta(seconds=2)
            # Not a divisor of the tick: every phase of it is met.
            due = {number: first + timedelta(seconds=0.617 * number) for number in numbers}
            for number, moment in due.items():
                _plan(number, moment)
            db.session.commit()
            _wait_until_final(len(numbers), GIVE_UP_S)
        lates = sorted(
            (datetime.fromisoformat(asked["at"]) - due[int(asked["account"]) - ABOVE])
            .total_seconds()
            for asked in on.practice.requests("x", operation="publish")
        )  # fmt: skip
    assert len(lates) == len(numbers), len(lates)
    return [
        Figure(name="one_due_late_s", value=round(lates[int(len(lates) * 0.99) - 1], 3), unit="s",
               target=1.2, better="lower", floor=0, database=SQLITE),
    ]  # fmt: skip


# -- what they share ---------------------------------------------------------------------


def _send(on: Stage, numbers: range, *, processes: int) -> tuple[float, float]:
    """Send one post on each of these accounts, all due at once.

    :returns: how late the last one was on the platform, in seconds, and the most memory that one
        worker process needed, in MB
    :raises AssertionError: if anything is out twice, or not at all
    """
    approve(on, numbers)
    with workers(on, processes) as at_work:
        used = _cpu_s(on, at_work)
        due = clock.now() + SOON
        rows.set_due(due)
        _wait_until_final(len(numbers), GIVE_UP_S, at_work)
        peak_mb = max(worker.peak_mb for worker in at_work)
        _tell(len(numbers), used, _cpu_s(on, at_work))
    texts, moments = _out(_book(on), numbers)
    assert len(texts) == len(set(texts)) == len(numbers), "not everything is out exactly once"
    return (max(moments) - due).total_seconds(), peak_mb


def _cpu_s(on: Stage, at_work: list[WorkerProcess]) -> tuple[float, float]:
    """Return the processor time that the workers, and that the platforms, have used."""
    return sum(worker.cpu_s for worker in at_work), cpu_s(on.practice.process.pid)


def _tell(count: int, before: tuple[float, float], after: tuple[float, float]) -> None:
    """Say what a post cost, which tells more than the time on a busy machine."""
    ours, theirs = (1000 * (end - start) / count for start, end in zip(before, after, strict=True))
    print(f"  a post: {ours:.1f} ms of processor in workers, {theirs:.1f} ms in the platforms")


def approve(on: Stage, numbers: range) -> None:
    """Add accounts and an approved post for each, due tomorrow."""
    at = clock.now()
    _, drafter, reviewer = rows.add_region(at)
    rows.add_accounts(on, drafter.office, numbers)
    rows.add_due(numbers, drafter, reviewer, due=at + timedelta(days=1), at=at)
    db.session.commit()


def _plan(post_id: int, due: datetime) -> None:
    change = sa.update(Delivery).where(Delivery.post_id == post_id)
    db.session.execute(change.values(due_at=due, next_at=due, publish_by=due + rows.CATCH_UP))


def _wait_until_final(count: int, seconds: float, at_work: Iterable[WorkerProcess] = ()) -> None:
    final = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.status.in_(FINAL))

    def all_final() -> bool:
        for worker in at_work:
            worker.check()
        return ask(final) == count

    try:
        wait_until(all_final, seconds, "not everything went out in time")
    except RuntimeError as error:
        said = "\n".join(worker.said for worker in at_work)
        raise RuntimeError(f"{error}: {count_by_status()}\n{said}") from None


def _book(on: Stage) -> list[dict[str, Any]]:
    return on.practice.ledger("x")


def _out(book: list[dict[str, Any]], numbers: range) -> tuple[list[str], list[datetime]]:
    """Return the texts on these accounts, and when each was accepted."""
    ours = [post for post in book if int(post["account"]) - ABOVE in numbers]
    return [post["text"] for post in ours], [datetime.fromisoformat(post["at"]) for post in ours]


def _per_second(book: list[dict[str, Any]], numbers: range) -> float:
    """Return the rate at which the posts of these accounts went out, from first to last."""
    moments = sorted(_out(book, numbers)[1])
    return len(moments) / ((moments[-1] - moments[0]).total_seconds() + LATENCY_S)


def _shares(numbers: range, processes: int) -> list[range]:
    size = len(numbers) // processes
    return [range(start, start + size) for start in numbers[::size]]
