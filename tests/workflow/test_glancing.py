"""What a tick sees of the deliveries, without touching them."""

from datetime import timedelta

from publisher.workflow.delivering.glancing import glance

SECOND = timedelta(seconds=1)


def test_a_glance_tells_what_will_be_due_before_the_next_one(planned, dinkes_x):
    """Else a post for nine o'clock goes out somewhere in the second after."""
    due_at = planned(dinkes_x).due_at

    def seen_from(at):
        return glance(at=at, next_at=at + SECOND)

    assert seen_from(due_at - 0.4 * SECOND).soon == due_at
    assert not seen_from(due_at - 0.4 * SECOND).due
    assert seen_from(due_at - 2 * SECOND).soon is None
    assert seen_from(due_at).due
