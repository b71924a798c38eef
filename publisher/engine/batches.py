"""One commit for what many threads want written at the same moment.

A commit waits for the disk; 64 threads that each wait for their own stand in line for seconds.
Here the first in line writes for everybody who has arrived meanwhile.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast

import sqlalchemy as sa

T = TypeVar("T")
#: Trying again at once, and one by one, would only take longer.
DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError)
Work = Callable[[], Any]

#: The longest a transaction may grow; SQLite's readers and other processes wait behind it.
MOST = 64


class Batches:
    """Runs short pieces of work with the database, as many as are waiting in one transaction.

    :param transact: runs a piece of work in a transaction of its own and commits
    """

    def __init__(self, transact: Callable[[Work], Any]) -> None:
        self._transact = transact
        self._waiting: deque[_Entry] = deque()
        self._turn = threading.Lock()

    def do(self, work: Callable[[], T]) -> T:
        """Return what `work` returned, once it is committed.

        If one of a batch fails, nothing of it is kept and each is tried alone, so `work` may
        be called twice; what it raises alone is raised here.
        """
        entry = _Entry(work)
        self._waiting.append(entry)
        with self._turn:
            while not entry.done:
                self._write(self._next())
        return cast(T, entry.result())

    def _next(self) -> "list[_Entry]":
        return [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]

    def _write(self, entries: "list[_Entry]") -> None:
        try:
            results = self._transact(lambda: [entry.work() for entry in entries])
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may be left waiting
            if len(entries) > 1 and not isinstance(error, DATABASE_AWAY):
                for entry in entries:
                    self._write([entry])
                return
            results = [error] * len(entries)
        for entry, result in zip(entries, results, strict=True):
            entry.end(result)


class _Entry:
    """One piece of work and what came of it."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.done = False
        self._result: Any = None

    def end(self, result: Any) -> None:
        self._result = result
        self.done = True

    def result(self) -> Any:
        if isinstance(self._result, BaseException):
            raise self._result
        return self._result
