"""What grows for ever is never read whole: SQLite tells how it would go about each question.

The benchmark `claim_growth` measures the same at two million deliveries; this shows it at once.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.workflow import watching
from publisher.workflow.delivering import board, pulse
from publisher.workflow.delivering.board import Group
from publisher.workflow.watching import counting, inbox, timetable
from tests.conftest import NOW

HISTORIES = {"delivery", "delivery_event", "attempt", "notice", "preflight", "late_delivery"}


@pytest.fixture
def plans(app):
    """What SQLite would do, step by step, for all that is asked from now on."""
    steps = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def explain(connection, cursor, statement, parameters, *_):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            steps.extend(row[3] for row in cursor.fetchall())

    return steps


def read_whole(plans):
    """Return the histories of which every row is read; an index over some rows is none."""
    return {
        table
        for step in plans
        for table in HISTORIES
        if step.split(" USING ")[0] == f"SCAN {table}" and "INDEX ix__" not in step
    }


@pytest.mark.parametrize("group", Group)
def test_no_group_of_the_board_reads_the_whole_history(plans, budi, sari, group):
    plans.clear()
    for user in (budi, sari):
        board.board(user, group, at=NOW)
        board.upcoming(user, limit=5)

    assert plans
    assert read_whole(plans) == set()


@pytest.mark.parametrize("group", [Group.PUBLISHED, Group.NOT_OUT])
def test_history_is_read_from_its_newest_end_and_never_sorted_whole(plans, budi, group):
    board.board(budi, group, at=NOW)

    assert [step for step in plans if step.startswith("SCAN delivery USING INDEX")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plans


def test_the_figures_for_machines_are_not_counted_over_the_history(plans):
    pulse.count_open()
    pulse.count_ended(at=NOW)
    pulse.longest_overdue(at=NOW)
    counting.open_incidents()
    counting.risky()

    assert plans
    assert read_whole(plans) == set()


def test_a_pass_of_the_watch_reads_what_is_untold_and_open(plans):
    watching.look_around(at=NOW, late_after=timedelta(minutes=15))
    timetable.take(at=NOW)

    assert read_whole(plans) == set()
    assert any("ix__delivery__untold" in step for step in plans)


def test_what_stands_on_every_page_is_counted_in_small_indexes(plans, budi, sari):
    plans.clear()
    for user in (budi, sari):
        inbox.summary(user)

    assert read_whole(plans) == set()


def test_reading_a_whole_history_would_be_seen(plans):
    db.session.execute(sa.text("SELECT count(*) FROM attempt WHERE detail <> ''"))

    assert read_whole(plans) == {"attempt"}
