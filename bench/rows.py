"""Thousands of approved posts in seconds: the rows that the workflow would have made, at once.

The first post of a benchmark goes through the workflow itself; the others are copies of its rows
with another number. A test holds the two ways together.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from bench.bare import ABOVE, credentials
from bench.stage import Stage
from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery, DeliveryEvent
from publisher.models.people import Role, User
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.posts import Post, PostEvent, post_account
from publisher.platforms.consent import Token
from publisher.platforms.consent_x import XConsent
from publisher.workflow import scheduling
from publisher.workflow.registering.lasting import Lasting

CATCH_UP = timedelta(hours=6)
AT_ONCE = 2000

Row = dict[str, Any]


def add_region(at: datetime) -> tuple[Region, User, User]:
    """Add a region with a drafter's office and a reviewer."""
    region = Region(code="33.16", name="Blora", kind=RegionKind.KABUPATEN)
    office = Office(region=region, name="Dinas Uji", abbreviation="Dinji", kind=OfficeKind.DINAS)
    common = {"region": region, "password_hash": "-", "created_at": at}
    drafter = User(name="Sari", email="sari@b.id", role=Role.DRAFTER, office=office, **common)
    reviewer = User(name="Budi", email="budi@b.id", role=Role.REVIEWER, **common)
    db.session.add_all([region, office, drafter, reviewer])
    db.session.flush()
    return region, drafter, reviewer


# -- accounts ----------------------------------------------------------------------------


def add_accounts(stage: Stage, office: Office, numbers: range) -> None:
    """Add X accounts with these ids, connected by consent, here and on the practice platform."""
    office_id, at = office.id, clock.now()
    insert(Account, (_account_row(stage, office_id, number, at) for number in numbers))
    register(stage, numbers)


def register(stage: Stage, numbers: range) -> None:
    """Make accounts known to the practice platform alone."""
    stage.practice.register_all(
        [
            {
                "platform": "x",
                "remote_id": str(ABOVE + number),
                "handle": f"akun{number}",
                "credentials": credentials(ABOVE + number),
            }
            for number in numbers
        ]
    )


def _account_row(stage: Stage, office_id: int, number: int, at: datetime) -> Row:
    token = Token(credentials=credentials(ABOVE + number), lasts_s=7200, scopes=XConsent.scopes)
    account = Account(
        id=number, office_id=office_id, platform="x", driver="x", handle=f"akun{number}",
        display_name=f"Akun {number}", remote_id=str(ABOVE + number),
        status=AccountStatus.ACTIVE, connected_at=at,
    )  # fmt: skip
    vault = stage.app.extensions["vault"]
    account.credentials = vault.seal(token.credentials, bound_to=account.vault_name)
    Lasting.of("x", token, asked_at=at).put_in(account)
    return _set_columns(account)


# -- approved posts ----------------------------------------------------------------------


def add_due(numbers: range, drafter: User, reviewer: User, *, due: datetime, at: datetime) -> None:
    """Add an approved post for each account, with the id of its account, due at `due`."""
    first = approve(numbers[0], drafter, reviewer, due=due, at=at)
    rows, twin = rows_of(first.id), twin_of(first)
    copies = [copied(rows, twin, number) for number in numbers[1:]]
    for table in TABLES:
        insert(table, (row for copy in copies for row in copy[table]))


def approve(number: int, drafter: User, reviewer: User, *, due: datetime, at: datetime) -> Post:
    """Take one post all the way, as people do."""
    post = Post(
        id=number, office=drafter.office, title=f"Kegiatan {number}", caption=_caption(number),
        planned_at=due, drafted_by=drafter, edited_by=drafter, created_at=at, edited_at=at,
    )  # fmt: skip
    post.accounts = [db.session.get(Account, number)]
    db.session.add(post)
    db.session.flush()
    post.move("submit", actor=drafter, at=at)
    post.move("approve", actor=reviewer, at=at)
    scheduling.schedule(post, actor=reviewer, at=at, catch_up=CATCH_UP)
    db.session.flush()
    return post


def _caption(number: int) -> str:
    return f"Kegiatan nomor {number}."


#: Where an approved post leaves rows, in the order they may be inserted.
TABLES: tuple[type[Any] | sa.Table, ...] = (Post, post_account, PostEvent, Delivery, DeliveryEvent)
_OF_A_POST = {Post: "id", post_account: "post_id", PostEvent: "post_id", Delivery: "post_id"}


def rows_of(post_id: int) -> dict[Any, list[Row]]:
    """Return the rows that an approved post has in each of `TABLES`."""
    found = {
        table: _read(table, _table(table).c[column] == post_id)
        for table, column in _OF_A_POST.items()
    }
    deliveries = [row["id"] for row in found[Delivery]]
    events = _table(DeliveryEvent).c.delivery_id.in_(deliveries)
    return found | {DeliveryEvent: _read(DeliveryEvent, events)}


def copied(rows: dict[Any, list[Row]], twin: Post, number: int) -> dict[Any, list[Row]]:
    """Return the rows of the first post as they would be for post and account `number`."""
    named = {"title": f"Kegiatan {number}", "caption": _caption(number)}
    twin.title, twin.caption = named["title"], named["caption"]
    twin.accounts[0].id, twin.accounts[0].handle = number, f"akun{number}"
    content, digest = twin.content(), twin.digest()
    named["approved_digest"] = digest
    away = number - rows[Post][0]["id"]
    return {
        Post: [row | named | {"id": number} for row in rows[Post]],
        post_account: [{"post_id": number, "account_id": number}],
        PostEvent: [
            row | {"id": row["id"] + away * len(rows[PostEvent]), "post_id": number,
                   "content": content}
            for row in rows[PostEvent]
        ],
        Delivery: [
            row | {"id": row["id"] + away, "post_id": number, "account_id": number,
                   "content_digest": digest}
            for row in rows[Delivery]
        ],
        DeliveryEvent: [
            row | {"id": row["id"] + away, "delivery_id": row["delivery_id"] + away}
            for row in rows[DeliveryEvent]
        ],
    }  # fmt: skip


def twin_of(first: Post) -> Post:
    """Return a post like the first, to ask what another would say; it belongs to no session."""
    columns = {column.key: getattr(first, column.key) for column in sa.inspect(Post).column_attrs}
    return Post(**columns, accounts=[Account(platform="x")], texts=[], pictures=[])


def set_due(due: datetime) -> None:
    """Let everything that is planned be due at `due`."""
    window = {"due_at": due, "next_at": due, "publish_by": due + CATCH_UP}
    db.session.execute(sa.update(Delivery).values(**window))
    db.session.commit()


# -- rows --------------------------------------------------------------------------------


def insert(kind: type[Any] | sa.Table, rows: Iterable[Row]) -> None:
    """Insert rows whose ids are given, and let the next row of its own take a later one."""
    table, batch = _table(kind), list(rows)
    for start in range(0, len(batch), AT_ONCE):
        db.session.connection().execute(sa.insert(table), batch[start : start + AT_ONCE])
    if "id" in table.c and db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(
            sa.text(
                f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'),"
                f' (SELECT max(id) FROM "{table.name}"))'
            )
        )


def _table(kind: type[Any] | sa.Table) -> sa.Table:
    return kind if isinstance(kind, sa.Table) else sa.inspect(kind).local_table


def _read(kind: type[Any] | sa.Table, condition: sa.ColumnElement[bool]) -> list[Row]:
    table = _table(kind)
    query = sa.select(table).where(condition).order_by(*table.primary_key.columns)
    return [dict(row) for row in db.session.connection().execute(query).mappings()]


def _set_columns(row: orm.DeclarativeBase) -> Row:
    """Return the columns of a row that was never saved, defaults filled in."""
    columns = sa.inspect(type(row)).column_attrs
    given = {column.key: getattr(row, column.key) for column in columns}
    return {
        column.key: _default(column.columns[0]) if given[column.key] is None else given[column.key]
        for column in columns
    }


def _default(column: sa.Column[Any]) -> Any:
    return column.default.arg if column.default is not None and column.default.is_scalar else None
