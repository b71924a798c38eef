"""After a backup was brought back: what was open in it may have gone out since.

Nothing of it is sent blindly. Whatever was open is looked for on its account first: found, it
is published with its proof. Not found twice: what would have been due by now waits for a
person, because its text may have been changed before it went out; what is due later goes out
at its time.

Only columns that every migration has had are named: these statements are carried out on the
restored rows before they are migrated, and before anybody can see them.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.models.deliveries import LOOK_FIRST, NEVER, Delivery, DeliveryStatus
from publisher.workflow.delivering.looking import RESUMES

_S = DeliveryStatus
#: No worker of the time before, and no message to one, may hold a fence that counts again.
FENCES_APART = 1000


def hold_back(*, made_at: datetime, at: datetime) -> list[sa.Update]:
    """Return what must be changed in a backup of `made_at` that is brought back `at`."""
    delivery = Delivery.metadata.tables["delivery"]
    change = sa.update(delivery)
    overdue = delivery.c.due_at <= at
    held = delivery.c.status.in_([_S.CLAIMED, _S.SENDING])
    open_ = delivery.c.status.in_([_S.PENDING, _S.CLAIMED, _S.SENDING, _S.UNKNOWN])
    ended = delivery.c.status.in_([_S.FAILED, _S.MISSED])
    queued = delivery.c.status.in_([_S.PENDING, _S.CLAIMED])
    begun = sa.func.coalesce(delivery.c.sending_at, delivery.c.due_at)
    return [
        change.where(open_).values(fence=delivery.c.fence + FENCES_APART),
        # Their workers are gone; the tick settles them like those of any dead worker.
        change.where(held).values(lease_until=made_at - timedelta(seconds=1)),
        change.where(open_, sa.or_(overdue, ~queued)).values(resumed=RESUMES),
        # What may be out must not be called missed, which says that it is not.
        change.where(queued, overdue).values(publish_by=NEVER, sending_at=begun),
        change.where(queued, ~overdue).values(sending_at=made_at),
        change.where(queued).values(lookups=LOOK_FIRST, next_at=at),
        # Somebody may have pressed "Coba lagi" since; when they do it again, we look first.
        change.where(ended).values(lookups=LOOK_FIRST, sending_at=begun),
    ]


def as_sql(statements: list[sa.Update], dialect: sa.Dialect) -> list[str]:
    """Return them as text, for programs that know no parameters."""
    return [
        str(each.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        for each in statements
    ]
