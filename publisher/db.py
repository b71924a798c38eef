"""The database handle, and how SQLite and PostgreSQL are made to keep our promises.

SQLite: write-ahead log, every commit on disk (`synchronous=FULL`: a lost "sending" mark would
be a double post), and `BEGIN IMMEDIATE` for writers, because pysqlite's default transactions
let two workers claim the same row. Pages only read: they take a plain, read-only transaction
and never wait for a writer. The same flag makes PostgreSQL's transactions read-only.
"""

import enum
import threading
from collections import namedtuple
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

NAMING = {
    "ix": "ix__%(table_name)s__%(column_0_N_name)s",
    "uq": "uq__%(table_name)s__%(column_0_N_name)s",
    "ck": "ck__%(table_name)s__%(constraint_name)s",
    "fk": "fk__%(table_name)s__%(column_0_N_name)s",
    "pk": "pk__%(table_name)s",
}

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",
    "foreign_keys=ON",
    "cache_size=-16384",
    "temp_store=MEMORY",
)


#: Whoever waits longer for a row hears of it and may try again; whoever holds rows and does
#: nothing with them (a process that was stopped, a network that is gone) loses them.
POSTGRESQL_OPTIONS = "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"

#: How long a writer waits for the others of its process before it tries its luck with SQLite.
TURN_TIMEOUT_S = 20


class Turn(enum.IntEnum):
    """What is done by one at a time, although PostgreSQL lets many write. Two versions of Siar
    may run side by side, so no number ever means another thing."""

    AUDIT = 7321  # who adds to the audit trail
    WATCH = 7322  # who looks for what people must be told
    NAMES = 7323  # who gives a name that no other region may have
    PLANNING = 7324  # who approves, moves or adopts contents of an office
    REGIONS = 7325  # who adds regions


_TAKE = sa.text("SELECT pg_advisory_xact_lock(:turn)")
_TRY = sa.text("SELECT pg_try_advisory_xact_lock(:turn)")
#: Two who want the same ones must take them in one order, or each would wait for the other.
#: PostgreSQL never merges a sorted subquery into the query around it, so each is taken as it comes
#: out of the sorting; of a plain ORDER BY beside the function that is not promised.
_TAKE_IN_ORDER = sa.text(
    "SELECT pg_advisory_xact_lock(:turn, number) FROM"
    " (SELECT number FROM unnest(CAST(:numbers AS integer[])) AS number ORDER BY number) AS wanted"
)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database, never naive in between."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        """Do the same as SQLAlchemy's own, whose three steps for each of the two dozen moments of
        a post took SQLite a tenth of all the writing."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        """Likewise: a report reads thousands of moments."""
        return _moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        return None if value is None else _in_utc(value)


def _written(value: datetime | None) -> str | None:
    """Return a moment as SQLAlchemy keeps it in SQLite."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a zone")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]  # not "+00:00"


def _moment(kept: str | None) -> datetime | None:
    """Return a moment that SQLite kept; also one that was written with its zone, by hand."""
    return None if kept is None else _in_utc(datetime.fromisoformat(kept))


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def by_name(found: sa.Result[*tuple[Any, ...]]) -> list[Any]:
    """Return all rows as named tuples. SQLAlchemy's own rows look a column up by its name as
    slowly as twenty by their numbers (1.7 µs, version 2.1.9): too slow where many are read."""
    return list(map(_shape(tuple(found.keys()))._make, found))


@lru_cache(maxsize=256)
def _shape(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names)


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime(),
            str: sa.Text(),
            dict[str, Any]: sa.JSON(),
            list[str]: sa.JSON(),
        },
    )


class Session(FlaskSession):
    """A session that, told so, reads without ever waiting for a writer."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        engine = super().get_bind(*args, **kwargs)
        if self.info.get("read_only") and isinstance(engine, sa.Engine):
            return _reader(engine)
        return engine


db = SQLAlchemy(model_class=Base, session_options={"class_": Session})

if TYPE_CHECKING:  # what `db.Model` is, said so that a type checker sees it

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model

E_ = TypeVar("E_", bound=enum.StrEnum)


def _reader(engine: sa.Engine) -> sa.Engine:
    """Return the same engine for reading; kept with it, so that both end together."""
    kept: dict[str, Any] = vars(engine)
    if "siar_reader" not in kept:
        options: dict[str, Any] = {"read_only": True}
        if engine.dialect.name == "postgresql":
            options["postgresql_readonly"] = True
        kept["siar_reader"] = engine.execution_options(**options)
    reader: sa.Engine = kept["siar_reader"]
    return reader


def status_column(kind: type[E_], **options: Any) -> Mapped[E_]:
    """Return a column that holds the words of `kind` and lets the database refuse others."""
    name = "".join("_" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("_")
    column_type = sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(column_type, **options)


def read_only() -> None:
    """Make the present session read: called before a page that changes nothing."""
    db.session.info["read_only"] = True


def database_now() -> datetime | None:
    """Return the clock that all machines share; None where the database is this machine's."""
    if db.session.get_bind().dialect.name == "sqlite":
        return None
    return db.session.scalar(sa.select(sa.func.clock_timestamp(type_=UtcDateTime())))


def wait_turn(turn: Turn) -> None:
    """Let nobody else do this until the transaction ends, and see what whoever did has committed.
    SQLite has one writer anyway."""
    if _many_write():
        db.session.execute(_TAKE, {"turn": turn.value})


def wait_turns(turn: Turn, numbers: Collection[int]) -> None:
    """Do the same as `wait_turn`, but only with these: others may have their turn meanwhile."""
    if numbers and _many_write():
        db.session.execute(_TAKE_IN_ORDER, {"turn": turn.value, "numbers": [*set(numbers)]})


def take_turn_if_free(turn: Turn) -> bool:
    """Return whether it is ours until the transaction ends; whoever has it is not waited for."""
    return not _many_write() or bool(db.session.scalar(_TRY, {"turn": turn.value}))


def _many_write() -> bool:
    return bool(db.session.get_bind().dialect.name == "postgresql")


def begin_writing() -> None:
    """End a read-only transaction so that what follows may write. Rows are loaded anew."""
    db.session.rollback()
    db.session.info.pop("read_only", None)


def prepare_engine(engine: sa.Engine) -> None:
    """Set an engine up before its first connection."""
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "do_connect")
        def on_do_connect(*given: Any) -> None:
            given[-1].setdefault("options", POSTGRESQL_OPTIONS)

    if engine.dialect.name != "sqlite":
        return
    turn = _Turn()

    @event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        reads = bool(connection.get_execution_options().get("read_only"))
        if not reads:
            turn.take(connection)
        if connection.info.get("reads") is not reads:
            connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
            connection.info["reads"] = reads
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "commit")
    def on_commit(connection: sa.Connection) -> None:
        turn.end(connection, "COMMIT")

    @event.listens_for(engine, "rollback")
    def on_rollback(connection: sa.Connection) -> None:
        turn.end(connection, "ROLLBACK")


class _Turn:
    """Writers of one process wait in line here, not in SQLite.

    SQLite lets those who wait sleep and try again, so with many threads some never get there
    ("database is locked"). Writers of other processes still wait in SQLite.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self, connection: sa.Connection) -> None:
        """Wait for our turn, but not for ever: a thread that holds it twice must hear of it."""
        connection.info["turn"] = self._lock.acquire(timeout=TURN_TIMEOUT_S)

    def end(self, connection: sa.Connection, how: str) -> None:
        """End the transaction, then let the next in line begin.

        SQLAlchemy tells us before it ends a transaction itself; done here, its own end has
        nothing left to do, and the next never finds SQLite still busy with us.
        """
        try:
            dbapi = connection.connection.dbapi_connection
            if dbapi is not None and dbapi.in_transaction:
                dbapi.execute(how)
        finally:
            if connection.info.pop("turn", False):
                self._lock.release()
