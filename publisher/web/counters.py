"""Counters of wrong passwords and of changes, shared by all web processes through Redis.

While Redis is away each process counts for itself: somebody may then try a few more passwords,
but nobody is kept out, and no page waits.
"""

import logging
from collections.abc import Callable
from typing import Any

from limits.storage import MemoryStorage, MovingWindowSupport, Storage, storage_from_string

from publisher import clock

log = logging.getLogger(__name__)

#: What stands before the address of the Redis, so that the limits library finds this class.
SHARED = "shared+"
#: How long Redis may take to answer, and how long it is left alone when it did not.
ANSWER_S = 0.5
AGAIN_S = 5


def _asking(method: str) -> Callable[..., Any]:
    def asked(counters: "SharedCounters", *given: Any, **named: Any) -> Any:
        return counters.ask(method, *given, **named)

    return asked


class SharedCounters(Storage, MovingWindowSupport):
    """Counts in Redis, or, while that is away, in this process."""

    STORAGE_SCHEME = [f"{SHARED}redis", f"{SHARED}rediss"]  # noqa: RUF012 - as the library has it

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_: Any) -> None:
        self._shared = storage_from_string(
            uri.removeprefix(SHARED), socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S
        )
        self._own = MemoryStorage()
        self._away_until = 0.0
        super().__init__(uri, wrap_exceptions=wrap_exceptions)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    incr = _asking("incr")
    get = _asking("get")
    get_expiry = _asking("get_expiry")
    acquire_entry = _asking("acquire_entry")
    get_moving_window = _asking("get_moving_window")
    clear = _asking("clear")
    reset = _asking("reset")
    check = _asking("check")

    def ask(self, method: str, *given: Any, **named: Any) -> Any:
        """Return what Redis answers; what this process knows, if Redis does not."""
        if clock.running_s() >= self._away_until:
            try:
                return getattr(self._shared, method)(*given, **named)
            except self._shared.base_exceptions as error:
                log.warning("shared counters do not answer: %s", type(error).__name__)
                self._away_until = clock.running_s() + AGAIN_S
        return getattr(self._own, method)(*given, **named)
