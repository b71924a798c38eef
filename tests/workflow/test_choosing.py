"""Choosing how Siar speaks to an account: agreed to by name, and never under a post on its way."""

import pytest

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.audit import AuditEntry
from publisher.models.deliveries import DeliveryStatus
from publisher.platforms import drivers_of
from publisher.platforms.errors import OutcomeUnknown
from publisher.workflow import registering
from publisher.workflow.delivering import by_hand, claiming
from publisher.workflow.registering import Unacceptable
from publisher.workflow.registering.common import NotYours
from tests.conftest import NOW
from tests.workflow.conftest import bring


@pytest.fixture
def instagram(make_account, dinkes):
    return make_account(dinkes, "instagram")


def choose(account, actor, driver="instagram_private", *, agreed=True):
    registering.choose_way(account, driver, agreed=agreed, actor=actor, at=NOW)


def test_the_official_way_comes_first():
    ways = ("instagram", "instagram_login", "instagram_private", "instagram_by_hand")
    assert drivers_of("instagram") == ways
    assert drivers_of("website") == ("website",)


def test_whoever_chooses_a_way_has_to_connect_anew(instagram, budi):
    choose(instagram, budi)
    db.session.commit()

    account = db.session.get(Account, instagram.id)
    assert account.driver == "instagram_private"
    assert account.status is AccountStatus.RECONNECT
    assert account.credentials is None
    assert account.remote_id is None
    assert registering.by_login(account)
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.details == {"before": "instagram", "after": "instagram_private"}


@pytest.mark.parametrize(
    ("driver", "agreed", "field"),
    [
        ("instagram_private", False, "agreed"),
        ("instagram", True, "way"),
        ("x", True, "way"),
        ("", True, "way"),
    ],
)
def test_a_way_is_refused_with_its_reason(instagram, budi, driver, agreed, field):
    with pytest.raises(Unacceptable) as caught:
        choose(instagram, budi, driver, agreed=agreed)

    assert list(caught.value.faults) == [field]
    assert instagram.driver == "instagram"
    assert instagram.credentials


def test_nobody_chooses_for_another_region(instagram, yuni):
    with pytest.raises(NotYours):
        choose(instagram, yuni)


def test_an_account_that_is_not_used_any_more_has_no_way(instagram, budi):
    registering.retire_account(instagram, actor=budi, at=NOW)

    with pytest.raises(Unacceptable):
        choose(instagram, budi)


@pytest.mark.parametrize("outcome", [None, OutcomeUnknown("reset")])
def test_the_way_is_not_changed_while_a_post_is_on_its_way(instagram, budi, planned, outcome):
    delivery = planned(instagram)
    if outcome is None:
        claiming.claim_due(at=NOW, owner="test", limit=1)
    else:
        bring(delivery, outcome)

    with pytest.raises(Unacceptable) as caught:
        choose(instagram, budi)

    assert list(caught.value.faults) == ["way"]


def test_what_is_planned_goes_out_by_the_new_way(instagram, budi, planned):
    delivery = planned(instagram)

    choose(instagram, budi)

    assert delivery.status is DeliveryStatus.PENDING


@pytest.mark.parametrize("platform", ["x", "facebook", "instagram", "tiktok", "telegram"])
def test_an_office_may_post_by_hand_where_siar_could_send(
    make_account, dinkes, budi, planned, platform
):
    account = make_account(dinkes, platform, handle="dinkes_lain", remote_id="7777")
    delivery = planned(account)
    choose(account, budi, f"{platform}_by_hand", agreed=False)
    db.session.commit()

    assert registering.state_of(account) is registering.State.BY_HAND
    assert not registering.connectable(account)
    assert account.credentials is None
    assert claiming.claim_due(at=NOW, owner="test", limit=5) == []
    assert by_hand.hand_over_due(at=NOW) == 1
    db.session.commit()
    assert delivery.status is DeliveryStatus.HANDED_OVER


def test_whoever_posted_by_hand_may_let_siar_send_again(make_account, dinkes, budi):
    account = make_account(dinkes, "x")
    choose(account, budi, "x_by_hand")
    choose(account, budi, "x", agreed=False)
    db.session.commit()

    assert registering.state_of(account) is registering.State.NEW
    assert registering.connectable(account)
