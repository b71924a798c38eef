"""People act on what they see of a delivery: try again, deny, prove, cancel, post by hand."""

from contextlib import suppress

from hypothesis import strategies as st

from publisher.db import db
from publisher.errors import Invalid, InvalidTransition
from publisher.models.deliveries import DeliveryStatus
from publisher.workflow.delivering import people, proving
from tests.workflow.delivery_deeds import WINDOW, deed, loaded, pick, which

_S = DeliveryStatus


class People:
    @deed(
        2,
        when=lambda self: self._in(_S.FAILED, _S.MISSED, _S.UNKNOWN, _S.CLAIMED, _S.SENDING),
        deed=st.sampled_from(["retry", "retry", "deny", "deny late", "prove", "cancel"]),
        which=which,
    )
    def decide(self, deed, which):
        """People act on what they see, if they may."""
        ended, doubted = self._in(_S.FAILED, _S.MISSED), self._in(_S.UNKNOWN)
        if deed == "retry" and ended:
            self.try_again(loaded(pick(ended, which)))
        elif deed.startswith("deny") and doubted:
            self.say_not_out(loaded(pick(doubted, which)), stale=deed.endswith("late"))
        elif deed == "prove" and ended + doubted:
            self.prove(loaded(pick(ended + doubted, which)))
        elif deed == "cancel" and (there := self._in(_S.PENDING, _S.CLAIMED, _S.SENDING)):
            self.cancel(loaded(pick(there, which)))

    @deed(
        4,
        when=lambda self: self._in(_S.HANDED_OVER),
        deed=st.sampled_from(["post", "post", "claim so", "nothing", "cancel"]),
        which=which,
    )
    def post_by_hand(self, deed, which):
        """It is a person's turn: to post and file, to file what is not so, or to decide on it."""
        delivery = loaded(pick(self._in(_S.HANDED_OVER), which))
        proof = proving.waiting_proof(delivery)
        if deed == "cancel":
            self.cancel(delivery)
        elif proof is not None:
            self.review(proof)
        elif deed != "nothing":
            self.file(delivery, posted=deed == "post")

    def try_again(self, delivery):
        self._decide(
            lambda: people.try_again(delivery, actor=self.budi, at=self.world.now, window=WINDOW)
        )

    def say_not_out(self, delivery, stale):
        """A person who looks and does not see it; or who looked before something happened."""
        if not stale and (self.world.copies(delivery) or not self.world.settled(delivery)):
            return
        seen = delivery.fence - stale
        with suppress(Invalid, InvalidTransition):
            people.say_not_out(
                delivery, seen=seen, actor=self.budi, at=self.world.now, window=WINDOW
            )
            assert not stale
        db.session.commit()

    def prove(self, delivery):
        """A person finds it on the account, or has posted it there by hand."""
        if not self.world.settled(delivery):
            return
        there = self.world.copies(delivery)
        text = delivery.post.text_for("x")
        one = there[0] if there else self.world.publish(
            delivery.account_id, delivery.post_id, text, by_hand=True
        )  # fmt: skip
        link = f"https://x.com/{delivery.account.handle}/status/{one.remote_id}"
        self._decide(lambda: people.prove(delivery, actor=self.budi, at=self.world.now, link=link))

    def file(self, delivery, *, posted):
        """Say that it was posted, which is true or not."""
        one = self.world.publish(
            delivery.account_id, delivery.post_id, delivery.post.text_for("x"), by_hand=True
        )
        if not posted:
            self.world.book.remove(one)
        link = f"https://x.com/{delivery.account.handle}/status/{one.remote_id}"
        now = self.world.now
        try:
            proving.file(
                delivery, link=link, screenshot=None, posted_at=now, actor=self.sari, at=now
            )
        except Invalid:  # the clock was set back so far that it could not be
            db.session.rollback()
            if posted:
                self.world.book.remove(one)
        db.session.commit()

    def review(self, proof):
        """A reviewer looks at the account, and sees whether it is so."""
        numbers = {one.remote_id for one in self.world.copies(proof.delivery)}
        if proof.link.rpartition("/")[2] in numbers:
            proving.verify(proof, reviewer=self.budi, at=self.world.now)
        else:
            proving.send_back(proof, reason="tidak ada", reviewer=self.budi, at=self.world.now)
        db.session.commit()

    def cancel(self, delivery):
        self._decide(
            lambda: people.cancel(delivery, actor=self.budi, at=self.world.now, reason="batal")
        )

    def _decide(self, deed):
        with suppress(Invalid, InvalidTransition):
            deed()
        db.session.commit()
