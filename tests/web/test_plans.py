"""The pages of the week's plan: who may, what comes of each, and what typed things do."""

from datetime import timedelta

import pytest
import time_machine

from publisher.clock import Week
from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.models.neutrality import Neutrality
from publisher.models.posts import Post, PostStatus
from publisher.models.quotas import QuotaRule
from tests.conftest import NOW, saved

WEEK = str(Week.of(NOW, "Asia/Jakarta"))
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday_at_nine(app):
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def week_of_sari(make_post, blora, sari):
    """Three contents are asked: one waits, one is a draft that is ready, one has no time yet."""
    saved(QuotaRule(region=blora, minimum=3, valid_from=NOW.date(), set_at=NOW))
    return [
        make_post("submit", title="Posyandu", caption="Posyandu.", planned_at=NOW + HOUR),
        make_post(title="Vaksin", caption="Vaksin gratis.", planned_at=NOW + 2 * HOUR),
        make_post(title="Tensi", caption="Cek tensi.", planned_at=None),
    ]


def test_the_reviewer_sees_who_lacks_what_with_words_to_send(client_of, budi, week_of_sari, dishub):
    page = client_of(budi).get(f"/rencana/{WEEK}").get_data(as_text=True)

    assert "Lewat tenggat" in page  # it was Friday's
    assert "masih kurang *3 dari 3* konten" in page  # Dinas Perhubungan
    assert "masih kurang *2 dari 3* konten. 1 draf sudah disusun; tinggal diajukan." in page
    assert "https://wa.me/?text=Yth" in page


def test_an_office_sees_its_gap_and_hands_in_what_is_ready(client_of, sari, week_of_sari):
    client, (_waiting, ready, untimed) = client_of(sari), week_of_sari
    address = f"/rencana/perangkat-daerah/{sari.office_id}/{WEEK}"
    page = client.get(address).get_data(as_text=True)
    assert "Masih kurang 2 dari 3 konten." in page
    assert f'value="{ready.id}:{ready.version}"' in page
    assert f'action="/kalender/{untimed.id}/pindahkan"' in page  # one tap takes a free time

    ticked = [f"{ready.id}:{ready.version}", f"{untimed.id}:{untimed.version}", "satu:dua"]
    answer = client.post(f"{address}/ajukan", data={"konten": ticked}).get_data(as_text=True)

    assert "1 dari 2 draf diajukan" in answer
    assert "Konten belum dapat diajukan" in answer
    assert db.session.get(Post, ready.id).status is PostStatus.IN_REVIEW
    assert db.session.get(Post, untimed.id).status is PostStatus.DRAFT


def test_approving_says_of_each_what_came_of_it(client_of, budi, yuni, week_of_sari):
    waiting, draft, _ = week_of_sari
    ticked = [f"{waiting.id}:{waiting.version}", f"{draft.id}:{draft.version}", "9999:1"]
    client = client_of(budi)
    page = client.get(f"/rencana/{WEEK}/setujui").get_data(as_text=True)
    assert page.count('name="pilih"') == 1
    stranger = client_of(yuni).post(f"/rencana/{WEEK}/setujui", data={"pilih": ticked})
    assert "0 dari 3 disetujui" in stranger.get_data(as_text=True)

    answers = [
        client.post(f"/rencana/{WEEK}/setujui", data=data).get_data(as_text=True)
        for data in ({"aksi": "semua", "tampil": ticked}, {"aksi": "pilihan", "pilih": ticked})
    ]

    assert all("1 dari 3 disetujui" in answer for answer in answers)
    assert "Terjadwal di 2 akun." in answers[0]
    assert "Sudah Anda setujui sebelumnya" in answers[1]
    assert db.session.query(Delivery).count() == 2


def test_approving_before_an_election_says_that_a_second_person_is_needed(
    client_of, budi, blora, week_of_sari
):
    time = Neutrality(
        region=blora, starts_at=NOW, ends_at=NOW + timedelta(days=3), words=[],
        checklist=["Tidak memihak"], set_by=budi, set_at=NOW,
    )  # fmt: skip
    saved(time)
    client, (waiting, *_) = client_of(budi), week_of_sari
    page = client.get(f"/rencana/{WEEK}/setujui").get_data(as_text=True)
    box = f"{waiting.id}:{waiting.version}:pertama"
    assert "Perlu dua penyetuju" in page
    assert f'name="pilih" value="{box}"' in page
    ticks = {"pilih": [box], "periksa": ["Tidak memihak"]}

    answer = client.post(f"/rencana/{WEEK}/setujui", data=ticks).get_data(as_text=True)

    assert "Persetujuan pertama" in answer
    assert "meminta persetujuan seorang penelaah lain" in answer
    assert "tidak disetujui" not in answer
    page = client.get(f"/rencana/{WEEK}/setujui").get_data(as_text=True)
    assert "Anda sudah menyetujuinya; penelaah lain yang memutuskan." in page
    assert 'name="tampil"' not in page
    assert db.session.query(Delivery).count() == 0


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 422),  # nothing is ticked
        ({"pilih": ["satu"]}, 400),
        ({"pilih": ["1:2:3"]}, 400),
        ({"pilih": ["1:2:pertama:4"]}, 400),
        ({"pilih": ["1"]}, 400),
        ({"pilih": [f"{10**30}:1"]}, 404),
        ({"pilih": ["1:1"] * 201}, 413),
    ],
)
def test_what_nobody_ticks_is_refused(client_of, budi, week_of_sari, data, status):
    answer = client_of(budi).post(f"/rencana/{WEEK}/setujui", data=data)

    assert answer.status_code == status
    assert db.session.query(Delivery).count() == 0


def test_a_wrong_deadline_keeps_what_was_typed(client_of, budi, blora):
    client = client_of(budi)
    typed = {"day": "4", "hour": "12", "slots_from": "10", "slots_to": "9"}

    refused = client.post("/rencana/tenggat", data=typed)
    kept = client.post("/rencana/tenggat", data=typed | {"slots_to": "15"})

    assert refused.status_code == 422
    assert "Pilih jam sesudah jam mulai." in refused.get_data(as_text=True)
    assert '<option selected value="4">' in refused.get_data(as_text=True)
    assert kept.status_code == 302
    db.session.refresh(blora)
    assert (blora.plan_day, blora.plan_hour, blora.slots_from, blora.slots_to) == (4, 12, 10, 15)


def test_a_free_time_taken_from_the_plan_leads_back_to_it(client_of, sari, week_of_sari):
    untimed, back = week_of_sari[2], f"/rencana/perangkat-daerah/{sari.office_id}/{WEEK}"
    at = NOW + timedelta(days=1)

    answer = client_of(sari).post(
        f"/kalender/{untimed.id}/pindahkan",
        data={"version": untimed.version, "ke": at.isoformat(), "kembali": back},
    )

    assert answer.headers["Location"] == back
    assert db.session.get(Post, untimed.id).planned_at == at
