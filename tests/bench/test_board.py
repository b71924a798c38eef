"""What is out or over is read from its newest end, however long the history is."""

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.workflow.delivering import board
from publisher.workflow.delivering.board import Group
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("group", "index"),
    [(Group.PUBLISHED, "ix__delivery__published"), (Group.NOT_OUT, "ix__delivery__not_out")],
)
def test_history_is_not_sorted_for_one_page(budi, group, index):
    """SQLite tells what it would do: not go office by office, and sort years of each."""
    plans = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def explain(connection, cursor, statement, parameters, *_):
        if statement.startswith("SELECT") and "ORDER BY delivery." in statement:
            cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.extend(row[3] for row in cursor.fetchall())

    board.board(budi, group, at=NOW)

    assert f"SCAN delivery USING INDEX {index}" in plans
    assert "USE TEMP B-TREE FOR ORDER BY" not in plans
