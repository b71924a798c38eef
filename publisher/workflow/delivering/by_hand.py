"""What a person posts: Siar hands it over when it is due, and waits for the proof.

A channel without any client is handed over by the tick; where a platform keeps a draft for a
person to finish, by the worker that sent the draft.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from publisher.db import UtcDateTime, db
from publisher.errors import N_
from publisher.models.accounts import Account, Standing
from publisher.models.advancing import advance
from publisher.models.deliveries import (
    LOOK_FIRST,
    NEVER,
    Delivery,
    DeliveryStatus,
    status_is,
)
from publisher.models.stops import is_stopped
from publisher.platforms.base import Handover
from publisher.workflow.delivering.claiming import Claim

#: So long a person has to post it and to file the proof. Longer than the window of what Siar
#: sends by itself: people have week-ends, and a proof may be filed on Monday.
TIME_TO_PROVE = timedelta(days=3)
#: So many in one transaction; the next tick is a second away.
BATCH = 500

HANDED_OVER = N_(
    "Sudah waktunya. Salin teks dan fotonya, tayangkan di kanal ini, lalu catat bukti tayangnya."
)
RESTORED = N_(
    "Siar dipulihkan dari cadangan, dan ini mungkin sudah Anda tayangkan sesudah cadangan itu "
    "dibuat. Lihat dahulu kanalnya. Bila sudah ada, catat bukti tayangnya saja; bila belum, "
    "tayangkan, lalu catat buktinya."
)
FINISH_IN_APP = N_(
    "Drafnya sudah ada di kotak masuk aplikasi platform. Selesaikan di sana. Siar mencatatnya "
    "sendiri begitu platform menunjukkannya; atau catat bukti tayangnya."
)
NEVER_PROVED = N_(
    "Tidak ada bukti tayang sampai batas waktunya. Bila sudah Anda tayangkan, catat buktinya; "
    "bila belum dan isinya masih berlaku, gunakan Coba lagi."
)

#: Asked at every tick while something is due, so made once.
_AT = sa.bindparam("at", type_=UtcDateTime())
_DUE = (
    sa.select(Delivery.id, Delivery.lookups)
    .join(Account, Account.id == Delivery.account_id)
    .where(status_is(Delivery.status, DeliveryStatus.PENDING), Delivery.next_at <= _AT)
    .where(Delivery.due_at <= _AT, Delivery.publish_by > _AT, ~is_stopped(Delivery.office_id))
    .where(Account.by_hand, Account.standing == Standing.UTAMA, Account.retired_at.is_(None))
    .order_by(Delivery.next_at, Delivery.id)
    .limit(BATCH)
)
_UNPROVED = sa.select(Delivery.id).where(
    status_is(Delivery.status, DeliveryStatus.HANDED_OVER),
    Delivery.publish_by <= _AT,
    ~is_stopped(Delivery.office_id),
)


def handed_over(claim: Claim, outcome: Handover, *, at: datetime) -> bool:
    """Store that the platform keeps a draft for a person, even if the answer came late."""
    values = _waiting(at, FINISH_IN_APP) | {"remote_id": outcome.remote_id}
    delivery_id, note = claim.delivery_id, outcome.remote_id
    in_time = advance(delivery_id, "hand_over", at=at, fence=claim.fence, note=note, **values)
    return in_time or advance(delivery_id, "hand_over_late", at=at, note=note, **values)


def hand_over_due(*, at: datetime) -> int:
    """Hand over what is due on channels that a person fills; return how many.

    What is shown to that person is compared with what was approved when they open it. Nobody can
    look for them where a backup was brought back: they are told to look first.
    """
    return sum(
        advance(
            row.id, "hand_over", at=at,
            **_waiting(at, RESTORED if row.lookups == LOOK_FIRST else HANDED_OVER),
        )
        for row in db.session.execute(_DUE, {"at": at}).all()
    )  # fmt: skip


def give_up_unproved(*, at: datetime) -> int:
    """Mark as missed what nobody filed a proof of in time; return how many. While a stop asks
    people not to post, no time runs out."""
    return sum(
        advance(delivery_id, "miss", at=at, note=NEVER_PROVED, reason=NEVER_PROVED)
        for delivery_id in db.session.scalars(_UNPROVED, {"at": at}).all()
    )


def _waiting(at: datetime, reason: str) -> dict[str, Any]:
    """Return what changes when a person's turn begins: nothing happens by itself any more."""
    return {
        "handed_over_at": at,
        "next_at": NEVER,
        "publish_by": at + TIME_TO_PROVE,
        "reason": reason,
    }
