"""How transactions begin: writers one after the other, readers beside them."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from publisher import db as database
from publisher.db import (
    Turn,
    UtcDateTime,
    db,
    prepare_engine,
    read_only,
    take_turn_if_free,
    wait_turn,
    wait_turns,
)
from publisher.models.places import Region
from tests.conftest import PRAGMAS
from tests.workflow.conftest import now_waits


@pytest.fixture
def other(app):
    """Another process's connection to the same SQLite file, which waits for nobody."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows, not databases")
    connection = sqlite3.connect(db.engine.url.database, timeout=0, isolation_level=None)
    yield connection
    connection.close()


def test_who_may_write_has_the_turn_from_the_first_statement_on(other):
    """Else two workers read the same row as free, and both take it."""
    db.session.scalars(sa.select(Region)).all()

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")

    db.session.commit()
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")


def test_who_only_reads_keeps_nobody_from_writing(other):
    read_only()
    db.session.scalars(sa.select(Region)).all()

    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")


def test_what_is_committed_to_sqlite_is_on_the_disk(tmp_path, monkeypatch):
    """Tests need not wait for that; whoever runs Siar loses no mark of "sending" with the power."""
    monkeypatch.setattr(database, "SQLITE_PRAGMAS", PRAGMAS)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'siar.sqlite'}", poolclass=sa.NullPool)
    prepare_engine(engine)

    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_on_postgresql_nobody_waits_for_a_row_for_ever(app):
    """Nor does one who was stopped in the middle of a transaction keep rows from all others."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite waits for its one writer, with a limit of its own")

    shown = [
        db.session.scalar(sa.text(f"SHOW {name}"))
        for name in ("lock_timeout", "idle_in_transaction_session_timeout")
    ]

    assert shown == ["20s", "1min"]


@pytest.fixture
def many_write(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer anyway")


def test_many_turns_are_waited_for_in_one_order_and_one_statement(many_write, app):
    """Else two who want the same ones might each wait for the other."""
    taken = sa.text(
        "SELECT objid, granted FROM pg_locks WHERE locktype = 'advisory' AND pid <>"
        " pg_backend_pid() AND classid = 7324 AND objsubid = 2 ORDER BY objid, granted"
    )
    sent = []

    def on_execute(_connection, _cursor, statement, *_):
        sent.append(statement)

    def wait():
        with app.app_context():
            wait_turns(Turn.PLANNING, [5, 2, 16, 1, 5])
            db.session.rollback()

    wait_turns(Turn.PLANNING, [5])
    sa.event.listen(db.engine, "before_cursor_execute", on_execute)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        now_waits(waiting.done)
        assert db.session.execute(taken).all() == [(1, True), (2, True), (5, False)]
        db.session.rollback()
        waiting.result(timeout=60)
    assert len([each for each in sent if "pg_advisory" in each]) == 1


def test_who_finds_a_turn_taken_does_not_wait_for_it(many_write, app):
    def take():
        with app.app_context():
            return take_turn_if_free(Turn.WATCH)

    wait_turn(Turn.WATCH)
    wait_turn(Turn.NAMES)  # what others do is no matter
    with ThreadPoolExecutor(1) as pool:
        assert not pool.submit(take).result(timeout=60)
        db.session.rollback()
        assert pool.submit(take).result(timeout=60)


def test_sqlite_keeps_moments_as_sqlalchemy_writes_them():
    """Written in our own way for speed: rows of either way are compared as texts."""
    dialect = sqlite.dialect()
    ours = UtcDateTime().bind_processor(dialect)
    theirs = sqlite.DATETIME().bind_processor(dialect)
    for moment in (
        datetime(2026, 11, 23, 8, 5, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 30, 0, 7, tzinfo=timezone(timedelta(hours=9))),
        datetime(9999, 1, 1, tzinfo=UTC),
        datetime(26, 1, 2, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-7))),
    ):
        assert ours(moment) == theirs(moment.astimezone(UTC).replace(tzinfo=None))
    assert ours(None) is None
    with pytest.raises(ValueError, match="without a zone"):
        ours(datetime(2026, 11, 23, 8, 5))  # noqa: DTZ001
