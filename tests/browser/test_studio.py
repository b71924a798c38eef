"""The poster studio as people use it: the preview follows, by mouse, touch and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from publisher.models.posts import PostPicture
from tests.browser.conftest import told

HEADLINE = "Posyandu lansia buka setiap Kamis"


@pytest.mark.parametrize("size", ["phone", "desktop"], indirect=True)
def test_a_poster_is_made_while_looking_at_it(cast, browser_of, size):
    post_id = cast.post(title="Posyandu lansia")
    page = browser_of(cast.sari)
    asked = []
    page.on("request", lambda one: asked.append(one) if "/pratinjau" in one.url else None)
    page.goto(f"/konten/{post_id}/ubah")
    page.get_by_role("button", name="Buat poster").click()
    page.get_by_role("button", name="Kegiatan Satu foto").click()

    preview, state = page.locator("#gambar"), page.locator("#keadaan")
    page.get_by_label("Judul").fill("")
    page.get_by_label("Judul").press_sequentially(HEADLINE, delay=5)
    expect(preview).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(state).to_contain_text("Tersimpan pukul")
    assert len(asked) < 4  # not one for each of 33 letters

    pad = page.get_by_role("button", name="Titik utama foto")
    pad.press("ArrowRight")
    pad.press("Shift+ArrowDown")
    expect(pad).to_contain_text("52% dari kiri, 50% dari atas")
    page.get_by_role("button", name="Persegi 1:1").click()
    expect(preview).to_have_attribute("height", "1080")
    page.get_by_label("Judul").fill("")
    expect(page.get_by_text("Pratinjau menunggu isian ini:")).to_be_visible()
    page.get_by_role("button", name="Urungkan").click()
    expect(page.get_by_label("Judul")).to_have_value(HEADLINE)
    expect(preview).to_be_visible()

    page.get_by_role("button", name="Pasang pada konten").click()
    told(page, "Poster dipasang pada konten.")
    expect(page.get_by_role("link", name="Ubah poster")).to_be_visible()
    assert len(cast.ids(PostPicture, PostPicture.post_id == post_id)) == 2
