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
    Plan,
    Verdict,
    check,
    read,
)
from publisher.workflow.batching.using import (
    PlanMoved,
    PlanUsed,
    content_of,
    look,
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
    "Plan",
    "PlanMoved",
    "PlanUsed",
    "Verdict",
    "check",
    "content_of",
    "look",
    "read",
    "rows",
    "undo",
    "untouched",
    "use",
    "used",
]
