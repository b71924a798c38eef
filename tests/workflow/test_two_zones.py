"""Nine o'clock is another moment in Jayapura than in Blora."""

from datetime import datetime, timedelta

import pytest

from publisher import clock
from publisher.db import db
from publisher.models.places import OfficeKind, Region, RegionKind
from publisher.workflow import scheduling
from publisher.workflow.delivering import claiming
from tests.conftest import office, saved

NINE = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - what the clock on the wall shows


@pytest.fixture
def jayapura(app):
    region = Region(code="91.71", name="Jayapura", kind=RegionKind.KOTA, zone="Asia/Jayapura")
    return saved(region)


@pytest.fixture
def due_at_nine(make_account, make_post):
    """Return a function that plans a post of an office for nine o'clock where the office is."""

    def due_at_nine(of):
        account = make_account(of, "x", handle=f"pagi_{of.id}", remote_id=f"55{of.id}")
        at = clock.from_local(NINE, of.region.zone)
        early = at - timedelta(days=1)
        post = make_post("submit", "approve", accounts=[account], planned_at=at, at=early)
        (delivery,) = scheduling.schedule(post, actor=post.approved_by, at=early)
        db.session.commit()
        return delivery.id

    return due_at_nine


def taken(at):
    claims = claiming.claim_due(at=at, owner="test", limit=10)
    db.session.commit()
    return [claim.delivery_id for claim in claims]


def test_each_region_publishes_by_its_own_clock(due_at_nine, jayapura, dinkes):
    east = due_at_nine(office(jayapura, "Dinas Kesehatan", "Dinkes", OfficeKind.DINAS))
    west = due_at_nine(dinkes)
    nine_in_jayapura = clock.from_local(NINE, "Asia/Jayapura")

    assert taken(nine_in_jayapura - timedelta(seconds=1)) == []
    assert taken(nine_in_jayapura) == [east]
    assert taken(nine_in_jayapura + timedelta(hours=2, seconds=-1)) == []
    assert taken(nine_in_jayapura + timedelta(hours=2)) == [west]
