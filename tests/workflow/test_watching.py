"""The watch: whatever needs a person is told once, to those who can act, and to nobody else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.models.advancing import advance
from publisher.models.deliveries import NEVER, DeliveryStatus
from publisher.models.notices import Notice, NoticeKind
from publisher.models.watch import Cause, Incident, LateDelivery
from publisher.platforms.base import Handover
from publisher.platforms.errors import AccountBlocked, OutcomeUnknown, Refused, TryLater
from publisher.workflow import watching
from publisher.workflow.delivering import claiming, holding, people, pulse, recording
from publisher.workflow.watching import holds, inbox, lateness, telling
from tests.conftest import NOW
from tests.outcomes import record
from tests.workflow.conftest import bring

LATE_AFTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def look(at=NOW + MINUTE):
    """Do as many passes of the watch as it asks for."""
    while watching.look_around(at=at, late_after=LATE_AFTER):
        db.session.commit()
    db.session.commit()
    db.session.expire_all()


def told(user):
    """Return the kinds of the unread notices of a person, newest first."""
    return [entry.notice.kind for entry in inbox.inbox(user, everything=False).entries]


def notices():
    return list(db.session.scalars(sa.select(Notice).order_by(Notice.id)))


def miss(delivery):
    claiming.give_up_late(at=delivery.publish_by)
    db.session.commit()
    db.session.refresh(delivery)
    assert delivery.status is DeliveryStatus.MISSED
    return delivery.publish_by + MINUTE


# -- deliveries ------------------------------------------------------------------------------


def test_what_failed_is_told_once_to_those_who_can_act(
    planned, dinkes_x, sari, wulan, tono, budi, yuni, heru, ratna
):
    bring(planned(dinkes_x), Refused("too long"))

    look()
    look(NOW + 2 * MINUTE)

    people_told = {user.name: told(user) for user in (sari, wulan, tono, budi, yuni, heru, ratna)}
    assert people_told == {
        "Sari": [NoticeKind.FAILED], "Budi": [NoticeKind.FAILED],
        "Wulan": [], "Tono": [], "Yuni": [], "Heru": [], "Ratna": [],
    }  # fmt: skip
    (notice,) = notices()
    assert notice.reason == recording.REASONS[Refused]


def test_a_second_failure_of_the_same_delivery_is_told_again(planned, dinkes_x, budi):
    delivery = bring(planned(dinkes_x), Refused("no"))
    look()
    at = NOW + 2 * MINUTE
    people.try_again(delivery, actor=budi, at=at, window=timedelta(hours=6))
    bring(delivery, Refused("no again"), at=at)

    look(at + MINUTE)

    assert len(notices()) == 2
    assert told(budi) == [NoticeKind.FAILED, NoticeKind.FAILED]


def test_missed_tried_again_and_missed_again_is_told_twice(planned, dinkes_x, budi):
    delivery = planned(dinkes_x)
    after = miss(delivery)
    look(after)
    people.try_again(delivery, actor=budi, at=after, window=timedelta(hours=1))
    db.session.commit()
    look(miss(delivery))

    assert [notice.kind for notice in notices()] == [NoticeKind.MISSED, NoticeKind.MISSED]


def test_a_doubt_is_told_when_only_a_person_can_end_it(planned, dinkes_x, sari, budi):
    delivery = bring(planned(dinkes_x), OutcomeUnknown("reset"))
    look()
    assert notices() == []

    delivery.next_at = NEVER
    db.session.commit()
    look()

    assert (told(sari), told(budi)) == ([NoticeKind.UNKNOWN], [NoticeKind.UNKNOWN])


def test_what_a_person_called_not_out_is_told_again_when_it_is_missed(planned, dinkes_x, budi):
    delivery = bring(planned(dinkes_x), OutcomeUnknown("reset"))
    delivery.next_at = NEVER
    db.session.commit()
    look()
    people.say_not_out(
        delivery, seen=delivery.fence, actor=budi, at=NOW + 5 * MINUTE, window=timedelta(hours=1)
    )
    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.RECONNECT, "masuk lagi"
    db.session.commit()
    db.session.refresh(delivery)

    look(miss(delivery))

    kinds = [each.kind for each in notices() if each.delivery_id == delivery.id]
    assert kinds == [NoticeKind.UNKNOWN, NoticeKind.MISSED]


def test_a_draft_whose_answer_came_late_is_told_to_who_finishes_it(planned, dinkes_x, sari):
    claim = begun(delivery := planned(dinkes_x))
    claiming.recover(at=NOW + claiming.LEASE + MINUTE)
    delivery.next_at = NEVER
    db.session.commit()
    look()

    record(claim, Handover(remote_id="draf"), phase="publish", started_at=NOW, at=NOW + 4 * MINUTE)
    db.session.commit()
    look(NOW + 5 * MINUTE)

    assert [each.kind for each in notices()] == [NoticeKind.UNKNOWN, NoticeKind.HANDED_OVER]
    assert told(sari)[0] is NoticeKind.HANDED_OVER


def begun(delivery):
    """Take a delivery to where its publishing request is on its way; return the claim."""
    (claim,) = claiming.claim_due(at=NOW, owner="test", limit=1)
    advance(
        delivery.id, "begin", at=NOW, fence=claim.fence, lease_until=NOW + claiming.LEASE,
        sending_at=NOW,
    )  # fmt: skip
    db.session.commit()
    db.session.refresh(delivery)
    return claim


def test_a_notice_is_over_when_its_delivery_moved_on(planned, dinkes_x, budi):
    delivery = bring(planned(dinkes_x), Refused("no"))
    look()
    people.prove(delivery, actor=budi, at=NOW + MINUTE, link="https://x.com/dinkes_blora/status/1")
    db.session.commit()

    look(NOW + 2 * MINUTE)

    assert told(budi) == []
    (entry,) = inbox.inbox(budi, everything=True).entries
    assert entry.notice.resolved_at == NOW + 2 * MINUTE


def test_what_nobody_acted_on_stops_asking_but_a_doubt_never_does(planned, dinkes_x, budi):
    bring(planned(dinkes_x), Refused("no"))
    doubtful = bring(planned(dinkes_x, caption="Kedua"), OutcomeUnknown("reset"))
    doubtful.next_at = NEVER
    db.session.commit()
    look()

    look(NOW + telling.ATTENTION + 2 * MINUTE)

    assert told(budi) == [NoticeKind.UNKNOWN]


def test_nothing_is_told_of_what_is_out_or_was_cancelled(planned, dinkes_x, budi):
    delivery = planned(dinkes_x)
    people.cancel(delivery, actor=budi, at=NOW, reason="Acara ditunda")
    db.session.commit()

    look()

    assert notices() == []


def test_a_pass_that_is_killed_before_its_commit_tells_all_the_same(planned, dinkes_x, budi):
    bring(planned(dinkes_x), Refused("no"))

    watching.look_around(at=NOW + MINUTE, late_after=LATE_AFTER)
    db.session.rollback()
    assert notices() == []
    look()

    assert told(budi) == [NoticeKind.FAILED]


def test_more_than_one_batch_is_told_in_one_go(planned, make_account, dinkes, budi, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 2)
    for number in range(5):
        bring(planned(make_account(dinkes, "x", handle=f"a{number}", remote_id=f"8{number}")),
              Refused("no"))  # fmt: skip

    look()

    assert len(told(budi)) == 5


# -- why something was missed ------------------------------------------------------------------


def reason_of(delivery, at):
    look(at)
    db.session.refresh(delivery)
    return delivery.reason


def test_missed_names_the_account_that_was_held(planned, dinkes_x):
    delivery = planned(dinkes_x)
    (claim,) = claiming.claim_due(at=NOW, owner="test", limit=1)
    record(claim, AccountBlocked("401"), phase="prepare", started_at=NOW, at=NOW)
    db.session.commit()
    look()

    assert reason_of(delivery, miss(delivery)) == telling.MISSED_RECONNECT
    assert notices()[-1].reason == telling.MISSED_RECONNECT


def test_missed_names_the_platform_that_did_not_answer(planned, dinkes_x):
    delivery = planned(dinkes_x)
    (claim,) = claiming.claim_due(at=NOW, owner="test", limit=1)
    record(claim, TryLater("503"), phase="prepare", started_at=NOW, at=NOW)
    db.session.commit()

    assert reason_of(delivery, miss(delivery)) == telling.MISSED_PLATFORM


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (holding.KeyMissing("no key"), telling.MISSED_KEY),
        (holding.PictureUnreadable("gone"), telling.MISSED_PICTURE),
    ],
)
def test_missed_names_what_siar_itself_lacked(planned, dinkes_x, outcome, reason):
    delivery = planned(dinkes_x)
    (claim,) = claiming.claim_due(at=NOW, owner="test", limit=1)
    record(claim, outcome, phase="prepare", started_at=NOW, at=NOW)
    db.session.commit()

    assert reason_of(delivery, miss(delivery)) == reason


def test_missed_names_the_limit_that_lasted_too_long(planned, dinkes_x):
    delivery = planned(dinkes_x)
    (claim,) = claiming.claim_due(at=NOW, owner="test", limit=1)
    limit = TryLater("429", wait_s=20 * 3600, whole_account=True)
    record(claim, limit, phase="prepare", started_at=NOW, at=NOW)
    db.session.commit()
    look()

    assert reason_of(delivery, miss(delivery)) == telling.MISSED_PAUSED


def test_missed_names_the_time_without_a_worker(planned, dinkes_x):
    delivery = planned(dinkes_x)
    pulse.beat("worker", at=NOW - MINUTE)
    db.session.commit()
    back = miss(delivery)
    pulse.beat("worker", at=back)

    assert reason_of(delivery, back) == telling.MISSED_WORKER


def test_missed_names_the_doubt_it_waited_for(planned, dinkes_x):
    bring(planned(dinkes_x), OutcomeUnknown("reset"))
    delivery = planned(dinkes_x, caption="Berikutnya")

    assert reason_of(delivery, miss(delivery)) == telling.MISSED_BEHIND


def test_missed_without_any_known_cause_keeps_its_plain_reason(planned, dinkes_x):
    delivery = planned(dinkes_x)

    assert reason_of(delivery, miss(delivery)) == claiming.TOO_LATE


# -- accounts --------------------------------------------------------------------------------


def hold(account, status=AccountStatus.RECONNECT, until=None):
    account.status, account.paused_until = status, until
    account.paused_reason = "" if status is AccountStatus.ACTIVE else "ditolak"
    db.session.commit()


def test_a_hold_is_told_once_and_not_for_each_delivery(
    planned, dinkes_x, sari, tono, budi, heru, yuni
):
    for number in range(3):
        planned(dinkes_x, caption=f"Ke-{number}")
    hold(dinkes_x)

    look()
    look(NOW + 2 * MINUTE)

    assert [told(user) for user in (sari, budi, heru)] == [[NoticeKind.RECONNECT]] * 3
    assert told(tono) == told(yuni) == []


def test_a_hold_that_ended_and_came_again_is_told_again(dinkes_x, budi):
    hold(dinkes_x)
    look()
    hold(dinkes_x, AccountStatus.ACTIVE)
    look(NOW + 2 * MINUTE)
    assert told(budi) == []

    hold(dinkes_x)
    look(NOW + 3 * MINUTE)

    assert told(budi) == [NoticeKind.RECONNECT]
    assert len(notices()) == 2


def test_an_account_connected_anew_and_refused_at_once_is_told_again(dinkes_x, budi):
    hold(dinkes_x)
    look()
    dinkes_x.connected_at = NOW + 2 * MINUTE  # and refused again before the next pass
    db.session.commit()

    look(NOW + 3 * MINUTE)

    assert told(budi) == [NoticeKind.RECONNECT]
    assert len(notices()) == 2


def test_a_limit_that_comes_and_goes_is_told_once(dinkes_x, budi):
    for minute in (1, 5, 9, 13):
        hold(dinkes_x, AccountStatus.PAUSED, NOW + (minute + 2) * MINUTE)
        look(NOW + minute * MINUTE)
        hold(dinkes_x, AccountStatus.ACTIVE)
        look(NOW + (minute + 2) * MINUTE)
    assert [notice.kind for notice in notices()] == [NoticeKind.PAUSED]

    at = NOW + holds.CALM + 20 * MINUTE
    look(at)
    hold(dinkes_x, AccountStatus.PAUSED, at + DAY)
    look(at + MINUTE)

    assert len(notices()) == 2


def test_a_pause_that_turns_into_more_is_told_as_what_it_became(dinkes_x, budi):
    hold(dinkes_x, AccountStatus.PAUSED, NOW + DAY)
    look()
    hold(dinkes_x)
    look(NOW + 2 * MINUTE)

    assert told(budi) == [NoticeKind.RECONNECT]


def test_an_account_that_a_person_disconnected_is_no_news(dinkes_x, budi):
    dinkes_x.credentials = None
    hold(dinkes_x)

    look()

    assert notices() == []


# -- lateness --------------------------------------------------------------------------------

LATE = NOW + LATE_AFTER + MINUTE


def incidents():
    return list(db.session.scalars(sa.select(Incident).order_by(Incident.id)))


def test_what_is_late_without_a_known_hold_is_an_incident(
    planned, dinkes_x, sari, tono, budi, heru, yuni
):
    planned(dinkes_x)
    planned(dinkes_x, caption="Kedua")
    look(NOW + LATE_AFTER - MINUTE)
    assert incidents() == []

    look(LATE)
    look(LATE + MINUTE)

    (incident,) = incidents()
    assert (incident.cause, incident.platform) == (Cause.SLOW, "x")
    assert [told(user) for user in (sari, budi, heru)] == [[NoticeKind.INCIDENT]] * 3
    assert told(tono) == told(yuni) == []
    (entry,) = inbox.inbox(sari, everything=False).entries
    assert entry.late == 2


def test_an_incident_closes_by_itself_when_everything_came_to_its_end(planned, dinkes_x, budi):
    delivery = planned(dinkes_x)
    look(LATE)
    bring(delivery, Refused("no"), at=LATE)

    look(LATE + MINUTE)

    (incident,) = incidents()
    assert incident.closed_at == LATE + MINUTE
    assert told(budi) == [NoticeKind.FAILED]


def test_what_becomes_late_afterwards_joins_the_open_incident(
    planned, dinkes_x, make_account, dishub, tono, sari, budi
):
    planned(dinkes_x)
    look(LATE)
    other = make_account(dishub, "x")
    planned(other, office=dishub, drafted_by=tono, edited_by=tono, due_at=NOW + 5 * MINUTE)

    look(LATE + 6 * MINUTE)

    assert len(incidents()) == 1
    assert len(told(budi)) == 1
    assert (told(sari), told(tono)) == ([NoticeKind.INCIDENT], [NoticeKind.INCIDENT])
    assert {entry.late for entry in inbox.inbox(tono, everything=False).entries} == {1}
    assert {entry.late for entry in inbox.inbox(budi, everything=False).entries} == {2}


def test_an_incident_names_the_platform_that_does_not_answer(planned, dinkes_x, budi):
    planned(dinkes_x)
    (claim,) = claiming.claim_due(at=NOW, owner="test", limit=1)
    record(claim, TryLater("503"), phase="prepare", started_at=NOW, at=NOW)
    db.session.commit()

    look(LATE)

    assert [incident.cause for incident in incidents()] == [Cause.PLATFORM]
    assert notices()[0].reason == lateness.REASONS[Cause.PLATFORM]


@pytest.mark.parametrize("until", [None, NOW + DAY])
def test_a_hold_explains_what_waits_for_it(planned, dinkes_x, until):
    planned(dinkes_x)
    hold(dinkes_x, AccountStatus.PAUSED if until else AccountStatus.RECONNECT, until)

    look(LATE)

    assert incidents() == []


def test_a_doubt_explains_what_waits_behind_it(planned, dinkes_x):
    doubtful = bring(planned(dinkes_x), OutcomeUnknown("reset"))
    doubtful.next_at = NEVER
    planned(dinkes_x, caption="Berikutnya")

    look(LATE)

    assert incidents() == []
    assert [notice.kind for notice in notices()] == [NoticeKind.UNKNOWN]


def test_a_doubt_that_siar_cannot_end_in_time_is_an_incident(planned, dinkes_x):
    bring(planned(dinkes_x), OutcomeUnknown("reset"))

    look(LATE)

    assert [incident.cause for incident in incidents()] == [Cause.DOUBT]


def test_what_a_person_has_just_queued_again_is_not_late(planned, dinkes_x, budi):
    delivery = bring(planned(dinkes_x), Refused("no"))
    at = NOW + DAY
    people.try_again(delivery, actor=budi, at=at, window=timedelta(hours=6))
    db.session.commit()

    look(at + MINUTE)
    assert incidents() == []
    look(at + LATE_AFTER + MINUTE)
    assert len(incidents()) == 1


def test_late_ones_are_counted_once_however_often_we_look(planned, dinkes_x):
    planned(dinkes_x)

    for minute in range(4):
        look(LATE + minute * MINUTE)

    assert len(db.session.execute(sa.select(LateDelivery)).all()) == 1


# -- times without a worker --------------------------------------------------------------------


def stand_still(minutes):
    pulse.beat("worker", at=NOW)
    pulse.beat("worker", at=NOW + minutes * MINUTE)
    db.session.commit()


def test_a_time_without_a_worker_that_held_something_up_is_told_to_every_region(
    planned, dinkes_x, sari, budi, heru, yuni
):
    planned(dinkes_x)
    stand_still(40)

    look(NOW + 41 * MINUTE)
    look(NOW + 42 * MINUTE)

    assert told(budi) == told(heru) == told(yuni) == [NoticeKind.OUTAGE]
    assert told(sari) == []  # and what it explains is no incident
    (outage,) = notices()
    assert outage.details == {"minutes": 40, "count": 1}


def test_what_is_still_not_out_long_after_the_worker_came_back_is_an_incident(planned, dinkes_x):
    planned(dinkes_x)
    stand_still(40)

    look(NOW + 50 * MINUTE)
    assert incidents() == []
    look(NOW + 56 * MINUTE)
    assert len(incidents()) == 1


def test_a_machine_that_slept_while_nothing_was_due_is_no_news(app, budi):
    stand_still(600)

    look(NOW + 601 * MINUTE)

    assert notices() == []


# -- reading ---------------------------------------------------------------------------------


def test_reading_is_each_persons_own(planned, dinkes_x, sari, budi):
    bring(planned(dinkes_x), Refused("no"))
    look()

    inbox.mark_read(sari, notices()[0], at=NOW)
    inbox.mark_read(sari, notices()[0], at=NOW)
    db.session.commit()

    assert (inbox.summary(sari).unread, inbox.summary(budi).unread) == (0, 1)


def test_reading_all_leaves_what_came_after_the_page_was_made(planned, dinkes_x, budi):
    bring(planned(dinkes_x), Refused("no"))
    look()
    newest = notices()[-1].id
    hold(dinkes_x)
    look(NOW + 2 * MINUTE)

    inbox.mark_all_read(budi, up_to=newest, at=NOW)
    db.session.commit()

    assert told(budi) == [NoticeKind.RECONNECT]


def test_nobody_is_told_of_what_happened_before_they_came(planned, dinkes_x, budi):
    bring(planned(dinkes_x), Refused("no"))
    look()
    budi.created_at = NOW + DAY
    db.session.commit()

    assert told(budi) == []
