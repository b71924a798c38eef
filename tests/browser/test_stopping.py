"""The stop switch on a phone and without JavaScript, and the pages of a region that is stopped."""

from datetime import timedelta

from playwright.sync_api import expect

from publisher import clock
from publisher.db import db
from publisher.models.deliveries import Delivery
from publisher.models.people import User
from publisher.workflow.delivering import resuming, stopping
from publisher.workflow.delivering.resuming import Decision, Fate
from tests.browser.test_every_page import VIEWS, faults, show

WHY = "Banjir bandang di Kecamatan Cepu; kanal dipakai untuk informasi darurat."


def test_kominfo_stops_everything_from_a_phone_and_lets_it_go_on_without_javascript(
    cast, browser_of
):
    due = clock.now() + timedelta(hours=3)
    cast.post("submit", "approve", title="Donor darah", at=due)
    budi = browser_of(cast.budi, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    budi.goto("/penayangan")
    budi.get_by_role("link", name="Hentikan semua").click()
    budi.get_by_label("Alasan").fill(WHY)
    stop = budi.get_by_role("button", name="Hentikan semua penayangan")
    stop.click()
    expect(budi.get_by_role("alert")).to_contain_text("Centang untuk memastikan.")
    expect(budi.get_by_label("Alasan")).to_have_value(WHY)
    budi.get_by_label("Ya, hentikan semua penayangan").check()
    stop.click()
    expect(budi.get_by_role("region", name="Penayangan dihentikan")).to_contain_text(WHY)

    sari = browser_of(cast.sari)
    sari.goto("/")
    banner = sari.get_by_role("region", name="Penayangan dihentikan")
    expect(banner).to_contain_text("Budi")
    banner.get_by_role("link", name="Lihat yang tertahan").click()
    expect(sari.get_by_text("Donor darah").first).to_be_visible()
    expect(sari.get_by_role("button", name="Lanjutkan penayangan")).to_have_count(0)

    budi.get_by_role("button", name="Lanjutkan penayangan").click()
    expect(budi.locator("#messages")).to_contain_text("Penayangan dilanjutkan.")
    expect(budi.get_by_role("region", name="Penayangan dihentikan")).to_have_count(0)


def test_the_pages_of_a_stopped_region_are_accessible_and_fit(cast, browser_of):
    held = clock.now() - timedelta(minutes=5)
    with cast.stage():
        budi = db.session.get(User, cast.budi.id)
        earlier = stopping.stop(budi.region, reason="Masa berkabung", actor=budi, at=held)
        decision = Decision(fate=Fate.CANCEL)
        resuming.resume(earlier, decision, actor=budi, at=held, window=timedelta(hours=6))
        stopping.stop(budi.region, reason=WHY * 3, actor=budi, at=clock.now())
    for title in ("Operasi katarak gratis bagi lansia di seluruh kecamatan", "Donor darah"):
        _let_fall_due(cast, cast.post("submit", "approve", title=title), held)
    cast.post("submit", "approve", title="Senam bersama", at=clock.now() + timedelta(days=1))

    found = []
    for person, views in ((cast.budi, VIEWS[0] + VIEWS[1]), (cast.ratna, VIEWS[0])):
        page = browser_of(person)
        for path in ("/penghentian", "/"):
            show(page, *views[0])
            page.goto(path)
            expect(page.get_by_text("Banjir bandang").first).to_be_visible()
            found += [f"{person.name} {path} {fault}" for fault in faults(page, views)]

    assert found == []


def _let_fall_due(cast, post_id, at):
    with cast.stage():
        change = db.update(Delivery).where(Delivery.post_id == post_id)
        db.session.execute(change.values(due_at=at, next_at=at))
