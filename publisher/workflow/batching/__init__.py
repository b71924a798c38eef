"""Batching: a plan that came as a table becomes drafts of its offices.

Leaves behind drafts like any other. Whoever uploaded them drafted them, and approves none.
"""

from publisher.workflow.batching.checking import (
    MOST_ROWS,
    OFFICE,
    OPTIONAL,
    REQUIRED,
    Checked,
    Fate,
    Verdict,
    check,
)
from publisher.workflow.batching.using import (
    PlanMoved,
    PlanUsed,
    look,
    recheck,
    rows,
    undo,
    untouched,
    use,
    used,
)

__all__ = [
    "MOST_ROWS",
    "OFFICE",
    "OPTIONAL",
    "REQUIRED",
    "Checked",
    "Fate",
    "PlanMoved",
    "PlanUsed",
    "Verdict",
    "check",
    "look",
    "recheck",
    "rows",
    "undo",
    "untouched",
    "use",
    "used",
]
