"""The practice Instagram's private API, by requests made by hand."""

import json
from urllib.parse import quote_plus

import pytest
import requests

from publisher.platforms import http, logins
from publisher.practice import instagram_private_keys as keys
from publisher.practice.records import Account
from tests.practice.parts import send

API = "https://i.instagram.com/api/v1"
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


@pytest.fixture
def dinkes(practice):
    """Dinas Kesehatan, and the header that its phone sends."""
    account = Account(
        platform="instagram",
        remote_id="555",
        handle="dinkesblora",
        display_name="Dinas Kesehatan",
        credentials={"username": "dinkesblora", "password": "kata-sandi"},
    )
    practice.register(**vars(account))
    return {"Authorization": keys.authorization(account)}


def ask(practice, method, url, session=None, **given):
    headers = {**(session or {}), **given.pop("headers", {})}
    return send(practice, requests.Request(method, url, headers=headers, **given).prepare())


def signed(body):
    form = f"signed_body=SIGNATURE.{quote_plus(json.dumps(body))}"
    return {"data": form, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}


def upload(practice, session, upload_id="17", content=JPEG, length=None):
    headers = {
        "X-Instagram-Rupload-Params": json.dumps({"upload_id": upload_id, "media_type": "1"}),
        "X-Entity-Length": str(length or len(content)),
    }
    url = f"https://i.instagram.com/rupload_igphoto/{upload_id}_0_1"
    return ask(practice, "POST", url, session, headers=headers, data=content)


def configure(practice, session, **body):
    return ask(practice, "POST", f"{API}/media/configure/", session, **signed(body))


def test_a_photo_is_uploaded_then_made_public_with_its_words(practice, dinkes):
    assert upload(practice, dinkes).json() == {
        "upload_id": "17",
        "xsharing_nonces": {},
        "status": "ok",
    }
    words = {"caption": "Halo & salam", "custom_accessibility_caption": "Kader."}

    media = configure(practice, dinkes, upload_id="17", **words).json()["media"]

    (post,) = practice.ledger("instagram")
    assert media["media_type"] == 1
    assert (media["pk"], media["caption"]["text"]) == (post["remote_id"], "Halo & salam")
    assert post["url"] == f"https://www.instagram.com/p/{media['code']}/"
    assert post["media"][0]["alt_text"] == "Kader."


@pytest.mark.parametrize("session", [{}, {"Authorization": "Bearer IGT:2:e30="}])
def test_without_a_session_one_is_logged_out(practice, dinkes, session):
    answer = ask(practice, "GET", f"{API}/accounts/current_user/", session)

    assert answer.status_code == 403
    assert answer.json()["message"] == "login_required"


def test_a_session_ends_when_the_password_changes(practice, dinkes):
    credentials = {"username": "dinkesblora", "password": "sandi-baru"}
    practice.register(
        platform="instagram", remote_id="555", handle="dinkesblora", credentials=credentials
    )

    assert ask(practice, "GET", f"{API}/accounts/current_user/", dinkes).status_code == 403


@pytest.mark.parametrize(
    "broken", [{"length": 7}, {"content": b"GIF89a" + b"0" * 20}, {"upload_id": "x"}]
)
def test_a_broken_upload_is_refused(practice, dinkes, broken):
    assert upload(practice, dinkes, **broken).status_code == 400


def test_a_picture_is_published_once(practice, dinkes):
    upload(practice, dinkes)
    configure(practice, dinkes, upload_id="17", caption="Satu")

    again = configure(practice, dinkes, upload_id="17", caption="Dua")

    assert again.status_code == 200
    assert again.json()["message"] == "media_needs_reupload"
    assert len(practice.ledger("instagram")) == 1


@pytest.mark.parametrize("children", [[], [{"upload_id": "17"}], "17"])
def test_an_album_of_fewer_than_two_is_refused(practice, dinkes, children):
    body = {"upload_id": "9", "client_sidecar_id": "9", "children_metadata": children}

    answer = ask(practice, "POST", f"{API}/media/configure_sidecar/", dinkes, **signed(body))

    assert answer.status_code == 400


@pytest.mark.parametrize("given", ["", "kata-sandi", "#PWD_INSTAGRAM:4:1:AAAA", "#PWD_X:4:1:"])
def test_a_password_in_any_other_form_is_wrong(practice, dinkes, given):
    body = {"username": "dinkesblora", "enc_password": given}

    answer = ask(practice, "POST", f"{API}/accounts/login/", **signed(body))

    assert answer.status_code == 400
    assert answer.json()["error_type"] == "bad_password"


def test_who_practises_logs_in_by_the_account_s_name_where_no_password_was_set(practice):
    practice.register(
        platform="instagram", remote_id="556", handle="dishubblora", credentials={"token": "EAA-1"}
    )
    http.configure(practice.url)

    kept = logins.log_in(
        "instagram_private", logins.Typed(username="dishubblora", password=keys.PASSWORD)
    )

    http.configure()
    assert '"556"' in kept["settings"]


def test_a_code_is_that_of_an_authenticator_app():
    # RFC 6238, appendix B: SHA-1, the last six of eight digits, at the times that are given
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert [keys.code(seed, at=at) for at in (59, 1111111109, 20000000000)] == [
        "287082",
        "081804",
        "353130",
    ]


def test_there_is_no_other_address(practice, dinkes):
    assert ask(practice, "GET", f"{API}/friendships/", dinkes).status_code == 404
