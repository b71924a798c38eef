"""A whole week decided on a phone: without JavaScript, and by the keys alone."""

from datetime import timedelta

from playwright.sync_api import expect

from publisher import clock
from publisher.db import db
from publisher.models.posts import Post, PostStatus
from tests.browser.cast import ZONE
from tests.browser.conftest import SIZES


def test_a_selection_is_approved_on_a_phone_by_keys_without_javascript(cast, browser_of):
    week = clock.Week.of(clock.now(), ZONE).next()
    start = week.starts(ZONE)
    titles = ["Posyandu balita", "Vaksin gratis", "Cek tensi"]
    posts = {
        title: cast.post("submit", title=title, planned_at=start + timedelta(days=day, hours=9))
        for day, title in enumerate(titles)
    }
    budi = browser_of(cast.budi, **SIZES["phone"], java_script_enabled=False)
    budi.goto("/rencana")
    budi.get_by_role("link", name="Setujui sekaligus").press("Enter")
    expect(budi.get_by_role("heading", level=1)).to_have_text("Setujui sekaligus")

    for title in titles[:2]:
        budi.get_by_role("checkbox", name=title).press("Space")
    cast.take("withdraw", posts["Vaksin gratis"])  # meanwhile, by Sari
    button = budi.get_by_role("button", name="Setujui yang ditandai")
    button.focus()
    budi.keyboard.press("Enter")

    expect(budi.get_by_role("heading", level=1)).to_have_text("1 dari 2 disetujui")
    came = budi.locator(".outcome")
    expect(came.filter(has_text="Posyandu balita")).to_contain_text("Terjadwal di 2 akun.")
    expect(came.filter(has_text="Vaksin gratis")).to_contain_text("sudah ditarik kembali oleh Sari")
    budi.reload()  # the same form once more
    expect(came.filter(has_text="Posyandu balita")).to_contain_text("Sudah Anda setujui sebelumnya")
    with cast.stage():
        standing = {title: db.session.get(Post, post_id).status for title, post_id in posts.items()}
    assert standing == {
        "Posyandu balita": PostStatus.APPROVED,
        "Vaksin gratis": PostStatus.WITHDRAWN,
        "Cek tensi": PostStatus.IN_REVIEW,
    }
