"""Platforms do not wait for one another in the threads of one process."""

import time

from publisher import clock
from publisher.db import db
from publisher.engine import Engine

PATIENCE_S = 30
#: Longer than the client waits.
SILENCE_S = 3


def wait_until(true):
    give_up = clock.running_s() + PATIENCE_S
    while not true():
        assert clock.running_s() < give_up, "it did not happen"
        time.sleep(0.02)


def test_a_platform_that_answers_no_more_keeps_no_other_waiting(
    app, practice, connected, dinkes, dishub, dinkes_facebook, due_post
):
    engine = Engine(app, owner="test", threads=1)
    slow = [connected(dinkes, handle="pertama"), connected(dishub, handle="kedua")]
    first, facebook = slow[0].remote_id, dinkes_facebook.remote_id
    practice.order_fault("x", "*", "slow", seconds=SILENCE_S, times=len(slow))
    try:
        due_post(accounts=slow)
        db.session.commit()
        engine.wake()
        wait_until(lambda: practice.requests("x", first, operation="publish"))

        due_post(accounts=[dinkes_facebook])
        db.session.commit()
        engine.wake()
        wait_until(lambda: practice.ledger("facebook", facebook))
    finally:
        engine.stop(timeout_s=PATIENCE_S)
