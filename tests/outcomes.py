"""How one attempt ended, written as the engine writes it: for tests that play a worker."""

from publisher.workflow.delivering import recording


def record(claim, outcome, *, phase, started_at, at):
    """Return whether it was ours to write."""
    end = recording.End(claim=claim, outcome=outcome, phase=phase, started_at=started_at, at=at)
    return recording.write([end])[0]
