"""Reading how a database goes about a statement."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from publisher.db import db


def first_asked(work: Callable[[], object]) -> tuple[str, Any]:
    """Return the first statement that `work` asks, and its values."""
    asked: list[tuple[str, Any]] = []
    connection = db.session.connection()
    sa.event.listen(
        connection, "before_cursor_execute", lambda *given: asked.append(given[2:4]), once=True
    )
    work()
    return asked[0]


def asked_for_each(statement: str, values: Any) -> set[str]:
    """Return the tables that PostgreSQL asks for once for each row of another."""
    explain = f"EXPLAIN (FORMAT JSON) {statement}"
    [plan] = db.session.connection().exec_driver_sql(explain, values).scalar()
    return _within(plan["Plan"], within=False)


def _within(plan: dict[str, Any], *, within: bool) -> set[str]:
    within |= plan.get("Parent Relationship") == "SubPlan"
    below = (_within(each, within=within) for each in plan.get("Plans", ()))
    return {plan["Alias"]} if within and "Alias" in plan else set().union(*below)
