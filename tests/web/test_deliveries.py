"""The deliveries board and its actions, as each role sees them."""

from datetime import timedelta

import pytest

from publisher import clock
from publisher.db import db
from publisher.models.advancing import advance
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.platforms.errors import OutcomeUnknown, Refused
from publisher.workflow import scheduling
from publisher.workflow.delivering import claiming, pulse
from tests.outcomes import record


@pytest.fixture
def delivery_in(make_post, dinkes_x):
    """Return a function that takes a delivery of Sari's office to where an outcome leads."""

    def delivery_in(outcome=None):
        now = clock.now()
        post = make_post("submit", "approve", accounts=[dinkes_x], planned_at=now, at=now)
        (delivery,) = scheduling.schedule(post, actor=post.approved_by, at=now)
        db.session.commit()
        if outcome is not None:
            (claim,) = claiming.claim_due(at=clock.now(), owner="test", limit=1)
            advance(
                claim.delivery_id, "begin", at=now, fence=claim.fence,
                lease_until=now + claiming.LEASE, sending_at=now,
            )  # fmt: skip
            record(claim, outcome, phase="publish", started_at=now, at=now)
            db.session.commit()
        return delivery.id

    return delivery_in


def status_of(delivery_id):
    db.session.rollback()
    status = db.session.scalar(db.select(Delivery.status).filter_by(id=delivery_id))
    db.session.rollback()
    return status


def test_what_failed_is_shown_first_with_its_reason_and_what_to_do(client_of, sari, delivery_in):
    delivery_in(Refused("too long"))

    page = client_of(sari).get("/penayangan").get_data(as_text=True)

    assert "Gagal tayang" in page
    assert "Platform menolak unggahan ini" in page


def test_a_drafter_tries_again_and_the_history_names_them(client_of, sari, delivery_in):
    delivery_id = delivery_in(Refused("too long"))
    client = client_of(sari)

    answer = client.post(f"/penayangan/{delivery_id}/coba-lagi", follow_redirects=True)

    assert answer.status_code == 200
    assert status_of(delivery_id) is DeliveryStatus.PENDING
    assert "Sari" in client.get(f"/penayangan/{delivery_id}").get_data(as_text=True)


def test_trying_again_twice_says_that_it_is_done_already(client_of, sari, delivery_in):
    delivery_id = delivery_in(Refused("too long"))
    client = client_of(sari)

    client.post(f"/penayangan/{delivery_id}/coba-lagi")
    answer = client.post(f"/penayangan/{delivery_id}/coba-lagi", follow_redirects=True)

    assert "statusnya sudah berubah" in answer.get_data(as_text=True)


def test_cancelling_asks_for_a_reason(client_of, sari, delivery_in):
    delivery_id = delivery_in()
    client = client_of(sari)

    client.post(f"/penayangan/{delivery_id}/batalkan", data={"alasan": " "})
    assert status_of(delivery_id) is DeliveryStatus.PENDING

    client.post(f"/penayangan/{delivery_id}/batalkan", data={"alasan": "Acara ditunda"})
    assert status_of(delivery_id) is DeliveryStatus.CANCELLED


def test_a_reviewer_proves_what_is_in_doubt_with_its_link(client_of, budi, delivery_in):
    delivery_id = delivery_in(OutcomeUnknown("reset"))
    client = client_of(budi)
    link = "https://x.com/dinkes_blora/status/1"

    page = client.get(f"/penayangan/{delivery_id}").get_data(as_text=True)
    assert "Perlu dicek" in page
    client.post(f"/penayangan/{delivery_id}/tandai-tayang", data={"tautan": link})

    assert status_of(delivery_id) is DeliveryStatus.PUBLISHED
    assert link in client.get(f"/penayangan/{delivery_id}").get_data(as_text=True)


def test_a_drafter_cannot_declare_a_post_published(client_of, sari, delivery_in):
    delivery_id = delivery_in(OutcomeUnknown("reset"))

    answer = client_of(sari).post(
        f"/penayangan/{delivery_id}/tandai-tayang", data={"tautan": "https://x.com/a/status/1"}
    )

    assert answer.status_code == 403
    assert status_of(delivery_id) is DeliveryStatus.UNKNOWN


def test_health_is_503_until_a_worker_beats(app):
    client = app.test_client()
    assert client.get("/sehat").status_code == 503

    pulse.beat("worker", at=clock.now())
    db.session.commit()
    answer = client.get("/sehat")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")

    pulse.beat("worker", at=clock.now() - timedelta(minutes=5))
    db.session.commit()
    assert client.get("/sehat").json["wrong"] == ["worker"]


def test_those_who_can_act_are_told_that_the_worker_stands_still(client_of, sari):
    page = client_of(sari).get("/").get_data(as_text=True)

    assert "Penayangan otomatis belum berjalan" in page
    assert "beri tahu operator" in page


def test_metrics_are_for_this_machine_alone(app):
    client = app.test_client()

    assert b'siar_deliveries{status="pending"}' in client.get("/metrik").data
    elsewhere = client.get("/metrik", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 404


@pytest.mark.parametrize("name", ["sari", "wulan", "budi", "heru"])
def test_the_first_page_opens_for_each_role(client_of, request, name, make_post):
    make_post("submit")

    answer = client_of(request.getfixturevalue(name)).get("/")

    assert answer.status_code == 200
    assert "Selamat datang" in answer.get_data(as_text=True)


def test_a_leader_starts_at_their_own_page(client_of, ratna):
    assert client_of(ratna).get("/").location == "/pimpinan"
