"""A province whose offices publish every week, millions of deliveries of it in a minute.

The database itself writes them from one real row. Contents were planned once, are out on two
channels in time, and one of ten is a greeting, so that two of ten offices miss a target of two.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from bench import rows
from bench.bulk import copied, indexes_made_anew
from bench.history import DELIVERIES
from bench.stage import POSTGRESQL, tidy
from publisher.clock import Week
from publisher.db import UtcDateTime, db
from publisher.models.accounts import Account
from publisher.models.deliveries import Delivery
from publisher.models.places import Office, OfficeKind, Region, RegionKind
from publisher.models.quotas import QuotaRule

OFFICES, CONTENTS, CHANNELS = 10_000, 2, ("x", "facebook")
#: Deliveries of a week.
A_WEEK = OFFICES * CONTENTS * len(CHANNELS)
#: Contents go out from Monday to Friday.
HOURS = 120

#: When contents of a week may go out.
_MOMENTS = sa.Table(
    "moments",
    sa.MetaData(),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("due", UtcDateTime()),
    sa.Column("late", UtcDateTime()),
)
#: `o.n` is the office, `c.n` counts its deliveries of the week: contents × channels.
_POST = f":posts + o.n * {CONTENTS} + c.n / {len(CHANNELS)}"
_CHANNEL = f"c.n % {len(CHANNELS)}"
_NUMBER = f"({_POST}) * {len(CHANNELS)} + {_CHANNEL}"
_GREETING = f"(o.n * {CONTENTS} + c.n / {len(CHANNELS)}) % 10 = 0"
#: The columns in which these deliveries differ from a new one.
_OUT = {
    "id": _NUMBER,
    "post_id": _POST,
    "office_id": "o.n",
    "account_id": f"o.n * {len(CHANNELS)} + {_CHANNEL}",
    "status": "'published'",
    "kind": f"CASE WHEN {_GREETING} THEN 'ucapan' ELSE 'kegiatan' END",
    "remote_id": f"CAST({_NUMBER} AS TEXT)",
    "permalink": f"'https://contoh.id/' || ({_NUMBER})",
    "published_at": f"CASE {_CHANNEL} WHEN 0 THEN m.due ELSE m.late END",
    "week": "m.week",
    **dict.fromkeys(("due_at", "next_at", "publish_by", "sending_at", "created_at"), "m.due"),
    **dict.fromkeys(("fence", "attempts", "noticed_fence"), "1"),
}


class Province:
    """10,000 offices in as many regions as asked, with a target of two contents a week.

    :ivar latest: the last week that is over
    :ivar region_ids: of its kabupaten and kota
    """

    def __init__(self, at: datetime, *, regions: int) -> None:
        first, drafter, reviewer = rows.add_region(at)
        first.code = "33.01"
        self.zone, self.latest = first.zone, Week.of(at, first.zone).previous()
        others = [
            Region(code=f"33.{number:02}", name=f"Daerah {number}", kind=RegionKind.KABUPATEN)
            for number in range(2, regions + 1)
        ]
        province = Region(code="33", name="Jawa Tengah", kind=RegionKind.PROVINSI)
        db.session.add_all([province, *others])
        db.session.flush()
        self.id, self.region_ids = province.id, [first.id, *(region.id for region in others)]
        for region_id in self.region_ids:
            db.session.add(QuotaRule(region_id=region_id, minimum=CONTENTS, set_at=at,
                                     valid_from=date(2020, 1, 6)))  # fmt: skip
        rows.insert(Office, map(self._office, range(2, OFFICES + 1)))
        own = Account(office=drafter.office, platform="x", handle="akun", display_name="Akun",
                      paused_reason="-")  # fmt: skip
        db.session.add(own)
        db.session.flush()
        rows.approve(own.id, drafter, reviewer, due=at, at=at)
        self._delivery = rows.rows_of(own.id)[Delivery][0]["id"]
        like = dict(db.session.execute(sa.select(Account.__table__)).mappings().one())
        rows.insert(Account, (_account(like, number) for number in _accounts(own.id)))
        _MOMENTS.create(db.session.connection())
        db.session.commit()

    def add_weeks(self, *back: int, since: int = 1, until: int = OFFICES) -> None:
        """Let offices from `since` to `until` publish in weeks so many before the latest."""
        db.session.commit()  # SQLite has one writer
        with _loose() as connection, indexes_made_anew(connection, DELIVERIES):
            for each in back:
                self._add_week(connection, each, since, until)
        tidy()

    def _add_week(self, connection: sa.Connection, back: int, since: int, until: int) -> None:
        week = self.latest.shifted(-back)
        connection.execute(sa.delete(_MOMENTS))
        connection.execute(sa.insert(_MOMENTS), list(self._moments(week)))
        columns, wanted = copied(DELIVERIES, _OUT, of="d")
        connection.execute(
            sa.text(
                f"INSERT INTO delivery ({columns})"
                " WITH RECURSIVE o(n) AS"
                " (SELECT CAST(:since AS INTEGER) UNION ALL SELECT n + 1 FROM o WHERE n < :until),"
                " c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < :each)"
                f" SELECT {wanted} FROM o CROSS JOIN c"
                f" JOIN moments m ON m.hour = (o.n * 7 + c.n / {len(CHANNELS)} * 31) % {HOURS}"
                " JOIN delivery d ON d.id = :one"
            ),
            {"since": since, "until": until, "each": CONTENTS * len(CHANNELS) - 1,
             "posts": (back + 1) * 2 * OFFICES * CONTENTS, "one": self._delivery},
        )  # fmt: skip

    def _moments(self, week: Week) -> Iterator[rows.Row]:
        start = week.starts(self.zone)
        for hour in range(HOURS):
            due = start + timedelta(hours=hour)
            late = due + timedelta(seconds=3)
            yield {"week": week.ordinal, "hour": hour, "due": due, "late": late}

    def _office(self, number: int) -> rows.Row:
        return {
            "id": number, "region_id": self.region_ids[number % len(self.region_ids)],
            "name": f"Desa {number}", "abbreviation": f"Desa {number}", "kind": OfficeKind.DESA,
        }  # fmt: skip


def _accounts(first: int) -> Iterator[int]:
    """Return the numbers of all accounts but the one that is there."""
    numbers = range(len(CHANNELS), (OFFICES + 1) * len(CHANNELS))
    return (number for number in numbers if number != first)


def _account(like: rows.Row, number: int) -> rows.Row:
    channel = CHANNELS[number % len(CHANNELS)]
    return like | {
        "id": number, "office_id": number // len(CHANNELS), "handle": f"akun{number}",
        "remote_id": None, "platform": channel, "driver": channel,
    }  # fmt: skip


@contextmanager
def _loose() -> Iterator[sa.Connection]:
    """Write rows whose posts nobody needs: what a database makes itself fits together."""
    with db.engine.connect() as connection:
        if connection.dialect.name == POSTGRESQL:
            connection.exec_driver_sql("SET session_replication_role = replica")
            yield connection
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()
            return
        connection.rollback()  # SQLite changes this only outside of a transaction
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            yield connection
        driver.execute("PRAGMA foreign_keys=ON")
