"""Where a delivery runs: the steps of one delivery, and what runs many of them at once.

`steps` takes one delivery from claimed to its outcome, `batches` lets many of them share a
commit, `threads` runs them in
this process. The rows are the queue; whatever runs them carries
ids and fences only, so nothing is lost with it.
"""

from publisher.engine.threads import Engine

__all__ = ["Engine"]
