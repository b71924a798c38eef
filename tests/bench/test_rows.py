"""The rows of a benchmark are those that people and the workflow would have made."""

from datetime import timedelta

import pytest

from bench import rows
from bench.processes import count_by_status
from publisher import clock
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.platforms import http
from publisher.practice.server import PracticeServer
from publisher.worker import Worker
from tests.conftest import NOW


@pytest.fixture
def stage(app, tmp_path):
    """Return what the builders need of a stage: the app, and practice platforms."""

    class Stage:
        pass

    with PracticeServer(tmp_path / "practice") as practice:
        Stage.app, Stage.practice = app, practice
        yield Stage
    http.configure(None)


@pytest.fixture
def people(stage):
    _, drafter, reviewer = rows.add_region(NOW)
    rows.add_accounts(stage, drafter.office, range(1, 6))
    db.session.commit()
    return drafter, reviewer


def test_a_copied_post_has_the_rows_the_workflow_makes(people):
    due = NOW + timedelta(hours=1)
    first = rows.approve(1, *people, due=due, at=NOW)
    rows.approve(2, *people, due=due, at=NOW)

    made, copied = rows.rows_of(2), rows.copied(rows.rows_of(1), rows.twin_of(first), 2)

    assert copied == made
    assert {table: len(found) for table, found in made.items()}[Delivery] == 1


def test_copied_posts_go_out_like_any_other(stage, people):
    at = clock.now()
    rows.add_due(range(1, 6), *people, due=at, at=at)
    db.session.commit()
    http.configure(stage.practice.url)
    worker = Worker(stage.app)

    assert worker.settle()
    worker.engine.send_all_due()
    worker.stop()

    assert count_by_status() == {DeliveryStatus.PUBLISHED: 5}
    assert list(stage.practice.per_text().values()) == [1] * 5


def test_accounts_are_connected_here_and_known_there(stage, people):
    account = db.session.get(Account, 3)
    opened = stage.app.extensions["vault"].open(account.credentials, bound_to=account.vault_name)
    known = {one["remote_id"]: one["handle"] for one in stage.practice.accounts()}

    assert account.status is AccountStatus.ACTIVE
    assert opened["user_token"].startswith(account.remote_id)
    assert account.renew_at < account.token_ends_at
    assert known[account.remote_id] == account.handle
    assert len(known) == 5


def test_a_row_of_its_own_follows_the_built_ones(stage, people):
    rows.add_due(range(1, 6), *people, due=NOW, at=NOW)
    db.session.commit()
    office = people[0].office

    another = Account(office=office, platform="x", handle="lain", display_name="Lain",
                      paused_reason="-")  # fmt: skip
    db.session.add(another)
    db.session.commit()

    assert another.id > 5
