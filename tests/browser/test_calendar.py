"""The calendar by mouse, by keys and without a script; two people at once on one post."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from publisher import clock
from tests.browser.cast import ZONE
from tests.browser.conftest import SIZES

TITLE = "Imunisasi gratis di puskesmas"


def next_week(day=1, hour=9):
    """Return a moment of the week after this one."""
    monday = clock.Week.of(clock.now(), ZONE).next().starts(ZONE)
    return monday + timedelta(days=day, hours=hour)


def shown(at):
    return f"/kalender?pada={clock.in_zone(at, ZONE).date()}"


def written(at):
    return f"{clock.in_zone(at, ZONE):%Y-%m-%dT%H:%M}"


def test_moved_by_mouse_and_by_keys_and_undone(cast, browser_of):
    at = next_week()
    post_id = cast.post("submit", "approve", planned_at=at)
    budi = browser_of(cast.budi)
    budi.set_viewport_size(SIZES["desktop"]["viewport"])
    budi.goto(shown(at))
    card = budi.locator(f"[data-post='{post_id}']")
    expect(card).to_have_attribute("data-at", written(at))

    friday = budi.locator(f"[data-day='{clock.in_zone(next_week(4), ZONE).date()}']")
    card.drag_to(friday, target_position={"x": 20, "y": 20})
    expect(card).not_to_have_attribute("data-at", written(at))
    assert card.get_attribute("data-at").startswith(str(clock.in_zone(next_week(4), ZONE).date()))
    expect(budi.locator("#announcer")).to_contain_text("dipindahkan ke")
    expect(card.locator(".slot__title")).to_be_focused()

    before = card.get_attribute("data-at")
    budi.keyboard.press("Shift+ArrowLeft")
    expect(card).not_to_have_attribute("data-at", before)
    assert card.get_attribute("data-at")[11:] == before[11:]
    expect(card.locator(".slot__title")).to_be_focused()
    budi.get_by_role("button", name="Urungkan").click()
    expect(card).to_have_attribute("data-at", before)

    budi.evaluate("window.samePage = true")
    budi.get_by_text("Saring", exact=True).first.click()
    budi.get_by_label("Status", exact=True).focus()
    budi.get_by_label("Status", exact=True).select_option("draft")
    expect(card).to_have_count(0)
    expect(budi.get_by_label("Status", exact=True)).to_be_focused()
    budi.get_by_label("Status", exact=True).select_option("")
    expect(card).to_be_visible()
    budi.get_by_role("link", name="Bulan", exact=True).click()
    expect(budi).to_have_url(re.compile("tampil=bulan"))
    expect(budi.get_by_role("link", name="Bulan", exact=True)).to_be_focused()
    expect(card).to_be_visible()
    assert budi.evaluate("window.samePage")
    budi.go_back()
    expect(budi.locator(".plan-week")).to_be_visible()


def test_two_people_at_once_on_one_post(cast, browser_of):
    at = next_week()
    cast.post("submit", planned_at=at)
    first, second = browser_of(cast.budi), browser_of(cast.budi)
    for page in (first, second):
        page.goto(shown(at))
    for page in (first, second):
        page.get_by_role("link", name=f"Pindahkan {TITLE}").click()
    first.get_by_label("Jam").fill("10:30")
    first.get_by_role("button", name="Pindahkan").click()
    expect(first.get_by_text("dipindahkan ke").first).to_be_visible()
    second.get_by_label("Jam").fill("11:30")
    second.get_by_role("button", name="Pindahkan").click()
    expect(
        second.get_by_role("alert").filter(has_text="baru saja dipindahkan oleh Budi")
    ).to_be_visible()

    second.goto(shown(at))
    card = second.locator(".slot")
    expect(card).to_contain_text("10.30")
    first.get_by_role("button", name="Urungkan").click()
    expect(first.get_by_text("Diurungkan").first).to_be_visible()
    second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(second.get_by_text("Kalender berubah sejak halaman ini dibuka.")).to_be_visible()


def test_moved_on_a_phone_without_a_script(cast, browser_of):
    at = next_week()
    cast.post(planned_at=at)
    sari = browser_of(cast.sari, java_script_enabled=False)
    sari.goto(shown(at))
    sari.get_by_role("link", name=f"Pindahkan {TITLE}").click()
    sari.get_by_label("Jam").fill("13:15")
    sari.get_by_role("button", name="Pindahkan").click()
    expect(sari.locator(".slot")).to_contain_text("13.15")
    sari.get_by_role("button", name="Urungkan").click()
    expect(sari.locator(".slot")).to_contain_text("09.00")
