"""Many rows written by one statement, each with values of its own.

Asked for one row after the other, PostgreSQL spends more time on preparing the change (the two
dozen indexes of a delivery, each anew) than on making it. Here all that differs between the rows
travels as one value, a list in JSON, and is read like a table.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from publisher.db import UtcDateTime


def update_many(
    table: sa.Table, where: sa.ColumnElement[bool], names: tuple[str, ...], dialect: str
) -> sa.Update:
    """Return the UPDATE of many rows of `table`; `as_one` makes its parameters.

    :param where: which row is meant, and what else must hold; the rows say under their names what
        the parameters in it are
    :param names: the columns to set; the rows say under their names to what
    """
    types = {
        each.key: each.type
        for each in visitors.iterate(where)
        if isinstance(each, sa.BindParameter) and not each.unique
    }
    said = _said(types | {name: table.c[name].type for name in names}, dialect)

    def read(element: Any, **_: Any) -> Any:
        named = isinstance(element, sa.BindParameter) and element.key in types
        return said[element.key] if named else None

    return (
        sa.update(table)
        .where(visitors.replacement_traverse(where, {}, read))
        .values({name: said[name] for name in names})
    )


@cache
def insert_many(table: sa.Table, names: tuple[str, ...], dialect: str) -> sa.Insert:
    """Return the INSERT of many rows into `table`; `as_one` makes its parameters."""
    said = _said({name: table.c[name].type for name in names}, dialect)
    return sa.insert(table).from_select(list(names), sa.select(*said.values()))


def as_one(rows: Sequence[Mapping[str, Any]], dialect: sa.Dialect) -> dict[str, str]:
    """Return the parameters of a statement for many, of what is to be said of each row."""
    written = UtcDateTime().bind_processor(dialect)

    def plain(moment: datetime) -> str:
        kept = written(moment) if written else moment
        return kept if isinstance(kept, str) else kept.isoformat()

    return {"rows": json.dumps(rows, default=plain)}


def _said(types: Mapping[str, Any], dialect: str) -> Mapping[str, sa.ColumnElement[Any]]:
    """Return what a row says under each name."""
    rows = sa.bindparam("rows", type_=sa.Text())
    if dialect == "postgresql":
        table = sa.func.json_to_recordset(sa.cast(rows, sa.JSON())).table_valued(
            *(sa.column(name, kind) for name, kind in types.items()), name="said"
        )
        return dict(table.render_derived(with_types=True).c)
    row = sa.func.json_each(rows).table_valued("value", name="said").c.value
    return {
        name: sa.func.json_extract(row, f"$.{name}", type_=kind) for name, kind in types.items()
    }
