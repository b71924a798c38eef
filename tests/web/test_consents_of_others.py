"""Connecting Pages, Instagram and TikTok on their own pages, over the real practice server."""

from datetime import timedelta

import pytest
import time_machine

from config import PRACTICE_APPS
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.platforms import http, open_driver
from publisher.platforms.consent import app_of, consent_class
from publisher.platforms.errors import AccountBlocked, OutcomeUnknown, Refused
from publisher.practice.grants import Grant
from publisher.practice.server import PracticeServer
from tests.conftest import NOW
from tests.web.consenting import Visit

CREDENTIALS = {
    "facebook": lambda number: {"page_id": number, "page_token": f"EAA-halaman-{number}"},
    "instagram": lambda number: {"ig_id": number, "token": f"EAA-ig-{number}"},
    "tiktok": lambda number: {"open_id": number, "access_token": f"act.{number}"},
}
#: The drivers whose accounts are connected here: an account of Instagram in two ways.
DRIVERS = (*CREDENTIALS, "instagram_login")


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def practice(app, tmp_path):
    """The practice platforms, where Dinkes and Dishub have an account on each."""
    app.config.update(PRACTICE_APPS)
    with PracticeServer(tmp_path / "practice") as server:
        for platform, credentials in CREDENTIALS.items():
            for number, name in (("2001", "Dinkes"), ("2002", "Dishub")):
                server.register(
                    platform=platform,
                    remote_id=number,
                    handle=f"{name.lower()}blora",
                    display_name=f"{name} Blora",
                    credentials=credentials(number),
                )
        http.configure(server.url, connect_s=2, read_s=5)
        yield server
        http.configure()


@pytest.fixture
def registered(dinkes):
    """Return a function that registers an account of Dinkes, never connected."""

    def registered(driver, **fields):
        given = {"handle": "dinkesblora", "display_name": "Dinkes Blora", **fields}
        account = Account(
            office=dinkes,
            platform=driver.partition("_")[0],
            driver=driver,
            paused_reason="Belum disambungkan",
            status=AccountStatus.RECONNECT,
            **given,
        )
        db.session.add(account)
        db.session.commit()
        return account

    return registered


@pytest.fixture
def as_budi(client_of, budi):
    return client_of(budi)


def opened(app, account):
    db.session.expire_all()
    return app.extensions["vault"].open(account.credentials, bound_to=account.vault_name)


@pytest.mark.parametrize("driver", DRIVERS)
def test_an_account_is_connected_by_consent(app, as_budi, practice, registered, driver):
    account = registered(driver)
    visit = Visit(as_budi, account)
    assert "Dinkes Blora" in visit.look().text

    page = as_budi.get(visit.allow("2001"))
    assert "@dinkesblora" in page.get_data(as_text=True)
    assert 'src="data:image/png;base64,' in page.get_data(as_text=True)
    visit.confirm(page)

    credentials = opened(app, account)
    assert account.status is AccountStatus.ACTIVE
    assert account.remote_id == "2001"
    assert open_driver(driver, credentials).check().remote_id == "2001"


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_of_several_accounts_a_person_chooses_while_it_is_not_known_which(
    app, as_budi, practice, registered, platform
):
    account = registered(platform, handle="", display_name="Dinkes")
    visit = Visit(as_budi, account)
    page = as_budi.get(visit.allow("2001", "2002"))
    text = page.get_data(as_text=True)
    assert "Dinkes Blora" in text
    assert "Dishub Blora" in text

    visit.confirm(page, choice=text.index("Dinkes Blora") > text.index("Dishub Blora"))

    assert opened(app, account) is not None
    assert account.remote_id == "2001"


def test_once_its_number_is_known_only_that_page_is_offered(as_budi, practice, registered):
    account = registered("facebook", remote_id="2001")

    page = as_budi.get(Visit(as_budi, account).allow("2002", "2001")).get_data(as_text=True)

    assert "Dinkes Blora" in page
    assert "Dishub Blora" not in page


def test_pages_of_which_none_is_the_registered_one_are_refused(as_budi, practice, registered):
    account = registered("facebook", remote_id="2009", handle="")

    as_budi.get(Visit(as_budi, account).allow("2001", "2002"))

    told = as_budi.get(f"/registri/akun/{account.id}/sambungkan").get_data(as_text=True)
    assert "Anda memberi izin untuk akun lain" in told
    assert db.session.get(Account, account.id).credentials is None


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_code_that_expired_connects_nothing(as_budi, practice, registered, driver):
    account = registered(driver)
    visit = Visit(as_budi, account)
    own = {"tiktok": "tiktok", "instagram_login": "instagram"}
    wire_name = own.get(driver, "facebook")
    practice.order_fault(wire_name, "*", "code_expired", on="token")

    as_budi.get(visit.allow("2001"))

    told = as_budi.get(f"/registri/akun/{account.id}/sambungkan").get_data(as_text=True)
    assert "tidak memberikan izin" in told


@pytest.mark.parametrize(
    ("driver", "scope"),
    [
        ("facebook", "pages_manage_posts"),
        ("instagram_login", "instagram_business_content_publish"),
    ],
)
def test_a_scope_that_was_taken_out_is_missed_at_once(
    app, as_budi, practice, registered, driver, scope
):
    account = registered(driver)
    visit = Visit(as_budi, account)
    visit.address = visit.address.replace(f"%2C{scope}", "").replace(f"{scope}%2C", "")
    assert scope not in visit.address

    as_budi.get(visit.allow("2001"))

    told = as_budi.get(f"/registri/akun/{account.id}/sambungkan").get_data(as_text=True)
    assert f"did not grant {scope}" in told


@pytest.mark.parametrize(
    ("driver", "names"),
    [
        ("instagram", ("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET")),
        ("instagram_login", ("INSTAGRAM_APP_ID", "INSTAGRAM_APP_SECRET")),
    ],
)
def test_a_wrong_app_secret_of_meta_blames_the_settings(
    app, as_budi, practice, registered, driver, names
):
    account = registered(driver)
    app.config[names[1]] = "salah-sekali"
    as_budi.get(Visit(as_budi, account).allow("2001"))

    told = as_budi.get(f"/registri/akun/{account.id}/sambungkan").get_data(as_text=True)
    assert " / ".join(names) in told


def test_instagrams_own_token_lasts_two_months_and_is_renewed_with_itself(
    app, as_budi, practice, registered
):
    account = registered("instagram_login")
    visit = Visit(as_budi, account)
    visit.confirm(as_budi.get(visit.allow("2001")))
    before = opened(app, account)
    assert account.token_ends_at == NOW + timedelta(days=60)
    assert account.renew_at == NOW + timedelta(days=30)
    assert account.scopes == "instagram_business_basic instagram_business_content_publish"
    consent = consent_class("instagram_login")(app_of("instagram_login", app.config))

    after = consent.renew(before).credentials
    assert after["token"] != before["token"]
    assert open_driver("instagram_login", after).check().remote_id == "2001"

    practice.app.grants.end("instagram", "2001")
    with pytest.raises(AccountBlocked) as caught:
        consent.renew(after)
    assert after["token"] not in caught.value.detail


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("error_500", OutcomeUnknown), ("hang", OutcomeUnknown), ("rate_limit", Refused)],
)
def test_a_code_whose_answer_was_lost_is_not_taken_for_void(
    app, practice, monkeypatch, fault, expected
):
    grant = Grant(platform="instagram", accounts=("2001",), scope="instagram_business_basic")
    code = practice.app.grants.offer(grant, redirect_uri="http://x/", challenge="")
    practice.order_fault("instagram", "2001", fault, on="token", seconds=2)
    http.configure(practice.url, connect_s=2, read_s=0.5)
    consent = consent_class("instagram_login")(app_of("instagram_login", app.config))

    with pytest.raises(expected) as caught:
        consent.redeem(code=code, redirect_uri="http://x/", verifier="")

    assert code not in caught.value.detail


def test_tiktok_is_renewed_and_keeps_its_refresh_token(app, as_budi, practice, registered):
    account = registered("tiktok")
    visit = Visit(as_budi, account)
    visit.confirm(as_budi.get(visit.allow("2001")))
    before = opened(app, account)
    assert account.renew_at == NOW + timedelta(hours=20)

    consent = consent_class("tiktok")(app_of("tiktok", app.config))
    after = consent.renew(before).credentials

    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] == before["refresh_token"]
    assert open_driver("tiktok", after).check().remote_id == "2001"
    consent.revoke(after)
    assert not practice.app.grants.holder("tiktok", after["access_token"])
