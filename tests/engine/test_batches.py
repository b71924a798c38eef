"""Many threads that write at the same moment share a commit, and none harms another."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from publisher.engine.batches import MOST, Batches


class Book:
    """Where batches are written: nothing of a batch is kept unless all of it is."""

    def __init__(self, refuse=()):
        self.pages = []
        self._refuse = refuse
        self.open = threading.Event()
        self.open.set()
        self.begun = threading.Event()

    def write(self, items):
        self.begun.set()
        assert self.open.wait(30)
        for item in items:
            if item in self._refuse:
                raise ValueError(item)
        self.pages.append(list(items))
        return [f"{item} written" for item in items]


def write_all(book, items):
    """Write `items` from a thread each, all but the first while the first is being written."""
    batches = Batches(book.write)
    book.open.clear()
    with ThreadPoolExecutor(len(items)) as pool:
        results = [pool.submit(batches.do, items[0])]
        assert book.begun.wait(30)
        results += [pool.submit(batches.do, item) for item in items[1:]]
        while len(batches._waiting) < len(items) - 1:
            threading.Event().wait(0.001)
        book.open.set()
        return [future.exception() or future.result() for future in results]


def test_what_waits_while_another_writes_shares_a_commit():
    book = Book()

    results = write_all(book, list(range(20)))

    assert results == [f"{number} written" for number in range(20)]
    assert sorted(map(len, book.pages)) == [1, 19]


def test_a_commit_does_not_grow_without_end():
    book = Book()

    write_all(book, list(range(MOST + 10)))

    assert max(map(len, book.pages)) == MOST
    assert sum(map(len, book.pages)) == MOST + 10


def test_one_that_fails_fails_alone():
    book = Book(refuse=[3])

    results = write_all(book, list(range(6)))

    assert isinstance(results.pop(3), ValueError)
    assert results == [f"{number} written" for number in (0, 1, 2, 4, 5)]


@pytest.mark.parametrize("error", [sa.exc.OperationalError("", {}, Exception()), SystemExit()])
def test_nobody_waits_for_ever_when_nothing_can_be_written(error):
    tries = []

    def write(items):
        tries.append(len(items))
        raise error

    with pytest.raises(type(error)):
        Batches(write).do("alone")
    assert tries == [1]


def test_a_database_that_is_away_is_not_asked_again_for_each():
    book, tries = Book(), []

    def write(items):
        tries.append(len(items))
        book.write([])
        raise sa.exc.OperationalError("", {}, Exception())

    batches = Batches(write)
    book.open.clear()
    with ThreadPoolExecutor(9) as pool:
        results = [pool.submit(batches.do, 0)]
        assert book.begun.wait(30)
        results += [pool.submit(batches.do, number) for number in range(8)]
        while len(batches._waiting) < 8:
            threading.Event().wait(0.001)
        book.open.set()
        errors = [future.exception() for future in results]

    assert all(isinstance(error, sa.exc.OperationalError) for error in errors)
    assert sorted(tries) == [1, 8]
