"""What every page offers: language, theme, menus, dialogs, a way in and a way out."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import told
from tests.browser.test_every_page import AXE, RULES, violations


def open_menu(page, person):
    page.get_by_label(f"Menu pengguna: {person.name}").click()


def test_wrong_passwords_are_refused_with_the_focus_on_why(page, cast, size):
    page.goto("/masuk")
    page.get_by_role("button", name="Masuk", exact=True).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title("Kesalahan: Masuk · Siar")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Surel")).to_be_focused()

    page.get_by_label("Surel").fill(cast.sari.email)
    page.get_by_label("Kata sandi").fill("bukan-sandi-yang-benar")
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Surel")).to_have_value(cast.sari.email)
    expect(page.get_by_label("Kata sandi")).to_have_value("")


def test_the_language_can_be_switched_and_stays(cast, browser_of):
    page = browser_of(cast.sari)
    page.goto("/konten")
    open_menu(page, cast.sari)
    page.get_by_role("button", name="English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url("/konten")
    expect(page.get_by_role("navigation").first).not_to_contain_text("Beranda")
    page.goto("/penayangan")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Sari").click()
    page.get_by_role("button", name="Indonesia").click()
    expect(page.get_by_role("navigation").first).to_contain_text("Beranda")


def test_the_theme_can_be_switched_and_stays(cast, browser_of):
    page = browser_of(cast.sari)
    page.goto("/")
    ground = page.locator("body")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    light = ground.evaluate("(it) => getComputedStyle(it).backgroundColor")
    open_menu(page, cast.sari)
    page.get_by_role("button", name="Gelap").click()

    expect(page.get_by_role("button", name="Gelap")).to_have_attribute("aria-pressed", "true")
    expect(ground).not_to_have_css("background-color", light)
    page.goto("/konten")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(ground).not_to_have_css("background-color", light)


def test_after_signing_out_going_back_shows_nothing(cast, browser_of):
    page = browser_of(cast.sari)
    page.goto("/konten")
    open_menu(page, cast.sari)
    page.get_by_role("button", name="Keluar").click()
    told(page, "Anda telah keluar.")

    page.go_back()
    expect(page.get_by_role("heading", name="Masuk ke Siar")).to_be_visible()


@pytest.mark.parametrize("path", ["/telaah", "/konten/{foreign}", "/tidak-ada"])
def test_what_is_not_hers_is_a_page_that_says_so(cast, browser_of, path):
    page = browser_of(cast.tono)
    answer = page.goto(path.format(foreign=cast.post("submit")))

    assert answer.status in (403, 404)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.evaluate(AXE)
    assert not list(violations(page, RULES))


def test_the_skip_link_comes_first_and_leads_to_the_content(cast, browser_of):
    page = browser_of(cast.sari)
    page.goto("/konten")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi halaman")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#utama")).to_be_focused()


def test_dialogs_and_menus_hold_the_focus_give_it_back_and_are_accessible(cast, browser_of, size):
    page = browser_of(cast.sari)
    page.goto(f"/konten/{cast.post('submit')}")
    page.evaluate(AXE)
    opener = page.get_by_role("button", name="Tarik kembali")
    opener.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    assert not list(violations(page, RULES))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()

    open_menu(page, cast.sari)
    assert not list(violations(page, RULES))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keluar")).to_be_hidden()
