"""Taking deliveries from one status to the next, by compare-and-swap.

A worker changes a delivery only here: an UPDATE that names the row, the status it expects and
the fence it holds. A row count other than what was asked for means that somebody else was
quicker, and the worker stops. Every change writes an event in the same transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from publisher.db import db
from publisher.models.deliveries import STEPS, Delivery, DeliveryEvent, DeliveryStatus
from publisher.models.people import User
from publisher.models.posts import Post
from publisher.models.proofs import NO_PROOF_WAITS
from publisher.models.together import as_one, insert_many, update_many

_S = DeliveryStatus
#: Where somebody is to be told, each time anew: the fence alone does not tell two times apart
#: between which no worker had claimed it.
_TO_BE_TOLD = frozenset({_S.HANDED_OVER, _S.UNKNOWN, _S.FAILED, _S.MISSED})
_deliveries = Delivery.metadata.tables["delivery"]
_STANDING = (
    sa.select(_deliveries.c.status, _deliveries.c.fence)
    .where(_deliveries.c.id == sa.bindparam("delivery_id"))
    .with_for_update()
)
_WRITE_EVENT = sa.insert(DeliveryEvent.metadata.tables["delivery_event"])


def advance(
    delivery_id: int,
    step: str,
    *,
    at: datetime,
    fence: int | None = None,
    actor: User | None = None,
    note: str = "",
    require: tuple[sa.ColumnElement[bool], dict[str, Any]] | None = None,
    **values: Any,
) -> bool:
    """Take a step by compare-and-swap and write its event; return whether it was ours to take.

    The lease ends with any step that does not hold one. Other columns are set from `values`.
    Rows that are loaded already do not notice: refresh them to see the change.

    :param fence: the fence the caller holds; None for people and for the tick
    :param require: what else must hold at the moment of the change: a condition on the columns
        of `delivery`, made once, and what its parameters are this time
    """
    allowed, after = STEPS[step]
    only = next(iter(allowed)) if len(allowed) == 1 and fence is not None else None
    values |= _entering(after)
    db.session.flush()
    connection = db.session.connection()
    if only is None:
        row = connection.execute(_STANDING, {"delivery_id": delivery_id}).one_or_none()
        if row is None or row.status not in allowed:
            return False
        before, held = row.status, row.fence if fence is None else fence
    else:  # nothing to ask: the change itself compares
        before, held = only, fence
    condition, given = require or (None, {})
    asked = {"the_id": delivery_id, "the_status": before, "the_fence": held}
    change = _change(tuple(sorted(values)), condition)
    if connection.execute(change, asked | given | values | {"status": after}).rowcount != 1:
        return False
    write_event(
        delivery_id,
        step,
        before=before,
        after=after,
        fence=held,
        at=at,
        actor=actor,
        note=note,
    )
    return True


class NotAllOurs(Exception):
    """Of deliveries that were to take a step together, at least one had moved on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One of many deliveries that take the same step; see `advance` for what the fields are."""

    delivery_id: int
    fence: int
    at: datetime
    values: dict[str, Any]
    note: str = ""
    given: dict[str, Any] = field(default_factory=dict)


def advance_all(
    step: str, changes: Sequence[Change], *, require: sa.ColumnElement[bool] | None = None
) -> list[bool]:
    """Take the same step with many deliveries; return for each whether it was ours to take.

    :param step: one that may be taken from one status only
    :param changes: each sets the same columns
    :raises NotAllOurs: if there are several, and one was not ours: the transaction is to be
        rolled back, and each of them to be tried alone
    """
    if len(changes) > 1:
        _advance_together(step, changes, require)
        return [True] * len(changes)
    return [
        advance(
            change.delivery_id,
            step,
            at=change.at,
            fence=change.fence,
            note=change.note,
            require=None if require is None else (require, change.given),
            **change.values,
        )
        for change in changes
    ]


def _advance_together(
    step: str, changes: Sequence[Change], require: sa.ColumnElement[bool] | None
) -> None:
    """Take the step with all of them, in one statement."""
    (before,), after = STEPS[step]
    entering = _entering(after)
    rows = [
        {
            **change.values,
            **change.given,
            **entering,
            "the_id": change.delivery_id,
            "the_status": before,
            "the_fence": change.fence,
            "status": after,
        }
        for change in changes
    ]
    names = tuple(sorted([*changes[0].values, *entering]))
    db.session.flush()
    connection = db.session.connection()
    together = _change_all(names, require, connection.dialect.name)
    if connection.execute(together, as_one(rows, connection.dialect)).rowcount != len(rows):
        raise NotAllOurs
    for change in changes:
        write_event(
            change.delivery_id, step, before=before, after=after, fence=change.fence,
            at=change.at, note=change.note,
        )  # fmt: skip


def _entering(after: DeliveryStatus) -> dict[str, Any]:
    """Return the columns that a status sets by itself."""
    values: dict[str, Any] = {}
    if after not in (_S.CLAIMED, _S.SENDING):
        values |= {"lease_owner": None, "lease_until": None}
    if after in _TO_BE_TOLD:
        values |= {"noticed_fence": -1}
    return values


@cache
def _change(names: tuple[str, ...], condition: sa.ColumnElement[bool] | None) -> sa.Update:
    """Return the compare-and-swap that sets `status` and the columns `names`.

    Kept, because a worker needs the same few thousands of times, and building one costs more
    than the database does.
    """
    change = sa.update(_deliveries).where(_still(condition))
    return change.values({name: sa.bindparam(name) for name in ("status", *names)})


@cache
def _change_all(
    names: tuple[str, ...], condition: sa.ColumnElement[bool] | None, dialect: str
) -> sa.Update:
    """Return the same for many deliveries."""
    return update_many(_deliveries, _still(condition), ("status", *names), dialect)


def _still(condition: sa.ColumnElement[bool] | None) -> sa.ColumnElement[bool]:
    return sa.and_(
        _deliveries.c.id == sa.bindparam("the_id"),
        _deliveries.c.status == sa.bindparam("the_status"),
        _deliveries.c.fence == sa.bindparam("the_fence"),
        sa.true() if condition is None else condition,
    )


@contextmanager
def notes_together() -> Iterator[None]:
    """Write what is noted inside this block at its end, many rows at a time."""
    notes: dict[sa.Insert, list[dict[str, Any]]] = {}
    db.session.info["notes"] = notes
    try:
        yield
        connection = db.session.connection()
        for statement, rows in notes.items():
            insert = insert_many(statement.table, tuple(rows[0]), connection.dialect.name)
            connection.execute(insert, as_one(rows, connection.dialect))
    finally:
        del db.session.info["notes"]


def write_note(statement: sa.Insert, row: dict[str, Any]) -> None:
    """Insert a row of history now, or with the others of `notes_together`."""
    notes = db.session.info.get("notes")
    if notes is None:
        db.session.connection().execute(statement, row)
    else:
        notes.setdefault(statement, []).append(row)


def write_event(
    delivery_id: int,
    step: str,
    *,
    before: DeliveryStatus | None,
    after: DeliveryStatus,
    fence: int,
    at: datetime,
    actor: User | None = None,
    note: str = "",
) -> None:
    """Write down a change of a delivery, in the transaction that makes it."""
    write_note(
        _WRITE_EVENT,
        {
            "delivery_id": delivery_id,
            "step": step,
            "before": before,
            "after": after,
            "at": at,
            "actor_id": actor.id if actor else None,
            "note": note,
            "fence": fence,
        },
    )


def cancel(delivery_id: int, *, actor: User | None, at: datetime, reason: str) -> bool:
    """Cancel a delivery, unless it is out, on its way, in doubt, or said to be out; return whether
    it was."""
    return advance(
        delivery_id, "cancel", at=at, actor=actor, note=reason, reason=reason,
        require=(NO_PROOF_WAITS, {}),
    )  # fmt: skip


def cancel_open(
    post: Post,
    *,
    actor: User | None,
    at: datetime,
    reason: str,
    planned_before: datetime | None = None,
    unchanged: str | None = None,
) -> int:
    """Cancel what of a post is neither out, nor on its way, nor in doubt; return how many.

    Failed and missed ones too: nothing of them is public, and a new approval may plan anew. Not
    one that a person says to have posted, as long as their proof waits to be verified.

    :param planned_before: leave alone what was planned then or later
    :param unchanged: the digest of what stays approved, or will be again: who was asked to post
        it by hand may have done so, and is not asked twice
    """
    query = sa.select(Delivery.id).where(
        Delivery.post_id == post.id, Delivery.status.in_(STEPS["cancel"][0])
    )
    if planned_before is not None:
        query = query.where(Delivery.created_at < planned_before)
    if unchanged is not None:
        by_hand = sa.and_(
            Delivery.status == DeliveryStatus.HANDED_OVER, Delivery.content_digest == unchanged
        )
        query = query.where(~by_hand)
    return sum(
        cancel(delivery_id, at=at, actor=actor, reason=reason)
        for delivery_id in db.session.scalars(query.order_by(Delivery.id)).all()
    )
