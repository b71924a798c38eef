"""The stop switch on its page: who may press it, what everybody then reads, and going on."""

import re

import pytest

from publisher import clock
from publisher.db import db
from publisher.models.deliveries import Delivery, DeliveryStatus
from publisher.models.stops import Stop
from publisher.workflow import scheduling
from publisher.workflow.delivering import claiming, stopping

WHY = "Banjir bandang; kanal dipakai untuk informasi darurat."


@pytest.fixture
def due(make_post, dinkes_x):
    now = clock.now()
    post = make_post("submit", "approve", accounts=[dinkes_x], planned_at=now, at=now)
    (delivery,) = scheduling.schedule(post, actor=post.approved_by, at=now)
    db.session.commit()
    return delivery


def text(answer):
    return answer.get_data(as_text=True)


def stop(client):
    return client.post(
        "/penghentian", data={"reason": WHY, "sure": "y"}, follow_redirects=True
    )  # fmt: skip


def stops():
    db.session.rollback()
    return db.session.scalars(db.select(Stop)).all()


@pytest.mark.parametrize("who", ["budi", "heru"])
def test_kominfo_and_the_operator_stop_with_a_reason_and_a_tick(client_of, request, who, due):
    client = client_of(request.getfixturevalue(who))
    assert "Hentikan semua penayangan" in text(client.get("/penghentian"))

    for data in ({"reason": "", "sure": "y"}, {"reason": WHY}):
        assert client.post("/penghentian", data=data).status_code == 422
    assert stops() == []
    page = text(stop(client))

    assert len(stops()) == 1
    assert WHY in page
    assert "Imunisasi gratis" in page
    assert claiming.claim_due(at=clock.now(), owner="test", limit=5) == []


@pytest.mark.parametrize("who", ["sari", "wulan", "ratna"])
def test_nobody_else_stops_anything_and_everybody_reads_why_on_every_page(
    client_of, request, budi, who, due
):
    client = client_of(request.getfixturevalue(who))
    assert client.post("/penghentian", data={"reason": WHY, "sure": "y"}).status_code == 403
    assert client.post("/penghentian/lanjutkan").status_code == 403
    stop(client_of(budi))

    for path in ("/", "/penghentian", "/laporan"):
        page = text(client.get(path, follow_redirects=True))
        assert "Semua penayangan dihentikan sejak" in page
        assert "Budi: “Banjir bandang" in page


def test_another_region_sees_nothing_of_it_and_stops_on_its_own(client_of, budi, yuni, agus, due):
    stop(client_of(budi))

    for user in (yuni, agus):
        page = text(client_of(user).get("/penghentian"))
        assert "Banjir bandang" not in page
        assert "Imunisasi" not in page
    stop(client_of(yuni))
    assert len(stops()) == 2


def test_an_office_sees_of_what_is_held_only_its_own(client_of, budi, sari, tono, due):
    stop(client_of(budi))

    assert "Imunisasi gratis" in text(client_of(sari).get("/penghentian"))
    assert "Imunisasi gratis" not in text(client_of(tono).get("/penghentian"))


def test_on_going_on_one_post_may_go_another_way_and_a_second_press_changes_nothing(
    client_of, budi, heru, due
):
    client = client_of(budi)
    page = text(stop(client))
    stop_id = re.search(r'name="stop" value="(\d+)"', page)[1]
    data = {"stop": stop_id, "fate": "tayangkan", "gap": "5", f"own-{due.post_id}": "batalkan"}

    assert client.post("/penghentian/lanjutkan", data=data | {"gap": "999"}).status_code == 422
    later = data | {f"own-{due.post_id}": "waktu-baru"}
    assert client.post("/penghentian/lanjutkan", data=later).status_code == 422
    assert "Penayangan dilanjutkan." in text(
        client.post("/penghentian/lanjutkan", data=data, follow_redirects=True)
    )
    second = client_of(heru).post("/penghentian/lanjutkan", data=data, follow_redirects=True)

    assert "sudah dilanjutkan" in text(second)
    db.session.rollback()
    status = db.session.scalar(db.select(Delivery.status).filter_by(id=due.id))
    assert status is DeliveryStatus.CANCELLED
    assert "Penghentian sebelumnya" in text(client.get("/penghentian"))


def test_stopping_twice_says_that_it_was_stopped_already(client_of, budi, heru, due):
    stop(client_of(budi))

    assert "tidak ada yang berubah" in text(stop(client_of(heru)))
    assert len(stops()) == 1


def test_machines_and_the_board_are_told_and_it_is_no_fault(client_of, budi, due, app):
    client = client_of(budi)
    stop(client)
    stopping.put_aside(at=clock.now())
    db.session.commit()

    health = app.test_client().get("/sehat").get_json()
    assert health["stopped"] == ["33.16"]
    assert "siar_stopped_regions 1.0" in text(app.test_client().get("/metrik"))
    page = text(client.get("/penayangan?kelompok=menunggu"))
    assert "Ditahan, karena seluruh penayangan" in page
    assert "Menunggu keputusan Kominfo" in page
    assert "9999" not in text(client.get("/")) + page + text(client.get(f"/penayangan/{due.id}"))
