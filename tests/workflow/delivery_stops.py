"""Somebody stops all publishing of the region, with claims taken back or not yet, and lets it go
on: what was held goes out, gets a new time, or does not go out at all."""

from datetime import timedelta

from hypothesis import strategies as st

from publisher.db import db
from publisher.models.deliveries import NEVER, DeliveryStatus
from publisher.workflow.delivering import resuming, stopping
from publisher.workflow.delivering.resuming import Decision, Fate
from tests.workflow.delivery_deeds import WINDOW, deed

_S = DeliveryStatus
fates = st.sampled_from([Fate.SEND, Fate.SEND, Fate.LATER, Fate.CANCEL])


class Stops:
    @deed(2, when=lambda self: not self.stopped, recalls=st.booleans())
    def stop_all(self, recalls):
        """The page commits the stop, and then takes back what is claimed, unless it dies."""
        given = {"actor": self.budi, "at": self.world.now}
        made = stopping.stop(self.sari.region, reason="Darurat", **given)
        db.session.commit()
        self.stopped = True
        if recalls:
            stopping.recall(made, **given)
            db.session.commit()
            assert not self._in(_S.CLAIMED)

    @deed(4, when=lambda self: not self.stopped and (self.hand or self.loaded))
    def stop_in_between(self):
        """A worker has claimed and not begun; the page died before it took anything back."""
        self.stop_all(recalls=False)

    @deed(2, when=lambda self: self.stopped, fate=fates, gap=st.sampled_from([0, 1, 15]))
    def go_on_publishing(self, fate, gap):
        decision = Decision(
            fate=fate,
            first=self.world.now + timedelta(minutes=5),
            gap=timedelta(minutes=gap),
        )
        standing = stopping.current(self.sari.region_id)
        resuming.resume(standing, decision, actor=self.budi, at=self.world.now, window=WINDOW)
        db.session.commit()
        self.stopped = False
        assert not [row for row in self._in(_S.PENDING) if row.next_at == NEVER]
