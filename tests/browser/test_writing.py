"""Writing a draft: nothing typed is ever lost, and everything can be done from the keyboard."""

import pytest
from playwright.sync_api import expect

from publisher.models.posts import Post
from tests.browser.conftest import PASSWORD, told

WORDS = "Posyandu lansia kini buka setiap Kamis di semua desa."
#: What becomes of every request then.
OFFLINE = "ERR_INTERNET_DISCONNECTED"
FOCUS_IS_SHOWN = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


def caption(page):
    return page.get_by_label("Takarir", exact=True)


def state(page):
    return page.locator("#keadaan")


@pytest.fixture
def draft(cast):
    """The address of a draft of Sari's."""
    return f"/konten/{cast.post(title='Posyandu lansia')}/ubah"


def test_what_is_typed_is_saved_by_itself(cast, browser_of, draft):
    page = browser_of(cast.sari)
    page.goto(draft)
    caption(page).fill(WORDS)
    expect(state(page)).to_contain_text("Tersimpan pukul")

    page.reload()
    expect(caption(page)).to_have_value(WORDS)
    expect(page.locator("#pulih")).to_be_hidden()


@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_a_lost_connection_loses_no_word(cast, browser_of, draft, guard, size):
    guard.expect(OFFLINE)
    page = browser_of(cast.sari)
    page.goto(draft)
    page.context.set_offline(True)
    caption(page).fill(WORDS)

    expect(page.get_by_text("Koneksi terputus")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Koneksi terputus")).to_be_hidden()
    expect(state(page)).to_contain_text("Tersimpan pukul")
    page.reload()
    expect(caption(page)).to_have_value(WORDS)


def test_words_survive_when_the_page_is_left_while_offline(cast, browser_of, draft, guard):
    guard.expect(OFFLINE)
    page = browser_of(cast.sari)
    page.goto(draft)
    page.context.set_offline(True)
    caption(page).fill(WORDS)
    expect(page.get_by_text("Koneksi terputus")).to_be_visible()
    page.close()

    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(draft)
    expect(page.get_by_text("Ada tulisan Anda yang belum tersimpan")).to_be_visible()
    expect(caption(page)).not_to_have_value(WORDS)
    page.get_by_role("button", name="Pulihkan tulisan saya").click()
    expect(caption(page)).to_have_value(WORDS)
    expect(state(page)).to_contain_text("Tersimpan pukul")
    page.reload()
    expect(caption(page)).to_have_value(WORDS)


def test_a_session_that_ended_elsewhere_costs_no_word(cast, browser_of, draft, guard):
    guard.expect("Status Error Code 401")  # the preview is refused too
    page, elsewhere = browser_of(cast.sari), browser_of(cast.sari)
    page.goto(draft)
    elsewhere.goto("/sesi")
    elsewhere.get_by_role("button", name="Akhiri semua sesi lain").click()
    elsewhere.get_by_role("dialog").get_by_role("button", name="Akhiri").click()
    told(elsewhere, "sesi lain sudah diakhiri")

    caption(page).fill(WORDS)
    expect(page.get_by_text("Sesi Anda sudah berakhir")).to_be_visible()
    page.get_by_role("link", name="Masuk kembali").click()
    page.get_by_label("Surel").fill(cast.sari.email)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.get_by_role("button", name="Pulihkan tulisan saya").click()
    expect(state(page)).to_contain_text("Tersimpan pukul")
    expect(caption(page)).to_have_value(WORDS)


def test_two_tabs_never_overwrite_each_other(cast, browser_of, draft):
    older = browser_of(cast.sari)
    older.goto(draft)
    newer = older.context.new_page()
    newer.goto(draft)
    caption(newer).fill("Kalimat dari tab kedua.")
    expect(state(newer)).to_contain_text("Tersimpan pukul")

    caption(older).fill(WORDS)
    expect(older.get_by_text("tidak ada yang ditimpa")).to_be_visible()
    older.get_by_role("button", name="Bandingkan kedua versi").click()
    differences = older.locator(".error-summary")
    expect(differences).to_contain_text("Kalimat dari tab kedua.")
    expect(differences).to_contain_text(WORDS)
    expect(differences).to_be_focused()
    older.get_by_role("button", name="Simpan tulisan saya").click()
    expect(older.locator(".error-summary")).to_have_count(0)
    expect(caption(older)).to_have_value(WORDS)


def test_a_draft_with_gaps_says_where_and_leads_there(cast, browser_of, size):
    page = browser_of(cast.sari)
    page.goto("/konten")
    page.get_by_role("button", name="Buat konten").first.click()
    page.get_by_role("button", name="Ajukan untuk ditelaah").click()

    summary = page.get_by_role("alert").filter(has_text="Ada yang perlu diperbaiki")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Kesalahan: Konten baru · Siar")
    summary.get_by_role("link", name="Tulis judul konten.").click()
    expect(page.get_by_label("Judul")).to_be_focused()
    expect(page.get_by_label("Judul")).to_have_attribute("aria-invalid", "true")


def test_a_photo_that_is_none_is_refused_by_name_and_the_others_stay(cast, browser_of, draft):
    page = browser_of(cast.sari)
    page.goto(draft)
    svg = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}
    page.locator("#photos").set_input_files(svg)

    expect(page.locator(".photo-errors")).to_contain_text("logo.svg")
    expect(page.get_by_label("Teks alternatif foto 1")).to_be_visible()


class Keyboard:
    """A person who has no mouse."""

    def __init__(self, page):
        self.page = page

    def reach(self, locator):
        """Press Tab until it has the focus, which must be seen wherever it is."""
        locator.wait_for()
        for _ in range(90):
            if locator.evaluate("(it) => it === document.activeElement"):
                assert self.page.evaluate(FOCUS_IS_SHOWN), locator
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached with Tab: {locator}")

    def type(self, text):
        self.page.keyboard.type(text)

    def press(self, key="Enter"):
        self.page.keyboard.press(key)


def test_from_sign_in_to_submission_with_the_keyboard_alone(cast, page):
    hands = Keyboard(page)
    page.goto("/masuk")
    hands.reach(page.get_by_label("Surel")).type(cast.sari.email)
    hands.reach(page.get_by_label("Kata sandi")).type(PASSWORD)
    hands.press()
    hands.reach(page.get_by_role("button", name="Buat konten").first).press()
    for label, text in (
        ("Judul", "Posyandu lansia setiap Kamis"),
        ("Apa kegiatannya?", "Posyandu lansia dibuka setiap Kamis"),
        ("Kapan?", "Setiap Kamis pagi"),
        ("Di mana?", "Semua balai desa"),
        ("Apa hasilnya bagi warga?", "Lansia diperiksa tanpa perlu ke kota"),
    ):
        hands.reach(page.get_by_label(label)).type(text)
    hands.page.keyboard.press("Shift+Tab")
    hands.reach(page.get_by_role("button", name="Susun takarir dari isian")).press()
    expect(caption(page)).to_be_focused()
    times = page.get_by_role("list", name="Waktu yang masih longgar")
    hands.reach(times.get_by_role("button").first).press("Space")
    expect(page.get_by_label("Tanggal tayang")).not_to_have_value("")
    hands.reach(page.get_by_role("button", name="Ajukan untuk ditelaah")).press()

    told(page, "Konten diajukan.")
    assert len(cast.ids(Post, Post.office_id == cast.dinkes_id)) == 1
