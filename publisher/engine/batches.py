"""One commit for what many threads want written at the same moment.

A commit waits for the disk; 64 threads that each wait for their own stand in line for seconds.
Here the first in line writes for everybody who has arrived meanwhile, and wakes them.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

import sqlalchemy as sa

Item = TypeVar("Item")
Result = TypeVar("Result")

#: The longest a transaction may grow; SQLite's readers and other processes wait behind it.
MOST = 64
#: Trying again at once, and one by one, would only take longer.
DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError)


class Batches(Generic[Item, Result]):
    """Writes items, all that are waiting in one transaction.

    :param write: writes and commits; returns one result for each item, in their order
    """

    def __init__(self, write: Callable[[list[Item]], list[Result]]) -> None:
        self._write = write
        self._waiting: deque[_Entry[Item, Result]] = deque()
        self._guard = threading.Lock()
        self._writing = False

    def do(self, item: Item) -> Result:
        """Return what came of `item`, once it is committed.

        If a batch fails, nothing of it is kept and each item is tried alone, so an item may be
        written twice; what it raises alone is raised here.
        """
        entry: _Entry[Item, Result] = _Entry(item)
        with self._guard:
            self._waiting.append(entry)
            first, self._writing = not self._writing, True
        if not first:
            entry.wait()
        if not entry.done:
            try:
                self._write_entries(self._next())
            finally:
                self._hand_over()
        return entry.result()

    def _next(self) -> "list[_Entry[Item, Result]]":
        with self._guard:
            return [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]

    def _hand_over(self) -> None:
        """Let the first of those who have arrived meanwhile write."""
        with self._guard:
            self._writing = bool(self._waiting)
            if self._writing:
                self._waiting[0].wake()

    def _write_entries(self, entries: "list[_Entry[Item, Result]]") -> None:
        results: Sequence[Result | BaseException]
        try:
            results = self._write([entry.item for entry in entries])
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may be left waiting
            if len(entries) > 1 and not isinstance(error, DATABASE_AWAY):
                for entry in entries:
                    self._write_entries([entry])
                return
            results = [error] * len(entries)
        for entry, result in zip(entries, results, strict=True):
            entry.end(result)


class _Entry(Generic[Item, Result]):
    """One item and what came of it."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = False
        self._asleep = threading.Lock()
        self._asleep.acquire()
        self._result: Result | BaseException | None = None

    def wait(self) -> None:
        """Sleep until it is done, or its turn to write has come."""
        self._asleep.acquire()

    def wake(self) -> None:
        self._asleep.release()

    def end(self, result: Result | BaseException) -> None:
        self._result = result
        self.done = True
        self.wake()

    def result(self) -> Result:
        if isinstance(self._result, BaseException):
            raise self._result
        return cast(Result, self._result)
