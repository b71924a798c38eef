"""So many talks with a platform at once, and the writing down beside them."""

import threading
from collections import Counter
from concurrent.futures import wait
from queue import Queue

import pytest

from publisher.engine.lanes import Lane, Place

LONG_S = 20


def nobody(_lane: Lane) -> None:
    pass


@pytest.fixture
def make_lane():
    lanes = []

    def make(talks: int, left=nobody) -> Lane:
        lanes.append(Lane("test", talks, left=left))
        return lanes[-1]

    yield make
    for lane in lanes:
        lane.stop()


def finish(lane: Lane) -> None:
    assert not wait(lane.under_way(), timeout=LONG_S).not_done


def test_never_do_more_talk_at_once_than_may(make_lane):
    lane, guard, talking, most = make_lane(3), threading.Lock(), [0], [0]
    all_three = threading.Barrier(3)

    def work(place: Place) -> None:
        with guard:
            talking[0] += 1
            most[0] = max(most[0], talking[0])
        all_three.wait(LONG_S)  # that three do talk is seen as well
        with guard:
            talking[0] -= 1
        place.leave()

    for _ in range(30):
        lane.start(work, lambda _: None)
    finish(lane)
    assert (most, lane.taken) == ([3], 0)


def test_what_is_only_being_written_down_keeps_no_talk_waiting(make_lane):
    lane, written, next_one = make_lane(1), threading.Event(), threading.Event()

    def slow_to_write(place: Place) -> None:
        place.leave()
        assert written.wait(LONG_S)

    lane.start(slow_to_write, lambda _: None)
    lane.start(lambda _: next_one.set(), lambda _: None)

    assert next_one.wait(LONG_S)
    assert len(lane.under_way()) >= 1  # it is waited for when the worker ends
    written.set()
    finish(lane)


def test_a_talk_that_ends_badly_leaves_its_place_once(make_lane):
    freed, ended = [], Queue()
    lane = make_lane(1, left=lambda of: freed.append(of.taken))

    def leaves_and_fails(place: Place) -> None:
        place.leave()
        place.leave()
        raise LookupError

    def fails(_place: Place) -> None:
        raise LookupError

    for work in (leaves_and_fails, fails, lambda _: None):
        lane.start(work, lambda future: ended.put(type(future.exception())))

    told = Counter(ended.get(timeout=LONG_S) for _ in range(3))
    assert told == {LookupError: 2, type(None): 1}
    assert (len(freed), lane.taken) == (3, 0)
