"""The way to one platform: so many talks with it at once, and the writing down beside them.

A delivery whose platform has answered only waits for the database. It keeps its thread until then,
but not its place in the talk: such waiting was a sixth of the time of 64 busy senders.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor


class Place:
    """One of the talks that may be held at once, taken by whoever makes it."""

    def __init__(self, leave: Callable[[], object] | None) -> None:
        self._leave = leave

    def leave(self) -> None:
        """Give it to the next one. By one thread, as often as it likes."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()


#: Of a talk that keeps nobody waiting.
NOWHERE = Place(None)
Work = Callable[[Place], None]


def threads_beside(talks: int) -> int:
    """Return how many more threads than talks are of use: those that write down what came of it."""
    return max(1, talks // 2)


class Lane:
    """Works for one platform by threads of its own.

    :param talks: how many may talk with the platform at once
    :param left: called whenever a talk is over
    """

    def __init__(self, name: str, talks: int, *, left: Callable[["Lane"], None]) -> None:
        self.talks = talks
        self._running: set[Future[None]] = set()
        self._left = left
        self._taken = 0
        self._guard = threading.Lock()
        self._free = threading.Semaphore(talks)
        self._pool = ThreadPoolExecutor(talks + threads_beside(talks), thread_name_prefix=name)

    @property
    def taken(self) -> int:
        """How many talk, or wait to: what is only being written down is not among them."""
        return self._taken

    def under_way(self) -> list[Future[None]]:
        """Return what was started and has not ended."""
        with self._guard:
            return list(self._running)

    def start(self, work: Work, done: Callable[[Future[None]], None]) -> None:
        """Begin when a talk is free; returns at once.

        :param work: leaves its place as soon as it has no more to say
        :param done: told of how it ended
        """
        with self._guard:
            self._taken += 1
            future = self._pool.submit(self._run, work)
            self._running.add(future)
        future.add_done_callback(lambda of: self._ended(of, done))

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, work: Work) -> None:
        self._free.acquire()
        place = Place(self._leave)
        try:
            work(place)
        finally:
            place.leave()

    def _leave(self) -> None:
        self._free.release()
        with self._guard:
            self._taken -= 1
        self._left(self)

    def _ended(self, future: Future[None], done: Callable[[Future[None]], None]) -> None:
        with self._guard:
            self._running.discard(future)
        done(future)
