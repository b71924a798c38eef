"""Every way a delivery can go, in any order, against a model of what is really on the platform.

Workers claim, begin, die and answer late; people retry, prove, deny and edit; accounts are held,
clocks are set. After each step the promises must hold, and from wherever it got to, everything
must come to an end once the world is well again. The second account's platform only keeps drafts:
a person posts there and files a proof.
"""

import os
from contextlib import suppress
from datetime import timedelta

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from publisher.db import db
from publisher.errors import Invalid, InvalidTransition
from publisher.models.accounts import Account, AccountStatus
from publisher.models.advancing import cancel_open
from publisher.models.deliveries import FINAL, IN_FLIGHT, NEVER, STEPS, Delivery, DeliveryStatus
from publisher.models.posts import Post, PostStatus
from publisher.platforms.base import Handover, Prepared
from publisher.platforms.errors import (
    AccountBlocked,
    OutcomeUnknown,
    PlatformError,
    Refused,
    TryLater,
)
from publisher.workflow import scheduling
from publisher.workflow.delivering import (
    by_hand,
    claiming,
    loading,
    looking,
    people,
    proving,
    recording,
)
from tests.conftest import credentials_for
from tests.workflow import delivery_world
from tests.workflow.delivery_world import Look, Request, World, heal, receipt

_S = DeliveryStatus
#: More of them, and other ones each time, for `make chaos`.
EXAMPLES = int(os.environ.get("EXAMPLES") or 0)
WINDOW = timedelta(hours=6)
MOST_POSTS = 5
#: What a platform answers to a request that it did not accept; it never will.
REFUSALS = {
    "later": lambda: TryLater("503"),
    "limit": lambda: TryLater("429", wait_s=300, whole_account=True),
    "refused": lambda: Refused("text"),
    "logged out": lambda: AccountBlocked("401"),
}
which = st.integers(0, 10)
refusals = st.sampled_from(sorted(REFUSALS))


class Deed:
    """Something that may happen: how likely it is, when it can, and what is drawn for it."""

    def __init__(self, weight, do, *, when, drawn):
        self.weight, self.do, self.when, self.drawn = weight, do, when, drawn

    def __repr__(self):
        return self.do.__name__


DEEDS = []


def deed(weight, *, when=lambda _: True, **drawn):
    def register(do):
        DEEDS.append(Deed(weight, do, when=when, drawn=drawn))
        return do

    return register


class Deliveries(RuleBasedStateMachine):
    """Steps of workers, people, platforms and clocks, each drawn when it is possible."""

    def __init__(self, app, accounts, drafter, reviewer):
        super().__init__()
        self.app, self.accounts, self.sari, self.budi = app, accounts, drafter, reviewer
        delivery_world.empty(accounts)
        self.world = World()
        self.hand = []  # claims that a worker holds
        self.loaded = []  # and what it read of them
        self.looks = []
        self.fences, self.claimed, self.standing, self.last_event = {}, {}, {}, 0

    @rule(data=st.data())
    def something_happens(self, data):
        """One rule for all: hypothesis leaves some rules out of each example, and an example in
        which nothing is sent or no time passes tells nothing."""
        possible = [one for one in DEEDS for _ in range(one.weight) if one.when(self)]
        chosen = data.draw(st.sampled_from(possible))
        chosen.do(self, **{name: data.draw(from_) for name, from_ in chosen.drawn.items()})

    # -- what happens

    @initialize(posts=st.integers(1, 3))
    def some_are_due(self, posts):
        for number in range(posts):
            self.plan(number, 0, WINDOW)

    @deed(
        2,
        deed=st.sampled_from(["plan", "plan", "reopen", "approve", "approve changed"]),
        which=which,
        minutes=st.sampled_from([0, 0, 1, 20]),
        window=st.sampled_from([WINDOW, WINDOW, timedelta(minutes=10)]),
    )
    def write(self, deed, which, minutes, window):
        if deed == "plan" and len(delivery_world.posts()) < MOST_POSTS:
            self.plan(which, minutes, window)
        elif deed == "reopen" and self._posts(PostStatus.APPROVED):
            self.reopen(which)
        elif deed.startswith("approve") and self._posts(PostStatus.DRAFT):
            self.approve_again(which, changed=deed.endswith("changed"))

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

    @deed(5, seconds=st.sampled_from([1, 20, 46, 121, 300, 300, 1800]), looks=st.booleans())
    def go_by(self, seconds, looks):
        """Time passes; a worker does what it does every second."""
        self.wait(seconds)
        self.tick()
        if looks:
            self.look("it")
            while self.looks:
                self.tell(0)

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
        1,
        when=lambda self: not self._unwell(),
        account=which,
        kind=st.sampled_from(["limit", "logged out", "retired"]),
    )
    def set_aside(self, account, kind):
        self.hold(account, kind)

    @deed(4, when=lambda self: self._unwell())
    def mend(self):
        for account in self._unwell():
            heal(account)
        db.session.commit()

    def _unwell(self):
        return [
            one
            for one in self.accounts
            if one.status is not AccountStatus.ACTIVE or one.retired_at is not None
        ]

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

    # -- planning

    def plan(self, account, minutes, window):
        post = Post(
            office=self.sari.office, title="Kegiatan", drafted_by=self.sari, edited_by=self.sari,
            caption=f"Kegiatan {len(delivery_world.posts())}", created_at=self.world.now,
            edited_at=self.world.now, planned_at=self.world.now + timedelta(minutes=minutes),
        )  # fmt: skip
        post.accounts = [pick(self.accounts, account)]
        db.session.add(post)
        db.session.flush()
        self._approve(post, window)

    def reopen(self, post):
        post = pick(self._posts(PostStatus.APPROVED), post)
        post.move("reopen", actor=self.sari, at=self.world.now)
        cancel_open(post, actor=self.sari, at=self.world.now, reason="diubah")
        db.session.commit()

    def approve_again(self, post, changed):
        post = pick(self._posts(PostStatus.DRAFT), post)
        if changed:
            post.caption += " (diperbaiki)"
            post.touch(actor=self.sari, at=self.world.now)
        self._approve(post, WINDOW)

    def _approve(self, post, window):
        post.move("submit", actor=self.sari, at=self.world.now)
        post.move("approve", actor=self.budi, at=self.world.now)
        scheduling.schedule(post, actor=self.budi, at=self.world.now, catch_up=window)
        db.session.commit()

    def _posts(self, status):
        return [post for post in delivery_world.posts() if post.status is status]

    # -- workers

    def tick(self):
        claiming.wake_accounts(at=self.world.now)
        claiming.recover(at=self.world.now)
        claiming.give_up_late(at=self.world.now)
        by_hand.give_up_unproved(at=self.world.now)
        db.session.commit()

    @deed(2, when=lambda self: not self.hand and self._in(_S.PENDING), limit=st.integers(1, 3))
    def claim(self, limit):
        claims = claiming.claim_due(at=self.world.now, owner="a", limit=limit)
        db.session.commit()
        db.session.expire_all()
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
            recording.record(claim, job, phase="prepare", started_at=at, at=at)
            db.session.commit()
            return
        prepared = Prepared(text=job.content.text)
        intent = recording.Begin(job=job, prepared=prepared, at=at, spacing=timedelta(minutes=1))
        if recording.write([intent]) != [True]:
            db.session.rollback()
            return
        db.session.commit()
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
        recording.record(claim, TryLater("upload"), phase="prepare", started_at=at, at=at)
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
        recording.record(
            request.claim, outcome, phase="publish", started_at=request.began_at,
            at=self.world.now,
        )  # fmt: skip
        db.session.commit()

    def hold(self, account, kind):
        account = pick(self.accounts, account)
        if kind == "retired":
            account.retired_at = self.world.now
        else:
            until = self.world.now + timedelta(minutes=10) if kind == "limit" else None
            account.status = AccountStatus.PAUSED if until else AccountStatus.RECONNECT
            account.paused_until, account.paused_reason = until, "uji"
        db.session.commit()

    # -- looking

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

    # -- people

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

    def _in(self, *statuses):
        """Return the deliveries that stand there, as rows."""
        return [row for row in delivery_world.rows() if row.status in statuses]

    # -- time

    def wait(self, seconds):
        self.world.running_s += seconds
        self.world.now += timedelta(seconds=seconds)

    @deed(
        1,
        when=lambda self: not self.world.on_its_way(),
        minutes=st.sampled_from([-50, -10, 10, 50]),
    )
    def set_the_clock(self, minutes):
        """Never by more than looks go back; and not while a request is on its way, whose
        answer would then be waited for too shortly."""
        step = timedelta(minutes=minutes)
        if abs(self.world.clock_error + step) < looking.CLOCKS_APART:
            self.world.now += step

    # -- what must hold

    @invariant()
    def nothing_is_out_twice(self):
        made = [(one.post_id, one.account_id) for one in self.world.book if not one.by_hand]
        assert len(made) == len(set(made)), "out twice"

    @invariant()
    def what_is_said_is_true(self):
        self.every_step_left_its_event()
        rows = delivery_world.rows()
        flying = [row.account_id for row in rows if row.status in IN_FLIGHT]
        assert len(flying) == len(set(flying)), "two in flight"
        for row in rows:
            numbers = {one.remote_id for one in self.world.copies(row)}
            if row.status is _S.PUBLISHED:
                assert row.permalink.rpartition("/")[2] in numbers, "published, and not there"
            elif row.status in (_S.FAILED, _S.MISSED):
                assert not numbers, f"{row.status}, and it is out"
            assert row.reason or row.status not in (_S.FAILED, _S.MISSED, _S.UNKNOWN)
            assert row.fence >= self.fences.get(row.id, 0)
            self.fences[row.id] = row.fence
            assert self.standing[row.id] == row.status

    def every_step_left_its_event(self):
        for event in delivery_world.events(after=self.last_event):
            assert self.standing.get(event.delivery_id) == event.before
            if event.step == "claim":
                assert event.fence > self.claimed.get(event.delivery_id, 0)
                self.claimed[event.delivery_id] = event.fence
            self.standing[event.delivery_id] = event.after
            self.last_event = event.id

    def teardown(self):
        """From here on nothing goes wrong any more: does everything come to an end?"""
        try:
            self.die(alone=False)
            for seconds in [300] * 4 + [1800] * 20:
                if not self._moving():
                    break
                self._live_well(seconds)
            assert not self._moving(), [(one.id, one.status) for one in self._moving()]
            self.nothing_is_out_twice()
            self.what_is_said_is_true()
        finally:
            db.session.rollback()

    def _live_well(self, seconds):
        for account in self.accounts:
            heal(account)
        db.session.commit()
        self.wait(seconds)
        self.tick()
        self.look("it")
        while self.looks:
            self.tell(0)
        self.claim(3)
        while self.hand:
            self.load(0)
        while self.loaded:
            self.begin(0)
        for row in self._in(_S.HANDED_OVER):
            delivery = loaded(row)
            if proving.waiting_proof(delivery) is None:
                self.file(delivery, posted=True)
            if (proof := proving.waiting_proof(delivery)) is not None:
                self.review(proof)
        for request in self._heard():
            if request.refused:
                self._answer(request, lost=False, says="")
                continue
            text = request.job.content.text
            request.arrived = self.world.publish(request.account_id, request.post_id, text)
            self._answer(request, lost=False, says="")

    def _keeps_drafts(self, account_id):
        return account_id == self.accounts[1].id

    def _moving(self):
        return [
            one
            for one in self._in(*(set(DeliveryStatus) - set(FINAL)))
            if not (one.status is _S.UNKNOWN and one.next_at == NEVER)
        ]


def pick(things, number):
    return things[number % len(things)]


def loaded(row):
    db.session.expire_all()
    return db.session.get(Delivery, row.id)


def take(things, number):
    return things.pop(number % len(things))


@pytest.fixture
def machine(app, make_account, dinkes, sari, budi):
    """Return a function that makes the machine, on two accounts of X."""
    accounts = [
        make_account(dinkes, "x", handle=f"dinkes{n}", remote_id=f"77{n}") for n in range(2)
    ]
    assert all(credentials_for(one.platform, one.remote_id) for one in accounts)
    ids = [account.id for account in accounts]
    return lambda: Deliveries(app, [db.session.get(Account, n) for n in ids], sari, budi)


def explored(examples, steps=25, *, shrink=True):
    generate = hypothesis.Phase.generate
    return hypothesis.settings(
        phases=[generate, hypothesis.Phase.shrink] if shrink else [generate],
        max_examples=EXAMPLES or examples,
        stateful_step_count=steps,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def test_in_any_order_of_events_nothing_is_out_twice_and_everything_ends(machine):
    run_state_machine_as_test(machine, settings=explored(12))


@pytest.mark.parametrize("worse", [_S.PENDING, _S.FAILED])
def test_the_model_condemns_a_worse_policy(machine, monkeypatch, worse):
    """Send again when the lease is over; or give up on doubt."""
    monkeypatch.setitem(STEPS, "doubt", (STEPS["doubt"][0], worse))

    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=explored(40, shrink=False))
