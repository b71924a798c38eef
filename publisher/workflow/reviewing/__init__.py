"""From submitted to decided: what waits, what it would look like, what changed, and the decision.

`queue` lists, `looking` prepares the page of one post, `comparing` tells two versions apart and
`deciding` takes the decision. A decision names the version it was taken on: whoever looks at an
older one, or comes second, changes nothing.
"""

from publisher.workflow.reviewing.approving import Held, approve, approve_first
from publisher.workflow.reviewing.comparing import (
    AccountsChange,
    Changes,
    PictureChange,
    Piece,
    TextChange,
    TimeChange,
    compare,
)
from publisher.workflow.reviewing.deciding import (
    DECISIONS,
    check_current,
    is_refused,
    late,
    may_decide,
    reject,
    request_changes,
    take_back,
)
from publisher.workflow.reviewing.looking import (
    Check,
    Look,
    checks,
    crowding,
    deliveries_of,
    has_seen,
    history,
    last_look,
    note_seen,
)
from publisher.workflow.reviewing.queue import (
    Decided,
    Neighbours,
    Queue,
    Waiting,
    count_within,
    decided,
    neighbours,
    waiting,
    within,
)
from publisher.workflow.reviewing.together import (
    MOST,
    Chosen,
    Crowded,
    NotReady,
    Result,
    Sitting,
    decide,
    parts,
    with_content,
)

__all__ = [
    "DECISIONS",
    "MOST",
    "AccountsChange",
    "Changes",
    "Check",
    "Chosen",
    "Crowded",
    "Decided",
    "Held",
    "Look",
    "Neighbours",
    "NotReady",
    "PictureChange",
    "Piece",
    "Queue",
    "Result",
    "Sitting",
    "TextChange",
    "TimeChange",
    "Waiting",
    "approve",
    "approve_first",
    "check_current",
    "checks",
    "compare",
    "count_within",
    "crowding",
    "decide",
    "decided",
    "deliveries_of",
    "has_seen",
    "history",
    "is_refused",
    "last_look",
    "late",
    "may_decide",
    "neighbours",
    "note_seen",
    "parts",
    "reject",
    "request_changes",
    "take_back",
    "waiting",
    "with_content",
    "within",
]
