"""The token addresses, asked by hand as any client would: what counts, once, and for how long."""

import pytest
import requests
import time_machine

from publisher.practice.grants import APPS, Grant, Grants, challenge_of
from tests.practice.parts import send

BACK = "http://127.0.0.1:9999/kembali"
VERIFIER = "v" * 64


def token(practice, platform="x", *, app=None, **form):
    client_id, secret = app or APPS[platform]
    url = {
        "x": "https://api.x.com/2/oauth2/token",
        "tiktok": "https://open.tiktokapis.com/v2/oauth/token/",
        "facebook": "https://graph.facebook.com/v26.0/oauth/access_token",
    }[platform]
    auth = (client_id, secret) if platform == "x" else None
    named = "client_key" if platform == "tiktok" else "client_id"
    body = form if auth else {named: client_id, "client_secret": secret, **form}
    return send(practice, requests.Request("POST", url, data=body, auth=auth).prepare())


def code_for(practice, platform="x", account="1700"):
    grant = Grant(platform=platform, accounts=(account,), scope="tweet.read tweet.write")
    challenge = challenge_of(VERIFIER) if platform == "x" else ""
    return practice.app.grants.offer(grant, redirect_uri=BACK, challenge=challenge)


def exchange(practice, code, platform="x", **changed):
    """Exchange a code as its app would, but for what is `changed`."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    form |= {"code_verifier": VERIFIER} if platform == "x" else {}
    return token(practice, platform, **(form | changed))


def renew(practice, refresh_token, **more):
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return token(practice, **form, **more)


@pytest.mark.parametrize(("platform", "account"), [("x", "1700"), ("facebook", "555")])
def test_a_code_counts_once(dinkes, platform, account):
    code = code_for(dinkes, platform, account)

    first, second = exchange(dinkes, code, platform), exchange(dinkes, code, platform)

    assert first.status_code == 200
    assert first.json()["access_token"]
    assert second.status_code == 400
    assert "error" in second.json()


@pytest.mark.parametrize(
    "wrong",
    [{"redirect_uri": BACK + "/lain"}, {"code_verifier": "w" * 64}],
)
def test_a_code_is_for_one_address_and_one_proof_key(dinkes, wrong):
    answer = exchange(dinkes, code_for(dinkes), **wrong)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("platform", "account", "seconds"), [("x", "1700", 31), ("facebook", "555", 601)]
)
def test_a_code_is_void_after_a_while(dinkes, platform, account, seconds):
    with time_machine.travel(0, tick=False) as moment:
        moment.move_to("2026-11-23T02:00:00+00:00")
        code = code_for(dinkes, platform, account)
        moment.shift(seconds)
        assert exchange(dinkes, code, platform).status_code == 400


@pytest.mark.parametrize("app", [("lain", APPS["x"][1]), (APPS["x"][0], "salah")])
def test_another_app_gets_nothing_and_the_code_still_counts(dinkes, app):
    code = code_for(dinkes)

    assert exchange(dinkes, code, app=app).status_code == 401
    assert exchange(dinkes, code).status_code == 200


def me(practice, access_token):
    headers = {"Authorization": f"Bearer {access_token}"}
    url = "https://api.x.com/2/users/me"
    return send(practice, requests.Request("GET", url, headers=headers).prepare())


def test_a_token_is_good_for_its_account_until_it_ends(dinkes):
    with time_machine.travel(0, tick=False) as moment:
        moment.move_to("2026-11-23T02:00:00+00:00")
        granted = exchange(dinkes, code_for(dinkes)).json()
        assert me(dinkes, granted["access_token"]).json()["data"]["id"] == "1700"
        moment.shift(granted["expires_in"])
        assert me(dinkes, granted["access_token"]).status_code == 401


def test_a_refresh_token_counts_once_and_its_reuse_ends_everything(dinkes):
    granted = exchange(dinkes, code_for(dinkes)).json()

    fresh = renew(dinkes, granted["refresh_token"]).json()
    assert fresh["refresh_token"] != granted["refresh_token"]
    assert me(dinkes, fresh["access_token"]).status_code == 200
    assert renew(dinkes, granted["refresh_token"]).status_code == 400
    assert me(dinkes, fresh["access_token"]).status_code == 401
    assert renew(dinkes, fresh["refresh_token"]).status_code == 400


def test_a_revoked_token_counts_no_more(dinkes):
    granted = exchange(dinkes, code_for(dinkes)).json()
    form = {"token": granted["access_token"]}
    url = "https://api.x.com/2/oauth2/revoke"
    done = send(dinkes, requests.Request("POST", url, data=form, auth=APPS["x"]).prepare())

    assert done.json() == {"revoked": True}
    assert me(dinkes, granted["access_token"]).status_code == 401


def test_grants_outlive_a_restart(tmp_path, dinkes):
    granted = exchange(dinkes, code_for(dinkes)).json()
    folder = tmp_path / "practice"

    again = Grants(folder)
    assert again.holder("x", granted["access_token"]).accounts == ("1700",)
    again.close()
