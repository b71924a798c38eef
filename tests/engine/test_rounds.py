"""What a worker does for each of several: one that fails keeps no other waiting."""

import pytest
import sqlalchemy as sa

from publisher.engine.steps import Steps


@pytest.fixture
def steps(app):
    return Steps(app, owner="test")


def test_one_that_fails_is_logged_and_keeps_none_of_the_others_waiting(steps, caplog):
    done = []

    def halve(number):
        done.append(12 // number)

    steps.for_each([1, 0, 3], halve)

    assert done == [12, 4]
    assert "halve failed for 0" in caplog.text


def test_a_database_that_is_away_ends_the_round(steps):
    tried = []

    def ask(number):
        tried.append(number)
        raise sa.exc.OperationalError("SELECT 1", {}, OSError("gone"))

    with pytest.raises(sa.exc.OperationalError):
        steps.for_each([1, 2], ask)

    assert tried == [1]


def test_a_worker_that_is_to_stop_begins_nothing_more(steps):
    tried = []

    steps.for_each([1, 2], lambda number: tried.append(number) or steps.stopping.set())

    assert tried == [1]
