"""The watch: what went wrong, is late or would go wrong is told, once, to those who can act.

Nothing here is called by the steps that send. The rows are the truth, and the watch derives from
them what nobody was told of yet: in one transaction it writes the notice and the mark that it was
written. Killed at any moment it leaves neither or both, and what was not told is found at the
next pass; a notice written by whoever changes a status would be lost with any path that forgets
it. The marks stand in partial indexes, so a pass over a long history costs what a pass over a
short one does.

`telling` and `holds` announce deliveries and accounts, `lateness` opens and closes incidents,
`timetable`, `risks` and `warning` check what is planned; `inbox` is what people see of it.
"""

from datetime import datetime, timedelta

from publisher.db import Turn, take_turn_if_free
from publisher.workflow.watching import holds, lateness, risks, telling, warning


def look_around(*, at: datetime, late_after: timedelta) -> bool:
    """Do one pass, to be committed; return whether there is more to tell at once.

    One worker at a time: two would only get in each other's way.
    """
    if not take_turn_if_free(Turn.WATCH):
        return False
    risks.drop_stale()
    warning.resolve(at=at)
    telling.resolve(at=at)
    holds.tell(at=at)
    lateness.tell_outages(at=at, late_after=late_after)
    more_late = lateness.open_incidents(at=at, late_after=late_after)
    lateness.close_incidents(at=at)
    return telling.tell(at=at) or more_late
