"""The pages of the registry's health: who may, whose rows, and the way of a plan."""

from datetime import timedelta

import pytest
import time_machine

from publisher.db import db
from publisher.models.audit import AuditEntry
from publisher.models.plans import AccountPlan
from tests.conftest import NOW, saved

HOME = "/registri/kesehatan"


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def quiet(dinkes_x, sari):
    """Sari's account has been silent for three months."""
    dinkes_x.last_post_at = NOW - timedelta(days=90)
    return saved(dinkes_x)


def promise(browser, account, person, **changed):
    data = {"aim": "revive", "responsible": person.id, "due_on": "2026-11-30", **changed}
    return browser.post(f"{HOME}/akun/{account.id}/rencana", data=data)


def test_reviewer_operator_and_leader_read_it_and_nobody_of_an_office(
    client_of, budi, heru, ratna, sari, wulan, quiet
):
    for person, manages in ((budi, True), (heru, True), (ratna, False)):
        page = client_of(person).get(HOME).get_data(as_text=True)
        assert "@dinkes_blora tidak menayangkan apa pun selama 90 hari." in page
        assert ("Buat rencana" in page, "Teks WhatsApp" in page) == (manages, manages)
        assert client_of(person).get(f"{HOME}/rencana").status_code == 200
        assert client_of(person).get(f"{HOME}/temuan.csv").status_code == 200
    for person in (sari, wulan):
        for address in (HOME, f"{HOME}/rencana", f"{HOME}/temuan.csv"):
            assert client_of(person).get(address).status_code == 403


def test_a_leader_changes_nothing(client_of, ratna, sari, quiet):
    browser = client_of(ratna)
    assert promise(browser, quiet, sari).status_code == 403
    for address in (f"{HOME}/ambang", "/registri/halaman-publik/buka"):
        assert browser.post(address, data={"days": 40}).status_code == 403


def test_a_plan_is_made_shown_late_first_and_ended(client_of, budi, sari, quiet):
    browser = client_of(budi)
    assert promise(browser, quiet, sari, remark="Sudah bicara").status_code == 302
    assert "oleh Sari, paling lambat 30 Nov 2026" in browser.get(HOME).get_data(as_text=True)

    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        assert "1 rencana lewat tenggat" in client_of(budi).get(HOME).get_data(as_text=True)
    row = db.session.query(AccountPlan).one()
    browser.post(f"{HOME}/rencana/{row.id}/selesai", data={"catatan": "Hidup lagi"})

    page = browser.get(f"{HOME}/rencana").get_data(as_text=True)
    assert "Hidup lagi" in page
    assert "Tidak ada rencana yang berjalan" in page


def test_what_was_typed_stays_when_a_plan_is_refused(client_of, budi, sari, tono, quiet):
    browser = client_of(budi)
    early = promise(browser, quiet, sari, due_on="2026-11-01", remark="Kata kami")
    assert early.status_code == 422
    assert "Kata kami" in early.get_data(as_text=True)
    assert promise(browser, quiet, tono).status_code == 422  # of another office


def test_another_regions_account_and_plan_do_not_exist(client_of, budi, yuni, sari, quiet):
    promise(client_of(budi), quiet, sari)
    row = db.session.query(AccountPlan).one()
    browser = client_of(yuni)

    assert promise(browser, quiet, yuni).status_code == 404
    for step in ("selesai", "tarik"):
        answer = browser.post(f"{HOME}/rencana/{row.id}/{step}", data={"catatan": "x"})
        assert answer.status_code == 404
    assert "dinkes_blora" not in browser.get(HOME).get_data(as_text=True)
    assert row.ended_at is None


def test_the_days_until_an_account_is_dormant_are_the_regions(client_of, budi, blora, quiet):
    browser = client_of(budi)
    assert browser.post(f"{HOME}/ambang", data={"days": 3}).status_code == 422
    assert browser.post(f"{HOME}/ambang", data={"days": 120}).status_code == 302

    assert "Tidak aktif (mati suri)" not in browser.get(HOME).get_data(as_text=True)
    assert db.session.query(AuditEntry).filter_by(action="region.dormant_days").one().actor_id


def test_filters_narrow_and_wrong_ones_are_ignored(client_of, budi, quiet, dishub):
    browser = client_of(budi)
    for query, shown in (
        ("temuan=dormant", "Dinas Kesehatan"),
        ("temuan=no_account", "Dinas Perhubungan"),
        ("cari=hub", "Dinas Perhubungan"),
        ("temuan=apa&rencana=apa&page=x", "Dinas Kesehatan"),
    ):
        assert f"{shown}</a></h2>" in browser.get(f"{HOME}?{query}").get_data(as_text=True)
    nothing = browser.get(f"{HOME}?cari=tidakada").get_data(as_text=True)
    assert "Tidak ada yang cocok" in nothing
