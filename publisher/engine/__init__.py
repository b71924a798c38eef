"""Where a delivery runs: the steps of one delivery, and what runs many of them at once.

`steps` takes one delivery from claimed to its outcome, `batches` lets many of them share a
commit. `threads` runs them in this process; in a province `distributed` hands them over through
a broker and `sender` runs them elsewhere. The rows are the queue; whatever runs them carries ids
and fences only, so nothing is lost with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.engine.threads import Engine

if TYPE_CHECKING:
    from flask import Flask

    from publisher.engine.distributed import DistributedEngine

__all__ = ["Engine", "open_engine"]


def open_engine(app: Flask, *, owner: str) -> Engine | DistributedEngine:
    """Return the engine that the settings ask for: this process, or senders elsewhere."""
    if not app.config.get("ENGINE_URL"):
        return Engine(app, owner=owner, threads=app.config["SENDER_THREADS"])
    from publisher.engine.distributed import DistributedEngine  # 30 MB that few need

    return DistributedEngine(app, owner=owner)
