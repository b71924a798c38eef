"""Posts on official accounts that Siar did not make: claimed by the office, judged by a reviewer.

`composing.found` keeps what was read back. An accepted claim becomes a content with one delivery
that is out, at its real time and with its address: whatever counts, shows or freezes contents needs
to know nothing of claims.
"""

from publisher.workflow.adopting.deciding import accept, decline
from publisher.workflow.adopting.filing import (
    GIST_CHARS,
    TITLE_CHARS,
    Naming,
    file,
    hindrance,
    withdraw,
)
from publisher.workflow.adopting.listing import (
    Found,
    claim_of,
    count_found,
    count_waiting,
    found_in,
    queue,
)

__all__ = [
    "GIST_CHARS",
    "TITLE_CHARS",
    "Found",
    "Naming",
    "accept",
    "claim_of",
    "count_found",
    "count_waiting",
    "decline",
    "file",
    "found_in",
    "hindrance",
    "queue",
    "withdraw",
]
