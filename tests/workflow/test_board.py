"""The deliveries board and the signs of life: who sees what, and what needs a person first."""

from datetime import timedelta

import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import NEVER
from publisher.models.watch import Outage
from publisher.platforms.errors import OutcomeUnknown, Refused
from publisher.workflow.delivering import board, people, pulse
from publisher.workflow.delivering.board import Group
from tests.conftest import NOW
from tests.workflow.conftest import bring

LATER = NOW + timedelta(minutes=20)


def seen(user, group, at=LATER):
    return [row.delivery.id for row in board.board(user, group, at=at).rows]


def test_the_board_shows_an_office_only_its_own(planned, dinkes_x, sari, tono, budi, yuni):
    bring(planned(dinkes_x), Refused("no"))

    counts = {user.name: len(seen(user, Group.NEEDS_PERSON)) for user in (sari, tono, budi, yuni)}

    assert counts == {"Sari": 1, "Tono": 0, "Budi": 1, "Yuni": 0}
    assert board.count(tono, at=LATER)[Group.NEEDS_PERSON] == 0


def test_an_account_that_waits_for_a_person_brings_its_posts_to_the_board(planned, dinkes_x, budi):
    delivery = planned(dinkes_x)
    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.RECONNECT, "masuk lagi"
    db.session.commit()

    assert seen(budi, Group.NEEDS_PERSON) == [delivery.id]
    assert seen(budi, Group.WAITING) == []
    assert board.count(budi, at=LATER) == {
        Group.NEEDS_PERSON: 1, Group.RISKY: 0, Group.WAITING: 0
    }  # fmt: skip


def test_a_doubt_is_nobodys_business_while_siar_looks_itself(planned, dinkes_x, budi):
    delivery = bring(planned(dinkes_x), OutcomeUnknown("reset"))
    assert (seen(budi, Group.NEEDS_PERSON), seen(budi, Group.WAITING)) == ([], [delivery.id])

    delivery.next_at = NEVER
    db.session.commit()

    assert (seen(budi, Group.NEEDS_PERSON), seen(budi, Group.WAITING)) == ([delivery.id], [])


def test_doubts_come_first(planned, dinkes_x, dinkes_facebook, budi):
    failed = bring(planned(dinkes_x), Refused("no"))
    doubtful = bring(planned(dinkes_facebook), OutcomeUnknown("reset"))
    doubtful.next_at = NEVER
    doubtful.due_at = NOW - timedelta(days=3)
    db.session.commit()

    assert seen(budi, Group.NEEDS_PERSON) == [doubtful.id, failed.id]


def test_what_failed_long_ago_is_history(planned, dinkes_x, budi):
    delivery = bring(planned(dinkes_x), Refused("no"))
    after = NOW + board.ATTENTION + timedelta(minutes=1)

    assert seen(budi, Group.NEEDS_PERSON, at=after) == []
    assert board.count(budi, at=after)[Group.NEEDS_PERSON] == 0
    assert seen(budi, Group.NOT_OUT, at=after) == [delivery.id]


def test_what_waits_behind_a_doubt_says_so(planned, dinkes_x, budi):
    first = bring(planned(dinkes_x), OutcomeUnknown("reset"))
    planned(dinkes_x, caption="Berikutnya")

    rows = board.board(budi, Group.WAITING, at=LATER).rows

    assert [row.behind and row.behind.id for row in rows] == [None, first.id]


def test_only_what_is_safe_is_offered(planned, dinkes_x, sari):
    delivery = planned(dinkes_x)
    assert people.choices(delivery, at=NOW).steps == {"cancel"}

    bring(delivery, OutcomeUnknown("reset"))
    assert people.choices(delivery, at=NOW + timedelta(minutes=1)).steps == {"prove"}
    assert people.choices(delivery, at=LATER).steps == {"prove", "not_out"}

    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.RECONNECT, "masuk lagi"
    told = people.choices(delivery, at=LATER)
    assert (told.steps, told.hindrance) == ({"prove"}, people.RECONNECT)


def test_what_changed_since_its_approval_cannot_be_tried_again(planned, dinkes_x, sari):
    delivery = bring(planned(dinkes_x), Refused("no"))
    assert "retry" in people.choices(delivery, at=LATER).steps

    delivery.post.move("reopen", actor=sari, at=LATER)
    told = people.choices(delivery, at=LATER)

    assert "retry" not in told.steps
    assert told.hindrance == people.NEEDS_APPROVAL


def test_a_heartbeat_grows_stale(app):
    pulse.beat("a", at=NOW)
    db.session.commit()

    assert pulse.worker_is_fresh(at=NOW + timedelta(seconds=10))
    assert not pulse.worker_is_fresh(at=NOW + timedelta(minutes=5))


def test_a_worker_that_comes_back_notes_since_when_there_was_none(planned, dinkes_x):
    planned(dinkes_x)
    pulse.beat("old", at=NOW - timedelta(minutes=1))
    pulse.beat("old", at=NOW - timedelta(seconds=50))
    pulse.beat("new", at=LATER)
    pulse.beat("other", at=LATER + timedelta(seconds=5))
    db.session.commit()

    (outage,) = db.session.scalars(sa.select(Outage)).all()
    assert (outage.began_at, outage.ended_at) == (NOW - timedelta(seconds=50), LATER)
    assert outage.held_up == 1


def test_the_counts_for_machines_are_of_what_is_open_and_of_the_last_day(planned, dinkes_x):
    bring(planned(dinkes_x), Refused("no"))
    planned(dinkes_x, caption="Berikutnya", due_at=NOW + timedelta(days=1))

    nothing_else = dict.fromkeys(("claimed", "sending", "handed_over", "unknown"), 0)
    assert pulse.count_open() == {"pending": 1, **nothing_else}
    assert pulse.count_ended(at=LATER)["failed"] == 1
    assert pulse.count_ended(at=LATER + timedelta(days=1))["failed"] == 0
