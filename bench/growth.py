"""What years of history cost a worker: one tick at 2 million deliveries ÷ at 20 thousand.

Counted are SQLite's virtual machine steps and PostgreSQL's buffers, which no busy machine can
change, and the time beside them. A tick is all that a worker does in a second: settle what others
left, look for what is in doubt, and claim what is due.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from bench.history import History
from bench.measure import Figure
from bench.pages import quick_half, seconds_of
from bench.stage import POSTGRESQL, SQLITE, Stage, stage
from publisher import clock
from publisher.db import db
from publisher.worker import Worker

SMALL, LARGE = 20_000, 2_000_000
TARGET = 1.3
CLAIMED = 64
ROUNDS = 25

BOARD = ("/penayangan", "/penayangan?kelompok=menunggu", "/penayangan?kelompok=tayang")

#: What a tick did, by statement, in steps or buffers.
Costs = Counter[str]


def claim_growth() -> Iterator[Figure]:
    """Cost and time of one tick, and of the board, at 2 million deliveries ÷ at 20 thousand."""
    for database in (SQLITE, POSTGRESQL):
        yield from _growth(database)


def _growth(database: str) -> list[Figure]:
    with stage(database) as on:
        worker = Worker(on.app)
        history = History(on, clock.now(), owner=worker.owner)
        measured, pages = [], []
        for size in (SMALL, LARGE):
            history.deepen(size)
            measured.append(_measure(on, worker, history))
            pages.append(_board(on))
        worker.stop()
    (small, small_s), (large, large_s) = measured
    _tell(database, small, large)
    slower = {path: _ratio(pages[1][path], pages[0][path]) for path in BOARD}
    print(f"  {database}: {slower}")
    shared: dict[str, Any] = {
        "unit": "ratio", "target": TARGET, "better": "lower", "floor": 1, "database": database,
    }  # fmt: skip
    return [
        Figure(name="claim_growth", value=_ratio(large.total(), small.total()), **shared),
        Figure(name="claim_growth_time", value=_ratio(large_s, small_s), **shared),
        Figure(name="board_growth", value=max(slower.values()), **shared),
    ]


def _board(on: Stage) -> dict[str, float]:
    """Return the seconds that each page of the deliveries board takes a reviewer."""
    return {
        path: quick_half(seconds_of(path, on.app, who="budi@b.id", rounds=20)) for path in BOARD
    }


def _measure(on: Stage, worker: Worker, history: History) -> tuple[Costs, float]:
    """Return what one tick costs, by statement, and the seconds it takes."""
    counted = count_steps if on.database == SQLITE else count_buffers
    _tick(worker, history)  # what is cached is cached, as in the second tick of a day
    with counted() as costs:
        _tick(worker, history)
    times = []
    for _ in range(ROUNDS):
        times.append(_tick(worker, history))
    return costs, quick_half(times)


def _tick(worker: Worker, history: History) -> float:
    started = time.perf_counter()
    worker.settle()
    taken = worker.steps.claim(CLAIMED)
    seconds = time.perf_counter() - started
    assert len(taken) == CLAIMED, len(taken)
    with _uncounted():
        history.renew()
    return seconds


def _ratio(large: float, small: float) -> float:
    return round(large / small, 2)


def _tell(database: str, small: Costs, large: Costs) -> None:
    """Say what a tick costs, and which statements cost more than they may."""
    unit = "steps" if database == SQLITE else "buffers"
    print(f"  {database}: {small.total()} → {large.total()} {unit} a tick")
    for statement, cost in large.most_common():
        if cost > TARGET * small[statement] + 20:
            print(f"  {database}: {small[statement]} → {cost}: {statement}")


# -- counting ----------------------------------------------------------------------------

_counting = True


@contextmanager
def _uncounted() -> Iterator[None]:
    global _counting
    _counting = False
    try:
        yield
    finally:
        _counting = True


@contextmanager
def count_steps() -> Iterator[Costs]:
    """Count the steps of SQLite's virtual machine, one by one."""
    costs, running = Costs(), ["(none)"]

    def step() -> None:
        if _counting:
            costs[running[0]] += 1

    def begins(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        running[0] = _named(statement)
        connection.connection.dbapi_connection.set_progress_handler(step, 1)  # type: ignore[union-attr]

    with _before_each(begins):
        yield costs
    db.engine.dispose()  # the handlers go with their connections


@contextmanager
def count_buffers() -> Iterator[Costs]:
    """Count the buffers that PostgreSQL touches: each statement is explained, undone, and run."""
    costs = Costs()

    def explain(_: sa.Connection, cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if not (_counting and re.match(r"(SELECT|UPDATE|INSERT|DELETE|WITH)\b", statement)):
            return
        cursor.execute("SAVEPOINT before")
        one = given[0] if isinstance(given, list) else given
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", one)
        plan = cursor.fetchone()[0][0]["Plan"]
        cursor.execute("ROLLBACK TO SAVEPOINT before")
        costs[_named(statement)] += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]

    with _before_each(explain):
        yield costs


@contextmanager
def _before_each(what: Callable[..., None]) -> Iterator[None]:
    event.listen(db.engine, "before_cursor_execute", what)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", what)


def _named(statement: str) -> str:
    return re.sub(r"\s+", " ", statement)[:160]
