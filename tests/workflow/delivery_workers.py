"""Workers claim, read, begin, hear and look, or die in between; a platform answers, or not."""

from datetime import timedelta

from hypothesis import strategies as st

from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.posts import PostStatus
from publisher.platforms.base import Handover, Prepared
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.workflow.delivering import (
    beginning,
    by_hand,
    claiming,
    loading,
    looking,
    recording,
    stopping,
)
from tests.outcomes import record
from tests.workflow.delivery_deeds import REFUSALS, deed, pick, refusals, take, which
from tests.workflow.delivery_world import Look, Request, receipt

_S = DeliveryStatus


class Workers:
    @deed(
        3,
        when=lambda self: self.hand or self.loaded,
        which=which,
        fails=st.sampled_from([False, False, True]),
    )
    def go_on(self, which, fails):
        """Whatever a worker holds goes one step on."""
        if self.hand:
            self.load(which)
        elif fails:
            self.fail_to_prepare(which)
        else:
            self.begin(which)

    @deed(
        3,
        when=lambda self: self.world.on_its_way() or self._heard(),
        deed=st.sampled_from(["arrive", "answer", "lose", "duplicate"]),
        which=which,
        says=refusals,
    )
    def on_the_wire(self, deed, which, says):
        if deed == "arrive" and self.world.on_its_way():
            self.arrive(which)
        elif deed == "duplicate" and self._heard():
            self.call_it_a_duplicate(which)
        elif self._heard():
            self.answer(which, lost=deed == "lose", says=says)

    def tick(self):
        claiming.wake_accounts(at=self.world.now)
        claiming.recover(at=self.world.now)
        stopping.put_aside(at=self.world.now)
        claiming.give_up_late(at=self.world.now)
        by_hand.give_up_unproved(at=self.world.now)
        db.session.commit()

    @deed(2, when=lambda self: not self.hand and self._in(_S.PENDING), limit=st.integers(1, 3))
    def claim(self, limit):
        claims = claiming.claim_due(at=self.world.now, owner="a", limit=limit)
        db.session.commit()
        db.session.expire_all()
        assert not (claims and self.stopped), "claimed while all is stopped"
        for claim in claims:
            delivery = db.session.get(Delivery, claim.delivery_id)
            account = delivery.account
            assert delivery.due_at <= self.world.now < delivery.publish_by
            assert account.status is AccountStatus.ACTIVE or (
                account.paused_until and account.paused_until <= self.world.now
            )
            assert account.retired_at is None
            assert account.next_allowed_at is None or account.next_allowed_at <= self.world.now
        self.hand += claims

    @deed(
        6,
        when=lambda self: not self.hand and self._in(_S.PENDING),
        limit=st.integers(1, 3),
        goes=st.sampled_from(
            ["on its way", "arrived", "answered", "lost", "lost", "away", "away", *REFUSALS]
        ),
    )
    def send(self, limit, goes):
        """The whole way of what is due, in one go, and what becomes of the request."""
        began = len(self.world.requests)
        self.claim(limit)
        while self.hand:
            self.load(0)
        while self.loaded:
            self.begin(0)
        for request in self.world.requests[began:]:
            if goes in ("arrived", "answered", "lost") and not request.refused:
                text = request.job.content.text
                request.arrived = self.world.publish(request.account_id, request.post_id, text)
            if goes not in ("on its way", "arrived"):
                self._answer(request, lost=goes in ("lost", "away"), says=goes)

    def load(self, claim):
        claim = take(self.hand, claim)
        self.loaded += loading.load([claim], vault=self.app.extensions["vault"])
        db.session.rollback()

    def begin(self, job):
        claim, job = take(self.loaded, job)
        at = self.world.now
        if isinstance(job, PlatformError):
            record(claim, job, phase="prepare", started_at=at, at=at)
            db.session.commit()
            return
        prepared = Prepared(text=job.content.text)
        intent = beginning.Begin(job=job, prepared=prepared, at=at, spacing=timedelta(minutes=1))
        if recording.write([intent]) != [True]:
            db.session.rollback()
            return
        db.session.commit()
        assert not self.stopped, "begun while all is stopped"
        delivery = db.session.get(Delivery, claim.delivery_id)
        assert delivery.due_at <= at < delivery.publish_by
        assert delivery.post.status is PostStatus.APPROVED
        assert delivery.post.text_for(delivery.account.platform) == job.content.text
        self.world.requests.append(
            Request(
                claim=claim, job=job, account_id=delivery.account_id, post_id=delivery.post_id,
                began_at=at, began_s=self.world.running_s,
                refused=self._keeps_drafts(delivery.account_id),
            )
        )  # fmt: skip

    def fail_to_prepare(self, claim):
        claim, _ = take(self.loaded, claim)
        at = self.world.now
        record(claim, TryLater("upload"), phase="prepare", started_at=at, at=at)
        db.session.commit()

    @deed(
        1,
        when=lambda self: self.hand or self.loaded or self.looks or self._heard(),
        alone=st.booleans(),
    )
    def die(self, alone):
        """All workers die. On SQLite the next one knows that it is alone."""
        self.hand, self.loaded, self.looks = [], [], []
        for request in self.world.requests:
            request.heard = False
        if alone:
            claiming.forsake_leases(at=self.world.now, owner="b")
            db.session.commit()

    # -- the platform

    def arrive(self, request):
        request = pick(self.world.on_its_way(), request)
        text = request.job.content.text
        request.arrived = self.world.publish(request.account_id, request.post_id, text)

    def answer(self, request, lost, says):
        """What a platform says is true; a worker may hear it late, or never."""
        self._answer(pick(self._heard(), request), lost, says)

    def _answer(self, request, lost, says):
        request.heard = False
        if self._keeps_drafts(request.account_id):
            number = f"draft-{len(self.world.requests)}-{request.claim.fence}"
            outcome = OutcomeUnknown("reset") if lost else Handover(remote_id=number)
        elif lost or (not request.arrived and request not in self.world.on_its_way()):
            outcome = OutcomeUnknown("reset")
        elif request.arrived:
            outcome = receipt(request.arrived)
        else:
            outcome, request.refused = REFUSALS[says](), True
        self._record(request, outcome)

    def call_it_a_duplicate(self, request):
        """A platform says so only if the post is there."""
        request = pick(self._heard(), request)
        there = any(
            (one.account_id, one.text) == (request.account_id, request.job.content.text)
            for one in self.world.book
        )
        if there and not request.arrived and request in self.world.on_its_way():
            request.heard, request.refused = False, True
            self._record(request, Refused("duplicate", duplicate=True))

    def _heard(self):
        return [each for each in self.world.requests if each.heard]

    def _record(self, request, outcome):
        record(
            request.claim, outcome, phase="publish", started_at=request.began_at,
            at=self.world.now,
        )  # fmt: skip
        db.session.commit()

    # -- looking

    @deed(
        2,
        when=lambda self: self.looks or self._in(_S.UNKNOWN),
        which=which,
        sees=st.sampled_from(["it", "nothing", "no account"]),
    )
    def look_slowly(self, which, sees):
        """A look whose result is written down some time later."""
        if self.looks:
            self.tell(which)
        else:
            self.look(sees)

    def look(self, sees):
        claims = claiming.claim_lookups(at=self.world.now, limit=1)
        db.session.commit()
        for claim in claims:
            search = looking.load_search(claim, vault=self.app.extensions["vault"])
            account_id = db.session.get(Delivery, claim.delivery_id).account_id
            db.session.rollback()
            if search is None:
                continue
            outcome = {"nothing": TryLater("503"), "no account": AccountBlocked("401")}.get(sees)
            if outcome is None:
                outcome = self.world.find(search, account_id)
            self.looks.append(Look(claim, outcome, self.world.now))

    def tell(self, look):
        look = take(self.looks, look)
        looking.record_look(look.claim, look.outcome, started_at=look.started_at, at=self.world.now)
        db.session.commit()
