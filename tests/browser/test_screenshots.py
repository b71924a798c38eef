"""The pictures of the README, taken from the demo as `make run` shows it.

Only when asked for, because each run would change them: SCREENSHOTS=1 pytest -k readme
"""

import os
import re

import pytest
from playwright.sync_api import expect

from publisher.models.people import Role
from tests.browser.siar import ROOT, Siar, free_port

PICTURES = ROOT / "docs" / "img"
LARGEST_BYTES = 300 * 1024

pytestmark = pytest.mark.skipif(
    not os.environ.get("SCREENSHOTS"), reason="the pictures of the README stay as they are"
)


@pytest.fixture(scope="module")
def demo(backstage, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    server = Siar(
        folder,
        {
            "SECRET_KEY": backstage.config["SECRET_KEY"],
            "VAULT_KEYS": backstage.config["VAULT_KEYS"],
            "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite'}",
            "MEDIA_URL": str(folder / "media"),
            "PRACTICE_DATA": str(folder / "practice"),
            "PRACTICE_PORT": str(free_port()),
            "DEMO": "1",
        },
        "--demo",
        patience_s=300,
    )
    yield server
    server.stop()


def enter(page, demo, role):
    """Sign in with one click, as the sign-in page of the demo offers."""
    page.goto(f"{demo.url}/masuk")
    page.locator(f"#demo-{role} + ul button").first.click()
    expect(page.get_by_label(re.compile("Menu pengguna"))).to_be_visible()


def take(page, name):
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    picture = page.screenshot(path=PICTURES / name, animations="disabled", scale="css")
    assert len(picture) < LARGEST_BYTES


def test_readme_shows_the_report_of_a_leader(demo, page):
    enter(page, demo, Role.LEADER)
    expect(page.locator(".glance__figure")).to_be_visible()
    take(page, "laporan.png")


def test_readme_shows_a_draft_with_its_previews(demo, page):
    enter(page, demo, Role.DRAFTER)
    page.goto(f"{demo.url}/konten?status=draf")
    page.locator(".post-row__title a").first.click()
    page.get_by_role("button", name="Susun takarir dari isian").click()
    expect(page.locator("#periksa .preview__text").first).not_to_have_text("Teks masih kosong.")
    expect(page.locator("#keadaan")).to_contain_text("Tersimpan")
    page.evaluate("scrollTo(0, 0)")
    take(page, "konten.png")
