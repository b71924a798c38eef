"""Where a delivery runs: the steps of one delivery, and what runs many of them at once.

`steps` takes one delivery from claimed to its outcome, `batches` lets many of them share a
commit. `threads` runs them in this process; in a province `distributed` hands them over through
a broker and `sender` runs them elsewhere. The rows are the queue; whatever runs them carries ids
and fences only, so nothing is lost with it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from publisher.engine.threads import Engine

if TYPE_CHECKING:
    from flask import Flask

    from publisher.engine.distributed import DistributedEngine

__all__ = ["Engine", "open_engine", "tune_interpreter"]

#: How long one thread may keep the interpreter while others want it. Python's 5 ms make 64
#: senders take turns within each other's work: 0.78 of a bare pool's speed, with 50 ms 0.94.
SWITCH_S = 0.05


def tune_interpreter() -> None:
    """Set up a process that does nothing but send. Not where pages are answered as well."""
    sys.setswitchinterval(SWITCH_S)


def open_engine(app: Flask, *, owner: str) -> Engine | DistributedEngine:
    """Return the engine that the settings ask for: this process, or senders elsewhere."""
    if not app.config.get("ENGINE_URL"):
        return Engine(app, owner=owner, threads=app.config["SENDER_THREADS"])
    from publisher.engine.distributed import DistributedEngine  # 30 MB that few need

    return DistributedEngine(app, owner=owner)
