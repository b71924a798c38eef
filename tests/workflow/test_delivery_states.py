"""Every way a delivery can go, in any order, against a model of what is really on the platform.

Workers claim, begin, die and answer late; people retry, prove, deny, edit, and stop the region and
let it go on; accounts are held, clocks are set. After each step the promises must hold, and from
wherever it got to, everything must come to an end once the world is well again. The second
account's platform only keeps drafts: a person posts there and files a proof.
"""

import os
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
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import FINAL, IN_FLIGHT, NEVER, STEPS, DeliveryStatus
from publisher.workflow.delivering import looking, proving
from publisher.workflow.delivering.resuming import Fate
from tests.conftest import credentials_for
from tests.workflow import delivery_world
from tests.workflow.delivery_deeds import DEEDS, WINDOW, deed, loaded, pick, which
from tests.workflow.delivery_people import People
from tests.workflow.delivery_stops import Stops
from tests.workflow.delivery_workers import Workers
from tests.workflow.delivery_world import World, heal
from tests.workflow.delivery_writing import Writing

_S = DeliveryStatus
#: More of them, and other ones each time, for `make chaos`.
EXAMPLES = int(os.environ.get("EXAMPLES") or 0)


class Deliveries(Writing, Workers, People, Stops, RuleBasedStateMachine):
    """Steps of workers, people, platforms and clocks, each drawn when it is possible."""

    def __init__(self, app, accounts, drafter, reviewer):
        super().__init__()
        self.app, self.accounts, self.sari, self.budi = app, accounts, drafter, reviewer
        delivery_world.empty(accounts)
        self.world = World()
        self.hand = []  # claims that a worker holds
        self.loaded = []  # and what it read of them
        self.looks, self.stopped = [], False
        self.fences, self.claimed, self.standing, self.last_event = {}, {}, {}, 0

    @rule(data=st.data())
    def something_happens(self, data):
        """One rule for all: hypothesis leaves some rules out of each example, and an example in
        which nothing is sent or no time passes tells nothing."""
        possible = [one for one in DEEDS for _ in range(one.weight) if one.when(self)]
        chosen = data.draw(st.sampled_from(possible))
        chosen.do(self, **{name: data.draw(from_) for name, from_ in chosen.drawn.items()})

    # -- time, and accounts

    @initialize(posts=st.integers(1, 3))
    def some_are_due(self, posts):
        for number in range(posts):
            self.plan(number, 0, WINDOW)

    @deed(5, seconds=st.sampled_from([1, 20, 46, 121, 300, 300, 1800]), looks=st.booleans())
    def go_by(self, seconds, looks):
        """Time passes; a worker does what it does every second."""
        self.wait(seconds)
        self.tick()
        if looks:
            self.look("it")
            while self.looks:
                self.tell(0)

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

    @deed(
        1,
        when=lambda self: not self._unwell(),
        account=which,
        kind=st.sampled_from(["limit", "logged out", "retired"]),
    )
    def set_aside(self, account, kind):
        self.hold(account, kind)

    def hold(self, account, kind):
        account = pick(self.accounts, account)
        if kind == "retired":
            account.retired_at = self.world.now
        else:
            until = self.world.now + timedelta(minutes=10) if kind == "limit" else None
            account.status = AccountStatus.PAUSED if until else AccountStatus.RECONNECT
            account.paused_until, account.paused_reason = until, "uji"
        db.session.commit()

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
            if self.stopped:
                self.go_on_publishing(Fate.SEND, gap=0)
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

    def _in(self, *statuses):
        """Return the deliveries that stand there, as rows."""
        return [row for row in delivery_world.rows() if row.status in statuses]

    def _keeps_drafts(self, account_id):
        return account_id == self.accounts[1].id

    def _moving(self):
        return [
            one
            for one in self._in(*(set(DeliveryStatus) - set(FINAL)))
            if not (one.status is _S.UNKNOWN and one.next_at == NEVER)
        ]


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
