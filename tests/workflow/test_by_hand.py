"""What a person posts: handed over when it is due, and out only when its proof is verified."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher.db import db
from publisher.models.deliveries import NEVER, DeliveryEvent, DeliveryStatus
from publisher.models.notices import Notice, NoticeKind
from publisher.platforms.base import Handover
from publisher.platforms.errors import OutcomeUnknown
from publisher.workflow import watching
from publisher.workflow.delivering import by_hand, claiming, recording
from publisher.workflow.delivering.claiming import Claim
from tests.conftest import NOW
from tests.workflow.conftest import bring

_S = DeliveryStatus
DRAFT = Handover(remote_id="p_pub_url~v2.17")


def test_a_draft_that_a_platform_keeps_waits_for_a_person(planned, dinkes_x):
    delivery = bring(planned(dinkes_x), DRAFT)

    assert delivery.status is _S.HANDED_OVER
    assert (delivery.remote_id, delivery.handed_over_at) == ("p_pub_url~v2.17", NOW)
    assert (delivery.next_at, delivery.publish_by) == (NEVER, NOW + by_hand.TIME_TO_PROVE)
    assert delivery.permalink is None


def test_an_answer_that_comes_after_the_doubt_still_tells_of_the_draft(planned, dinkes_x):
    delivery = bring(planned(dinkes_x), OutcomeUnknown("reset"))
    late = Claim(delivery_id=delivery.id, fence=delivery.fence - 1)

    recording.record(late, DRAFT, phase="publish", started_at=NOW, at=NOW)
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is _S.HANDED_OVER
    steps = sa.select(DeliveryEvent.step).order_by(DeliveryEvent.id)
    assert db.session.scalars(steps).all()[-1] == "hand_over_late"


def test_what_is_handed_over_keeps_no_other_post_of_the_account_waiting(planned, dinkes_x):
    bring(planned(dinkes_x), DRAFT)
    second = planned(dinkes_x, caption="Kedua")
    db.session.commit()

    later = NOW + timedelta(minutes=10)
    (claim,) = claiming.claim_due(at=later, owner="test", limit=5)

    assert claim.delivery_id == second.id


@pytest.mark.parametrize(("seconds", "status"), [(-1, _S.HANDED_OVER), (0, _S.MISSED)])
def test_without_a_proof_it_is_missed_when_its_time_is_over(planned, dinkes_x, seconds, status):
    delivery = bring(planned(dinkes_x), DRAFT)

    by_hand.give_up_unproved(at=NOW + by_hand.TIME_TO_PROVE + timedelta(seconds=seconds))
    db.session.commit()

    db.session.refresh(delivery)
    assert delivery.status is status


def test_the_office_is_told_once_that_it_is_its_turn_and_again_when_it_was_missed(
    planned, dinkes_x
):
    delivery = bring(planned(dinkes_x), DRAFT)
    for minutes in (0, 1):
        watching.look_around(at=NOW + timedelta(minutes=minutes), late_after=timedelta(minutes=15))
    late = NOW + by_hand.TIME_TO_PROVE
    by_hand.give_up_unproved(at=late)
    watching.look_around(at=late, late_after=timedelta(minutes=15))

    notices = db.session.scalars(sa.select(Notice).order_by(Notice.id)).all()
    assert [(one.kind, one.delivery_id) for one in notices] == [
        (NoticeKind.HANDED_OVER, delivery.id),
        (NoticeKind.MISSED, delivery.id),
    ]
    assert [one.resolved_at is None for one in notices] == [False, True]
    assert notices[1].reason == by_hand.NEVER_PROVED


def test_what_a_person_has_is_not_called_late(planned, dinkes_x):
    bring(planned(dinkes_x), DRAFT)

    watching.look_around(at=NOW + timedelta(hours=5), late_after=timedelta(minutes=15))

    kinds = db.session.scalars(sa.select(Notice.kind)).all()
    assert kinds == [NoticeKind.HANDED_OVER]
