"""The notices of a person: the bell, the list, reading them, and the way to the thing itself."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from publisher import clock
from publisher.db import db
from publisher.models.accounts import AccountStatus
from publisher.models.deliveries import NEVER, Delivery, DeliveryStatus
from publisher.models.notices import Notice, NoticeKind, NoticeRead
from publisher.models.people import User
from publisher.models.watch import Cause, Incident, LateDelivery, Outage, Preflight, Slot
from publisher.workflow import scheduling, watching
from publisher.workflow.delivering import pulse
from publisher.workflow.watching import risks


@pytest.fixture
def delivery(make_post, dinkes_x, sari, budi, heru):
    """A delivery of Sari's office, due tomorrow; a worker is at work."""
    now = clock.now()
    db.session.execute(sa.update(User).values(created_at=now - timedelta(days=1)))
    post = make_post(
        "submit", "approve", accounts=[dinkes_x], planned_at=now + timedelta(days=1), at=now
    )
    (delivery,) = scheduling.schedule(post, actor=budi, at=now)
    pulse.beat("worker", at=now)
    db.session.commit()
    return delivery


def end_badly(delivery, status=DeliveryStatus.FAILED, **values):
    """Let a delivery end so, and the watch tell of it; return the notice's id."""
    values = {"status": status, "reason": "Platform menolak 100% unggahan ini.", **values}
    db.session.execute(sa.update(Delivery).filter_by(id=delivery.id).values(**values))
    return tell()


def tell():
    watching.look_around(at=clock.now(), late_after=timedelta(minutes=15))
    db.session.commit()
    newest = db.session.scalar(sa.select(sa.func.max(Notice.id)))
    db.session.rollback()
    return newest


def text(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_bell_counts_what_was_not_read_and_the_list_says_it(client_of, sari, delivery):
    end_badly(delivery)
    client = client_of(sari)

    page = text(client.get("/"))
    assert "1 belum dibaca" in page
    page = text(client.get("/pemberitahuan"))
    assert "Gagal tayang: Imunisasi gratis di puskesmas" in page
    assert "Platform menolak 100% unggahan ini." in page


def test_nobody_else_hears_the_bell(client_of, tono, delivery):
    end_badly(delivery)

    page = text(client_of(tono).get("/pemberitahuan?semua=1"))

    assert "Imunisasi" not in page
    assert "Belum ada pemberitahuan" in page


def test_a_leader_is_told_of_no_delivery(client_of, ratna, delivery):
    end_badly(delivery)

    page = text(client_of(ratna).get("/pemberitahuan?semua=1"))

    assert "Imunisasi" not in page
    assert "Belum ada pemberitahuan" in page


def test_a_head_is_told_of_nothing_that_she_cannot_act_on(client_of, wulan, delivery):
    end_badly(delivery)
    page = text(client_of(wulan).get("/pemberitahuan?semua=1"))

    assert "Belum ada pemberitahuan" in page
    assert "Gagal tayang" not in page


def test_going_to_the_thing_marks_the_notice_as_read(client_of, sari, delivery):
    notice_id = end_badly(delivery)
    client = client_of(sari)

    answer = client.post(f"/pemberitahuan/{notice_id}/buka")

    assert answer.location == f"/penayangan/{delivery.id}"
    assert "Semua sudah dibaca" in text(client.get("/pemberitahuan"))
    assert "Gagal tayang" in text(client.get("/pemberitahuan?semua=1"))


def test_reading_twice_is_reading_once(client_of, sari, delivery):
    notice_id = end_badly(delivery)
    client = client_of(sari)

    for _ in range(2):
        assert client.post(f"/pemberitahuan/{notice_id}/dibaca").status_code == 302

    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoticeRead)) == 1


def test_all_are_read_at_once_but_not_what_came_meanwhile(client_of, budi, delivery, dinkes_x):
    seen = end_badly(delivery)
    client = client_of(budi)
    dinkes_x.status, dinkes_x.paused_reason = AccountStatus.RECONNECT, "ditolak"
    tell()

    page = text(client.post("/pemberitahuan/dibaca", data={"sampai": seen}, follow_redirects=True))

    assert "ditandai sudah dibaca" in page
    assert "Gagal tayang" not in page
    assert "perlu disambungkan ulang" in page


def test_a_notice_of_another_region_does_not_exist(client_of, yuni, delivery):
    notice_id = end_badly(delivery)
    client = client_of(yuni)

    for step in ("buka", "dibaca"):
        assert client.post(f"/pemberitahuan/{notice_id}/{step}").status_code == 404


def test_every_kind_of_notice_has_words_an_action_and_a_place_to_go(
    client_of, budi, delivery, dinkes_x, blora
):
    now = clock.now()
    incident = Incident(region=blora, platform="x", cause=Cause.SLOW, opened_at=now)
    db.session.add(incident)
    db.session.flush()
    db.session.add(LateDelivery(incident_id=incident.id, delivery_id=delivery.id))
    of_week = {"details": {"week": "2026-W47", "title": "Posyandu"}}
    of_office = {"office_id": dinkes_x.office_id, **of_week}
    of_post = {"office_id": dinkes_x.office_id, "post_id": delivery.post_id}
    places = {
        NoticeKind.OUTAGE: {"region_id": None},
        NoticeKind.INCIDENT: {"incident_id": incident.id},
        NoticeKind.RECONNECT: {"account_id": dinkes_x.id},
        NoticeKind.PAUSED: {"account_id": dinkes_x.id},
        NoticeKind.OBJECTION_FILED: of_office,
        NoticeKind.OBJECTION_ANSWERED: of_office,
        NoticeKind.CLOSING_HELD: of_week,
        NoticeKind.WEEK_CLOSED: {"details": {"week": "2026-W47", "version": 1}},
        NoticeKind.CLAIM_FILED: of_office,
        NoticeKind.CLAIM_ANSWERED: of_office,
        NoticeKind.PLAN_DUE: of_office,
        NoticeKind.PLAN_LATE: of_office,
        NoticeKind.SIGN_OFF_ASKED: of_post,
        NoticeKind.SIGN_OFF_ANSWERED: of_post,
        NoticeKind.SIGN_OFF_LATE: of_post,
        NoticeKind.RETURNED: {"post_id": delivery.post_id, "details": {"step": "reject"}},
        **{kind: {"post_id": delivery.post_id} for kind in NoticeKind if "sign_off" in kind},
    }
    for kind in NoticeKind:
        place = {"region_id": blora.id, **places.get(kind, {"delivery_id": delivery.id})}
        db.session.add(Notice(key=kind, kind=kind, at=now, **place))
    db.session.commit()
    client = client_of(budi)

    page = text(client.get("/pemberitahuan"))

    for words in (
        "Gagal tayang: ", "Terlewat: ", "Perlu dicek: ", "perlu disambungkan ulang",
        "ditahan platform", "Berisiko tidak tayang: ", "1 unggahan terlambat di X",
        "Siar sempat tidak berjalan", "Dinas Kesehatan menyanggah",
        "Belum ditutup: minggu ke\u201147 (16–22 Nov 2026)",
    ):  # fmt: skip
        assert words in page
    assert "2026-W47" not in page
    for notice_id in db.session.scalars(sa.select(Notice.id)).all():
        db.session.rollback()
        assert client.post(f"/pemberitahuan/{notice_id}/buka").location != "/"


def test_what_is_at_risk_stands_on_every_page_of_those_who_can_act(client_of, sari, tono, delivery):
    found = [{"kind": "account", "message": risks.STRANGER, "values": {"found": "@lain"}}]
    db.session.add(
        Preflight(
            delivery_id=delivery.id,
            slot=Slot.EVENING,
            checked_at=clock.now(),
            risks=found,
            risk_count=1,
        )
    )
    db.session.commit()
    client = client_of(sari)

    assert "1 unggahan berisiko tidak tayang" in text(client.get("/konten"))
    board = text(client.get("/penayangan?kelompok=berisiko"))
    assert "Kredensial akun ini ternyata milik @lain." in board
    assert "milik @lain" in text(client.get(f"/penayangan/{delivery.id}"))
    assert "berisiko tidak tayang" not in text(client_of(tono).get("/"))


def test_a_worker_that_stands_still_is_told_in_the_words_of_each_role(
    client_of, sari, heru, delivery
):
    assert "Penayangan otomatis" not in text(client_of(sari).get("/"))
    pulse.beat("worker", at=clock.now())
    db.session.execute(sa.text("UPDATE heartbeat SET at = '2026-11-20 01:05:00.000000'"))
    db.session.commit()

    assert "berhenti sejak 20 Nov 2026 pukul 08.05 WIB" in text(client_of(sari).get("/konten"))
    assert "Periksa layanan pekerja" in text(client_of(heru).get("/"))


def test_the_page_of_a_delivery_offers_only_what_is_safe(client_of, budi, sari, delivery):
    end_badly(
        delivery, DeliveryStatus.UNKNOWN, next_at=NEVER,
        sending_at=clock.now() - timedelta(hours=1),
    )  # fmt: skip
    client = client_of(budi)

    page = text(client.get(f"/penayangan/{delivery.id}"))
    assert "Apakah unggahan ini sudah tayang?" in page
    assert 'action="/penayangan/1/belum-tayang"' in page
    assert "coba-lagi" not in page

    page = text(client_of(sari).get(f"/penayangan/{delivery.id}"))
    assert "Kominfo yang mencatat jawabannya" in page
    assert "belum-tayang" not in page


@pytest.mark.parametrize(
    ("account", "says"),
    [
        ({}, "Siar mengirimnya pada "),
        ({"status": AccountStatus.RECONNECT, "paused_reason": "x"}, "Menunggu akun disambungkan."),
        ({"status": AccountStatus.PAUSED, "paused_reason": "x"}, "setelah akun dilanjutkan"),
    ],
)
def test_a_delivery_that_waits_says_what_it_waits_for(client_of, sari, delivery, account, says):
    for name, value in account.items():
        setattr(delivery.account, name, value)
    db.session.commit()

    assert says in text(client_of(sari).get(f"/penayangan/{delivery.id}"))


def test_an_outage_is_told_without_naming_what_belongs_to_others(client_of, yuni, delivery):
    now = clock.now()
    yuni.created_at = now - timedelta(days=1)
    began = now - timedelta(minutes=40)
    db.session.add(Outage(began_at=began, ended_at=now, held_up=3))
    tell()

    page = text(client_of(yuni).get("/pemberitahuan"))

    assert "Siar tidak berjalan selama 40 menit, sementara 3 unggahan sudah waktunya." in page
    assert "Imunisasi" not in page
