"""Years of deliveries in a minute, written by the database itself from one real row."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bench import rows
from bench.bulk import copied, indexes_made_anew, trust
from bench.pages import hashed
from bench.stage import Stage, tidy
from publisher.clock import Week
from publisher.db import UtcDateTime, db
from publisher.models.accounts import Account
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus
from publisher.models.places import Office
from publisher.models.posts import Post

ACCOUNTS, OFFICES = 2000, 140
ZONE = "Asia/Jakarta"
#: What is alive, whatever the history: due now, sent just now, in doubt, failed lately, and (of
#: each account) waiting.
DUE, IN_FLIGHT, IN_DOUBT, FAILED, WAITING = 200, 64, 20, 40, 2
#: The past is over: what failed then asks nobody any more.
OVER_SINCE = timedelta(days=30)
#: The past begins with this post, and with this delivery.
PAST_POST, PAST_DELIVERY = 100, 100_000

_S = DeliveryStatus
DELIVERIES = Delivery.metadata.tables["delivery"]
#: 1, 2, 3, …, and a moment for each.
_NUMBERS = sa.Table(
    "numbers",
    sa.MetaData(),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("moment", UtcDateTime()),
    sa.Column("week", sa.Integer),
)
_ENDED = "CASE a.n % 100 WHEN 0 THEN {} WHEN 1 THEN {} WHEN 2 THEN {} ELSE {} END"
#: The columns in which a delivery of the past differs from a new one: 97 of 100 are out.
_PAST = {
    "id": f"{PAST_DELIVERY} + p.n * {ACCOUNTS} + a.n",
    "post_id": f"{PAST_POST} + p.n",
    "account_id": "a.n",
    "office_id": f"1 + a.n % {OFFICES}",
    "status": _ENDED.format("'failed'", "'missed'", "'cancelled'", "'published'"),
    "reason": _ENDED.format("'-'", "'-'", "'-'", "''"),
    "permalink": _ENDED.format(*["NULL"] * 3, "'https://x.com/i/status/' || (p.n * 10000 + a.n)"),
    "remote_id": _ENDED.format(*["NULL"] * 3, "CAST(p.n * 10000 + a.n AS TEXT)"),
    "published_at": _ENDED.format(*["NULL"] * 3, "p.moment"),
    "week": _ENDED.format(*["NULL"] * 3, "p.week"),
    **dict.fromkeys(("due_at", "next_at", "publish_by", "sending_at", "created_at"), "p.moment"),
    **dict.fromkeys(("fence", "attempts", "noticed_fence"), "1"),
}


class History:
    """The deliveries of a region, `ACCOUNTS` accounts wide and as deep as asked.

    What is alive (due, in flight, in doubt, waiting) is the same at any depth.
    """

    def __init__(self, stage: Stage, at: datetime, *, owner: str) -> None:
        """:param owner: the worker that sends what is in flight"""
        self.at = at
        self._owner = owner
        self.depth = 0
        _, drafter, reviewer = rows.add_region(at - timedelta(days=900))
        reviewer.password_hash = hashed()
        rows.add_accounts(stage, drafter.office, range(1, ACCOUNTS + 1))
        rows.approve(1, drafter, reviewer, due=at, at=at)
        first = rows.rows_of(1)
        self._post, self._delivery = first[Post][0], first[Delivery][0]
        self._spread(drafter.office)
        make_numbers(at - OVER_SINCE, ACCOUNTS, apart=timedelta(hours=8))
        self._add_posts(range(2, 3 + WAITING))
        self._add_live()
        db.session.commit()

    def deepen(self, deliveries: int) -> None:
        """Add what is over, until there are about so many deliveries."""
        before, self.depth = self.depth, deliveries // ACCOUNTS
        self._add_posts(range(PAST_POST + before + 1, PAST_POST + self.depth + 1))
        connection = db.session.connection()
        trust(connection)
        with indexes_made_anew(connection, DELIVERIES):
            self._write_past(connection, before)
        db.session.commit()
        tidy()

    def _write_past(self, connection: sa.Connection, before: int) -> None:
        columns, wanted = copied(DELIVERIES, _PAST, of="d")
        connection.execute(
            sa.text(
                f"INSERT INTO delivery ({columns}) SELECT {wanted}"
                " FROM delivery d, numbers p, numbers a WHERE d.id = :one"
                " AND p.n > :before AND p.n <= :depth AND a.n <= :accounts ORDER BY p.n, a.n"
            ),
            {"one": self._delivery["id"], "before": before, "depth": self.depth,
             "accounts": ACCOUNTS},
        )  # fmt: skip

    def renew(self) -> None:
        """Make due again what a tick has taken."""
        taken = DELIVERIES.c.id.between(_live_id(2, 1), _live_id(2, DUE))
        back = {"status": _S.PENDING, "lease_owner": None, "lease_until": None, "fence": 0}
        db.session.execute(sa.update(DELIVERIES).where(taken).values(**back))
        db.session.commit()

    # -- building -----------------------------------------------------------------------

    def _spread(self, first: Office) -> None:
        """Give the accounts to many offices."""
        own = {"region": first.region, "kind": first.kind}
        names = [f"Dinas {number}" for number in range(2, OFFICES + 1)]
        db.session.add_all(Office(name=name, abbreviation=name, **own) for name in names)
        db.session.flush()
        db.session.execute(sa.update(Account).values(office_id=1 + Account.id % OFFICES))

    def _add_posts(self, ids: range) -> None:
        rows.insert(Post, [self._post | {"id": number} for number in ids])

    def _add_live(self) -> None:
        past, later = self.at - timedelta(minutes=1), self.at + timedelta(days=1)
        due = {"due_at": past, "next_at": past}
        taken = {"sending_at": past, "fence": 1, "attempts": 1}
        held = {"status": _S.SENDING, "lease_owner": self._owner, "lease_until": later}
        doubt = {"status": _S.UNKNOWN, "reason": "-", "next_at": NEVER, "noticed_fence": 1}
        failed = {"status": _S.FAILED, "reason": "-", "noticed_fence": 1}
        live = [due] * DUE + [due | taken | held] * IN_FLIGHT
        live += [due | taken | doubt] * IN_DOUBT + [due | taken | failed] * FAILED
        self._add_deliveries(2, live)
        for post in range(3, 3 + WAITING):
            self._add_deliveries(post, [{"due_at": later, "next_at": later}] * ACCOUNTS)

    def _add_deliveries(self, post: int, changes: list[rows.Row]) -> None:
        """Add a delivery of `post` to the first accounts, one for each of `changes`."""
        new = self._delivery | {"publish_by": self.at + timedelta(days=2), "post_id": post}
        made = [
            new
            | {"id": _live_id(post, place), "account_id": place, "office_id": 1 + place % OFFICES}
            | change
            for place, change in enumerate(changes, start=1)
        ]
        rows.insert(Delivery, made)


def make_numbers(ended: datetime, most: int, *, apart: timedelta) -> None:
    """Write down 1, 2, 3, …, and a moment for each, so far apart, going back from `ended`."""
    connection = db.session.connection()
    _NUMBERS.create(connection)
    moments = ((n, ended - apart * n) for n in range(1, most + 1))
    connection.execute(
        sa.insert(_NUMBERS),
        [{"n": n, "moment": at, "week": Week.of(at, ZONE).ordinal} for n, at in moments],
    )


def _live_id(post: int, account: int) -> int:
    return post * 10_000 + account
