"""X's wire format, judged by requests signed with another library than the server's own check."""

import base64
import time

import pytest

from tests.practice.parts import PNG, X_KEYS, send, signed, tweet, upload


def test_a_signed_post_is_created(dinkes):
    answer = tweet(dinkes, "Halo & salam https://blorakab.go.id/a")

    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data["edit_history_tweet_ids"] == [data["id"]]
    assert data["text"].startswith("Halo &amp; salam https://t.co/")
    assert dinkes.ledger()[0]["text"] == "Halo & salam https://blorakab.go.id/a"


@pytest.mark.parametrize("name", X_KEYS)
def test_a_wrong_key_is_unauthorised(dinkes, name):
    answer = tweet(dinkes, "Halo", **{name: "wrong"})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["title"] == "Unauthorized"
    assert dinkes.ledger() == []


def test_an_unsigned_request_is_unauthorised(dinkes):
    prepared = signed("POST", "https://api.x.com/2/tweets", json={"text": "Halo"})
    del prepared.headers["Authorization"]

    assert send(dinkes, prepared).status_code == 401


def test_a_signature_is_good_once(dinkes):
    prepared = signed("GET", "https://api.x.com/2/users/me")

    assert send(dinkes, prepared).status_code == 200
    assert send(dinkes, prepared).status_code == 401


def test_a_signature_is_good_for_its_own_address_only(dinkes):
    prepared = signed("GET", "https://api.x.com/2/users/me")
    prepared.url = prepared.url.replace("/me", "/1700/tweets")

    assert send(dinkes, prepared).status_code == 401


@pytest.mark.parametrize("age_s", [-3600, 3600])
def test_an_old_or_early_signature_is_refused(dinkes, age_s):
    stamp = {"timestamp": str(int(time.time()) - age_s)}

    answer = send(dinkes, signed("GET", "https://api.x.com/2/users/me", auth=stamp))

    assert answer.status_code == 401


def test_both_of_xs_names_are_answered(dinkes):
    for host in ("api.twitter.com", "api.x.com"):
        answer = send(dinkes, signed("GET", f"https://{host}/2/users/me"))
        assert answer.json()["data"] == {
            "id": "1700",
            "name": "Dinas Kesehatan",
            "username": "dinkesblora",
        }


def test_every_answer_carries_the_limits_and_a_date(dinkes):
    headers = tweet(dinkes, "Halo").headers

    assert int(headers["x-rate-limit-reset"]) > time.time()
    assert headers["x-rate-limit-remaining"].isdigit()
    assert headers["Date"]


def test_the_same_text_twice_is_forbidden(dinkes):
    tweet(dinkes, "Halo")
    answer = tweet(dinkes, "  Halo ")

    assert answer.status_code == 403
    assert "duplicate content" in answer.json()["detail"]
    assert dinkes.per_text() == {"Halo": 1}


def test_a_removed_text_may_be_posted_again(dinkes):
    post_id = tweet(dinkes, "Halo").json()["data"]["id"]
    url = f"https://api.x.com/2/tweets/{post_id}"
    assert send(dinkes, signed("DELETE", url)).json() == {"data": {"deleted": True}}
    assert send(dinkes, signed("DELETE", url)).status_code == 404

    assert tweet(dinkes, "Halo").status_code == 201
    assert send(dinkes, signed("GET", url)).json()["errors"][0]["title"] == "Not Found Error"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": " "},
        {"text": "a", "unknown": 1},
        {"text": "a", "media": {"media_ids": []}},
        {"text": "a", "media": {"media_ids": ["1"] * 5}},
        {"text": "a", "media": {"media_ids": [1]}},
        {"text": "a", "media": {"media_ids": ["12345"]}},
        [],
    ],
)
def test_a_body_that_x_does_not_define_is_invalid(dinkes, body):
    answer = send(dinkes, signed("POST", "https://api.x.com/2/tweets", json=body))

    assert answer.status_code == 400
    assert answer.json()["title"] == "Invalid Request"
    assert dinkes.ledger() == []


def test_a_text_that_is_far_too_long_is_forbidden(dinkes):
    assert tweet(dinkes, "a" * 281).status_code == 403
    assert tweet(dinkes, "https://a.id/" + "a" * 500).status_code == 201


def test_an_uploaded_picture_is_used_once_and_by_its_owner(dinkes):
    tono = {"consumer_key": "k", "consumer_secret": "c", "access_token": "1800-t",
            "access_token_secret": "s"}  # fmt: skip
    dinkes.register(platform="x", remote_id="1800", handle="dishub", credentials=tono)
    media_id = upload(dinkes).json()["data"]["id"]

    assert tweet(dinkes, "Tono", [media_id], **tono).status_code == 400
    assert tweet(dinkes, "Sari", [media_id]).status_code == 201
    assert tweet(dinkes, "Sari lagi", [media_id]).status_code == 400
    assert dinkes.per_text() == {"Sari": 1}


def test_a_picture_is_taken_as_json_too(dinkes):
    body = {"media": base64.b64encode(PNG).decode(), "media_category": "tweet_image"}
    answer = send(dinkes, signed("POST", "https://api.x.com/2/media/upload", json=body))

    assert answer.json()["data"]["size"] == len(PNG)


@pytest.mark.parametrize("content", [b"", b"<svg>", b"\x89PNG\r\n\x1a\n" + b"0" * 5 * 1024 * 1024])
def test_what_is_no_picture_or_too_large_is_invalid(dinkes, content):
    assert upload(dinkes, content).status_code == 400


def test_an_alternative_text_has_a_limit(dinkes):
    media_id = upload(dinkes).json()["data"]["id"]

    def describe(text):
        body = {"id": media_id, "metadata": {"alt_text": {"text": text}}}
        return send(dinkes, signed("POST", "https://api.x.com/2/media/metadata", json=body))

    assert describe("a" * 1001).status_code == 400
    assert describe("Vaksin").status_code == 200
    tweet(dinkes, "Halo", [media_id])
    url = "https://api.x.com/2/users/1700/tweets?expansions=attachments.media_keys"
    page = send(dinkes, signed("GET", f"{url}&tweet.fields=attachments")).json()
    assert page["data"][0]["attachments"] == {"media_keys": [f"3_{media_id}"]}
    assert page["includes"]["media"][0]["alt_text"] == "Vaksin"


@pytest.mark.parametrize("query", ["max_results=4", "max_results=101", "start_time=x"])
def test_a_timeline_checks_what_it_is_asked(dinkes, query):
    url = f"https://api.x.com/2/users/1700/tweets?{query}"

    assert send(dinkes, signed("GET", url)).status_code == 400


def test_an_empty_timeline_says_so(dinkes):
    answer = send(dinkes, signed("GET", "https://api.x.com/2/users/1700/tweets"))

    assert answer.json() == {"meta": {"result_count": 0}}


def test_a_signature_covers_what_has_to_be_encoded_in_address_and_form(dinkes):
    url = "https://api.x.com/2/users/1700/tweets?max_results=5&expansions=a%2Bb%20c~%C3%A9&x=%25"
    assert send(dinkes, signed("GET", url)).status_code == 200

    form = {"media": "tidak apa-apa = & +", "media_category": "é"}
    posted = signed("POST", "https://api.x.com/2/media/upload", data=form)
    assert send(dinkes, posted).status_code == 400  # signed well, but no picture


@pytest.mark.parametrize(
    "changed",
    [
        lambda header: header.replace("HMAC-SHA1", "PLAINTEXT"),
        lambda header: header.replace("OAuth ", "Bearer "),
        lambda header: header.replace("oauth_nonce", "nonce"),
        lambda header: header.replace("oauth_signature=", "realm=", 1),
        lambda header: header + ', oauth_token="1800-token"',
    ],
)
def test_a_header_that_was_tampered_with_is_unauthorised(dinkes, changed):
    prepared = signed("GET", "https://api.x.com/2/users/me")
    header = prepared.headers["Authorization"]
    prepared.headers["Authorization"] = changed(header.decode())

    assert send(dinkes, prepared).status_code == 401
