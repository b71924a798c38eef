"""Connecting an account by logging in, over the real practice server, and choosing that way."""

import json
import logging
import re

import pytest
import sqlalchemy as sa
import time_machine

from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.models.audit import AuditEntry
from publisher.platforms import http, open_driver
from publisher.practice import instagram_private_keys as keys
from publisher.practice.server import PracticeServer
from tests.conftest import NOW

PASSWORD = "kata-sandi-Dinkes-2026"
SEED = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def practice(app, tmp_path):
    """The practice Instagram with Dinkes, and Dishub, which has a second factor."""
    with PracticeServer(tmp_path / "practice") as server:
        for remote_id, name, more in (("1001", "dinkes", {}), ("1002", "dishub", {"totp": SEED})):
            server.register(
                platform="instagram",
                remote_id=remote_id,
                handle=f"{name}blora",
                display_name=f"{name.title()} Blora",
                credentials={"username": f"{name}blora", "password": PASSWORD, **more},
            )
        http.configure(server.url, connect_s=5, read_s=20)
        yield server
        http.configure()


@pytest.fixture
def as_budi(client_of, budi):
    return client_of(budi)


def registered(office, handle, driver="instagram_private"):
    account = Account(
        office=office,
        platform="instagram",
        driver=driver,
        handle=handle,
        display_name="Akun Instagram",
        paused_reason="Belum disambungkan",
        status=AccountStatus.RECONNECT,
    )
    db.session.add(account)
    db.session.commit()
    return account


@pytest.fixture
def account(app, dinkes):
    return registered(dinkes, "dinkesblora")


@pytest.fixture
def guarded(app, dishub):
    """The account whose logins need a code."""
    return registered(dishub, "dishubblora")


def log_in(client, account, *, username=None, password=PASSWORD, code="", page=None):
    data = {"username": username or account.handle, "password": password, "code": code}
    held = page and re.search(r'name="phone"[^>]*value="([^"]*)"', page.text)
    if held:
        data["phone"] = held[1]
    return client.post(f"/registri/akun/{account.id}/masuk", data=data)


def confirm(client, account, page):
    held = re.search(r'name="held"[^>]*value="([^"]+)"', page.text)[1]
    return client.post(f"/registri/akun/{account.id}/sambungkan/konfirmasi", data={"held": held})


def credentials_of(app, account):
    db.session.expire_all()
    return app.extensions["vault"].open(account.credentials, bound_to=account.vault_name)


def test_a_login_is_confirmed_and_leaves_a_session_that_works(app, practice, as_budi, account):
    page = log_in(as_budi, account)
    assert "@dinkesblora" in page.text

    confirm(as_budi, account, page)

    kept = credentials_of(app, account)
    assert account.status is AccountStatus.ACTIVE
    assert account.remote_id == "1001"
    assert set(kept) == {"settings", "user_id", "handle"}
    assert open_driver("instagram_private", kept).check().handle == "dinkesblora"


def test_the_page_to_connect_leads_to_the_login(practice, as_budi, account):
    answer = as_budi.get(f"/registri/akun/{account.id}/sambungkan")

    assert answer.headers["Location"].endswith(f"/registri/akun/{account.id}/masuk")
    page = as_budi.get(answer.headers["Location"])
    assert 'value="dinkesblora"' in page.text


def test_a_second_factor_is_asked_for_and_its_code_lets_in(app, practice, as_budi, guarded):
    asked = log_in(as_budi, guarded)
    assert asked.status_code == 422
    assert "meminta kode verifikasi" in asked.text

    page = log_in(as_budi, guarded, code=keys.code(SEED), page=asked)
    confirm(as_budi, guarded, page)

    assert credentials_of(app, guarded)["user_id"] == "1002"


def test_a_wrong_code_asks_again(practice, as_budi, guarded):
    page = log_in(as_budi, guarded, code="000000")

    assert "meminta kode verifikasi" in page.text


def test_a_wrong_password_is_said_and_sent_twice_at_most(practice, as_budi, account):
    page = log_in(as_budi, account, password="bukan-ini")

    assert "tidak menerima nama akun atau kata sandi" in page.text
    lines = [one["line"] for one in practice.requests("instagram")]
    assert sum("send_login_request" in line or "accounts/login" in line for line in lines) == 2
    assert account.credentials is None


@pytest.mark.parametrize("password", [PASSWORD, keys.PASSWORD])
def test_a_name_that_instagram_does_not_know_is_said(practice, as_budi, account, password):
    page = log_in(as_budi, account, username="tidakada", password=password)

    assert "tidak menerima nama akun atau kata sandi" in page.text


def test_a_challenge_tells_what_to_do_and_goes_on_with_the_same_phone(
    app, practice, as_budi, account
):
    practice.order_fault("instagram", "1001", "challenge", on="login")
    asked = log_in(as_budi, account)
    assert "Buka aplikasi Instagram" in asked.text
    assert "Coba lagi" in asked.text

    page = log_in(as_budi, account, page=asked)
    confirm(as_budi, account, page)

    held = re.search(r'name="phone"[^>]*value="([^"]+)"', asked.text)[1]
    bond = f"instagram:account:{account.id}:phone:{account.connected_by_id}"
    phone = json.loads(app.extensions["vault"].open(held, bound_to=bond)["phone"])
    session = json.loads(credentials_of(app, account)["settings"])
    assert session["uuids"] == phone["uuids"]
    assert session["device_settings"] == phone["device_settings"]
    assert "authorization_data" not in phone


def test_logging_in_anew_keeps_the_phone_of_the_last_session(app, practice, as_budi, account):
    confirm(as_budi, account, log_in(as_budi, account))
    first = json.loads(credentials_of(app, account)["settings"])

    confirm(as_budi, account, log_in(as_budi, account))

    second = json.loads(credentials_of(app, account)["settings"])
    assert first["uuids"] == second["uuids"]


@pytest.mark.parametrize("fault", ["blocked", "rate_limit", "outage", "error_500", "drop_after"])
def test_what_instagram_answers_instead_is_said_and_nothing_is_kept(
    practice, as_budi, account, fault
):
    practice.order_fault("instagram", "1001", fault, on="login")

    page = log_in(as_budi, account)

    assert page.status_code == 422
    assert "Keterangan:" in page.text
    db.session.expire_all()
    assert account.credentials is None


def test_the_account_of_somebody_else_is_refused(practice, as_budi, account):
    page = log_in(as_budi, account, username="dishubblora", code=keys.code(SEED))

    assert page.status_code == 422
    assert "bukan @dinkesblora" in page.text
    assert 'name="held"' not in page.text


def test_a_session_is_confirmed_for_the_way_it_was_made_for(app, practice, as_budi, account):
    page = log_in(as_budi, account)
    account.driver = "instagram"
    db.session.commit()

    confirm(as_budi, account, page)

    db.session.expire_all()
    assert account.credentials is None


def test_nothing_typed_is_shown_logged_or_kept(app, practice, as_budi, guarded, caplog):
    caplog.set_level(logging.DEBUG)
    code = keys.code(SEED)
    pages = [
        log_in(as_budi, guarded, password="salah-" + PASSWORD),
        log_in(as_budi, guarded),
        log_in(as_budi, guarded, code=code),
    ]
    confirm(as_budi, guarded, pages[-1])
    pages.append(as_budi.get(f"/registri/akun/{guarded.id}"))

    kept = credentials_of(app, guarded)["settings"]
    session = json.loads(kept)["authorization_data"]["sessionid"]
    audit = [str(entry.details) for entry in db.session.scalars(sa.select(AuditEntry))]
    seen = "\n".join([*(page.text for page in pages), caplog.text, *audit])
    for secret in (PASSWORD, session, json.loads(kept)["usdid"]["private_key"][30:80]):
        assert secret not in seen
    assert PASSWORD not in kept
    assert f'value="{code}"' not in pages[-2].text


def test_no_connection_to_the_database_is_held_while_instagram_answers(
    app, practice, as_budi, account, monkeypatch
):
    from publisher.workflow.registering import logging_in

    held = []

    def watched(*args):
        held.append(db.engine.pool.checkedout())
        return real(*args)

    real = logging_in.logins.log_in
    monkeypatch.setattr(logging_in.logins, "log_in", watched)
    log_in(as_budi, account)

    assert held == [0]


# -- choosing the way --------------------------------------------------------------------


def test_the_private_way_is_chosen_with_its_risks_agreed_to_and_written_down(
    app, as_budi, budi, dinkes
):
    account = registered(dinkes, "dinkesblora", driver="instagram")
    where = f"/registri/akun/{account.id}/cara"
    page = as_budi.get(where)
    assert "melanggar ketentuan Instagram" in page.text
    assert "(disarankan)" in page.text

    refused = as_budi.post(where, data={"way": "instagram_private"})
    assert refused.status_code == 422
    db.session.expire_all()
    assert account.driver == "instagram"

    as_budi.post(where, data={"way": "instagram_private", "agreed": "y"})

    db.session.expire_all()
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert account.driver == "instagram_private"
    assert (entry.action, entry.actor_id) == ("account.choose_way", budi.id)
    assert entry.details["before"], entry.details["after"] == ("instagram", "instagram_private")


def test_the_official_way_can_be_chosen_again_and_the_session_is_forgotten(
    practice, as_budi, account
):
    confirm(as_budi, account, log_in(as_budi, account))

    as_budi.post(f"/registri/akun/{account.id}/cara", data={"way": "instagram"})

    db.session.expire_all()
    assert account.driver == "instagram"
    assert account.credentials is None
    assert account.remote_id is None
    assert account.status is AccountStatus.RECONNECT


def test_a_way_of_another_platform_cannot_be_chosen(as_budi, account):
    answer = as_budi.post(f"/registri/akun/{account.id}/cara", data={"way": "x", "agreed": "y"})

    assert answer.status_code == 422
    db.session.expire_all()
    assert account.driver == "instagram_private"


def test_a_platform_with_one_way_has_nothing_to_choose(as_budi, make_account, dinkes):
    website = make_account(dinkes, "website")
    assert as_budi.get(f"/registri/akun/{website.id}/cara").status_code == 302


def test_who_chooses_to_post_by_hand_has_nothing_to_connect(as_budi, dinkes_x):
    address = f"/registri/akun/{dinkes_x.id}"
    answer = as_budi.post(f"{address}/cara", data={"way": "x_by_hand"})

    assert answer.headers["Location"] == address
    assert "Ditayangkan sendiri" in as_budi.get(address).get_data(as_text=True)


@pytest.mark.parametrize("page", ["masuk", "cara"])
def test_neither_drafters_nor_another_region_may_log_in_or_choose(
    client_of, account, sari, yuni, page
):
    address = f"/registri/akun/{account.id}/{page}"

    assert client_of(sari).get(address).status_code == 403
    assert client_of(yuni).get(address).status_code == 404
    assert client_of(yuni).post(address, data={}).status_code == 404
