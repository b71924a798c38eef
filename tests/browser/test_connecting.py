"""Connecting an account the way a person does: to the platform's page, back, and yes."""

import re

import pytest
from playwright.sync_api import expect

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from tests.browser.conftest import told
from tests.browser.test_every_page import AXE, RULES, violations


@pytest.fixture
def never_connected(cast, practice):
    """An account of Dinkes on X, known to the platform and not yet to the vault."""
    channel = cast.channel(cast.dinkes_id, "x", connected=False, name=f"baru{cast.number}")
    practice.register(
        platform="x",
        remote_id=channel.remote_id,
        handle=channel.handle,
        display_name="Dinas Kesehatan",
        credentials={"access_token": f"tidak-dipakai-{channel.remote_id}"},
    )
    return channel


def test_an_account_of_x_is_connected_on_its_own_page(
    cast, browser_of, practice, never_connected, size
):
    page = browser_of(cast.budi)
    page.goto(f"/registri/akun/{never_connected.id}")
    page.get_by_role("link", name="Sambungkan", exact=True).click()
    page.get_by_role("button", name="Lanjut ke X").click()

    expect(page).to_have_url(re.compile(re.escape(practice.url) + "/x.com/i/oauth2/authorize"))
    expect(page.get_by_text("Menerbitkan dan menghapus unggahan")).to_be_visible()
    page.evaluate(AXE)
    assert not list(violations(page, RULES))
    page.get_by_label("Anda masuk sebagai").select_option(never_connected.remote_id)
    page.get_by_role("button", name="Izinkan aplikasi").click()

    expect(page.get_by_role("heading", name="Sambungkan akun ini?")).to_be_visible()
    expect(page.get_by_text(f"@{never_connected.handle}")).to_be_visible()
    page.get_by_role("button", name="Ya, sambungkan").click()

    told(page, "tersambung dan siap menayangkan")
    expect(page.locator("#data")).to_contain_text("diperbarui otomatis")
    with cast.stage():
        assert db.session.get(Account, never_connected.id).status is AccountStatus.ACTIVE


def test_who_says_no_there_is_back_where_they_began(cast, browser_of, never_connected):
    page = browser_of(cast.budi)
    page.goto(f"/registri/akun/{never_connected.id}/sambungkan")
    page.get_by_role("button", name="Lanjut ke X").click()
    page.get_by_role("button", name="Tolak").click()

    told(page, "Izin tidak diberikan")
    expect(page.get_by_role("button", name="Lanjut ke X")).to_be_visible()
