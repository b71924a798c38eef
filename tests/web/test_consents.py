"""Connecting an account on a page of its platform: there and back over the real practice server."""

import re
from datetime import timedelta

import pytest
import time_machine

from config import PRACTICE_APPS
from publisher.db import db
from publisher.models.accounts import Account, AccountStatus
from publisher.platforms import http, open_driver
from publisher.platforms.base import Outgoing
from publisher.practice.server import PracticeServer
from tests.conftest import NOW
from tests.web.consenting import Visit


@pytest.fixture(autouse=True)
def _monday_at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def practice(app, tmp_path):
    """The practice platforms, where Dinkes and Dishub have an account on X."""
    app.config.update(PRACTICE_APPS)
    with PracticeServer(tmp_path / "practice") as server:
        for remote_id, name in (("1001", "Dinkes"), ("1002", "Dishub")):
            server.register(
                platform="x",
                remote_id=remote_id,
                handle=f"{name.lower()}blora",
                display_name=f"{name} Blora",
                credentials={"access_token": f"tidak-dipakai-{remote_id}"},
            )
        http.configure(server.url, connect_s=2, read_s=5)
        yield server
        http.configure()


@pytest.fixture
def account(app, dinkes):
    """The account of Dinkes on X, registered and never connected."""
    account = Account(
        office=dinkes,
        platform="x",
        handle="dinkesblora",
        display_name="Dinkes Blora",
        paused_reason="Belum disambungkan",
        status=AccountStatus.RECONNECT,
    )
    db.session.add(account)
    db.session.commit()
    return account


@pytest.fixture
def as_budi(client_of, budi):
    return client_of(budi)


def credentials_of(app, account):
    db.session.expire_all()
    return app.extensions["vault"].open(account.credentials, bound_to=account.vault_name)


def flashed(client, account):
    page = client.get(f"/registri/akun/{account.id}/sambungkan").get_data(as_text=True)
    found = re.search(r'id="messages".*?</div>\s*</div>', page, re.DOTALL)
    return found[0] if found else page


def test_an_account_is_connected_by_consent_and_can_publish(app, as_budi, practice, account):
    visit = Visit(as_budi, account)
    page = as_budi.get(visit.allow("1001"))
    assert "@dinkesblora" in page.get_data(as_text=True)
    assert 'src="data:image/png;base64,' in page.get_data(as_text=True)
    assert db.session.get(Account, account.id).credentials is None
    visit.confirm(page)

    opened = credentials_of(app, account)
    assert account.status is AccountStatus.ACTIVE
    assert account.remote_id == "1001"
    assert account.connected_by.name == "Budi"
    assert account.token_ends_at == NOW + timedelta(hours=2)
    assert account.renew_at == NOW + timedelta(minutes=90)
    assert "tweet.write" in account.scopes.split()
    driver = open_driver("x", opened)
    receipt = driver.publish(driver.prepare(Outgoing(text="Imunisasi gratis hari ini.")))
    assert practice.ledger("x", "1001")[0]["remote_id"] == receipt.remote_id
    assert [post.remote_id for post in driver.recent(NOW - timedelta(days=3650))] == [
        receipt.remote_id
    ]
    driver.remove(receipt)
    assert practice.ledger("x", "1001")[0]["removed_at"]


def test_the_platforms_page_shows_what_is_asked_and_checks_who_asks(as_budi, practice, account):
    visit = Visit(as_budi, account)

    shown = visit.look()
    assert shown.status_code == 200
    assert "dishubblora" in shown.text
    assert "Menerbitkan dan menghapus unggahan" in shown.text
    for wrong in (
        {"client_id": "lain"},
        {"redirect_uri": "http://jahat.example/"},
        {"code_challenge": "pendek"},
        {"code_challenge_method": "plain"},
        {"state": ""},
    ):
        answer = visit.look(**wrong)
        assert answer.status_code == 400, wrong
        assert next(iter(wrong)) in answer.text


def test_the_consent_of_another_account_is_refused(as_budi, practice, account):
    visit = Visit(as_budi, account)

    answer = as_budi.get(visit.allow("1002"))

    assert answer.headers["Location"].endswith(f"/{account.id}/sambungkan")
    assert "milik @dishubblora, bukan @dinkesblora" in flashed(as_budi, account)
    db.session.expire_all()
    assert account.credentials is None


def test_who_denies_is_told_that_nothing_changed(as_budi, practice, account):
    visit = Visit(as_budi, account)

    as_budi.get(visit.deny())

    assert "Izin tidak diberikan" in flashed(as_budi, account)
    assert practice.requests("x", operation="token") == []


def test_an_answer_counts_once(as_budi, practice, account):
    visit = Visit(as_budi, account)
    back = visit.allow("1001")
    as_budi.get(back)

    again = as_budi.get(back)

    assert again.status_code == 409
    assert "sudah pernah dipakai" in again.get_data(as_text=True)
    assert len(practice.requests("x", operation="token")) == 1


@pytest.mark.parametrize(
    "change", ["other person", "other browser", "later", "forged", "signed out"]
)
def test_an_answer_is_for_one_person_one_browser_and_ten_minutes(
    app, client_of, as_budi, budi, heru, practice, account, change
):
    back = Visit(as_budi, account).allow("1001")
    clients = {"other person": heru, "other browser": budi}
    client = client_of(clients[change]) if change in clients else as_budi
    if change == "signed out":
        client.post("/keluar")
    if change == "forged":
        back = re.sub(r"state=[^&]+", "state=" + "A" * 43, back)

    with time_machine.travel(NOW + timedelta(minutes=11 if change == "later" else 1), tick=False):
        answer = client.get(back)

    assert answer.status_code == (302 if change == "signed out" else 409)
    assert practice.requests("x", operation="token") == []
    assert db.session.get(Account, account.id).credentials is None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("code_expired", "tidak memberikan izin"),
        ("rate_limit", "tidak menjawab"),
        ("drop_after", "tidak menjawab"),
        ("error_500", "tidak menjawab"),
        ("half_answer", "tidak menjawab"),
    ],
)
def test_what_goes_wrong_with_the_code_is_said_and_never_tried_twice(
    as_budi, practice, account, fault, words
):
    visit = Visit(as_budi, account)
    practice.order_fault("x", "1001", fault, on="token")

    as_budi.get(visit.allow("1001"))

    assert words in flashed(as_budi, account)
    assert len(practice.requests("x", operation="token")) == 1


def test_an_account_that_its_platform_blocks_is_not_called_silence(as_budi, practice, account):
    visit = Visit(as_budi, account)
    practice.order_fault("x", "1001", "blocked", on="read")

    as_budi.get(visit.allow("1001"))

    told = flashed(as_budi, account)
    assert "tidak memberikan izin" in told
    assert "suspended" in told


def test_a_wrong_app_secret_blames_the_settings(app, as_budi, practice, account):
    app.config["X_CLIENT_SECRET"] = "salah"
    as_budi.get(Visit(as_budi, account).allow("1001"))

    told = flashed(as_budi, account)
    assert "X_CLIENT_ID / X_CLIENT_SECRET" in told
    assert "salah" not in told


def test_without_an_app_the_page_says_what_the_operator_must_set(as_budi, account):
    page = as_budi.get(f"/registri/akun/{account.id}/sambungkan").get_data(as_text=True)

    assert "X_CLIENT_ID" in page
    assert "Lanjut ke X" not in page
    assert 'name="consumer_key"' in page  # the pasted keys remain
    started = as_budi.post(f"/registri/akun/{account.id}/sambungkan/mulai")
    assert started.headers["Location"].endswith(f"/{account.id}/sambungkan")


def test_only_the_page_that_leads_to_the_platform_may_send_a_form_there(as_budi, practice, account):
    connect = as_budi.get(f"/registri/akun/{account.id}/sambungkan")
    other = as_budi.get(f"/registri/akun/{account.id}")

    assert f"form-action 'self' {practice.url};" in connect.headers["Content-Security-Policy"]
    assert practice.url not in other.headers["Content-Security-Policy"]


def test_without_practice_it_may_send_a_form_to_the_real_platform_alone(as_budi, account):
    http.configure()
    policy = as_budi.get(f"/registri/akun/{account.id}/sambungkan").headers[
        "Content-Security-Policy"
    ]
    [allowed] = re.findall("form-action ([^;]+);", policy)
    assert allowed.split()[:2] == ["'self'", "https://x.com"]
    assert all(re.fullmatch(r"https://(\*\.)?(x|twitter)\.com", one) for one in allowed.split()[1:])


def test_no_transaction_is_open_while_the_platform_answers(as_budi, practice, account, monkeypatch):
    back, waiting = Visit(as_budi, account).allow("1001"), []
    session_class = type(http.session())
    really = session_class.send

    def send(self, *args, **options):
        waiting.append(db.session.registry().in_transaction())
        return really(self, *args, **options)

    monkeypatch.setattr(session_class, "send", send)
    as_budi.get(back)

    assert waiting
    assert not any(waiting)
